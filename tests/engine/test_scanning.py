"""What `find_changes` says of every way in which a folder can differ from what is known of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.embedding import Embedder
from engine.indexing import index_folders
from engine.library import Library
from engine.library_rows import Root
from engine.scanning import MANY_FILES, Changes, find_changes, list_audio
from tests.tones import write_different_sound

needs_links = pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")


@pytest.fixture
def scan(library: Library) -> Callable[[], Changes]:
    """Each call is one look at what differs."""
    return lambda: find_changes(library, root_of(library))


def root_of(library: Library) -> Root:
    (root,) = library.roots()
    return root


def index(library: Library, embedder: Embedder, sounds: Path) -> None:
    index_folders(library, embedder, [sounds])


def paths(found: list) -> list[str]:
    return sorted(str(file.relative_path) for file in found)


def id_of(library: Library, path: Path) -> int:
    file = library.file_at(path)
    assert file is not None
    return file.id


class TestListing:
    def test_audio_files_in_all_folders_are_listed_whatever_the_case_of_their_suffix(self, sounds: Path):
        for name in ["a.wav", "b.FLAC", "deep/er/c.Mp3"]:
            (sounds / name).parent.mkdir(parents=True, exist_ok=True)
            (sounds / name).write_bytes(b"x")
        (sounds / "notes.txt").write_bytes(b"x")
        assert sorted(map(str, list_audio(sounds).files)) == ["a.wav", "b.FLAC", "deep/er/c.Mp3"]

    def test_hidden_and_temporary_files_are_left_out(self, sounds: Path):
        for name in [
            "._a.wav",
            ".b.wav",
            ".trash/c.wav",
            "d.wav.part",
            "e.wav.tmp",
            "f.wav.crdownload",
            "@eaDir/g.wav",
        ]:
            (sounds / name).parent.mkdir(parents=True, exist_ok=True)
            (sounds / name).write_bytes(b"x")
        assert list_audio(sounds).files == {}

    def test_folders_and_pipes_named_like_sounds_are_left_out(self, sounds: Path):
        (sounds / "folder.wav").mkdir()
        os.mkfifo(sounds / "pipe.wav")
        assert list_audio(sounds).files == {}

    def test_names_that_are_not_utf8_keep_their_bytes(self, sounds: Path):
        name = b"caf\xe9 \xff.wav"
        Path(os.fsdecode(os.fsencode(sounds) + b"/" + name)).write_bytes(b"x")
        (found,) = list_audio(sounds).files
        assert os.fsencode(found) == name

    @needs_links
    def test_links_are_not_followed_and_loops_come_to_an_end(self, sounds: Path, tmp_path: Path):
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere/outside.wav").write_bytes(b"x")
        (sounds / "a").mkdir()
        (sounds / "a/real.wav").write_bytes(b"x")
        (sounds / "a/loop").symlink_to("..", target_is_directory=True)
        (sounds / "link.wav").symlink_to("a/real.wav")
        (sounds / "broken.wav").symlink_to("nothing.wav")
        (sounds / "out").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        assert list(list_audio(sounds).files) == [Path("a/real.wav")]

    def test_a_folder_that_goes_while_it_is_listed_takes_only_its_own_files(
        self, sounds: Path, monkeypatch: pytest.MonkeyPatch
    ):
        for name in ["a/1.wav", "b/2.wav", "c/3.wav"]:
            (sounds / name).parent.mkdir()
            (sounds / name).write_bytes(b"x")
        scandir = os.scandir

        def remove_b_first(folder: Path):
            if Path(folder).name == "b":
                monkeypatch.undo()
                shutil.rmtree(folder)
            return scandir(folder)

        monkeypatch.setattr(os, "scandir", remove_b_first)
        listing = list_audio(sounds)
        assert sorted(map(str, listing.files)) == ["a/1.wav", "c/3.wav"]
        assert listing.unlisted == {}

    def test_the_root_going_while_it_is_listed_is_an_error_and_not_an_empty_folder(
        self, sounds: Path, monkeypatch: pytest.MonkeyPatch
    ):
        (sounds / "a").mkdir()
        (sounds / "a/1.wav").write_bytes(b"x")
        scandir = os.scandir

        def unplug_at_a(folder: Path):
            if Path(folder).name == "a":
                monkeypatch.undo()
                shutil.rmtree(sounds)
            return scandir(folder)

        monkeypatch.setattr(os, "scandir", unplug_at_a)
        with pytest.raises(FileNotFoundError):
            list_audio(sounds)

    def test_a_file_as_root_is_an_error_and_not_an_empty_folder(self, sounds: Path):
        (sounds / "a.wav").write_bytes(b"x")
        with pytest.raises(NotADirectoryError):
            list_audio(sounds / "a.wav")


class TestFiles:
    @pytest.fixture(autouse=True)
    def three_known_files(self, library: Library, tone_embedder: Embedder, sounds: Path) -> None:
        for name, seconds in [("a.wav", 0.3), ("b.wav", 0.4), ("sub/c.wav", 0.5)]:
            write_different_sound(sounds / name, seconds)
        index(library, tone_embedder, sounds)

    def test_nothing_differs_right_after_indexing(self, scan: Callable[[], Changes]):
        assert scan() == Changes(unchanged=3)

    def test_a_new_file_is_added(self, scan: Callable[[], Changes], sounds: Path):
        write_different_sound(sounds / "sub/new.wav")
        changes = scan()
        assert paths(changes.added) == ["sub/new.wav"]
        assert changes.unchanged == 3

    def test_another_size_or_another_time_is_a_change_even_an_earlier_one(
        self, scan: Callable[[], Changes], sounds: Path
    ):
        write_different_sound(sounds / "a.wav", seconds=0.7)
        os.utime(sounds / "b.wav", ns=(0, 0))  # 1970: clocks go backwards
        assert paths(scan().changed) == ["a.wav", "b.wav"]

    def test_a_deleted_file_is_gone(self, scan: Callable[[], Changes], library: Library, sounds: Path):
        file_id = id_of(library, sounds / "a.wav")
        (sounds / "a.wav").unlink()
        assert scan() == Changes(gone=[file_id], unchanged=2)

    def test_a_renamed_file_and_a_renamed_folder_are_moves(
        self, scan: Callable[[], Changes], library: Library, sounds: Path
    ):
        ids = {id_of(library, sounds / "a.wav"), id_of(library, sounds / "sub/c.wav")}
        (sounds / "a.wav").rename(sounds / "A.wav")  # case only
        (sounds / "sub").rename(sounds / "other")
        changes = scan()
        assert paths(changes.moved) == ["A.wav", "other/c.wav"]
        assert {move.file_id for move in changes.moved} == ids
        assert (changes.added, changes.changed, changes.gone, changes.unchanged) == ([], [], [], 1)

    def test_files_that_swap_names_are_two_moves(self, scan: Callable[[], Changes], library: Library, sounds: Path):
        a, b = id_of(library, sounds / "a.wav"), id_of(library, sounds / "b.wav")
        (sounds / "a.wav").rename(sounds / "x.wav")
        (sounds / "b.wav").rename(sounds / "a.wav")
        (sounds / "x.wav").rename(sounds / "b.wav")
        assert {(move.file_id, str(move.relative_path)) for move in scan().moved} == {(a, "b.wav"), (b, "a.wav")}

    def test_a_file_written_in_place_of_another_with_its_inode_and_size_is_no_move(
        self, scan: Callable[[], Changes], library: Library, sounds: Path
    ):
        a = id_of(library, sounds / "a.wav")
        (sounds / "a.wav").rename(sounds / "new.wav")  # the same inode, as a file system may reuse it
        size = (sounds / "new.wav").stat().st_size
        (sounds / "new.wav").write_bytes(b"\0" * size)
        os.utime(sounds / "new.wav", ns=(1, 1))
        changes = scan()
        assert changes.moved == []
        assert (paths(changes.added), changes.gone) == (["new.wav"], [a])

    def test_hard_links_are_left_to_their_sound(self, scan: Callable[[], Changes], library: Library, sounds: Path):
        a = id_of(library, sounds / "a.wav")
        os.link(sounds / "a.wav", sounds / "link1.wav")
        os.link(sounds / "a.wav", sounds / "link2.wav")
        (sounds / "a.wav").unlink()
        changes = scan()
        assert (paths(changes.added), changes.moved, changes.gone) == (["link1.wav", "link2.wav"], [], [a])

    def test_new_inodes_alone_are_no_change(self, scan: Callable[[], Changes], sounds: Path, tmp_path: Path):
        sounds.rename(tmp_path / "old")  # a file system that numbers its files anew when it is mounted
        shutil.copytree(tmp_path / "old", sounds)
        assert scan() == Changes(unchanged=3)

    def test_a_missing_file_that_comes_back_moves_to_where_it_was(
        self, scan: Callable[[], Changes], library: Library, sounds: Path, tmp_path: Path
    ):
        a = id_of(library, sounds / "a.wav")
        (sounds / "a.wav").rename(tmp_path / "a.wav")
        library.mark_missing([a])
        assert scan() == Changes(unchanged=2)
        (tmp_path / "a.wav").rename(sounds / "a.wav")
        (move,) = scan().moved
        assert (move.file_id, move.relative_path) == (a, Path("a.wav"))

    def test_files_below_a_folder_that_cannot_be_listed_are_not_gone(
        self, scan: Callable[[], Changes], sounds: Path, monkeypatch: pytest.MonkeyPatch
    ):
        scandir = os.scandir

        def refuse_sub(folder: Path):
            if Path(folder).name == "sub":
                raise PermissionError(13, "Permission denied")
            return scandir(folder)

        monkeypatch.setattr(os, "scandir", refuse_sub)
        changes = scan()
        assert (changes.gone, changes.unchanged) == ([], 3)
        (failure,) = changes.unlisted
        assert (failure.path, failure.reason) == (sounds / "sub", "you do not have permission to read it")


class TestFilesOfEqualSizeAndTime:
    """As the sounds of a pack often are: of one length, and unpacked from an archive within a second."""

    @pytest.fixture(autouse=True)
    def a_pack(self, library: Library, tone_embedder: Embedder, sounds: Path) -> None:
        for number in range(1, 7):
            os.utime(write_different_sound(sounds / f"kick {number}.wav", seconds=0.1), ns=(10**18, 10**18))
        index(library, tone_embedder, sounds)

    def test_renumbering_them_is_seen_as_moves(self, scan: Callable[[], Changes], library: Library, sounds: Path):
        ids = {number: id_of(library, sounds / f"kick {number}.wav") for number in (1, 2)}
        (sounds / "kick 2.wav").rename(sounds / "kick 7.wav")
        (sounds / "kick 1.wav").rename(sounds / "kick 2.wav")
        changes = scan()
        moves = {move.file_id: str(move.relative_path) for move in changes.moved}
        assert moves == {ids[1]: "kick 2.wav", ids[2]: "kick 7.wav"}
        assert (changes.added, changes.changed, changes.gone, changes.unchanged) == ([], [], [], 4)

    def test_where_inodes_are_made_up_anew_their_sound_decides(
        self, scan: Callable[[], Changes], sounds: Path, tmp_path: Path
    ):
        sounds.rename(tmp_path / "old")
        shutil.copytree(tmp_path / "old", sounds)
        inodes = [path.stat().st_ino for path in sorted(sounds.iterdir())]
        (sounds / "kick 6.wav").rename(sounds / "kick 7.wav")
        assert len(set(inodes)) == 6
        changes = scan()
        assert changes.moved == []
        assert (paths(changes.added), changes.unchanged) == (["kick 7.wav"], 5)


class TestOffline:
    @pytest.fixture(autouse=True)
    def many_known_files(self, library: Library, tone_embedder: Embedder, sounds: Path) -> None:
        for number in range(MANY_FILES + 5):
            write_different_sound(sounds / f"{number}.wav", seconds=0.05)
        index(library, tone_embedder, sounds)

    def test_a_missing_root_is_offline_and_nothing_is_gone(
        self, scan: Callable[[], Changes], sounds: Path, tmp_path: Path
    ):
        sounds.rename(tmp_path / "unplugged")
        assert scan() == Changes(offline=True, unchanged=MANY_FILES + 5)

    def test_an_empty_mount_point_is_offline_and_nothing_is_gone(
        self, scan: Callable[[], Changes], sounds: Path, tmp_path: Path
    ):
        sounds.rename(tmp_path / "unplugged")
        sounds.mkdir()
        assert scan() == Changes(offline=True, in_doubt=MANY_FILES + 5, unchanged=MANY_FILES + 5)

    def test_what_is_gone_is_believed_when_a_person_says_so(self, library: Library, sounds: Path):
        for number in range(MANY_FILES + 1):
            (sounds / f"{number}.wav").unlink()
        assert find_changes(library, root_of(library)).in_doubt == MANY_FILES + 1
        changes = find_changes(library, root_of(library), believe_gone=True)
        assert (len(changes.gone), changes.in_doubt, changes.offline) == (MANY_FILES + 1, 0, False)

    def test_a_missing_root_is_offline_whatever_a_person_says(self, library: Library, sounds: Path, tmp_path: Path):
        sounds.rename(tmp_path / "unplugged")
        assert find_changes(library, root_of(library), believe_gone=True) == Changes(
            offline=True, unchanged=MANY_FILES + 5
        )

    def test_a_folder_where_all_was_renamed_and_edited_is_not_offline(self, scan: Callable[[], Changes], sounds: Path):
        for number, path in enumerate(sorted(sounds.iterdir())):
            path.unlink()
            write_different_sound(sounds / f"new {number}.wav", seconds=0.06)
        changes = scan()
        assert not changes.offline
        assert len(changes.gone) == len(changes.added) == MANY_FILES + 5

    def test_deleting_some_files_is_not_offline(self, scan: Callable[[], Changes], sounds: Path):
        for number in range(MANY_FILES):
            (sounds / f"{number}.wav").unlink()
        assert len(scan().gone) == MANY_FILES


class TestWhatWasTouched:
    """Looking at a part must say of it what looking at all would, or look at all."""

    @pytest.fixture(autouse=True)
    def known_files(self, library: Library, tone_embedder: Embedder, sounds: Path) -> None:
        for number in range(MANY_FILES + 5):
            write_different_sound(sounds / f"pack/{number}.wav", seconds=0.05)
        for name in ["a.wav", "b.wav", "sub/c.wav", "sub/deep/d.wav", "sub2/e.wav"]:
            write_different_sound(sounds / name)
        index(library, tone_embedder, sounds)

    def look_at(self, library: Library, *touched: str) -> Changes:
        return find_changes(library, root_of(library), frozenset(map(Path, touched)))

    def test_a_file_is_compared_alone(self, library: Library, sounds: Path):
        assert self.look_at(library, "a.wav") == Changes(unchanged=1, partial=True)
        write_different_sound(sounds / "sub/new.wav")
        write_different_sound(sounds / "other.wav")  # which nobody asks about
        write_different_sound(sounds / "b.wav", seconds=0.7)
        (sounds / "sub2/e.wav").unlink()
        assert paths(self.look_at(library, "sub/new.wav", "notes.txt").added) == ["sub/new.wav"]
        assert paths(self.look_at(library, "b.wav").changed) == ["b.wav"]
        assert self.look_at(library, "sub2/e.wav") == Changes(
            gone=[id_of(library, sounds / "sub2/e.wav")], partial=True
        )

    def test_a_folder_is_compared_with_all_that_is_below_it(self, library: Library, sounds: Path):
        write_different_sound(sounds / "sub/deep/new.wav")
        (sounds / "sub/.hidden.wav").write_bytes(b"x")
        changes = self.look_at(library, "sub")
        assert (paths(changes.added), changes.unchanged, changes.partial) == (["sub/deep/new.wav"], 2, True)
        shutil.rmtree(sounds / "sub")
        gone = {id_of(library, sounds / "sub/c.wav"), id_of(library, sounds / "sub/deep/d.wav")}
        assert set(self.look_at(library, "sub").gone) == gone

    def test_a_path_that_was_a_file_and_is_a_folder_now(self, library: Library, sounds: Path):
        (sounds / "a.wav").unlink()
        write_different_sound(sounds / "a.wav/inside.wav")
        assert not self.look_at(library, "a.wav").partial
        assert paths(self.look_at(library, "a.wav").added) == ["a.wav/inside.wav"]

    @needs_links
    def test_a_link_is_passed_over(self, library: Library, sounds: Path):
        (sounds / "link.wav").symlink_to("a.wav")
        (sounds / "loop").symlink_to(".", target_is_directory=True)
        assert self.look_at(library, "link.wav", "loop") == Changes(partial=True)

    @pytest.mark.parametrize("touched", [("a.wav", "renamed.wav"), ("sub", "renamed")])
    def test_what_may_have_moved_is_judged_with_all_of_the_root(
        self, library: Library, sounds: Path, touched: tuple[str, str]
    ):
        before, after = touched
        (sounds / before).rename(sounds / after)
        changes = self.look_at(library, *touched)
        assert (changes.partial, changes.added, changes.gone) == (False, [], [])
        assert changes.moved == find_changes(library, root_of(library)).moved != []

    def test_files_that_swap_names_are_judged_with_all_of_the_root(self, library: Library, sounds: Path):
        (sounds / "a.wav").rename(sounds / "x.wav")
        (sounds / "b.wav").rename(sounds / "a.wav")
        (sounds / "x.wav").rename(sounds / "b.wav")
        assert len(self.look_at(library, "a.wav", "b.wav", "x.wav").moved) == 2

    def test_many_files_that_go_are_judged_with_all_of_the_root(self, library: Library, sounds: Path):
        shutil.rmtree(sounds / "pack")
        changes = self.look_at(library, "pack")
        assert (changes.in_doubt, changes.offline) == (MANY_FILES + 5, True)

    def test_a_root_that_is_out_of_reach_or_was_is_looked_at_as_a_whole(
        self, library: Library, sounds: Path, tmp_path: Path
    ):
        sounds.rename(tmp_path / "unplugged")
        assert self.look_at(library, "a.wav").offline
        (tmp_path / "unplugged").rename(sounds)
        library.set_root_state(root_of(library).id, "offline")
        assert self.look_at(library, "a.wav") == Changes(unchanged=MANY_FILES + 10)

    def test_a_folder_that_cannot_be_listed_is_left_to_a_look_at_the_whole(
        self, library: Library, sounds: Path, monkeypatch: pytest.MonkeyPatch
    ):
        scandir = os.scandir

        def refuse_deep(folder: Path):
            if Path(folder).name == "deep":
                raise PermissionError(13, "Permission denied")
            return scandir(folder)

        monkeypatch.setattr(os, "scandir", refuse_deep)
        changes = self.look_at(library, "sub")
        assert (changes.partial, changes.gone) == (False, [])
        assert [failure.path for failure in changes.unlisted] == [sounds / "sub/deep"]
