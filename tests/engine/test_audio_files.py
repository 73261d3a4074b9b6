"""The rows of audio files: states, places and the order in which they change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.audio_files import AudioFiles
from engine.errors import NotInLibrary
from engine.library import Library
from engine.library_rows import AudioFile, FileStat, Root
from tests.indexed_files import content_id_of, indexed_file, store

STAT = FileStat(size=5, mtime_ns=6, inode=7)


@pytest.fixture
def root(library: Library, sounds: Path) -> Root:
    return library.add_root(sounds)


@pytest.fixture
def files(library: Library) -> AudioFiles:
    return AudioFiles(library.library_db)


def state_of(files: AudioFiles, file_id: int) -> str:
    return files.get(file_id).state


def test_a_heard_file_has_all_that_was_found_out(files: AudioFiles, root: Root):
    file_id = files.place(indexed_file(root, "drums/kick.wav", "boom", stat=STAT))
    file = files.get(file_id)
    assert len(file.uid) == 16
    assert file == AudioFile(
        id=file_id,
        uid=file.uid,
        root_id=root.id,
        relative_path=Path("drums/kick.wav"),
        path=root.path / "drums/kick.wav",
        size=5,
        mtime_ns=6,
        inode=7,
        content_id=content_id_of("boom"),
        state="ok",
        reason=None,
        duration_s=3.0,
        sample_rate_hz=48000,
        channels=2,
        container="WAV",
        encoding="PCM_24",
    )
    assert file.stat == STAT


@pytest.mark.parametrize(
    "name",
    [b"caf\xe9.wav", "café.wav".encode(), "cafe\u0301.wav".encode(), b"a\nb.wav", b"-rf.wav", b"<img>.wav", b"x" * 255],
)
def test_a_name_is_kept_byte_by_byte_and_shown_as_one_line(files: AudioFiles, root: Root, name: bytes):
    file_id = files.place(indexed_file(root, os.fsdecode(name), "a sound"))
    assert os.fsencode(files.get(file_id).relative_path) == name
    found = files.at(root.id, Path(os.fsdecode(name)))
    assert found is not None
    assert found.id == file_id
    (display,) = files._database.execute("SELECT display FROM audio_file").fetchone()
    assert "\n" not in display


def test_all_files_of_a_root_come_in_order_while_more_are_written(files: AudioFiles, root: Root):
    first = [files.place(indexed_file(root, f"{number}.wav")) for number in range(1500)]
    seen = []
    for file in files.under(root.id):
        seen.append(file.id)
        if len(seen) == 1:
            files.place(indexed_file(root, "later.wav"))
            files.mark_missing([first[5]])
    assert seen[:1500] == first
    assert len(seen) == 1501


def test_an_unreadable_file_keeps_what_was_known_of_it(files: AudioFiles, root: Root):
    file_id = files.place(indexed_file(root, "a.wav", "bark"))
    assert files.place_failure(root.id, Path("a.wav"), STAT, "damaged") == file_id
    file = files.get(file_id)
    assert (file.state, file.reason, file.stat) == ("unreadable", "damaged", STAT)
    assert (file.content_id, file.duration_s) == (content_id_of("bark"), 3.0)
    assert files.unreadable() == [file]
    assert files.place(indexed_file(root, "a.wav", "bark")) == file_id
    assert (state_of(files, file_id), files.get(file_id).reason) == ("ok", None)


def test_a_missing_file_that_is_seen_again_is_as_it_was(files: AudioFiles, root: Root):
    heard = files.place(indexed_file(root, "a.wav"))
    damaged = files.place_failure(root.id, Path("b.wav"), STAT, "damaged")
    files.mark_missing([heard, damaged, 99])
    assert (state_of(files, heard), state_of(files, damaged)) == ("missing", "missing")
    files.mark_seen([heard, damaged, 99])
    assert (state_of(files, heard), state_of(files, damaged)) == ("ok", "unreadable")


def test_a_missing_file_whose_path_is_taken_stays_missing(files: AudioFiles, root: Root):
    old = files.place(indexed_file(root, "a.wav", "bark"))
    files.mark_missing([old])
    new = files.place(indexed_file(root, "a.wav", "miaow"))
    files.mark_seen([old])
    assert old != new
    assert (state_of(files, old), state_of(files, new)) == ("missing", "ok")


def test_a_file_that_moves_onto_another_makes_that_one_missing(files: AudioFiles, root: Root):
    a = files.place(indexed_file(root, "a.wav"))
    b = files.place(indexed_file(root, "b.wav"))
    files.move(a, root.id, Path("b.wav"), STAT)
    assert (files.get(a).relative_path, files.get(a).stat) == (Path("b.wav"), STAT)
    assert (state_of(files, a), state_of(files, b)) == ("ok", "missing")


def test_a_missing_file_that_moves_is_back(files: AudioFiles, root: Root):
    heard = files.place(indexed_file(root, "a.wav"))
    damaged = files.place_failure(root.id, Path("b.wav"), STAT, "damaged")
    files.mark_missing([heard, damaged])
    files.move(heard, root.id, Path("c.wav"), STAT)
    files.move(damaged, root.id, Path("d.wav"), STAT)
    assert (state_of(files, heard), state_of(files, damaged)) == ("ok", "unreadable")


def test_a_file_that_is_not_there_is_named(files: AudioFiles, root: Root):
    with pytest.raises(NotInLibrary, match="file number 99"):
        files.get(99)
    with pytest.raises(NotInLibrary, match="file number 99"):
        files.move(99, root.id, Path("a.wav"), STAT)
    assert files.among([99]) == {}
    assert files.at(root.id, Path("a.wav")) is None


def test_only_files_that_can_be_heard_are_audible(library: Library, files: AudioFiles, root: Root, tmp_path: Path):
    (tmp_path / "other").mkdir()
    other = library.add_root(tmp_path / "other")
    here, there, gone = (store(library, place, name) for place, name in ((root, "a"), (other, "b"), (root, "c")))
    files.place_failure(root.id, Path("d.wav"), STAT, "damaged")
    files.mark_missing([gone])
    assert files.audible([root.id, other.id]) == {here: 3.0, there: 3.0}
    assert files.audible([root.id]) == {here: 3.0}
    assert files.totals() == (2, 6.0, 1)


def test_a_file_is_found_by_its_name_without_suffix_and_its_folders(library: Library, files: AudioFiles, root: Root):
    file_id = store(library, root, "drums/low/Kick_01.wav")
    library.add_tag([file_id], "boom")
    library.add_tag([file_id], "deep thud")
    ((_, version, text),) = files.texts([file_id, 99])
    assert (text.name, text.folder, text.tags) == ("Kick_01", "sounds/drums/low", "boom deep thud")
    library.set_note(file_id, "loud")
    ((_, later, text),) = files.texts([file_id])
    assert (later.uid, later.content_id, text.note) == (version.uid, version.content_id, "loud")
    assert later.text_version > version.text_version


def test_those_below_a_path_are_told_from_those_with_a_like_name(files: AudioFiles, root: Root):
    inside = ["sub/a.wav", "sub/deep/b.wav", os.fsdecode(b"sub/\xff.wav"), "sub/\U0010ffff.wav", "sub/%.wav"]
    outside = ["sub.wav", "sub2/c.wav", "sub", "Sub/d.wav", "su/b.wav", "sub0.wav", "a/sub/e.wav"]
    ids = {name: files.place(indexed_file(root, name, ascii(name))) for name in (*inside, *outside)}
    files.mark_missing([ids["sub/a.wav"]])

    def names_below(*paths: str) -> set[str]:
        return {str(file.relative_path) for file in files.below(root.id, map(Path, paths))}

    assert names_below("sub") == {*inside, "sub"}
    assert names_below("sub/deep", "sub/deep/b.wav", "su/b.wav") == {"sub/deep/b.wav", "su/b.wav"}
    assert names_below("nothing", "sub/a") == set()
    assert files.below(root.id + 1, [Path("sub")]) == []
