"""What is said of tables, tags inside files and names."""

from __future__ import annotations

from pathlib import Path

from app.view_models.metadata_texts import (
    exported_sentence,
    failure_rows,
    import_rows,
    import_sentence,
    left_out_rows,
    no_category,
    plan_sentence,
    renamed_sentence,
    sidecars_sentence,
    tags_sentence,
    way_back_text,
)
from engine.csv_import import ChangedFile, Import
from engine.errors import Failure
from engine.exporting import Sidecars
from engine.file_tags import TagsWritten
from engine.ucs_renaming import Renamed

BAD = Failure(Path("/sounds/<b>bad\n.wav"), "it is read-only")


def test_what_was_exported():
    assert exported_sentence(1200, Path("/out\n.csv")) == "1,200 files written to /out\\n.csv."
    assert sidecars_sentence(Sidecars(1, ())) == "1 sidecar written."
    assert sidecars_sentence(Sidecars(2, (BAD,), stopped=True)) == (
        "2 sidecars written. 1 file got none; the reason is below. It was stopped before the rest had their turn."
    )


def test_names_from_outside_are_safe_to_show():
    assert failure_rows([BAD]) == [("<b>bad\\n.wav", "/sounds", "it is read-only")]
    changed = ChangedFile(Path("/sounds/a.wav"), ("bark", "\u202eliar"), (), "A dog\nbarks.", "", 4)
    assert import_rows([changed]) == [
        ("a.wav", "/sounds", "tags: bark, \\u202eliar · caption: A dog\\nbarks. · rating: 4")
    ]


def test_what_a_table_says():
    seen = Import((ChangedFile(Path("/sounds/a.wav"), ("bark",)),), 1200, ("cat.wav",), ("Not read: price.",))
    assert import_sentence(seen, Path("/x/in.csv"), done=False) == (
        "in.csv: 1 file would get something new. 1,200 say it already."
    )
    assert import_sentence(Import((), 0, (), ()), Path("in.csv"), done=True) == "in.csv: 0 files got something new."
    assert left_out_rows(seen) == [("The library has no cat.wav.",), ("Not read: price.",)]


def test_what_became_of_tags():
    assert tags_sentence(TagsWritten(3, 1, ()), "written") == "3 files written. 1 file has nothing new to say."
    assert tags_sentence(TagsWritten(1, 2, (BAD,)), "written", foreseen=True) == (
        "1 file would be written. 2 files have nothing new to say. 1 file cannot be written; the reason is below."
    )


def test_what_became_of_names():
    assert plan_sentence(0, 0) == "There is nothing to rename."
    assert plan_sentence(2, 2) == "2 files would get a new name."
    assert plan_sentence(1, 2) == "1 file would get a new name; 1 keeps its name, see the remarks."
    assert renamed_sentence(Renamed(2, (), None), back=False) == "2 files renamed."
    assert renamed_sentence(Renamed(1, (BAD,), None), back=True).startswith("1 file has its former name again. 1 file")
    assert no_category("<b>") == (
        '"<b>" is no category of the Universal Category System; the file keeps the one it had.'
    )


def test_ways_back_tell_when():
    assert way_back_text(None) == "Take back"
    assert way_back_text(Path("strange")) == "Take back"
    assert way_back_text(Path("01795000000000000000-ab.json")).startswith("Take back: ")
    assert "November 2026" in way_back_text(Path("01795000000000000000-ab.json"))
