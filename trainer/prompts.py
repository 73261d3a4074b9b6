"""What is said of a class in zero-shot classification: one fixed prompt (C20 to C25, K30, D26), or several drawn ones
whose embeddings are averaged (R05, R06).

The fixed prompts are data: `trainer/configs/prompts/zero_shot.toml`. Drawn ones are the scenes of a kind of sound in
the ontology, which was made in the two stages of R05 with t = 4 descriptions and n = 1 scene for each, or those that a
language model wrote (`trainer.rewriting`).
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from engine.ontology import SoundKind, sound_kinds
from trainer.config import CONFIGS
from trainer.errors import TrainerError
from trainer.rewriting import kinds_named

DRAWN = 2  # N (R06)
STANDARD = "sound"

_FILE = CONFIGS / "prompts" / "zero_shot.toml"


@dataclass(frozen=True)
class PromptSet:
    """One way to say what a class sounds like; see the file for its fields."""

    item: str
    template: str
    of: tuple[str, ...]
    phrases: Mapping[str, str] = field(default_factory=dict)

    def prompt(self, *labels: str) -> str:
        """Of one label, or of several that belong to the same sound. An underscore is a space."""
        said = ", ".join(self.phrases.get(label, label.replace("_", " ")) for label in labels)
        return self.template.replace("{label}", said).replace("{labels}", said)


@cache
def prompt_sets() -> dict[str, PromptSet]:
    """All fixed prompts, by name."""
    stored = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: PromptSet(**{**values, "of": tuple(values["of"])}) for name, values in stored.items()}


def prompt_set(name: str) -> PromptSet:
    """Raises TrainerError if there is none of that name."""
    try:
        return prompt_sets()[name]
    except KeyError:
        raise TrainerError(f"There are no prompts called {name}; there are: {', '.join(prompt_sets())}.") from None


def drawn_prompts(
    label: str,
    count: int = DRAWN,
    *,
    seed: int,
    kinds: Sequence[SoundKind] | None = None,
    only_descriptions: bool = False,
) -> tuple[str, ...]:
    """`count` of what can be said of a label, in an order that its seed decides; the standard prompt for a label that
    is no kind of sound.

    kinds : those that a language model described; the ontology's otherwise
    only_descriptions : R12's control, "descriptions only": no scenes
    """
    name = label.replace("_", " ").lower()
    kind = kinds_named([name], sound_kinds() if kinds is None else kinds)[0]
    texts = kind.descriptions if only_descriptions else kind.scenes
    if not texts:
        return (prompt_set(STANDARD).prompt(label),)
    return tuple(random.Random(f"{seed} {name}").sample(texts, min(count, len(texts))))


def class_embeddings(prompts: Sequence[Sequence[str]], embed: Callable[[Sequence[str]], Tensor]) -> Tensor:
    """(classes, dim), L2-normalised: the mean of the normalised embeddings of each class's prompts (R05).

    prompts : of each class, at least one; embed : texts -> (texts, dim)
    """
    vectors = functional.normalize(embed([text for texts in prompts for text in texts]).float(), dim=-1)
    means = [part.mean(0) for part in vectors.split([len(texts) for texts in prompts])]
    return functional.normalize(torch.stack(means), dim=-1)
