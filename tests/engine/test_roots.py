"""Watched folders: none holds another, whatever is added, moved and removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import EngineError, NotInLibrary
from engine.library import Library
from engine.library_rows import FileStat
from engine.roots import Roots
from tests.indexed_files import store


@pytest.fixture
def roots(library: Library) -> Roots:
    return Roots(library.library_db)


def make(*folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)


class TestAdding:
    def test_a_folder_is_watched_from_now_on(self, roots: Roots, sounds: Path):
        root = roots.add(sounds)
        assert (root.path, root.state) == (sounds, "ok")
        assert roots.all() == [root]
        assert roots.get(root.id) == root

    def test_the_same_folder_twice_is_one_root(self, roots: Roots, sounds: Path):
        assert roots.add(sounds) == roots.add(sounds)

    def test_a_link_to_a_root_is_the_same_root(self, roots: Roots, sounds: Path, tmp_path: Path):
        (tmp_path / "link").symlink_to(sounds)
        assert roots.add(sounds) == roots.add(tmp_path / "link")

    def test_a_relative_path_is_the_same_root(self, roots: Roots, sounds: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(sounds.parent)
        assert roots.add(Path(sounds.name)) == roots.add(sounds)

    def test_a_folder_inside_a_root_is_that_root(self, roots: Roots, sounds: Path):
        make(sounds / "drums/kicks")
        root = roots.add(sounds)
        assert roots.add(sounds / "drums/kicks") == root
        assert roots.all() == [root]

    def test_a_name_that_only_begins_alike_is_not_inside(self, roots: Roots, sounds: Path, tmp_path: Path):
        make(tmp_path / "sounds2")
        roots.add(sounds)
        roots.add(tmp_path / "sounds2")
        assert len(roots.all()) == 2

    def test_what_is_no_folder_is_refused(self, roots: Roots, sounds: Path):
        (sounds / "a.wav").touch()
        for path in (sounds / "a.wav", sounds / "missing"):
            with pytest.raises(EngineError, match="not a folder"):
                roots.add(path)
        assert roots.all() == []

    def test_a_known_root_may_be_out_of_reach(self, roots: Roots, sounds: Path):
        root = roots.add(sounds)
        sounds.rmdir()
        assert roots.add(sounds) == root

    def test_a_name_that_is_not_text_is_kept_byte_by_byte(self, roots: Roots, sounds: Path):
        folder = sounds / os.fsdecode(b"caf\xe9\n")
        make(folder)
        roots.add(folder)
        assert os.fsencode(roots.all()[0].path) == os.fsencode(folder)


class TestAroundAnother:
    def test_an_outer_folder_takes_the_inner_roots_in_with_all_their_files(self, library: Library, sounds: Path):
        make(sounds / "drums", sounds / "rain/heavy")
        drums, rain = library.add_root(sounds / "drums"), library.add_root(sounds / "rain/heavy")
        kick = store(library, drums, "low/kick.wav")
        roof = store(library, rain, "roof.wav")
        gone = store(library, drums, "snare.wav")
        library.mark_missing([gone])
        library.add_tag([kick], "boom")

        root = library.add_root(sounds)

        assert library.roots() == [root]
        found = {file.id: (str(file.relative_path), file.state) for file in library.files_under(root.id)}
        assert found == {
            kick: ("drums/low/kick.wav", "ok"),
            roof: ("rain/heavy/roof.wav", "ok"),
            gone: ("drums/snare.wav", "missing"),
        }
        assert library.tags_of(kick) == ["boom"]
        assert library.file_at(sounds / "drums/low/kick.wav") == library.file(kick)
        assert {hit.file_id for hit in library.search_text("heavy", 10)} == {roof}

    def test_an_offline_root_inside_is_waited_for(self, roots: Roots, sounds: Path):
        make(sounds / "usb")
        usb = roots.add(sounds / "usb")
        roots.set_state(usb.id, "offline")
        with pytest.raises(EngineError, match=r"usb, which is offline"):
            roots.add(sounds)
        assert [root.path for root in roots.all()] == [sounds / "usb"]


class TestMoving:
    def test_a_moved_root_keeps_its_files_and_what_was_said_of_them(
        self, library: Library, sounds: Path, tmp_path: Path
    ):
        root = library.add_root(sounds)
        kick = store(library, root, "drums/kick.wav")
        library.set_rating([kick], 5)
        make(tmp_path / "elsewhere")

        moved = library.move_root(root.id, tmp_path / "elsewhere")

        assert library.roots() == [moved]
        file = library.file_at(tmp_path / "elsewhere/drums/kick.wav")
        assert file is not None
        assert (file.id, library.rating_of(kick)) == (kick, 5)
        assert [hit.file_id for hit in library.search_text("elsewhere", 10)] == [kick]
        assert library.search_text("sounds", 10) == []

    def test_it_cannot_move_into_around_or_onto_another(self, roots: Roots, tmp_path: Path):
        make(tmp_path / "a", tmp_path / "b/c")
        a, _ = roots.add(tmp_path / "a"), roots.add(tmp_path / "b/c")
        for folder in ("b", "b/c", "b/c/d"):
            with pytest.raises(EngineError, match="overlaps"):
                roots.move(a.id, tmp_path / folder)

    def test_it_can_move_to_where_a_removed_root_was(self, library: Library, sounds: Path, tmp_path: Path):
        make(tmp_path / "a")
        a, old = library.add_root(tmp_path / "a"), library.add_root(sounds)
        kick = store(library, old, "kick.wav")
        library.add_tag([kick], "boom")
        library.remove_root(old.id)
        library.move_root(a.id, sounds)
        assert store(library, library.roots()[0], "again.wav", "kick.wav") == kick


class TestRemoving:
    def test_files_that_nobody_said_anything_of_are_forgotten(self, library: Library, sounds: Path):
        root = library.add_root(sounds)
        kick = store(library, root, "kick.wav")
        library.remove_root(root.id)
        assert (library.roots(), library.file(kick), library.search_text("kick", 10)) == ([], None, [])
        assert library.library_db.table("root").count == library.index_db.table("embedding").count == 0

    def test_the_rest_is_kept_until_its_sound_turns_up_again(self, library: Library, sounds: Path, tmp_path: Path):
        root = library.add_root(sounds)
        kick = store(library, root, "kick.wav")
        library.set_note(kick, "the one from the garage")
        library.remove_root(root.id)
        file = library.file(kick)
        assert file is not None
        assert (library.roots(), file.state) == ([], "missing")

        make(tmp_path / "copy")
        assert store(library, library.add_root(tmp_path / "copy"), "boom.wav", "kick.wav") == kick
        assert library.note_of(kick) == "the one from the garage"

    def test_the_same_folder_can_be_watched_again(self, library: Library, sounds: Path):
        root = library.add_root(sounds)
        kick = store(library, root, "kick.wav")
        library.set_rating([kick], 4)
        library.remove_root(root.id)
        again = library.add_root(sounds)
        assert again == root
        library.mark_seen([kick])
        assert [(file.id, file.state) for file in library.files_under(again.id)] == [(kick, "ok")]

    def test_a_root_that_is_not_there_is_named(self, roots: Roots):
        acts = [lambda root_id: roots.set_state(root_id, "ok"), lambda root_id: roots.set_paused(root_id, True)]
        for act in (roots.get, roots.remove, *acts):
            with pytest.raises(NotInLibrary, match="root number 7"):
                act(7)


def test_a_paused_root_stays_so_until_it_is_no_longer_paused_or_removed(library: Library, sounds: Path, tmp_path: Path):
    root = library.add_root(sounds)
    assert not root.paused
    library.set_root_paused(root.id, True)
    library.set_root_state(root.id, "offline")
    assert library.move_root(root.id, tmp_path / "elsewhere").paused
    assert [known.paused for known in library.roots()] == [True]
    library.set_root_paused(root.id, False)
    assert [known.paused for known in library.roots()] == [False]

    library.move_root(root.id, sounds)
    library.set_rating([store(library, root, "kick.wav")], 5)  # so that the root is kept
    library.set_root_paused(root.id, True)
    library.remove_root(root.id)
    assert not library.add_root(sounds).paused
    assert [known.paused for known in library.roots()] == [False]


def test_an_offline_root_keeps_everything(library: Library, sounds: Path):
    root = library.add_root(sounds)
    kick = store(library, root, "kick.wav", stat=FileStat(1, 2, 3))
    library.set_root_state(root.id, "offline")
    assert [known.state for known in library.roots()] == ["offline"]
    assert [file.id for file in library.files_under(root.id) if file.state == "ok"] == [kick]
    library.set_root_state(root.id, "ok")
    assert library.roots() == [root]
