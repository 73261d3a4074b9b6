"""Two networks are asked the same about the same sounds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.embedding import Embedder
from engine.indexing import index_folders
from engine.library import Library
from tests.small_networks import write_small_network
from tests.tones import write_sound
from trainer import cli
from trainer.errors import TrainerError
from trainer.own_run import OwnRun, RunStopped
from trainer.trial import RESULT, try_network


@pytest.fixture
def heard(tmp_path: Path, network: Path) -> Path:
    """The folder of a library of eight tones, heard by `network`; one has a tag, one a caption, one is gone."""
    sounds = tmp_path / "sounds"
    for number in range(9):
        write_sound(sounds / f"tone{number}.wav", hz=300.0 * (number + 1), seconds=0.7)
    with Library(tmp_path / "library") as library:
        index_folders(library, Embedder.load(network), [sounds])
        library.add_tag([2], "odd")
        library.set_caption(3, "remarkable")
        library.saved_searches.save("Dogs", "dog barks")
    (sounds / "tone8.wav").unlink()
    return tmp_path / "library"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    write_small_network(tmp_path / "other", seed=1)
    return tmp_path / "other"


def test_both_networks_answer_as_the_product_does(heard: Path, network: Path, other: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in heard.iterdir() if path.suffix == ".db"}
    run = OwnRun(tmp_path / "run")
    run.begin({})
    with Library(heard, read_only=True) as library:
        trial = try_network(library, other, network, ["rain on the roof", "tag:odd bell", "remarkable"], run=run)
    assert (trial.present, trial.new, trial.files) == ("small", "small", 8)
    rain, odd, said = trial.questions
    assert {Path(hit.path).name for hit in rain.new} == {f"tone{number}.wav" for number in range(8)}
    assert [hit.path for hit in rain.new] != [hit.path for hit in rain.present]
    assert all(0 <= hit.start_s < hit.end_s <= 0.7 + 1e-6 for hit in (*rain.present, *rain.new))
    assert [len(odd.present), len(odd.new), odd.same] == [1, 1, 1]
    assert said.new[0].path == said.present[0].path
    stored = json.loads((tmp_path / "run" / RESULT).read_text())
    assert stored["questions"][1]["query"] == "tag:odd bell"
    assert {path: path.read_bytes() for path in before} == before


def test_what_cannot_be_compared_is_said(heard: Path, network: Path, other: Path) -> None:
    with Library(heard, read_only=True) as library:
        with pytest.raises(TrainerError, match="nothing to ask"):
            try_network(library, other, network, [])
        with pytest.raises(TrainerError, match="in use"):
            try_network(library, network, network, ["dog"])
        with pytest.raises(RunStopped):
            try_network(library, other, network, ["dog"], run=OwnRun(ended=lambda: True))


def test_the_command_asks_the_saved_searches(
    heard: Path, network: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["trial", str(heard), str(other), "--against", str(network)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("8 sounds, heard by small and small")
    assert "dog barks  (8 of the first 8 alike)" in out
