"""Distillation: two taggers and a sentence space become one small network. Top to bottom in the order of events."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.clap.network import Columns, EarmarkNetwork
from engine.ontology import SoundKind
from trainer.config import OptimizerConfig, Recipe
from trainer.corpus import Corpus, drawing_shares
from trainer.journal import Journal
from trainer.objectives.contrastive import caption_loss
from trainer.objectives.distillation import bridge_loss, embedding_loss, score_loss
from trainer.optimizer import SharpnessStep, WeightAverage, descend, make_optimizer, set_rate
from trainer.pretraining import batches, pretrain
from trainer.run_state import load_newest_state, save_state
from trainer.scenes import Rows, SceneMaker
from trainer.student import Student, make_student
from trainer.teachers import MN04_DIM
from trainer.texts import Texts, gather_texts
from trainer.validation import listen, validate

log = logging.getLogger(__name__)

SAVE_EVERY, LOG_EVERY, VALIDATE_EVERY = 500, 50, 500
SILENT_SCORES = 0.05  # a column whose scores add up to less holds nothing to place
PRETRAINING = "pretraining"  # its folder in the run's


class Objective:
    """The weighted sum of what a step asks of the student; reports each part."""

    def __init__(self, recipe: Recipe, corpus: Corpus, student: Student, texts: Texts) -> None:
        self.recipe = recipe
        self.texts = texts
        self.tag_texts = student.network.get_buffer("tag_texts")
        self.clip_scores = corpus.features.clip_scores
        self.embeddings = corpus.features.embeddings
        self.mean_embedding = self.embeddings[corpus.split.training].float().mean(0)

    def __call__(
        self, student: Student, rows: Rows, *, progress: float, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of one step and its parts; `progress` is the share of all steps that lies behind."""
        weights, text_share = self.recipe.losses, self._text_share(progress)
        columns = listen(student.network, rows.levels, self.recipe)
        spans = rows.spans.repeat_interleave(columns.vectors.shape[1] // rows.spans.shape[2], dim=2)
        clear = (rows.alone & (rows.items >= 0)).float()  # events that nothing louder covers
        event_scores = 0.5 * (_span_means(rows.scores, rows.spans) + self.clip_scores[rows.items.clamp_min(0)])
        vectors = columns.pool(columns.vectors.float(), spans)
        states = columns.pool(columns.states.float(), spans)
        # half of the bridge on events, half on columns, so that moments are placed in the sentence space too
        sounding = (rows.scores.sum(-1) > SILENT_SCORES).float()
        bridge = 0.5 * (
            self._bridge(vectors, event_scores, clear)
            + self._bridge(_by_label(columns.vectors, rows.scores.shape[1]), rows.scores, sounding)
        )
        parts = {
            "column_scores": weights.column_scores * self._column_scores(columns, rows.scores),
            "event_scores": weights.event_scores * self._event_scores(columns, spans, event_scores, clear),
            "embedding": weights.embedding * self._embedding(student.embedding_head(states), rows.items, clear),
            "bridge": weights.bridge * (0.2 + 0.8 * text_share) * bridge,
        }
        if text_share > 0.0 and weights.caption > 0.0:
            parts["caption"] = weights.caption * text_share * self._caption(vectors, rows.items, clear, generator)
        return torch.stack(list(parts.values())).sum(), {name: part.detach() for name, part in parts.items()}

    def _text_share(self, progress: float) -> float:
        """0 while the ear is learned alone, then 1: distil first, add text second."""
        return min(1.0, max(0.0, (progress - self.recipe.losses.text_starts) / 0.05))

    def _column_scores(self, columns: Columns, scores: Tensor) -> Tensor:
        everywhere = torch.ones(scores.shape[:2], device=scores.device)
        return score_loss(_by_label(columns.tag_logits, scores.shape[1]), scores, everywhere)

    def _event_scores(self, columns: Columns, spans: Tensor, scores: Tensor, mask: Tensor) -> Tensor:
        pooled = columns.pool(columns.tag_logits.float().sigmoid(), spans).clamp(1e-6, 1.0 - 1e-6)
        return score_loss(torch.logit(pooled), scores, mask)

    def _embedding(self, predicted: Tensor, items: Tensor, mask: Tensor) -> Tensor:
        target = self.embeddings[items.clamp_min(0)].float() - self.mean_embedding
        of_mn04, of_yamnet = (
            embedding_loss(predicted[..., part], target[..., part], mask)
            for part in (slice(0, MN04_DIM), slice(MN04_DIM, None))
        )
        return of_mn04 + of_yamnet

    def _bridge(self, vectors: Tensor, scores: Tensor, mask: Tensor) -> Tensor:
        return bridge_loss(vectors, self.tag_texts, scores, mask, temperature=self.recipe.losses.temperature)

    def _caption(self, vectors: Tensor, items: Tensor, mask: Tensor, generator: torch.Generator) -> Tensor:
        """Against all texts that are said of many sounds, and those of this step's mixtures."""
        texts = self.texts.draw(items, self.recipe.losses.own_text_share, generator)
        wanted = self.texts.vectors[texts.clamp_min(0)].flatten(0, 1)
        common = self.texts.vectors[: self.texts.candidates]
        rare = wanted[(texts >= self.texts.candidates).flatten()]
        return caption_loss(
            vectors.flatten(0, 1),
            torch.cat([common, rare]),
            wanted,
            (mask * (texts >= 0)).flatten(),
            temperature=self.recipe.losses.temperature,
        )


def _span_means(scores: Tensor, spans: Tensor) -> Tensor:
    """Mean scores (R, E, tags) of what is heard in each event's labelled columns."""
    return (spans @ scores) / spans.sum(-1, keepdim=True).clamp_min(1.0)


def _by_label(values: Tensor, labels: int) -> Tensor:
    """Columns (R, T, d) -> labelled columns (R, labels, d), by means."""
    return values.float().unflatten(1, (labels, -1)).mean(2)


def train(recipe: Recipe, corpus: Corpus, network: EarmarkNetwork, kinds: Sequence[SoundKind], folder: Path) -> Student:
    """Run the recipe to its end, resuming what `folder` holds; returns the student with averaged weights.

    network : as `new_network` makes it; it is trained in place, on the device of the corpus's features
    kinds : what may be said of each tag
    Raises TrainerError if the loss is no longer a number.
    """
    settings = recipe.optimizer
    torch.set_float32_matmul_precision("high")
    network.to(corpus.features.device)
    student = make_student(
        network, corpus.tag_names, corpus.training_clips, corpus.features.clip_scores[corpus.split.training]
    )
    scenes = _scene_maker(recipe, corpus)
    objective = Objective(recipe, corpus, student, gather_texts(corpus, kinds, student.encode, seed=recipe.data.seed))
    run = _Run(student, settings)
    first = run.resume(folder)
    if first == 0:
        pretrain(student.network.audio_encoder, scenes, recipe, folder / PRETRAINING)
    journal = Journal(folder / "log.jsonl", rows_per_step=settings.rows_per_step, first=first, steps=settings.steps)
    if first == 0:
        journal.write(0, validate(student, run.average.values, corpus, recipe))  # what there is to beat
    for step, rows, generator in batches(scenes, settings, first, settings.steps):
        parts = run.step(objective, rows, generator, step)
        done = step + 1
        if done % LOG_EVERY == 0 or done == settings.steps:
            journal.write(done, {name: float(part) for name, part in parts.items()} | journal.pace(done))
        if done % VALIDATE_EVERY == 0 or done == settings.steps:
            figures = validate(student, run.average.values, corpus, recipe)
            journal.write(done, figures)
            if "both_map" in figures:  # without held-out captions there is nothing to lose patience over
                run.compare(figures["both_map"])
        if done % SAVE_EVERY == 0 or done == settings.steps or run.is_over:
            save_state(folder, done, run.state())
        if run.is_over:
            log.info("no better network on held-out sources for %d validations: done", settings.patience)
            break
    student.load_trained_state(run.best)
    return student.eval()


class _Run:
    """The student with everything that one step hands to the next."""

    def __init__(self, student: Student, settings: OptimizerConfig) -> None:
        self.student = student.train()
        self.settings = settings
        self.trainable = [parameter for parameter in student.parameters() if parameter.requires_grad]
        self.optimizer = make_optimizer(self.trainable, settings)
        self.sharpness = SharpnessStep(self.trainable, settings.sharpness_radius)
        self.average = WeightAverage(student.trained_state(), settings.average_decay)
        self.best = self.average.values  # on held-out sources; without early stopping always the newest
        self.best_figure = -1.0
        self.validations_since = 0

    def step(self, objective: Objective, rows: Rows, generator: torch.Generator, step: int) -> dict[str, Tensor]:
        """One step of descent; returns the parts of the loss."""
        settings, progress = self.settings, step / self.settings.steps
        set_rate(self.optimizer, settings, step, settings.steps)
        before = generator.get_state() if progress >= settings.sharpness_starts else None
        loss, parts = objective(self.student, rows, progress=progress, generator=generator)
        loss.backward()
        if before is not None:
            self.sharpness.climb()
            generator.set_state(before)  # the same texts: it is the same loss that is to be flat
            objective(self.student, rows, progress=progress, generator=generator)[0].backward()
            self.sharpness.back()
        descend(self.optimizer, self.trainable, settings.clip_norm)
        self.average.update(self.student.trained_state(), step)
        return {"loss": loss.detach(), **parts}

    def compare(self, figure: float) -> None:
        """Remember the averaged weights if this is their best figure so far."""
        if not self.settings.patience:
            return
        self.validations_since += 1
        if figure > self.best_figure:
            self.best_figure, self.validations_since = figure, 0
            self.best = {name: value.clone() for name, value in self.average.values.items()}

    @property
    def is_over(self) -> bool:
        return 0 < self.settings.patience <= self.validations_since

    def state(self) -> dict[str, Any]:
        return {
            "student": self.student.trained_state(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.values,
            "best": self.best,
            "best_figure": self.best_figure,
            "validations_since": self.validations_since,
        }

    def resume(self, folder: Path) -> int:
        """Take over the newest state, if there is one; returns the step to go on with."""
        state = load_newest_state(folder, device=self.trainable[0].device)
        if state is None:
            return 0
        self.student.load_trained_state(state["student"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average.values = state["average"]
        self.best = state["best"] if self.settings.patience else self.average.values
        self.best_figure, self.validations_since = state["best_figure"], state["validations_since"]
        return self.settings.steps if self.is_over else int(state["step"])


def _scene_maker(recipe: Recipe, corpus: Corpus) -> SceneMaker:
    items, shares = drawing_shares(corpus, recipe.scenes.mixture_share)
    frames = recipe.scenes.columns * recipe.audio.frames_per_column
    columns = frames // corpus.features.frames_per_column
    return SceneMaker(corpus.features, items, shares, recipe.scenes, columns=columns)
