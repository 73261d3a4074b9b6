"""Any text goes into a cell and comes back; none of them is a formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spreadsheet_cells import cell_of, cell_of_texts, text_of, texts_of

LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A1"])
def test_what_a_spreadsheet_would_run_is_text(text: str):
    assert cell_of(text) == f"'{text}"


@pytest.mark.parametrize("text", ["rain", "'tis", "a=b", "", "雷"])
def test_other_text_is_left_alone(text: str):
    assert cell_of(text) == text == text_of(text)


@given(LETTERS)
def test_every_text_comes_back(text: str):
    assert text_of(cell_of(text)) == text
    assert not cell_of(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(LETTERS.map(str.strip).filter(bool), max_size=5))
def test_several_texts_come_back_each_for_itself(texts: list[str]):
    assert texts_of(cell_of_texts(texts)) == texts


def test_people_separate_as_they_like():
    assert texts_of(" rain;wind ;; storm;") == ["rain", "wind", "storm"]


def test_what_is_no_text_is_left_out_or_shown():
    assert cell_of("a\0b") == "ab"
    assert text_of("a\0b") == "ab"
    assert cell_of("caf\udce9.wav") == "caf\\xe9.wav"
