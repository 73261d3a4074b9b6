"""The parts of an evaluation, by name; apart from what measures them, which takes seconds to load."""

from __future__ import annotations

from enum import StrEnum


class Section(StrEnum):
    RETRIEVAL = "retrieval"
    BOTH_WAYS = "both_ways"
    ZERO_SHOT = "zero_shot"
    MODALITY = "modality"
    UNSEEN = "unseen"
    ORDERING = "ordering"
    SWAPPING = "swapping"
    PLACEMENT = "placement"
    DETECTION = "detection"
    ROBUSTNESS = "robustness"
    NEGATION = "negation"
    ORDINARY = "ordinary"
    CUT = "cut"
    TAGGING = "tagging"
    CAPTIONING = "captioning"
    FEW_SHOT = "few_shot"
    LOCALISATION = "localisation"
    PROBES = "probes"
    ANSWERING = "answering"
    FINE_TUNING = "fine_tuning"


# what is not measured unless it is named: it trains classifiers or networks, or hears every sound twenty times over, or
# is a part of another section
ONLY_IF_NAMED = frozenset({Section.SWAPPING, Section.DETECTION, Section.PROBES, Section.ANSWERING, Section.FINE_TUNING})
USUAL = tuple(section for section in Section if section not in ONLY_IF_NAMED)
