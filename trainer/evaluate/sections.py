"""The parts of an evaluation, by name; apart from what measures them, which takes seconds to load."""

from __future__ import annotations

from enum import StrEnum


class Section(StrEnum):
    RETRIEVAL = "retrieval"
    UNSEEN = "unseen"
    ORDERING = "ordering"
    PLACEMENT = "placement"
    ROBUSTNESS = "robustness"
    NEGATION = "negation"
    ORDINARY = "ordinary"
    CUT = "cut"
    TAGGING = "tagging"
    CAPTIONING = "captioning"
    FEW_SHOT = "few_shot"
    LOCALISATION = "localisation"
