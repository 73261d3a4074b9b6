"""The question, as it is typed, shown in parts, gone back to and saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.view_models.query_chips import chips_of
from app.widgets.search.chip import ChipView
from app.widgets.search.joiner_button import JoinerButton
from app.widgets.search.search_bar import PLACEHOLDER, PLACEHOLDER_BESIDE_EXAMPLE
from app.widgets.search.search_field import SearchField
from app.widgets.search.strictness_button import StrictnessButton
from app.windows.main_window import MainWindow
from engine.library_rows import NameCount, Scope
from engine.question import Example, Question
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


def asked(window: MainWindow) -> Question:
    return window.finding.question


class TestExamples:
    def test_a_file_dropped_on_the_field_joins_the_words(self, window: MainWindow, sounds: Path):
        window.search_bar.query_changed.emit("longer")
        window.search_bar.files_dropped.emit([sounds / "dog.wav"])
        assert asked(window) == Question("longer", examples=(Example(sounds / "dog.wav"),))
        assert chip_texts(window) == ["like dog.wav", "longer"]

    def test_words_join_an_example_and_the_field_says_so(self, window: MainWindow, sounds: Path):
        window.search_bar.files_dropped.emit([sounds / "dog.wav"])
        field = window.search_bar.findChild(SearchField)
        assert field.placeholderText() == PLACEHOLDER_BESIDE_EXAMPLE
        window.search_bar.query_changed.emit("rain")
        assert asked(window) == Question("rain", examples=(Example(sounds / "dog.wav"),))
        window.searching.clear()
        assert field.placeholderText() == PLACEHOLDER

    def test_another_file_takes_the_place_of_the_first_and_several_are_all_asked_for(
        self, window: MainWindow, sounds: Path
    ):
        window.search_bar.files_dropped.emit([sounds / "dog.wav"])
        window.search_bar.files_dropped.emit([sounds / "car.wav", sounds / "bell.wav"])
        assert chip_texts(window) == ["like car.wav", "like bell.wav"]

    def test_more_like_a_hit_starts_anew(self, window: MainWindow, sounds: Path):
        window.searching.ask(Question("dog", Scope(tags=("loud",)), liked=(Example(sounds / "car.wav"),)))
        window.searching.ask_like(sounds / "dog.wav", 0.5, 1.0)
        assert asked(window) == Question(scope=Scope(tags=("loud",)), examples=(Example(sounds / "dog.wav", 0.5, 1.0),))
        assert window.search_bar.text() == ""

    def test_so_do_words_that_are_asked_for_elsewhere(self, window: MainWindow, sounds: Path):
        window.searching.ask_like(sounds / "dog.wav")
        window.searching.ask_for("rain")
        assert asked(window) == Question("rain")


class TestFeedback:
    def test_answers_are_liked_and_disliked_and_taken_back(self, window: MainWindow, sounds: Path):
        window.searching.ask_for("dog")
        window.searching.like(sounds / "bell.wav", 0.5, 1.0)
        window.searching.dislike(sounds / "car.wav")
        assert chip_texts(window) == ["dog", "more like bell.wav @0:00.5–0:01.0", "less like car.wav"]
        window.searching.dislike(sounds / "bell.wav")
        window.searching.dislike(sounds / "car.wav")
        assert asked(window) == Question("dog", disliked=(Example(sounds / "bell.wav"),))

    def test_a_like_is_undone_by_going_back_or_by_its_chip(self, window: MainWindow, sounds: Path):
        window.searching.ask_for("dog")
        window.searching.like(sounds / "bell.wav")
        window.searching.go_back()
        assert asked(window) == Question("dog")
        window.searching.go_forward()
        window.search_bar.chip_removed.emit(chips_of(asked(window), {})[-1])
        assert asked(window) == Question("dog")

    def test_it_refines_a_sentence_that_goes_on_and_no_other(self, window: MainWindow, sounds: Path):
        window.searching.ask_for("dog")
        window.searching.like(sounds / "bell.wav")
        window.search_bar.query_changed.emit("dog barks")
        assert asked(window).liked == (Example(sounds / "bell.wav"),)
        window.search_bar.query_changed.emit("rain")
        assert asked(window) == Question("rain")


class TestParts:
    """What was understood is changed by its chips, and the sentence with it."""

    def chips(self, window: MainWindow) -> list[ChipView]:
        return [view for view in window.search_bar.findChildren(ChipView) if view.isVisible()]

    def ask(self, window: MainWindow) -> None:
        window.searching.ask_for("dog barks then car passes without voices")

    def test_their_order(self, window: MainWindow, qtbot: QtBot):
        self.ask(window)
        first = next(view for view in self.chips(window) if view.chip.text == "dog barks")
        qtbot.keyClick(first, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        assert window.search_bar.text() == asked(window).text == "car passes then dog barks, without voices"

    def test_what_joins_them(self, window: MainWindow):
        self.ask(window)
        joiner = window.search_bar.findChild(JoinerButton)
        joiner.joined.emit(joiner.chip, "while")
        assert window.search_bar.text() == "dog barks while car passes, without voices"

    def test_their_names(self, window: MainWindow):
        self.ask(window)
        window.search_bar.chip_renamed.emit(chips_of(asked(window), {})[0], "a hound howls")
        assert window.search_bar.text() == "a hound howls then car passes, without voices"

    def test_whether_they_should_be_heard(self, window: MainWindow):
        self.ask(window)
        window.search_bar.chip_negated.emit(chips_of(asked(window), {})[0], True)
        assert window.search_bar.text() == "car passes, without voices, without dog barks"
        window.search_bar.chip_negated.emit(chips_of(asked(window), {})[1], False)
        assert window.search_bar.text() == "car passes and voices, without dog barks"

    def test_each_change_can_be_gone_back_to_however_soon(self, window: MainWindow):
        window.search_bar.query_changed.emit("a dog barks loudly then a car")
        window.search_bar.chip_joined.emit(chips_of(asked(window), {})[1], "and")
        window.search_bar.chip_renamed.emit(chips_of(asked(window), {})[1], "a bus")
        texts = [asked(window).text]
        while window.searching.history.can_go_back:
            window.searching.go_back()
            texts.append(asked(window).text)
        assert texts[:3] == [
            "a dog barks loudly and a bus",
            "a dog barks loudly and a car",
            "a dog barks loudly then a car",
        ]


def test_strictness_is_part_of_the_question(window: MainWindow):
    strictness = window.search_bar.findChild(StrictnessButton)
    assert not strictness.isVisible()
    window.searching.ask_for("dog")
    assert strictness.isVisible()
    window.search_bar.strictness_changed.emit("strict")
    assert asked(window) == Question("dog", strictness="strict")
    window.search_bar.query_changed.emit("rain")
    assert asked(window) == Question("rain", strictness="strict")
    window.searching.go_back()
    window.searching.go_back()
    assert strictness.text() == "Matches: usual"


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
