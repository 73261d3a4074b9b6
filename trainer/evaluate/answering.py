"""Closed-ended questions about sounds (seed K31).

The embeddings of a sound and of a question, one behind the other and both frozen, are classified by four layers: into
"yes" and "no", or into the answers of one word that the training questions have. Each sound is questioned by a head
that heard no sound of its recording (`divisions`).

Questions come from a file with Clotho-AQA's columns, or are made of labels: for every sound whether its own kind and
whether another is heard in it, and which kind it is.

    majority      the commonest answer of the training questions, or the commonest to the very same question
    the question  the same head without the sound: what the wording gives away
    sound and question
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.embedding import Embedder
from engine.errors import display_path
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.class_sets import labels_of
from trainer.evaluate.divisions import FOLDS, divide, part_of
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.frozen_heads import ANSWERING, Labelled, learn_head
from trainer.evaluate.retrieval import rank
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip

COLUMNS = ("file_name", "QuestionText", "answer")  # of Clotho-AQA's CSV files
YES_NO = ("no", "yes")
FIRST = (1, 5, 10)
WHICH = "what kind of sound is this?"
IS_IT = "is {label} heard?"
LEAST_RECORDINGS = FOLDS  # of a label that questions are made of
SEED = 0


@dataclass(frozen=True)
class Question:
    """sound : its position among all clips."""

    sound: int
    text: str
    answer: str


def answering_tables(embedder: Embedder, sounds: Sounds, questions: Path | None = None) -> Iterator[Table]:
    """One table for questions of yes and no, one for those with other answers.

    Raises TrainerError if the file cannot be read, or there are too few questions.
    """
    asked = read_questions(questions, sounds.clips) if questions else made_questions(sounds.clips)
    network = NetworkSystem(embedder)
    kinds = {
        "yes or no": [each for each in asked if each.answer in YES_NO],
        "one word": [each for each in asked if each.answer not in YES_NO],
    }
    reasons = []
    for name, of_kind in kinds.items():
        try:
            yield answering_table(name, of_kind, network, sounds)
        except TrainerError as error:
            reasons.append(str(error))
    if len(reasons) == len(kinds):
        raise TrainerError(reasons[0])


def read_questions(path: Path, clips: Sequence[Clip]) -> list[Question]:
    """Those about the clips, which are known by the names of their files; several people answered some, and the answer
    that most gave counts, the first one of as many.

    Raises TrainerError if the file cannot be read, or asks nothing of these clips.
    """
    known = {clip.path.name: position for position, clip in enumerate(clips)}
    given: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                name, text, answer = (row[column].strip() for column in COLUMNS)
                if name in known:
                    given[known[name], text][answer.lower()] += 1
    except OSError as error:
        raise TrainerError(f"{display_path(path)} cannot be read: {error.strerror or error}.") from error
    except (KeyError, AttributeError, ValueError, csv.Error) as error:  # a short row has None in it
        raise TrainerError(f"{display_path(path)} has no columns {', '.join(COLUMNS)}.") from error
    if not given:
        raise TrainerError(f"{display_path(path)} asks nothing of the sounds that are measured.")
    return [Question(sound, text, answers.most_common(1)[0][0]) for (sound, text), answers in given.items()]


def made_questions(clips: Sequence[Clip]) -> list[Question]:
    """Of every sound of a kind with enough recordings: is it heard, is another, and which kind is it?"""
    random = np.random.default_rng(SEED)
    recordings = defaultdict(set)
    for clip in clips:
        for label in labels_of(clip):
            recordings[label].add(recording_of(clip))
    known = {label for label, of_label in recordings.items() if len(of_label) >= LEAST_RECORDINGS}
    labelled = {position: labels_of(clip) for position, clip in enumerate(clips) if known.intersection(labels_of(clip))}
    common = Counter(label for labels in labelled.values() for label in labels if label in known)
    names = sorted(common)
    asked = []
    for position, labels in labelled.items():
        # as often as the label is true of others: the name alone must not give the answer away
        others = [name for name in names if name not in labels]
        if not others:
            continue
        shares = np.array([common[name] for name in others], dtype=float)
        other = str(random.choice(others, p=shares / shares.sum()))
        own = next(label for label in labels if label in known)
        asked += [
            Question(position, IS_IT.format(label=own), "yes"),
            Question(position, IS_IT.format(label=other), "no"),
        ]
        if len(labels) == 1:
            asked.append(Question(position, WHICH, own))
    return asked


def answering_table(name: str, asked: Sequence[Question], network: NetworkSystem, sounds: Sounds) -> Table:
    """Raises TrainerError if there are too few questions, answers or recordings."""
    answers = sorted({each.answer for each in asked})
    if len(answers) < 2:
        raise TrainerError(f"Questions with {name} as their answer have fewer than two answers.")
    truth = np.array([[each.answer == answer for answer in answers] for each in asked])
    clips = [sounds.clips[each.sound] for each in asked]
    recordings = [recording_of(clip) for clip in clips]
    parts = [part_of(clip) for clip in clips]
    divisions = list(divide(truth, recordings, parts=parts if all(parts) else ()))
    features = _features(asked, network, sounds)
    scores: Mapping[str, np.ndarray] = {row: np.full(truth.shape, np.nan) for row in ("majority", *features)}
    for division in divisions:
        texts = [each.text for each in asked]
        scores["majority"][division.test] = _commonest(texts, truth, division.training, division.test)
        for row, of_row in features.items():
            labelled = Labelled(of_row, truth)
            head = learn_head(labelled.rows(division.training), labelled.rows(division.validation), ANSWERING)
            scores[row][division.test] = head.scores(of_row[division.test])
    tested = np.flatnonzero(~np.isnan(scores["majority"]).any(axis=1))
    known = np.concatenate([truth[division.training].any(axis=0)[None] for division in divisions]).all(axis=0)
    groups = [recordings[i] for i in tested]
    rows = [Row(row, tuple(_measured(values[tested], truth[tested], groups))) for row, values in scores.items()]
    notes = (
        f"answering, {name}: {len(tested)} questions measured of {len(asked)}, {len({each.text for each in asked})} "
        f"different ones, about {len({each.sound for each in asked})} sounds from {len(set(recordings))} recordings; "
        f"{len(answers)} answers, {int((~known).sum())} of them not in all trainings",
        "in brackets: 95 % bootstrap over recordings",
    )
    return Table(f"answering: {name}", _columns(len(answers)), tuple(rows), notes)


def _features(asked: Sequence[Question], network: NetworkSystem, sounds: Sounds) -> dict[str, np.ndarray]:
    heard = sounds.clips_heard_by(network)[[each.sound for each in asked]]
    texts = sorted({each.text for each in asked})
    of_text = dict(zip(texts, network.read(texts), strict=True))
    read = np.stack([of_text[each.text] for each in asked])
    return {"the question": read, "sound and question": np.concatenate([heard, read], axis=1)}


def _commonest(texts: Sequence[str], truth: np.ndarray, training: np.ndarray, test: np.ndarray) -> np.ndarray:
    """(test, answers): how common each answer to the same question is, and less so how common it is to all."""
    overall = truth[training].mean(axis=0)
    of_text: dict[str, list[int]] = defaultdict(list)
    for i in training.tolist():
        of_text[texts[i]].append(i)
    shares = [truth[of_text[texts[i]]].mean(axis=0) if texts[i] in of_text else 0.0 for i in test.tolist()]
    order = np.arange(truth.shape[1]) * 1e-9  # of answers that are as common one is taken
    return np.array([share + 1e-3 * overall - order for share in shares])


def _measured(scores: np.ndarray, truth: np.ndarray, groups: Sequence[str]) -> Iterator[Figure]:
    ranking = rank(scores, truth)
    if truth.shape[1] == len(YES_NO):
        yield figure(ranking.found_within(1), groups)
    else:
        yield from (figure(ranking.found_within(k), groups) for k in FIRST)


def _columns(answers: int) -> tuple[str, ...]:
    return ("accuracy",) if answers == len(YES_NO) else tuple(f"R@{k}" for k in FIRST)
