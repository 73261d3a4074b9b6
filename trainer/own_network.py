"""A network of one's own: the network that listens to a library, tuned to what its owner said of some of its sounds.

What the recipes share: reading the library, tuning (`trainer.tuning`), comparing before and after, and the folder that
comes of it. Library and sounds are read and left as they are; what comes of it is the folder of an ordinary network.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from engine.audio import read_audio
from engine.clap import checkpoint
from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from engine.errors import UnreadableAudio, display_path
from engine.library import Library
from engine.library_rows import AudioFile
from engine.ontology import sound_kinds
from engine.safe_files import move_to_new, sync, temporary_beside
from engine.stored_embeddings import FileEmbeddings
from engine.tag_examples import TagExample
from trainer.errors import TrainerError
from trainer.own_run import OwnRun
from trainer.tuned_part import Windows, embed_tail, hear_frozen
from trainer.tuning import Tuned, tune
from trainer.tuning_objective import CaptionToTune, TagToTune
from trainer.tuning_recipe import TuningRecipe, load_tuning_recipe

FEWEST_LIKES = FEWEST_CAPTIONS = 20
FEWEST_STRANGERS = 100
HEARD_AT_ONCE = 16
PROBED = 10  # of the sounds that a name finds, so many first

CARD = """# {name}

Earmark's network {parent} (checkpoint {parent_id}), tuned to {lessons}.
{strangers} other sounds of the library kept what they meant: before and after, they are alike by a cosine of
{likeness:.3f}, and of the first {probed} sounds that a name of {kinds} kinds finds among them {same:.0%} are the same.

What follows was said of the network that it was made from.

{card}"""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TaggedSounds:
    """A tag, what is like it, and what is not."""

    name: str
    likes: Sequence[TagExample]
    unlikes: Sequence[TagExample] = ()


@dataclass(frozen=True)
class Lessons:
    """What a library teaches: tags, and sentences that somebody wrote of files, by their numbers."""

    tags: Sequence[TaggedSounds] = ()
    captions: Sequence[tuple[int, str]] = ()

    @property
    def file_ids(self) -> set[int]:
        of_tags = {one.file_id for tag in self.tags for one in (*tag.likes, *tag.unlikes)}
        return of_tags | {file_id for file_id, _ in self.captions}


@dataclass(frozen=True)
class Kept:
    """How much of what a network meant it still means.

    likeness : mean cosine of a sound's embeddings before and after
    same : of the first `PROBED` sounds that a kind's name finds, so large a share is found before and after
    """

    likeness: float
    same: float


@dataclass(frozen=True)
class OwnNetwork:
    """What `make_own_network` wrote; `examples` are those that are like each tag, `captions` the sounds with one."""

    checkpoint_id: str
    tuned: Tuned
    kept: Kept
    examples: dict[str, int]
    captions: int
    strangers: int


def make_own_network(
    library: Library,
    lessons: Lessons,
    network_folder: Path,
    out: Path,
    *,
    known_by: Mapping[str, object],
    recipe: TuningRecipe | None = None,
    name: str = "",
    run: OwnRun | None = None,
) -> OwnNetwork:
    """Tune the network in `network_folder` to what a library teaches and write it to `out`, whole or not at all.

    known_by : what a run of it is known by in its folder, beside its settings
    recipe : `personal` if it is None
    name : of the network, "" for its parent's
    Takes minutes. Raises TrainerError if there is anything at `out`, too little can be read, or tuning gains nothing;
    DamagedCheckpoint if there is no network of Earmark's own kind; RunStopped.
    """
    run, recipe = run or OwnRun(), recipe or load_tuning_recipe()
    if os.path.lexists(out):
        raise TrainerError(f"There is something at {display_path(out)} already; nothing was written there.")
    check_family(network_folder)
    others = _strangers_of(library, lessons.file_ids, recipe)
    network, parent_id = checkpoint.load(network_folder)
    of_network = {"name": name, "network": str(network_folder), "parent": parent_id, "out": str(out)}
    run.begin({**known_by, **of_network, "settings": asdict(recipe)})
    embedder = Embedder(network, parent_id)
    ears = _Ears(library, network, parent_id, run, _sounds(lessons) + len(others), recipe.rows.first_s)
    tags = [_heard(tag, ears, embedder) for tag in lessons.tags]
    captions = _heard_captions(lessons.captions, ears, embedder, recipe.descent.seed)
    strangers = _enough(list(ears.hear(others)), FEWEST_STRANGERS, "the library has {count} other sounds")
    before = embed_tail(network, strangers)
    tuned = tune(network, tags, strangers, captions, recipe=recipe, run=run)
    if not tuned.steps:
        raise TrainerError("Tuning made nothing better for examples that were kept apart: no network was written.")
    run.tell("comparing")
    kept = compare(before, embed_tail(network, strangers), _kind_vectors(embedder))
    made = OwnNetwork("", tuned, kept, {tag.name: len(tag.likes) for tag in tags}, len(captions), len(strangers))
    made = replace(made, checkpoint_id=_write(network, network_folder, parent_id, out, name, made))
    _tell_finished(run, network, out, made)
    return made


def check_family(network_folder: Path) -> None:
    """Raises TrainerError if the network there is of a kind that is not tuned."""
    if not (network_folder / checkpoint.AUDIO_WEIGHTS).exists():
        raise TrainerError(f"{display_path(network_folder)} holds no network of Earmark's own kind: no other is tuned.")


def compare(before: Sequence[FileEmbeddings], after: Sequence[FileEmbeddings], names: np.ndarray) -> Kept:
    """The same sounds as two networks hear them; names : (names, dim), which both read alike."""
    was, now = (np.stack([file.clip for file in files]) for files in (before, after))
    found = [np.argsort(-(names @ clips.T), axis=1)[:, :PROBED] for clips in (was, now)]
    same = [len(np.intersect1d(one, other)) / len(one) for one, other in zip(*found, strict=True)]
    return Kept(float((was * now).sum(axis=1).mean()), float(np.mean(same)))


# --- from the library ---------------------------------------------------------------------------------------------


def _strangers_of(library: Library, taught: set[int], recipe: TuningRecipe) -> list[TagExample]:
    """Random audible files that teach nothing else."""
    others = np.setdiff1d(library.listing(), list(taught))
    drawn = np.random.default_rng(recipe.descent.seed).permutation(others)[: recipe.rows.strangers]
    return [TagExample(int(file_id)) for file_id in drawn]


def _sounds(lessons: Lessons) -> int:
    return sum(len(tag.likes) + len(tag.unlikes) for tag in lessons.tags) + len(lessons.captions)


class _Ears:
    """The frozen part of the network, and where the files of a library are."""

    def __init__(
        self,
        library: Library,
        network: EarmarkNetwork,
        checkpoint_id: str,
        run: OwnRun,
        total: int,
        first_s: float,
    ) -> None:
        """first_s : of each sound is heard; total : sounds, for what is told"""
        self._library = library
        self._network = network
        self._checkpoint_id = checkpoint_id
        self._run = run
        self._total = total
        self._first_s = first_s
        self._done = 0

    def hear(self, examples: Sequence[TagExample]) -> list[Windows]:
        """Those that can be read now, the first seconds of each."""
        return [windows for windows in self.hear_each(examples) if windows is not None]

    def hear_each(self, examples: Sequence[TagExample]) -> list[Windows | None]:
        """As `hear`, with None in the place of what cannot be read. Raises RunStopped."""
        files = self._library.files(one.file_id for one in examples)
        found: list[Windows | None] = []
        remaining = iter(examples)
        while some := list(islice(remaining, HEARD_AT_ONCE)):
            self._run.heed()
            found += self._hear_some([(files.get(one.file_id), one) for one in some])
            self._done += len(some)
            self._run.tell_progress("listening", self._done, self._total)
        return found

    def _hear_some(self, parts: Sequence[tuple[AudioFile | None, TagExample]]) -> list[Windows | None]:
        def hear() -> list[tuple[list[object], list[int]] | None]:
            waveforms = [self._read(file, one) if file else None for file, one in parts]
            heard = iter(hear_frozen(self._network, [each for each in waveforms if each is not None]))
            whole = [None if each is None else next(heard) for each in waveforms]
            return [None if each is None else (list(each.columns), list(each.lengths_samples)) for each in whole]

        known = [self._checkpoint_id, *(f"{file and (file.content_id, file.path)} {one}" for file, one in parts)]
        name = hashlib.sha256("\n".join(known).encode("utf-8", "replace")).hexdigest()[:32]
        return [None if each is None else Windows(*each) for each in self._run.kept_sounds(name, hear)]

    def _read(self, file: AudioFile, part: TagExample) -> np.ndarray | None:
        longest_s = self._first_s if part.end_s is None else min(self._first_s, part.end_s - part.start_s)
        try:
            waveform = read_audio(
                file.path, sample_rate_hz=self._network.sample_rate_hz, start_s=part.start_s, duration_s=longest_s
            )
        except (OSError, UnreadableAudio) as error:
            log.warning("left out: %s", error)
            return None
        return waveform if len(waveform) else None


def _heard(tag: TaggedSounds, ears: _Ears, embedder: Embedder) -> TagToTune:
    likes = _enough(ears.hear(tag.likes), FEWEST_LIKES, f"{display_path(tag.name)} has {{count}} examples")
    (vector,) = embedder.embed_text([tag.name])
    return TagToTune(tag.name, vector, likes, ears.hear(tag.unlikes))


def _heard_captions(
    captions: Sequence[tuple[int, str]], ears: _Ears, embedder: Embedder, seed: int
) -> list[CaptionToTune]:
    """In a random order."""
    if not captions:
        return []
    order = np.random.default_rng(seed).permutation(len(captions))
    chosen = [captions[number] for number in order]
    heard = ears.hear_each([TagExample(file_id) for file_id, _ in chosen])
    vectors = embedder.embed_text([sentence for _, sentence in chosen])
    found = [
        CaptionToTune(sentence, vector, sound)
        for (_, sentence), vector, sound in zip(chosen, vectors, heard, strict=True)
        if sound is not None
    ]
    _enough([each.sound for each in found], FEWEST_CAPTIONS, "{count} have a sentence of yours")
    return found


def _enough(sounds: list[Windows], fewest: int, found: str) -> list[Windows]:
    if len(sounds) < fewest:
        found = found.format(count=len(sounds))
        raise TrainerError(f"Of sounds that can be read {found}, and tuning needs {fewest}; no network was written.")
    return sounds


def _kind_vectors(embedder: Embedder) -> np.ndarray:
    return embedder.embed_text([kind.synonyms[0] for kind in sound_kinds()])


# --- to its folder ------------------------------------------------------------------------------------------------


def _write(network: EarmarkNetwork, parent: Path, parent_id: str, out: Path, chosen_name: str, made: OwnNetwork) -> str:
    """The checkpoint's id. A folder becomes `out` when all of it is on the disk. Raises TrainerError."""
    name = chosen_name or f"{network.config.name.removesuffix(', tuned')}, tuned"
    card = CARD.format(
        name=name,
        parent=network.config.name,
        parent_id=parent_id,
        lessons=_said_of(made),
        strangers=made.strangers,
        likeness=made.kept.likeness,
        same=made.kept.same,
        probed=PROBED,
        kinds=len(sound_kinds()),
        card=(parent / checkpoint.CARD).read_text(encoding="utf-8"),
    )
    network.config = replace(network.config, name=name)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = temporary_beside(out)
    try:
        checkpoint_id = checkpoint.save(
            unfinished, network, tags=checkpoint.read_json(parent, checkpoint.TAGS), card=card
        )
        for path in unfinished.iterdir():
            with path.open("rb+") as file:
                sync(file)
        move_to_new(unfinished, out)
    except FileExistsError as error:
        raise TrainerError(f"There is something at {display_path(out)} by now; no network was written.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return checkpoint_id


def _said_of(made: OwnNetwork) -> str:
    parts = []
    if made.examples:
        tags = ", ".join(f"{display_path(tag)} ({count} examples)" for tag, count in made.examples.items())
        parts.append(f"the tags of one library: {tags}")
    if made.captions:
        parts.append(f"what its owner wrote of {made.captions} sounds of one library")
    return "; and to ".join(parts)


def _tell_finished(run: OwnRun, network: EarmarkNetwork, out: Path, made: OwnNetwork) -> None:
    run.tell(
        "finished",
        network=str(out),
        name=network.config.name,
        checkpoint=made.checkpoint_id,
        steps=made.tuned.steps,
        held_out_before=made.tuned.before,
        held_out=made.tuned.after,
        found_before=made.tuned.found_before,
        found=made.tuned.found,
        kept=made.kept.likeness,
        same=made.kept.same,
        examples=made.examples,
        captions=made.captions,
        strangers=made.strangers,
    )
    run.clear()
