"""A library of tones becomes a network of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import paths
from engine.clap import checkpoint
from engine.embedding import Embedder
from engine.library import Library
from engine.tag_examples import TagExample
from tests.indexed_files import random_embeddings, store, unit_rows
from tests.tones import write_sound
from trainer import cli, own_network
from trainer.errors import TrainerError
from trainer.own_network import compare
from trainer.own_run import LOG, RUN, STOP, OwnRun, RunStopped
from trainer.personal import make_personal_network
from trainer.tuning_recipe import load_tuning_recipe

TAG = "bell"
LIKES, STRANGERS = 20, 30
QUICK = load_tuning_recipe(overrides={"descent.steps": 20})


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Twenty high tones, of which the first half are examples and the others have the tag, and thirty low ones."""
    monkeypatch.setattr(own_network, "FEWEST_STRANGERS", STRANGERS)
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    with Library(tmp_path / "library") as library:
        root = library.add_root(sounds)
        high = [write_sound(sounds / f"high{n}.wav", hz=2500.0 + 50 * n, seconds=0.7) for n in range(LIKES)]
        low = [write_sound(sounds / f"low{n}.wav", hz=200.0 + 40 * n, seconds=0.7) for n in range(STRANGERS)]
        ids = [store(library, root, path.name) for path in (*high, *low)]
        library.tag_examples.give(TAG, [TagExample(file_id, 0.0, 0.5) for file_id in ids[: LIKES // 2]])
        library.add_tag(ids[LIKES // 2 : LIKES], TAG)
        yield library


def test_the_network_is_one_that_earmark_opens_and_its_card_says_what_it_is(
    library: Library, network: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new folder" / "own"
    made = make_personal_network(library, [TAG], network, out, recipe=QUICK)
    own, parent = Embedder.load(out), Embedder.load(network)
    assert own.checkpoint_id == made.checkpoint_id != parent.checkpoint_id
    assert own.name == "small, tuned"
    np.testing.assert_array_equal(own.embed_text(["bell", "rain"]), parent.embed_text(["bell", "rain"]))
    assert made.examples == {TAG: LIKES}
    assert made.strangers == STRANGERS
    assert made.tuned.after < made.tuned.before
    assert 0.9 < made.kept.likeness <= 1.0
    card = (out / checkpoint.CARD).read_text()
    assert f"tuned to the tags of one library: {TAG} (20 examples)" in card
    assert parent.checkpoint_id in card
    assert card.endswith((network / checkpoint.CARD).read_text())
    assert [path.name for path in out.parent.iterdir()] == ["own"]


def test_what_was_tuned_can_be_tuned_again(library: Library, network: Path, tmp_path: Path) -> None:
    make_personal_network(library, [TAG], network, tmp_path / "one", recipe=QUICK)
    make_personal_network(library, [TAG], tmp_path / "one", tmp_path / "two", recipe=QUICK)
    assert Embedder.load(tmp_path / "two").name == "small, tuned"


def test_sounds_and_library_stay_as_they_are(library: Library, network: Path, tmp_path: Path) -> None:
    sounds = {path: path.read_bytes() for path in (tmp_path / "sounds").iterdir()}
    with Library(library.folder, read_only=True) as reader:
        make_personal_network(reader, [TAG], network, tmp_path / "own", recipe=QUICK)
    assert {path: path.read_bytes() for path in (tmp_path / "sounds").iterdir()} == sounds


def test_too_few_examples_are_counted_before_anything_is_heard(library: Library, network: Path, tmp_path: Path) -> None:
    library.remove_tag([library.tag_examples.of(TAG).likes[0].file_id + LIKES // 2], TAG)
    with pytest.raises(TrainerError, match="bell has 19 examples, and tuning needs 20"):
        make_personal_network(library, [TAG], network, tmp_path / "own")
    assert not (tmp_path / "own").exists()


def test_sounds_that_cannot_be_read_do_not_count(library: Library, network: Path, tmp_path: Path) -> None:
    (tmp_path / "sounds" / "high3.wav").write_bytes(b"no sound")
    with pytest.raises(TrainerError, match="Of sounds that can be read bell has 19 examples"):
        make_personal_network(library, [TAG], network, tmp_path / "own")


def test_a_library_without_other_sounds_cannot_be_tuned_to(
    library: Library, network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_network, "FEWEST_STRANGERS", STRANGERS + 1)
    with pytest.raises(TrainerError, match="the library has 30 other sounds, and tuning needs 31"):
        make_personal_network(library, [TAG], network, tmp_path / "own")


def test_nothing_is_written_over(library: Library, network: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    with pytest.raises(TrainerError, match="something at"):
        make_personal_network(library, [TAG], network, tmp_path / "own")
    assert list((tmp_path / "own").iterdir()) == []


def test_only_a_network_of_our_own_kind_is_tuned(library: Library, tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="no network of Earmark's own kind"):
        make_personal_network(library, [TAG], tmp_path / "nothing", tmp_path / "own")


def test_a_tuning_that_gains_nothing_writes_nothing(library: Library, network: Path, tmp_path: Path) -> None:
    away = load_tuning_recipe(overrides={"descent.learning_rate": -2e-3})
    with pytest.raises(TrainerError, match="nothing better"):
        make_personal_network(library, [TAG], network, tmp_path / "own", recipe=away)
    assert not (tmp_path / "own").exists()


def test_an_interruption_leaves_nothing_half_written(
    library: Library, network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(folder: Path) -> str:
        assert len(list(folder.iterdir())) > 3
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "seal", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_personal_network(library, [TAG], network, tmp_path / "new folder" / "own", recipe=QUICK)
    assert list((tmp_path / "new folder").iterdir()) == []


def test_the_command_says_what_was_gained_and_kept(
    library: Library, network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "own"
    arguments = ["personal", str(library.folder), "--tag", TAG, "--network", str(network), "--out", str(out)]
    assert cli.main([*arguments, "--set", "descent.steps=20"]) == 0
    gained, kept, where = capsys.readouterr().out.splitlines()
    assert gained.startswith("Tuned to bell (20 examples) in 20 steps: ")
    assert kept.startswith("30 other sounds kept a cosine of 0.9")
    assert where == f"The network is in {out}: checkpoint {checkpoint.verify(out)}"
    assert cli.main(arguments) == 1
    assert "There is something at" in capsys.readouterr().err


def test_run_tunes_by_the_recipe_in_a_folder_of_its_own(
    library: Library,
    network: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(paths, "default_network_folder", lambda: network)
    run = tmp_path / "run"
    arguments = ["run", "personal", "--library", str(library.folder), "--tag", TAG, "--run", str(run), "--small"]
    assert cli.main([*arguments, "--set", "descent.steps=20", "--set", "rows.first_s=0.5"]) == 0
    assert f"The network is in {run / 'network'}: checkpoint" in capsys.readouterr().out
    told = [json.loads(line) for line in (run / LOG).read_text().splitlines()]
    first, *_, last = [line for line in told if "found" in line]
    assert (first["step"], first["steps"]) == (0, 20)
    assert last["stage"] == "finished"
    assert last["held_out"] < first["held_out"]
    settings = json.loads((run / RUN).read_text())["settings"]
    assert (settings["rows"]["strangers"], settings["rows"]["first_s"]) == (300, 0.5)


def test_a_run_goes_on_with_the_settings_that_it_was_begun_with(
    library: Library, network: Path, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / STOP).touch()
    with pytest.raises(RunStopped):
        make_personal_network(library, [TAG], network, tmp_path / "own", recipe=QUICK, run=OwnRun(tmp_path / "run"))
    with pytest.raises(TrainerError, match="holds a run that makes something else"):
        make_personal_network(library, [TAG], network, tmp_path / "own", run=OwnRun(tmp_path / "run"))


def test_networks_that_hear_the_same_mean_the_same() -> None:
    files, names = [random_embeddings(n) for n in range(30)], unit_rows(np.random.default_rng(0), 5)
    assert compare(files, files, names).same == 1.0
    assert compare(files, files, names).likeness == pytest.approx(1.0)
    assert compare(files, files[::-1], names).same < 1.0
