"""Are the captions right: those of single sounds, and those of two sounds one after the other?

Beside the metrics for captions, statements are judged by the network's own text encoder, alike for all that write
captions: a clause is true if the caption of a sound that is heard is among the tenth of all captions that are nearest
to it. Words of order are judged by choice: each part of the sentence is nearer to the first sound's caption or to the
second's, so that a sentence about anything else is right about the order in a quarter of the scenes.

    template    `engine.captions`, out of the suggested tags; the sounds count as the library
    decoder     the network's captioner, where it has one
    own, drawn  an assembled network's own decoder, each word drawn at a temperature of 0.1 (K29)
    own, beam   the best sentence that three beginnings at a time find
    shuffled    the same captions, each of another sound: what a metric gives to the manner of speaking
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.captioning import Captioner
from engine.captions import UNCLEAR, template_caption
from engine.clap.assembled import AssembledNetwork
from engine.clap.assembled_captions import write
from engine.embedding import Embedder
from engine.ontology import sound_kinds
from engine.query import parse
from engine.stored_embeddings import FileEmbeddings
from engine.tag_vectors import make_tag_vectors
from engine.tagging import SuggestedTag, relations_of_ontology, tags_of
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.caption_metrics import METRICS, measured
from trainer.evaluate.figures import Row, Table, figure
from trainer.evaluate.mixtures import CROSS_FADE, Item, Mixtures, draw_sets
from trainer.evaluate.systems import NetworkSystem, Sounds, hear_all
from trainer.evaluate.tagging import background_of

NEAR = 0.1  # of all captions: as near may be true
ORDERS = ((0, 1), (1, 0))
OF_SOUNDS = (*METRICS, "says something", "clauses true", "false clauses, each")
OF_SCENES = (*METRICS, "order right", "order wrong", "right, of orders said", "clauses true", "false clauses, each")

BEAM = 3  # of the baselines of K29


@dataclass(frozen=True)
class Heard:
    """What captions are written of, what may be said of it, and the recordings in it."""

    sounds: Sequence[FileEmbeddings]
    captions: Sequence[tuple[str, ...]]  # of each sound that is heard, in order
    recordings: np.ndarray  # (sounds,) or (sounds, members)
    waveforms: Sequence[np.ndarray] = ()  # of each, for a network that writes of them

    @property
    def references(self) -> list[list[str]]:
        return [
            [f"{each[0]}, then {each[1]}", f"{each[0]} followed by {each[1]}"] if len(each) > 1 else [each[0]]
            for each in self.captions
        ]


Write = Callable[[Heard], list[str]]
"""A caption for each sound."""


def captioning_tables(embedder: Embedder, captioner: Captioner | None, sounds: Sounds, pairs: int) -> Iterator[Table]:
    """Raises TrainerError if no sound has a caption, or there are no two of different recordings and captions."""
    network = NetworkSystem(embedder)
    library = sounds.heard_by(network)
    captioned = [number for number, clip in enumerate(sounds.clips) if clip.caption]
    if not captioned:
        raise TrainerError("No sound has a caption.")
    clips = [sounds.clips[number] for number in captioned]
    alone = Heard(
        [library[number] for number in captioned],
        [(clip.caption,) for clip in clips],
        np.array([recording_of(clip) for clip in clips]),
        [sounds.waveform(number) for number in captioned],
    )
    mixtures = Mixtures(sounds, draw_sets(sounds.clips, pairs, 2))
    scenes = scenes_of(mixtures, network)
    writers = writers_of(embedder, captioner, library)
    judge = Judge(embedder.embed_text, sorted({caption for each in alone.captions for caption in each}))
    yield sound_table(writers, alone, judge)
    yield scene_table(writers, scenes, judge)


def scenes_of(mixtures: Mixtures, network: NetworkSystem) -> Heard:
    """Both orders of every pair, with a cross-fade between the sounds."""
    items: list[Item] = [(number, order) for number in range(len(mixtures.sets)) for order in ORDERS]
    waveforms = list(mixtures.joined(CROSS_FADE, items))
    return Heard(
        hear_all(network, waveforms, "scenes"),
        [tuple(mixtures.captions[number][which] for which in order) for number, order in items],
        mixtures.recordings[[number for number, _ in items]],
        waveforms,
    )


def writers_of(embedder: Embedder, captioner: Captioner | None, library: Sequence[FileEmbeddings]) -> dict[str, Write]:
    tags = make_tag_vectors(sound_kinds(), embedder.embed_text)
    background, relations = background_of(library, tags), relations_of_ontology()

    def tags_in(heard: FileEmbeddings) -> tuple[list[SuggestedTag], float]:
        duration_s = len(heard.segments) * embedder.segment_s
        found = tags_of(heard, tags, background, relations, segment_s=embedder.segment_s, duration_s=duration_s)
        return found, duration_s

    def template(heard: Heard) -> list[str]:
        return [template_caption(tags_in(each)[0]) for each in heard.sounds]

    def decoder(heard: Heard) -> list[str]:
        assert captioner is not None
        return [
            captioner.caption(each, found, embedder.segment_s, duration_s)
            for each in heard.sounds
            for found, duration_s in [tags_in(each)]
        ]

    return {"template": template, **({"decoder": decoder} if captioner else {}), **own_decoder(embedder)}


def own_decoder(embedder: Embedder) -> dict[str, Write]:
    """What an assembled network with a decoder writes by itself, in two ways; nothing of other networks."""
    network = embedder.network
    if not isinstance(network, AssembledNetwork) or network.decoder is None:
        return {}

    def drawn(heard: Heard) -> list[str]:
        return embedder.share_out(lambda y: write(network, y), heard.waveforms)

    def best(heard: Heard) -> list[str]:
        return embedder.share_out(lambda y: write(network, y, beam=BEAM), heard.waveforms)

    return {"own, drawn": drawn, "own, beam": best}


class Judge:
    """Compares clauses with captions by the sentence vectors of a network."""

    def __init__(self, read: Callable[[Sequence[str]], np.ndarray], captions: Sequence[str]) -> None:
        """captions : all different ones that a sound has."""
        self._read = read
        self._number_of = {caption: number for number, caption in enumerate(captions)}
        self._vectors = read(captions)
        self._near = max(1, round(NEAR * len(captions)))

    def true_clauses(self, caption: str, heard: Sequence[str]) -> list[bool]:
        """For each clause, whether it may be said of one of the captions in `heard`; none if nothing is said."""
        clauses = clauses_of(caption)
        if not clauses:
            return []
        likeness = self._read([text for text, _ in clauses]) @ self._vectors.T
        asked = likeness[:, [self._number_of[each] for each in heard]].max(axis=1, keepdims=True)
        return [bool(nearer < self._near) for nearer in (likeness > asked).sum(axis=1)]

    def order(self, caption: str, first: str, second: str) -> int:
        """1 if the caption says the first sound before the second, -1 if after it, 0 if it does neither."""
        clauses = clauses_of(caption)
        if len({group for _, group in clauses}) < 2:
            return 0
        a, b = (self._vectors[self._number_of[each]] for each in (first, second))
        leaning = self._read([text for text, _ in clauses]) @ (a - b)  # above 0: the first one's
        groups = np.array([group for _, group in clauses])
        of_group = np.array([leaning[groups == group].mean() for group in sorted(set(groups.tolist()))])
        return int(np.sign(of_group[0])) if np.sign(of_group[0]) == -np.sign(of_group[-1]) else 0


def clauses_of(caption: str) -> list[tuple[str, int]]:
    """The clauses of a caption with the group that says when they are heard; none of one that says nothing."""
    if caption == UNCLEAR:
        return []
    return [(clause.text, clause.group) for clause in parse(caption.removeprefix("perhaps ")).heard]


def sound_table(writers: dict[str, Write], heard: Heard, judge: Judge) -> Table:
    rows = [_row(name, captions, heard, judge, order=False) for name, captions in _written(writers, heard)]
    different = len(set(heard.captions))
    notes = (
        f"captions: {len(heard.sounds)} sounds with {different} captions, {len(set(heard.recordings.tolist()))} "
        "recordings; METEOR without synonyms",
        "in brackets: 95 % bootstrap over recordings",
    )
    return Table("captions of sounds", OF_SOUNDS, tuple(rows), notes)


def scene_table(writers: dict[str, Write], heard: Heard, judge: Judge) -> Table:
    rows = [_row(name, captions, heard, judge, order=True) for name, captions in _written(writers, heard)]
    notes = (
        f"captions of scenes: {len(heard.sounds)}, both orders of {len(heard.sounds) // 2} pairs with a cross-fade of "
        "1 s; two references each",
        "in brackets: 95 % bootstrap over recordings",
    )
    return Table("captions of two sounds", OF_SCENES, tuple(rows), notes)


def _written(writers: dict[str, Write], heard: Heard) -> Iterator[tuple[str, list[str]]]:
    for name, write_all in writers.items():
        captions = write_all(heard)
        yield name, captions
        yield f"{name}, shuffled", [captions[at] for at in np.random.default_rng(0).permutation(len(captions))]


def _row(name: str, captions: Sequence[str], heard: Heard, judge: Judge, *, order: bool) -> Row:
    metrics = measured(captions, heard.references)
    true = [judge.true_clauses(caption, said) for caption, said in zip(captions, heard.captions, strict=True)]
    speaks = np.array([bool(each) for each in true])
    columns: list[tuple[np.ndarray, np.ndarray]] = [(column, heard.recordings) for column in metrics.T]
    if order:
        said = np.array([judge.order(one, *both) for one, both in zip(captions, heard.captions, strict=True)])
        columns += [((said == which).astype(float), heard.recordings) for which in (1, -1)]
        columns.append(((said[said != 0] == 1).astype(float), heard.recordings[said != 0]))
    else:
        columns.append((speaks.astype(float), heard.recordings))
    columns.append((np.array([np.mean(each) for each in true if each]), heard.recordings[speaks]))
    columns.append((np.array([float(len(each) - sum(each)) for each in true]), heard.recordings))
    return Row(name, tuple(figure(values, of) if len(values) else None for values, of in columns))
