"""How requests grow together into one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.messages import ConfirmGone, Index, Rescan, Retry
from app.services.wanted import Wanted
from engine.errors import EngineError, NotInLibrary
from engine.library_rows import Root


@pytest.fixture
def roots(tmp_path: Path) -> list[Root]:
    (tmp_path / "one").mkdir()
    return [Root(1, tmp_path / "one", "ok"), Root(2, tmp_path / "two", "offline")]


def test_nothing_is_wanted_at_first():
    assert not Wanted()


def test_a_run_without_roots_is_wanted_too_because_somebody_waits_for_its_answer():
    wanted = Wanted()
    wanted.add(Index(1), [])
    assert wanted


def test_requests_grow_together(roots: list[Root]):
    wanted = Wanted()
    wanted.look_at(1, frozenset([Path("a.wav")]))
    wanted.look_at(1, frozenset([Path("b.wav")]))
    assert wanted.roots == {1: {Path("a.wav"), Path("b.wav")}}
    wanted.add(Rescan(1, 2), roots)
    wanted.look_at(2, frozenset([Path("c.wav")]))
    assert wanted.roots[2] is None
    wanted.add(Index(2, retry=True), roots)
    assert wanted.roots == {1: None, 2: None}
    assert wanted.retried_roots == {1, 2}
    assert wanted.numbers == [1, 2]


def test_single_files_are_tried_again_without_a_look_at_the_whole_root(roots: list[Root]):
    wanted = Wanted()
    paths = (roots[0].path / "sub/a.wav", roots[1].path / "b.wav", Path("/elsewhere/c.wav"))
    wanted.add(Retry(1, paths), roots)
    assert wanted.roots == {1: {Path("sub/a.wav")}, 2: {Path("b.wav")}}
    assert wanted.retried_paths == set(paths)
    assert wanted.retried_roots == set()


def test_only_of_a_folder_that_is_there_can_files_count_as_deleted(roots: list[Root]):
    wanted = Wanted()
    with pytest.raises(EngineError, match="two is out of reach, so nothing of it counts as deleted"):
        wanted.add(ConfirmGone(1, 2), roots)
    assert not wanted
    wanted.add(ConfirmGone(2, 1), roots)
    assert (wanted.confirmed, wanted.roots, wanted.numbers) == ({1}, {1: None}, [2])


@pytest.mark.parametrize("request_", [Rescan(1, 3), ConfirmGone(1, 3)])
def test_a_root_that_is_not_there_is_told_in_a_sentence(roots: list[Root], request_):
    wanted = Wanted()
    with pytest.raises(NotInLibrary, match="no root number 3"):
        wanted.add(request_, roots)
    assert not wanted
