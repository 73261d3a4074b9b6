"""A library describes itself: tags and a caption are suggested for every file that the network has listened to.

The embeddings are stored, so that a file takes about a millisecond. The words of the ontology take a minute to be read,
once for each network: the one that ships has read them, for others they are kept in the library's folder. What is usual
in the library is taken from a sample of its files and kept too, so that tags do not change with every new file; only
when the library has doubled it is taken anew, and then all files are described again.

What was described is kept in small transactions. A run that is stopped or killed is taken up by the next, since every
file stands beside what its description was made of.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from engine.captioning import Captioner
from engine.captions import template_caption
from engine.clap import checkpoint
from engine.embedding import BATCH_TEXTS, Embedder
from engine.library import Library
from engine.library_rows import AudioFile, Suggestion
from engine.ontology import kind_by_id, sound_kinds
from engine.paths import default_network_folder
from engine.personal_tagging import suggestion_of
from engine.personal_tags import PersonalTag
from engine.random_files import RandomFiles
from engine.stored_embeddings import FileEmbeddings
from engine.suggestions import Basis, Description, MadeOf, is_rejected
from engine.tag_learning import TagLearner
from engine.tag_vectors import TagVectors, keep_tag_vectors, kept_tag_vectors, make_tag_vectors, vectors_id
from engine.tagging import Levels, SuggestedTag, TagBackground, relations_of_ontology, tags_of

DESCRIBED_AS = 1  # to be raised when `tagging` or `captions` would say something else of the same sound
SAMPLE_FILES = 1000
SAMPLE_SEGMENTS = 20_000
GROWTH = 2  # with so many times the files the background is taken anew
GROUP_FILES, GROUP_S = 100, 0.5  # stored in one transaction at the most, and how long the first waits for the others
TEXTS_AT_ONCE = 4 * BATCH_TEXTS  # read between two looks whether to stop: half a second of one core
STORED_NUMBERS = np.dtype("<f8")

ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class DescribingProgress:
    """How far a run is: where it must, with `reading` the words of the ontology first, and then with the files."""

    step: Literal["reading", "describing"]
    done: int
    total: int


OnProgress = Callable[[DescribingProgress], None]


@dataclass(frozen=True)
class DescribingReport:
    """What a run did.

    described : files whose suggestions are made of what there is now
    damaged : files that must be listened to again first, as the next indexing does
    stopped : whether it was asked to stop before everything was done
    """

    described: int
    damaged: int
    stopped: bool
    seconds: float


@dataclass(frozen=True)
class _Means:
    """All that a sound's description is made of."""

    tags: TagVectors
    background: TagBackground
    personal_tags: dict[str, PersonalTag]
    captioner: Captioner | None


class _Stopped(Exception):
    pass


class Describer:
    """Suggests tags and captions for the files of a library, as one network hears them."""

    def __init__(self, library: Library, embedder: Embedder, network_folder: Path | None = None) -> None:
        """`network_folder` : of the same network, which may bring a captioner; None to do without one."""
        self._library = library
        self.embedder = embedder
        self._network_folder = network_folder
        self._learner = TagLearner(library, embedder)
        self._tags: TagVectors | None = None

    def describe(
        self,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        *,
        only: Collection[int] | None = None,
    ) -> DescribingReport:
        """All files that have no description, or one that was made of something else; or of those some only.

        on_progress : told several times a second
        should_stop : asked more often than that; it may hold the run. What was described until then is kept
        Raises UnusableLibrary.
        """
        run = _Run(on_progress or _ignore, should_stop or _never)
        started = time.monotonic()
        with suppress(_Stopped):
            self._work_through(run, only)
        return DescribingReport(run.described, run.damaged, run.stopped, time.monotonic() - started)

    def description_of(
        self, heard: FileEmbeddings, duration_s: float, on_progress: OnProgress | None = None
    ) -> Description:
        """Of a sound that is in no library, beside what is usual in this one."""
        run = _Run(on_progress or _ignore, _never)
        basis = self._kept_basis()
        tags = self._tag_vectors(run)
        background = stored_background(basis.background) if basis else self._usual(tags)
        means = _Means(tags, background, self._learner.learn_stored(), self._captioner())
        return self._described(heard, duration_s, means, ())

    def _work_through(self, run: _Run, only: Collection[int] | None) -> None:
        files = len(self._library.suggestions.listened_to(self.embedder.checkpoint_id))
        if not files:
            return
        basis = self._kept_basis()
        if basis is None or files >= GROWTH * basis.files:
            basis = self._new_basis(run, files)
        made_of = MadeOf(basis.id, self._personal_id())
        waiting = self._library.suggestions.not_described(self.embedder.checkpoint_id, made_of).tolist()
        if only is not None:
            waiting = [file_id for file_id in waiting if file_id in only]
        if waiting:
            tags, background = self._tag_vectors(run), stored_background(basis.background)
            means = _Means(tags, background, self._learner.learn_stored(), self._captioner())
            self._describe(run, waiting, means, made_of)

    def _describe(self, run: _Run, waiting: Sequence[int], means: _Means, made_of: MadeOf) -> None:
        done = 0
        while done < len(waiting) and not run.stopped:
            run.tell(DescribingProgress("describing", done, len(waiting)))
            made, tried = self._group(run, waiting[done : done + GROUP_FILES], means)
            run.described += self._library.store_descriptions(made, made_of)
            done += tried
        run.tell(DescribingProgress("describing", done, len(waiting)))

    def _group(
        self, run: _Run, file_ids: Sequence[int], means: _Means
    ) -> tuple[list[tuple[AudioFile, Description]], int]:
        """What can be said within `GROUP_S` of the first of these files, and of how many of them that was tried."""
        made: list[tuple[AudioFile, Description]] = []
        files, rejected = self._library.files(file_ids), self._library.suggestions.rejected_of(file_ids)
        began = time.monotonic()
        for tried, file_id in enumerate(file_ids):
            if run.must_stop() or (tried and time.monotonic() - began > GROUP_S):
                return made, tried
            heard = self._library.embeddings_of(file_id, self.embedder.checkpoint_id)
            if heard is None:
                run.damaged += 1
            elif file := files.get(file_id):
                made.append((file, self._described(heard, file.duration_s or 0.0, means, rejected[file_id])))
        return made, len(file_ids)

    def _described(
        self, heard: FileEmbeddings, duration_s: float, means: _Means, rejected: Collection[str]
    ) -> Description:
        times = {"segment_s": self.embedder.segment_s, "duration_s": duration_s}
        tags = tags_of(heard, means.tags, means.background, relations_of_ontology(), **times)
        by_personal_tags = [suggestion_of(name, tag, heard, **times) for name, tag in means.personal_tags.items()]
        said = [tag for tag in tags if not is_rejected(_name(tag.kind), rejected)]
        if means.captioner and said == tags:  # it does not know what a person rejected
            caption = means.captioner.caption(heard, tags, **times)
        else:
            caption = template_caption(said)
        return Description((*map(_suggestion, tags), *filter(None, by_personal_tags)), caption)

    # --- what it is made of ------------------------------------------------------------------------------------------

    def _tag_vectors(self, run: _Run) -> TagVectors:
        """Kept, or brought by the network, or made now."""
        if self._tags is None:
            kinds, where = sound_kinds(), (self._library.folder, self.embedder.checkpoint_id)
            brought = self._network_folder or default_network_folder(), self.embedder.checkpoint_id
            self._tags = kept_tag_vectors(*where, kinds) or kept_tag_vectors(*brought, kinds)
            if self._tags is None:
                self._tags = make_tag_vectors(kinds, lambda texts: self._read(texts, run))
                with suppress(OSError):  # the next run reads the words again
                    keep_tag_vectors(*where, kinds, self._tags)
        return self._tags

    def _read(self, texts: Sequence[str], run: _Run) -> np.ndarray:
        """(texts, dim)"""
        parts = []
        for first in range(0, len(texts), TEXTS_AT_ONCE):
            run.tell(DescribingProgress("reading", first, len(texts)))
            if run.must_stop():
                raise _Stopped
            parts.append(self.embedder.embed_text(texts[first : first + TEXTS_AT_ONCE]))
        return np.concatenate(parts)

    def _kept_basis(self) -> Basis | None:
        return self._library.suggestions.newest_basis(self.embedder.checkpoint_id, self._recipe())

    def _new_basis(self, run: _Run, files: int) -> Basis:
        background = background_to_store(self._usual(self._tag_vectors(run)))
        with self._library.index_db.atomic():
            return self._library.suggestions.add_basis(
                Basis(self.embedder.checkpoint_id, self._recipe(), files, background)
            )

    def _usual(self, tags: TagVectors) -> TagBackground:
        """Of random files; all of a small library, and what is usual nowhere if there are none."""
        sample = RandomFiles(self._library, self.embedder.checkpoint_id, SAMPLE_FILES).heard()
        none = np.empty((0, self.embedder.dim), np.float32)
        segments = np.concatenate([none, *(one.segments for one in sample)])
        segments = segments[:: 1 + len(segments) // SAMPLE_SEGMENTS]
        clips = np.concatenate([none, *(one.clip[np.newaxis] for one in sample)])
        return TagBackground(Levels.of(tags.vectors @ segments.T), Levels.of(tags.vectors @ clips.T))

    def _recipe(self) -> str:
        return f"{DESCRIBED_AS} {vectors_id(self.embedder.checkpoint_id, sound_kinds())} {self._captioner_id()}"

    def _captioner(self) -> Captioner | None:
        return Captioner.load(self._network_folder) if self._network_folder and self._captioner_id() else None

    def _captioner_id(self) -> str:
        """Nothing without one."""
        if self._network_folder is None or not (self._network_folder / checkpoint.MANIFEST).is_file():
            return ""
        listed = checkpoint.read_json(self._network_folder, checkpoint.MANIFEST)["sha256"]
        return str(listed.get(checkpoint.CAPTIONER_WEIGHTS, ""))

    def _personal_id(self) -> str:
        """Of the personal tags and what they learn from; nothing if there are none."""
        examples = self._library.tag_examples
        known = [(name, examples.of(name), examples.learned_elsewhere(name)) for name in examples.names()]
        return hashlib.sha256(repr(known).encode()).hexdigest()[:32] if known else ""


class _Run:
    """What is told and asked while it goes on, and what came of it."""

    def __init__(self, tell: OnProgress, should_stop: ShouldStop) -> None:
        self.tell = tell
        self._should_stop = should_stop
        self.described = self.damaged = 0
        self.stopped = False

    def must_stop(self) -> bool:
        self.stopped = self.stopped or self._should_stop()
        return self.stopped


def background_to_store(background: TagBackground) -> bytes:
    """What is usual for each tag and the spread, of segments and then of clips, as float64."""
    levels = (background.segments, background.clips)
    return np.concatenate([[*each.usual, each.spread] for each in levels]).astype(STORED_NUMBERS).tobytes()


def stored_background(stored: bytes) -> TagBackground:
    """What `background_to_store` made."""
    segments, clips = np.frombuffer(stored, STORED_NUMBERS).reshape(2, -1)
    return TagBackground(Levels(segments[:-1], float(segments[-1])), Levels(clips[:-1], float(clips[-1])))


def _suggestion(tag: SuggestedTag) -> Suggestion:
    return Suggestion(_name(tag.kind), tag.strength, tag.score, tag.spans, tag.kind, tag.implied)


def _name(kind: str) -> str:
    """As a person would call it."""
    return kind_by_id(kind).synonyms[0]


def _ignore(_: DescribingProgress) -> None:
    pass


def _never() -> bool:
    return False
