"""Two texts of an ID3 tag change; everything else in it stays, and strange tags are not touched."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.id3 import length_of_id3, with_id3_texts


def tag(version: int, *frames: bytes, padding: int = 0, flags: int = 0) -> bytes:
    body = b"".join(frames) + bytes(padding)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + size + body


def frame(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4) + b"\0\0" + content  # below 128 bytes the same in both versions


TITLE = frame(b"TIT2", b"\0Rain")
PICTURE = frame(b"APIC", b"\0image/png\0\3\0" + bytes(range(1, 90)))


def test_a_new_tag_says_how_long_it_is():
    made = with_id3_texts(b"", {"KEYWORDS": "rain, 雷"})
    assert length_of_id3(made[:10]) == len(made)
    assert "rain, 雷".encode("utf-16") in made


def test_a_file_without_a_tag_has_none():
    assert length_of_id3(b"\xff\xfb\x90\x00" + bytes(6)) == length_of_id3(b"ID3") == 0


@pytest.mark.parametrize("version", [3, 4])
def test_other_frames_stay_as_they_are_and_padding_goes(version: int):
    made = with_id3_texts(tag(version, TITLE, PICTURE, padding=500), {"DESCRIPTION": "wet"})
    assert made[10:].startswith(TITLE + PICTURE + b"TXXX")
    assert with_id3_texts(made, {"DESCRIPTION": ""}) == tag(version, TITLE, PICTURE)


@pytest.mark.parametrize(
    "content", [b"\0Keywords\0old", b"\3KEYWORDS\0old", b"\1" + "keywords".encode("utf-16") + b"\0\0" + b"\xff\xfeo\0"]
)
def test_a_former_text_of_the_name_goes_however_it_was_written(content: bytes):
    made = with_id3_texts(tag(4, frame(b"TXXX", content), TITLE), {"KEYWORDS": "new"})
    assert made.count(b"TXXX") == 1
    assert "new".encode("utf-16") in made


@pytest.mark.parametrize(
    "strange",
    [
        tag(2, TITLE),  # other headers of frames
        tag(4, TITLE, flags=0x80),  # unsynchronisation
        tag(3, TITLE)[:-1],
        tag(3, TITLE) + b"x",
        tag(3, TITLE[:-1]),
        tag(3, b"TIT2" + b"\xff" * 6),
        tag(4, b"TIT2" + b"\xff" * 6),
        tag(3, TITLE, b"\0\0\0\0 not padding"),
        b"ID3",
        b"junk",
    ],
)
def test_strange_and_damaged_tags_are_refused(strange: bytes):
    with pytest.raises(ValueError, match="ID3"):
        with_id3_texts(strange, {"KEYWORDS": "new"})


@given(st.binary(max_size=200))
def test_no_bytes_break_it(content: bytes):
    for stored in (content, tag(3, content), tag(4, content)):
        with contextlib.suppress(ValueError):
            assert length_of_id3(with_id3_texts(stored, {"KEYWORDS": "new"})) > 0
