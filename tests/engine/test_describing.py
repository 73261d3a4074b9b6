"""A library of tones describes itself: real sounds, and a network whose embeddings one can foretell."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine import describing
from engine.describing import Describer, DescribingProgress, background_to_store, stored_background
from engine.embedding import Embedder
from engine.indexing import index_folders
from engine.library import Library
from engine.tag_examples import TagExample
from engine.tagging import Levels, TagBackground
from tests.tones import make_tone_embedder, write_different_sound, write_sound

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def index(library: Library, sounds: Path, tone_embedder: Embedder) -> Callable[[], None]:
    """Listen to all that lies in `sounds`."""

    def listen() -> None:
        index_folders(library, tone_embedder, [sounds])

    return listen


@pytest.fixture
def described(library: Library, sounds: Path, tone_embedder: Embedder, index: Callable[[], None]) -> Describer:
    """Of a library with a silence, a noise, and eight tones."""
    write_sound(sounds / "silence.wav", hz=0, seconds=2)
    write_sound(sounds / "noise.wav", hz=None, seconds=2)
    for number in range(8):
        write_sound(sounds / f"tone {number}.wav", hz=300 + 400 * number, seconds=1)
    index()
    describer = Describer(library, tone_embedder)
    assert describer.describe().described == 10
    return describer


def names(library: Library, path: Path) -> set[str]:
    file = library.file_at(path)
    assert file is not None
    return {one.name for one in library.suggestions_of([file.id])[file.id]}


def id_of(library: Library, path: Path) -> int:
    file = library.file_at(path)
    assert file is not None
    return file.id


def waiting(library: Library) -> int:
    return len(library.suggestions.never_described(library.listing().tolist()))


def test_every_file_is_given_tags_and_a_caption(library: Library, sounds: Path, described: Describer):
    silence = id_of(library, sounds / "silence.wav")
    (tag,) = [one for one in library.suggestions_of([silence])[silence] if one.name == "silence"]
    assert tag.kind is not None
    assert tag.spans == ((0.0, 2.0),)
    assert "silence" not in names(library, sounds / "noise.wav")
    assert "silence" not in names(library, sounds / "tone 0.wav")
    assert all(library.caption_is_suggested(file_id) for file_id in library.listing().tolist())


def test_what_is_described_is_left_as_it_is(library: Library, described: Describer):
    seen: list[DescribingProgress] = []
    report = described.describe(seen.append)
    assert (report.described, report.damaged, report.stopped, seen) == (0, 0, False, [])


def test_it_tells_how_far_it_is_and_reads_the_words_once(
    library: Library, sounds: Path, tone_embedder: Embedder, index: Callable[[], None]
):
    write_sound(sounds / "a.wav")
    index()
    seen: list[DescribingProgress] = []
    Describer(library, tone_embedder).describe(seen.append)
    reading = [one for one in seen if one.step == "reading"]
    assert [one.done for one in reading] == list(range(0, reading[0].total, describing.TEXTS_AT_ONCE))
    assert seen[len(reading) :] == [DescribingProgress("describing", 0, 1), DescribingProgress("describing", 1, 1)]
    write_sound(sounds / "b.wav", hz=900)
    index()
    seen.clear()
    assert Describer(library, tone_embedder).describe(seen.append).described == 2  # the library has doubled
    assert {one.step for one in seen} == {"describing"}


def test_a_library_without_sounds_reads_no_words(library: Library, tone_embedder: Embedder):
    seen: list[DescribingProgress] = []
    assert Describer(library, tone_embedder).describe(seen.append).described == 0
    assert seen == []


def test_it_stops_between_words_and_between_files_and_goes_on_later(
    library: Library, sounds: Path, tone_embedder: Embedder, index: Callable[[], None]
):
    for number in range(5):
        write_different_sound(sounds / f"{number}.wav")
    index()
    describer = Describer(library, tone_embedder)
    asked = iter((False, False, False))
    report = describer.describe(should_stop=lambda: next(asked, True))
    assert (report.described, report.stopped) == (0, True)
    steps: list[DescribingProgress] = []
    files: list[int] = []

    def third_file() -> bool:
        if steps[-1].step == "describing":
            files.append(1)
        return len(files) == 3

    report = describer.describe(steps.append, third_file)
    assert (report.described, report.stopped) == (2, True)
    assert waiting(library) == 3
    assert Describer(library, tone_embedder).describe().described == 3


def test_a_killed_run_is_gone_on_with(library: Library, sounds: Path, index: Callable[[], None]):
    for number in range(60):
        write_different_sound(sounds / f"{number:02}.wav", seconds=0.5)
    index()
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from engine import describing\n"
        "from engine.library import Library\n"
        "from tests.tones import make_tone_embedder\n"
        "describing.GROUP_FILES = 7\n"
        "seen = []\n"
        "def tell(progress):\n"
        "    if progress.step == 'describing' and progress.done >= 21:\n"
        "        os.kill(os.getpid(), 9)\n"
        "with Library(Path(sys.argv[1])) as library:\n"
        "    describing.Describer(library, make_tone_embedder()).describe(tell)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, library.folder], cwd=ROOT, check=False)
    assert ended.returncode == -9
    kept = {file_id: library.suggestions_of([file_id]) for file_id in library.listing().tolist()}
    assert waiting(library) == 60 - 21
    assert Describer(library, make_tone_embedder()).describe().described == 60 - 21
    assert waiting(library) == 0
    assert all(library.suggestions_of([i]) == found for i, found in kept.items() if found[i])


def test_what_is_usual_is_taken_anew_when_the_library_has_doubled(
    library: Library, sounds: Path, described: Describer, index: Callable[[], None]
):
    for number in range(9):
        write_sound(sounds / f"new {number}.wav", hz=350 + 400 * number, seconds=1)
    index()
    assert described.describe().described == 9  # one fewer than double: only what is new
    write_sound(sounds / "the last.wav", hz=3333, seconds=1)
    index()
    assert described.describe().described == 20


def test_a_rejected_tag_stays_rejected_when_files_are_described_anew(
    library: Library, sounds: Path, described: Describer, monkeypatch: pytest.MonkeyPatch
):
    silence = id_of(library, sounds / "silence.wav")
    others = names(library, sounds / "silence.wav") - {"silence"}
    library.reject_suggestions([silence], "silence")
    monkeypatch.setattr(describing, "DESCRIBED_AS", describing.DESCRIBED_AS + 1)  # as a later Earmark may do
    assert described.describe().described == 10
    assert names(library, sounds / "silence.wav") == others
    assert "silen" not in library.caption_of(silence)


def test_a_damaged_file_stops_nothing(library: Library, sounds: Path, described: Describer, index: Callable[[], None]):
    write_sound(sounds / "bad.wav", hz=1234)
    write_sound(sounds / "good.wav", hz=2345)
    index()
    bad = id_of(library, sounds / "bad.wav")
    with library.index_db.atomic():
        library.index_db.execute("UPDATE embedding SET crc = crc + 1 WHERE file_id = ?", (bad,))
    report = described.describe()
    assert (report.described, report.damaged) == (1, 1)
    index()  # listens to it again
    assert described.describe().described == 1


def test_only_some_files_can_be_asked_for(
    library: Library, sounds: Path, described: Describer, index: Callable[[], None]
):
    write_sound(sounds / "a.wav", hz=1234)
    write_sound(sounds / "b.wav", hz=2345)
    index()
    a = id_of(library, sounds / "a.wav")
    assert described.describe(only={a}).described == 1
    assert library.suggestions.never_described(library.listing().tolist()) == [id_of(library, sounds / "b.wav")]


def test_a_sound_of_no_library_is_described_by_the_same_means(
    library: Library, sounds: Path, described: Describer, tone_embedder: Embedder
):
    silence = id_of(library, sounds / "silence.wav")
    heard = library.embeddings_of(silence, tone_embedder.checkpoint_id)
    assert heard is not None
    description = described.description_of(heard, 2.0)
    assert {one.name for one in description.tags} == names(library, sounds / "silence.wav")
    assert description.caption == library.caption_of(silence)


def test_personal_tags_are_suggested_and_go_when_they_are_forgotten(
    library: Library, sounds: Path, described: Describer, index: Callable[[], None]
):
    for number, hz in enumerate((3410, 3420, 3430)):  # in one band
        write_sound(sounds / f"beep {number}.wav", hz=hz, seconds=1 + number / 2)
    index()
    beeps = [id_of(library, sounds / f"beep {number}.wav") for number in range(3)]
    library.tag_examples.give("my beep", likes=[TagExample(beeps[0])])
    assert described.describe().described == 13  # all are tried with the tag
    assert set(library.suggested_files("my beep")) >= set(beeps[1:])
    assert beeps[0] not in library.suggested_files("my beep")  # an example needs no suggestion
    (suggestion,) = [one for one in library.suggestions_of([beeps[1]])[beeps[1]] if one.name == "my beep"]
    assert suggestion.kind is None
    assert described.describe().described == 0
    library.tag_examples.give("my beep", unlikes=[TagExample(beeps[2])])
    assert described.describe().described == 13
    assert beeps[2] not in library.suggested_files("my beep")
    library.tag_examples.forget("my beep")
    assert described.describe().described == 13
    assert library.suggested_files("my beep") == []


def test_what_is_usual_comes_back_as_it_was_stored():
    levels = [Levels(np.array([0.1, 0.2, -0.3]), 0.04), Levels(np.array([0.5, 0.25, 0.125]), 0.08)]
    segments, clips = levels
    back = stored_background(background_to_store(TagBackground(segments, clips)))
    for stored, given in ((back.segments, segments), (back.clips, clips)):
        assert stored.usual.tolist() == given.usual.tolist()
        assert stored.spread == given.spread


def test_what_a_tag_learned_elsewhere_is_tried_too(library: Library, described: Describer, tone_embedder: Embedder):
    library.tag_examples.keep_learned("my beep", {tone_embedder.checkpoint_id: "what it came with"})
    assert described.describe().described == 10
    assert described.describe().described == 0
