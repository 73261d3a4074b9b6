"""What is said of training: what is missing, how far it is, what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.view_models.training_lessons import FEWEST, FEWEST_OTHERS, Lessons, TagLessons
from app.view_models.training_run import OwnNetwork, TrainingRun
from app.view_models.training_texts import (
    Wish,
    captions_text,
    everything_text,
    folder_name,
    lessons_text,
    missing_text,
    no_tags_text,
    progress_text,
    result_text,
    state_text,
    training_arguments,
    trial_arguments,
)
from trainer import own_network

BELL, GATE = TagLessons("bell", 20), TagLessons("gate", 19)
MUCH = Lessons((BELL, GATE), captions=24, only_notes=3, sounds=500)


def test_the_trainer_asks_for_as_many() -> None:
    assert own_network.FEWEST_LIKES == own_network.FEWEST_CAPTIONS == FEWEST
    assert own_network.FEWEST_STRANGERS == FEWEST_OTHERS


@pytest.mark.parametrize(
    ("wish", "lessons", "missing"),
    [
        (Wish("personal", ("bell",), name="Bells"), MUCH, ""),
        (Wish("personal", (), name="Bells"), MUCH, "Choose the tags that it is to learn."),
        (Wish("personal", ("bell",)), MUCH, "Give the network a name."),
        (Wish("personal", ("bell",), name="!?"), MUCH, "The name needs a letter or a digit."),
        (Wish("personal", ("bell",), name="My words"), MUCH, "There is a network of this name already."),
        (Wish("personal", name="x"), Lessons(), "You gave no tags yet. A tag can be learned once 20 sounds have it."),
        (
            Wish("personal", ("bell",), name="Bells"),
            Lessons((BELL,), sounds=90),
            "100 other sounds must keep what else the network knows, and the library has 70: add more sounds.",
        ),
        (Wish("captions", name="x"), MUCH, ""),
        (Wish("captions", name="x"), Lessons(captions=19, sounds=500), "1 more sound needs a caption of yours first."),
        (
            Wish("captions", with_notes=True, name="x"),
            Lessons(captions=10, only_notes=4, sounds=500),
            "6 more sounds need a caption of yours first.",
        ),
        (Wish("continue", name="x"), Lessons((BELL,), sounds=500), ""),
        (
            Wish("continue", name="x"),
            Lessons((GATE,), captions=3, sounds=500),
            "No tag has 20 examples, and fewer than 20 sounds have a caption of yours.",
        ),
    ],
)
def test_what_is_missing_is_said_plainly(wish: Wish, lessons: Lessons, missing: str) -> None:
    assert missing_text(wish, lessons, {"my-words"}) == missing


def test_what_a_library_could_teach_is_counted() -> None:
    assert captions_text(MUCH) == "24 sounds have a caption of yours. 3 more have a note."
    assert captions_text(Lessons(captions=1)) == "1 sound has a caption of yours."
    assert everything_text(MUCH, False) == "1 tag with 20 examples or more, and 24 sounds with a caption of yours."
    few = Lessons((BELL,), captions=2)
    assert everything_text(few, True).endswith("2 sounds with words of yours, too few to learn from: 20 are needed.")
    assert no_tags_text(MUCH) == ""
    assert "The nearest is “gate” with 19." in no_tags_text(Lessons((GATE,)))


STEP = {"stage": "tuning", "step": 3, "steps": 120, "loss": 1.0, "minutes_left": 0.2}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "Starting: PyTorch and the network are being loaded"),
        (
            [{"stage": "listening", "done": 640, "total": 1084, "minutes_left": 1.4}],
            "Listening to 640 of 1,084 sounds · 1 min left",
        ),
        ([STEP], "Step 3 of at most 120 · under a minute left"),
        ([STEP, {"stage": "paused"}], "Paused. Step 3 of at most 120"),
        ([STEP, {"stage": "stopped"}], "Stopped at step 3 of 120. What was done is kept, and it can go on."),
        ([{"stage": "failed", "sentence": "Too few."}], "Too few."),
        ([{"stage": "finished"}], "Finished."),
    ],
)
def test_how_far_it_is(lines: list[dict], said: str) -> None:
    assert progress_text(TrainingRun().after(lines)) == said


def test_what_came_of_it() -> None:
    figures = {"steps": 100, "found_before": 0.352, "found": 0.871, "kept": 0.9886, "same": 0.94}
    said = result_text(figures)
    assert "from 35% to 87%" in said
    assert "98.9%" in said


def test_a_network_says_what_it_is(tmp_path: Path) -> None:
    network = OwnNetwork("x", tmp_path, tmp_path, TrainingRun(), "personal", {"tags": ["bell", "a\nb"]})
    assert lessons_text(network) == "Learns your tags “bell”, “a\\nb”"
    assert state_text(network, is_running=True, is_used=False) == "being trained"
    assert state_text(network, is_running=False, is_used=False) == "stopped"
    assert state_text(network, is_running=False, is_used=True) == "in use"


def test_the_commands_say_what_is_wished() -> None:
    library, parent, out = Path("/l"), Path("/p"), Path("/o")
    usual = ["/l", "--network", "/p", "--out", "/o", "--name", "My bells"]
    wish = Wish("personal", ("bell", "gate"), name="My bells ")
    assert training_arguments(wish, library, parent, out) == ["personal", *usual, "--tag", "bell", "--tag", "gate"]
    wish = Wish("captions", ("bell",), with_notes=True, name="My bells")
    assert training_arguments(wish, library, parent, out) == ["captions", *usual, "--notes"]
    assert trial_arguments(library, out, parent, ["a", "-b"])[-4:] == ["--query", "a", "--query", "-b"]
    assert folder_name(" Creaky gates, ältere! ") == "Creaky-gates-ältere"
