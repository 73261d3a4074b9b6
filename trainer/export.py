"""From a finished run to the folder that Earmark loads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from engine.clap import checkpoint
from trainer.config import Recipe
from trainer.manifest import Clip
from trainer.student import Student

CARD = """# {name}

Trained on {clips} clips, {hours:.1f} h, from {sources} sources.

Two AudioSet taggers taught it and are not part of it: mn04 of EfficientAT (MIT) and YAMNet (Apache-2.0). Its sentence
encoder is all-MiniLM-L6-v2 (Apache-2.0), unchanged but for the rounding of its weights.

| source | licence as stated | clips |
|---|---|---|
{table}

Recipe:

```json
{recipe}
```
"""


def export(student: Student, recipe: Recipe, folder: Path, *, tags: Sequence[str], clips: Sequence[Clip]) -> str:
    """Write the checkpoint folder with a card of what is known at this moment; returns the checkpoint id.

    clips : those it was trained on.
    """
    return checkpoint.save(folder, student.network, tags=tags, card=_card(recipe, clips))


def describe(folder: Path, card: str) -> str:
    """Replace the card of a checkpoint, for figures that are measured after export; the id stays the same.

    Raises DamagedCheckpoint if the folder is not a whole checkpoint.
    """
    checkpoint.verify(folder)
    (folder / checkpoint.CARD).write_text(card, encoding="utf-8")
    return checkpoint.seal(folder)


def _card(recipe: Recipe, clips: Sequence[Clip]) -> str:
    counts = Counter((clip.source, clip.licence) for clip in clips)
    return CARD.format(
        name=recipe.name,
        clips=len(clips),
        hours=sum(clip.seconds for clip in clips) / 3600.0,
        sources=len({source for source, _ in counts}),
        table="\n".join(f"| {source} | {licence} | {count} |" for (source, licence), count in sorted(counts.items())),
        recipe=json.dumps(asdict(recipe), indent=2),
    )
