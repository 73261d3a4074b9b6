"""From folders to a searchable library: what is embedded, what is listed as unreadable, what is never done twice."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine import decoding
from engine.audio import read_audio
from engine.embedding import Embedder
from engine.indexing import Indexer, IndexReport, index_folders
from engine.library import Library
from engine.library_rows import AudioFile
from engine.metadata import read_metadata
from engine.progress import Progress
from engine.scanning import find_changes
from tests.tones import make_tone_embedder, make_waveform, write_different_sound, write_sound

NOBODY = 65534

Index = Callable[..., IndexReport]


@pytest.fixture
def index(library: Library, tone_embedder: Embedder, sounds: Path) -> Index:
    """`index()` brings the library up to what is in `sounds`."""
    return lambda **options: index_folders(library, tone_embedder, [sounds], **options)


def file_at(library: Library, path: Path) -> AudioFile:
    file = library.file_at(path)
    assert file is not None
    return file


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


class TestWhatIsStored:
    def test_embeddings_are_those_of_the_whole_sound(
        self, index: Index, library: Library, tone_embedder: Embedder, sounds: Path
    ):
        path = write_sound(sounds / "scene.wav", hz=[440, 2000, 0], seconds=3.0)  # 9 s: three windows
        index()
        stored = library.embeddings_of(file_at(library, path).id, tone_embedder.checkpoint_id)
        direct = tone_embedder.embed_audio(read_audio(path, sample_rate_hz=tone_embedder.sample_rate_hz))
        assert stored is not None
        assert stored.segments.shape == (18, 32)
        np.testing.assert_allclose(stored.segments, direct.segments, atol=2e-3)  # kept in half precision
        np.testing.assert_allclose(stored.clip, direct.clip, atol=2e-3)
        loudest_bands = stored.segments.argmax(axis=1)
        assert loudest_bands.tolist() == [3] * 6 + [16] * 6 + [31] * 6  # 440 Hz, 2 kHz, silence

    def test_length_format_peaks_and_sound_are_known_after_one_pass(self, index: Index, library: Library, sounds: Path):
        path = write_sound(sounds / "a.flac", seconds=1.5, sample_rate_hz=48000, channels=2)
        index()
        file = file_at(library, path)
        assert (file.duration_s, file.sample_rate_hz, file.channels, file.container) == (1.5, 48000, 2, "FLAC")
        assert file.state == "ok"
        assert file.content_id is not None
        assert library.peaks_of(file.id)

    def test_a_sound_of_any_length_is_embedded_window_by_window(
        self, index: Index, library: Library, tone_embedder: Embedder, sounds: Path
    ):
        path = write_sound(sounds / "long.flac", hz=[300, 700], seconds=50.0, sample_rate_hz=8000)  # more than is held
        report = index()
        stored = library.embeddings_of(file_at(library, path).id, tone_embedder.checkpoint_id)
        assert stored is not None
        assert stored.segments.argmax(axis=1).tolist() == [2] * 100 + [5] * 100
        assert (report.files, report.segments, report.audio_seconds) == (1, 200, 100.0)

    def test_a_second_network_fills_in_its_own_embeddings_beside_the_first(
        self, index: Index, library: Library, tone_embedder: Embedder, sounds: Path
    ):
        path = write_sound(sounds / "a.wav")
        index()
        other = make_tone_embedder("tones-2")
        assert index_folders(library, other, [sounds]).embedded == 1
        file = file_at(library, path)
        assert library.embeddings_of(file.id, "tones-2") is not None
        assert library.embeddings_of(file.id, tone_embedder.checkpoint_id) is not None
        assert index_folders(library, other, [sounds]).embedded == 0
        assert index().embedded == 0

    def test_damaged_embeddings_are_made_anew(
        self, index: Index, library: Library, tone_embedder: Embedder, sounds: Path
    ):
        path = write_sound(sounds / "a.wav")
        index()
        library.close()
        with Library(library.folder) as damaged:
            with damaged.index_db.atomic():
                damaged.index_db.execute("UPDATE embedding SET crc = crc + 1")
            assert index_folders(damaged, tone_embedder, [sounds]).embedded == 1
            assert damaged.embeddings_of(file_at(damaged, path).id, tone_embedder.checkpoint_id) is not None

    def test_a_sound_known_from_another_path_is_not_embedded_again(self, index: Index, library: Library, sounds: Path):
        original = write_sound(sounds / "a.wav")
        index()
        copy = shutil.copy(original, sounds / "copy.wav")
        report = index()
        assert (report.embedded, report.reused, report.files) == (0, 1, 2)
        assert file_at(library, original).id != file_at(library, Path(copy)).id
        assert file_at(library, original).content_id == file_at(library, Path(copy)).content_id

    def test_two_folders_are_indexed_as_one_run(self, library: Library, tone_embedder: Embedder, tmp_path: Path):
        write_different_sound(tmp_path / "one/a.wav")
        write_different_sound(tmp_path / "two/b.wav")
        report = index_folders(library, tone_embedder, [tmp_path / "one", tmp_path / "two", tmp_path / "one"])
        assert (report.files, report.embedded, len(library.roots())) == (2, 2, 2)


class TestWhatIsNotDoneAgain:
    def test_the_second_run_embeds_nothing_and_reports_the_same_library(self, index: Index, sounds: Path):
        for number in range(5):
            write_different_sound(sounds / f"{number}.wav")
        (sounds / "bad.wav").write_text("no sound")
        first, second = index(), index()
        assert (first.embedded, second.embedded) == (5, 0)
        assert (second.files, second.segments, second.audio_seconds) == (
            first.files,
            first.segments,
            first.audio_seconds,
        )
        assert second.unreadable == first.unreadable
        assert len(second.unreadable) == 1

    def test_an_unreadable_file_is_tried_again_when_it_changes_or_on_request(
        self, index: Index, library: Library, sounds: Path
    ):
        path = sounds / "a.wav"
        path.write_bytes(b"")
        assert files_tried(index) == 1
        assert files_tried(index) == 0
        assert files_tried(index, retry=True) == 1
        write_sound(path)
        assert files_tried(index) == 1
        assert file_at(library, path).state == "ok"

    def test_a_changed_file_is_embedded_again_and_keeps_its_tags(
        self, index: Index, library: Library, tone_embedder: Embedder, sounds: Path
    ):
        path = write_sound(sounds / "a.wav", hz=440)
        index()
        file = file_at(library, path)
        library.add_tag([file.id], "kick")
        write_sound(path, hz=2000, seconds=1.5)
        assert index().embedded == 1
        stored = library.embeddings_of(file.id, tone_embedder.checkpoint_id)
        assert stored is not None
        assert stored.clip.argmax() == 16
        assert library.tags_of(file.id) == ["kick"]


def files_tried(index: Index, **options: bool) -> int:
    seen: list[Progress] = []
    index(on_progress=seen.append, **options)
    return seen[-1].files_total


class Folder:
    """A folder with sounds of one length, hard to tell apart but by listening, that a person keeps changing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.labels: dict[Path, str] = {}  # which sound is where
        self.touched: set[Path] = set()  # relative to the folder
        self.tagged: set[str] = set()
        self._chance = random.Random(7)
        self._written = 0

    def change(self) -> None:
        self._chance.choice([self.write, self.rename, self.swap, self.shift, self.retag, self.replace])()

    def write(self) -> Path:
        self._written += 1
        path = write_sound(self._new_path(), hz=200 + 10 * self._written, seconds=0.05)
        self.labels[path] = f"sound {self._written}"
        self._touch(path)
        return path

    def rename(self) -> None:
        self._move(self._any(), self._new_path())

    def swap(self) -> None:
        one, other, aside = self._any(), self._any(), self.path / "aside.wav"
        if one != other:
            self._move(one, aside)
            self._move(other, one)
            self._move(aside, other)

    def shift(self) -> None:
        """Every name is given to the file before, as in renumbering."""
        free = self._new_path()
        for path in list(self.labels)[:4]:
            self._move(path, free)
            free = path

    def retag(self) -> None:
        """Other bytes, another name, the same sound."""
        old, new = self._any(), self._new_path()
        add_title(old, new.stem)
        self._move(old, new)

    def replace(self) -> None:
        """A file goes, and another comes, as long and perhaps with its inode."""
        path = self._any()
        path.unlink()
        self._touch(path)
        del self.labels[path]
        self.write()

    def _any(self) -> Path:
        return self._chance.choice(list(self.labels))

    def _new_path(self) -> Path:
        folder = self.path / self._chance.choice(["", "drums", "drums/loud"])
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self._chance.randrange(10**9)}.wav"

    def _move(self, old: Path, new: Path) -> None:
        old.rename(new)
        self.labels[new] = self.labels.pop(old)
        self._touch(old, new)

    def _touch(self, *paths: Path) -> None:
        self.touched.update(path.relative_to(self.path) for path in paths)


def add_title(path: Path, title: str) -> None:
    """Append what a WAV file says of itself."""
    text = title.encode() + b"\0" * (2 - len(title) % 2)
    info = b"INFOINAM" + len(text).to_bytes(4, "little") + text
    riff = path.read_bytes() + b"LIST" + len(info).to_bytes(4, "little") + info
    path.write_bytes(riff[:4] + (len(riff) - 8).to_bytes(4, "little") + riff[8:])


class TestMovedFiles:
    @pytest.mark.parametrize("looked_at", ["all of the root", "what was touched"])
    def test_tags_stay_with_their_sounds_through_hundreds_of_changes(
        self, library: Library, tone_embedder: Embedder, sounds: Path, looked_at: str
    ):
        root = library.add_root(sounds)
        folder = Folder(sounds)
        for _ in range(16):
            os.utime(folder.write(), ns=(10**18, 10**18))  # unpacked together
        for _ in range(50):
            touched = frozenset(folder.touched) if looked_at == "what was touched" else None
            Indexer(library, tone_embedder).apply(root, find_changes(library, root, touched))
            folder.touched.clear()
            for path, label in folder.labels.items():
                file = file_at(library, path)
                assert library.tags_of(file.id) == ([label] if label in folder.tagged else [])
                if label not in folder.tagged:
                    library.add_tag([file.id], label)
                    folder.tagged.add(label)
            for _ in range(3):
                folder.change()

    @pytest.fixture
    def tagged(self, index: Index, library: Library, sounds: Path) -> AudioFile:
        path = write_sound(sounds / "a.wav")
        index()
        file = file_at(library, path)
        library.add_tag([file.id], "kick")
        return file

    def test_a_moved_file_keeps_its_id_its_tags_and_its_embeddings(
        self, index: Index, library: Library, tone_embedder: Embedder, sounds: Path, tagged: AudioFile
    ):
        (sounds / "sub").mkdir()
        (sounds / "a.wav").rename(sounds / "sub/b.wav")
        report = index()
        moved = file_at(library, sounds / "sub/b.wav")
        assert (moved.id, moved.uid, moved.state) == (tagged.id, tagged.uid, "ok")
        assert library.tags_of(moved.id) == ["kick"]
        assert library.embeddings_of(moved.id, tone_embedder.checkpoint_id) is not None
        assert (report.embedded, report.reused, report.files) == (0, 0, 1)

    def test_a_file_moved_and_edited_in_its_tags_is_recognised_by_its_sound(
        self, index: Index, library: Library, sounds: Path, tagged: AudioFile
    ):
        add_title(sounds / "a.wav", "new title")
        (sounds / "a.wav").rename(sounds / "b.wav")
        report = index()
        moved = file_at(library, sounds / "b.wav")
        assert (moved.id, library.tags_of(moved.id)) == (tagged.id, ["kick"])
        assert (report.embedded, report.reused, report.files) == (0, 1, 1)

    def test_another_sound_in_the_place_of_a_deleted_one_does_not_get_its_tags(
        self, index: Index, library: Library, sounds: Path, tagged: AudioFile
    ):
        (sounds / "a.wav").unlink()
        write_sound(sounds / "b.wav", hz=2000)  # as long as the deleted file, perhaps with its inode
        index()
        other = file_at(library, sounds / "b.wav")
        assert other.id != tagged.id
        assert library.tags_of(other.id) == []
        assert file_at(library, sounds / "a.wav").state == "missing"

    def test_files_that_swap_names_keep_their_own_tags(
        self, index: Index, library: Library, sounds: Path, tagged: AudioFile
    ):
        other_path = write_sound(sounds / "b.wav", hz=2000, seconds=2.0)
        index()
        other = file_at(library, other_path)
        (sounds / "a.wav").rename(sounds / "x.wav")
        (sounds / "b.wav").rename(sounds / "a.wav")
        (sounds / "x.wav").rename(sounds / "b.wav")
        assert index().embedded == 0
        assert file_at(library, sounds / "b.wav").id == tagged.id
        assert file_at(library, sounds / "a.wav").id == other.id

    def test_a_chain_of_renames_keeps_all_ids(self, index: Index, library: Library, sounds: Path, tagged: AudioFile):
        other = write_sound(sounds / "b.wav", hz=2000, seconds=2.0)
        index()
        other_id = file_at(library, other).id
        (sounds / "b.wav").rename(sounds / "c.wav")
        (sounds / "a.wav").rename(sounds / "b.wav")
        index()
        assert file_at(library, sounds / "b.wav").id == tagged.id
        assert file_at(library, sounds / "c.wav").id == other_id

    def test_a_deleted_file_that_returns_keeps_its_tags_and_embeddings(
        self, index: Index, library: Library, sounds: Path, tmp_path: Path, tagged: AudioFile
    ):
        (sounds / "a.wav").rename(tmp_path / "a.wav")
        assert index().files == 0
        (tmp_path / "a.wav").rename(sounds / "a.wav")
        report = index()
        assert (report.files, report.embedded) == (1, 0)
        assert library.tags_of(file_at(library, sounds / "a.wav").id) == ["kick"]

    def test_an_offline_root_keeps_everything_and_returns_without_work(
        self, index: Index, library: Library, sounds: Path, tmp_path: Path, tagged: AudioFile
    ):
        sounds.rename(tmp_path / "unplugged")
        report = index()
        assert (report.offline, report.files, report.vanished) == ([sounds], 1, 0)
        assert [root.state for root in library.roots()] == ["offline"]
        (tmp_path / "unplugged").rename(sounds)
        report = index()
        assert (report.offline, report.files, report.embedded) == ([], 1, 0)
        assert [root.state for root in library.roots()] == ["ok"]
        assert library.tags_of(tagged.id) == ["kick"]


def wav_bytes(samples: np.ndarray, sample_rate_hz: int = 16000, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    stored = io.BytesIO()
    soundfile.write(stored, samples, sample_rate_hz, format=kind, subtype=None if kind == "MP3" else subtype)
    return stored.getvalue()


def half_of(kind: str) -> bytes:
    whole = wav_bytes(make_waveform(None, 4.0), kind=kind)
    return whole[: len(whole) // 2]


def broken_samples(value: float, share: float) -> bytes:
    samples = make_waveform(440, 1.0)
    samples[: int(len(samples) * share)] = value
    return wav_bytes(samples, subtype="FLOAT")


UNREADABLE = {
    "empty.wav": (b"", "the file is empty"),
    "text.wav": (b"This is a shopping list.\n" * 50, "unknown kind"),
    "header.wav": (wav_bytes(np.zeros(0, np.float32)), "the file holds no sound"),
    "truncated.wav": (half_of("WAV"), "it may still be being copied"),
    "truncated.mp3": (half_of("MP3"), "it may still be being copied"),
    "truncated.flac": (half_of("FLAC"), "cut off before its promised 4.0 s"),
    "half_copied.wav": (half_of("WAV") + bytes(16), "it may still be being copied"),
    "not_numbers.wav": (broken_samples(np.nan, 0.5), "damaged"),
    "far_too_loud.wav": (broken_samples(1e30, 0.5), "damaged"),
    "infinite.wav": (broken_samples(np.inf, 0.5), "damaged"),
}

READABLE = {
    "one_sample.wav": wav_bytes(np.array([0.5], np.float32), 44100),
    "silence.wav": wav_bytes(np.zeros(16000, np.float32)),
    "surround.wav": wav_bytes(np.tile(make_waveform(440, 0.3, 192000)[:, None], 8), 192000, "PCM_24"),
    "few_not_numbers.wav": broken_samples(np.nan, 0.001),
    "few_far_too_loud.wav": broken_samples(1e30, 0.001),
    '<img src="x" onerror="alert(1)">\nsecond line.wav': wav_bytes(make_waveform(300, 0.5)),
    os.fsdecode(b"caf\xe9 \xff.wav"): wav_bytes(make_waveform(301, 0.5)),
    "-rf; %00 \u202egnp.wav": wav_bytes(make_waveform(302, 0.5)),
    "x" * 251 + ".wav": wav_bytes(make_waveform(303, 0.5)),
}


class TestBadInput:
    @pytest.mark.parametrize("name", UNREADABLE)
    def test_it_is_listed_with_its_reason_and_the_rest_is_indexed(self, index: Index, sounds: Path, name: str):
        contents, reason = UNREADABLE[name]
        (sounds / name).write_bytes(contents)
        write_sound(sounds / "0 before.wav")
        write_sound(sounds / "zz after.wav", hz=500)
        before = hashes(sounds)
        report = index()
        (failure,) = report.unreadable
        assert failure.path == sounds / name
        assert reason in failure.reason
        assert report.files == 2
        assert hashes(sounds) == before

    @pytest.mark.parametrize("name", READABLE)
    def test_odd_but_sound_files_are_indexed(
        self, index: Index, library: Library, tone_embedder: Embedder, sounds: Path, name: str
    ):
        (sounds / name).write_bytes(READABLE[name])
        before = hashes(sounds)
        report = index()
        assert (report.files, report.unreadable) == (1, [])
        stored = library.embeddings_of(file_at(library, sounds / name).id, tone_embedder.checkpoint_id)
        assert stored is not None
        assert np.isfinite(stored.segments).all()
        assert len(stored.segments) >= 1
        assert hashes(sounds) == before

    def test_all_of_it_together_with_good_files(self, index: Index, library: Library, sounds: Path):
        for name, (contents, _) in UNREADABLE.items():
            (sounds / name).write_bytes(contents)
        for name, contents in READABLE.items():
            (sounds / name).write_bytes(contents)
        before = hashes(sounds)
        report = index()
        assert {failure.path.name for failure in report.unreadable} == set(UNREADABLE)
        assert report.files == len(READABLE)
        assert hashes(sounds) == before
        assert index().embedded == 0

    @pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
    def test_a_loop_of_links_comes_to_an_end(self, index: Index, sounds: Path):
        write_sound(sounds / "a/a.wav")
        (sounds / "a/up").symlink_to("..", target_is_directory=True)
        (sounds / "self.wav").symlink_to("self.wav")
        report = index()
        assert (report.files, report.unreadable) == (1, [])

    def test_a_folder_that_vanishes_midway_takes_only_its_own_files(
        self, library: Library, tone_embedder: Embedder, sounds: Path
    ):
        for name in ["a/1.wav", "b/2.wav", "c/3.wav"]:
            write_different_sound(sounds / name)
        root = library.add_root(sounds)
        changes = find_changes(library, root)
        shutil.rmtree(sounds / "b")
        report = Indexer(library, tone_embedder).apply(root, changes)
        assert (report.files, report.vanished, report.unreadable) == (2, 1, [])

    def test_a_root_that_vanishes_midway_loses_nothing(
        self, library: Library, tone_embedder: Embedder, sounds: Path, tmp_path: Path
    ):
        known = write_sound(sounds / "known.wav")
        index_folders(library, tone_embedder, [sounds])
        write_sound(sounds / "new.wav", hz=500)
        (root,) = library.roots()
        changes = find_changes(library, root)
        sounds.rename(tmp_path / "unplugged")
        report = Indexer(library, tone_embedder).apply(root, changes)
        assert (report.files, report.unreadable) == (1, [])
        (tmp_path / "unplugged").rename(sounds)
        assert index_folders(library, tone_embedder, [sounds]).files == 2
        assert file_at(library, known).state == "ok"

    def test_a_file_that_grows_while_it_is_read_is_taken_when_it_is_complete(
        self, library: Library, tone_embedder: Embedder, sounds: Path
    ):
        path = write_sound(sounds / "a.wav", seconds=2.0)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        report = index_folders(library, tone_embedder, [sounds])
        (failure,) = report.unreadable
        assert "may still be being copied" in failure.reason
        path.write_bytes(whole)
        report = index_folders(library, tone_embedder, [sounds])
        assert (report.files, report.unreadable, report.audio_seconds) == (1, [], 2.0)

    def test_an_unexpected_fault_of_a_decoder_ends_no_batch(
        self, index: Index, sounds: Path, monkeypatch: pytest.MonkeyPatch
    ):
        write_sound(sounds / "good.wav")
        write_sound(sounds / "odd.wav", hz=500)

        def fault(path: Path) -> object:
            if path.name == "odd.wav":
                raise ZeroDivisionError("float division by zero")
            return read_metadata(path)

        monkeypatch.setattr(decoding, "read_metadata", fault)
        report = index()
        assert report.files == 1
        (failure,) = report.unreadable
        assert "ZeroDivisionError" in failure.reason


class TestPermission:
    @pytest.fixture
    def open_folder(self) -> Iterator[Path]:
        """A folder that any user may enter, unlike `tmp_path`; inside the test, root is nobody."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            folder.chmod(0o755)
            if os.geteuid() != 0:
                yield folder
                return
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)  # nothing is forbidden to root
            try:
                yield folder
            finally:
                os.seteuid(0)

    @pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
    def test_a_forbidden_file_and_folder_are_listed_and_taken_up_once_they_are_allowed(
        self, tone_embedder: Embedder, library: Library, open_folder: Path
    ):
        sounds = open_folder / "sounds"
        allowed = write_sound(sounds / "allowed.wav", hz=440)
        file = write_sound(sounds / "forbidden.wav", hz=500)
        folder = write_sound(sounds / "forbidden folder/inside.wav", hz=600).parent
        file.chmod(0)
        folder.chmod(0)
        with Library(open_folder / "library") as own_library:
            report = index_folders(own_library, tone_embedder, [sounds])
            assert {failure.path for failure in report.unreadable} == {file, folder}
            assert {failure.reason for failure in report.unreadable} == {"you do not have permission to read it"}
            assert [known.path for known in own_library.files_under(1) if known.state == "ok"] == [allowed]
            file.chmod(0o644)  # changes neither size nor time
            folder.chmod(0o755)
            report = index_folders(own_library, tone_embedder, [sounds])
            assert (report.files, report.unreadable, report.embedded) == (3, [], 2)


class TestStoppingAndGoingOn:
    @pytest.fixture
    def many(self, sounds: Path) -> int:
        for number in range(150):
            write_different_sound(sounds / f"{number}.wav", seconds=0.3)
        return 150

    def test_a_stopped_run_keeps_what_it_finished_and_the_next_does_the_rest(
        self, index: Index, library: Library, sounds: Path, many: int
    ):
        looks = iter(range(10))
        report = index(should_stop=lambda: next(looks, None) is None)
        assert report.stopped
        assert report.embedded == report.files < many
        rest = index()
        assert (rest.embedded, rest.files, rest.stopped) == (many - report.embedded, many, False)

    def test_stopping_at_once_does_nothing(self, index: Index, many: int):
        assert index(should_stop=lambda: True).files == 0

    def test_an_interrupt_from_the_keyboard_leaves_no_thread_and_loses_nothing_stored(
        self, index: Index, library: Library, many: int
    ):
        def interrupt_after_the_first_group() -> bool:
            if library.counts().files:
                raise KeyboardInterrupt
            return False

        threads = threading.active_count()
        with pytest.raises(KeyboardInterrupt):
            index(should_stop=interrupt_after_the_first_group)
        assert threading.active_count() == threads
        stored = library.counts().files
        assert 0 < stored < many
        report = index()
        assert (report.embedded, report.files) == (many - stored, many)

    def test_a_long_file_can_be_stopped_midway_and_is_not_stored_in_part(
        self, index: Index, library: Library, sounds: Path
    ):
        write_sound(sounds / "long.wav", seconds=200.0, sample_rate_hz=8000)
        heard: list[float] = []
        report = index(
            on_progress=lambda progress: heard.append(progress.audio_seconds), should_stop=lambda: len(heard) > 0
        )
        assert report.stopped
        assert (report.files, list(library.files_under(1))) == (0, [])
        assert index().segments == 400


class TestWhatWasTouched:
    def test_it_alone_is_heard_and_the_rest_is_not_even_looked_through(
        self, index: Index, library: Library, tone_embedder: Embedder, sounds: Path
    ):
        write_different_sound(sounds / "known.wav")
        index()
        (root,) = library.roots()
        for name in ("new.wav", "nobody told.wav"):
            write_different_sound(sounds / name)
        another = make_tone_embedder("tones-2")  # which has not heard known.wav either
        report = Indexer(library, another).apply(root, find_changes(library, root, frozenset([Path("new.wav")])))
        assert (report.embedded, report.files) == (1, 1)
        assert index().embedded == 2
        assert index_folders(library, another, [sounds]).embedded + report.embedded == 3


class TestProgress:
    def test_the_time_in_which_a_run_is_held_is_no_time_of_work(self, index: Index, sounds: Path):
        for number in range(60):
            write_different_sound(sounds / f"{number}.wav", seconds=0.2)
        seen: list[Progress] = []
        held_s = [3.0]

        def hold_once() -> bool:
            if held_s:
                time.sleep(held_s.pop())
            return False

        started = time.monotonic()
        index(on_progress=seen.append, should_stop=hold_once)
        worked_s = time.monotonic() - started - 3.0
        assert seen[-1].audio_seconds / seen[-1].speed < worked_s + 0.5

    def test_it_counts_stored_files_up_to_all_of_them(self, index: Index, sounds: Path):
        for number in range(12):
            write_different_sound(sounds / f"{number}.wav")
        (sounds / "bad.wav").write_bytes(b"")
        seen: list[Progress] = []
        index(on_progress=seen.append)
        done = [progress.files_done for progress in seen]
        assert done == sorted(done)
        assert (done[0], done[-1]) == (0, 13)
        assert {progress.files_total for progress in seen} == {13}
        assert seen[0].seconds_left is None
        assert seen[-1].seconds_left == 0
        assert seen[-1].audio_seconds == pytest.approx(6.0)
        assert seen[-1].speed > 0
