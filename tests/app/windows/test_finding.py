"""From a question to what the list shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.services.messages import Failure, Hits
from app.services.search_service import SearchService
from app.view_models.results import Results
from app.windows.finding import Finding
from app.workers.library_access import LibraryAccess
from app.workers.services import Services
from engine.hits import ClauseMatch, Hit
from engine.library_rows import Order, Scope
from engine.question import Example, Question
from tests.app.listed_files import answer_of

Answer = Callable[..., None]


class Shown:
    """What the list was given: the ids, and whether it should keep its place."""

    def __init__(self, finding: Finding) -> None:
        self.lists: list[tuple[list[int], bool]] = []
        finding.shown.connect(self._take)

    def _take(self, results: Results, keep_place: bool) -> None:
        self.lists.append((results.file_ids.tolist(), keep_place))


@pytest.fixture
def services(filled_library: Path, qtbot: QtBot) -> Iterator[Services]:
    """With a search service that has not been started: it takes questions, and answers nothing of itself."""
    services = Services(filled_library)
    services.search = SearchService(filled_library, on_answer=lambda _: None, on_trouble=lambda _: None)
    yield services
    services.stop()


@pytest.fixture
def finding(filled_library: Path, services: Services) -> Iterator[Finding]:
    access = LibraryAccess(filled_library)
    yield Finding(access, services)
    access.close()


@pytest.fixture
def shown(finding: Finding) -> Shown:
    return Shown(finding)


@pytest.fixture
def answer(services: Services) -> Answer:
    """`answer(number, 3, 1)`: the network found these files for the question of this number."""

    def answer(number: int, *file_ids: int) -> None:
        clause = ClauseMatch("a sound", 0.0, 1.0, 0.9)
        hits = tuple(Hit(id, Path(f"{id}.wav"), 0.9, 0.0, 1.0, (clause,), (), 2.0) for id in file_ids)
        services.heard.emit(Hits(number, answer_of(hits)))

    return answer


def test_nothing_asked_lists_everything_by_name(finding: Finding, shown: Shown, qtbot: QtBot):
    finding.ask(Question())
    qtbot.waitUntil(lambda: shown.lists == [([1, 2, 3], False)])


def test_words_answer_at_once_and_the_network_keeps_the_lists_place(
    finding: Finding, shown: Shown, answer: Answer, qtbot: QtBot
):
    finding.ask(Question("dog"))
    qtbot.waitUntil(lambda: shown.lists == [([3], False)])
    assert finding.is_waiting
    answer(1, 3, 2)
    assert shown.lists[1:] == [([3, 2], True)]
    assert not finding.is_waiting


def test_an_answer_to_an_older_question_is_void(finding: Finding, shown: Shown, answer: Answer, qtbot: QtBot):
    finding.ask(Question("dog"))
    qtbot.waitUntil(lambda: shown.lists == [([3], False)])
    finding.ask(Question("car"))
    answer(1, 3)
    qtbot.waitUntil(lambda: shown.lists[1:] == [([2], False)])
    answer(2, 2, 1)
    assert shown.lists[-1] == ([2, 1], True)


def test_a_question_that_was_typed_over_is_never_put_to_the_network(
    finding: Finding, shown: Shown, answer: Answer, qtbot: QtBot
):
    finding.ask(Question("dog"))
    finding.ask(Question("car"))
    qtbot.waitUntil(lambda: shown.lists == [([2], False)])
    answer(1, 2, 1)
    assert shown.lists[-1] == ([2, 1], True)


def test_the_first_rows_come_with_the_list(finding: Finding, shown: Shown, qtbot: QtBot):
    with qtbot.waitSignal(finding.rows_read) as read:
        finding.ask(Question("dog"))
    assert [row.name for row in read.args[0].values()] == ["dog.wav"]


def test_an_example_is_asked_of_the_network_alone(finding: Finding, shown: Shown, answer: Answer):
    finding.ask(Question(examples=(Example(Path("dog.wav")),)))
    answer(1, 1)
    assert shown.lists == [([1], True)]


def test_a_scope_holds_for_words_and_for_listing(finding: Finding, shown: Shown, sounds: Path, qtbot: QtBot):
    finding.ask(Question(scope=Scope(folder=sounds / "nowhere")))
    qtbot.waitUntil(lambda: shown.lists == [([], False)])
    finding.ask(Question("dog", Scope(root_ids=(1,))))
    qtbot.waitUntil(lambda: shown.lists[1:] == [([3], False)])


def test_sorting_what_was_found_and_back_to_the_best_first(
    finding: Finding, shown: Shown, answer: Answer, qtbot: QtBot
):
    finding.ask(Question("dog"))
    qtbot.waitUntil(lambda: len(shown.lists) == 1)
    answer(1, 2, 3, 1)
    finding.sort(Order("name", descending=True))
    qtbot.waitUntil(lambda: shown.lists[-1] == ([3, 2, 1], False))
    finding.sort(None)
    assert shown.lists[-1] == ([2, 3, 1], False)


def test_a_library_that_changes_is_listed_again_in_its_place(finding: Finding, shown: Shown, qtbot: QtBot):
    finding.ask(Question())
    qtbot.waitUntil(lambda: len(shown.lists) == 1)
    finding.library_changed()
    qtbot.waitUntil(lambda: shown.lists[1:] == [([1, 2, 3], True)])


def test_what_was_found_stays_when_the_library_changes(finding: Finding, shown: Shown, answer: Answer, qtbot: QtBot):
    finding.ask(Question("dog"))
    qtbot.waitUntil(lambda: len(shown.lists) == 1)
    answer(1, 3)
    finding.library_changed()
    assert finding.results.file_ids.tolist() == [3]


def test_a_failure_of_the_newest_question_is_told(finding: Finding, shown: Shown, services: Services, qtbot: QtBot):
    finding.ask(Question("dog"))
    qtbot.waitUntil(lambda: len(shown.lists) == 1)
    services.question_failed.emit(Failure(7, "an older one"))
    assert finding.is_waiting
    with qtbot.waitSignal(finding.failed) as told:
        services.question_failed.emit(Failure(1, "The network is damaged."))
    assert told.args == ["The network is damaged."]
    assert not finding.is_waiting


def test_an_answer_that_is_liked_leaves_the_list_until_the_next_one_comes(
    finding: Finding, shown: Shown, answer: Answer, qtbot: QtBot
):
    finding.ask(Question("dog"))
    qtbot.waitUntil(lambda: len(shown.lists) == 1)
    answer(1, 3, 2)
    finding.ask(Question("dog", liked=(Example(Path("2.wav")),)))
    assert finding.is_waiting
    assert len(shown.lists) == 2
    answer(2, 2, 3)
    assert shown.lists[2:] == [([2, 3], True)]
    finding.ask(Question("dog", strictness="strict"))
    assert finding.is_waiting
    assert len(shown.lists) == 3


def test_what_was_liked_in_place_of_nothing_is_asked_from_the_start(finding: Finding, shown: Shown, qtbot: QtBot):
    finding.ask(Question("dog"))
    finding.ask(Question("dog", strictness="strict"))  # the network has not answered yet
    qtbot.waitUntil(lambda: shown.lists == [([3], False)])
