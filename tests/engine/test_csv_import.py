"""Tables from spreadsheets: what they add, what they never replace, and every way in which they can be wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.csv_import import ChangedFile, import_csv
from engine.errors import EngineError
from engine.exporting import export_csv
from engine.library import Library
from tests.indexed_files import store


@pytest.fixture
def dog(library: Library, sounds: Path) -> int:
    return store(library, library.add_root(sounds), "animals/dog.wav")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "in.csv"


def test_everything_that_can_be_said(library: Library, dog: int, table: Path, sounds: Path):
    table.write_text(
        "Path,Tags,Caption,Note,Rating,Collections,Price\n"
        "animals/dog.wav,bark; loud,A dog barks.,from tape 3,5,Animals; Best,12\n"
    )
    outcome = import_csv(library, table)
    assert outcome.changed == (
        ChangedFile(
            sounds / "animals/dog.wav", ("bark", "loud"), ("Animals", "Best"), "A dog barks.", "from tape 3", rating=5
        ),
    )
    assert outcome.remarks == ("Not read: price.",)
    assert library.tags_of(dog) == ["bark", "loud"]
    assert (library.caption_of(dog), library.note_of(dog), library.rating_of(dog)) == ("A dog barks.", "from tape 3", 5)
    assert [collection.name for collection in library.collections.all()] == ["Animals", "Best"]
    assert import_csv(library, table).unchanged == 1


def test_a_dry_run_says_the_same_and_changes_nothing(library: Library, dog: int, table: Path, sounds: Path):
    table.write_text(f"path,tags\n{sounds}/animals/dog.wav,bark\nanimals/cat.wav,meow\n")
    dry = import_csv(library, table, dry_run=True)
    assert library.tags_of(dog) == []
    assert dry == import_csv(library, table)
    assert dry.unknown == ("animals/cat.wav",)
    assert library.tags_of(dog) == ["bark"]


def test_what_a_person_said_stays_unless_told(library: Library, dog: int, table: Path):
    library.add_tag([dog], "Mine")
    library.set_caption(dog, "My caption")
    library.set_note(dog, "My note")
    library.set_rating([dog], 2)
    table.write_text("path,tags,caption,note,rating\nanimals/dog.wav,mine,Theirs,Theirs,5\n")
    assert import_csv(library, table).changed == ()
    assert import_csv(library, table, overwrite=True).unchanged == 0
    assert library.tags_of(dog) == ["Mine"]
    assert (library.caption_of(dog), library.note_of(dog), library.rating_of(dog)) == ("Theirs", "Theirs", 5)
    table.write_text("path,tags,caption,note,rating\nanimals/dog.wav,,,,\n")
    assert import_csv(library, table, overwrite=True).changed == ()  # an empty cell says nothing


def test_what_was_exported_changes_nothing_when_it_comes_back(library: Library, dog: int, table: Path):
    library.add_tag([dog], "a; b\\")
    library.add_tag([dog], "=1+1")
    library.set_note(dog, '-- two\nlines, and a "quote"')
    library.set_suggested_caption(dog, "A dog barks.")
    library.collections.add(library.collections.create("@home").id, [dog])
    export_csv(library, table)
    assert import_csv(library, table, overwrite=True).changed == ()
    library.set_caption(dog, "")  # what the network said is still nobody's own


def test_several_rows_of_one_file_add_up(library: Library, dog: int, table: Path, sounds: Path):
    table.write_text(
        "path,tags,note,rating\n"
        "animals/dog.wav,bark,first,3\n"
        f"{sounds}/animals/dog.wav,loud,second,4\n"
        "animals/dog.wav,BARK,first,3\n"
    )
    outcome = import_csv(library, table)
    assert len(outcome.changed) == 1
    assert outcome.remarks == (
        "Line 3: another note for a file that has one above; left out.",
        "Line 3: another rating for a file that has one above; left out.",
    )
    assert library.tags_of(dog) == ["bark", "loud"]
    assert library.note_of(dog) == "first"


def test_a_name_that_is_not_utf_8_comes_back_too(library: Library, dog: int, table: Path, sounds: Path):
    odd = store(library, library.roots()[0], os.fsdecode(b"caf\xe9.wav"), "some sound")
    export_csv(library, table)
    table.write_text(table.read_text("utf-8-sig").replace(",note,", ",x,").replace("path,root,", "path,note,"))
    assert import_csv(library, table).unknown == ()
    assert library.note_of(odd) == str(sounds)
    table.write_text("path,tags\ncaf\\xe9.wav,bark\n")
    import_csv(library, table)
    assert library.tags_of(odd) == ["bark"]


def test_a_path_that_two_roots_have_is_nobodys(library: Library, dog: int, table: Path, tmp_path: Path):
    (tmp_path / "other").mkdir()
    store(library, library.add_root(tmp_path / "other"), "animals/dog.wav")
    table.write_text("path,tags\nanimals/dog.wav,bark\n")
    assert import_csv(library, table).unknown == ("animals/dog.wav",)


def test_a_path_that_leads_out_of_a_root_is_unknown(library: Library, dog: int, table: Path):
    table.write_text('path,tags\n../sounds/animals/../../x.wav,bark\n,x\n"a\0b.wav",x\n' + "y" * 5000 + ",x\n")
    assert len(import_csv(library, table).unknown) == 4


def test_broken_rows_and_ratings_are_told(library: Library, dog: int, table: Path):
    table.write_text("path,rating\nanimals/dog.wav\nanimals/dog.wav,9\nanimals/dog.wav,=2+2\n")
    assert import_csv(library, table).remarks == (
        "Line 2: 1 cells instead of 2; left out.",
        'Line 3: "9" is no rating from 1 to 5; left out.',
        'Line 4: "=2+2" is no rating from 1 to 5; left out.',
    )
    assert library.rating_of(dog) is None


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_as_spreadsheets_of_other_countries_write(library: Library, dog: int, table: Path, delimiter, encoding):
    table.write_bytes(f"path{delimiter}tags\r\nanimals/dog.wav{delimiter}Häuser\r\n".encode(encoding))
    import_csv(library, table)
    assert library.tags_of(dog) == ["Häuser"]


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ("path,tags\ndog.wav,Häuser\n".encode("cp1252"), "not in UTF-8"),
        (b"\xff\xfea", "not in UTF-8"),
        (b"", 'no column "path"'),
        (b"name,tags\na,b\n", 'no column "path"'),
        (b"path,tags\nanimals/dog.wav," + b"x" * 150_000, "line"),
        (b'path,tags\nanimals/dog.wav,"' + b"x\n" * 60_000 + b'"', "cell of more than"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not in UTF-8"),
    ],
)
def test_what_is_no_such_table_changes_nothing(library: Library, dog: int, table: Path, stored: bytes, sentence: str):
    table.write_bytes(stored)
    with pytest.raises(EngineError, match=sentence):
        import_csv(library, table)
    assert library.tags_of(dog) == []


def test_a_file_that_is_not_there(library: Library, table: Path):
    with pytest.raises(EngineError, match="cannot be read"):
        import_csv(library, table)


def test_text_that_does_harm_elsewhere_is_text(library: Library, dog: int, table: Path):
    table.write_text('path,tags,note\nanimals/dog.wav,"\'=cmd();<b>x</b>;a\0b","\'); DROP TABLE tag; --"\n')
    import_csv(library, table)
    assert library.tags_of(dog) == ["<b>x</b>", "=cmd()", "ab"]
    assert library.note_of(dog) == "'); DROP TABLE tag; --"
