"""Tags of many files, written and taken back: the library knows at once, and nobody listens to the same sound again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.file_tags import (
    TagSource,
    kept_runs,
    preview_tags,
    take_back_run,
    tidy_runs,
    write_into_copies,
    write_into_files,
)
from engine.library import Library
from engine.library_rows import FileStat
from engine.metadata import Metadata, read_metadata
from engine.scanning import find_changes
from engine.tag_writing import UNDO_DAYS
from tests.indexed_files import CHECKPOINT, store
from tests.sound_files import make_sweep, write_with_ffmpeg, write_with_libsndfile

Keep = Callable[..., int]


@pytest.fixture
def undo(tmp_path: Path) -> Path:
    return tmp_path / "library" / "undo" / "tags"


@pytest.fixture
def keep(library: Library, sounds: Path) -> Keep:
    """`keep(name)`: a sound on the disk and in the library, as indexing leaves it."""

    def make(name: str) -> int:
        path = sounds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_with_libsndfile(path, make_sweep(0.2), kind="WAV")
        return store(library, library.add_root(sounds), name, stat=FileStat.of(os.stat(path)), metadata=Metadata())

    return make


def all_of(*file_ids: int) -> TagSource:
    return TagSource(file_ids)


def test_the_library_knows_and_the_next_scan_has_nothing_to_do(library: Library, sounds: Path, keep: Keep, undo: Path):
    file_id = keep("a.wav")
    library.add_tag([file_id], "thunderclap")
    before = library.embeddings_of(file_id, CHECKPOINT)
    outcome = write_into_files(library, all_of(file_id), undo)
    assert (outcome.written, outcome.failures) == (1, ())
    assert read_metadata(sounds / "a.wav").keywords == ("thunderclap",)
    assert library.metadata_of(file_id).keywords == ("thunderclap",)
    changes = find_changes(library, library.roots()[0])
    assert (changes.unchanged, changes.changed, changes.moved, changes.gone) == (1, [], [], [])
    assert library.needs_embedding(library.roots()[0].id, CHECKPOINT) == []
    assert (library.embeddings_of(file_id, CHECKPOINT).clip == before.clip).all()


def test_what_is_in_the_file_is_found_by_its_words(library: Library, keep: Keep, undo: Path):
    file_id = keep("a.wav")
    library.add_tag([file_id], "thunderclap")
    write_into_files(library, all_of(file_id), undo)
    library.remove_tag([file_id], "thunderclap")
    assert [hit.file_id for hit in library.search_text("thunderclap", 5)] == [file_id]


def test_an_edit_that_no_scan_has_seen_is_not_hidden(library: Library, sounds: Path, keep: Keep, undo: Path):
    file_id = keep("a.wav")
    library.add_tag([file_id], "rain")
    write_with_libsndfile(sounds / "a.wav", make_sweep(0.4), kind="WAV")
    assert write_into_files(library, all_of(file_id), undo).written == 1
    assert [found.relative_path for found in find_changes(library, library.roots()[0]).changed] == [Path("a.wav")]


def test_one_bad_file_does_not_keep_the_others(library: Library, sounds: Path, keep: Keep, undo: Path):
    ids = [keep(name) for name in ("a.wav", "b.wav", "c.wav", "d.wav")]
    library.add_tag(ids, "rain")
    (sounds / "a.wav").chmod(0o444)
    (sounds / "b.wav").write_bytes(b"RIFF")
    (sounds / "c.wav").unlink()
    write_with_ffmpeg(sounds / "e.m4a", make_sweep(0.2), kind="ipod", codec="aac")
    ids.append(store(library, library.roots()[0], "e.m4a"))
    library.add_tag(ids, "rain")
    outcome = write_into_files(library, all_of(*ids, 99), undo)
    assert outcome.written == 1
    assert [failure.path.name for failure in outcome.failures] == ["a.wav", "b.wav", "c.wav", "e.m4a"]
    assert outcome.failures[0].reason == "it is read-only"


def test_nothing_said_and_said_already(library: Library, sounds: Path, keep: Keep, undo: Path):
    silent, said = keep("a.wav"), keep("b.wav")
    library.add_tag([said], "rain")
    write_into_files(library, all_of(said), undo)
    former = {path: path.read_bytes() for path in sounds.iterdir()}
    outcome = write_into_files(library, all_of(silent, said), undo)
    assert (outcome.written, outcome.unchanged, outcome.run) == (0, 2, None)
    assert {path: path.read_bytes() for path in sounds.iterdir()} == former
    assert len(kept_runs(undo)) == 1


def test_a_suggested_caption_is_written_only_when_asked_for(library: Library, sounds: Path, keep: Keep, undo: Path):
    file_id = keep("a.wav")
    library.set_suggested_caption(file_id, "Rain falls.")
    assert write_into_files(library, all_of(file_id), undo).unchanged == 1
    assert write_into_files(library, TagSource((file_id,), suggested_captions=True), undo).written == 1
    assert read_metadata(sounds / "a.wav").description == "Rain falls."


def test_a_preview_says_the_same_and_changes_nothing(library: Library, sounds: Path, keep: Keep, undo: Path):
    ids = [keep("a.wav"), keep("b.wav"), keep("c.wav")]
    library.add_tag(ids[:2], "rain")
    (sounds / "a.wav").chmod(0o444)
    former = {path: path.read_bytes() for path in sounds.iterdir()}
    seen = preview_tags(library, all_of(*ids), in_place=True)
    assert {path: path.read_bytes() for path in sounds.iterdir()} == former
    assert (seen.written, seen.unchanged, [failure.path.name for failure in seen.failures]) == (1, 1, ["a.wav"])
    assert seen.failures == write_into_files(library, all_of(*ids), undo).failures
    assert preview_tags(library, all_of(*ids), in_place=False).written == 3


class TestCopies:
    def test_they_lie_as_in_their_root_and_originals_stay(self, library: Library, sounds: Path, keep: Keep, tmp_path):
        ids = [keep("a.wav"), keep("wet/a.wav")]
        library.add_tag(ids[:1], "rain")
        former = (sounds / "a.wav").read_bytes()
        outcome = write_into_copies(library, all_of(*ids), tmp_path / "out")
        assert (outcome.written, outcome.failures) == (2, ())
        assert read_metadata(tmp_path / "out/sounds/a.wav").keywords == ("rain",)
        assert (tmp_path / "out/sounds/wet/a.wav").read_bytes() == (sounds / "wet/a.wav").read_bytes()
        assert (sounds / "a.wav").read_bytes() == former

    def test_nothing_is_overwritten(self, library: Library, keep: Keep, tmp_path: Path):
        (tmp_path / "out/sounds").mkdir(parents=True)
        (tmp_path / "out/sounds/a.wav").write_bytes(b"mine")
        outcome = write_into_copies(library, all_of(keep("a.wav")), tmp_path / "out")
        assert [failure.reason for failure in outcome.failures] == ["there is a file of this name already"]
        assert (tmp_path / "out/sounds/a.wav").read_bytes() == b"mine"

    def test_a_folder_that_cannot_be_made(self, library: Library, keep: Keep, tmp_path: Path):
        (tmp_path / "out").write_bytes(b"a file")
        assert len(write_into_copies(library, all_of(keep("a.wav")), tmp_path / "out").failures) == 1


class TestTakingBack:
    def test_a_whole_run(self, library: Library, sounds: Path, keep: Keep, undo: Path):
        ids = [keep("a.wav"), keep("b.wav")]
        former = {path: path.read_bytes() for path in sounds.iterdir()}
        library.add_tag(ids, "rain")
        run = write_into_files(library, all_of(*ids), undo).run
        assert run is not None
        assert kept_runs(undo) == [run]
        outcome = take_back_run(library, run)
        assert (outcome.written, outcome.failures, outcome.run) == (2, (), None)
        assert {path: path.read_bytes() for path in sounds.iterdir()} == former
        assert library.metadata_of(ids[0]).keywords == ()
        assert find_changes(library, library.roots()[0]).unchanged == 2
        assert kept_runs(undo) == []

    def test_what_was_changed_since_stays_and_so_does_its_way_back(self, library, sounds: Path, keep: Keep, undo: Path):
        ids = [keep("a.wav"), keep("b.wav")]
        library.add_tag(ids, "rain")
        first = write_into_files(library, all_of(*ids), undo).run
        library.add_tag(ids[:1], "roof")
        write_into_files(library, all_of(ids[0]), undo)
        assert first is not None
        outcome = take_back_run(library, first)
        assert (outcome.written, [failure.path.name for failure in outcome.failures]) == (1, ["a.wav"])
        assert outcome.run == first
        assert read_metadata(sounds / "a.wav").keywords == ("rain", "roof")

    def test_old_runs_are_forgotten(self, library: Library, keep: Keep, undo: Path):
        file_id = keep("a.wav")
        library.add_tag([file_id], "rain")
        run = write_into_files(library, all_of(file_id), undo).run
        tidy_runs(undo)
        assert run is not None
        (record,) = run.glob("*.json")
        made_ns = int(record.name.partition("-")[0]) - (UNDO_DAYS + 1) * 86_400 * 10**9
        record.rename(run / f"{made_ns:020d}-x.json")
        tidy_runs(undo)
        assert kept_runs(undo) == []
        assert not run.exists()


def test_it_stops_between_two_files(library: Library, keep: Keep, undo: Path):
    ids = [keep(name) for name in ("a.wav", "b.wav", "c.wav")]
    library.add_tag(ids, "rain")
    told: list[tuple[int, int]] = []

    def go_on(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 2

    outcome = write_into_files(library, all_of(*ids), undo, go_on)
    assert (outcome.written, outcome.stopped) == (2, True)
    assert told == [(0, 3), (1, 3), (2, 3)]
    assert outcome.run is not None
    assert take_back_run(library, outcome.run, lambda done, total: done < 1).stopped
    assert take_back_run(library, outcome.run).written == 1
