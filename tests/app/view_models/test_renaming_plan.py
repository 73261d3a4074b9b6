"""New names while a person works on them."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from app.view_models.renaming_plan import PROBLEMS, RenamingPlan, Wishes, cat_id_of, category_lines, made_plan
from engine.ucs_renaming import FilesToName, FileToName, Problem

FOLDER = Path("/sounds")
FILES = (
    FileToName(1, FOLDER / "tape 1.wav", tags=("rain metal",), caption="Rain drums on a roof."),
    FileToName(2, FOLDER / "tape 2.wav", category="THUN"),
    FileToName(3, FOLDER / "tape 3.wav"),
)
KNOWN = FilesToName(FILES, {FOLDER: ["tape 1.wav", "tape 2.wav", "tape 3.wav", "RAINMetl_taken.wav"]})


def new_names(wishes: Wishes) -> list[str]:
    plan = made_plan(KNOWN, wishes)
    return [renaming.new.name if not renaming.problem else renaming.problem for renaming in plan.renamings]


def test_what_is_known_of_each_file_names_it():
    assert new_names(Wishes()) == ["RAINMetl_Rain drums on a roof.wav", "THUN_tape 2.wav", "no category"]
    assert len(made_plan(KNOWN, Wishes()).ready) == 2


def test_wishes_for_all_go_before_what_is_known():
    assert new_names(Wishes("AMBForst", "EM", "Alps"))[1:] == [
        "AMBForst_tape 2_EM_Alps.wav",
        "AMBForst_tape 3_EM_Alps.wav",
    ]


def test_what_was_written_for_one_file_goes_before_wishes_for_all():
    wishes = Wishes("AMBForst", "EM").with_written(3, "cat_id", "RAINMetl").with_written(3, "creator_id", "XY")
    assert new_names(wishes)[1:] == ["AMBForst_tape 2_EM.wav", "RAINMetl_tape 3_XY.wav"]


def test_what_stands_in_the_way_is_told_in_words():
    wishes = (
        Wishes("RAINMetl")
        .with_written(1, "fx_name", "taken")
        .with_written(2, "fx_name", "x")
        .with_written(3, "fx_name", "X")
    )
    assert new_names(wishes) == ["taken", "wanted twice", "wanted twice"]
    assert all(PROBLEMS[problem] for problem in get_args(Problem) if problem)


def test_wishes_are_values():
    first = Wishes()
    second = first.with_written(1, "fx_name", "a")
    assert first == Wishes()
    assert second == Wishes(written={1: {"fx_name": "a"}})


@pytest.mark.parametrize(
    ("text", "cat_id"), [("rainmetl ", "RAINMetl"), ("RAINMetl", "RAINMetl"), ("rainy", ""), ("", "")]
)
def test_categories_in_any_capitals(text: str, cat_id: str):
    assert cat_id_of(text) == cat_id


def test_every_category_reads_as_words():
    lines = dict(category_lines())
    assert lines["RAINMetl"] == "RAINMetl  Rain, metal"
    assert len(lines) > 700


def test_nothing_is_a_plan_too():
    assert made_plan(FilesToName((), {}), Wishes()) == RenamingPlan(FilesToName((), {}), Wishes(), (), ())
