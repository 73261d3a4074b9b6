from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch

from trainer.run_state import load_newest_state, load_state_of, save_state


def save(folder: Path, *steps: int) -> None:
    for step in steps:
        save_state(folder, step, {"weights": torch.full((100,), float(step))})


def newest(folder: Path) -> int | None:
    state = load_newest_state(folder)
    if state is None:
        return None
    torch.testing.assert_close(state["weights"], torch.full((100,), float(state["step"])))
    return int(state["step"])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_state_comes_back(tmp_path: Path) -> None:
    save(tmp_path / "run", 500, 1000)
    assert newest(tmp_path / "run") == 1000


def test_a_run_that_has_not_begun_has_no_state(tmp_path: Path) -> None:
    assert newest(tmp_path) is None
    assert newest(tmp_path / "nowhere") is None


def test_two_states_are_kept(tmp_path: Path) -> None:
    save(tmp_path, 500, 1000, 1500, 2000)
    assert names(tmp_path) == ["state-00001500.pt", "state-00002000.pt"]


def test_the_newest_is_that_of_the_highest_step_however_many_digits_it_has(tmp_path: Path) -> None:
    save(tmp_path, 900, 99_500, 1_000_000)
    assert names(tmp_path) == ["state-00099500.pt", "state-01000000.pt"]
    assert newest(tmp_path) == 1_000_000


@pytest.mark.parametrize("left", [0, 1, 200, -1])
def test_a_file_that_was_cut_off_is_passed_over(tmp_path: Path, left: int, caplog: pytest.LogCaptureFixture) -> None:
    save(tmp_path, 500, 1000)
    path = tmp_path / "state-00001000.pt"
    path.write_bytes(path.read_bytes()[:left])
    with caplog.at_level(logging.WARNING):
        assert newest(tmp_path) == 500
    assert "state-00001000.pt is damaged" in caplog.text


def test_a_file_of_zeros_is_passed_over(tmp_path: Path) -> None:
    # what a file system may leave of a file after the power failed
    save(tmp_path, 500, 1000)
    path = tmp_path / "state-00001000.pt"
    path.write_bytes(bytes(path.stat().st_size))
    assert newest(tmp_path) == 500


def test_a_state_that_could_not_be_written_whole_is_no_state(tmp_path: Path) -> None:
    save(tmp_path, 500)
    with pytest.raises(AttributeError):
        save_state(tmp_path, 1000, {"weights": lambda: None})  # fails half-way: a function cannot be stored
    assert newest(tmp_path) == 500
    save(tmp_path, 1000)
    assert names(tmp_path) == ["state-00000500.pt", "state-00001000.pt"]


def test_a_single_changed_byte_is_found(tmp_path: Path) -> None:
    save(tmp_path, 500, 1000)
    path = tmp_path / "state-00001000.pt"
    content = bytearray(path.read_bytes())
    content[content.index(b"\x00\x00\x7a\x44") + 2] ^= 1  # in the weights: a thousand as float32
    path.write_bytes(content)
    assert newest(tmp_path) == 500
    assert load_state_of(tmp_path, 1000) is None
    assert load_state_of(tmp_path, 700) is None


def test_more_states_and_the_best_are_kept_where_that_is_asked_for(tmp_path: Path) -> None:
    for step in (1, 2, 3, 4, 5):
        save_state(tmp_path, step, {"weights": torch.zeros(1)}, kept=3, spared={1})
    assert [int(name[6:14]) for name in names(tmp_path)] == [1, 3, 4, 5]
    best = load_state_of(tmp_path, 1)
    assert best is not None
    assert best["step"] == 1
