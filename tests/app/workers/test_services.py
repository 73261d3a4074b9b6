"""Both children in Qt's manners."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.settings import Settings
from app.workers.services import Services
from engine.question import Question
from engine.tag_examples import ExamplesOfTag, TagExample

WAIT_MS = 120_000


@pytest.fixture
def services(tmp_path: Path, network: Path, qtbot: QtBot) -> Iterator[Services]:
    services = Services(tmp_path / "library")
    services.start(Settings(network_folder=network, workers=1))
    yield services
    services.stop()
    assert multiprocessing.active_children() == []


def test_what_the_children_say_arrives_on_the_gui_thread(
    services: Services, sounds: Path, write_sound: Callable[..., Path], qtbot: QtBot
):
    threads: set[int] = set()
    for signal in (services.searching_ready, services.stored, services.finished):
        signal.connect(lambda answer: threads.add(threading.get_ident()))
    write_sound(sounds / "dog.wav", hz=400, seconds=1)
    assert services.indexing is not None
    assert services.search is not None
    with qtbot.waitSignals([services.finished, services.stored, services.searching_ready], timeout=WAIT_MS):
        services.indexing.index([sounds])
    with qtbot.waitSignal(services.heard, timeout=WAIT_MS) as heard:
        number = services.search.search(Question("dog"), 10)
    (answer,) = heard.args
    assert (answer.number, [hit.path.name for hit in answer.answer.hits]) == (number, ["dog.wav"])
    assert threads == {threading.get_ident()}

    with qtbot.waitSignal(services.learned, timeout=WAIT_MS) as learned:
        learning = services.learn("bark", ExamplesOfTag((TagExample(1),)))
    assert (learned.args[0].number, learned.args[0].tag.name) == (learning, "bark")
    with qtbot.waitSignal(services.explained, timeout=WAIT_MS) as explained:
        explaining = services.explain(sounds / "dog.wav", ["dog"], 0.0, 1.0)
    assert (explained.args[0].number, explained.args[0].explanation.path) == (explaining, sounds / "dog.wav")
    with qtbot.waitSignal(services.question_failed, timeout=WAIT_MS) as failed:
        explaining = services.explain(sounds / "nothing.wav", ["dog"], 0.0, 1.0)
    assert failed.args[0].number == explaining


def test_what_cannot_be_done_is_told_as_a_failure(services: Services, tmp_path: Path, qtbot: QtBot):
    assert services.indexing is not None
    with qtbot.waitSignal(services.indexing_failed, timeout=WAIT_MS) as failed:
        services.indexing.index([tmp_path / "nowhere"])
    assert "is not a folder" in failed.args[0].sentence


def test_they_can_be_stopped_and_started_again(services: Services, network: Path, qtbot: QtBot):
    services.stop()
    assert not services.running
    with qtbot.waitSignal(services.searching_ready, timeout=WAIT_MS):
        services.start(Settings(network_folder=network))
    assert services.running


def test_what_never_ran_answers_nothing_and_can_be_stopped(qtbot: QtBot, tmp_path: Path):
    services = Services(tmp_path)
    assert services.learn("bark") is None
    assert services.explain(tmp_path / "dog.wav", ["dog"], 0.0, 1.0) is None
    services.stop()
