"""The pipeline from changed files to a library that can be searched: decode, embed, store.

Threads decode ahead (`engine.decoding`); the caller's thread embeds windows of many files together and is the only one
that touches the library. What `Library.store_indexed` has returned from is kept; a run that is stopped, fails or is
killed loses at most what was under way, and the next run takes up what is missing, because it asks the disk and the
library what differs and keeps no record of its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.decoding import Decoders, DecodingJob, Sound, Stretch, Undecodable
from engine.embedding import Embedder
from engine.errors import Failure
from engine.library import Library
from engine.library_rows import AudioFile, FileStat, IndexedFile, Root
from engine.progress import Pace, Progress, Workload
from engine.scanning import Changes, find_changes
from engine.stored_embeddings import STORED_TYPE, FileEmbeddings

GROUP_FILES = 50  # files stored in one transaction at the most,
GROUP_S = 0.5  # and how long a finished file waits for others
BATCH_S = 0.5  # how long the network works before anything else is looked at
BATCH_WINDOWS = 256  # the most in a batch,
BATCH_FULL_WINDOWS = 16  # and the most samples, in windows of full length
FIRST_BATCH_FULL_WINDOWS = 4  # before the speed of the network is known
GATHER_S = 0.05  # how long to wait for another window before embedding the few there are
PROGRESS_S = 0.5

# Stored for a file whose fault may lie with the moment: equal to no real file, so that the next scan tries again.
NEVER_SEEN = FileStat(size=-1, mtime_ns=0, inode=0)

OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class IndexReport:
    """What some roots hold after a run, and what the run did.

    files, segments, audio_seconds : ready to be searched with this network
    unreadable : files and folders that could not be read, with the reason, whether tried in this run or before
    embedded : files that the network listened to in this run
    reused : files whose sound was known already, from another path
    vanished : files that went before they could be read
    stopped : whether it was asked to stop before everything was done
    """

    files: int
    segments: int
    audio_seconds: float
    unreadable: list[Failure]
    seconds: float
    embedded: int
    reused: int
    vanished: int
    offline: list[Path]
    stopped: bool


def index_folders(
    library: Library,
    embedder: Embedder,
    folders: Sequence[Path],
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    retry: bool = False,
) -> IndexReport:
    """Watch these folders, and bring the library up to what is in them.

    retry : try files that could not be read again, although they have not changed
    Raises EngineError if one is not a folder and never was a root, or if the library cannot be written.
    """
    wanted = {library.add_root(folder).id for folder in folders}
    roots = [root for root in library.roots() if root.id in wanted]  # one may have become part of another
    indexer = Indexer(library, embedder)
    return indexer.apply_all(
        [(root, find_changes(library, root)) for root in roots],
        on_progress=on_progress,
        should_stop=should_stop,
        retry=retry,
    )


class Indexer:
    """Brings a library up to date for one network."""

    def __init__(self, library: Library, embedder: Embedder, *, threads: int | None = None) -> None:
        self._library = library
        self._embedder = embedder
        self._threads = threads or min(8, os.cpu_count() or 1)
        library.register_checkpoint(embedder.checkpoint_id, embedder.name, embedder.dim, embedder.segment_s)

    def apply(
        self,
        root: Root,
        changes: Changes,
        *,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        retry: bool = False,
    ) -> IndexReport:
        """Take over what `find_changes` found in one root, and embed what this network has not heard yet."""
        return self.apply_all([(root, changes)], on_progress=on_progress, should_stop=should_stop, retry=retry)

    def apply_all(
        self,
        changes_by_root: Sequence[tuple[Root, Changes]],
        *,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        retry: bool = False,
    ) -> IndexReport:
        """As `apply`, for several roots as one run with one progress."""
        started = time.monotonic()
        jobs: list[DecodingJob] = []
        for root, changes in changes_by_root:
            self._settle(root, changes)
            jobs += self._jobs(root, changes, retry)
        run = _Run(self._library, self._embedder, jobs, on_progress or _ignore)
        run.work_through(jobs, self._threads, should_stop or _never)
        return self._report(changes_by_root, run, time.monotonic() - started)

    def _settle(self, root: Root, changes: Changes) -> None:
        """Enter what needs no listening."""
        library = self._library
        library.set_root_state(root.id, "offline" if changes.offline else "ok")
        # One transaction for all of it; library.db, entered last, is committed first.
        with library.index_db.atomic(), library.library_db.atomic():
            library.mark_missing(changes.gone)
            for move in changes.moved:
                library.store_move(move.file_id, root.id, move.relative_path, move.stat)

    def _jobs(self, root: Root, changes: Changes, retry: bool) -> list[DecodingJob]:
        """What must be listened to, folder by folder."""
        jobs = {
            found.relative_path: DecodingJob(root.id, found.relative_path, root.path / found.relative_path, found.stat)
            for found in (*changes.added, *changes.changed)
        }
        known: list[AudioFile] = []
        if not (changes.offline or changes.partial):
            known = self._library.needs_embedding(root.id, self._embedder.checkpoint_id)
        if retry and not changes.offline:
            known += [file for file in self._library.unreadable() if file.root_id == root.id]
        for file in known:
            job = DecodingJob(root.id, file.relative_path, file.path, file.stat, file.duration_s)
            jobs.setdefault(file.relative_path, job)
        return [jobs[path] for path in sorted(jobs)]

    def _report(self, changes_by_root: Sequence[tuple[Root, Changes]], run: _Run, seconds: float) -> IndexReport:
        root_ids = [root.id for root, _ in changes_by_root]
        ready = self._library.ready_under(root_ids, self._embedder.checkpoint_id)
        unreadable = [
            Failure(file.path, file.reason or "") for file in self._library.unreadable() if file.root_id in root_ids
        ]
        return IndexReport(
            files=ready.files,
            segments=ready.segments,
            audio_seconds=ready.audio_seconds,
            unreadable=[*unreadable, *(failure for _, changes in changes_by_root for failure in changes.unlisted)],
            seconds=seconds,
            embedded=run.embedded,
            reused=run.reused,
            vanished=run.vanished,
            offline=[root.path for root, changes in changes_by_root if changes.offline],
            stopped=run.stopped,
        )


@dataclass(eq=False)
class _Hearing:
    """A file whose windows are being embedded."""

    job: DecodingJob
    sound: Sound | None = None  # known once all of it has been decoded
    waiting: int = 0  # windows decoded and not embedded
    parts: list[FileEmbeddings] = field(default_factory=list)
    lengths_samples: list[int] = field(default_factory=list)


class _Run:
    """One pass over a list of jobs."""

    def __init__(
        self, library: Library, embedder: Embedder, jobs: Iterable[DecodingJob], on_progress: OnProgress
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._on_progress = on_progress
        self._workload = Workload(jobs)
        self._pace = Pace()
        self._looked_at = time.monotonic()
        self._seen = (0, 0.0)  # files and seconds of sound done when it was looked at
        self._hearings: dict[DecodingJob, _Hearing] = {}
        self._windows: list[tuple[_Hearing, np.ndarray]] = []  # to be embedded, in order
        self._batch_samples = FIRST_BATCH_FULL_WINDOWS * embedder.samples_per_window
        self._group: list[tuple[DecodingJob, IndexedFile]] = []  # to be stored
        self._group_since = 0.0
        self.embedded = self.reused = self.vanished = 0
        self.stopped = False

    def work_through(self, jobs: Sequence[DecodingJob], threads: int, should_stop: ShouldStop) -> None:
        """Decode, embed and store until all is done or `should_stop`; what is finished is stored either way."""
        decoders = Decoders(
            jobs,
            sample_rate_hz=self._embedder.sample_rate_hz,
            window_samples=self._embedder.samples_per_window,
            threads=min(threads, len(jobs)),
        )
        self._tell()
        with decoders:
            while not (decoders.finished and not self._windows):
                if self._is_stopped(should_stop):
                    break
                made = decoders.next(GATHER_S)
                self._take(made)
                if self._windows and (made is None or self._is_batch_full()):
                    self._embed()
                if self._is_group_due():
                    self._store()
                self._tell_now_and_then()
        self._store()
        self._tell()

    def _is_stopped(self, should_stop: ShouldStop) -> bool:
        asked = time.monotonic()
        self.stopped = should_stop()
        # whoever is asked may hold the run for hours before the answer: that is no time of work
        self._looked_at += time.monotonic() - asked
        return self.stopped

    def _take(self, made: Stretch | Undecodable | None) -> None:
        if isinstance(made, Undecodable):
            self._give_up(made)
        elif made is not None:
            hearing = self._hearings.setdefault(made.job, _Hearing(made.job))
            hearing.sound = made.sound
            if self._is_known(hearing):
                return
            hearing.waiting += len(made.windows)
            self._windows += [(hearing, window) for window in made.windows]
            self._finish_if_whole(hearing)

    def _is_known(self, hearing: _Hearing) -> bool:
        """Whether the sound was embedded before, under another name, and what was heard then has been taken over."""
        if hearing.sound is None or hearing.waiting or hearing.parts:
            return False
        known = self._library.embeddings_of_sound(hearing.sound.content_id, self._embedder.checkpoint_id)
        if known is None:
            return False
        self.reused += 1
        self._finish(hearing.job, hearing.sound, known)
        return True

    def _give_up(self, failed: Undecodable) -> None:
        hearing = self._hearings.pop(failed.job, None)
        self._windows = [(other, window) for other, window in self._windows if other is not hearing]
        self._workload.finish(failed.job, None)
        if failed.gone:
            self.vanished += 1  # the next scan will tell whether it moved
            return
        stat = NEVER_SEEN if failed.passing else failed.job.stat
        self._library.store_failure(failed.job.root_id, failed.job.relative_path, stat, failed.reason)

    def _is_batch_full(self) -> bool:
        samples = sum(len(window) for _, window in self._windows)
        return samples >= self._batch_samples or len(self._windows) >= BATCH_WINDOWS

    def _embed(self) -> None:
        batch, self._windows = self._windows, []
        started = time.monotonic()
        embedded = self._embedder.embed_windows([window for _, window in batch])
        elapsed_s = max(time.monotonic() - started, 1e-3)
        for (hearing, window), part in zip(batch, embedded, strict=True):
            hearing.waiting -= 1
            # as precise as it is stored; ten hours of sound take some 60 MB
            hearing.parts.append(replace(part, segments=part.segments.astype(STORED_TYPE)))
            hearing.lengths_samples.append(len(window))
            self._workload.advance(hearing.job, len(window) / self._embedder.sample_rate_hz)
        for hearing in dict.fromkeys(hearing for hearing, _ in batch):
            self._finish_if_whole(hearing)
        samples = sum(len(window) for _, window in batch)
        full = self._embedder.samples_per_window
        self._batch_samples = min(max(full, round(samples / elapsed_s * BATCH_S)), BATCH_FULL_WINDOWS * full)

    def _finish_if_whole(self, hearing: _Hearing) -> None:
        if hearing.sound is not None and not hearing.waiting:
            self.embedded += 1
            joined = self._embedder.join_windows(hearing.parts, hearing.lengths_samples)
            self._finish(hearing.job, hearing.sound, joined)

    def _finish(self, job: DecodingJob, sound: Sound, embeddings: FileEmbeddings) -> None:
        del self._hearings[job]
        if not self._group:
            self._group_since = time.monotonic()
        info = sound.info
        indexed = IndexedFile(
            root_id=job.root_id,
            relative_path=job.relative_path,
            stat=sound.stat,
            content_id=sound.content_id,
            duration_s=sound.duration_s,
            sample_rate_hz=info.sample_rate_hz,
            channels=info.channels,
            container=info.container,
            encoding=info.encoding,
            metadata=sound.metadata,
            peaks=sound.peaks,
            checkpoint_id=self._embedder.checkpoint_id,
            embeddings=embeddings,
        )
        self._group.append((job, indexed))

    def _is_group_due(self) -> bool:
        if not self._group:
            return False
        return len(self._group) >= GROUP_FILES or time.monotonic() - self._group_since >= GROUP_S

    def _store(self) -> None:
        """Files are done when `store_indexed` returns."""
        while self._group:
            group, self._group = self._group[:GROUP_FILES], self._group[GROUP_FILES:]
            self._library.store_indexed([indexed for _, indexed in group])
            for job, indexed in group:
                self._workload.finish(job, indexed.duration_s)

    def _tell_now_and_then(self) -> None:
        if time.monotonic() - self._looked_at >= PROGRESS_S:
            self._tell()

    def _tell(self) -> None:
        load, now = self._workload, time.monotonic()
        files, audio_s = self._seen
        self._pace.observe(load.files_done - files, load.audio_s_done - audio_s, now - self._looked_at)
        self._looked_at, self._seen = now, (load.files_done, load.audio_s_done)
        self._on_progress(
            Progress(
                files_done=load.files_done,
                files_total=load.files_total,
                audio_seconds=load.audio_s_done,
                speed=self._pace.speed,
                seconds_left=self._pace.time_for(load.files_left, load.audio_s_left),
            )
        )


def _ignore(_: Progress) -> None:
    pass


def _never() -> bool:
    return False
