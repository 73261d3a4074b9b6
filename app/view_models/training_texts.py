"""What the training dialog and the trial of a network say."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.view_models.indexing_state import time_left
from app.view_models.plain_text import one_line
from app.view_models.training_lessons import FEWEST, FEWEST_OTHERS, Lessons
from app.view_models.training_run import OwnNetwork, Recipe, TrainingRun
from app.view_models.wording import count, counted

NO_TRAINER = "This Earmark came without its trainer; an Earmark installed with pip can train networks."
DIED = "The training process ended unexpectedly; what was done is kept, and it can go on."
BUSY = "Another network is being trained or tried; one at a time."
QUIT_QUESTION = "Stop training and quit?"
QUIT_CONSEQUENCE = "Training ends with Earmark. What is done is kept, and you can go on with it next time."
LONGEST_NAME = 60

RECIPES: tuple[tuple[Recipe, str, str], ...] = (
    ("personal", "My tags", "The names of your tags find what you mean by them. Minutes."),
    ("captions", "My captions", "Sentences like yours find sounds like those you described. Minutes."),
    (
        "continue",
        "All that I said",
        "All your tags and captions together, five times as long: for many of both.",
    ),
)


@dataclass(frozen=True)
class Wish:
    """What a person would have trained.

    tags : those that are chosen, for "personal"
    """

    recipe: Recipe = "personal"
    tags: tuple[str, ...] = ()
    with_notes: bool = False
    name: str = ""


def folder_name(name: str) -> str:
    """Of a network that is called so; "" if nothing of the name can be one."""
    return re.sub(r"[^\w-]+", "-", name).strip("-_")[:LONGEST_NAME]


# --- before it begins -------------------------------------------------------------------------------------------------


def captions_text(lessons: Lessons) -> str:
    """How much a person wrote."""
    said = f"{counted(lessons.captions, 'sound')} {_has(lessons.captions)} a caption of yours."
    if lessons.only_notes:
        said += f" {count(lessons.only_notes)} more {_has(lessons.only_notes)} a note."
    return said


def everything_text(lessons: Lessons, with_notes: bool) -> str:
    """What "continue" learns from."""
    tags, sentences = lessons.tags_with_enough, lessons.sentences(with_notes)
    of_tags = f"{counted(len(tags), 'tag')} with {FEWEST} examples or more"
    words = "words" if with_notes else "a caption"
    too_few = "" if sentences >= FEWEST or not tags else f", too few to learn from: {FEWEST} are needed"
    return f"{of_tags}, and {counted(sentences, 'sound')} with {words} of yours{too_few}."


def no_tags_text(lessons: Lessons) -> str:
    """Why no tag can be chosen; "" where one can."""
    if lessons.tags_with_enough:
        return ""
    if not lessons.tags:
        return f"You gave no tags yet. A tag can be learned once {FEWEST} sounds have it."
    best = lessons.tags[0]
    return (
        f"A tag can be learned once {FEWEST} sounds have it or are examples of it. The nearest is "
        f"“{one_line(best.name)}” with {count(best.examples)}."
    )


def missing_text(wish: Wish, lessons: Lessons, taken: Collection[str]) -> str:
    """The first thing that stands in the way, in a sentence; "" if nothing does.

    taken : names of folders, in small letters
    """
    folder = folder_name(wish.name)
    for reason in (_too_little(wish, lessons), _too_few_others(wish, lessons)):
        if reason:
            return reason
    if not wish.name.strip():
        return "Give the network a name."
    if not folder:
        return "The name needs a letter or a digit."
    if folder.casefold() in taken:
        return "There is a network of this name already."
    return ""


def _too_little(wish: Wish, lessons: Lessons) -> str:
    sentences = lessons.sentences(wish.with_notes)
    match wish.recipe:
        case "personal":
            return no_tags_text(lessons) or ("" if wish.tags else "Choose the tags that it is to learn.")
        case "captions":
            return "" if sentences >= FEWEST else _sentences_missing(sentences)
        case "continue":
            if sentences >= FEWEST or lessons.tags_with_enough:
                return ""
            return f"No tag has {FEWEST} examples, and fewer than {FEWEST} sounds have a caption of yours."


def _sentences_missing(sentences: int) -> str:
    missing = FEWEST - sentences
    return f"{count(missing)} more {'sound needs' if missing == 1 else 'sounds need'} a caption of yours first."


def _too_few_others(wish: Wish, lessons: Lessons) -> str:
    """Roughly: which sounds are examples of which tags only the trainer counts."""
    taught = lessons.sentences(wish.with_notes) if wish.recipe != "personal" else 0
    tags = lessons.tags_with_enough if wish.recipe == "continue" else lessons.tags
    chosen = [tag.examples for tag in tags if wish.recipe == "continue" or tag.name in wish.tags]
    others = lessons.sounds - max([taught, *chosen])
    if others >= FEWEST_OTHERS:
        return ""
    return (
        f"{count(FEWEST_OTHERS)} other sounds must keep what else the network knows, and the library has "
        f"{count(max(0, others))}: add more sounds."
    )


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


# --- while it goes on -------------------------------------------------------------------------------------------------


def progress_text(run: TrainingRun) -> str:
    """Where it is, and how long it will take."""
    sentence = _progress_text(run)
    if run.is_paused:
        return f"Paused. {sentence}"
    left = time_left(run.minutes_left * 60.0) if run.minutes_left is not None and not run.is_over else ""
    return f"{sentence} · {left}" if left else sentence


def _progress_text(run: TrainingRun) -> str:
    match run.stage:
        case "starting":
            return "Starting: PyTorch and the network are being loaded"
        case "listening":
            return f"Listening to {count(run.done)} of {count(run.total)} sounds"
        case "trying":
            return f"Both networks listen to {count(run.done)} of {count(run.total)} sounds"
        case "tuning":
            return f"Step {count(run.done)} of at most {count(run.total)}"
        case "comparing":
            return "Comparing with the network that it came from"
        case "stopped":
            at = f" at step {count(run.done)} of {count(run.total)}" if run.curves.loss and run.total else ""
            return f"Stopped{at}. What was done is kept, and it can go on."
        case "failed":
            return run.sentence
        case "finished":
            return result_text(run.result or {})


def result_text(result: Mapping[str, Any]) -> str:
    """What came of it, for a person who has to decide whether to try it."""
    try:
        found = f"{result['found_before']:.0%} to {result['found']:.0%}"
        return (
            f"Finished after {counted(result['steps'], 'step')}. Sounds kept apart are found earlier: from {found}. "
            f"Other sounds stayed as they were to {result['kept']:.1%}, and of the first ten that a name finds among "
            f"them {result['same']:.0%} are the same."
        )
    except (KeyError, TypeError, ValueError):
        return "Finished."


def state_text(network: OwnNetwork, *, is_running: bool, is_used: bool) -> str:
    """In the list of networks, below the name."""
    if is_used:
        return "in use"
    if is_running:
        return "paused" if network.run.is_paused else "being trained"
    return {"finished": "ready", "failed": "failed"}.get(network.run.stage, "stopped")


def lessons_text(network: OwnNetwork) -> str:
    """What it learns from, under its name."""
    made_of = network.arguments or {}
    match network.recipe:
        case "personal":
            tags = made_of.get("tags") or []
            return "Learns your tags " + ", ".join(f"“{one_line(str(tag))}”" for tag in tags)
        case "captions":
            return "Learns your captions" + (" and notes" if made_of.get("notes") else "")
        case "continue":
            return "Learns all your tags and captions" + (" and notes" if made_of.get("notes") else "")
    return ""


# --- adoption ---------------------------------------------------------------------------------------------------------


def adopted_text(name: str) -> str:
    return (
        f"{one_line(name)} listens to all sounds now. Until it has, the network before it answers your searches; "
        "the settings lead back to it."
    )


def awaited_text(answering: str, awaited: str) -> str:
    return f"{one_line(answering)} answers until {one_line(awaited)} has listened to all sounds."


def same_text(same: int, first: int) -> str:
    """Of one question, how far both networks agree."""
    if not first:
        return "Neither finds anything."
    return f"{count(same)} of the first {count(first)} are the same"


# --- the command ------------------------------------------------------------------------------------------------------


def training_arguments(wish: Wish, library: Path, parent: Path, out: Path) -> list[str]:
    """Of `earmark-train`, but for those that every command for a window has."""
    arguments = [wish.recipe, str(library), "--network", str(parent), "--out", str(out), "--name", wish.name.strip()]
    if wish.recipe == "personal":
        return [*arguments, *(part for tag in wish.tags for part in ("--tag", tag))]
    return [*arguments, *(["--notes"] if wish.with_notes else [])]


def trial_arguments(library: Path, new: Path, present: Path, queries: Sequence[str]) -> list[str]:
    asked = [part for query in queries for part in ("--query", query)]
    return ["trial", str(library), str(new), "--against", str(present), *asked]
