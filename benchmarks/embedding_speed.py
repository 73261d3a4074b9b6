"""How fast Earmark indexes sound, beside a plain loop over transformers' ClapModel: one run, the same files.

    python benchmarks/embedding_speed.py [FOLDER] [--files N] [--repeats N] [--network FOLDER] [--small]

Three contenders take turns, each listening to all of every file:

    Earmark, end to end     find, decode, resample, embed and store in a new library, all that `earmark index` does
    ClapModel, plain loop   soundfile, soxr, ClapFeatureExtractor and ClapModel, file by file, sound beyond 10 s in
                            further windows; the published unfused shape, random weights, as costly as trained ones
    Earmark's encoder       on log-mel levels that are ready in memory: the limit of what the pipeline could reach

Loading the networks is not counted. Both may use the same number of threads to compute: torch's own in the loop, one
for each batch in Earmark. torch's own suffer badly beside other busy programs, so that the ratio means something on a
quiet machine alone, or with OMP_NUM_THREADS=1.
Files are copied to a temporary folder first. If more are asked for than there are, further rounds are written a little
quieter in their own format, because Earmark would not embed a sound that it knows.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from torch import Tensor
from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

from engine.audio import read_audio, read_info
from engine.clap.network import EarmarkNetwork
from engine.embedding import CORES, Embedder, lone_workers
from engine.indexing import index_folders
from engine.library import Library
from engine.paths import demo_sounds_folder
from engine.scanning import list_audio

CLAP_RATE_HZ = 48_000
CLAP_WINDOW_SAMPLES = 480_000


def main() -> None:
    options = _parse_arguments()
    with tempfile.TemporaryDirectory() as scratch:
        sounds = Path(scratch) / "sounds"
        files = gather(options.folder, options.files, sounds)
        audio_s = sum(read_info(file).duration_s for file in files)
        contenders = prepare(Embedder.load(options.network), files, sounds, Path(scratch))
        seconds: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(options.repeats):
            for name, listen in contenders.items():
                seconds[name].append(timed(listen))
    print(f"{len(files)} files, {audio_s:.0f} s of sound, median of {options.repeats}, {CORES} threads")
    print_table({name: statistics.median(each) for name, each in seconds.items()}, audio_s)


def gather(folder: Path, count: int | None, into: Path) -> list[Path]:
    """Copy `count` sounds of `folder`, or all, into a new folder; more than there are come in quieter rounds."""
    originals = sorted(folder / relative_path for relative_path in list_audio(folder).files)
    if not originals:
        raise SystemExit(f"There are no sounds in {folder}.")
    into.mkdir()
    copies = []
    for number in range(count or len(originals)):
        gone_round, position = divmod(number, len(originals))
        copy = into / f"{gone_round:03d} {originals[position].name}"
        if gone_round == 0:
            shutil.copyfile(originals[position], copy)
        else:
            _write_quieter(originals[position], copy, amplitude=0.98**gone_round)
        copies.append(copy)
    return copies


def _write_quieter(original: Path, copy: Path, *, amplitude: float) -> None:
    samples, rate_hz = soundfile.read(original, dtype="float32")
    kind = soundfile.info(original)
    soundfile.write(copy, amplitude * samples, rate_hz, format=kind.format, subtype=kind.subtype)


def prepare(embedder: Embedder, files: Sequence[Path], folder: Path, scratch: Path) -> dict[str, Callable[[], object]]:
    """The contenders, warm: what each does first once is done."""
    model = ClapModel(ClapConfig()).eval()
    extractor = ClapFeatureExtractor(frequency_min=50, truncation="rand_trunc")

    def index() -> None:
        library_folder = Path(tempfile.mkdtemp(dir=scratch))
        with Library(library_folder) as library:
            report = index_folders(library, embedder, [folder])
        if report.embedded != len(files) or report.unreadable:
            raise SystemExit(
                f"Earmark embedded {report.embedded} of {len(files)} files; unreadable: {report.unreadable}"
            )
        shutil.rmtree(library_folder)

    def loop() -> None:
        for file in files:
            embed_with_clap(model, extractor, file)

    contenders: dict[str, Callable[[], object]] = {"Earmark, end to end": index, "ClapModel, plain loop": loop}
    if isinstance(embedder.network, EarmarkNetwork):
        contenders["Earmark's encoder on ready levels"] = _encoder_alone(embedder, embedder.network, files)
    embed_with_clap(model, extractor, files[0])
    embedder.embed_audio(np.zeros(embedder.samples_per_window, dtype=np.float32))
    return contenders


def embed_with_clap(model: ClapModel, extractor: ClapFeatureExtractor, file: Path) -> np.ndarray:
    """One file -> (windows, 512), as anyone would write it with transformers."""
    samples, rate_hz = soundfile.read(file, dtype="float32", always_2d=True)
    waveform = soxr.resample(samples.mean(axis=1), rate_hz, CLAP_RATE_HZ)
    embeddings = []
    for start in range(0, len(waveform), CLAP_WINDOW_SAMPLES):
        window = waveform[start : start + CLAP_WINDOW_SAMPLES]
        features = extractor(window, sampling_rate=CLAP_RATE_HZ, return_tensors="pt")["input_features"]
        with torch.inference_mode():
            embeddings.append(model.get_audio_features(input_features=features).pooler_output[0].numpy())
    return np.stack(embeddings)


def _encoder_alone(embedder: Embedder, network: EarmarkNetwork, files: Sequence[Path]) -> Callable[[], object]:
    listener = _Listener(network)
    recording = Embedder(listener, embedder.checkpoint_id)
    windows = []
    for file in files:
        waveform = read_audio(file, sample_rate_hz=embedder.sample_rate_hz)
        windows += [
            waveform[at : at + embedder.samples_per_window]
            for at in range(0, len(waveform), embedder.samples_per_window)
        ]
    recording.embed_windows(windows)
    ready = [network.levels_of(waveforms) for waveforms in listener.batches]
    workers = lone_workers(CORES)

    def encode(levels: Tensor) -> None:
        with torch.inference_mode():
            network.hear(levels)

    return lambda: deque(workers.map(encode, ready), maxlen=0)  # the results are not wanted


class _Listener:
    """The network, keeping the batches that an Embedder makes of its windows."""

    def __init__(self, network: EarmarkNetwork) -> None:
        self._network = network
        self.name, self.dim = network.name, network.dim
        self.sample_rate_hz, self.segment_s = network.sample_rate_hz, network.segment_s
        self.samples_per_segment = network.samples_per_segment
        self.segments_per_window = network.segments_per_window
        self.batches: list[Tensor] = []

    def embed_audio(self, waveforms: Tensor, lengths_samples: Tensor) -> tuple[Tensor, Tensor]:
        self.batches.append(waveforms)
        return self._network.embed_audio(waveforms, lengths_samples)

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        return self._network.embed_text(texts)


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def print_table(seconds: dict[str, float], audio_s: float) -> None:
    plain = seconds["ClapModel, plain loop"]
    print(f"{'':36}{'seconds':>10}{'audio s / s':>14}{'ratio':>9}")
    for name, elapsed_s in seconds.items():
        print(f"{name:36}{elapsed_s:>10.2f}{audio_s / elapsed_s:>14.1f}{plain / elapsed_s:>8.1f}x")


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=demo_sounds_folder(), help="default: the demo sounds")
    parser.add_argument("--files", type=int, help="how many, in several rounds if there are fewer; default: all, once")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--network", type=Path, help="default: the network that ships with Earmark")
    parser.add_argument("--small", action="store_true", help="a quick check: 6 files, once")
    options = parser.parse_args()
    if options.small:
        options.files, options.repeats = 6, 1
    return options


if __name__ == "__main__":
    main()
