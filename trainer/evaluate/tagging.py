"""Are the right tags suggested, and with which prompts (seeds R12 to R14)?

A sound has every kind of which its label is a name, and all that these imply. Its other tags count as wrong, although
some are right and nobody said so: figures compare prompts with each other, and are too low for each of them.

    mAP      for each kind that some sound has, how early these sounds come among all
    pairs    how early the true pairs of a sound and a kind come among all pairs: with one threshold for all kinds
    top-1    for each sound, whether the clearest of all kinds is one that its label names
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.embedding import Embedder
from engine.ontology import SoundKind, sound_kinds
from engine.stored_embeddings import FileEmbeddings
from engine.tag_vectors import RECIPE, PromptRecipe, TagVectors, make_tag_vectors
from engine.tagging import STRENGTHS, Levels, TagBackground, evidence_z, relations_of_ontology, tags_of
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import groups_of_queries, recording_of
from trainer.evaluate.figures import Figure, Row, Table, figure
from trainer.evaluate.retrieval import rank
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.manifest import Clip

SENTENCES = (1, 2, 3, 4, 5)  # N of R06: a description, then a scene, and so on in turn
RECIPES = {
    "plain label": PromptRecipe(1, 0, 0, ("{name}",)),
    "template": PromptRecipe(1, 0, 0, ("the sound of {name}",)),
    "names": PromptRecipe(5, 0, 0),
    "descriptions only": PromptRecipe(0, 4, 0),
    "scenes only": PromptRecipe(0, 0, 4),
    **{f"{n} sentences": PromptRecipe(0, (n + 1) // 2, n // 2) for n in SENTENCES},
    **{f"name and {n} sentences": PromptRecipe(1, (n + 1) // 2, n // 2) for n in SENTENCES},
    **{f"names and {n} sentences": PromptRecipe(5, (n + 1) // 2, n // 2) for n in SENTENCES},
    "names and all sentences": PromptRecipe(5, 4, 4),
}

Read = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Labelled:
    """Sounds as a network hears them, and what they are.

    named : (sounds, kinds) bool, the kinds that a label names; implied : those and all that they imply
    """

    heard: list[FileEmbeddings]
    recordings: list[str]
    named: np.ndarray
    implied: np.ndarray


def tagging_tables(embedder: Embedder, sounds: Sounds, prompts: Sequence[SoundKind] = ()) -> Iterator[Table]:
    """Raises TrainerError if no label names a kind of sound.

    prompts : kinds with other descriptions and scenes, to be compared with the ontology's
    """
    kinds, read = sound_kinds(), remembered(embedder.embed_text)
    labelled = labelled_by_names(sounds.clips, sounds.heard_by(NetworkSystem(embedder)), kinds)
    recipes = {**RECIPES, "Earmark's": RECIPE}
    rows = []
    for name, recipe in recipes.items():
        for centred in (True, False):
            figures = measured(labelled, make_tag_vectors(kinds, read, recipe, centred=centred))
            rows.append(Row(name if centred else f"{name}, not centred", tuple(figures.values())))
    rows += _rows_of_others(labelled, kinds, prompts, read)
    which = f"{len(labelled.heard)} sounds from {len(set(labelled.recordings))} recordings"
    notes = (f"tagging: {which}, {labelled.named.any(axis=0).sum()} of {len(kinds)} kinds", _NOTE)
    yield Table("tagging", ("mAP", "pairs", "top-1"), tuple(rows), notes)
    yield suggestion_table(labelled, make_tag_vectors(kinds, read), embedder.segment_s)


def _rows_of_others(
    labelled: Labelled, kinds: Sequence[SoundKind], prompts: Sequence[SoundKind], read: Read
) -> Iterator[Row]:
    """Other texts in place of ours, for the kinds that have others; names stay the same."""
    other = {kind.id: kind for kind in prompts}
    replaced = [
        replace(kind, descriptions=other[kind.id].descriptions, scenes=other[kind.id].scenes)
        if kind.id in other
        else kind
        for kind in kinds
    ]
    for n in SENTENCES if prompts else ():
        for names, said in ((0, ""), (1, "name and "), (5, "names and ")):
            recipe = PromptRecipe(names, (n + 1) // 2, n // 2)
            figures = measured(labelled, make_tag_vectors(replaced, read, recipe))
            yield Row(f"{said}{n} other sentences", tuple(figures.values()))


_NOTE = "in brackets: 95 % bootstrap over kinds with all their recordings; over recordings"


def labelled_by_names(clips: Sequence[Clip], heard: Sequence[FileEmbeddings], kinds: Sequence[SoundKind]) -> Labelled:
    """The clips whose label is a name of a kind. Raises TrainerError if there are none."""
    column = {kind.id: number for number, kind in enumerate(kinds)}
    of_name: dict[str, set[str]] = defaultdict(set)
    for kind in kinds:
        for name in (kind.name.casefold(), *kind.synonyms):
            of_name[name].add(kind.id)
    chosen = [number for number, clip in enumerate(clips) if clip.label.casefold() in of_name]
    if not chosen:
        raise TrainerError("No label names a kind of sound.")
    named = np.zeros((len(chosen), len(kinds)), dtype=bool)
    implied = named.copy()
    wider = relations_of_ontology().ancestors
    for row, number in enumerate(chosen):
        for kind_id in of_name[clips[number].label.casefold()]:
            named[row, column[kind_id]] = True
            implied[row, [column[each] for each in (kind_id, *wider.get(kind_id, ())) if each in column]] = True
    return Labelled([heard[i] for i in chosen], [recording_of(clips[i]) for i in chosen], named, implied)


def remembered(read: Read) -> Read:
    """`read` that reads each text once: recipes share most of theirs."""
    known: dict[str, np.ndarray] = {}

    def recall(texts: Sequence[str]) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, read(new), strict=True) if new else ())
        return np.stack([known[text] for text in texts])

    return recall


def background_of(heard: Sequence[FileEmbeddings], tags: TagVectors) -> TagBackground:
    """As if the sounds were a library."""
    segments = np.concatenate([each.segments for each in heard])
    clips = np.stack([each.clip for each in heard])
    return TagBackground(Levels.of(tags.vectors @ segments.T), Levels.of(tags.vectors @ clips.T))


def evidence_of(heard: Sequence[FileEmbeddings], tags: TagVectors) -> np.ndarray:
    """(sounds, kinds)."""
    background, vectors = background_of(heard, tags), tags.vectors.T
    return np.stack([evidence_z(each, each.segments @ vectors, tags, background) for each in heard])


def measured(labelled: Labelled, tags: TagVectors) -> dict[str, Figure]:
    evidence = evidence_of(labelled.heard, tags)
    asked = labelled.implied.any(axis=0)
    relevant = labelled.implied[:, asked].T
    precisions = rank(evidence[:, asked].T, relevant).average_precisions()
    first = labelled.named[np.arange(len(evidence)), evidence.argmax(axis=1)].astype(float)
    together = groups_of_queries(relevant, labelled.recordings)
    return {
        "mAP": figure(precisions, together),
        "pairs": figure(*_precisions_of_pairs(evidence, labelled)),
        "top-1": figure(first, labelled.recordings),
    }


def _precisions_of_pairs(evidence: np.ndarray, labelled: Labelled) -> tuple[np.ndarray, list[str]]:
    """The precision at each true pair of a sound and a kind among all pairs, (pairs,), and the pair's recording."""
    ranking = rank(evidence.reshape(1, -1), labelled.implied.reshape(1, -1))
    order = np.argsort(ranking.ranks[0])
    true = ranking.relevant[0, order]
    precisions = np.cumsum(true) / np.arange(1, len(true) + 1)
    sounds = order[true] // evidence.shape[1]
    return precisions[true], [labelled.recordings[sound] for sound in sounds.tolist()]


def suggestion_table(labelled: Labelled, tags: TagVectors, segment_s: float) -> Table:
    """How often what is suggested with a strength is right, and how many of a sound's true tags are suggested."""
    background, relations = background_of(labelled.heard, tags), relations_of_ontology()
    column = {kind: number for number, kind in enumerate(tags.kinds)}
    right: dict[str, list[tuple[float, str]]] = {word: [] for word, _ in STRENGTHS}
    for heard, recording, implied, named in zip(
        labelled.heard, labelled.recordings, labelled.implied, labelled.named, strict=True
    ):
        duration_s = len(heard.segments) * segment_s
        for tag in tags_of(heard, tags, background, relations, segment_s=segment_s, duration_s=duration_s):
            true = implied[column[tag.kind]] or _is_below(tag.kind, named, column)
            right[tag.strength].append((float(true), recording))
    rows = [_share(word, values) for word, values in right.items()]
    note = f"suggested tags: {sum(map(len, right.values()))} for {len(labelled.heard)} sounds"
    return Table("suggested tags", ("right",), tuple(rows), (note, "in brackets: 95 % bootstrap over recordings"))


def _is_below(kind: str, named: np.ndarray, column: dict[str, int]) -> bool:
    """Whether a tag is a narrower kind than what the label names: it may be right."""
    return any(named[column[wider]] for wider in relations_of_ontology().ancestors.get(kind, ()))


def _share(name: str, values: Sequence[tuple[float, str]]) -> Row:
    if not values:
        return Row(name, (None,))
    return Row(name, (figure(np.array([value for value, _ in values]), [recording for _, recording in values]),))
