"""Distillation: two taggers and a sentence space become one small network. Top to bottom in the order of events."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.clap.network import Columns, EarmarkNetwork
from trainer import features as feature_cache
from trainer.config import Recipe
from trainer.evaluate.retrieval import rank
from trainer.features import Features, TeacherFiles
from trainer.manifest import Clip, read_manifest, split_by_source, without_licences
from trainer.mixtures import draw_mixtures
from trainer.objectives.contrastive import caption_loss
from trainer.objectives.distillation import bridge_loss, embedding_loss, score_loss
from trainer.optimizer import WeightAverage, decay_groups, learning_rate
from trainer.run_state import load_newest_state, save_state
from trainer.scenes import Rows, SceneMaker
from trainer.student import MN04_DIM, CaptionBank, Student, caption_bank, make_student
from trainer.teachers import Teachers

log = logging.getLogger(__name__)

SAVE_EVERY, LOG_EVERY, VALIDATE_EVERY = 500, 50, 1000
SILENT_SCORES = 0.05  # a column whose scores add up to less holds nothing to place


@dataclass(frozen=True)
class Corpus:
    """The clips of a recipe with their cached features; items beyond the clips are mixtures."""

    clips: list[Clip]
    training: list[int]  # positions in `clips`
    held_out: list[int]
    mixtures: list[int]  # positions in the features
    features: Features
    tag_names: list[str]


def load_corpus(recipe: Recipe, shared: Path, cache: Path, *, workers: int = 2) -> Corpus:
    """Read the manifest, compute what the feature cache lacks, and load it."""
    clips = without_licences(read_manifest(shared / "sounds" / "train.csv"), recipe.data.refused_licences)
    mixtures = draw_mixtures(
        split_by_source(clips, recipe.data.held_out_sources)[0], recipe.data.mixtures, seed=recipe.data.seed
    )
    items: list[feature_cache.Item] = [*clips, *mixtures]
    files = TeacherFiles(shared / "teacher", shared / "labels" / "class_labels_indices.csv")
    feature_cache.compute(items, recipe.mel, files, cache, workers=workers)
    held_out_sources, refused = set(recipe.data.held_out_sources), set(recipe.data.refused_recordings)
    return Corpus(
        clips=clips,
        training=[i for i, c in enumerate(clips) if c.source not in held_out_sources and c.recording not in refused],
        held_out=[i for i, clip in enumerate(clips) if clip.source in held_out_sources],
        mixtures=[
            len(clips) + i
            for i, mixture in enumerate(mixtures)
            if refused.isdisjoint({mixture.first.recording, mixture.second.recording})
        ],
        features=feature_cache.load(cache, items, recipe.mel),
        tag_names=Teachers(files.folder, files.class_names).class_names,
    )


def drawing_shares(corpus: Corpus, mixture_share: float) -> tuple[list[int], np.ndarray]:
    """Items to draw from and how often: by length, within bounds, and less the more clips say the same."""
    captions = [corpus.clips[i].caption for i in corpus.training]
    counts = {caption: captions.count(caption) for caption in set(captions)}
    seconds = np.array([corpus.clips[i].seconds for i in corpus.training])
    alike = np.array([counts[caption] if caption else 1 for caption in captions])
    shares = np.clip(seconds, 0.5, 15.0) ** 0.5 / alike**0.5
    mixture_shares = np.full(len(corpus.mixtures), shares.sum() / max(1, len(corpus.mixtures)))
    mixture_shares *= mixture_share / (1.0 - mixture_share)
    return [*corpus.training, *corpus.mixtures], np.concatenate([shares, mixture_shares])


class Objective:
    """The weighted sum of what a step asks of the student; reports each part."""

    def __init__(self, recipe: Recipe, corpus: Corpus, student: Student, bank: CaptionBank) -> None:
        self.recipe = recipe
        self.bank = bank.vectors
        self.tag_texts = student.network.get_buffer("tag_texts")
        clip_scores, embeddings = corpus.features.clip_scores, corpus.features.embeddings.astype(np.float32)
        self.clip_scores = torch.from_numpy(clip_scores.astype(np.float32))
        self.embeddings = torch.from_numpy(embeddings - embeddings[corpus.training].mean(0))  # centred
        texts = [(bank.of_caption.get(clip.caption, -1), bank.of_caption.get(clip.label, -1)) for clip in corpus.clips]
        texts += [(-1, -1)] * (len(clip_scores) - len(texts))  # mixtures have none
        self.texts = torch.tensor(texts)  # (items, 2): caption and label

    def __call__(self, student: Student, rows: Rows, *, progress: float, seed: int) -> tuple[Tensor, dict[str, float]]:
        """The loss of one step and its parts; `progress` is the share of all steps that lies behind."""
        columns = self._listen(student, rows)
        spans = torch.from_numpy(rows.spans).repeat_interleave(columns.vectors.shape[1] // rows.spans.shape[2], dim=2)
        items = torch.from_numpy(rows.items)
        clear = (items >= 0) * torch.from_numpy(rows.alone)  # events that nothing louder covers
        scores = torch.from_numpy(rows.scores)
        event_scores = 0.5 * (_span_means(scores, rows.spans) + self.clip_scores[items.clamp_min(0)])
        vectors = columns.pool(columns.vectors.float(), spans)
        states = student.embedding_head(columns.pool(columns.states.float(), spans))
        parts = {
            "column_scores": self._column_scores(columns, scores),
            "event_scores": self._event_scores(columns, spans, event_scores, clear.float()),
            "embedding": self.recipe.losses.embedding * self._embedding(states, items, clear.float()),
            "bridge": self._bridge(columns, scores, vectors, event_scores, clear.float(), progress),
            "caption": self._caption(vectors, items, clear.float(), progress, seed),
        }
        return torch.stack(list(parts.values())).sum(), {name: float(part.detach()) for name, part in parts.items()}

    def _listen(self, student: Student, rows: Rows) -> Columns:
        mel = self.recipe.mel
        levels = torch.from_numpy((rows.levels - mel.mean_db) / mel.deviation_db).transpose(1, 2)
        with torch.autocast("cpu", torch.bfloat16):
            return student.network.encode_columns(levels)

    def _text_share(self, progress: float) -> float:
        """0 while the ear is learned alone, then 1: distil first, add text second."""
        return min(1.0, max(0.0, (progress - self.recipe.losses.text_starts) / 0.05))

    def _column_scores(self, columns: Columns, scores: Tensor) -> Tensor:
        logits = _by_label(columns.tag_logits, scores.shape[1])
        return self.recipe.losses.column_scores * score_loss(logits, scores, torch.ones(scores.shape[:2]))

    def _event_scores(self, columns: Columns, spans: Tensor, scores: Tensor, mask: Tensor) -> Tensor:
        pooled = columns.pool(columns.tag_logits.float().sigmoid(), spans).clamp(1e-6, 1.0 - 1e-6)
        return self.recipe.losses.event_scores * score_loss(torch.logit(pooled), scores, mask)

    def _bridge(
        self, columns: Columns, scores: Tensor, vectors: Tensor, event_scores: Tensor, mask: Tensor, progress: float
    ) -> Tensor:
        """Half of it on events, half on columns, so that moments are placed in the sentence space too."""
        weights = self.recipe.losses
        sounding = (scores.sum(-1) > SILENT_SCORES).float()
        by_label = _by_label(columns.vectors, scores.shape[1])
        of_events = bridge_loss(vectors, self.tag_texts, event_scores, mask, temperature=weights.temperature)
        of_columns = bridge_loss(by_label, self.tag_texts, scores, sounding, temperature=weights.temperature)
        return (0.2 + 0.8 * self._text_share(progress)) * weights.bridge * 0.5 * (of_events + of_columns)

    def _caption(self, vectors: Tensor, items: Tensor, mask: Tensor, progress: float, seed: int) -> Tensor:
        weights = self.recipe.losses
        wanted = self._wanted_texts(items, seed).flatten()
        mask = mask.flatten() * (wanted >= 0)
        loss = caption_loss(
            vectors.flatten(0, 1), self.bank, wanted.clamp_min(0), mask, temperature=weights.temperature
        )
        return self._text_share(progress) * weights.caption * loss

    def _embedding(self, predicted: Tensor, items: Tensor, mask: Tensor) -> Tensor:
        target = self.embeddings[items.clamp_min(0)]
        parts = [
            embedding_loss(predicted[..., part], target[..., part], mask)
            for part in (slice(0, MN04_DIM), slice(MN04_DIM, None))
        ]
        return parts[0] + parts[1]

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
    network = student.network
    trained = {name: value.clone() for name, value in student.trained_state().items()}
    student.load_state_dict(average.values, strict=False)
    student.eval()
    captioned = [i for i in corpus.held_out if corpus.clips[i].caption]
    audio = torch.cat([_embed_cached(network, corpus.features, i, recipe) for i in captioned])
    captions = [corpus.clips[i].caption for i in captioned]
    texts = sorted(set(captions))
    queries = network.embed_text(texts)
    relevant = np.array([[caption == text for caption in captions] for text in texts])
    found: dict[str, float] = {}
    split = network.config.text_view_dim
    for name, part in {"both": slice(None), "text_view": slice(0, split), "tag_view": slice(split, None)}.items():
        sound = nn.functional.normalize(audio[:, part], dim=-1)
        ranking = rank((queries[:, part] @ sound.T).numpy(), relevant)
        found |= {f"{name}_map": ranking.mean_average_precision()}
        found |= {f"{name}_r10": ranking.recall_at(10)}
    student.load_state_dict(trained, strict=False)
    student.train()
    network.text_encoder.eval()
    return found


def _embed_cached(network: EarmarkNetwork, features: Features, item: int, recipe: Recipe) -> Tensor:
    """The clip embedding (1, dim) of an item, from its cached levels, first 10 seconds."""
    levels_db = features.levels[features.starts[item] : features.starts[item + 1]][:1024].astype(np.float32)
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
    training_clips = [corpus.clips[i] for i in corpus.training]
    student = make_student(network, corpus.tag_names, training_clips, corpus.features.clip_scores[corpus.training])
    bank = caption_bank(student.network, training_clips)
    objective = Objective(recipe, corpus, student, bank)
    items, shares = drawing_shares(corpus, recipe.scenes.mixture_share)
    labels = recipe.scenes.columns * recipe.audio.frames_per_column // feature_cache.column_frames(recipe.mel)
    scenes = SceneMaker(corpus.features, items, shares, recipe.scenes, labels=labels)
    trainable = [parameter for parameter in student.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(decay_groups(trainable, settings.weight_decay), betas=(0.9, 0.98), fused=True)
    average = WeightAverage(student.trained_state(), settings.average_decay)
    first = _resume(folder, student, optimizer, average)
    student.train()
    student.network.text_encoder.eval()
    started, journal = time.monotonic(), _Journal(folder / "log.jsonl")
    for step, rows in _batches(scenes, recipe, first):
        rate = learning_rate(
            step, peak=settings.learning_rate, warmup_steps=settings.warmup_steps, steps=settings.steps
        )
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss, parts = objective(student, rows, progress=step / settings.steps, seed=step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trainable, settings.clip_norm)
        optimizer.step()
        average.update(student.trained_state(), step)
        if (step + 1) % LOG_EVERY == 0:
            speed = (step + 1 - first) * settings.rows_per_step / (time.monotonic() - started)
            journal.write({"step": step + 1, "loss": float(loss.detach()), **parts, "rows_per_s": speed})
        if (step + 1) % VALIDATE_EVERY == 0:
            journal.write({"step": step + 1, **validate(student, average, corpus, recipe)})
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == settings.steps:
            save_state(
                folder,
                step + 1,
                {"student": student.trained_state(), "optimizer": optimizer.state_dict(), "average": average.values},
            )
    student.load_state_dict(average.values, strict=False)
    return student.eval()


def _batches(scenes: SceneMaker, recipe: Recipe, first: int) -> Iterator[tuple[int, Rows]]:
    """Steps and their rows from step `first` on; the next rows are composed while a step is computed.

    Rows are drawn from (seed, step), not from a live generator, so that a resumed run sees the same ones.
    """

    def compose(step: int) -> Rows:
        return scenes.batch(recipe.optimizer.rows_per_step, np.random.default_rng((recipe.optimizer.seed, step)))

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(compose, first)
        for step in range(first, recipe.optimizer.steps):
            rows, coming = coming.result(), pool.submit(compose, step + 1)
            yield step, rows


def _resume(folder: Path, student: Student, optimizer: torch.optim.Optimizer, average: WeightAverage) -> int:
    state = load_newest_state(folder)
    if state is None:
        return 0
    student.load_state_dict(state["student"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    average.values = state["average"]
    return int(state["step"])


class _Journal:
    """One JSON object a line, on disk and on the screen."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path

    def write(self, entry: dict[str, float]) -> None:
        line = json.dumps({name: round(value, 4) for name, value in entry.items()})
        log.info(line)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
