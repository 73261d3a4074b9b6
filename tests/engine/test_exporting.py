"""What leaves Earmark says all that is known and said, and takes nobody's place on the disk."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.exporting import (
    COLUMNS,
    SIDECAR_SUFFIX,
    Stopped,
    export_csv,
    export_json,
    exported,
    texts_to_write,
    write_sidecars,
)
from engine.library import Library
from engine.library_rows import Scope, Suggestion
from engine.tag_edits import TagTexts
from tests.indexed_files import content_id_of, store
from tests.suggested_tags import suggest


@pytest.fixture
def rain(library: Library, sounds: Path) -> int:
    root = library.add_root(sounds)
    store(library, root, "dog.wav")
    file_id = store(library, root, "wet/RAINMetl_Roof_EM_Alps.wav", "rain")
    library.add_tag([file_id], "rain; heavy")
    library.add_tag([file_id], "roof")
    library.set_note(file_id, "=HYPERLINK()")
    library.set_rating([file_id], 4)
    library.collections.add(library.collections.create("Weather").id, [file_id])
    library.set_suggested_caption(file_id, "Rain falls.")
    return file_id


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_all_that_is_known_and_said(library: Library, sounds: Path, rain: int):
    _, file = exported(library, Scope())
    assert (file.path, file.root) == (str(sounds / "wet/RAINMetl_Roof_EM_Alps.wav"), str(sounds))
    assert (file.duration_s, file.sample_rate_hz, file.channels, file.format) == (3.0, 48000, 2, "WAV")
    assert (file.tags, file.note, file.rating) == (("rain; heavy", "roof"), "=HYPERLINK()", 4)
    assert (file.caption, file.suggested_caption) == ("", "Rain falls.")
    assert (file.collections, file.ucs) == (("Weather",), ("RAINMetl", "RAIN", "METAL"))
    assert file.content_id == content_id_of("rain").hex()
    library.set_caption(rain, "Rain on the roof.")
    file = list(exported(library))[1]
    assert (file.caption, file.suggested_caption) == ("Rain on the roof.", "")


def test_a_scope_alone(library: Library, rain: int, tmp_path: Path):
    assert export_csv(library, tmp_path / "out.csv", Scope(tags=("roof",))) == 1
    assert [row["tags"] for row in table(tmp_path / "out.csv")] == ["rain\\; heavy; roof"]


def test_suggested_tags_stand_apart_with_their_strength(library: Library, rain: int, tmp_path: Path):
    suggested = (
        Suggestion("thunder", "very likely", 0.9, ((0.5, 2.0),), "/m/0ngt1"),
        Suggestion("roof", "likely", 0.6, ((0.0, 1.0),), "/m/x"),  # a person said so already
        Suggestion("hail; sleet", "maybe", 0.3, ((1.0, 2.0),)),
    )
    suggest(library, rain, *suggested)
    export_csv(library, tmp_path / "out.csv")
    assert table(tmp_path / "out.csv")[1]["suggested_tags"] == "thunder (very likely); hail\\; sleet (maybe)"
    export_json(library, tmp_path / "out.json")
    told = json.loads((tmp_path / "out.json").read_text())["files"][1]
    assert told["tags"] == ["rain; heavy", "roof"]
    assert told["suggested_tags"][0] == {
        "name": "thunder", "strength": "very likely", "score": 0.9, "spans": [[0.5, 2.0]], "kind": "/m/0ngt1",
        "implied": False,
    }  # fmt: skip


def test_an_export_that_is_stopped_writes_no_table(library: Library, rain: int, tmp_path: Path):
    told: list[tuple[int, int]] = []

    def go_on(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 1

    for export in (export_csv, export_json):
        with pytest.raises(Stopped):
            export(library, tmp_path / "out", go_on=go_on)
    assert not (tmp_path / "out").exists()
    assert told[:2] == [(0, 2), (1, 2)]
    made = write_sidecars(library, folder=tmp_path / "out", go_on=go_on)
    assert (made.written, made.stopped) == (1, True)


def test_csv_holds_no_formula(library: Library, rain: int, tmp_path: Path):
    assert export_csv(library, tmp_path / "out.csv") == 2
    rows = table(tmp_path / "out.csv")
    assert tuple(rows[0]) == COLUMNS
    assert rows[1]["note"] == "'=HYPERLINK()"
    assert (rows[0]["rating"], rows[1]["rating"], rows[1]["duration_s"]) == ("", "4", "3.0")


def test_json_holds_every_text_as_it_is(library: Library, sounds: Path, rain: int, tmp_path: Path):
    odd = os.fsdecode(b"caf\xe9.wav")
    store(library, library.add_root(sounds), odd, "some sound")
    assert export_json(library, tmp_path / "out.json") == 3
    files = json.loads((tmp_path / "out.json").read_text())["files"]
    assert {Path(file["path"]).name for file in files} >= {odd, "dog.wav"}
    assert "=HYPERLINK()" in {file["note"] for file in files}
    assert export_csv(library, tmp_path / "out.csv") == 3


def test_nothing_is_overwritten(library: Library, rain: int, tmp_path: Path):
    (tmp_path / "out").write_text("mine")
    for export in (export_csv, export_json):
        with pytest.raises(EngineError, match="left as it is"):
            export(library, tmp_path / "out")
        with pytest.raises(EngineError, match="cannot be written"):
            export(library, tmp_path / "no folder" / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_only_what_was_said_is_written_into_files(library: Library, rain: int):
    assert texts_to_write(library, rain) == TagTexts(None, ("rain; heavy", "roof"))
    assert texts_to_write(library, rain, suggested_caption=True).description == "Rain falls."
    assert texts_to_write(library, rain - 1) == TagTexts(None, None)


class TestSidecars:
    @pytest.fixture
    def on_disk(self, sounds: Path) -> Path:
        (sounds / "wet").mkdir()
        return sounds

    def test_one_beside_each_sound_again_and_again(self, library: Library, rain: int, on_disk: Path):
        assert write_sidecars(library).written == 2
        library.add_tag([rain], "night")
        assert write_sidecars(library).written == 2
        sidecar = json.loads((on_disk / f"wet/RAINMetl_Roof_EM_Alps.wav{SIDECAR_SUFFIX}").read_text())
        assert (sidecar["file"], sidecar["tags"]) == ("RAINMetl_Roof_EM_Alps.wav", ["night", "rain; heavy", "roof"])
        assert len(list(on_disk.rglob("*"))) == 3

    def test_in_a_folder_of_choice_the_roots_folders_are_kept(self, library: Library, rain: int, tmp_path: Path):
        assert write_sidecars(library, folder=tmp_path / "out").written == 2
        found = [path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.json")]
        assert sorted(found) == [
            f"sounds/dog.wav{SIDECAR_SUFFIX}", f"sounds/wet/RAINMetl_Roof_EM_Alps.wav{SIDECAR_SUFFIX}",
        ]  # fmt: skip

    def test_two_roots_of_one_name_do_not_share_a_sidecar(self, library: Library, rain: int, tmp_path: Path):
        other = tmp_path / "other" / "sounds"
        other.mkdir(parents=True)
        store(library, library.add_root(other), "dog.wav")
        outcome = write_sidecars(library, folder=tmp_path / "out")
        assert (outcome.written, len(outcome.failures)) == (2, 1)

    @pytest.mark.parametrize("foreign", [b"mine", b"{}", b"[1]", b"\xff", b"[" * 100_000])
    def test_a_foreign_file_stays(self, library: Library, rain: int, on_disk: Path, foreign: bytes):
        place = on_disk / f"dog.wav{SIDECAR_SUFFIX}"
        place.write_bytes(foreign)
        outcome = write_sidecars(library)
        assert place.read_bytes() == foreign
        assert [(failure.path, failure.reason) for failure in outcome.failures] == [
            (on_disk / "dog.wav", "there is another file of the sidecar's name")
        ]

    def test_a_link_is_not_followed(self, library: Library, rain: int, on_disk: Path, tmp_path: Path):
        write_sidecars(library, folder=tmp_path / "out")
        target = tmp_path / "out" / "sounds" / f"dog.wav{SIDECAR_SUFFIX}"
        former = target.read_bytes()
        (on_disk / target.name).symlink_to(target)
        library.add_tag([rain - 1], "bark")
        assert len(write_sidecars(library).failures) == 1
        assert target.read_bytes() == former
