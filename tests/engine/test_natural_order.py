"""Names in the order that a person expects."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.natural_order import natural_key, natural_path_key


@pytest.mark.parametrize(
    "names",
    [
        ["take 2", "Take 3", "take 10", "take 100b"],
        ["1", "02", "3", "010", "20"],
        ["apple", "École", "Zebra"],
        ["a 1 b 9", "a 1 b 10", "a 2 b 1"],
        ["x9", "x" + "9" * 60, "x" + "1" * 61],
    ],
)
def test_numbers_go_by_their_size_and_capitals_and_accents_do_not_count(names: list[str]):
    backwards = names[::-1]
    assert sorted(backwards, key=natural_key) == names


def test_a_folder_comes_before_its_subfolders_and_these_before_the_next_folder():
    folders = ["drums", "drums/kick 2", "drums/kick 10", "drums 2"]
    backwards = folders[::-1]
    assert sorted(backwards, key=lambda folder: natural_path_key(PurePosixPath(folder))) == folders


@given(st.text(st.characters(codec=None)))
def test_any_name_has_a_key_that_can_be_stored(name: str):
    assert "\0" not in natural_key(name).encode("utf-8").decode()


def test_a_name_that_is_not_text_has_a_key_that_can_be_stored():
    assert natural_key("caf\udce9\0 2.wav") == "caf? 012.wav"
