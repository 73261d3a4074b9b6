"""Which sounds of a labelled set train a classifier, choose it and test it: as published, or in folds of our own.

No recording is on two sides, whatever the publishers say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, StratifiedGroupKFold

from trainer.errors import TrainerError
from trainer.manifest import Clip

FOLDS = 5  # where none are published
VALIDATION_SHARE = 0.15  # of the recordings that are not tested, where no sounds are published for choosing
SEED = 0
_ESC_FOLD = re.compile(r"(?:^|/)(\d)-\d+-[A-Z]")  # the first digit of a file's name
_PUBLISHED_FOLD = re.compile(r"fold\D*(\d+)", re.IGNORECASE)
_PARTS = {
    **dict.fromkeys(("train", "training", "dev", "development"), "training"),
    **dict.fromkeys(("val", "valid", "validation"), "validation"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}


@dataclass(frozen=True)
class Division:
    """Positions among the sounds of a set; none is in two of them, nor is a recording."""

    training: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def fold_of(clip: Clip) -> str:
    """The fold that the publishers put a sound in, or nothing."""
    published = _PUBLISHED_FOLD.fullmatch(clip.split)
    by_name = None if clip.split else _ESC_FOLD.search(clip.recording)
    return published[1] if published else by_name[1] if by_name else ""


def part_of(clip: Clip) -> str:
    """ "training", "validation" or "test", if the publishers put a sound in one of these; otherwise nothing."""
    return _PARTS.get(clip.split.lower(), "")


def to_measure(clips: Sequence[Clip]) -> list[Clip]:
    """Of a source that has a test part that part alone; all sounds of the others."""
    tested = {clip.source for clip in clips if part_of(clip) == "test"}
    return [clip for clip in clips if clip.source not in tested or part_of(clip) == "test"]


def divide(
    truth: np.ndarray, recordings: Sequence[str], folds: Sequence[str] = (), parts: Sequence[str] = ()
) -> Iterator[Division]:
    """One division for each fold, or the published one.

    truth : (sounds, classes) bool; folds, parts : of every sound, where they are published
    Raises TrainerError if there are too few recordings.
    """
    groups = np.unique(recordings, return_inverse=True)[1]
    if "test" in parts and "training" in parts:
        named = np.array(parts)
        tests = [np.flatnonzero(named == "test")]
        chosen = np.flatnonzero(named == "validation")
    else:
        tests = list(_tests(truth, groups, folds))
        chosen = np.empty(0, dtype=int)
    for test in tests:
        yield _division(test, chosen, groups)


def _tests(truth: np.ndarray, groups: np.ndarray, folds: Sequence[str]) -> Iterator[np.ndarray]:
    if len(set(folds)) > 1:
        yield from (np.flatnonzero(np.array(folds) == fold) for fold in sorted(set(folds)))
        return
    if len(set(groups.tolist())) < FOLDS:
        raise TrainerError(f"Fewer than {FOLDS} recordings cannot be divided into {FOLDS} folds.")
    if (truth.sum(axis=1) == 1).all() and (truth.sum(axis=0) >= FOLDS).all():
        folding = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
        splits = folding.split(groups, truth.argmax(axis=1), groups)
    else:
        splits = GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(groups, groups=groups)
    yield from (test for _, test in splits)


def _division(test: np.ndarray, validation: np.ndarray, groups: np.ndarray) -> Division:
    others = np.setdiff1d(np.arange(len(groups)), test)
    others = others[~np.isin(groups[others], groups[test])]
    if len(validation):
        validation = validation[np.isin(validation, others)]
        training = others[~np.isin(groups[others], groups[validation])]
    elif len(set(groups[others].tolist())) > 1:
        shuffled = GroupShuffleSplit(1, test_size=VALIDATION_SHARE, random_state=SEED)
        kept, held = next(iter(shuffled.split(others, groups=groups[others])))
        training, validation = others[kept], others[held]
    else:
        raise TrainerError("There are too few recordings to train on some and choose by others.")
    return Division(training, validation, test)
