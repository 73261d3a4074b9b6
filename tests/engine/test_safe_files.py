"""A file is there whole or not at all, and what has a name keeps it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import safe_files
from engine.safe_files import TEMPORARY_PREFIX, move_to_new, replace, temporary_beside, write_new, write_over


def test_a_new_file_is_written_and_nothing_else_is_left(tmp_path: Path):
    write_new(tmp_path / "a.json", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"new")]


def test_what_is_there_stays(tmp_path: Path):
    (tmp_path / "a.json").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a.json", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"mine")]


def test_a_link_to_nowhere_is_something_too(tmp_path: Path):
    (tmp_path / "a.json").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a.json", b"new")
    assert not (tmp_path / "nowhere").exists()


def test_our_own_files_are_replaced_whole(tmp_path: Path):
    (tmp_path / "a.json").write_bytes(b"old")
    write_over(tmp_path / "a.json", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.json", b"new")]


def test_temporary_files_are_hidden_and_keep_their_suffix(tmp_path: Path):
    name = temporary_beside(tmp_path / f"{'x' * 240}.wav").name
    assert name.startswith(TEMPORARY_PREFIX)
    assert name.startswith(".")
    assert name.endswith(".wav")
    assert len(name) < 100


class TestMoving:
    @pytest.fixture(params=["by the system", "by looking"])
    def either_way(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        if request.param == "by looking":
            monkeypatch.setattr(safe_files, "_rename_exclusively", lambda source, target: False)

    def test_to_a_free_name_the_file_stays_the_same_file(self, tmp_path: Path, either_way: None):
        (tmp_path / "a").write_bytes(b"a")
        before = os.stat(tmp_path / "a")
        move_to_new(tmp_path / "a", tmp_path / "b")
        after = os.stat(tmp_path / "b")
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
        assert os.listdir(tmp_path) == ["b"]

    def test_no_name_that_is_taken_is_given(self, tmp_path: Path, either_way: None):
        (tmp_path / "a").write_bytes(b"a")
        (tmp_path / "b").write_bytes(b"b")
        with pytest.raises(FileExistsError):
            move_to_new(tmp_path / "a", tmp_path / "b")
        assert (tmp_path / "a").read_bytes() == b"a"
        assert (tmp_path / "b").read_bytes() == b"b"

    def test_hard_links_are_two_names(self, tmp_path: Path, either_way: None):
        (tmp_path / "a").write_bytes(b"a")
        (tmp_path / "A").hardlink_to(tmp_path / "a")
        with pytest.raises(FileExistsError):
            move_to_new(tmp_path / "a", tmp_path / "A")
        assert sorted(os.listdir(tmp_path)) == ["A", "a"]

    def test_a_file_that_is_gone(self, tmp_path: Path, either_way: None):
        with pytest.raises(FileNotFoundError):
            move_to_new(tmp_path / "a", tmp_path / "b")


def test_replacing_waits_for_a_program_that_holds_the_file_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a").write_bytes(b"new")
    (tmp_path / "b").write_bytes(b"old")
    refusals, really = [1, 2], os.replace

    def refuse_twice(source: Path, target: Path) -> None:
        if refusals:
            refusals.pop()
            raise PermissionError
        really(source, target)

    monkeypatch.setattr(os, "replace", refuse_twice)
    replace(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"new"
