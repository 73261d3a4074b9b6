"""The Embedder: waveforms and sentences in, normalised vectors out, whatever network it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from engine.clap.loading import load_network
from engine.clap.network import AudioTextNetwork, segments_in
from engine.paths import default_network_folder
from engine.stored_embeddings import FileEmbeddings

BATCH_SEGMENTS = 32  # sound that is embedded at once: long enough for the matrix products, and still in the cache
BATCH_TEXTS = 32
CORES = torch.get_num_threads()  # as torch found them, or OMP_NUM_THREADS said, before any worker is told to use one

_Part = TypeVar("_Part")
_Done = TypeVar("_Done")


def lone_workers(threads: int) -> ThreadPoolExecutor:
    """Threads in each of which torch computes alone.

    torch's own threads share out every single operation and wait for each other by spinning: beside another busy
    program that was measured to be more than fifty times slower than sharing out whole batches.
    """
    return ThreadPoolExecutor(threads, "embedding", initializer=torch.set_num_threads, initargs=(1,))


class Embedder:
    """One loaded network. Files are cut into windows of `window_s`, each embedded on its own, so that results depend
    on nothing but the sound: no random crops, no influence of what else is in the batch. The network is on `device`.
    """

    def __init__(
        self, network: AudioTextNetwork, checkpoint_id: str, *, threads: int = CORES, device: str = "cpu"
    ) -> None:
        self._workers = lone_workers(threads)
        self.device = torch.device(device)
        self.network = network
        self.checkpoint_id = checkpoint_id
        self.name = network.name
        self.dim = network.dim
        self.sample_rate_hz = network.sample_rate_hz
        self.samples_per_segment = network.samples_per_segment
        self.samples_per_window = network.samples_per_segment * network.segments_per_window
        self.segment_s = network.segment_s
        self.window_s = self.samples_per_window / self.sample_rate_hz

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = CORES, device: str = "cpu") -> Embedder:
        """The network in `folder`, or the default network that Earmark ships. Raises DamagedCheckpoint.

        device : "cpu", "cuda" or "mps", which embeds the same within a cosine of .999
        """
        with lone_workers(1) as loader:
            loading = loader.submit(load_network, folder or default_network_folder(), device)
            network, checkpoint_id = loading.result()
        return cls(network, checkpoint_id, threads=threads, device=device)

    def embed_text(self, texts: Sequence[str]) -> np.ndarray:
        """Sentences -> (texts, dim) float32, L2-normalised."""
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        batches = [texts[first : first + BATCH_TEXTS] for first in range(0, len(texts), BATCH_TEXTS)]
        return np.concatenate(list(self._workers.map(self._embed_texts, batches)))

    def embed_audio(self, waveform: np.ndarray) -> FileEmbeddings:
        """A mono waveform (samples,) at `sample_rate_hz`, of any length -> its segments and clip."""
        starts = range(0, max(1, len(waveform)), self.samples_per_window)
        windows = [waveform[start : start + self.samples_per_window] for start in starts]
        return self.join_windows(self.embed_windows(windows), [len(window) for window in windows])

    def embed_windows(self, windows: Sequence[np.ndarray]) -> list[FileEmbeddings]:
        """Windows (samples,), float32, each at most `samples_per_window` long -> their embeddings, in order.

        Windows are padded with silence to the next of 1, 2, 4 ... segments; only equal lengths share a batch.
        """
        by_segments: dict[int, list[int]] = defaultdict(list)
        for position, window in enumerate(windows):
            by_segments[self._padded_segments(len(window))].append(position)
        batches: list[list[int]] = []
        for segments, positions in by_segments.items():
            size = max(1, BATCH_SEGMENTS // segments)
            batches += [positions[first : first + size] for first in range(0, len(positions), size)]
        results = self._workers.map(self._embed_batch, ([windows[position] for position in batch] for batch in batches))
        embedded: dict[int, FileEmbeddings] = {}
        for batch, found in zip(batches, results, strict=True):
            embedded.update(zip(batch, found, strict=True))
        return [embedded[position] for position in range(len(windows))]

    def share_out(self, work: Callable[[_Part], _Done], parts: Iterable[_Part]) -> list[_Done]:
        """What `work` makes of each part, in order, by as many threads as the network may have."""

        def in_inference(part: _Part) -> _Done:
            with torch.inference_mode():
                return work(part)

        return list(self._workers.map(in_inference, parts))

    def join_windows(self, parts: Sequence[FileEmbeddings], lengths_samples: Sequence[int]) -> FileEmbeddings:
        """The windows of one file, in order: all segments, and the mean clip weighted by length.

        A last window shorter than a tenth of a segment adds none: there is hardly any sound in it.
        """
        clip = sum(part.clip * float(length) for part, length in zip(parts, lengths_samples, strict=True))
        norm = float(np.linalg.norm(clip))
        segments = segments_in(sum(lengths_samples), self.samples_per_segment)
        return FileEmbeddings(
            segments=np.concatenate([part.segments for part in parts])[:segments],
            clip=np.asarray(clip / norm if norm > 1e-6 else parts[0].clip, dtype=np.float32),
        )

    def _padded_segments(self, length_samples: int) -> int:
        needed = max(1, -(-length_samples // self.samples_per_segment))
        return min(1 << (needed - 1).bit_length(), self.network.segments_per_window)

    def _embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        with torch.inference_mode():
            return np.asarray(self.network.embed_text(texts).float().cpu().numpy())

    def _embed_batch(self, windows: list[np.ndarray]) -> list[FileEmbeddings]:
        """Windows that are padded to the same length."""
        segments = self._padded_segments(len(windows[0]))
        waveforms = np.zeros((len(windows), segments * self.samples_per_segment), dtype=np.float32)
        for row, window in zip(waveforms, windows, strict=True):
            row[: len(window)] = window
        lengths = [len(window) for window in windows]
        with torch.inference_mode():
            sound = torch.from_numpy(waveforms).to(self.device)
            clips, by_segment = (each.float().cpu() for each in self.network.embed_audio(sound, torch.tensor(lengths)))
        return [
            FileEmbeddings(segments=found[: segments_in(length, self.samples_per_segment)], clip=clip)
            for clip, found, length in zip(clips.numpy(), by_segment.numpy(), lengths, strict=True)
        ]
