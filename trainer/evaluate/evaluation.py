"""Everything that is measured of one network on one split, beside what it must beat and what it learned from."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.captioning import Captioner
from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from engine.ontology import SoundKind
from trainer.errors import TrainerError
from trainer.evaluate.answering import answering_tables
from trainer.evaluate.both_ways import both_ways_table
from trainer.evaluate.captioning import captioning_tables
from trainer.evaluate.class_sets import class_set_tables
from trainer.evaluate.cut import cut_table
from trainer.evaluate.detection import detection_table
from trainer.evaluate.few_shot import few_shot_tables
from trainer.evaluate.figures import Table
from trainer.evaluate.fine_tuning import fine_tuning_tables
from trainer.evaluate.localisation import localisation_tables
from trainer.evaluate.modality import modality_table
from trainer.evaluate.negation import negation_table
from trainer.evaluate.ordering import PAIRS, ordering_tables
from trainer.evaluate.ordinary import ordinary_table
from trainer.evaluate.placement import placement_table
from trainer.evaluate.probes import probe_tables
from trainer.evaluate.robustness import intruder_table, robustness_table
from trainer.evaluate.sections import USUAL, Section
from trainer.evaluate.sentence_systems import SentenceSystem
from trainer.evaluate.shelves import captioned, classified, demonstrated
from trainer.evaluate.swapping import swapping_tables
from trainer.evaluate.systems import Chance, NetworkSystem, RidgeSystem, Sounds, System, TeachersBridge
from trainer.evaluate.tagging import tagging_tables
from trainer.evaluate.task import make_task, retrieval_table
from trainer.evaluate.unseen import unseen_table
from trainer.manifest import Clip
from trainer.teachers import TeacherFiles, Teachers

WITH_RIDGE = {Section.RETRIEVAL, Section.UNSEEN}  # the baseline hears whole sounds only

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Material:
    """What an evaluation needs beside the network.

    measured : the clips of the split; unseen : clips whose labels training left out
    training, held_out : captioned clips that the ridge baseline learns from
    teachers : their files, or None to leave them out
    captions : the folder of what people wrote of sounds that are not here, or None to leave it out
    sentence_systems : what else is asked for sounds in order, beside Earmark's search and the clip embedding
    pairs : so many pairs of sounds are put in order
    demo_sounds : the folder of those that Earmark brings, or None to leave them out
    captioner : that of the network, or None to measure the captions out of tags alone
    prompts : kinds of sound with other texts than the ontology's, to be compared with these
    labelled : clips that classifiers learn from and are tested on, the measured ones among them; none: these alone
    questions : a file of questions about sounds, or None for some that are made of their labels
    plots : the folder of pictures, or None for none
    """

    measured: Sequence[Clip]
    unseen: Sequence[Clip] = ()
    training: Sequence[Clip] = ()
    held_out: Sequence[Clip] = ()
    teachers: TeacherFiles | None = None
    captions: Path | None = None
    sentence_systems: Sequence[SentenceSystem] = ()
    pairs: int = PAIRS
    demo_sounds: Path | None = None
    captioner: Captioner | None = None
    prompts: Sequence[SoundKind] = ()
    labelled: Sequence[Clip] = ()
    questions: Path | None = None
    plots: Path | None = None


@dataclass(frozen=True)
class Evaluation:
    """What was measured: a table for every section; `missing` says why a section has none."""

    network: str
    checkpoint_id: str
    tables: list[Table]
    missing: list[str]

    def to_dict(self) -> dict[str, object]:
        return {
            "network": self.network,
            "checkpoint_id": self.checkpoint_id,
            "tables": {table.section: table.to_dict() for table in self.tables},
            "missing": self.missing,
        }

    def text(self) -> str:
        of_network = f"network {self.network}, checkpoint {self.checkpoint_id}"
        return "\n\n".join([*(table.text() for table in self.tables), "\n".join([*self.missing, of_network])])


def evaluate(embedder: Embedder, material: Material, *, only: Collection[Section] = USUAL) -> Evaluation:
    """The sections in `only`."""
    tables, missing = [], []
    measures = _measures(embedder, material, only)
    for section in Section:
        if section not in only:
            continue
        begun = time.monotonic()
        try:
            for measured in measures[section]():
                tables.append(measured)
                log.info("%s: measured, %.0f s", measured.section, time.monotonic() - begun)
        except TrainerError as error:  # a split may be too small for one section and good for another
            missing.append(f"{section}: not measured. {error}")
    return Evaluation(embedder.name, embedder.checkpoint_id, tables, missing)


def _measures(
    embedder: Embedder, material: Material, only: Collection[Section]
) -> dict[Section, Callable[[], Iterator[Table]]]:
    """What to do for each section."""
    network, chance = NetworkSystem(embedder), Chance(embedder.sample_rate_hz)
    sounds = Sounds(material.measured, network.rate_hz)
    task = cache(lambda: make_task(material.measured))
    systems = cache(lambda: list(_systems(embedder, material, ridge=not WITH_RIDGE.isdisjoint(only))))
    labelled = cache(lambda: Sounds(material.labelled, network.rate_hz) if material.labelled else sounds)

    def retrieval() -> Iterator[Table]:
        asked = task()
        yield retrieval_table(systems(), sounds, asked)

    def unseen() -> Iterator[Table]:
        if not material.unseen:
            raise TrainerError("The recipe leaves no labels out of training.")
        yield unseen_table(systems(), Sounds(material.unseen, network.rate_hz))

    def ordering() -> Iterator[Table]:
        unseen = Sounds(material.unseen, network.rate_hz) if material.unseen else None
        others = material.sentence_systems
        yield from ordering_tables(network, sounds, unseen, material.captions, others, pairs=material.pairs)

    def placement() -> Iterator[Table]:
        yield placement_table([system for system in systems() if not isinstance(system, RidgeSystem)], sounds)

    def robustness() -> Iterator[Table]:
        yield robustness_table(network, sounds, task())
        bridges = [system for system in systems() if isinstance(system, TeachersBridge)]
        yield intruder_table([network, *bridges], sounds, task())

    def cut() -> Iterator[Table]:
        shelves = [captioned(sounds, network), classified(sounds, network)]
        shelves += [demonstrated(material.demo_sounds, network)] if material.demo_sounds else []
        yield from (cut_table(shelf, embedder) for shelf in shelves if shelf.heard)

    return {
        Section.RETRIEVAL: retrieval,
        Section.BOTH_WAYS: lambda: iter([both_ways_table([chance, network], sounds)]),
        Section.ZERO_SHOT: lambda: class_set_tables(network, chance, sounds),
        Section.MODALITY: lambda: iter([modality_table([network], sounds, material.plots)]),
        Section.UNSEEN: unseen,
        Section.ORDERING: ordering,
        Section.SWAPPING: lambda: swapping_tables(network, sounds, pairs=material.pairs),
        Section.PLACEMENT: placement,
        Section.ROBUSTNESS: robustness,
        Section.NEGATION: lambda: iter([negation_table(embedder, sounds)]),
        Section.ORDINARY: lambda: iter([ordinary_table(embedder, sounds)]),
        Section.CUT: cut,
        Section.CAPTIONING: lambda: captioning_tables(embedder, material.captioner, sounds, material.pairs),
        Section.TAGGING: lambda: tagging_tables(embedder, sounds, material.prompts),
        Section.LOCALISATION: lambda: localisation_tables(embedder, sounds),
        Section.FEW_SHOT: lambda: few_shot_tables(embedder, material.unseen, [*material.held_out, *material.training]),
        Section.DETECTION: lambda: iter([detection_table(embedder, sounds)]),
        Section.ANSWERING: lambda: answering_tables(embedder, labelled(), material.questions),
        Section.FINE_TUNING: lambda: fine_tuning_tables(embedder, labelled()),
        Section.PROBES: lambda: probe_tables(embedder, labelled()),
    }


def _systems(embedder: Embedder, material: Material, *, ridge: bool) -> Iterator[System]:
    """Chance, the baseline, the network and its teachers; the second and the last need a network of our own, and what
    it was trained on.
    """
    yield Chance(embedder.sample_rate_hz)
    network = embedder.network
    if ridge and material.training and isinstance(network, EarmarkNetwork):
        yield RidgeSystem(network, material.training, material.held_out)
    yield NetworkSystem(embedder)
    if material.teachers and isinstance(network, EarmarkNetwork):
        yield TeachersBridge(Teachers(material.teachers), network)
