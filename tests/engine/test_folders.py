"""Folders that hold audio files: each has one number, and files know theirs wherever they are moved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.folders import folder_id, folders_called
from engine.library import Library
from engine.library_rows import FileStat
from tests.indexed_files import store


def folders_of_files(library: Library) -> dict[str, bytes]:
    """By the path of each file, the folder that its row names."""
    rows = library.library_db.rows(
        "SELECT display, folder.relative_path, folder.root_id = audio_file.root_id FROM audio_file"
        " LEFT JOIN folder ON folder.id = folder_id"
    )
    assert all(same_root for *_, same_root in rows)
    return {display: folder for display, folder, _ in rows}


def test_a_folder_has_one_number_in_each_root(library: Library, sounds: Path, tmp_path: Path):
    (tmp_path / "other").mkdir()
    roots = [library.add_root(folder).id for folder in (sounds, tmp_path / "other")]
    paths = [Path(), Path("a"), Path("a/b"), Path("A"), Path("caf\udce9")]
    with library.library_db.atomic():
        numbers = [folder_id(library.library_db, root_id, path) for root_id in roots for path in paths]
        again = [folder_id(library.library_db, root_id, path) for root_id in roots for path in paths]
    assert numbers == again
    assert len(set(numbers)) == 10


def test_a_file_names_the_folder_it_is_in_also_after_a_move(library: Library, sounds: Path):
    root = library.add_root(sounds)
    kick = store(library, root, "kick.wav")
    store(library, root, "drums/loops/snare.wav")
    assert folders_of_files(library) == {"kick.wav": b"", "drums/loops/snare.wav": b"drums/loops"}
    library.store_move(kick, root.id, Path("drums/kick.wav"), FileStat(1, 2, 3))
    assert folders_of_files(library)["drums/kick.wav"] == b"drums"


@pytest.mark.parametrize("name", ["kick.wav", "deep/er/kick.wav"])
def test_files_of_a_root_that_becomes_part_of_another_name_its_folders(library: Library, sounds: Path, name: str):
    (sounds / "drums").mkdir()
    store(library, library.add_root(sounds / "drums"), name)
    library.add_root(sounds)
    assert folders_of_files(library) == {f"drums/{name}": f"drums/{name}".rpartition("/")[0].encode()}


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("drums", {"Drums/kick.wav", "Drums/Old/snare.wav", "Drums 2/kick.wav"}),
        ("DRUMS/", {"Drums/kick.wav", "Drums/Old/snare.wav"}),
        ("drums/o", {"Drums/Old/snare.wav"}),
        ("sounds/drums/old", {"Drums/Old/snare.wav"}),
        ("old/snare.wav", set()),
        ("rums", set()),
        ("cafe\u0301", {"Café/cup.wav"}),
        ("cafe", set()),
        ("b\\xe9", {"b\udce9/a.wav"}),
    ],
)
def test_folders_are_found_by_their_names_in_a_row(library: Library, sounds: Path, name: str, files: set[str]):
    root = library.add_root(sounds)
    for path in ("Drums/kick.wav", "Drums/Old/snare.wav", "Drums 2/kick.wav", "Café/cup.wav", "b\udce9/a.wav", "a.wav"):
        store(library, root, path, ascii(path))
    called = folders_called(library.library_db, [root], [name])
    rows = library.library_db.rows("SELECT folder_id, relative_path FROM audio_file")
    assert {os.fsdecode(path) for number, path in rows if number in called} == files
