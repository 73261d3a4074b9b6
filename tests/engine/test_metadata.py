"""What files say of themselves is read from every kind of tag, and damaged tags never stop anyone."""

from __future__ import annotations

import dataclasses
import json
import os
import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from engine.metadata import Metadata, UcsName, parse_ucs_name, read_metadata
from engine.paths import resources_folder
from tests.sound_files import append_wav_chunk, make_sweep, wav_chunk, write_with_ffmpeg, write_with_libsndfile


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return write_with_libsndfile(tmp_path / "a.wav", make_sweep(0.05), kind="WAV")


def bext(description: bytes, originator: bytes = b"", history: bytes = b"") -> bytes:
    fixed = description.ljust(256, b"\0") + originator.ljust(32, b"\0") + b"REF-0001".ljust(32, b"\0")
    return fixed + b"2026-11-20" + b"12:30:00" + bytes(602 - 338) + history


IXML = """<?xml version="1.0" encoding="UTF-8"?>
<BWFXML>
  <IXML_VERSION>1.5</IXML_VERSION><SCENE>12A</SCENE><TAKE>3</TAKE><NOTE>wind in the pines</NOTE>
  <TRACK_LIST><TRACK><NAME>Boom</NAME></TRACK><TRACK><NAME>Lav 1</NAME></TRACK></TRACK_LIST>
  <USER><FXNAME>Pine Wind</FXNAME><KEYWORDS>wind, pine; forest</KEYWORDS><LIBRARY>Höhenzug</LIBRARY></USER>
</BWFXML>"""


# --- tags of each kind ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["flac", "ogg", "mp3", "aiff", "wav"])
def test_titles_are_read_from_what_libsndfile_writes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    with soundfile.SoundFile(path, "w", 48_000, 1, format=kind.upper()) as file:
        file.title, file.artist, file.comment = "Puerta", "Ana", "una puerta vieja"
        file.write(np.zeros(4800))

    metadata = read_metadata(path)

    assert (metadata.title, metadata.artist, metadata.comment) == ("Puerta", "Ana", "una puerta vieja")


@pytest.mark.parametrize(("name", "kind", "codec"), [("a.m4a", "ipod", "aac"), ("a.wma", "asf", "wmav2")])
def test_titles_are_read_from_what_ffmpeg_writes(tmp_path: Path, name: str, kind: str, codec: str) -> None:
    plain = write_with_ffmpeg(tmp_path / f"plain-{name}", make_sweep(0.2), kind=kind, codec=codec)
    with av.open(str(plain)) as source, av.open(str(tmp_path / name), "w", format=kind) as copy:
        copy.metadata.update({"title": "Old door", "artist": "Ana", "genre": "Foley"})
        stream = copy.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)

    metadata = read_metadata(tmp_path / name)

    assert (metadata.title, metadata.artist, metadata.genre) == ("Old door", "Ana", "Foley")


def test_riff_tags_are_read(wav: Path) -> None:
    tags = {b"INAM": b"Thunder", b"IART": b"Ana", b"ICMT": b"far away", b"IKEY": b"storm; rain, storm"}
    append_wav_chunk(wav, b"LIST", b"INFO" + b"".join(wav_chunk(key, text + b"\0") for key, text in tags.items()))

    metadata = read_metadata(wav)

    assert (metadata.title, metadata.artist, metadata.comment) == ("Thunder", "Ana", "far away")


def test_bext_is_read(wav: Path) -> None:
    append_wav_chunk(wav, b"bext", bext(b"Rain on a tin roof", b"FieldRec", b"A=PCM,F=48000\r\n"))

    metadata = read_metadata(wav)

    assert metadata.description == "Rain on a tin roof"
    assert metadata.fields == {
        "bext.originator": "FieldRec",
        "bext.originator_reference": "REF-0001",
        "bext.date": "2026-11-20",
        "bext.time": "12:30:00",
        "bext.coding_history": "A=PCM,F=48000",
    }


@pytest.mark.parametrize("encoded", ["Höhenzug".encode(), "Höhenzug".encode("cp1252")])
def test_bext_that_is_not_ascii_is_read(wav: Path, encoded: bytes) -> None:
    append_wav_chunk(wav, b"bext", bext(encoded))

    assert read_metadata(wav).description == "Höhenzug"


def test_ixml_is_read_with_the_tags_of_library_programs(wav: Path) -> None:
    append_wav_chunk(wav, b"iXML", IXML.encode())

    metadata = read_metadata(wav)

    assert metadata.keywords == ("wind", "pine", "forest")
    assert metadata.fields["ixml.scene"] == "12A"
    assert metadata.fields["ixml.name"] == "Boom, Lav 1"
    assert metadata.fields["ixml.library"] == "Höhenzug"
    assert "wind in the pines" in metadata.text()


def test_bext_and_ixml_are_read_from_an_rf64(tmp_path: Path) -> None:
    path = write_with_libsndfile(tmp_path / "a.wav", make_sweep(0.05), kind="RF64")
    with path.open("ab") as file:
        file.write(wav_chunk(b"bext", bext(b"Rain")) + wav_chunk(b"iXML", IXML.encode()))

    assert read_metadata(path).description == "Rain"
    assert read_metadata(path).fields["ixml.take"] == "3"


# --- what is done with it ---------------------------------------------------------------------------------------------


def test_text_holds_what_is_worth_searching_once_and_nothing_technical(tmp_path: Path) -> None:
    path = write_with_libsndfile(tmp_path / "AMBForst_Pine Wind_ANA_LIB.wav", make_sweep(0.05), kind="WAV")
    append_wav_chunk(path, b"bext", bext(b"wind in the pines", b"FieldRec", b"A=PCM"))
    append_wav_chunk(path, b"iXML", IXML.encode())

    assert read_metadata(path).text().splitlines() == [
        "wind in the pines",
        "wind",
        "pine",
        "forest",
        "AMBIENCE",
        "FOREST",
        "FieldRec",
        "12A",
        "Boom, Lav 1",
        "Pine Wind",
        "Höhenzug",
    ]


def test_nothing_known_is_no_text(wav: Path) -> None:
    assert read_metadata(wav) == Metadata()
    assert Metadata().text() == ""


def test_text_is_cleaned_of_what_breaks_databases_and_lines(wav: Path) -> None:
    append_wav_chunk(wav, b"bext", bext(b"rain\r\n\ton\x01 \x7froof"))
    append_wav_chunk(wav, b"iXML", b"<BWFXML><NOTE>" + b"long " * 10_000 + b"</NOTE></BWFXML>\0\0\0")

    metadata = read_metadata(wav)

    assert metadata.description == "rain on roof"
    assert len(metadata.fields["ixml.note"]) <= 10_000


def test_metadata_can_be_stored_as_json(tmp_path: Path) -> None:
    path = write_with_libsndfile(tmp_path / "AMBForst_A_B_C.wav", make_sweep(0.05), kind="WAV")
    append_wav_chunk(path, b"iXML", IXML.encode())

    stored = json.dumps(dataclasses.asdict(read_metadata(path)))

    assert json.loads(stored)["ucs"]["cat_id"] == "AMBForst"


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ixml",
    [
        b"",
        b"<BWFXML>",
        b"not xml at all",
        b'<?xml version="1.0" encoding="no-such-encoding"?><BWFXML/>',
        b'<?xml version="1.0" encoding="utf-16"?><BWFXML/>',
        b"<BWFXML>\xff\xfe</BWFXML>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><BWFXML><NOTE>&x;</NOTE></BWFXML>',
        b"<a>" * 100_000 + b"</a>" * 100_000,
    ],
)
def test_damaged_or_hostile_ixml_is_left_out(wav: Path, ixml: bytes) -> None:
    append_wav_chunk(wav, b"iXML", ixml)

    assert "ixml.note" not in read_metadata(wav).fields


def test_xml_that_grows_without_end_is_left_out(wav: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "laugh"}">' for n in range(12))
    append_wav_chunk(wav, b"iXML", f"<!DOCTYPE a [{entities}]><a><NOTE>&l11;</NOTE></a>".encode())

    assert "ixml.note" not in read_metadata(wav).fields


@pytest.mark.parametrize("name", ["gone.wav", "folder", "empty.wav", "text.flac", "text.m4a", "a\0b.wav"])
def test_what_is_not_a_sound_file_has_no_metadata(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.flac").write_text("only text")
    (tmp_path / "text.m4a").write_text("only text")

    assert read_metadata(tmp_path / name) == Metadata()


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "mp3", "aiff"])
def test_damaged_tags_give_less_but_never_an_error(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    with soundfile.SoundFile(path, "w", 48_000, 1, format=kind.upper()) as file:
        file.title, file.artist, file.comment = "Puerta" * 20, "Ana" * 20, "una puerta vieja" * 20
        file.write(np.zeros(480))
    if kind == "wav":
        append_wav_chunk(path, b"bext", bext(b"Rain"))
        append_wav_chunk(path, b"iXML", IXML.encode())
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    for _ in range(60):
        mutant = bytearray(whole)
        for where in random.integers(0, len(whole), size=random.integers(1, 10)):
            mutant[where] = random.integers(256)
        path.write_bytes(mutant[: random.integers(1, len(whole) + 1)])

        text = read_metadata(path).text()

        assert "\0" not in text
        text.encode("utf-8")  # no broken Unicode


# --- UCS file names ---------------------------------------------------------------------------------------------------

NO_BLOCK = {"user_category": "", "vendor_category": "", "user_data": "", "creator_id": "", "source_id": ""}
DOOR = {"category": "DOORS", "subcategory": "WOOD"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "DOORWood_Old Creak_EMK_Demo.wav",
            NO_BLOCK | DOOR | {"cat_id": "DOORWood", "fx_name": "Old Creak", "creator_id": "EMK", "source_id": "Demo"},
        ),
        (
            "DOORWood-INT_CABIN-Old Creak_EMK_Demo_MKH 8040_take 3.flac",
            {
                **DOOR,
                "cat_id": "DOORWood",
                "user_category": "INT",
                "vendor_category": "CABIN",
                "fx_name": "Old Creak",
                "creator_id": "EMK",
                "source_id": "Demo",
                "user_data": "MKH 8040_take 3",
            },
        ),
        ("DOORWood_Creak.wav", NO_BLOCK | DOOR | {"cat_id": "DOORWood", "fx_name": "Creak"}),
        ("DOORWood.wav", NO_BLOCK | DOOR | {"cat_id": "DOORWood", "fx_name": ""}),
    ],
)
def test_the_blocks_of_a_ucs_name_are_told_apart(name: str, expected: dict[str, str]) -> None:
    assert parse_ucs_name(name) == UcsName(**expected)


@pytest.mark.parametrize(
    "name", ["doorwood_Creak_A_B.wav", "DOORWooden_Creak.wav", "wooden door.wav", "_.wav", "", ".wav"]
)
def test_other_names_are_not_ucs(name: str) -> None:
    assert parse_ucs_name(name) is None


@given(st.text() | st.binary().map(os.fsdecode))
def test_any_name_can_be_asked(name: str) -> None:
    for candidate in (name, f"DOORWood{name}", f"DOORWood_{name}"):
        ucs = parse_ucs_name(candidate)
        if ucs is not None:
            "".join(dataclasses.astuple(ucs)).encode("utf-8")


def test_the_list_of_ucs_is_whole() -> None:
    stored = json.loads((resources_folder() / "ontology" / "ucs.json").read_text())

    assert len(stored) == 752
    assert stored["AMBForst"] == ["AMBIENCE", "FOREST"]
    assert all(category and subcategory for category, subcategory in stored.values())


def test_a_name_that_is_not_utf8_has_metadata(wav: Path) -> None:
    append_wav_chunk(wav, b"bext", bext(b"Rain"))
    odd = wav.rename(wav.with_name(os.fsdecode(b"caf\xe9.wav")))

    assert read_metadata(odd).description == "Rain"


def test_a_chunk_that_claims_more_than_the_file_holds_is_read_as_far_as_it_goes(wav: Path) -> None:
    content = bext(b"Rain")
    wav.write_bytes(wav.read_bytes() + b"bext" + struct.pack("<I", 2**31) + content)

    assert read_metadata(wav).description == "Rain"
