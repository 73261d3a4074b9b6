from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from engine import ontology
from tests.small_corpora import write_small_ontology
from tests.tones import write_sound
from trainer import cli, cli_distilling

RECIPE = """
name = "tones"
[mel]
sample_rate_hz = 32000
fft_samples = 1024
window_samples = 800
hop_samples = 320
mels = 32
low_hz = 40.0
high_hz = 15000.0
mean_db = -45.0
deviation_db = 20.0
[audio]
stem_channels = [4, 4, 8, 8]
width = 16
blocks = 1
[tag_view]
dim = 8
weight = 1.0
bridge_temperature = 0.05
bridge_tags = 12
[data]
held_out_sources = ["c"]
refused_licences = []
refused_recordings = []
unseen_labels = ["high tone"]
mixtures = 2
seed = 1
[scenes]
columns = 8
events = 2
overlay_share = 0.3
mixture_share = 0.1
[losses]
column_scores = 1.0
event_scores = 1.0
embedding = 1.0
bridge = 2.0
caption = 0.3
temperature = 0.05
text_starts = 0.25
own_text_share = 0.6
[pretraining]
kind = "columns"
steps = 1
[optimizer]
steps = 100
rows_per_step = 4
learning_rate = 2e-3
warmup_steps = 2
weight_decay = 0.05
clip_norm = 3.0
average_decay = 0.9
sharpness_starts = 1.0
sharpness_radius = 0.05
patience = 0
seed = 1
"""


@dataclass(frozen=True)
class Said:
    """What a command answered, and its exit code."""

    code: int
    out: str
    err: str


Say = Callable[..., Said]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """`say("run", path)` runs a command as from a terminal."""

    def run(*arguments: object) -> Said:
        code = cli.main([str(argument) for argument in arguments])
        return Said(code, *capsys.readouterr())

    return run


def sentences(text: str) -> Sequence[str]:
    return [line for line in text.splitlines() if line]


def test_help_names_every_command(say: Say) -> None:
    said = say("--help")
    assert said.code == 0
    commands = "features run export evaluate compare captioner personal prompts tag-vectors describe"
    for command in commands.split():
        assert f"\n  {command} " in said.out
        assert say(command, "--help").out.startswith(f"Usage: earmark-train {command} ")
    assert "..." not in said.out.split("Commands:")[1]  # the first sentences are short enough


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["features", "--shared", "nowhere"], "There is no manifest nowhere/sounds/train.csv."),
        (["run", "--shared", "nowhere"], "There is no class list nowhere/labels/class_labels_indices.csv."),
        (["evaluate", "--shared", "nowhere"], "There is no manifest nowhere/sounds/train.csv."),
        (["export", "--run", "nowhere"], "There is no state of a run in nowhere."),
        (["features", "nobody.toml"], "There is no recipe nobody.toml."),
        (["run", "--set", "optimizer.stesp=3"], "A recipe has no setting optimizer.stesp."),
        (["run", "--set", "optimizer.steps=many"], "cannot be 'many'."),
        (["personal", "nowhere", "--tag", "dog", "--out", "own"], "There is no complete library in nowhere"),
        (
            ["prompts", "kinds.json", "--with", "transformers:nowhere", "--out", "p.json"],
            "There is no file kinds.json.",
        ),
        (["prompts", "dog", "--with", "http://localhost/v1", "--out", "p.json"], "Say with --model NAME"),
        (["run", "personal", "--tag", "dog"], "learns tags of a library: name them with --library DIR and --tag NAME."),
        (["run", "personal", "--library", "own"], "name them with --library DIR and --tag NAME."),
        (["run", "personal", "--library", "own", "--tag", "dog", "--max-minutes", "0"], "knows no --max-minutes."),
        (["run", "personal", "--library", "nowhere", "--tag", "dog"], "There is no complete library in nowhere"),
        (
            ["run", "personal", "--set", "descent.stesp=3", "--library", "own", "--tag", "dog"],
            "no setting descent.stesp",
        ),
        (["run", "clap2022", "--library", "own"], "clap2022 learns from no library, and knows no --library;"),
        (["run", "--tag", "dog"], "default learns from no library, and knows no --tag;"),
        (["describe", "nowhere", "card.md"], "The system refused: No such file or directory (card.md)."),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_the_world_does_not_allow_is_one_sentence_and_exit_code_1(
    say: Say, arguments: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = say(*arguments)
    assert said.code == 1
    assert said.out == ""
    assert len(sentences(said.err)) == 1
    assert reason in said.err


@pytest.mark.parametrize("arguments", [["evaluate", "--split", "test"], ["run", "--set", "steps"], ["train"]])
def test_wrong_usage_is_exit_code_2(say: Say, arguments: list[str]) -> None:
    said = say(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert arguments[-1] in said.err


def test_a_wrong_split_names_the_right_ones(say: Say) -> None:
    said = say("evaluate", "--split", "test")
    assert "'dev'" in said.err
    assert "'held-out'" in said.err


def test_a_missing_package_is_named_with_what_brings_it(
    say: Say, small_shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)  # as if it were not installed
    for importer in ("trainer.corpus", "trainer.features", "trainer.teachers", "trainer.onnx_network"):
        monkeypatch.delitem(sys.modules, importer, raising=False)
    said = say("features", "--shared", small_shared)
    assert said.code == 1
    assert said.err == "The package onnx is missing: pip install 'earmark[train]' brings what training needs.\n"


def test_a_program_error_is_not_hidden(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli_distilling, "load_recipe", broken)
    with pytest.raises(ZeroDivisionError):
        say("features")


@pytest.fixture
def small_ontology(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One phrase for each class of the small teachers, instead of thousands that take a minute to encode."""
    write_small_ontology(tmp_path / "sounds.json")
    monkeypatch.setattr(ontology, "SOUNDS", tmp_path / "sounds.json")
    ontology.sound_kinds.cache_clear()
    yield
    ontology.sound_kinds.cache_clear()


@pytest.mark.usefixtures("small_ontology")
def test_from_sounds_to_a_measured_network(say: Say, small_shared: Path, tmp_path: Path) -> None:
    """The whole journey: features, training, export, evaluation, card."""
    run, network, recipe = tmp_path / "run", tmp_path / "network", tmp_path / "tones.toml"
    features = tmp_path / "features"
    recipe.write_text(RECIPE)
    places = [recipe, "--shared", small_shared]
    training = [*places, "--run", run, "--features", features, "--device", "cpu", "--workers", 1]

    said = say("features", *training)
    assert said.code == 0, said.err
    assert said.out == ("4 clips to train on, 2 held out, 3 of unseen labels, 2 mixtures; 0.0 h in all, 527 tags.\n")

    said = say("run", *training, "--out", network, "--set", "optimizer.steps=2")
    assert said.code == 0, said.err
    checkpoint_id = said.out.split()[-1]
    assert said.out == f"tones is in {network}: checkpoint {checkpoint_id}\n"
    assert sorted(path.name for path in run.iterdir()) == ["log.jsonl", "pretraining", "state-00000002.pt"]

    said = say("export", *places, "--run", run)
    assert sentences(said.out) == ["Step 2 of 100.", f"tones is in {run / 'network'}: checkpoint {checkpoint_id}"]

    figures = tmp_path / "figures.json"
    said = say("evaluate", "--recipe", *places, "--network", network, "retrieval", "--json", figures)
    assert said.code == 0, said.err
    assert sentences(said.out)[-1] == f"network tones, checkpoint {checkpoint_id}"
    assert json.loads(figures.read_text())["checkpoint_id"] == checkpoint_id

    (tmp_path / "card.md").write_text("# What was measured\n")
    said = say("describe", network, tmp_path / "card.md")
    assert said.out == f"{network}: checkpoint {checkpoint_id}\n"
    assert (network / "CARD.md").read_text() == "# What was measured\n"


def test_further_sounds_may_come_from_other_manifests(say: Say, small_shared: Path, tmp_path: Path) -> None:
    recipe, more = tmp_path / "tones.toml", tmp_path / "more.csv"
    recipe.write_text(RECIPE)
    write_sound(tmp_path / "hum.wav", hz=90.0, seconds=0.5, sample_rate_hz=32000)
    more.write_text("path,source,recording,label,caption,seconds,licence\nhum.wav,d,hum,hum,a hum,0.5,CC0\n")
    said = say("features", recipe, "--shared", small_shared, "--more", more, "--run", tmp_path / "run", "--workers", 1)
    assert said.code == 0, said.err
    assert said.out.startswith("5 clips to train on, 2 held out, 3 of unseen labels")
    assert (tmp_path / "run" / "features" / "fingerprint").is_file()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a graphics card")
def test_a_device_that_is_not_there_is_named(say: Say, small_shared: Path) -> None:
    said = say("features", "--shared", small_shared, "--device", "cuda")
    assert said.code == 1
    assert said.err.strip().endswith("There is no device cuda here; choose cpu or auto.")
