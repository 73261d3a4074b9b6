"""Distillation: two taggers and a sentence space become one small network. Top to bottom in the order of events."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.clap.network import Columns, EarmarkNetwork
from trainer.config import OptimizerConfig, Recipe
from trainer.corpus import Corpus, drawing_shares
from trainer.evaluate.retrieval import rank
from trainer.features import Features
from trainer.objectives.contrastive import caption_loss
from trainer.objectives.distillation import bridge_loss, embedding_loss, score_loss
from trainer.optimizer import WeightAverage, decay_groups, learning_rate
from trainer.run_state import load_newest_state, save_state
from trainer.scenes import Rows, SceneMaker
from trainer.student import CaptionBank, Student, caption_bank, make_student
from trainer.teachers import MN04_DIM

log = logging.getLogger(__name__)

SAVE_EVERY, LOG_EVERY, VALIDATE_EVERY = 500, 50, 1000
SILENT_SCORES = 0.05  # a column whose scores add up to less holds nothing to place
VALIDATION_FRAMES = 1024  # the first 10 s of a clip, in whole columns


class Objective:
    """The weighted sum of what a step asks of the student; reports each part."""

    def __init__(self, recipe: Recipe, corpus: Corpus, student: Student, bank: CaptionBank) -> None:
        self.recipe = recipe
        self.bank = bank.vectors
        self.tag_texts = student.network.get_buffer("tag_texts")
        clip_scores, embeddings = corpus.features.clip_scores, corpus.features.embeddings.astype(np.float32)
        self.clip_scores = torch.from_numpy(clip_scores.astype(np.float32))
        self.embeddings = torch.from_numpy(embeddings - embeddings[corpus.training].mean(0))  # centred
        texts = [(bank.position.get(clip.caption, -1), bank.position.get(clip.label, -1)) for clip in corpus.clips]
        texts += [(-1, -1)] * (len(clip_scores) - len(texts))  # mixtures have none
        self.texts = torch.tensor(texts)  # (items, 2): caption and label

    def __call__(self, student: Student, rows: Rows, *, progress: float, seed: int) -> tuple[Tensor, dict[str, float]]:
        """The loss of one step and its parts; `progress` is the share of all steps that lies behind."""
        weights, text_share = self.recipe.losses, self._text_share(progress)
        columns = self._listen(student, rows)
        spans = torch.from_numpy(rows.spans).repeat_interleave(columns.vectors.shape[1] // rows.spans.shape[2], dim=2)
        items, scores = torch.from_numpy(rows.items), torch.from_numpy(rows.scores)
        clear = (torch.from_numpy(rows.alone) & (items >= 0)).float()  # events that nothing louder covers
        event_scores = 0.5 * (_span_means(scores, rows.spans) + self.clip_scores[items.clamp_min(0)])
        vectors = columns.pool(columns.vectors.float(), spans)
        states = columns.pool(columns.states.float(), spans)
        # half of the bridge on events, half on columns, so that moments are placed in the sentence space too
        sounding = (scores.sum(-1) > SILENT_SCORES).float()
        bridge = 0.5 * (
            self._bridge(vectors, event_scores, clear)
            + self._bridge(_by_label(columns.vectors, scores.shape[1]), scores, sounding)
        )
        parts = {
            "column_scores": weights.column_scores * self._column_scores(columns, scores),
            "event_scores": weights.event_scores * self._event_scores(columns, spans, event_scores, clear),
            "embedding": weights.embedding * self._embedding(student.embedding_head(states), items, clear),
            "bridge": weights.bridge * (0.2 + 0.8 * text_share) * bridge,
            "caption": weights.caption * text_share * self._caption(vectors, items, clear, seed),
        }
        return torch.stack(list(parts.values())).sum(), {name: float(part.detach()) for name, part in parts.items()}

    def _text_share(self, progress: float) -> float:
        """0 while the ear is learned alone, then 1: distil first, add text second."""
        return min(1.0, max(0.0, (progress - self.recipe.losses.text_starts) / 0.05))

    def _listen(self, student: Student, rows: Rows) -> Columns:
        mel = self.recipe.mel
        levels = torch.from_numpy((rows.levels - mel.mean_db) / mel.deviation_db).transpose(1, 2)
        with torch.autocast("cpu", torch.bfloat16):
            return student.network.encode_columns(levels)

    def _column_scores(self, columns: Columns, scores: Tensor) -> Tensor:
        return score_loss(_by_label(columns.tag_logits, scores.shape[1]), scores, torch.ones(scores.shape[:2]))

    def _event_scores(self, columns: Columns, spans: Tensor, scores: Tensor, mask: Tensor) -> Tensor:
        pooled = columns.pool(columns.tag_logits.float().sigmoid(), spans).clamp(1e-6, 1.0 - 1e-6)
        return score_loss(torch.logit(pooled), scores, mask)

    def _embedding(self, predicted: Tensor, items: Tensor, mask: Tensor) -> Tensor:
        target = self.embeddings[items.clamp_min(0)]
        of_mn04, of_yamnet = (
            embedding_loss(predicted[..., part], target[..., part], mask)
            for part in (slice(0, MN04_DIM), slice(MN04_DIM, None))
        )
        return of_mn04 + of_yamnet

    def _bridge(self, vectors: Tensor, scores: Tensor, mask: Tensor) -> Tensor:
        return bridge_loss(vectors, self.tag_texts, scores, mask, temperature=self.recipe.losses.temperature)

    def _caption(self, vectors: Tensor, items: Tensor, mask: Tensor, seed: int) -> Tensor:
        wanted = self._wanted_texts(items, seed)
        return caption_loss(
            vectors.flatten(0, 1),
            self.bank,
            wanted.clamp_min(0).flatten(),
            (mask * (wanted >= 0)).flatten(),
            temperature=self.recipe.losses.temperature,
        )

    def _wanted_texts(self, items: Tensor, seed: int) -> Tensor:
        """The caption of each event, or its label every second time; -1 without either."""
        which = torch.from_numpy(np.random.default_rng(seed).integers(0, 2, size=tuple(items.shape)))
        texts = self.texts[items.clamp_min(0)].gather(-1, which.unsqueeze(-1)).squeeze(-1)
        return torch.where(items >= 0, texts, -1)


def _span_means(scores: Tensor, spans: np.ndarray) -> Tensor:
    """Mean scores (R, E, tags) of what is heard in each event's labelled columns."""
    within = torch.from_numpy(spans)
    return (within @ scores) / within.sum(-1, keepdim=True).clamp_min(1.0)


def _by_label(values: Tensor, labels: int) -> Tensor:
    """Columns (R, T, d) -> labelled columns (R, labels, d), by means."""
    return values.float().unflatten(1, (labels, -1)).mean(2)


@torch.no_grad()
def validate(student: Student, average: WeightAverage, corpus: Corpus, recipe: Recipe) -> dict[str, float]:
    """Retrieval on held-out sources with the averaged weights: joint embedding, and each view alone."""
    captioned = [i for i in corpus.held_out if corpus.clips[i].caption]
    if not captioned:
        return {}
    captions = [corpus.clips[i].caption for i in captioned]
    texts = sorted(set(captions))
    relevant = np.array([[caption == text for caption in captions] for text in texts])
    network = student.network
    trained = {name: value.clone() for name, value in student.trained_state().items()}
    student.load_trained_state(average.values)
    student.eval()
    sounds = torch.cat([_embed_cached(network, corpus.features, i, recipe) for i in captioned])
    queries = network.embed_text(texts)
    student.load_trained_state(trained)
    student.train()
    found: dict[str, float] = {}
    split = network.config.text_view_dim
    for name, view in {"both": slice(None), "text_view": slice(0, split), "tag_view": slice(split, None)}.items():
        ranking = rank((queries[:, view] @ nn.functional.normalize(sounds[:, view], dim=-1).T).numpy(), relevant)
        found |= {f"{name}_map": ranking.mean_average_precision(), f"{name}_r10": ranking.recall_at(10)}
    return found


def _embed_cached(network: EarmarkNetwork, features: Features, item: int, recipe: Recipe) -> Tensor:
    """The clip embedding (1, dim) of an item, from its cached levels."""
    beyond = min(features.starts[item + 1], features.starts[item] + VALIDATION_FRAMES)
    levels_db = features.levels[features.starts[item] : beyond].astype(np.float32)
    levels = torch.from_numpy((levels_db - recipe.mel.mean_db) / recipe.mel.deviation_db).T.unsqueeze(0)
    columns = network.encode_columns(levels)
    span = torch.ones(1, 1, columns.vectors.shape[1])
    joined: Tensor = network.join_views(
        columns.pool(columns.vectors, span), columns.pool(columns.tag_logits.sigmoid(), span)
    )
    return joined[:, 0]


def train(recipe: Recipe, corpus: Corpus, network: EarmarkNetwork, folder: Path) -> Student:
    """Run the recipe to its last step, resuming what `folder` holds; returns the student with averaged weights.

    network : as `new_network` makes it; it is trained in place.
    """
    settings = recipe.optimizer
    clip_scores = corpus.features.clip_scores[corpus.training]
    student = make_student(network, corpus.tag_names, corpus.training_clips, clip_scores)
    objective = Objective(recipe, corpus, student, caption_bank(network, corpus.training_clips))
    trainable = [parameter for parameter in student.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(decay_groups(trainable, settings.weight_decay), betas=(0.9, 0.98), fused=True)
    average = WeightAverage(student.trained_state(), settings.average_decay)
    first = _resume(folder, student, optimizer, average)
    journal = _Journal(folder / "log.jsonl", settings, first)
    student.train()
    for step, rows in _batches(_scene_maker(recipe, corpus), settings, first):
        rate = learning_rate(
            step, peak=settings.learning_rate, warmup_steps=settings.warmup_steps, steps=settings.steps
        )
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss, parts = objective(student, rows, progress=step / settings.steps, seed=step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trainable, settings.clip_norm, error_if_nonfinite=True)
        optimizer.step()
        average.update(student.trained_state(), step)
        done = step + 1
        if done % LOG_EVERY == 0:
            journal.write(done, {"loss": float(loss.detach()), **parts, **journal.pace(done)})
        if done % VALIDATE_EVERY == 0:
            journal.write(done, validate(student, average, corpus, recipe))
        if done % SAVE_EVERY == 0 or done == settings.steps:
            optimizer_state, averaged = optimizer.state_dict(), average.values
            save_state(
                folder, done, {"student": student.trained_state(), "optimizer": optimizer_state, "average": averaged}
            )
    student.load_trained_state(average.values)
    return student.eval()


def _scene_maker(recipe: Recipe, corpus: Corpus) -> SceneMaker:
    items, shares = drawing_shares(corpus, recipe.scenes.mixture_share)
    frames = recipe.scenes.columns * recipe.audio.frames_per_column
    columns = frames // corpus.features.frames_per_column
    return SceneMaker(corpus.features, items, shares, recipe.scenes, columns=columns)


def _batches(scenes: SceneMaker, settings: OptimizerConfig, first: int) -> Iterator[tuple[int, Rows]]:
    """Steps and their rows from step `first` on; the next rows are composed while a step is computed.

    Rows are drawn from (seed, step), not from a live generator, so that a resumed run sees the same ones.
    """

    def compose(step: int) -> Rows:
        return scenes.batch(settings.rows_per_step, np.random.default_rng((settings.seed, step)))

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(compose, first)
        for step in range(first, settings.steps):
            rows, coming = coming.result(), pool.submit(compose, step + 1)
            yield step, rows


def _resume(folder: Path, student: Student, optimizer: torch.optim.Optimizer, average: WeightAverage) -> int:
    """Take over the newest state, if there is one; returns the step to go on with."""
    state = load_newest_state(folder)
    if state is None:
        return 0
    student.load_trained_state(state["student"])
    optimizer.load_state_dict(state["optimizer"])
    average.values = state["average"]
    return int(state["step"])


class _Journal:
    """What a run tells on its way: one JSON object a line on disk, and the same in short on the screen."""

    def __init__(self, path: Path, settings: OptimizerConfig, first: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.settings = settings
        self.first = first
        self.started = time.monotonic()

    def pace(self, done: int) -> dict[str, float]:
        seconds_per_step = (time.monotonic() - self.started) / (done - self.first)
        return {
            "rows_per_s": self.settings.rows_per_step / seconds_per_step,
            "minutes_left": (self.settings.steps - done) * seconds_per_step / 60.0,
        }

    def write(self, done: int, figures: dict[str, float]) -> None:
        rounded = {name: round(value, 4) for name, value in figures.items()}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": done, **rounded}) + "\n")
        shown = "  ".join(f"{name} {value:.4g}" for name, value in rounded.items())
        log.info("step %d of %d  %s", done, self.settings.steps, shown)
