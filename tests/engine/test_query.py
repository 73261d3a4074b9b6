from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.query import MAX_CHARACTERS, Clause, EmptyQuery, parse


def test_a_sentence_is_one_clause_for_now() -> None:
    query = parse("dog barks then car passes")
    assert query.text == "dog barks then car passes"
    assert query.clauses == (Clause("dog barks then car passes", negated=False, group=0),)


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("  dog   barking \n", "dog barking"),
        ("dog\tbarking\x00loud", "dog barking loud"),
        ("caf\udce9 noise", "caf noise"),  # an argument that was not UTF-8
        ("dog\u202egnikrab", "doggnikrab"),  # a bidirectional override
        ("cafe\u0301", "caf\u00e9"),  # composed, as most names are stored
        ('"kick" 909.wav', '"kick" 909.wav'),
        ("犬が吠える", "犬が吠える"),
    ],
)
def test_text_is_tidied_but_not_changed(typed: str, searched: str) -> None:
    assert parse(typed).text == searched


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "\x00", "\u200b\udcff"])
def test_an_empty_query_is_refused_in_one_sentence(nothing: str) -> None:
    with pytest.raises(EmptyQuery, match=r"^Nothing was asked: .*\.$") as refused:
        parse(nothing)
    assert isinstance(refused.value, EngineError)


def test_a_pasted_book_is_cut() -> None:
    assert len(parse("dog " * 100_000).text) <= MAX_CHARACTERS


@given(st.text(alphabet=st.characters(), max_size=200))
def test_whatever_is_typed_is_refused_or_becomes_one_clean_line(typed: str) -> None:
    try:
        text = parse(typed).text
    except EmptyQuery:
        return
    assert text == parse(text).text
    assert text.isprintable() or not text.isascii()
    text.encode("utf-8")
