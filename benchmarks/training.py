"""How fast a paper's recipe trains, and in how much memory, beside a plain loop over the same network and sounds.

    python benchmarks/training.py [FOLDER] [--recipe NAME] [--full] [--steps N] [--repeats N] [--device NAME]

Three contenders take turns, each time in a process of its own, each with the same network, batch size and descent:

    Earmark         the whole training loop: stored levels, batches prepared ahead, its log, TensorBoard
    plain loop      as anyone would write it: soundfile, soxr, spectrogram, tokens, forward, backward, AdamW, in a row
    ready batches   the same steps on batches that lie in memory: what a pipeline without any cost would reach

A file's name is its caption. The first steps of each turn are not counted, nor is what Earmark does once, reading each
sound to store its levels. Memory is the most that the process ever held; on a graphics card, the most that was
allocated there. "Waiting" is the share of Earmark's time in which the next batch was not ready: it should be below 5 %.
Times can be compared on a quiet machine alone.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from torch import Tensor, nn

from engine.audio import read_info
from engine.clap.assembled import AssembledNetwork
from engine.paths import demo_sounds_folder
from engine.scanning import list_audio
from trainer.assembling import assemble
from trainer.clip_levels import frames_of_clip, load_levels
from trainer.distributed import Represent
from trainer.gradient_cache import descend_from
from trainer.loop import train
from trainer.manifest import Clip
from trainer.paired_sounds import Material, Pairs, positions_of_step
from trainer.recipe import PaperRecipe, load_paper_recipe
from trainer.running_news import read_news
from trainer.tasks.contrastive import ContrastiveTask

NOT_COUNTED = 3  # steps at the beginning of each turn


@dataclass(frozen=True)
class Turn:
    step_s: float
    peak_mib: float
    waiting_share: float = 0.0


@dataclass(frozen=True)
class Setting:
    folder: Path
    cache: Path
    recipe: PaperRecipe
    steps: int
    device: str


def main() -> None:
    options = _parse_arguments()
    with tempfile.TemporaryDirectory() as scratch:
        setting = Setting(options.folder, Path(scratch), _recipe(options), options.steps, options.device)
        material_of(setting)  # stores the levels
        turns: dict[str, list[Turn]] = {name: [] for name in CONTENDERS}
        for _, name in itertools.product(range(options.repeats), CONTENDERS):
            turns[name].append(_in_a_process(name, setting))
            print(f"{name}: {1000 * turns[name][-1].step_s:.0f} ms a step", file=sys.stderr)
    descent = setting.recipe.descent
    print(f"{setting.recipe.name}, {descent.rows_per_step} rows a step, {options.steps} steps, on {options.device};")
    print(f"median of {options.repeats} turns, {torch.get_num_threads()} threads")
    print_table(turns)


def _recipe(options: argparse.Namespace) -> PaperRecipe:
    """A contrastive one, with nothing held out and nothing that a plain loop would not do."""
    recipe = load_paper_recipe(options.recipe, small=not options.full)
    changes = {
        "pairs.held_out_sources": [],
        "descent.kind": "adamw",
        "descent.rows_per_step": options.rows or recipe.descent.rows_per_step,
        "schedule.kind": "constant",
        "length.steps": options.steps + NOT_COUNTED,
        "length.validate_every": 10**6,
        "length.save_every": 10**6,
    }
    return load_paper_recipe(options.recipe, changes, small=not options.full)


def _in_a_process(name: str, setting: Setting) -> Turn:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(CONTENDERS[name], setting).result()


def material_of(setting: Setting) -> Material:
    files = sorted(list_audio(setting.folder).files)
    lengths_s = [read_info(setting.folder / file).duration_s for file in files]
    clips = [
        Clip(setting.folder / file, "sounds", str(file), "", _caption(file), length_s, "")
        for file, length_s in zip(files, lengths_s, strict=True)
    ]
    if not clips:
        raise SystemExit(f"There are no sounds in {setting.folder}.")
    levels = load_levels(clips, setting.recipe.mel, setting.cache / "levels")
    captions: list[tuple[str, ...]] = [(clip.caption,) for clip in clips]
    return Material(Pairs(clips, captions, levels), Pairs([], [], levels.at([])), setting.recipe.mel)


def _caption(path: Path) -> str:
    return path.stem.replace("_", " ").replace("-", " ")


# --- contenders -------------------------------------------------------------------------------------------------------


def earmark(setting: Setting) -> Turn:
    task = ContrastiveTask(assemble(setting.recipe), setting.recipe, material_of(setting))
    ended: list[float] = []

    def note() -> bool:
        ended.append(time.perf_counter())
        return False

    with tempfile.TemporaryDirectory() as run:
        train(task, setting.recipe, Path(run), device=setting.device, stop=note)
        told = [entry["waiting_share"] for entry in read_news(Path(run)) if entry["step"] > NOT_COUNTED]
    return Turn((ended[-1] - ended[NOT_COUNTED - 1]) / setting.steps, peak_mib(setting.device), statistics.mean(told))


def plain_loop(setting: Setting) -> Turn:
    network = assemble(setting.recipe).to(setting.device).train()
    optimizer = torch.optim.AdamW([each for each in network.parameters() if each.requires_grad], lr=1e-4)
    clips = material_of(setting).training.sounds
    random = np.random.default_rng(1)

    def step(number: int) -> None:
        descent = setting.recipe.descent
        chosen = [clips[at] for at in positions_of_step(len(clips), descent.rows_per_step, descent.seed, number)]
        waveforms = [_decoded(clip.path, setting.recipe, random) for clip in chosen]
        tokens = network.tokenizer.encode_batch([clip.caption for clip in chosen])
        loss = _loss(network, torch.stack(waveforms), tokens, setting)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        loss.item()

    return Turn(timed(step, setting), peak_mib(setting.device))


def _decoded(path: Path, recipe: PaperRecipe, random: np.random.Generator) -> Tensor:
    """A random stretch of a sound, or all of it in silence."""
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    y = soxr.resample(samples.mean(axis=1), rate_hz, recipe.mel.sample_rate_hz)
    wanted = round(recipe.pairs.clip_s * recipe.mel.sample_rate_hz)
    first = int(random.integers(max(1, len(y) - wanted + 1)))
    return torch.from_numpy(np.pad(y[first : first + wanted], (0, max(0, wanted - len(y)))))


def _loss(network: AssembledNetwork, waveforms: Tensor, tokens: list, setting: Setting) -> Tensor:
    with torch.no_grad():
        levels = network.mel(waveforms.to(setting.device))
    levels = levels[..., : frames_of_clip(setting.recipe.mel, setting.recipe.pairs.clip_s)]
    ids = torch.tensor([each.ids for each in tokens], device=setting.device)
    mask = torch.tensor([each.attention_mask for each in tokens], device=setting.device)
    sounds = network.audio_embedding(network.hear(levels))
    texts = network.text_embedding(network.read(ids, mask))
    logits = network.scale() * texts @ sounds.T
    right = torch.arange(len(logits), device=setting.device)
    return 0.5 * (nn.functional.cross_entropy(logits, right) + nn.functional.cross_entropy(logits.T, right))


def ready_batches(setting: Setting) -> Turn:
    task = ContrastiveTask(assemble(setting.recipe), setting.recipe, material_of(setting))
    represent = Represent(task, torch.device(setting.device))
    task.module.to(setting.device).train()
    optimizer = torch.optim.AdamW([each for each in task.module.parameters() if each.requires_grad], lr=1e-4)
    rows = range(setting.recipe.descent.rows_per_step)
    ready = [task.batch(step, rows) for step in range(setting.steps + NOT_COUNTED)]

    def step(number: int) -> None:
        losses = descend_from(represent, task.losses, [ready[number]], seed=number)
        optimizer.step()
        optimizer.zero_grad()
        losses["loss"].item()

    return Turn(timed(step, setting), peak_mib(setting.device))


CONTENDERS: dict[str, Callable[[Setting], Turn]] = {
    "Earmark": earmark,
    "plain loop": plain_loop,
    "ready batches": ready_batches,
}


def timed(step: Callable[[int], None], setting: Setting) -> float:
    """Seconds a step."""
    for number in range(NOT_COUNTED):
        step(number)
    started = time.perf_counter()
    for number in range(NOT_COUNTED, NOT_COUNTED + setting.steps):
        step(number)
    return (time.perf_counter() - started) / setting.steps


def peak_mib(device: str) -> float:
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def print_table(turns: dict[str, list[Turn]]) -> None:
    plain_s = statistics.median(turn.step_s for turn in turns["plain loop"])
    print(f"{'':16}{'ms a step':>11}{'steps / s':>11}{'ratio':>8}{'memory':>12}{'waiting':>10}")
    for name, each in turns.items():
        step_s = statistics.median(turn.step_s for turn in each)
        memory = f"{statistics.median(turn.peak_mib for turn in each):.0f} MiB"
        waiting = f"{statistics.median(turn.waiting_share for turn in each):.1%}" if name == "Earmark" else ""
        print(f"{name:16}{1000 * step_s:>11.1f}{1 / step_s:>11.2f}{plain_s / step_s:>7.2f}x{memory:>12}{waiting:>10}")


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=demo_sounds_folder(), help="default: the demo sounds")
    parser.add_argument("--recipe", default="clap2022", help="a contrastive one")
    parser.add_argument("--full", action="store_true", help="of the paper's size rather than the small variant")
    parser.add_argument("--rows", type=int, help="of a step, instead of the recipe's")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    return parser.parse_args()


if __name__ == "__main__":
    main()
