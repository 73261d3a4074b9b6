"""Tags are written so that the sound stays, the way back stays, and a crash at any moment leaves one whole file."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from engine.audio import AudioDecoder, ContentHash
from engine.library import Library
from engine.library_rows import FileStat
from engine.metadata import read_metadata
from engine.scanning import find_changes
from engine.tag_edits import TagTexts
from engine.tag_writing import (
    UNDO_DAYS,
    TagsNotWritten,
    WrittenTags,
    kept_undos,
    take_back_tags,
    tidy_undos,
    would_change,
    write_tags,
    write_tags_to_copy,
)
from tests.indexed_files import store
from tests.sound_files import make_sweep, write_with_ffmpeg, write_with_libsndfile

TEXTS = TagTexts(description="Regen auf Blech", keywords=("rain", "雷", "metal roof"))
KINDS = {
    "a.wav": ("WAV", "PCM_24"),
    "b.wav": ("WAV", "FLOAT"),
    "c.wav": ("RF64", "PCM_16"),
    "d.aiff": ("AIFF", "PCM_16"),
    "e.flac": ("FLAC", "PCM_24"),
    "f.mp3": ("MP3", None),
    "g.ogg": ("OGG", "VORBIS"),
    "h.opus": ("OGG", "OPUS"),
}


@pytest.fixture
def undo(tmp_path: Path) -> Path:
    return tmp_path / "undo"


@pytest.fixture
def write(sounds: Path, undo: Path) -> Callable[..., WrittenTags]:
    """`write(path, texts)`, with files in `sounds` allowed to change."""
    return lambda path, texts=TEXTS: write_tags(path, texts, inside=[sounds], undo_folder=undo)


def make(sounds: Path, name: str, seconds: float = 0.5) -> Path:
    kind, encoding = KINDS[name]
    return write_with_libsndfile(sounds / name, make_sweep(seconds), kind=kind, encoding=encoding)


def sound_of(path: Path) -> bytes:
    with AudioDecoder(path) as decoder:
        sound = ContentHash(decoder.info.sample_rate_hz, decoder.info.channels)
        for block in decoder:
            sound.feed(block)
    return sound.digest()


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestEveryKind:
    @pytest.mark.parametrize("name", KINDS)
    def test_tags_are_read_again_and_the_sound_is_the_same(self, sounds: Path, write: Callable[..., WrittenTags], name):
        path = make(sounds, name)
        sound = sound_of(path)

        write(path)

        metadata = read_metadata(path)
        assert "Regen auf Blech" in metadata.text()
        assert set(metadata.keywords) == {"rain", "雷", "metal roof"}
        assert sound_of(path) == sound
        assert list(everything(sounds)) == [name]

    @pytest.mark.parametrize("name", KINDS)
    def test_tags_that_others_wrote_stay(self, sounds: Path, write: Callable[..., WrittenTags], name: str):
        kind, encoding = KINDS[name]
        with soundfile.SoundFile(sounds / name, "w", 48_000, 1, format=kind, subtype=encoding) as file:
            file.title, file.artist = "Puerta", "Ana"
            file.write(make_sweep(0.2, channels=1))
        others = read_metadata(sounds / name)
        write(sounds / name)
        metadata = read_metadata(sounds / name)
        assert (metadata.title, metadata.artist) == (others.title, others.artist)
        assert metadata.title == "Puerta" or name == "c.wav"  # libsndfile writes none into RF64

    @pytest.mark.parametrize("name", KINDS)
    def test_taken_back_every_byte_is_what_it_was(self, sounds: Path, write: Callable[..., WrittenTags], undo, name):
        path = make(sounds, name)
        former = path.read_bytes()
        written = write(path, TagTexts("x" * 9000, tuple(f"word {number}" for number in range(900))))
        assert path.read_bytes() != former

        take_back_tags(written, inside=[sounds])

        assert path.read_bytes() == former
        assert kept_undos(undo) == []

    @pytest.mark.parametrize("name", KINDS)
    def test_written_again_the_new_tags_replace_the_old(self, sounds: Path, write: Callable[..., WrittenTags], name):
        path = make(sounds, name)
        write(path)
        write(path, TagTexts("Hagel", ("hail",)))
        assert read_metadata(path).keywords == ("hail",)
        assert "Regen" not in read_metadata(path).text()
        write(path, TagTexts(description=""))  # the keywords are not spoken of
        assert read_metadata(path).keywords == ("hail",)
        assert "Hagel" not in read_metadata(path).text()


def test_what_cannot_be_written_is_left_alone(sounds: Path, write: Callable[..., WrittenTags]):
    path = write_with_ffmpeg(sounds / "a.m4a", make_sweep(0.2), kind="ipod", codec="aac")
    former = everything(sounds)
    with pytest.raises(TagsNotWritten, match="cannot be written into this kind of file"):
        write(path)
    assert everything(sounds) == former


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_file_is_left_alone_or_sounds_the_same(sounds: Path, write: Callable[..., WrittenTags], name: str):
    whole = make(sounds, name).read_bytes()
    chance = random.Random(name)
    for _ in range(15):
        broken = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])])
        for _ in range(3):
            broken[min(chance.randrange(400), len(broken) - 1)] ^= 1 << chance.randrange(8)
        (sounds / name).write_bytes(broken)
        try:
            written = write(sounds / name)
        except TagsNotWritten:
            assert everything(sounds) == {name: bytes(broken)}
        else:
            take_back_tags(written, inside=[sounds])
            assert everything(sounds) == {name: bytes(broken)}


@pytest.mark.parametrize("name", KINDS)
def test_it_can_be_told_beforehand_whether_anything_would_change(sounds: Path, write: Callable[..., WrittenTags], name):
    path = make(sounds, name)
    former = everything(sounds)
    assert would_change(path, TEXTS, inside=[sounds])
    assert not would_change(path, TagTexts())
    assert everything(sounds) == former
    write(path)
    assert not would_change(path, TEXTS)
    path.chmod(0o444)
    assert not would_change(path, TEXTS)  # a copy could be made
    with pytest.raises(TagsNotWritten, match="read-only"):
        would_change(path, TEXTS, inside=[sounds])


class TestCopies:
    def test_the_original_stays_as_it_is(self, sounds: Path, tmp_path: Path):
        path = make(sounds, "a.wav")
        former = everything(sounds)
        write_tags_to_copy(path, tmp_path / "copy.wav", TEXTS)
        assert everything(sounds) == former
        assert read_metadata(tmp_path / "copy.wav").description == "Regen auf Blech"
        assert sound_of(tmp_path / "copy.wav") == sound_of(path)

    def test_nothing_is_overwritten(self, sounds: Path, tmp_path: Path):
        path = make(sounds, "a.wav")
        (tmp_path / "copy.wav").write_bytes(b"mine")
        with pytest.raises(TagsNotWritten, match="already"):
            write_tags_to_copy(path, tmp_path / "copy.wav", TEXTS)
        assert (tmp_path / "copy.wav").read_bytes() == b"mine"
        with pytest.raises(TagsNotWritten, match="already"):
            write_tags_to_copy(path, path, TEXTS)


class TestTheFileItself:
    def test_permissions_and_times_are_kept(self, sounds: Path, write: Callable[..., WrittenTags]):
        path = make(sounds, "a.wav")
        path.chmod(0o640)
        os.utime(path, ns=(10**18, 10**18))
        write(path)
        assert path.stat().st_mode & 0o777 == 0o640
        assert path.stat().st_mtime_ns == 10**18

    def test_at_equal_size_its_time_tells_that_it_changed(self, sounds: Path, write: Callable[..., WrittenTags]):
        path = make(sounds, "a.wav")
        write(path, TagTexts("one"))
        before = path.stat()
        write(path, TagTexts("two"))
        assert path.stat().st_size == before.st_size
        assert path.stat().st_mtime_ns != before.st_mtime_ns

    def test_the_next_scan_reads_the_file_again(self, library: Library, sounds: Path, write):
        path = make(sounds, "a.wav")
        root = library.add_root(sounds)
        store(library, root, "a.wav", stat=FileStat.of(os.stat(path)))
        write(path)
        assert [found.relative_path for found in find_changes(library, root).changed] == [Path("a.wav")]

    def test_a_change_made_since_is_not_taken_back(self, sounds: Path, write: Callable[..., WrittenTags]):
        path = make(sounds, "a.wav")
        first = write(path)
        write(path, TagTexts("later"))
        with pytest.raises(TagsNotWritten, match="changed since"):
            take_back_tags(first, inside=[sounds])
        assert read_metadata(path).description == "later"

    def test_ways_back_are_kept_for_a_month(self, sounds: Path, write: Callable[..., WrittenTags], undo: Path):
        write(make(sounds, "a.wav"))
        tidy_undos(undo)
        assert len(kept_undos(undo)) == 1
        tidy_undos(undo, now_s=time.time() + (UNDO_DAYS + 1) * 86_400)
        assert kept_undos(undo) == []

    def test_a_damaged_record_deletes_and_changes_nothing(self, sounds: Path, write: Callable[..., WrittenTags], undo):
        path = make(sounds, "a.wav")
        written = write(path)
        former = everything(sounds)
        written.undo.write_text(json.dumps({"path": str(path), "temporary": str(path), "edit": {}}))
        tidy_undos(undo)
        with pytest.raises(TagsNotWritten, match="damaged"):
            take_back_tags(written, inside=[sounds])
        assert everything(sounds) == former


class TestRefusals:
    @pytest.fixture
    def path(self, sounds: Path) -> Path:
        return make(sounds, "a.wav")

    def refused(self, path: Path, write: Callable[..., WrittenTags], reason: str) -> None:
        former = everything(path.parent)
        with pytest.raises(TagsNotWritten, match=reason):
            write(path)
        assert everything(path.parent) == former

    def test_read_only_files(self, path: Path, write: Callable[..., WrittenTags]):
        path.chmod(0o444)
        self.refused(path, write, "read-only")

    def test_links_and_what_lies_behind_them(self, path: Path, sounds: Path, tmp_path: Path, write):
        (sounds / "link.wav").symlink_to(path)
        self.refused(sounds / "link.wav", write, "it is a link")
        outside = tmp_path / "outside"
        outside.mkdir()
        make(outside, "b.wav")
        (sounds / "folder").symlink_to(outside)
        with pytest.raises(TagsNotWritten, match="outside"):
            write(sounds / "folder" / "b.wav")

    def test_files_of_several_names(self, path: Path, write: Callable[..., WrittenTags]):
        path.with_name("b.wav").hardlink_to(path)
        self.refused(path, write, "several names")

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
    def test_files_that_another_program_writes(self, path: Path, write: Callable[..., WrittenTags]):
        with path.open("r+b"):
            self.refused(path, write, "open for writing")
        with path.open("rb"):
            write(path)

    def test_files_that_are_not_there(self, path: Path, write: Callable[..., WrittenTags]):
        path.unlink()
        self.refused(path, write, "are as they were")

    def test_files_that_would_sound_different(self, path: Path, write: Callable[..., WrittenTags], monkeypatch):
        from engine.tag_edits import Edit

        pieces = Edit.pieces

        def with_one_wrong_bit(self, file):
            *most, after = pieces(self, file)
            return [*most[:-1], most[-1][:-1] + bytes([most[-1][-1] ^ 1]), after]

        monkeypatch.setattr(Edit, "pieces", with_one_wrong_bit)
        self.refused(path, write, "would not sound the same")


# --- kill -9 ----------------------------------------------------------------------------------------------------------

KILLS = 20
CHILD = """
import itertools, sys
from pathlib import Path
from engine.tag_edits import TagTexts
from engine.tag_writing import write_tags
folder, undo, trial = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
for number in itertools.count():
    for path in paths:
        description = f"version {trial}.{number} " + "x" * (1 + number % 7 * 997)
        write_tags(path, TagTexts(description, (f"number {number}",)), inside=[folder], undo_folder=undo)
        print(path.name, number, flush=True)
"""

CHILD_THAT_WRITES_IN_PLACE = """
import itertools, sys
from pathlib import Path
path = Path(sys.argv[1]) / "a.wav"
content = path.read_bytes()
for number in itertools.count():
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(content), 512):
            file.write(content[start : start + 512])
    print(path.name, number, flush=True)
"""


def kill_while_writing(
    sounds: Path, undo: Path, trial: int, after_s: float, script: str = CHILD
) -> list[tuple[str, int]]:
    """Let a child write tags over and over, and kill it so long after its first success; what it said it had done."""
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(sounds), str(undo), str(trial)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    first = child.stdout.readline()
    time.sleep(after_s)
    child.kill()
    rest, _ = child.communicate()
    assert child.returncode == -signal.SIGKILL
    whole = (first + rest).rpartition("\n")[0].splitlines()  # the last line may be cut
    return [(line.split()[0], int(line.split()[1])) for line in whole]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("trials", [KILLS, pytest.param(200, marks=pytest.mark.slow)])
def test_killed_at_any_moment_every_file_is_old_or_new_and_sounds_the_same(sounds: Path, undo: Path, trials: int):
    heard = {name: sound_of(make(sounds, name, 0.2)) for name in KINDS}
    chance, kills, writings, halves = random.Random(trials), 0, 0, 0
    for trial in range(trials):
        done = kill_while_writing(sounds, undo, trial, chance.uniform(0, 0.15))
        assert done
        kills += 1  # `kill_while_writing` has seen that the child died of it
        writings += len(done)
        halves += len(everything(sounds)) - len(heard)
        for name, sound in heard.items():
            assert sound_of(sounds / name) == sound
            newest = max((number for path, number in done if path == name), default=-1)
            text = read_metadata(sounds / name).text()
            if newest >= 0:  # what was said to be written is, unless the next was already on its way
                assert f"version {trial}.{newest} " in text or f"version {trial}.{newest + 1} " in text
        tidy_undos(undo)
        assert everything(sounds).keys() == heard.keys()
    assert kills == trials
    assert halves  # some were killed in the middle of it
    sys.stdout.write(
        f"{kills} kills during {writings} finished writings, {halves} with a half-written file beside its place:"
        f" each of {len(heard)} files was old or new and sounded the same each time\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_the_same_kills_damage_what_is_written_in_place(sounds: Path, undo: Path):
    whole = make(sounds, "a.wav", 2.0).read_bytes()
    chance = random.Random(1)
    for trial in range(KILLS):
        assert kill_while_writing(sounds, undo, trial, chance.uniform(0, 0.1), CHILD_THAT_WRITES_IN_PLACE)
        if (sounds / "a.wav").read_bytes() != whole:
            return
    pytest.fail("no kill came while the file was written: the test above proves nothing")
