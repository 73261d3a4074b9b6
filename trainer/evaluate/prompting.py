"""In which of the papers' words the classes of a set are asked for (seeds C20 to C25, K30, D26, R05).

The prompts are those of `trainer.prompts`. What was written for sounds of any kind is asked of every set; what was
written for emotions, speakers or scenes only of the sets that it names. Prompt augmentation takes what Earmark's
ontology says of a kind of sound; a class that is none is asked for by the standard prompt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.ontology import sound_kinds
from trainer.prompts import DRAWN, STANDARD, PromptSet, drawn_prompts, prompt_set, prompt_sets
from trainer.rewriting import kinds_named

OF_ANY_SOUND = "ESC-50"  # a prompt for this set says nothing that would not fit other sounds


def prompts_by_name(set_name: str, labels: Sequence[str], *, seed: int = 0) -> dict[str, list[list[str]]]:
    """For each way to ask: the texts of every label, whose vectors are pooled to one. Ways that say the same are one.

    seed : of the draw of scenes (R05); a label has the same ones in every set
    """
    ways: dict[str, list[list[str]]] = {}
    for name, prompts in prompt_sets().items():
        texts = [[prompts.prompt(label)] for label in labels]
        if _is_for(prompts, set_name, name) and texts not in ways.values():
            ways[f"{name} ({prompts.item})"] = texts
    if described_labels(labels):
        ways |= _augmented(labels, seed)
    return ways


def described_labels(labels: Sequence[str]) -> list[str]:
    """The labels that are a name of a kind of sound of which the ontology tells scenes."""
    return [label for label in labels if kinds_named([label.lower()], sound_kinds())[0].scenes]


def _augmented(labels: Sequence[str], seed: int) -> dict[str, list[list[str]]]:
    scenes = [list(drawn_prompts(label, seed=seed)) for label in labels]
    descriptions = [list(drawn_prompts(label, seed=seed, only_descriptions=True)) for label in labels]
    standard = [prompt_set(STANDARD).prompt(label) for label in labels]
    return {
        f"{DRAWN} scenes (R05)": scenes,
        f"{DRAWN} descriptions (R12)": descriptions,
        f"label and {DRAWN} scenes": [
            list(dict.fromkeys([plain, *drawn])) for plain, drawn in zip(standard, scenes, strict=True)
        ],
    }


def _is_for(prompts: PromptSet, set_name: str, name: str) -> bool:
    of = [_letters(each) for each in prompts.of]
    return name == STANDARD or OF_ANY_SOUND in prompts.of or any(_letters(set_name).startswith(each) for each in of)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
