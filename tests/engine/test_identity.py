"""Which file a sound at a path is. The rule is tried on a library, because it is about what the library remembers."""

from __future__ import annotations

import dataclasses
import os
import random
from pathlib import Path

import pytest

from engine.identity import known_file, located_file
from engine.library import Library
from engine.library_rows import FileStat, Root
from tests.indexed_files import CHECKPOINT, DIM, content_id_of, indexed_file, store


@pytest.fixture
def root(library: Library, sounds: Path) -> Root:
    return library.add_root(sounds)


def known(library: Library, root: Root, name: str, sound: str) -> int | None:
    return known_file(library.library_db, root.id, Path(name), content_id_of(sound))


def test_an_unknown_sound_at_an_unknown_path_is_nobody(library: Library, root: Root):
    store(library, root, "a.wav", "bark")
    assert known(library, root, "b.wav", "miaow") is None


def test_the_same_sound_at_the_same_path_is_the_same_file(library: Library, root: Root):
    file_id = store(library, root, "a.wav", "bark")
    assert known(library, root, "a.wav", "bark") == file_id


def test_a_second_copy_of_a_sound_is_a_file_of_its_own(library: Library, root: Root):
    store(library, root, "a.wav", "bark")
    assert known(library, root, "b.wav", "bark") is None


def test_a_missing_file_is_recognised_by_its_sound(library: Library, root: Root):
    file_id = store(library, root, "a.wav", "bark")
    library.mark_missing([file_id])
    assert known(library, root, "folder/b.wav", "bark") == file_id


def test_of_several_missing_files_with_one_sound_the_one_of_the_same_name(library: Library, root: Root):
    first = store(library, root, "a.wav", "bark")
    second = store(library, root, "b.wav", "bark")
    library.mark_missing([first, second])
    assert known(library, root, "moved/b.wav", "bark") == second
    assert known(library, root, "moved/c.wav", "bark") == first


def test_a_changed_sound_at_a_path_is_the_file_there_edited(library: Library, root: Root):
    file_id = store(library, root, "a.wav", "bark")
    assert known(library, root, "a.wav", "louder bark") == file_id


def test_a_new_sound_where_one_went_missing_is_nobody(library: Library, root: Root):
    library.mark_missing([store(library, root, "a.wav", "bark")])
    assert known(library, root, "a.wav", "miaow") is None


def test_a_file_that_was_never_readable_is_recognised_by_its_path(library: Library, root: Root):
    library.store_failure(root.id, Path("a.wav"), FileStat(1, 1, 1), "damaged")
    (file,) = library.unreadable()
    assert known(library, root, "a.wav", "bark") == file.id
    library.mark_missing([file.id])
    assert known(library, root, "a.wav", "bark") == file.id


def test_a_live_file_whose_path_now_holds_something_else_has_moved(library: Library, root: Root):
    (root.path / "a.wav").write_bytes(b"bark")
    stat = FileStat.of(os.stat(root.path / "a.wav"))
    file_id = store(library, root, "a.wav", "bark", stat=stat)
    assert known(library, root, "b.wav", "bark") is None
    (root.path / "a.wav").write_bytes(b"another sound")
    assert known(library, root, "b.wav", "bark") == file_id


def test_a_new_inode_alone_is_no_move_since_some_file_systems_make_them_up(library: Library, root: Root):
    (root.path / "a.wav").write_bytes(b"bark")
    stat = FileStat.of(os.stat(root.path / "a.wav"))
    store(library, root, "a.wav", "bark", stat=dataclasses.replace(stat, inode=stat.inode + 1))
    assert known(library, root, "copy.wav", "bark") is None


def test_a_new_inode_is_a_move_where_two_known_sounds_of_equal_size_and_time_swapped_names(
    library: Library, root: Root
):
    (root.path / "a.wav").write_bytes(b"meow")
    stat = FileStat.of(os.stat(root.path / "a.wav"))
    bark = store(library, root, "a.wav", "bark", stat=dataclasses.replace(stat, inode=stat.inode + 1))
    store(library, root, "b.wav", "meow")
    assert known(library, root, "b.wav", "bark") == bark


def test_a_file_that_is_out_of_reach_has_not_moved(library: Library, root: Root):
    store(library, root, "a.wav", "bark")  # there is no such file on the disk, as if its drive were unplugged
    assert known(library, root, "b.wav", "bark") is None


def test_the_live_file_at_a_path_goes_before_missing_ones(library: Library, root: Root):
    missing = store(library, root, "a.wav", "bark")
    library.mark_missing([missing])
    assert located_file(library.library_db, root.id, Path("a.wav")) == missing
    live = store(library, root, "a.wav", "miaow")
    assert located_file(library.library_db, root.id, Path("a.wav")) == live
    assert located_file(library.library_db, root.id, Path("b.wav")) is None


class Folder:
    """Files on a disk, and a scan that tells the library what it finds, as indexing does."""

    def __init__(self, library: Library, root: Root) -> None:
        self.library = library
        self.root = root
        self.sounds: dict[str, str] = {}  # by name
        self.clock = 0

    def write(self, name: str, sound: str) -> None:
        self.clock += 1
        path = self.root.path / name
        path.write_text(sound)
        os.utime(path, ns=(self.clock, self.clock))
        self.sounds[name] = sound

    def swap(self, one: str, other: str) -> None:
        one_sound, other_sound = self.sounds[one], self.sounds[other]
        self.write(one, other_sound)
        self.write(other, one_sound)

    def delete(self, name: str) -> None:
        (self.root.path / name).unlink()
        del self.sounds[name]

    def scan(self, chance: random.Random) -> None:
        known = {str(f.relative_path): f for f in self.library.files_under(self.root.id) if f.state == "ok"}
        self.library.mark_missing([file.id for name, file in known.items() if name not in self.sounds])
        stats = {name: FileStat.of(os.stat(self.root.path / name)) for name in self.sounds}
        changed = [name for name, stat in stats.items() if name not in known or known[name].stat != stat]
        chance.shuffle(changed)
        for names in (changed[::2], changed[1::2]):  # a chain of renames can reach into another transaction
            self.library.store_indexed(
                [indexed_file(self.root, name, self.sounds[name], stat=stats[name]) for name in names]
            )


def test_tags_follow_their_sound_through_a_thousand_moves(library: Library, root: Root):
    """Renames, chains of renames, swaps, and copies whose original goes; every file was tagged with its sound."""
    library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    library.library_db.execute("PRAGMA synchronous = OFF")  # a thousand transactions, and no power cut
    folder, chance = Folder(library, root), random.Random(1)
    for number in range(12):
        folder.write(f"{number}.wav", f"sound-{number}")
    folder.scan(chance)
    for file in library.files_under(root.id):
        library.add_tag([file.id], folder.sounds[str(file.relative_path)])
    for step in range(100):
        for _ in range(10):
            name = chance.choice(sorted(folder.sounds))
            if chance.random() < 0.4:
                folder.swap(name, chance.choice(sorted(folder.sounds)))
            else:  # on a name that is free, or that another just left
                sound = folder.sounds[name]
                folder.delete(name)
                folder.write(
                    chance.choice([n for n in map("{}.wav".format, range(16)) if n not in folder.sounds]), sound
                )
        folder.scan(chance)
        live = [file for file in library.files_under(root.id) if file.state == "ok"]
        assert len(live) == 12, f"step {step}"
        for file in live:
            assert library.tags_of(file.id) == [folder.sounds[str(file.relative_path)]], f"step {step}"
