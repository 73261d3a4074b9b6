"""Why the sound in the picture was found: what is asked when, and that nothing else is ever shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.services.messages import Explained, Failure, Ready
from app.services.search_service import SearchService
from app.settings import Settings
from app.view_models.query_chips import chips_of
from app.view_models.reasons import Reasons
from app.widgets.busy_line import BusyLine
from app.widgets.sound.sound_canvas import SoundCanvas
from app.widgets.sound.sound_view import SoundView
from app.windows.choices import Choices
from app.windows.explaining import NO_HEAT, TOO_LONG, TOO_LONG_FOR_HEAT, Explaining
from app.workers.services import Services
from engine.question import Question
from tests.app.explained_sounds import explanation
from tests.app.shown_sounds import write_tone
from tests.sound_files import RATE_HZ

READY = Ready("small", "0123", 1.0)
Asked = tuple[str, tuple[str, ...], float, float, bool]


class Asking(Services):
    """With a search service that has not been started: it takes questions, and answers nothing of itself."""

    def __init__(self, library_folder: Path) -> None:
        super().__init__(library_folder)
        self._folder = library_folder
        self.asked: list[Asked] = []
        self.overall: tuple[str, ...] = ()
        self.renew()

    def renew(self) -> None:
        self.search = SearchService(self._folder, on_answer=lambda _: None, on_trouble=lambda _: None)

    def explain(
        self,
        path: Path,
        texts: Sequence[str],
        start_s: float,
        end_s: float,
        *,
        with_heat: bool = False,
        overall: Sequence[str] = (),
    ) -> int | None:
        self.asked.append((path.name, tuple(texts), start_s, end_s, with_heat))
        self.overall = tuple(overall)
        self.number = super().explain(path, texts, start_s, end_s, with_heat=with_heat, overall=overall)
        return self.number

    def answer(self, path: Path, number: int | None = None, *, has_heat: bool = True, is_known: bool = True) -> None:
        _, texts, _, _, with_heat = self.asked[-1]
        found = explanation(path, *(texts if is_known else ()), with_heat=with_heat and has_heat)
        self.explained.emit(Explained(number or self.number or 0, found))


@pytest.fixture
def services(tmp_path: Path, qtbot: QtBot) -> Iterator[Asking]:
    services = Asking(tmp_path / "library")
    yield services
    services.stop()


@pytest.fixture
def choices(tmp_path: Path, qtbot: QtBot) -> Iterator[Choices]:
    choices = Choices(Settings(), tmp_path / "settings.json")
    yield choices
    choices.write()


@pytest.fixture
def view(tmp_path: Path, qtbot: QtBot) -> Iterator[SoundView]:
    view = SoundView(region_folder=tmp_path / "regions")
    qtbot.addWidget(view)
    view.resize(800, 200)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.shut_down()


@pytest.fixture
def explaining(services: Asking, choices: Choices, view: SoundView) -> Explaining:
    return Explaining(services, choices, view)


@pytest.fixture
def dog(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "dog.wav")


@pytest.fixture
def known(explaining: Explaining, services: Asking, view: SoundView, dog: Path, qtbot: QtBot) -> Explaining:
    """Curves of two clauses over a sound of ten seconds are shown."""
    explaining.follow_question(Question("dog then car"))
    view.show_sound(dog, 10.0, RATE_HZ)
    qtbot.waitUntil(lambda: len(services.asked) == 1)
    services.answer(dog)
    return explaining


def on_show(view: SoundView) -> Reasons:
    canvas = view.findChild(SoundCanvas)
    assert isinstance(canvas, SoundCanvas)
    assert canvas.shown is not None
    return canvas.shown.reasons


def curves(view: SoundView) -> list[str]:
    """The clauses of which a curve is shown."""
    return [clause.text for clause in on_show(view).clauses if clause.relevance is not None]


def test_of_a_sound_one_stays_with_it_is_asked_where_each_clause_is_heard(
    known: Explaining, services: Asking, view: SoundView
) -> None:
    assert services.asked == [("dog.wav", ("dog", "car"), 0.0, 10.0, False)]
    assert curves(view) == ["dog", "car"]


def test_nothing_is_asked_of_sounds_that_are_passed_by(
    explaining: Explaining, services: Asking, view: SoundView, dog: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    explaining.follow_question(Question("dog"))
    view.show_sound(dog, 10.0, RATE_HZ)
    view.show_sound(write_tone(tmp_path / "car.wav"), 10.0, RATE_HZ)
    qtbot.waitUntil(lambda: bool(services.asked))
    assert [name for name, *_ in services.asked] == ["car.wav"]


def test_while_one_only_browses_nothing_is_asked(
    explaining: Explaining, services: Asking, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    explaining.follow_question(Question())
    view.show_sound(dog, 10.0, RATE_HZ)
    with qtbot.waitSignal(explaining._settling.timeout):
        pass
    assert services.asked == []
    assert on_show(view).clauses == ()


def test_the_place_of_a_curve_is_there_before_the_curve(explaining: Explaining, view: SoundView, dog: Path) -> None:
    """Or the waveform would move under the pointer."""
    explaining.follow_question(Question("dog then car"))
    view.show_sound(dog, 10.0, RATE_HZ)
    assert len(on_show(view).clauses) == 2
    assert curves(view) == []


def test_another_sound_or_question_takes_what_is_shown_away_at_once(
    known: Explaining, view: SoundView, dog: Path, tmp_path: Path
) -> None:
    view.show_sound(tmp_path / "car.wav", 10.0, RATE_HZ)
    assert curves(view) == []
    view.show_sound(dog, 10.0, RATE_HZ)
    assert curves(view) == []


def test_another_question_takes_what_is_shown_away_at_once(
    known: Explaining, services: Asking, view: SoundView, qtbot: QtBot
) -> None:
    known.follow_question(Question("dog then rain"))
    assert curves(view) == []
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    assert services.asked[1] == ("dog.wav", ("dog", "rain"), 0.0, 10.0, False)


def test_a_question_that_names_the_same_sounds_leaves_all_as_it_is(known: Explaining, view: SoundView) -> None:
    known.follow_question(Question("dog then car", strictness="strict"))
    assert curves(view) == ["dog", "car"]


def test_answers_to_what_was_asked_before_are_void(
    explaining: Explaining, services: Asking, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    explaining.follow_question(Question("dog"))
    view.show_sound(dog, 10.0, RATE_HZ)
    qtbot.waitUntil(lambda: len(services.asked) == 1)
    explaining.follow_question(Question("dog then car"))
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    services.answer(dog, number=1)
    assert curves(view) == []
    services.answer(dog)
    assert curves(view) == ["dog", "car"]


def test_heat_maps_are_asked_for_when_they_are_wanted(
    known: Explaining, services: Asking, choices: Choices, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    choices.change(heat_map=True)
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    assert services.asked[1] == ("dog.wav", ("dog", "car"), 0.0, 10.0, True)
    services.answer(dog)
    assert [clause.text for clause in on_show(view).heated] == ["dog", "car"]
    choices.change(heat_map=False)
    assert on_show(view).heated == ()


def test_a_network_that_makes_no_heat_maps_is_not_asked_for_ever(
    known: Explaining, services: Asking, choices: Choices, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    choices.change(heat_map=True)
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    services.answer(dog, has_heat=False)
    assert on_show(view).note == NO_HEAT
    assert len(services.asked) == 2
    choices.change(heat_map=False)
    qtbot.waitUntil(lambda: on_show(view).note == "")


def test_with_heat_maps_the_curves_still_come_first(
    explaining: Explaining, services: Asking, choices: Choices, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    choices.change(heat_map=True)
    explaining.follow_question(Question("dog"))
    view.show_sound(dog, 10.0, RATE_HZ)
    qtbot.waitUntil(lambda: len(services.asked) == 1)
    services.answer(dog)
    assert [with_heat for *_, with_heat in services.asked] == [False, True]


def test_the_heat_map_is_of_the_stretch_one_looks_at_once_one_stays_there(
    known: Explaining, services: Asking, choices: Choices, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    choices.change(heat_map=True)
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    services.answer(dog)
    view.zoom_in()
    view.zoom_in()
    assert [clause.text for clause in on_show(view).heated] == ["dog", "car"]  # the one before, until then
    qtbot.waitUntil(lambda: len(services.asked) == 3)
    assert services.asked[2] == ("dog.wav", ("dog", "car"), 3.75, 6.25, True)
    assert curves(view) == ["dog", "car"]


def test_pointing_at_a_chip_shows_its_clause_alone_with_its_heat(
    known: Explaining, services: Asking, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    _, car = chips_of(Question("dog then car"), {})
    known.point_at_chip(car)
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    services.answer(dog)
    assert [clause.text for clause in on_show(view).heated] == ["car"]
    known.point_at_chip(None)
    assert on_show(view).heated == ()
    assert not any(map(on_show(view).steps_back, on_show(view).clauses))


def test_a_file_that_cannot_be_read_is_told_once_and_not_asked_again(
    explaining: Explaining, services: Asking, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    said: list[str] = []
    explaining.failed.connect(said.append)
    explaining.follow_question(Question("dog"))
    view.show_sound(dog, 10.0, RATE_HZ)
    qtbot.waitUntil(lambda: len(services.asked) == 1)
    services.question_failed.emit(Failure(None, "The network is damaged."))
    services.question_failed.emit(Failure(services.number, "dog.wav cannot be read: it is cut off."))
    explaining.point_at("dog")
    with qtbot.waitSignal(explaining._settling.timeout):
        pass
    assert said == ["dog.wav cannot be read: it is cut off."]
    assert len(services.asked) == 1


def test_a_long_wait_is_shown(
    explaining: Explaining, services: Asking, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    line = view.findChild(BusyLine)
    assert isinstance(line, BusyLine)
    explaining.follow_question(Question("dog"))
    view.show_sound(dog, 10.0, RATE_HZ)
    qtbot.waitUntil(line.isVisible)
    services.answer(dog)
    assert not line.isVisible()


def test_what_another_service_was_asked_is_asked_again(
    explaining: Explaining, services: Asking, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    """It ended before it answered, or it had another network."""
    explaining.follow_question(Question("dog"))
    view.show_sound(dog, 10.0, RATE_HZ)
    qtbot.waitUntil(lambda: len(services.asked) == 1)
    services.searching_ready.emit(READY)
    assert not explaining._settling.isActive()  # the same one
    services.renew()
    services.searching_ready.emit(READY)
    qtbot.waitUntil(lambda: len(services.asked) == 2)


def test_nothing_is_asked_while_nobody_can_see_it(
    explaining: Explaining, services: Asking, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    view.hide()
    explaining.follow_question(Question("dog"))
    view.show_sound(dog, 10.0, RATE_HZ)
    with qtbot.waitSignal(explaining._settling.timeout):
        pass
    assert services.asked == []
    view.show()
    qtbot.waitUntil(lambda: len(services.asked) == 1)


def test_of_hours_the_curve_is_that_of_the_whole_sound_and_the_closer_one_looks_the_finer_it_is(
    explaining: Explaining, services: Asking, view: SoundView, tmp_path: Path, qtbot: QtBot
) -> None:
    offline = tmp_path / "drive" / "night.wav"
    explaining.follow_question(Question("dog"))
    view.show_sound(offline, 4000.0, RATE_HZ)
    qtbot.waitUntil(lambda: len(services.asked) == 1)
    services.answer(offline)
    for _ in range(3):
        view.zoom_in()
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    services.answer(offline)
    for _ in range(4):
        view.zoom_in()
    qtbot.waitUntil(lambda: len(services.asked) == 3)
    assert [stretch for _, _, *stretch, _ in services.asked] == [[0.0, 4000.0], [1700.0, 2300.0], [1970.0, 2030.0]]
    assert on_show(view).note == ""


def test_of_hours_that_were_never_listened_to_one_has_to_look_at_a_part(
    explaining: Explaining, services: Asking, view: SoundView, tmp_path: Path, qtbot: QtBot
) -> None:
    offline = tmp_path / "drive" / "night.wav"
    explaining.follow_question(Question("dog"))
    view.show_sound(offline, 4000.0, RATE_HZ)
    qtbot.waitUntil(lambda: len(services.asked) == 1)
    assert on_show(view).note == ""
    services.answer(offline, is_known=False)
    assert on_show(view).note == TOO_LONG
    assert len(services.asked) == 1
    for _ in range(3):
        view.zoom_in()
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    assert on_show(view).note == ""


def test_who_looks_around_is_answered_already(
    explaining: Explaining, services: Asking, view: SoundView, tmp_path: Path, qtbot: QtBot
) -> None:
    offline = tmp_path / "drive" / "night.wav"
    explaining.follow_question(Question("dog"))
    view.show_sound(offline, 1000.0, RATE_HZ)
    for _ in range(2):
        view.zoom_in()
    qtbot.waitUntil(lambda: len(services.asked) == 1)
    services.answer(offline)
    view.zoom_in()
    with qtbot.waitSignal(explaining._settling.timeout):
        pass
    view.zoom_out()
    with qtbot.waitSignal(explaining._settling.timeout):
        pass
    assert len(services.asked) == 1
    assert curves(view) == ["dog"]


def test_it_is_told_which_scores_the_file_on_the_whole_has_a_say_in(
    explaining: Explaining, services: Asking, view: SoundView, dog: Path, qtbot: QtBot
) -> None:
    explaining.follow_question(Question("dog"))
    view.show_sound(dog, 10.0, RATE_HZ)
    qtbot.waitUntil(lambda: services.overall == ("dog",))
    explaining.follow_question(Question("dog then car without rain"))
    qtbot.waitUntil(lambda: services.overall == ("rain",))


def test_where_only_the_waveform_is_shown_no_heat_is_asked_for(
    known: Explaining, services: Asking, choices: Choices, view: SoundView, qtbot: QtBot
) -> None:
    view.set_view("waveform")
    known.point_at("car")
    with qtbot.waitSignal(known._settling.timeout):
        pass
    assert len(services.asked) == 1
    with qtbot.waitSignal(known.spectrogram_wanted):
        choices.change(heat_map=True)
    with qtbot.waitSignal(known._settling.timeout):
        pass
    assert len(services.asked) == 1
    view.set_view("spectrogram")
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    assert services.asked[1][-1], "with heat"


def test_a_spectrogram_that_is_shown_need_not_be_wanted(known: Explaining, choices: Choices, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(known.spectrogram_wanted):
        choices.change(heat_map=True)


def test_of_a_long_stretch_there_is_no_heat_map_and_no_part_of_one(
    explaining: Explaining, services: Asking, choices: Choices, view: SoundView, tmp_path: Path, qtbot: QtBot
) -> None:
    offline = tmp_path / "drive" / "night.wav"
    choices.change(heat_map=True)
    explaining.follow_question(Question("dog"))
    view.show_sound(offline, 200.0, RATE_HZ)
    qtbot.waitUntil(lambda: len(services.asked) == 1)
    services.answer(offline)
    assert on_show(view).note == TOO_LONG_FOR_HEAT
    view.zoom_in()
    view.zoom_in()
    qtbot.waitUntil(lambda: len(services.asked) == 2)
    assert services.asked[1] == ("night.wav", ("dog",), 70.0, 130.0, False)  # finer than before
    services.answer(offline)
    assert services.asked[2] == ("night.wav", ("dog",), 75.0, 125.0, True)
    assert on_show(view).note == ""
    services.answer(offline)
    view.fit()
    qtbot.waitUntil(lambda: on_show(view).note == TOO_LONG_FOR_HEAT)
    assert on_show(view).heated == ()
    assert curves(view) == ["dog"]
