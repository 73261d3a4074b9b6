"""What each filter leaves of a library, compared with what its rows say; and what a scope says in words and names."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.filters import Field, Filter
from engine.library import Library
from engine.library_rows import FileRow, FileStat, Scope
from engine.question import Question
from tests.indexed_files import CHECKPOINT, DIM, indexed_file

# path, seconds, hertz, channels, container, encoding, day of the last change, stars, tags
FILES: list[tuple[str, float, int, int, str, str, str, int | None, tuple[str, ...]]] = [
    ("kick.wav", 0.4, 44_100, 1, "WAV", "PCM_16", "2019-12-31", 5, ("Drum", "short")),
    ("Rain/Roof tops/drip.flac", 2.0, 48_000, 2, "FLAC", "PCM_24", "2020-01-01", 3, ("Äste", "rain")),
    ("rain/roof/gutter.AIFF", 61.0, 96_000, 2, "AIFF", "PCM_24", "2024-02-29", None, ("rain on a roof",)),
    ("Rainforest/birds.mp3", 3600.0, 44_100, 2, "MP3", "MPEG_LAYER_III", "2024-03-01", 1, ()),
    ("Rainforest/birds.opus", 3600.0, 48_000, 6, "OGG", "OPUS", "2024-12-31", None, ("100%",)),
    ("voices/hello.ogg", 1.9999, 8_000, 1, "OGG", "VORBIS", "1970-01-02", None, ("a_b",)),
    ("voices/hello.m4a", 2.0001, 8_000, 1, "M4A", "AAC", "2262-01-01", 4, ("axb",)),
    ("voices/no sound of a wav.rf64", 12.0, 192_000, 64, "RF64", "FLOAT", "2024-12-30", 2, ("rain",)),
    ("caf\udce9/wav.mp3.aif", 0.0, 44_100, 2, "AIFF", "PCM_16", "2023-06-15", None, ("Rain", "c'est")),
]
SAME = ({"wav", "wave"}, {"aif", "aiff", "aifc"}, {"ogg", "oga"})
NUMBERS: tuple[Field, ...] = ("duration", "rate", "rating", "channels", "date")
WORDS: dict[Field, list[str]] = {
    "format": [
        "wav", "wave", "flac", "aif", "aiff", "mp3", "ogg", "oga", "opus", "vorbis", "aac", "m4a", "rf64", "mp",
        ".wav", "w", "av", "%",
    ],
    "folder": [
        "rain", "rain/", "rain/roof", "rain/ro", "/rain", "roof", "rainforest", "my%sounds", "sounds",
        "sounds/rain/roof", "s", "r", "%", "_", "voices", "rain//roof", "caf\\xe9", "café", "/", "\\", "..",
    ],
    "tag": ["rain", "drum", "äste", "aste", "rain on a roof", "100%", "100_", "a_b", "axb", "%", "c'est", "c''est"],
}  # fmt: skip


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """With FILES, in a folder called Sounds."""
    folder = tmp_path_factory.mktemp("conditions")
    (folder / "Sounds").mkdir()
    with Library(folder / "library") as library:
        library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
        root = library.add_root(folder / "Sounds")
        for path, duration_s, rate_hz, channels, container, encoding, day, stars, tags in FILES:
            noon = datetime.fromisoformat(f"{day}T12:00:00")
            file = dataclasses.replace(
                indexed_file(root, path, ascii(path), stat=FileStat(1, int(noon.timestamp()) * 10**9, 0)),
                duration_s=duration_s,
                sample_rate_hz=rate_hz,
                channels=channels,
                container=container,
                encoding=encoding,
            )
            library.store_indexed([file])
            (file_id,) = set(library.files_at_paths([root.path / path]).values())
            library.set_rating([file_id.id], stars)
            for tag in tags:
                library.add_tag([file_id.id], tag)
        yield library


def left_by(library: Library, *filters: Filter) -> set[str]:
    ids = library.listing(Scope(filters=filters)).tolist()
    return {row.name for row in library.rows(ids).values()}


def typed(library: Library, text: str) -> set[str]:
    """What is listed when only this is typed."""
    question = Question(text)
    assert question.is_browsing
    return {row.name for row in library.rows(library.listing(question.part).tolist()).values()}


# --- as the rows say --------------------------------------------------------------------------------------------------


def fulfils(row: FileRow, condition: Filter) -> bool:
    return _is_wanted(row, condition) != condition.negated


def _is_wanted(row: FileRow, condition: Filter) -> bool:
    """Without regard to the minus."""
    match condition.field:
        case "format":
            return bool(_formats(row) & {same for name in condition.choices for same in _same_as(name)})
        case "tag":
            return any(tag.casefold() in condition.choices for tag in row.tags)
        case "folder":
            return any(_lies_in(row, name) for name in condition.choices)
        case "rating" if row.stars is None:
            return condition.least == 0 or 0 < condition.below <= 1
    numbers = {
        "duration": row.duration_s,
        "rate": row.sample_rate_hz,
        "channels": row.channels,
        "rating": row.stars,
        "date": date.fromtimestamp(row.modified_s).toordinal(),
    }
    number = numbers[condition.field]
    return number is not None and condition.least <= number < condition.below


def _formats(row: FileRow) -> set[str]:
    container, encoding = (row.container or "").lower(), (row.encoding or "").lower()
    return {encoding, row.path.suffix[1:].lower()} | ({container} if encoding != "opus" else set())


def _same_as(name: str) -> set[str]:
    return {name}.union(*(same for same in SAME if name in same))


def _lies_in(row: FileRow, name: str) -> bool:
    folders = row.folder.casefold().split("/")
    *inner, last = name.removeprefix("/").split("/")
    length = len(inner) + 1
    return any(
        folders[at : at + length - 1] == inner and (folders[at : at + length] or [""])[-1].startswith(last)
        for at in range(len(folders) + 1 - len(inner))
    )


def conditions() -> st.SearchStrategy[Filter]:
    known = [*(number for file in FILES for number in file[1:4]), *range(7)]
    days = [date.fromisoformat(file[6]).toordinal() for file in FILES]
    near = st.sampled_from([*known, *days]).flatmap(lambda x: st.sampled_from([x, x + 1, math.nextafter(x, math.inf)]))
    bounds = near | st.floats(allow_nan=False) | st.just(math.inf) | st.just(-math.inf)
    numbers = st.builds(
        Filter, st.sampled_from(NUMBERS), st.just(""), st.just(()), bounds, bounds, negated=st.booleans()
    )
    words = st.sampled_from(list(WORDS)).flatmap(
        lambda field: st.builds(
            Filter,
            st.just(field),
            st.just(""),
            st.lists(st.sampled_from(WORDS[field]) | st.text(max_size=4).map(str.casefold), max_size=3).map(tuple),
            negated=st.booleans(),
        )
    )
    return numbers | words


@settings(deadline=None, max_examples=400)
@given(st.lists(conditions(), max_size=3))
def test_the_files_are_left_whose_rows_fulfil_every_filter(many: Library, filters: list[Filter]) -> None:
    rows = many.rows(many.listing().tolist()).values()
    assert len(rows) == len(FILES)
    expected = {row.name for row in rows if all(fulfils(row, condition) for condition in filters)}
    assert left_by(many, *filters) == expected


# --- as it is typed ---------------------------------------------------------------------------------------------------

AIFF = {"gutter.AIFF", "wav.mp3.aif"}
RAIN = {"drip.flac", "gutter.AIFF"}
BIRDS = {"birds.mp3", "birds.opus"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("duration:<2s", {"kick.wav", "hello.ogg", "wav.mp3.aif"}),
        ("duration:>1h", set()),
        ("length:1:00:00", BIRDS),
        ("rate:44.1k", {"kick.wav", "birds.mp3", "wav.mp3.aif"}),
        ("channels:>stereo", {"birds.opus", "no sound of a wav.rf64"}),
        ("rating:4+", {"kick.wav", "hello.m4a"}),
        ("rating:0", {"gutter.AIFF", "birds.opus", "hello.ogg", "wav.mp3.aif"}),
        ("rating:0 format:aif", AIFF),
        ("-rating:1+ format:aif", AIFF),
        ("-rating:5 duration:<1s", {"wav.mp3.aif"}),
        ("rating:<3", {"birds.mp3", "no sound of a wav.rf64"}),
        ("format:aif", AIFF),
        ("ext:.aiff", AIFF),
        ("format:mp3", {"birds.mp3"}),
        ("format:ogg", {"hello.ogg"}),
        ("format:opus", {"birds.opus"}),
        ("format:m4a,wav", {"hello.m4a", "kick.wav"}),
        ("format:aac", {"hello.m4a"}),
        ("folder:rain", RAIN | BIRDS),
        ("folder:rain/", RAIN),
        ("folder:rain/roof", RAIN),
        ("folder:rain/roof/", {"gutter.AIFF"}),
        ('folder:"roof tops"', {"drip.flac"}),
        ("folder:tops", set()),
        ("folder:sounds/voices -folder:sounds/rain", {"hello.ogg", "hello.m4a", "no sound of a wav.rf64"}),
        ("-folder:sounds", set()),
        ("tag:RAIN", {"drip.flac", "wav.mp3.aif", "no sound of a wav.rf64"}),
        ("tag:rain -format:aif rating:3+", {"drip.flac"}),
        ('tag:"ÄSTE"', {"drip.flac"}),
        ("tag:a_b", {"hello.ogg"}),
        ("tag:drum,axb", {"kick.wav", "hello.m4a"}),
        ("date:2024-02", {"gutter.AIFF"}),
        ("date:2024-03..2024", {"birds.mp3", "birds.opus", "no sound of a wav.rf64"}),
        ("date:<1971", {"hello.ogg"}),
        ("date:>2261", {"hello.m4a"}),
        ("date:0001..9999 format:m4a", {"hello.m4a"}),
    ],
)
def test_a_filter_means_what_a_person_means_by_it(many: Library, text: str, names: set[str]) -> None:
    assert typed(many, text) == names


def test_a_whole_path_is_a_folder_too(many: Library) -> None:
    (root,) = many.roots()
    assert typed(many, f'folder:"{root.path / "rain"}"') == RAIN
    assert typed(many, f'folder:"{root.path}"') == typed(many, "")
    assert typed(many, f'folder:"{root.path.parent.name}"') == set()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the clock of this system cannot be moved")
@pytest.mark.parametrize(("zone", "day"), [("UTC0", "2024-05-17"), ("NZST-12", "2024-05-18"), ("PST8", "2024-05-17")])
def test_a_day_begins_and_ends_by_the_clock_of_the_computer(
    library: Library, sounds: Path, zone: str, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = datetime(2024, 5, 17, 23, 30, tzinfo=UTC)
    root = library.add_root(sounds)
    library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    library.store_indexed([indexed_file(root, "a.wav", stat=FileStat(1, int(late.timestamp()) * 10**9, 0))])
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        try:
            found = [candidate for candidate in ("2024-05-17", "2024-05-18") if typed(library, f"date:{candidate}")]
        finally:
            patch.undo()
            time.tzset()
    assert found == [day]


HOSTILE = [
    "'",
    '"',
    "\0",
    "wav\0",
    "wav\0x",
    "rain\0",
    "\ud800",
    "caf\udce9",
    "%",
    "_",
    "w_v",
    "ra%",
    "*",
    "[r]ain",
    "') OR 1=1 --",
    "; DROP TABLE tag",
    "\\",
    "🔥",
    "x" * 100_000,
    "",
]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:20]))
def test_a_hostile_value_neither_raises_nor_finds_anything(many: Library, value: str) -> None:
    for field in ("format", "tag"):
        assert left_by(many, Filter(field, value, (value,))) == set()
        assert len(left_by(many, Filter(field, value, (value,), negated=True))) == len(FILES)
    if value not in ("", "\\"):
        assert left_by(many, Filter("folder", value, (value,))) == set()


@pytest.mark.parametrize("field", NUMBERS)
def test_no_number_is_too_large(many: Library, field: Field) -> None:
    for huge in (1e300, 2**64, 2**1000, math.inf):
        assert len(left_by(many, Filter(field, "", least=-huge, below=huge), Filter("tag", "", ("drum",)))) == 1
        assert left_by(many, Filter(field, "", least=huge)) == left_by(many, Filter(field, "", below=-huge)) == set()
    assert left_by(many, Filter(field, "", least=math.nan)) == set() or field == "date"


def test_hundreds_of_filters_are_heeded(many: Library) -> None:
    assert typed(many, "rating:5 " * 110) == {"kick.wav"}
    formats = ",".join(f"x{number}" for number in range(150))
    assert typed(many, f"format:{formats},aif") == AIFF
    assert typed(many, f"tag:{formats},drum") == {"kick.wav"}
    assert left_by(many, *[Filter("rating", "", least=5)] * 400) == {"kick.wav"}
