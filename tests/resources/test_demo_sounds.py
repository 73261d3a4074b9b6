"""The sounds that come with Earmark: where they are from, that they may be passed on, and that they can be heard."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
SOUNDS = RESOURCES / "demo_sounds"
FILES = sorted(path.name for path in SOUNDS.iterdir())
HEARD = json.loads((RESOURCES / "demo_sounds.json").read_text("utf-8"))

FREE = re.compile(r"CC0-1\.0|public domain|BSD-[23]-clause|CC-BY(-SA)?-[234]\.0")
MAX_TOTAL_BYTES = 4_000_000


class Row(NamedTuple):
    """A row of the table in SOURCES.md; a cell that names several originals has one line for each."""

    heard: list[str]
    packages: list[str]
    originals: list[str]
    authors: list[str]
    original_licences: list[str]
    licence: str
    sha256: str


def sources() -> dict[str, Row]:
    text = (RESOURCES / "SOURCES.md").read_text("utf-8")
    table = text.split("<!-- demo sounds: begin -->\n")[1].split("<!-- demo sounds: end -->")[0]
    rows = {}
    for line in table.splitlines()[2:]:
        file, *lists, licence, sha256 = (cell.strip().replace("`", "") for cell in line.strip("|").split(" | "))
        heard, packages, originals, authors, licences = (cell.split("<br>") for cell in lists)
        rows[file] = Row(heard, packages, originals, authors, licences, licence, sha256)
    return rows


def scenes() -> list[str]:
    """The sounds in which more than one thing is heard."""
    return [file for file, sound in HEARD.items() if len({event["text"] for event in sound["heard"]}) > 1]


def test_there_are_enough_sounds_and_scenes_and_they_stay_small() -> None:
    assert len(FILES) >= 24
    assert len(scenes()) >= 8
    assert sum((SOUNDS / file).stat().st_size for file in FILES) < MAX_TOTAL_BYTES


def test_every_sound_is_listed_and_nothing_else_is() -> None:
    assert sorted(sources()) == FILES
    assert sorted(HEARD) == FILES


@pytest.mark.parametrize("file", FILES)
def test_checksum_in_sources_is_that_of_the_file(file: str) -> None:
    assert sources()[file].sha256 == hashlib.sha256((SOUNDS / file).read_bytes()).hexdigest()


@pytest.mark.parametrize("file", FILES)
def test_every_original_has_a_package_an_author_and_a_free_licence(file: str) -> None:
    row = sources()[file]
    assert len(row.packages) == len(row.originals) == len(row.authors) == len(row.original_licences)
    assert all(re.fullmatch(r"[a-z0-9.+-]+ \S*\d\S*", package) for package in row.packages)
    assert all(row.authors)
    assert all(FREE.fullmatch(licence) for licence in [*row.original_licences, row.licence])


@pytest.mark.parametrize("file", FILES)
def test_share_alike_of_an_original_binds_the_mix(file: str) -> None:
    row = sources()[file]
    share_alike = [licence for licence in row.original_licences if "-SA-" in licence]
    assert not share_alike or row.licence == max(share_alike)


@pytest.mark.parametrize("file", FILES)
def test_sound_decodes_is_audible_and_not_clipped(file: str) -> None:
    samples, rate_hz = soundfile.read(SOUNDS / file)
    peak = np.abs(samples).max()
    assert 0.5 < len(samples) / rate_hz < 20
    assert 0.1 < peak < 1.0
    assert np.flatnonzero(np.abs(samples).reshape(len(samples), -1).max(axis=1) > peak / 50)[0] < 0.5 * rate_hz


@pytest.mark.parametrize("file", FILES)
def test_what_is_heard_lies_inside_the_sound(file: str) -> None:
    duration_s = soundfile.info(SOUNDS / file).duration
    events = HEARD[file]["heard"]
    assert events == sorted(events, key=lambda event: (event["start_s"], event["end_s"]))
    for event in events:
        assert event["text"]
        assert 0 <= event["start_s"] < event["end_s"] <= duration_s + 0.1
    assert len(sources()[file].heard) == len(events)


def test_scenes_last_long_enough_for_an_order_to_be_heard() -> None:
    assert all(5 <= soundfile.info(SOUNDS / file).duration <= 20 for file in scenes())


def test_at_least_a_third_of_the_names_tell_nothing_of_what_is_heard() -> None:
    def tells(file: str) -> bool:
        name = file.lower()
        return any(
            word[:4] in name for event in HEARD[file]["heard"] for word in event["text"].split() if len(word) > 2
        )

    assert sum(not tells(file) for file in FILES) >= len(FILES) / 3
    assert not any(tells(file) for file in scenes())


def test_formats_are_mixed_as_on_a_persons_disk() -> None:
    subtypes = {soundfile.info(SOUNDS / file).subtype for file in FILES}
    assert subtypes == {"PCM_16", "PCM_24", "VORBIS", "OPUS", "MPEG_LAYER_III"}
    assert any(b"bext" in (SOUNDS / file).read_bytes() for file in FILES if file.endswith(".wav"))
