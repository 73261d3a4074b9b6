"""What an edit changes of a file's bytes, and what it never does; see test_tag_writing.py for what one hears."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from engine.tag_edits import TagTexts, plan_edit, with_vorbis_texts
from tests.sound_files import append_wav_chunk, make_sweep, wav_chunk, write_with_libsndfile

TEXTS = TagTexts("Rain", ("wet", "roof"))


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return write_with_libsndfile(tmp_path / "a.wav", make_sweep(0.01, channels=1), kind="WAV", encoding="PCM_24")


def edited(stored: bytes, texts: TagTexts = TEXTS) -> bytes:
    file = io.BytesIO(stored)
    edit = plan_edit(file, len(stored), texts)
    made = b"".join(edit.pieces(file))
    assert len(made) == edit.file_bytes
    assert b"".join(edit.taken_back().pieces(io.BytesIO(made))) == stored
    return made


def chunks(stored: bytes) -> dict[bytes, bytes]:
    found, position = {}, 12
    while position < len(stored):
        size = int.from_bytes(stored[position + 4 : position + 8], "little")
        found[stored[position : position + 4]] = stored[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
    assert position == len(stored) == int.from_bytes(stored[4:8], "little") + 8
    return found


class TestTexts:
    def test_they_become_one_line_each(self):
        fields = TagTexts("a\nb\0c", ("x\t", "y\ud800")).fields()
        assert fields == {"DESCRIPTION": "a b c", "KEYWORDS": "x, y?"}

    def test_what_is_not_spoken_of_is_not_written(self):
        assert TagTexts(keywords=()).fields() == {"KEYWORDS": ""}


class TestWav:
    def test_chunks_that_are_not_tags_stay_where_they_are(self, wav: Path):
        for name, content in [(b"cue ", b"marks"), (b"bext", b"b" * 603), (b"LIST", b"adtllabel"), (b"odd?", b"xyz")]:
            append_wav_chunk(wav, name, content)
        former = chunks(wav.read_bytes())

        made = chunks(edited(wav.read_bytes()))

        assert {name: made[name] for name in former if name != b"LIST"} == {
            name: content for name, content in former.items() if name != b"LIST"
        }
        assert b"adtllabel" in edited(wav.read_bytes())
        assert list(made)[-1] == b"iXML" or list(made)[-2:] == [b"odd?", b"iXML"]

    def test_equal_chunks_before_and_after_the_sound_both_stay(self, wav: Path):
        append_wav_chunk(wav, b"JUNK", b"same")
        stored = wav.read_bytes()
        junk = wav_chunk(b"JUNK", b"same")
        both = stored[:12] + junk + stored[12:]
        both = both[:4] + (len(both) - 8).to_bytes(4, "little") + both[8:]
        assert edited(both).count(junk) == 2

    def test_other_elements_of_ixml_and_of_the_list_stay(self, wav: Path):
        ixml = (
            "<BWFXML><!--kept--><SCENE>12A</SCENE><USER><LIBRARY>Höhe</LIBRARY><KEYWORDS>old</KEYWORDS></USER></BWFXML>"
        )
        append_wav_chunk(wav, b"iXML", ixml.encode())
        append_wav_chunk(wav, b"LIST", b"INFO" + wav_chunk(b"IART", b"Ana\0") + wav_chunk(b"IKEY", b"old\0"))
        made = chunks(edited(wav.read_bytes()))
        text = made[b"iXML"].decode()
        assert all(kept in text for kept in ("<!--kept-->", "<SCENE>12A</SCENE>", "<LIBRARY>Höhe</LIBRARY>"))
        assert "<KEYWORDS>wet, roof</KEYWORDS>" in text
        assert made[b"LIST"] == b"INFO" + wav_chunk(b"IART", b"Ana\0") + wav_chunk(b"ISBJ", b"Rain\0") + wav_chunk(
            b"IKEY", b"wet, roof\0"
        )

    @pytest.mark.parametrize("ixml", [b"<BWFXML>", b"\xff\xfe", b"<a>&bomb;</a>"])
    def test_damaged_ixml_is_left_alone(self, wav: Path, ixml: bytes):
        append_wav_chunk(wav, b"iXML", ixml)
        with pytest.raises(ValueError, match="iXML is damaged"):
            edited(wav.read_bytes())

    def test_sizes_that_do_not_fit_are_left_alone(self, wav: Path):
        stored = wav.read_bytes()
        for wrong in (stored[:-1], stored + b"more of it", stored[:4] + bytes(4) + stored[8:]):
            with pytest.raises(ValueError, match="header"):
                edited(wrong)

    def test_a_file_without_sound_is_left_alone(self, wav: Path):
        with pytest.raises(ValueError, match="header"):
            edited(wav.read_bytes().replace(b"data", b"date"))


class TestVorbisComments:
    def test_other_comments_and_what_follows_them_stay(self):
        title = (10).to_bytes(4, "little") + b"TITLE=Rain"
        old = (12).to_bytes(4, "little") + b"keywords=old"
        stored = (2).to_bytes(4, "little") + b"us" + (2).to_bytes(4, "little") + title + old + b"\1"
        made = with_vorbis_texts(stored, {"KEYWORDS": "new"})
        new = (12).to_bytes(4, "little") + b"KEYWORDS=new"
        assert made == (2).to_bytes(4, "little") + b"us" + (2).to_bytes(4, "little") + title + new + b"\1"

    @pytest.mark.parametrize("damaged", [b"\xff\xff\xff\xff", b"\0\0\0\0\5\0\0\0", b"\0"])
    def test_damaged_ones_are_refused(self, damaged: bytes):
        with pytest.raises(ValueError, match="damaged"):
            with_vorbis_texts(damaged, {"KEYWORDS": "new"})


@pytest.mark.parametrize(
    "stored", [b"", b"ID3", b"\0" * 100, b"\xff\xf1" + bytes(50), b"OggS", b"fLaC", b"RIFF....WAVE"]
)
def test_what_is_no_whole_sound_file_is_left_alone(stored: bytes):
    with pytest.raises(ValueError, match=r"it|tags"):
        edited(stored)
