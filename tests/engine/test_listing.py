"""The library as a person browses it: what a scope holds, in which order, and how much there is of everything."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from engine.errors import NotInLibrary
from engine.library import Library
from engine.library_rows import (
    EVERYTHING,
    Column,
    FileStat,
    FolderCount,
    NameCount,
    Order,
    Root,
    RootCounts,
    Scope,
)
from engine.question import Question
from tests.indexed_files import CHECKPOINT, DIM, indexed_file, store

# name, seconds, container, modified: no two columns have the same order
FILES = [
    ("drums/take 10.wav", 3.0, "WAV", 50),
    ("drums/Take 2.flac", 9.0, "FLAC", 40),
    ("drums/kicks/boom.wav", 1.0, "WAV", 10),
    ("rain.mp3", 7.0, "MP3", 60),
    ("Drums 2/door.wav", 5.0, "WAV", 20),
]


@pytest.fixture
def root(library: Library, sounds: Path) -> Root:
    """With FILES."""
    library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    root = library.add_root(sounds)
    for name, duration_s, container, mtime_s in FILES:
        file = indexed_file(root, name, stat=FileStat(2000, mtime_s * 10**9, 0))
        library.store_indexed([dataclasses.replace(file, duration_s=duration_s, container=container)])
    return root


def ids(library: Library, root: Root, *names: str) -> list[int]:
    files = library.files_at_paths(root.path / name for name in names)
    return [files[root.path / name].id for name in names]


def listed(library: Library, scope: Scope = EVERYTHING, order: Order = Order()) -> list[str]:
    return [row.name for row in rows_of(library, library.listing(scope, order))]


def rows_of(library: Library, file_ids: np.ndarray) -> list:
    rows = library.rows(file_ids)
    return [rows[file_id] for file_id in file_ids.tolist()]


class TestOrder:
    @pytest.mark.parametrize(
        ("column", "names"),
        [
            ("name", ["boom", "door", "rain", "Take 2", "take 10"]),
            ("folder", ["rain", "Take 2", "take 10", "boom", "door"]),
            ("duration", ["boom", "take 10", "door", "rain", "Take 2"]),
            ("format", ["Take 2", "rain", "boom", "door", "take 10"]),
            ("rating", ["boom", "rain", "take 10", "Take 2", "door"]),
            ("modified", ["boom", "door", "Take 2", "take 10", "rain"]),
            ("added", ["take 10", "Take 2", "boom", "rain", "door"]),
        ],
    )
    def test_every_column_has_its_order_and_the_reverse(
        self, library: Library, root: Root, column: Column, names: list[str]
    ):
        library.set_rating(ids(library, root, "Drums 2/door.wav"), 5)
        library.set_rating(ids(library, root, "drums/Take 2.flac"), 3)
        for scope in (EVERYTHING, Scope(root_ids=(root.id,))):
            found = [Path(name).stem for name in listed(library, scope, Order(column))]
            assert found == names
            back = [Path(name).stem for name in listed(library, scope, Order(column, descending=True))]
            assert back == names[::-1]

    def test_roots_are_ordered_by_their_names(self, library: Library, tmp_path: Path):
        for folder in ("Sounds 10", "sounds 2", "Ambience"):
            (tmp_path / folder).mkdir()
            store(library, library.add_root(tmp_path / folder), f"b/{folder}.wav", folder)
        assert listed(library, order=Order("folder")) == ["Ambience.wav", "sounds 2.wav", "Sounds 10.wav"]

    def test_only_what_can_be_heard_is_listed(self, library: Library, root: Root):
        missing, broken = ids(library, root, "rain.mp3", "drums/take 10.wav")
        library.mark_missing([missing])
        library.store_failure(root.id, Path("drums/take 10.wav"), FileStat(1, 2, 3), "it is damaged")
        for column in ("name", "folder", "added", "duration"):
            assert {missing, broken}.isdisjoint(library.listing(order=Order(column)).tolist())
        assert len(library.listing()) == 3

    def test_an_empty_library_lists_nothing(self, library: Library):
        for column in ("name", "folder", "added", "duration", "rating"):
            listing = library.listing(order=Order(column, descending=True))
            assert (listing.dtype, listing.shape) == (np.int64, (0,))


class TestScope:
    def test_a_folder_holds_its_subfolders_and_nothing_that_only_begins_alike(self, library: Library, root: Root):
        store(library, root, "drums0/other.wav")
        store(library, root, "drums.wav")
        assert listed(library, Scope(folder=root.path / "drums")) == ["boom.wav", "Take 2.flac", "take 10.wav"]
        assert listed(library, Scope(folder=root.path / "drums/kicks")) == ["boom.wav"]
        assert len(listed(library, Scope(folder=root.path))) == 7

    def test_a_folder_outside_of_all_roots_holds_nothing(self, library: Library, root: Root, tmp_path: Path):
        assert listed(library, Scope(folder=tmp_path / "elsewhere")) == []
        assert listed(library, Scope(folder=root.path / "nothing")) == []

    def test_some_of_the_roots(self, library: Library, root: Root, tmp_path: Path):
        (tmp_path / "more").mkdir()
        more = library.add_root(tmp_path / "more")
        store(library, more, "x.wav")
        assert listed(library, Scope(root_ids=(more.id,))) == ["x.wav"]
        assert len(listed(library, Scope(root_ids=(more.id, root.id)))) == 6
        assert listed(library, Scope(root_ids=(99,))) == []

    def test_a_collection_tags_and_stars_and_all_of_them_together(self, library: Library, root: Root):
        door, rain, boom = ids(library, root, "Drums 2/door.wav", "rain.mp3", "drums/kicks/boom.wav")
        library.add_tag([door, rain], "Wet")
        library.add_tag([rain, boom], "loud")
        library.set_rating([rain, boom], 4)
        library.set_rating([door], 2)
        best = library.collections.create("Best")
        library.collections.add(best.id, [boom, rain])
        assert listed(library, Scope(tags=("wet",))) == ["door.wav", "rain.mp3"]
        assert listed(library, Scope(tags=("wet", "loud"))) == ["rain.mp3"]
        assert listed(library, Scope(tags=("dry",))) == []
        assert listed(library, Scope(min_stars=2)) == ["boom.wav", "door.wav", "rain.mp3"]
        assert listed(library, Scope(min_stars=3)) == ["boom.wav", "rain.mp3"]
        assert listed(library, Scope(collection_id=best.id)) == ["boom.wav", "rain.mp3"]
        everything = Scope((root.id,), root.path / "drums", best.id, ("loud",), 4)
        for column in ("name", "folder", "duration", "added"):
            assert listed(library, everything, Order(column)) == ["boom.wav"]


class TestSomeFiles:
    @pytest.mark.parametrize("many", [1, 100])  # fewer are looked up, more are picked out
    def test_a_scope_may_name_its_files(self, library: Library, root: Root, many: int, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("engine.listing.MANY_NAMED", many)
        named = tuple(ids(library, root, "rain.mp3", "drums/kicks/boom.wav", "Drums 2/door.wav"))
        library.mark_missing(named[2:])
        scope = Scope(among=(*named, 99))
        for column in ("name", "folder", "added", "duration"):
            assert set(listed(library, scope, Order(column))) == {"boom.wav", "rain.mp3"}
        assert listed(library, scope, Order("duration", descending=True)) == ["rain.mp3", "boom.wav"]
        assert listed(library, dataclasses.replace(scope, folder=root.path / "drums")) == ["boom.wav"]
        assert listed(library, dataclasses.replace(scope, filters=Question("format:mp3").part.filters)) == ["rain.mp3"]
        assert listed(library, dataclasses.replace(scope, says=("boom",))) == ["boom.wav"]
        assert listed(library, Scope(among=())) == []

    def test_a_filter_leaves_the_order_as_it_is(self, library: Library, root: Root):
        columns: tuple[Column, ...] = ("name", "folder", "duration", "format", "rating", "modified", "added")
        for filters in (Question("duration:>2s").part.filters, Question("-folder:kicks").part.filters):
            for column in columns:
                order = [name for name in listed(library, order=Order(column)) if name != "boom.wav"]
                assert listed(library, Scope(filters=filters), Order(column)) == order


class TestRows:
    def test_a_row_tells_all_that_a_list_shows(self, library: Library, root: Root):
        (boom,) = ids(library, root, "drums/kicks/boom.wav")
        library.add_tag([boom], "thud")
        library.add_tag([boom], "deep")
        library.set_rating([boom], 4)
        row = library.rows([boom, 99])[boom]
        assert (row.name, row.folder, row.path) == (
            "boom.wav",
            "sounds/drums/kicks",
            root.path / "drums/kicks/boom.wav",
        )
        assert (row.tags, row.stars, row.state, row.reason) == (("deep", "thud"), 4, "ok", None)
        assert (row.duration_s, row.container, row.size_bytes, row.modified_s) == (1.0, "WAV", 2000, 10.0)

    def test_files_that_are_not_there_have_none(self, library: Library):
        assert library.rows([1, 2]) == {}

    def test_a_hostile_name_is_safe_to_show_and_its_path_is_what_it_is(self, library: Library, sounds: Path):
        name = os.fsdecode(b"caf\xe9\n\xe2\x80\xae<b>.wav")
        file_id = store(library, library.add_root(sounds), f"\u202e/{name}", "rain")
        row = library.rows([file_id])[file_id]
        assert (row.folder, row.name) == ("sounds/\\u202e", "caf\\xe9\\n\\u202e<b>.wav")
        assert row.path == sounds / "\u202e" / name


class TestCounts:
    def test_of_each_root_what_can_be_heard_and_what_cannot(self, library: Library, root: Root, tmp_path: Path):
        (tmp_path / "empty").mkdir()
        empty = library.add_root(tmp_path / "empty")
        library.mark_missing(ids(library, root, "rain.mp3", "drums/take 10.wav"))
        library.store_failure(root.id, Path("broken.wav"), FileStat(1, 2, 3), "it is damaged")
        assert library.root_counts() == [RootCounts(root, 3, 2, 1), RootCounts(empty, 0, 0, 0)]

    def test_of_each_tag_and_collection_what_can_be_heard(self, library: Library, root: Root):
        door, rain = ids(library, root, "Drums 2/door.wav", "rain.mp3")
        library.add_tag([door, rain], "take 10")
        library.add_tag([rain], "Take 2")
        some, none = library.collections.create("some"), library.collections.create("None")
        library.collections.add(some.id, [door, rain])
        assert library.tag_counts() == [NameCount("Take 2", 1), NameCount("take 10", 2)]
        assert library.collection_counts() == [NameCount("None", 0, none.id), NameCount("some", 2, some.id)]
        library.mark_missing([rain])
        assert library.tag_counts() == [NameCount("Take 2", 0), NameCount("take 10", 1)]
        assert library.collection_counts()[1].files == 1

    def test_of_each_folder_in_a_folder_what_it_holds_at_any_depth(self, library: Library, root: Root):
        (sub, deep) = (root.path / "drums", root.path / "drums/kicks")
        assert library.subfolders(root.path) == [
            FolderCount("drums", sub, 3),
            FolderCount("Drums 2", root.path / "Drums 2", 1),
        ]
        assert library.subfolders(sub) == [FolderCount("kicks", deep, 1)]
        assert library.subfolders(deep) == []
        library.mark_missing(ids(library, root, "drums/kicks/boom.wav"))
        assert library.subfolders(sub) == []

    def test_folders_that_differ_in_capitals_or_zeros_are_two(self, library: Library, sounds: Path):
        root = library.add_root(sounds)
        for name in ("disc 1/a.wav", "Disc 01/b.wav", "disc 01/c.wav"):
            store(library, root, name)
        assert [folder.name for folder in library.subfolders(sounds)] == ["Disc 01", "disc 01", "disc 1"]

    def test_a_folder_whose_name_is_not_text_is_safe_to_show(self, library: Library, sounds: Path):
        name = os.fsdecode(b"caf\xe9\n")
        store(library, library.add_root(sounds), f"{name}/a.wav", "rain")
        assert library.subfolders(sounds) == [FolderCount("caf\\xe9\\n", sounds / name, 1)]
        assert listed(library, Scope(folder=sounds / name)) == ["a.wav"]


def test_a_file_is_found_at_each_of_some_paths(library: Library, root: Root, tmp_path: Path):
    rain, nothing = root.path / "rain.mp3", root.path / "nothing.wav"
    assert library.files_at_paths([rain, nothing, tmp_path / "elsewhere.wav"]).keys() == {rain}
    with pytest.raises(NotInLibrary):
        library.add_tag([*ids(library, root, "rain.mp3"), 99], "wet")
    assert library.tag_counts() == []
