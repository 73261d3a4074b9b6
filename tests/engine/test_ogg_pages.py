"""Ogg pages are read, numbered and sealed as other programs do."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest

from engine.ogg_pages import CONTINUED, pages_of_packets, read_pages, renumbered
from tests.sound_files import make_sweep, write_with_libsndfile


@pytest.fixture
def stored(tmp_path: Path) -> bytes:
    return write_with_libsndfile(tmp_path / "a.ogg", make_sweep(0.5), kind="OGG", encoding="VORBIS").read_bytes()


def test_pages_are_stored_again_as_they_were_checksum_and_all(stored: bytes):
    pages = list(read_pages(io.BytesIO(stored)))
    assert [page.number for page in pages] == list(range(len(pages)))
    assert b"".join(page.stored() for page in pages) == stored


def test_renumbering_there_and_back_changes_nothing(stored: bytes):
    for page in read_pages(io.BytesIO(stored)):
        assert renumbered(page, 3).number == page.number + 3
        assert renumbered(renumbered(page, 3), -3) == page


@pytest.mark.parametrize("damage", [slice(30, 31), slice(4, 5), slice(len(b"OggS") + 18, None)])
def test_damaged_pages_are_refused(stored: bytes, damage: slice):
    broken = bytearray(stored)
    broken[damage] = b"" if damage.stop is None else bytes(byte ^ 1 for byte in broken[damage])
    with pytest.raises(ValueError, match="damaged"):
        list(read_pages(io.BytesIO(bytes(broken))))


@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 65_024, 65_025, 65_026, 200_000])
def test_packets_of_any_size_come_back(size: int):
    packets = [b"a" * size, b"b" * 300]
    pages = pages_of_packets(packets, stream=7, first_number=1)
    read = list(read_pages(io.BytesIO(b"".join(page.stored() for page in pages))))
    assert read == pages
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    lacing, body = b"".join(page.lacing for page in pages), b"".join(page.body for page in pages)
    lengths = [0]
    for part in lacing:
        lengths[-1] += part
        if part < 255:
            lengths.append(0)
    assert lengths == [size, 300, 0]
    assert body == b"".join(packets)
    assert all(bool(page.flags & CONTINUED) != before.ends_a_packet for before, page in itertools.pairwise(pages))
