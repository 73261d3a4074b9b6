"""Questions with examples, beside words or alone, and with answers that were liked or disliked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.embedding import Embedder
from engine.hits import Answer, Hit
from engine.indexing import index_folders
from engine.library import Library
from engine.library_rows import Scope
from engine.question import Example, Question
from engine.search import Searcher
from engine.vector_index import VectorIndex

WriteSound = Callable[..., Path]

LOW_HZ, MIDDLE_HZ, HIGH_HZ = 440.0, 1010.0, 2010.0
MIXED = {
    "low": [LOW_HZ],
    "high": [HIGH_HZ],
    "low high": [LOW_HZ, HIGH_HZ],
    "high low": [HIGH_HZ, LOW_HZ],
    "low middle": [LOW_HZ, MIDDLE_HZ],
    "high middle": [HIGH_HZ, MIDDLE_HZ],
    "all": [LOW_HZ, MIDDLE_HZ, HIGH_HZ],
}


@pytest.fixture
def searcher(library: Library, sounds: Path, tone_embedder: Embedder, write_sound: WriteSound) -> Searcher:
    """Over what `MIXED` names, each tone 2 s long, and other tones."""
    for number, hz in enumerate((300, 700, 1300, 1600, 2600, 3000, 3400)):
        write_sound(sounds / f"other {number}.wav", hz=[hz, hz + 70], seconds=2)
    for name, tones in MIXED.items():
        write_sound(sounds / f"{name}.wav", hz=tones, seconds=2)
    index_folders(library, tone_embedder, [sounds])
    return Searcher(library, VectorIndex(library.index_db, tone_embedder.checkpoint_id), tone_embedder)


@pytest.fixture
def low(tmp_path: Path, write_sound: WriteSound) -> Example:
    """A low tone of 3 s that the library does not know."""
    return Example(write_sound(tmp_path / "heard outside.wav", hz=LOW_HZ, seconds=3))


def names(answer: Answer) -> list[str]:
    return [hit.path.stem for hit in answer.hits]


def hit_of(answer: Answer, name: str) -> Hit:
    return next(hit for hit in answer.hits if hit.path.stem == name)


def example_of(hit: Hit) -> Example:
    return Example(hit.path)


# --- beside words -----------------------------------------------------------------------------------------------------


def test_words_and_example_must_both_fit(searcher: Searcher, low: Example) -> None:
    answer = searcher.find(Question("2010 Hz", examples=(low,)))
    assert set(names(answer)[:3]) == {"low high", "high low", "all"}
    best = hit_of(answer, "low high")
    assert [(clause.text, clause.start_s, clause.end_s) for clause in best.clauses] == [
        ("2010 Hz", 2.0, 4.0),
        ("like heard outside.wav", 0.0, 2.0),
    ]
    assert (best.start_s, best.end_s, best.order_margin) == (0.0, 4.0, None)


def test_order_of_the_words_counts_and_the_example_may_be_anywhere(searcher: Searcher, sounds: Path) -> None:
    question = Question("{440 Hz} then {2010 Hz}", examples=(Example(sounds / "low middle.wav", 2.0),))
    best = searcher.find(question).hits[0]
    assert best.path.stem == "all"
    assert [clause.text for clause in best.clauses] == ["440 Hz", "2010 Hz", "like low middle.wav"]
    assert best.order_margin is not None
    assert best.order_margin > 0


def test_like_this_without_that(searcher: Searcher, low: Example) -> None:
    answer = searcher.find(Question("like this, without 2010 Hz", examples=(low,)))
    found = names(answer)
    assert found[:2] == ["low", "low middle"]
    assert found.index("low middle") < found.index("low high")
    assert [(clause.text, clause.negated) for clause in answer.hits[0].clauses] == [
        ("like heard outside.wav", False),
        ("2010 Hz", True),
    ]


def test_like_this_but_longer(searcher: Searcher, low: Example) -> None:
    question = Question("but longer", examples=(low,))
    assert {hit.duration_s for hit in searcher.find(question).hits} == {4.0, 6.0}
    assert [str(condition) for condition in searcher.query_of(question).filters] == ["duration:>3s"]
    assert {hit.duration_s for hit in searcher.find(replace(question, text="much longer")).hits} == set()
    assert {hit.duration_s for hit in searcher.find(replace(question, text="shorter")).hits} == {2.0}


def test_examples_of_the_library_are_left_out(searcher: Searcher, sounds: Path) -> None:
    both = (Example(sounds / "low high.wav"), Example(sounds / "high low.wav", 0.0, 2.0))
    answer = searcher.find(Question(examples=both))
    assert {"low high", "high low"}.isdisjoint(names(answer))
    assert answer.hits[0].clauses[0].text == "like low high.wav and high low.wav"


def test_similar_files_inside_the_current_results(searcher: Searcher, low: Example) -> None:
    current = tuple(hit.file_id for hit in searcher.find(Question("2010 Hz"), limit=4).hits)
    answer = searcher.find(Question(scope=Scope(among=current), examples=(low,)))
    assert {hit.file_id for hit in answer.hits} == set(current)
    assert "low" in names(answer)[0]


# --- liked and disliked -----------------------------------------------------------------------------------------------

QUESTIONS = ["2010 Hz", "high", "440 Hz then 2010 Hz", "440 Hz and 1010 Hz", "1010 Hz without 440 Hz", "without low"]


@pytest.mark.parametrize("text", QUESTIONS)
def test_what_is_disliked_never_rises_and_what_is_liked_on_top_stays_there(text: str, searcher: Searcher) -> None:
    question = Question(text)
    before = searcher.find(question, limit=50)
    for rank, hit in enumerate(before.hits):
        after = searcher.find(replace(question, disliked=(example_of(hit),)), limit=50)
        assert names(after).index(hit.path.stem) >= rank
        assert hit_of(after, hit.path.stem).score <= hit.score
        assert hit_of(after, hit.path.stem).weak
    top = before.hits[0]
    after = searcher.find(replace(question, liked=(example_of(top),)), limit=50)
    assert after.hits[0].path == top.path
    assert not after.hits[0].weak


@pytest.mark.parametrize("text", QUESTIONS)
def test_undone_is_as_if_it_had_never_been(text: str, searcher: Searcher) -> None:
    question = Question(text)
    before = searcher.find(question)
    judged = replace(question, liked=(example_of(before.hits[1]),), disliked=(example_of(before.hits[0]),))
    assert searcher.find(judged) != before
    assert searcher.find(replace(judged, liked=(), disliked=())) == before
    assert searcher.find(judged) == searcher.find(judged)


def test_what_is_liked_brings_others_like_it(searcher: Searcher, sounds: Path) -> None:
    question = Question("zzz")  # is alike to everything
    liked = searcher.find(replace(question, liked=(Example(sounds / "high.wav"),)))
    assert names(liked)[0] == "high"
    assert all("high" in name or name == "all" for name in names(liked)[:5])


def test_liked_alone_are_the_examples_and_stay_in_the_answer(searcher: Searcher, sounds: Path) -> None:
    answer = searcher.find(Question(liked=(Example(sounds / "low.wav"),)))
    assert names(answer)[0] == "low"
    assert answer.hits[0].clauses[0].text == "like low.wav"
    assert all("low" in name or name == "all" for name in names(answer)[:5])


def test_disliked_alone_come_last(searcher: Searcher, sounds: Path) -> None:
    answer = searcher.find(Question(disliked=(Example(sounds / "low.wav"),)), limit=50)
    assert names(answer)[-1] == "low"
    assert "low" not in names(answer)[0]


def test_judged_files_answer_only_where_they_may(searcher: Searcher, sounds: Path) -> None:
    question = Question("2010 Hz, duration:>5s", liked=(Example(sounds / "high.wav"),))
    assert names(searcher.find(question)) == ["all"]


def test_reason_counts_what_was_liked_and_not_what_was_disliked(searcher: Searcher, sounds: Path) -> None:
    good = searcher.find(Question("1600 Hz", liked=(Example(sounds / "low.wav"),)))
    assert (good.hits[0].path.stem, good.reason.startswith("Nothing")) == ("low", False)
    every = tuple(example_of(hit) for hit in searcher.find(Question("2010 Hz"), limit=50).hits)
    none = searcher.find(Question("2010 Hz", disliked=every))
    assert (none.cut, none.reason) == (0, "Nothing here sounds like that.")
