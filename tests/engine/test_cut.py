from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.background import Background
from engine.cut import LEAST_FILES, MOST_FILES, SHARE, least_of_good, reason_of, spreads_of_chance
from engine.hits import Hit

HIT = Hit(1, Path("a.wav"), 0.9, 0.0, 1.0, (), (), 1.0)
WEAK = replace(HIT, weak=True)
SAYS = replace(WEAK, words=("dog",))


def test_more_files_need_more_evidence_and_so_does_strictness() -> None:
    assert spreads_of_chance(30, "normal") < spreads_of_chance(100, "normal") < spreads_of_chance(MOST_FILES, "normal")
    assert spreads_of_chance(100, "loose") < spreads_of_chance(100, "normal") < spreads_of_chance(100, "strict")
    assert spreads_of_chance(0, "normal") == spreads_of_chance(LEAST_FILES, "normal") > 0
    assert spreads_of_chance(10**6, "normal") == spreads_of_chance(MOST_FILES, "normal")


@pytest.mark.parametrize("files", [30, 300, 3000])
def test_chance_stands_out_as_rarely_in_a_large_library_as_in_a_small_one(files: int) -> None:
    random = np.random.default_rng(files)
    standing_out = 0
    for _ in range(200):
        # normal below the median, exponential above it: so were similarities of sounds that do not match
        above = random.random(files) < 0.5
        similarities = 0.04 * np.where(above, random.exponential(size=files), -abs(random.normal(size=files)))
        background = Background.of(similarities)
        standing_out += background.z(similarities).max() >= background.z_of_spreads(spreads_of_chance(files, "normal"))
    assert 0.1 < standing_out / 200 < 0.4


@pytest.mark.parametrize("files", [100, 1000, 10_000])
def test_what_is_normal_does_not_stand_out_and_what_is_different_does(files: int) -> None:
    similarities = np.random.default_rng(files).normal(0.1, 0.04, files)
    background = Background.of(similarities)
    least_z = background.z_of_spreads(spreads_of_chance(files, "loose"))
    assert background.z(similarities).max() < least_z
    assert background.z(0.1 + 0.04 * 12) > least_z


def test_where_nothing_stands_out_nothing_is_good() -> None:
    assert least_of_good(usual=0.0, chance=4.0, best=3.9) == 4.0


def test_where_something_stands_out_others_need_less() -> None:
    assert least_of_good(usual=0.0, chance=4.0, best=4.0) == pytest.approx(4.0 * SHARE)
    assert least_of_good(usual=1.0, chance=4.0, best=5.0) == pytest.approx(1.0 + 4.0 * SHARE)


def test_what_stands_out_by_itself_is_good_however_good_the_best_is() -> None:
    assert least_of_good(usual=0.0, chance=4.0, best=40.0) == 4.0


@pytest.mark.parametrize(
    ("hits", "heard", "reason"),
    [
        ([], 0, "Nothing was found."),
        ([WEAK, WEAK], 0, "Nothing here sounds like that."),
        ([SAYS, WEAK], 0, "Nothing here sounds like that. One file says it."),
        ([SAYS, SAYS], 0, "Nothing here sounds like that. 2 files say it."),
        ([HIT, WEAK], 1, "The first one stands out from the rest of the library; what follows may be chance."),
        ([HIT, HIT, WEAK], 2, "The first 2 stand out from the rest of the library; what follows may be chance."),
        ([HIT, HIT], 2, "All of these stand out from the rest of the library."),
    ],
)
def test_reason_says_where_good_matches_end(hits: list[Hit], heard: int, reason: str) -> None:
    assert reason_of(hits, heard) == reason
