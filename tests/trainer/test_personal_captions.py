"""A library with sentences becomes a network that knows them; a run that was stopped goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.clap import checkpoint
from engine.library import Library
from tests.indexed_files import store
from tests.tones import write_sound
from trainer import cli, own_network
from trainer.errors import TrainerError
from trainer.own_run import LOG, RUN, OwnRun, RunStopped
from trainer.personal_captions import captions_of, continue_network, make_captioned_network
from trainer.tuning_recipe import load_tuning_recipe

CAPTIONED, STRANGERS = 20, 30
QUICK = load_tuning_recipe(overrides={"descent.steps": 20, "descent.longer_steps": 40})


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Twenty high tones with a sentence, one of them a note and one a caption that is only suggested; thirty others."""
    monkeypatch.setattr(own_network, "FEWEST_STRANGERS", STRANGERS)
    sounds = tmp_path / "sounds"
    with Library(tmp_path / "library") as library:
        high = [write_sound(sounds / f"high{n}.wav", hz=2500.0 + 50 * n, seconds=0.7) for n in range(CAPTIONED)]
        low = [write_sound(sounds / f"low{n}.wav", hz=200.0 + 40 * n, seconds=0.7) for n in range(STRANGERS)]
        root = library.add_root(sounds)
        ids = [store(library, root, path.name) for path in (*high, *low)]
        for file_id in ids[: CAPTIONED - 1]:
            library.set_caption(file_id, "a  bell\nrings" if file_id % 2 else "the dog barks")
        library.set_note(ids[CAPTIONED - 1], "a bell of the roof")
        library.set_note(ids[0], "a car passes")
        library.set_suggested_caption(ids[-1], "rain falls")
        yield library


def test_a_persons_own_sentences_count_and_a_caption_goes_before_a_note(library: Library) -> None:
    captions = dict(captions_of(library))
    assert len(captions) == CAPTIONED - 1
    assert set(captions.values()) == {"a bell rings", "the dog barks"}
    with_notes = dict(captions_of(library, with_notes=True))
    assert with_notes == {**captions, CAPTIONED: "a bell of the roof"}


def test_too_few_sentences_are_counted(library: Library, network: Path, tmp_path: Path) -> None:
    for make in (make_captioned_network, continue_network):
        with pytest.raises(TrainerError, match=r"19 sounds have a caption of yours|nothing to learn from"):
            make(library, network, tmp_path / "own")
    assert not (tmp_path / "own").exists()


def test_sentences_are_learned_and_the_rest_is_kept(library: Library, network: Path, tmp_path: Path) -> None:
    run = OwnRun(tmp_path / "run")
    made = make_captioned_network(
        library, network, tmp_path / "own", with_notes=True, recipe=QUICK, name="My words", run=run
    )
    assert (made.captions, made.strangers, made.examples) == (CAPTIONED, STRANGERS, {})
    assert made.tuned.after < made.tuned.before
    assert made.kept.likeness > 0.9
    written, _ = checkpoint.load(tmp_path / "own")
    assert written.name == "My words"
    assert "what its owner wrote of 20 sounds" in (tmp_path / "own" / checkpoint.CARD).read_text()
    told = [json.loads(line) for line in (tmp_path / "run" / LOG).read_text().splitlines()]
    assert {"listening", "tuning", "comparing", "finished"} == {line["stage"] for line in told}
    assert {"captions", "replay", "loss", "learning_rate"} <= told[-4].keys() | told[-3].keys()
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [LOG, "run.json"]


def test_continuing_learns_tags_and_sentences_and_goes_on_where_it_was_stopped(
    library: Library, network: Path, tmp_path: Path
) -> None:
    library.add_tag(range(1, CAPTIONED + 1), "bell")
    whole = continue_network(library, network, tmp_path / "whole", with_notes=True, recipe=QUICK)
    assert (whole.examples, whole.captions) == ({"bell": CAPTIONED}, CAPTIONED)

    steps = 0

    def after_some_steps() -> bool:
        nonlocal steps
        steps += (tmp_path / "run" / "heard").is_dir() and bool(list((tmp_path / "run").glob("state-*.pt")))
        return steps > 3

    run = OwnRun(tmp_path / "run", ended=after_some_steps)
    with pytest.raises(RunStopped):
        continue_network(library, network, tmp_path / "own", with_notes=True, recipe=QUICK, run=run)
    assert not (tmp_path / "own").exists()
    again = OwnRun(tmp_path / "run")
    continued = continue_network(library, network, tmp_path / "own", with_notes=True, recipe=QUICK, run=again)
    assert continued == whole
    assert json.loads((tmp_path / "run" / RUN).read_text())["settings"]["descent"]["steps"] == 40
    for name, weight in load_file(tmp_path / "whole" / checkpoint.AUDIO_WEIGHTS).items():
        torch.testing.assert_close(weight, load_file(tmp_path / "own" / checkpoint.AUDIO_WEIGHTS)[name], rtol=0, atol=0)


def test_the_command_tells_what_went_wrong_in_its_folder_too(
    library: Library, network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    arguments = ["captions", str(library.folder), "--network", str(network), "--out", str(tmp_path / "own")]
    assert cli.main([*arguments, "--run", str(tmp_path / "run")]) == 1
    told = json.loads((tmp_path / "run" / LOG).read_text())
    assert told["stage"] == "failed"
    assert told["sentence"] in capsys.readouterr().err
    assert "19 sounds have a caption of yours" in told["sentence"]
    assert cli.main([*arguments, "--run", str(tmp_path / "run"), "--notes", "--set", "descent.steps=20"]) == 0
    assert "what was written of 20 sounds" in capsys.readouterr().out
