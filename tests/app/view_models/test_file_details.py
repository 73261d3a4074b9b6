from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.view_models import file_details
from app.view_models.file_details import FileDetails, read_details
from engine.library import Library
from engine.library_rows import FileStat
from engine.metadata import Metadata, parse_ucs_name
from tests.app.shown_files import HOSTILE_NAMES, file_row, hit, hostile_row, suggestion
from tests.indexed_files import CHECKPOINT, DIM
from tests.suggested_tags import suggest


def facts(told: list[file_details.Fact]) -> dict[str, str]:
    return {fact.name: fact.value for fact in told}


def add_file(library: Library, folder: Path, name: str, write_sound: Callable[..., Path]) -> int:
    path = write_sound(folder / name)
    root = library.add_root(folder)
    library.store_failure(root.id, Path(name), FileStat.of(path.stat()), "it is silent")
    file = library.file_at(path)
    assert file is not None
    return file.id


def test_of_one_file_all_is_read(library: Library, sounds: Path, write_sound: Callable[..., Path]) -> None:
    dog = add_file(library, sounds, "dog.wav", write_sound)
    library.add_tag([dog], "yard")
    library.set_rating([dog], 4)
    library.set_note(dog, "wind at 1:20")
    library.set_caption(dog, "A dog barks.")
    found = hit(("dog", 0.0, 1.0, 0.9))
    (details,) = read_details(library, [dog], {dog: found})
    assert (details.row.name, details.row.tags, details.row.stars) == ("dog.wav", ("yard",), 4)
    assert (details.note, details.caption, details.caption_is_suggested) == ("wind at 1:20", "A dog barks.", False)
    assert details.hit == found


def test_a_suggested_caption_is_known_as_one(library: Library, sounds: Path, write_sound: Callable[..., Path]) -> None:
    dog = add_file(library, sounds, "dog.wav", write_sound)
    library.set_suggested_caption(dog, "A dog barks.")
    (details,) = read_details(library, [dog], {})
    assert (details.caption, details.caption_is_suggested) == ("A dog barks.", True)
    library.set_caption(dog, "My dog.")
    (details,) = read_details(library, [dog], {})
    assert (details.caption, details.caption_is_suggested) == ("My dog.", False)


def test_files_that_are_gone_are_left_out(library: Library, sounds: Path, write_sound: Callable[..., Path]) -> None:
    dog = add_file(library, sounds, "dog.wav", write_sound)
    cat = add_file(library, sounds, "cat.wav", write_sound)
    assert [details.row.id for details in read_details(library, [cat, 999, dog], {})] == [cat, dog]


def test_suggestions_are_read_of_every_file(library: Library, sounds: Path, write_sound: Callable[..., Path]) -> None:
    dog = add_file(library, sounds, "dog.wav", write_sound)
    cat = add_file(library, sounds, "cat.wav", write_sound)
    library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    suggest(library, dog, suggestion("bark"))
    assert [details.suggestions for details in read_details(library, [dog, cat], {})] == [(suggestion("bark"),), ()]


def test_what_is_accepted_is_a_tag_and_suggested_no_longer() -> None:
    details = FileDetails(file_row(tags=("dog",)), (suggestion("bark"), suggestion("rain"))).with_accepted(
        {"bark": (1,)}
    )
    assert (details.row.tags, [each.name for each in details.suggestions]) == (("bark", "dog"), ["rain"])


def test_what_is_rejected_is_gone() -> None:
    assert FileDetails(file_row(), (suggestion("bark"),)).without_suggestions({"bark": (1,)}).suggestions == ()


def test_what_a_person_types_is_suggested_no_longer() -> None:
    details = FileDetails(file_row(), (suggestion("bark"),)).with_tags(["Bark"])
    assert (details.row.tags, details.suggestions) == (("Bark",), ())


def test_typed_tags_are_parted_by_commas() -> None:
    assert file_details.entered_tags(" night  walk, dog ,,dog") == ("night walk", "dog")
    assert file_details.entered_tags(" , ") == ()


def test_a_tag_in_capital_letters_is_the_same_tag() -> None:
    assert FileDetails(file_row(tags=("dog",))).with_tags(["DOG", "Car"]).row.tags == ("Car", "dog")


def test_a_tag_and_a_rating_are_taken_away() -> None:
    details = FileDetails(file_row(tags=("dog", "yard"), stars=3))
    assert details.without_tag("dog").row.tags == ("yard",)
    assert details.with_stars(None).ratings == {None}


def test_facts_of_a_file() -> None:
    told = facts(file_details.file_facts(file_row()))
    assert told.pop("Modified")
    assert told == {
        "Name": "dog.wav",
        "Folder": "Field/Street",
        "Length": "3:10.3",
        "Format": "WAV 24-bit",
        "Rate": "48,000 Hz",
        "Channels": "stereo",
        "Size": "55 MB",
    }


def test_what_is_not_known_is_left_out() -> None:
    row = file_row(duration_s=None, sample_rate_hz=None, channels=None, container=None, encoding=None)
    assert {"Length", "Format", "Rate", "Channels"}.isdisjoint(facts(file_details.file_facts(row)))


def test_facts_of_several_files() -> None:
    files = [FileDetails(file_row(1)), FileDetails(file_row(2, container="FLAC", duration_s=None))]
    assert facts(file_details.facts_of_several(files)) == {"Length": "3:10", "Size": "110 MB", "Formats": "FLAC, WAV"}


def test_trouble_is_told_in_a_sentence() -> None:
    assert file_details.trouble(file_row()) == ""
    unreadable = file_row(state="unreadable", reason="it is empty")
    assert file_details.trouble(unreadable) == "This file cannot be read: it is empty."
    assert "is kept" in file_details.trouble(file_row(state="missing"))


def test_metadata_that_people_look_for_comes_first() -> None:
    metadata = Metadata(
        description="Dog in a yard",
        keywords=("dog", "yard"),
        ucs=parse_ucs_name("DOGBark_Yard_EMK_Demo.wav"),
        fields={"bext.originator": "Zoom F3", "ixml.scene": "12A", "bext.coding_history": "A=PCM"},
    )
    told = facts(file_details.metadata_facts(metadata))
    assert told["Description"] == "Dog in a yard"
    assert told["Keywords"] == "dog, yard"
    assert told["Originator"] == "Zoom F3"
    assert told["Scene"] == "12A"
    assert facts(file_details.raw_facts(metadata)) == {"bext.coding_history": "A=PCM"}


def test_no_fact_holds_an_invisible_character() -> None:
    for name in HOSTILE_NAMES:
        for fact in file_details.file_facts(hostile_row(name)):
            assert fact.value.isprintable()
    told = file_details.raw_facts(Metadata(fields={"x\u202e": "a\u2028b"}))
    assert facts(told) == {"x\\u202e": "a\\u2028b"}
