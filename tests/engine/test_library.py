"""The library as a whole: two files that are kept in line, and nothing lost that a person said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.database import Interrupted
from engine.errors import UnusableLibrary
from engine.file_index import FileIndex
from engine.library import INDEX_FILE, LIBRARY_FILE, SMALL_SCOPE, UNUSABLE_EMBEDDINGS, Library
from engine.library_rows import EVERYTHING, Checkpoint, Counts, FileStat, IndexedFile, Order, Ready, Root, Scope
from engine.metadata import Metadata
from engine.question import Question
from engine.stored_embeddings import FileEmbeddings
from tests.indexed_files import CHECKPOINT, DIM, indexed_file, random_embeddings, store

STAT = FileStat(size=5, mtime_ns=6, inode=7)


@pytest.fixture
def root(library: Library, sounds: Path) -> Root:
    library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    return library.add_root(sounds)


@pytest.fixture
def reopened(library: Library) -> Iterator[Callable[[], Library]]:
    """Close the library and open it again, as often as you like."""
    opened = [library]

    def reopen() -> Library:
        opened[-1].close()
        opened.append(Library(library.folder))
        return opened[-1]

    yield reopen
    opened[-1].close()


def dump(library: Library) -> list[str]:
    return [*library.library_db.iterdump(), *library.index_db.iterdump()]


def found(library: Library, words: str) -> list[int]:
    return [hit.file_id for hit in library.search_text(words, 10)]


class TestOpening:
    def test_a_new_library_is_empty(self, library: Library):
        assert library.counts() == Counts(files=0, segments=0, audio_seconds=0, unreadable=0, roots=0)

    def test_everything_is_there_again(self, library: Library, root: Root, reopened: Callable[[], Library]):
        file_id = store(library, root, "a.wav", metadata=Metadata(title="Bark"))
        library.add_tag([file_id], "dog")
        before, file = dump(library), library.file(file_id)
        again = reopened()
        assert dump(again) == before
        assert (again.roots(), again.file(file_id), again.tags_of(file_id)) == ([root], file, ["dog"])
        assert again.embeddings_of(file_id, CHECKPOINT) is not None
        assert found(again, "bark dog") == [file_id]

    def test_a_reader_sees_what_is_written_while_it_has_it_open(self, library: Library, root: Root):
        with Library(library.folder, read_only=True) as reader:
            file_id = store(library, root, "a.wav")
            assert reader.file(file_id) == library.file(file_id)
            assert found(reader, "a") == [file_id]
            with pytest.raises(UnusableLibrary, match="write-protected"):
                reader.add_tag([file_id], "dog")

    def test_a_reader_makes_no_library(self, tmp_path: Path):
        with pytest.raises(UnusableLibrary):
            Library(tmp_path / "none", read_only=True)
        assert not (tmp_path / "none").exists()

    def test_a_place_that_cannot_hold_a_library_is_named(self, tmp_path: Path):
        (tmp_path / "file").touch()
        for folder in (tmp_path / "file", tmp_path / "file/inside"):
            with pytest.raises(UnusableLibrary, match=r"file.* cannot hold a library"):
                Library(folder)

    @pytest.mark.parametrize("name", [LIBRARY_FILE, INDEX_FILE])
    def test_files_of_a_newer_earmark_are_left_as_they_are(self, library: Library, name: str):
        library.library_db.execute("PRAGMA user_version = 99")
        library.index_db.execute("PRAGMA user_version = 99")
        library.close()
        before = (library.folder / name).read_bytes()
        for read_only in (False, True):
            with pytest.raises(UnusableLibrary, match="newer Earmark"):
                Library(library.folder, read_only=read_only)
        assert (library.folder / name).read_bytes() == before

    def test_two_connections_may_write_in_turns(self, library: Library, root: Root):
        a = store(library, root, "a.wav")
        with Library(library.folder) as other:
            b = store(other, root, "b.wav")
            library.add_tag([b], "one")
            other.add_tag([a], "two")
        assert (library.tags_of(a), library.tags_of(b)) == (["two"], ["one"])

    def test_another_thread_may_end_a_query(self, library: Library):
        over = threading.Event()

        def interrupt() -> None:
            while not over.wait(0.01):
                library.interrupt()

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(Interrupted):
            library.index_db.rows(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
            )
        over.set()
        thread.join()
        assert library.search_text("dog", 10) == []

    def test_another_thread_may_not_use_the_connection(self, library: Library):
        refused: list[Exception] = []

        def count() -> None:
            try:
                library.counts()
            except Exception as error:  # noqa: BLE001
                refused.append(error)

        thread = threading.Thread(target=count)
        thread.start()
        thread.join()
        assert "thread" in str(refused)


class TestStoring:
    def test_a_group_is_stored_together(self, library: Library, root: Root):
        library.store_indexed([indexed_file(root, name) for name in ("a.wav", "b.wav", "c/d.wav")])
        assert library.counts() == Counts(files=3, segments=9, audio_seconds=9.0, unreadable=0, roots=1)
        assert library.ready_under([root.id], CHECKPOINT) == Ready(files=3, segments=9, audio_seconds=9.0)
        assert library.ready_under([], CHECKPOINT) == Ready(0, 0, 0)
        assert library.ready_under([root.id], "another") == Ready(0, 0, 0)
        library.store_indexed([])

    @pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
    def test_unusable_embeddings_make_one_file_unreadable_and_no_other(
        self, library: Library, root: Root, value: float
    ):
        good = random_embeddings("b")
        segments = good.segments.copy()
        segments[1] *= value
        bad = FileEmbeddings(segments, good.clip)
        library.store_indexed([indexed_file(root, "a.wav", embeddings=bad), indexed_file(root, "b.wav")])
        (failed,) = library.unreadable()
        assert (failed.relative_path, failed.reason) == (Path("a.wav"), UNUSABLE_EMBEDDINGS)
        assert library.counts().files == 1

    def test_mistakes_of_the_program_store_nothing(self, library: Library, root: Root):
        unknown = indexed_file(root, "b.wav", checkpoint_id="unknown")
        with pytest.raises(KeyError, match="unknown"):
            library.store_indexed([indexed_file(root, "a.wav"), unknown])
        with pytest.raises(ValueError, match="dim 8"):
            library.store_indexed(
                [indexed_file(root, "a.wav"), indexed_file(root, "b.wav", embeddings=random_embeddings("b", dim=9))]
            )
        assert list(library.files_under(root.id)) == []

    def test_a_file_is_found_at_its_path_also_through_a_link(self, library: Library, root: Root, tmp_path: Path):
        file_id = store(library, root, "drums/kick.wav")
        (root.path / "drums").mkdir()
        (tmp_path / "link").symlink_to(root.path)
        for path in (root.path / "drums/kick.wav", tmp_path / "link/drums/kick.wav"):
            file = library.file_at(path)
            assert file is not None
            assert file.id == file_id
        assert library.file_at(root.path / "other.wav") is None
        assert library.file_at(tmp_path / "outside.wav") is None

    def test_another_checkpoint_needs_embeddings_of_its_own(self, library: Library, root: Root):
        file_id = store(library, root, "a.wav")
        library.register_checkpoint("small-2", "small", DIM, 1.0)
        assert library.needs_embedding(root.id, CHECKPOINT) == []
        assert [file.id for file in library.needs_embedding(root.id, "small-2")] == [file_id]
        library.store_indexed([indexed_file(root, "a.wav", checkpoint_id="small-2")])
        for checkpoint_id in (CHECKPOINT, "small-2"):
            assert library.needs_embedding(root.id, checkpoint_id) == []
            assert library.embeddings_of(file_id, checkpoint_id) is not None
        assert library.counts().segments == 3

    def test_files_that_cannot_be_heard_need_no_embedding(self, library: Library, root: Root):
        library.store_failure(root.id, Path("a.wav"), STAT, "damaged")
        library.mark_missing([store(library, root, "b.wav")])
        assert library.needs_embedding(root.id, CHECKPOINT) == library.needs_embedding(root.id, "small-2") == []

    def test_bit_rot_in_an_embedding_makes_the_file_need_it_again(
        self, library: Library, root: Root, reopened: Callable[[], Library]
    ):
        ids = [store(library, root, f"{number}.wav") for number in range(20)]
        for file_id in ids[::2]:
            (blob,) = library.index_db.execute("SELECT data FROM embedding WHERE file_id = ?", (file_id,)).fetchone()
            rotten = bytearray(blob)
            rotten[file_id % len(rotten)] ^= 1 << file_id % 8
            library.index_db.execute("UPDATE embedding SET data = ? WHERE file_id = ?", (bytes(rotten), file_id))
        again = reopened()
        assert [file.id for file in again.needs_embedding(root.id, CHECKPOINT)] == ids[::2]
        assert again.embeddings_of(ids[1], CHECKPOINT) is not None


class TestSearchingTexts:
    @pytest.mark.parametrize("small_scope", [SMALL_SCOPE, 0])
    def test_only_audible_files_of_the_scope_are_found(
        self, library: Library, root: Root, small_scope: int, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("engine.library.SMALL_SCOPE", small_scope)  # 0: as in a scope of many files
        for number in range(40):
            store(library, root, f"elsewhere/dog {number}.wav")
        here, gone = store(library, root, "here/dog.wav"), store(library, root, "here/dog gone.wav")
        library.mark_missing([gone])
        scope = Scope(folder=root.path / "here")
        assert [hit.file_id for hit in library.search_text("dog", 2, scope)] == [here]
        assert library.search_text("dog", 2, Scope(tags=("wet",))) == []
        assert len(library.search_text("dog", 100)) == 41

    @pytest.mark.parametrize("small_scope", [SMALL_SCOPE, 0])
    def test_a_sentence_with_filters_and_quoted_words(
        self, library: Library, root: Root, small_scope: int, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("engine.library.SMALL_SCOPE", small_scope)
        names = ["dog_take12.wav", "dog take 1.wav", "dog_take12.mp3", "old/dog take 12.wav", "cat take 12.wav"]
        dog, _, mp3, old, cat = (store(library, root, name) for name in names)

        def said(sentence: str, scope: Scope = EVERYTHING) -> list[int]:
            question = Question(sentence, scope)
            hits = library.search_text(question.words, 10, question.part)
            return sorted(hit.file_id for hit in hits if "dog" in hit.words)

        assert said('dog "take 12"') == [dog, mp3, old]
        assert said('dog "take 12" -format:mp3 -folder:old') == [dog]
        assert said('dog "take 12"', Scope(among=(mp3, old, cat))) == [mp3, old]
        assert said('dog "take 12"', Scope(says=("old",))) == [old]
        assert said("dog duration:<1s") == said('dog "take 13"') == said('dog "?"') == []
        assert sorted(library.listing(Question('"take 12"').part)) == [dog, mp3, old, cat]
        assert sorted(library.listing(Question('"take 12" ext:mp3').part)) == [mp3]

    def test_quoted_words_are_those_of_all_that_is_written(self, library: Library, root: Root):
        ids = [store(library, root, f"rainy days/{number}.wav") for number in range(4)]
        tagged, noted, captioned, described = ids
        library.add_tag([tagged], "big dog")
        library.set_note(noted, "a big dog, I think")
        library.set_caption(captioned, "The big dog barks")
        store(library, root, "rainy days/3.wav", metadata=Metadata(description="big dog"))
        library.add_tag([tagged], "small")
        assert library.listing(Scope(says=("big dog",)), Order("added")).tolist() == ids
        assert library.listing(Scope(says=("big dog", "rainy days")), Order("added")).tolist() == ids
        library.mark_missing([described])
        assert library.listing(Scope(says=("big dog",)), Order("added")).tolist() == ids[:3]

    def test_files_that_cannot_be_heard_take_no_places(self, library: Library, root: Root):
        ids = [store(library, root, f"dog {number}.wav") for number in range(30)]
        library.mark_missing(ids[:-1])
        assert found(library, "dog") == ids[-1:]


def test_checkpoints_are_named_with_the_files_they_heard(library: Library, root: Root):
    store(library, root, "a.wav")
    store(library, root, "b.wav")
    library.register_checkpoint("other-1", "a large one", 512, 1.0)
    assert library.checkpoints() == [
        Checkpoint("other-1", "a large one", 512, 0),
        Checkpoint(CHECKPOINT, "small", DIM, 2),
    ]


class TestIdentity:
    def test_a_file_that_comes_back_elsewhere_with_other_tags_keeps_all_that_was_said(
        self, library: Library, root: Root
    ):
        file_id = store(library, root, "a.wav", "bark", metadata=Metadata(title="Old"), stat=STAT)
        uid = library.files([file_id])[file_id].uid
        library.add_tag([file_id], "dog")
        library.set_rating([file_id], 5)
        library.set_note(file_id, "the neighbour's")
        library.mark_missing([file_id])
        assert found(library, "dog") == []

        store(library, root, "animals/b.wav", "bark", metadata=Metadata(title="New"), stat=FileStat(9, 9, 9))

        file = library.file_at(root.path / "animals/b.wav")
        assert file is not None
        assert (file.id, file.uid, file.state) == (file_id, uid, "ok")
        assert (library.tags_of(file_id), library.rating_of(file_id)) == (["dog"], 5)
        assert library.note_of(file_id) == "the neighbour's"
        assert found(library, "dog") == found(library, "new animals") == [file_id]
        assert found(library, "old") == []
        assert library.file_at(root.path / "a.wav") is None

    def test_a_moved_file_keeps_its_embeddings_and_is_found_by_its_new_name(self, library: Library, root: Root):
        file_id = store(library, root, "a.wav", "bark")
        library.store_move(file_id, root.id, Path("kennel/b.wav"), STAT)
        assert library.embeddings_of(file_id, CHECKPOINT) is not None
        assert (found(library, "kennel"), found(library, "a")) == ([file_id], [])

    def test_an_edited_file_keeps_what_was_said_and_loses_what_was_heard(self, library: Library, root: Root):
        file_id = store(library, root, "a.wav", "bark")
        library.add_tag([file_id], "dog")
        assert store(library, root, "a.wav", "louder bark") == file_id
        heard = library.embeddings_of(file_id, CHECKPOINT)
        assert heard is not None
        np.testing.assert_allclose(heard.segments, random_embeddings("louder bark").segments, atol=1e-3)
        assert library.tags_of(file_id) == ["dog"]

    def test_a_file_is_found_by_keyword_only_while_it_can_be_heard(self, library: Library, root: Root):
        ids = [store(library, root, f"rain {number}.wav") for number in range(30)]
        library.mark_missing(ids[:25])
        library.store_failure(root.id, Path("rain 26.wav"), STAT, "damaged")
        assert [hit.file_id for hit in library.search_text("rain", 3)] == [ids[25], *ids[27:29]]
        library.mark_seen(ids[:1])
        assert [hit.file_id for hit in library.search_text("rain", 30)] == [ids[0], ids[25], *ids[27:]]


class Killed(BaseException):
    """The process ends here."""


class TestKilledBetweenTheTwoFiles:
    """library.db is committed, index.db is not: work is to be done again, and no answer is wrong."""

    @pytest.fixture(params=["keep", "store", "put_text"])
    def dying(self, library: Library, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        def die(*_: object) -> None:
            raise Killed

        monkeypatch.setattr(FileIndex, request.param, die)

    def stored_until_killed(self, library: Library, batch: Sequence[IndexedFile]) -> None:
        with pytest.raises(Killed):
            library.store_indexed(batch)

    def test_new_files_need_embedding(
        self,
        library: Library,
        root: Root,
        dying: None,
        monkeypatch: pytest.MonkeyPatch,
        reopened: Callable[[], Library],
    ):
        self.stored_until_killed(library, [indexed_file(root, "a.wav")])
        monkeypatch.undo()
        again = reopened()
        (file,) = again.needs_embedding(root.id, CHECKPOINT)
        assert found(again, "a") == [file.id]

    def test_an_edited_file_does_not_keep_the_embeddings_of_its_old_sound(
        self, library: Library, root: Root, monkeypatch: pytest.MonkeyPatch, reopened: Callable[[], Library]
    ):
        file_id = store(library, root, "a.wav", "bark")
        with monkeypatch.context() as patch:
            patch.setattr(FileIndex, "keep", lambda *_: (_ for _ in ()).throw(Killed()))
            self.stored_until_killed(library, [indexed_file(root, "a.wav", "miaow")])
        assert [file.id for file in library.needs_embedding(root.id, CHECKPOINT)] == [file_id]
        again = reopened()
        assert [file.id for file in again.needs_embedding(root.id, CHECKPOINT)] == [file_id]
        assert again.embeddings_of(file_id, CHECKPOINT) is None

    def test_a_tag_is_found_by_keyword_after_the_next_start(
        self, library: Library, root: Root, monkeypatch: pytest.MonkeyPatch, reopened: Callable[[], Library]
    ):
        file_id = store(library, root, "a.wav")
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(FileIndex, "put_text", lambda *_: (_ for _ in ()).throw(Killed()))
            library.add_tag([file_id], "dog")
        assert found(library, "dog") == []
        assert found(reopened(), "dog") == [file_id]


class TestWithoutItsIndex:
    """index.db may go at any time."""

    def lose_index(self, library: Library) -> None:
        library.close()
        for path in library.folder.glob(f"{INDEX_FILE}*"):
            path.unlink()

    def test_what_a_person_said_survives_and_all_files_need_embedding(self, library: Library, root: Root):
        ids = [store(library, root, f"{number}.wav") for number in range(3)]
        library.add_tag([ids[0]], "dog")
        library.set_note(ids[1], "wet")
        library.set_caption(ids[1], "a wet dog shakes")
        self.lose_index(library)
        with Library(library.folder) as again:
            assert [file.id for file in again.needs_embedding(root.id, CHECKPOINT)] == ids
            assert (again.tags_of(ids[0]), again.note_of(ids[1])) == (["dog"], "wet")
            assert found(again, "shakes") == [ids[1]]
            assert sorted(found(again, "dog")) == ids[:2]

            again.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
            again.store_indexed([indexed_file(root, f"{number}.wav") for number in range(3)])
            assert again.needs_embedding(root.id, CHECKPOINT) == []
            assert [file.id for file in again.files_under(root.id)] == ids

    def test_an_index_of_another_library_is_emptied(self, library: Library, root: Root):
        """As after restoring library.db from a backup: the same numbers for other files, in any order."""
        ids = [store(library, root, f"{number}.wav") for number in range(3)]
        uids = [uid for (uid,) in library.library_db.rows("SELECT uid FROM audio_file ORDER BY id")]
        with library.library_db.atomic():
            for file_id in ids:
                library.library_db.execute("UPDATE audio_file SET uid = ? WHERE id = ?", (bytes([file_id]), file_id))
            for file_id, uid in zip(ids, reversed(uids), strict=True):
                library.library_db.execute("UPDATE audio_file SET uid = ? WHERE id = ?", (uid, file_id))
        library.close()
        with Library(library.folder) as again:
            assert [file.id for file in again.needs_embedding(root.id, CHECKPOINT)] == [ids[0], ids[2]]
            assert [found(again, str(number)) for number in range(3)] == [[file_id] for file_id in ids]

    def test_an_older_index_brings_back_nothing_that_is_gone(self, library: Library, root: Root):
        old = store(library, root, "old.wav", "bark")
        edited = store(library, root, "edited.wav", "miaow")
        library.close()
        backup = (library.folder / INDEX_FILE).read_bytes()
        with Library(library.folder) as later:
            later.library_db.execute("DELETE FROM audio_file WHERE id = ?", (old,))
            store(later, root, "edited.wav", "louder miaow")
            new = store(later, root, "new.wav", "quack")
        (library.folder / INDEX_FILE).write_bytes(backup)
        with Library(library.folder) as again:
            assert again.embeddings_of(old, CHECKPOINT) is again.embeddings_of(edited, CHECKPOINT) is None
            assert [file.id for file in again.needs_embedding(root.id, CHECKPOINT)] == [edited, new]
            assert (found(again, "old"), found(again, "new")) == ([], [new])
