"""From a finished run to the folder that Earmark loads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from engine.clap import checkpoint
from trainer.config import Recipe
from trainer.manifest import Clip
from trainer.student import Student


def export(student: Student, recipe: Recipe, folder: Path, *, tags: Sequence[str], clips: Sequence[Clip]) -> str:
    """Write the checkpoint folder with a card of what is known at this moment; returns the checkpoint id."""
    return checkpoint.save(folder, student.network, tags=tags, card=_card(recipe, clips))


def describe(folder: Path, card: str) -> str:
    """Replace the card of a checkpoint, for figures that are measured after export; the id stays the same."""
    (folder / checkpoint.CARD).write_text(card, encoding="utf-8")
    return checkpoint.seal(folder)


def _card(recipe: Recipe, clips: Sequence[Clip]) -> str:
    sources = sorted({(clip.source, clip.licence) for clip in clips})
    hours = sum(clip.seconds for clip in clips) / 3600.0
    return "\n".join(
        [
            f"# {recipe.name}",
            "",
            f"Trained on {len(clips)} clips, {hours:.1f} h, from {len(sources)} sources.",
            "",
            "| source | licence as stated |",
            "|---|---|",
            *(f"| {source} | {licence} |" for source, licence in sources),
            "",
            "Recipe:",
            "",
            "```json",
            json.dumps(recipe, default=vars, indent=2),
            "```",
            "",
        ]
    )
