"""Do ordinary descriptions lose when they are taken for several sounds?

Descriptions are asked as they are, and as one sound whatever they say (in braces), through the product's search. Two
kinds of them: the captions, and the scenes in which the ontology hears what is on a sound's label. Only those that the
parser splits can differ. The scenes were texts of training, as wholes: that is in favour of one sound; and a sound of
the one thing that a scene names may lack the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.embedding import Embedder
from engine.ontology import SoundKind, sound_kinds
from engine.query import joiner_of, parse
from trainer.evaluate.bootstrap import groups_of_queries, recording_of
from trainer.evaluate.figures import Row, Table, figure
from trainer.evaluate.retrieval import rank
from trainer.evaluate.searched_sounds import SearchedSounds
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.evaluate.task import make_task
from trainer.manifest import Clip

COLUMNS = ("R@1", "R@10", "mAP")
EXAMPLES = 6  # of descriptions that lose most, and of each kind

Ask = Callable[[str], np.ndarray]  # a sentence -> a score for every sound


@dataclass(frozen=True)
class Descriptions:
    """`relevant` : (sentences, sounds) bool, which sounds each describes: at least one."""

    name: str
    sentences: list[str]
    relevant: np.ndarray


@dataclass(frozen=True)
class Answers:
    """What came of each sentence, (sentences, COLUMNS): as it is, and as one sound. `split` says where they differ."""

    split: np.ndarray
    several: np.ndarray
    one: np.ndarray


def ordinary_table(embedder: Embedder, sounds: Sounds) -> Table:
    """Raises TrainerError if no clip has a caption."""
    task = make_task(sounds.clips)
    recordings = [recording_of(clip) for clip in sounds.clips]
    asked = [Descriptions("captions", task.queries, task.relevant), scenes_of(sounds.clips, sound_kinds())]
    rows: list[Row] = []
    notes = [f"ordinary: {len(sounds.clips)} sounds from {len(set(recordings))} recordings"]
    with SearchedSounds(sounds.heard_by(NetworkSystem(embedder)), embedder) as searched:
        for descriptions in (each for each in asked if each.sentences):
            answers = answers_to(descriptions, searched.scores)
            together = groups_of_queries(descriptions.relevant, recordings)
            rows += _rows(descriptions.name, answers, together, np.full(len(together), True))
            rows += _rows(f"{descriptions.name} that are split", answers, together, answers.split)
            notes += notes_of(descriptions, answers)
    notes.append("in brackets: 95 % bootstrap over descriptions with all their recordings; differences in pairs")
    return Table("ordinary", COLUMNS, tuple(rows), tuple(notes))


def scenes_of(clips: Sequence[Clip], kinds: Sequence[SoundKind]) -> Descriptions:
    """The scenes of those kinds of sound whose name or synonym is the label of a clip."""
    sentences: list[str] = []
    relevant: list[list[bool]] = []
    for kind in kinds:
        names = {kind.name.casefold(), *kind.synonyms}
        labelled = [clip.label.casefold() in names for clip in clips]
        if any(labelled):
            sentences += kind.scenes
            relevant += [labelled] * len(kind.scenes)
    return Descriptions("scenes", sentences, np.array(relevant, dtype=bool).reshape(len(sentences), len(clips)))


def answers_to(descriptions: Descriptions, ask: Ask) -> Answers:
    split = np.array([len(parse(sentence).clauses) > 1 for sentence in descriptions.sentences])
    one = np.stack([ask(f"{{{sentence}}}") for sentence in descriptions.sentences])
    several = one.copy()
    for position in np.flatnonzero(split).tolist():
        several[position] = ask(descriptions.sentences[position])
    return Answers(split, _measured(several, descriptions.relevant), _measured(one, descriptions.relevant))


def _measured(scores: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """(sentences, COLUMNS)."""
    ranking = rank(scores, relevant)
    return np.stack([ranking.found_within(1), ranking.found_within(10), ranking.average_precisions()], axis=1)


def _rows(name: str, answers: Answers, together: np.ndarray, which: np.ndarray) -> list[Row]:
    """Of some of the descriptions; none where these are none."""
    if not which.any():
        return []
    measured = {
        f"{name}, as one sound": answers.one,
        f"{name}, as several": answers.several,
        "  difference": answers.several - answers.one,
    }
    return [
        Row(each, tuple(figure(column, together[which]) for column in values[which].T))
        for each, values in measured.items()
    ]


def notes_of(descriptions: Descriptions, answers: Answers) -> list[str]:
    """How many are split, and those that lose most."""
    gains = (answers.several - answers.one)[:, COLUMNS.index("mAP")]
    worst = [at for at in np.argsort(gains, kind="stable").tolist() if gains[at] < 0][:EXAMPLES]
    note = f"{descriptions.name}: {answers.split.sum()} of {len(descriptions.sentences)} are split"
    if not worst:
        return [note]
    return [
        f"{note}; {np.sum(gains < 0)} of them lose and {np.sum(gains > 0)} win average precision. Most is lost by",
        *(f"  {gains[at]:+.3f}  {_as_understood(descriptions.sentences[at])}" for at in worst),
    ]


def _as_understood(sentence: str) -> str:
    query = parse(sentence)
    parts = [(joiner_of(query, at) or "", clause) for at, clause in enumerate(query.clauses)]
    return " ".join(f"{'without' if each.negated else joiner} {{{each.text}}}".strip() for joiner, each in parts)
