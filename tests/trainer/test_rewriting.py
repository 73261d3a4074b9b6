"""Prompts by a language model: a server that really answers, and a tiny model of random weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from engine.ontology import SoundKind, sound_kinds
from tests.language_model_server import HEARD_IN, LanguageModelServer, running_server
from trainer import cli
from trainer.errors import TrainerError
from trainer.rewriting import (
    EndpointRewriter,
    KeptAnswers,
    TransformersRewriter,
    UselessAnswer,
    chosen_kinds,
    kinds_named,
    make_rewriter,
    read_kinds,
    rewrite_all,
    rewritten,
    write_kinds,
)

THEREMIN = SoundKind("own/theremin", "Theremin", ("theremin", "ether wave"), (), ())


@pytest.fixture
def server() -> Iterator[LanguageModelServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def answers(tmp_path: Path) -> KeptAnswers:
    return KeptAnswers(tmp_path / "answers")


def test_a_kind_is_described_and_then_placed(server: LanguageModelServer, answers: KeptAnswers) -> None:
    kind = rewritten(THEREMIN, EndpointRewriter(server.address, "llama", "secret"), answers)
    assert kind.descriptions == ("wavering pure tone", "eerie glide", "smooth, voice-like whine", "slow vibrato")
    assert kind.scenes == tuple(HEARD_IN)
    assert kind.synonyms == THEREMIN.synonyms
    described, placed = server.asked
    assert described["path"] == "/v1/chat/completions"
    assert described["model"] == "llama"
    assert "ether wave" in str(described["messages"])
    assert "eerie glide" in str(placed["messages"])
    assert server.keys == ["Bearer secret"] * 2


def test_nothing_is_asked_twice_but_every_model_for_itself(server: LanguageModelServer, answers: KeptAnswers) -> None:
    first = rewritten(THEREMIN, EndpointRewriter(server.address, "llama"), answers)
    assert rewritten(THEREMIN, EndpointRewriter(server.address, "llama"), answers) == first
    assert len(server.asked) == 2
    rewritten(THEREMIN, EndpointRewriter(server.address, "other"), answers)
    assert len(server.asked) == 4
    assert server.keys == [None] * 4


def test_a_damaged_answer_is_asked_for_again(server: LanguageModelServer, answers: KeptAnswers) -> None:
    first = rewritten(THEREMIN, EndpointRewriter(server.address, "llama"), answers)
    for path in answers.folder.iterdir():
        path.write_text("{")
    assert rewritten(THEREMIN, EndpointRewriter(server.address, "llama"), answers) == first
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        "I would rather not.",
        '["one", "two"]',
        '["one", "two", "three", 4]',
        '["one", "two", "three", ""]',
        f'["one", "two", "three", "{"x" * 201}"]',
        '["one", "two", "three", "\\u001b[2J"]',
        '{"answer": "one"}',
        "[[[[",
    ],
)
def test_what_is_no_list_of_texts_is_refused_in_one_sentence_and_not_kept(
    server: LanguageModelServer, answers: KeptAnswers, wrong: str
) -> None:
    server.wrong = wrong
    with pytest.raises(UselessAnswer, match=r"^The answer for theremin is no JSON array of 4 short texts") as refused:
        rewritten(THEREMIN, EndpointRewriter(server.address, "llama"), answers)
    assert "\n" not in str(refused.value)
    assert not answers.folder.exists()


def test_one_useless_answer_does_not_stop_the_others(server: LanguageModelServer, answers: KeptAnswers) -> None:
    rewriter = EndpointRewriter(server.address, "llama")
    rewritten(THEREMIN, rewriter, answers)  # kept
    server.wrong = "no"
    written, refused = rewrite_all([replace(THEREMIN, synonyms=("saw",)), THEREMIN], rewriter, answers)
    assert [kind.synonyms[0] for kind in written] == ["theremin"]
    assert len(refused) == 1
    with pytest.raises(TrainerError, match="The answer for saw"):
        rewrite_all([replace(THEREMIN, synonyms=("saw",))], rewriter, answers)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, None, "refused the question: 500"),
        (302, None, "refused the question: 302"),  # it is not followed
        (200, b"<html>", "does not answer as OpenAI's protocol says"),
        (200, b"[]", "does not answer as OpenAI's protocol says"),
        (200, b'{"choices": []}', "does not answer as OpenAI's protocol says"),
    ],
)
def test_a_server_that_does_otherwise_is_named(
    server: LanguageModelServer, answers: KeptAnswers, status: int, body: bytes | None, reason: str
) -> None:
    server.status, server.body = status, body
    with pytest.raises(TrainerError, match=reason):
        rewritten(THEREMIN, EndpointRewriter(server.address, "llama"), answers)


def test_a_server_that_is_not_there_is_named(server: LanguageModelServer, answers: KeptAnswers) -> None:
    server.server_close()
    with pytest.raises(TrainerError, match=f"{server.address} did not answer"):
        rewritten(THEREMIN, EndpointRewriter(server.address, "llama"), answers)


def test_no_proxy_is_asked(server: LanguageModelServer, answers: KeptAnswers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert rewritten(THEREMIN, EndpointRewriter(server.address, "llama"), answers).scenes == tuple(HEARD_IN)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GPT-2 of random weights that reads and writes bytes."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({symbol: number for number, symbol in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=alphabet[0]).save_pretrained(folder)
    shape = GPT2Config(vocab_size=256, n_positions=1024, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0)
    GPT2LMHeadModel(shape).save_pretrained(folder)
    return folder


def test_a_model_in_a_folder_is_asked(tiny_model: Path, answers: KeptAnswers) -> None:
    rewriter = make_rewriter(f"transformers:{tiny_model}", "")
    assert isinstance(rewriter, TransformersRewriter)
    assert rewriter.answer("What?") == rewriter.answer("What?")
    with pytest.raises(UselessAnswer):  # random weights know no JSON
        rewritten(THEREMIN, rewriter, answers)


def test_what_holds_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="no such folder"):
        TransformersRewriter(tmp_path / "nothing")
    with pytest.raises(TrainerError, match="holds no text-generation model"):
        TransformersRewriter(tmp_path)
    with pytest.raises(TrainerError, match="--model NAME"):
        make_rewriter("http://localhost/v1", "")
    with pytest.raises(TrainerError, match="no address"):
        make_rewriter("ftp://localhost", "llama")


def test_kinds_are_read_as_they_were_written(tmp_path: Path) -> None:
    kinds = [*sound_kinds()[:3], THEREMIN]
    write_kinds(tmp_path / "kinds.json", kinds)
    assert read_kinds(tmp_path / "kinds.json") == kinds
    assert chosen_kinds([str(tmp_path / "kinds.json")]) == kinds


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "[1]", '[{"id": "a"}]', '[{"id": "a", "name": "b", "scenes": "c"}]']
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "kinds.json").write_text(content)
    with pytest.raises(TrainerError, match=r"kinds\.json"):
        read_kinds(tmp_path / "kinds.json")
    with pytest.raises(TrainerError, match="There is no file"):
        read_kinds(tmp_path / "others.json")


def test_a_name_is_that_of_a_known_kind_or_of_a_new_one() -> None:
    dog, gate = kinds_named(["Puppy", "Creaky  gate"], sound_kinds())
    assert dog.name == "Dog"
    assert (gate.id, gate.synonyms) == ("own/creaky-gate", ("creaky gate",))
    assert kinds_named(["dog", "puppy"], sound_kinds()) == [dog]
    with pytest.raises(TrainerError, match="needs a name"):
        kinds_named([" "], sound_kinds())


def test_the_command_writes_what_the_model_said_and_exits_with_1_if_it_said_nothing(
    server: LanguageModelServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_MODEL_KEY", "secret")
    out = tmp_path / "prompts.json"
    arguments = ["--with", server.address, "--model", "llama", "--out", str(out)]
    assert cli.main(["prompts", "Creaky gate", "dog", *arguments]) == 0
    assert capsys.readouterr().out == f"2 kinds are described in {out}.\n"
    gate, dog = read_kinds(out)
    assert (gate.id, gate.scenes) == ("own/creaky-gate", tuple(HEARD_IN))
    assert (dog.name, dog.scenes) == ("Dog", tuple(HEARD_IN))
    assert server.keys == ["Bearer secret"] * 4
    server.wrong = "no"
    assert cli.main(["prompts", str(out), *arguments]) == 0  # kept answers are as good
    assert cli.main(["prompts", "squeaky gate", "dog", *arguments]) == 1
    assert "The answer for squeaky gate" in capsys.readouterr().err
    assert [kind.name for kind in read_kinds(out)] == ["Dog"]
