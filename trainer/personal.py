"""A network of one's own: the network that listens to a library, tuned to some of its owner's tags (`trainer.tuning`).

Library and sounds are read and left as they are; what comes of it is the folder of an ordinary network.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.audio import read_audio
from engine.clap import checkpoint
from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from engine.errors import UnreadableAudio, display_path
from engine.library import Library
from engine.library_rows import AudioFile, Scope
from engine.ontology import sound_kinds
from engine.safe_files import move_to_new, sync, temporary_beside
from engine.stored_embeddings import FileEmbeddings
from engine.tag_examples import TagExample
from trainer.errors import TrainerError
from trainer.tuning import TagToTune, Tuned, Windows, embed_tail, hear_frozen, tune

FEWEST_LIKES = 20
FEWEST_STRANGERS, STRANGERS = 100, 1000
FIRST_S = 10.0  # of a sound is heard
HEARD_AT_ONCE = 64
PROBED = 10  # of the sounds that a name finds, so many first

CARD = """# {name}

Earmark's network {parent} (checkpoint {parent_id}), tuned to the tags of one library: {tags}.
{strangers} other sounds of the library kept what they meant: before and after, they are alike by a cosine of
{likeness:.3f}, and of the first {probed} sounds that a name of {kinds} kinds finds among them {same:.0%} are the same.

What follows was said of the network that it was made from.

{card}"""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """How much of what a network meant it still means.

    likeness : mean cosine of a sound's embeddings before and after
    same : of the first `PROBED` sounds that a kind's name finds, so large a share is found before and after
    """

    likeness: float
    same: float


@dataclass(frozen=True)
class PersonalNetwork:
    """What `make_personal_network` wrote; `examples` are those that are like each tag."""

    checkpoint_id: str
    tuned: Tuned
    kept: Kept
    examples: dict[str, int]
    strangers: int


@dataclass(frozen=True)
class _Examples:
    name: str
    likes: Sequence[TagExample]
    unlikes: Sequence[TagExample]


def make_personal_network(
    library: Library, names: Sequence[str], network_folder: Path, out: Path, *, seed: int = 0
) -> PersonalNetwork:
    """Tune the network in `network_folder` to these tags and write it to `out`, whole or not at all.

    Takes minutes. Raises TrainerError if there is anything at `out`, a tag has too few examples or the library too few
    other sounds, or if tuning gains nothing; DamagedCheckpoint if there is no network of Earmark's own kind.
    """
    if os.path.lexists(out):
        raise TrainerError(f"There is something at {display_path(out)} already; nothing was written there.")
    if not (network_folder / checkpoint.MANIFEST).exists():
        raise TrainerError(f"{display_path(network_folder)} holds no network of Earmark's own kind: no other is tuned.")
    examples = [_examples_of(library, name) for name in dict.fromkeys(names)]
    of_any = {one.file_id for tag in examples for one in (*tag.likes, *tag.unlikes)}
    others = _strangers_of(library, of_any, seed)
    network, parent_id = checkpoint.load(network_folder)
    ears = _Ears(library, network)
    tags = [_heard(tag, ears, vector) for tag, vector in zip(examples, _vectors(network, examples), strict=True)]
    strangers = _enough(list(ears.hear(others)), FEWEST_STRANGERS, "the library has {count} other sounds")
    before = embed_tail(network, strangers)
    tuned = tune(network, tags, strangers, seed=seed)
    if not tuned.steps:
        raise TrainerError("Tuning made nothing better for examples that were kept apart: no network was written.")
    kept = compare(before, embed_tail(network, strangers), _kind_vectors(network))
    counts = {tag.name: len(tag.likes) for tag in tags}
    checkpoint_id = _write(network, network_folder, parent_id, out, counts, len(strangers), kept)
    return PersonalNetwork(checkpoint_id, tuned, kept, counts, len(strangers))


def compare(before: Sequence[FileEmbeddings], after: Sequence[FileEmbeddings], names: np.ndarray) -> Kept:
    """The same sounds as two networks hear them; names : (names, dim), which both read alike."""
    was, now = (np.stack([file.clip for file in files]) for files in (before, after))
    found = [np.argsort(-(names @ clips.T), axis=1)[:, :PROBED] for clips in (was, now)]
    same = [len(np.intersect1d(one, other)) / len(one) for one, other in zip(*found, strict=True)]
    return Kept(float((was * now).sum(axis=1).mean()), float(np.mean(same)))


# --- from the library ---------------------------------------------------------------------------------------------


def _examples_of(library: Library, name: str) -> _Examples:
    """What its owner said is like the tag and is not, and the files that have the tag. Raises TrainerError."""
    said = library.tag_examples.of(name)
    known = {one.file_id for one in (*said.likes, *said.unlikes)}
    tagged = [TagExample(file_id) for file_id in library.listing(Scope(tags=(name,))).tolist() if file_id not in known]
    likes = [*said.likes, *tagged]
    if len(likes) < FEWEST_LIKES:
        raise TrainerError(
            f"{display_path(name)} has {len(likes)} examples, and tuning needs {FEWEST_LIKES}: "
            "with fewer, a tag that Earmark learns by itself is better."
        )
    return _Examples(name, likes, said.unlikes)


def _strangers_of(library: Library, examples: set[int], seed: int) -> list[TagExample]:
    """Random audible files that are no example of any of the tags."""
    others = np.setdiff1d(library.listing(), list(examples))
    return [TagExample(int(file_id)) for file_id in np.random.default_rng(seed).permutation(others)[:STRANGERS]]


class _Ears:
    """The frozen part of the network, and where the files of a library are."""

    def __init__(self, library: Library, network: EarmarkNetwork) -> None:
        self._library = library
        self._network = network

    def hear(self, examples: Sequence[TagExample]) -> Iterator[Windows]:
        """Those that can be read now, the first `FIRST_S` of each."""
        files = self._library.files(one.file_id for one in examples)
        for first in range(0, len(examples), HEARD_AT_ONCE):
            some = [
                (files[one.file_id], one) for one in examples[first : first + HEARD_AT_ONCE] if one.file_id in files
            ]
            read = (self._read(file, one) for file, one in some)
            yield from hear_frozen(self._network, [waveform for waveform in read if waveform is not None])
            log.info("heard %d of %d sounds", min(first + HEARD_AT_ONCE, len(examples)), len(examples))

    def _read(self, file: AudioFile, part: TagExample) -> np.ndarray | None:
        longest_s = FIRST_S if part.end_s is None else min(FIRST_S, part.end_s - part.start_s)
        try:
            waveform = read_audio(
                file.path, sample_rate_hz=self._network.sample_rate_hz, start_s=part.start_s, duration_s=longest_s
            )
        except (OSError, UnreadableAudio) as error:
            log.warning("left out: %s", error)
            return None
        return waveform if len(waveform) else None


def _heard(tag: _Examples, ears: _Ears, vector: np.ndarray) -> TagToTune:
    likes = _enough(list(ears.hear(tag.likes)), FEWEST_LIKES, f"{display_path(tag.name)} has {{count}} examples")
    return TagToTune(tag.name, vector, likes, list(ears.hear(tag.unlikes)))


def _enough(sounds: list[Windows], fewest: int, found: str) -> list[Windows]:
    if len(sounds) < fewest:
        found = found.format(count=len(sounds))
        raise TrainerError(f"Of sounds that can be read {found}, and tuning needs {fewest}; no network was written.")
    return sounds


def _vectors(network: EarmarkNetwork, tags: Sequence[_Examples]) -> np.ndarray:
    return Embedder(network, checkpoint_id="").embed_text([tag.name for tag in tags])


def _kind_vectors(network: EarmarkNetwork) -> np.ndarray:
    return Embedder(network, checkpoint_id="").embed_text([kind.synonyms[0] for kind in sound_kinds()])


# --- to its folder ------------------------------------------------------------------------------------------------


def _write(
    network: EarmarkNetwork,
    parent: Path,
    parent_id: str,
    out: Path,
    examples: dict[str, int],
    strangers: int,
    kept: Kept,
) -> str:
    """The checkpoint's id. A folder becomes `out` when all of it is on the disk. Raises TrainerError."""
    name = f"{network.config.name.removesuffix(', tuned')}, tuned"
    card = CARD.format(
        name=name,
        parent=network.config.name,
        parent_id=parent_id,
        tags=", ".join(f"{display_path(tag)} ({count} examples)" for tag, count in examples.items()),
        strangers=strangers,
        likeness=kept.likeness,
        same=kept.same,
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
