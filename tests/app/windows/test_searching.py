"""The question, as it is typed, shown in parts, gone back to and saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.view_models.query_chips import chips_of
from app.windows.main_window import MainWindow
from engine.library_rows import NameCount, Scope
from engine.question import Question
from engine.saved_searches import SavedSearch


def chip_texts(window: MainWindow) -> list[str]:
    return [chip.text for chip in chips_of(window.finding.question, {})]


def test_what_is_typed_is_asked(window: MainWindow):
    window.search_bar.query_changed.emit("dog barks")
    assert window.finding.question.text == "dog barks"


def test_a_part_of_the_library_stays_while_one_types(window: MainWindow):
    window.searching.look_in(Scope(root_ids=(1,)), False)
    window.search_bar.query_changed.emit("dog")
    assert window.finding.question == Question("dog", Scope(root_ids=(1,)))


def test_parts_are_stacked_and_left_again(window: MainWindow):
    window.searching.look_in(Scope(root_ids=(1,)), False)
    window.searching.look_in(Scope(tags=("loud",)), True)
    assert window.finding.question.scope == Scope(root_ids=(1,), tags=("loud",))
    window.searching.look_everywhere()
    assert window.finding.question.scope == Scope()


def test_removing_a_chip_asks_without_it(window: MainWindow):
    window.searching.ask(Question("dog", Scope(tags=("loud",))))
    chips = chips_of(window.finding.question, {})
    window.search_bar.chip_removed.emit(chips[-1])
    assert window.finding.question == Question("dog")
    window.search_bar.chip_removed.emit(chips[0])
    assert window.finding.question == Question()
    assert window.search_bar.text() == ""


def test_back_and_forward(window: MainWindow):
    for text in ("dog", "church bell"):
        window.searching.ask_for(text)
    window.searching.go_back()
    assert (window.finding.question.text, window.search_bar.text()) == ("dog", "dog")
    window.searching.go_forward()
    assert window.finding.question.text == "church bell"


def test_a_file_dropped_on_the_field_is_an_example(window: MainWindow, sounds: Path):
    window.search_bar.files_dropped.emit([sounds / "dog.wav"])
    (example,) = window.finding.question.examples
    assert example.path == sounds / "dog.wav"
    assert chip_texts(window) == ["like dog.wav"]
    window.search_bar.query_changed.emit("dog")
    assert window.finding.question.examples == ()


def test_chips_carry_the_names_of_what_they_stand_for(window: MainWindow):
    window.searching.set_collections([NameCount("Doors", 0, 7)])
    window.searching.ask(Question(scope=Scope(root_ids=(1,), collection_id=7)))
    names = " ".join(widget.accessibleName() for widget in window.search_bar.findChildren(QWidget))
    assert "sounds" in names
    assert "Doors" in names


def test_recent_and_saved_searches_are_suggested(window: MainWindow):
    window.searching.ask_for("dog")
    window.searching.set_saved([SavedSearch("Rain", "rain falls")])
    assert window.searching.history.recent_texts(5) == ["dog"]
