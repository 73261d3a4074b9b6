"""Questions of several sounds, in order, at once and not at all; and where the good matches end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine import candidates
from engine.embedding import Embedder
from engine.hits import Answer, ClauseMatch, Hit, Strictness
from engine.indexing import index_folders
from engine.library import Library
from engine.library_rows import EVERYTHING, Scope
from engine.question import Example, Question
from engine.search import Searcher
from engine.vector_index import VectorIndex

WriteSound = Callable[..., Path]
Listen = Callable[[], Searcher]

LOW, MIDDLE, HIGH = "440 Hz", "1010 Hz", "2010 Hz"
LEVELS: tuple[Strictness, ...] = ("loose", "normal", "strict")
LOW_HZ, MIDDLE_HZ, HIGH_HZ = 440.0, 1010.0, 2010.0


def then(*texts: str) -> Question:
    """One after another."""
    return Question(" then ".join(f"{{{text}}}" for text in texts))


def without(wanted: str, unwanted: str) -> Question:
    return Question(f"{{{wanted}}} without {{{unwanted}}}")


@pytest.fixture
def listen(library: Library, sounds: Path, tone_embedder: Embedder, write_sound: WriteSound) -> Listen:
    """Index `sounds` and a few tones that nobody asks for, and search them."""

    def index_and_search() -> Searcher:
        for number, hz in enumerate((300, 700, 1300, 1600, 2600, 3000, 3400)):
            write_sound(sounds / f"other {number}.wav", hz=[hz, hz + 70], seconds=2)
        index_folders(library, tone_embedder, [sounds])
        return Searcher(library, VectorIndex(library.index_db, tone_embedder.checkpoint_id), tone_embedder)

    return index_and_search


def hit_of(answer: Answer, name: str) -> Hit:
    return next(hit for hit in answer.hits if hit.path.name == name)


def spans(hit: Hit) -> list[tuple[str, float, float]]:
    return [(clause.text, clause.start_s, clause.end_s) for clause in hit.clauses]


# --- in order ---------------------------------------------------------------------------------------------------------


def test_the_file_with_the_order_that_was_asked_for_comes_first_and_shows_both_moments(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    write_sound(sounds / "low high.wav", hz=[LOW_HZ, 700, HIGH_HZ], seconds=2)
    write_sound(sounds / "high low.wav", hz=[HIGH_HZ, 700, LOW_HZ], seconds=2)
    searcher = listen()
    for first, second, name in ((LOW, HIGH, "low high.wav"), (HIGH, LOW, "high low.wav")):
        answer = searcher.find(then(first, second))
        best, other = answer.hits[:2]
        assert best.path.name == name
        assert spans(best) == [(first, 0.0, 2.0), (second, 4.0, 6.0)]
        assert (best.start_s, best.end_s) == (0.0, 6.0)
        assert best.order_margin is not None
        assert other.order_margin is not None
        assert best.order_margin > 0 > other.order_margin
        assert best.score > 0.5


def test_sounds_in_any_order_have_no_margin(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "high low.wav", hz=[HIGH_HZ, 700, LOW_HZ], seconds=2)
    query = Question(f"{LOW} and {HIGH}")
    best = listen().find(query).hits[0]
    assert spans(best) == [(LOW, 4.0, 6.0), (HIGH, 0.0, 2.0)]
    assert best.order_margin is None


def test_three_sounds_in_order(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    tones = {LOW: LOW_HZ, MIDDLE: MIDDLE_HZ, HIGH: HIGH_HZ}
    orders = [(LOW, MIDDLE, HIGH), (HIGH, MIDDLE, LOW), (MIDDLE, LOW, HIGH), (MIDDLE, HIGH, LOW)]
    for order in orders:
        write_sound(sounds / f"{' '.join(order)}.wav".replace(" Hz", ""), hz=[tones[text] for text in order], seconds=2)
    searcher = listen()
    for order in orders:
        best = searcher.find(then(*order)).hits[0]
        assert best.path.name == f"{' '.join(order)}.wav".replace(" Hz", "")
        assert spans(best) == [(order[0], 0.0, 2.0), (order[1], 2.0, 4.0), (order[2], 4.0, 6.0)]


def test_half_a_second_in_ten_minutes_is_found(
    listen: Listen, sounds: Path, write_sound: WriteSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "CANDIDATE_FILES", 3)  # on the whole ten minutes sound like something else
    monkeypatch.setattr(candidates, "NEAREST_OF_SEVERAL", 20)
    pieces = [700.0] * 1200
    pieces[500], pieces[900] = LOW_HZ, HIGH_HZ
    write_sound(sounds / "long.wav", hz=pieces, seconds=0.5)
    for number in range(6):
        write_sound(sounds / f"low {number}.wav", hz=LOW_HZ, seconds=2 + number / 10)
    best = listen().find(then(LOW, HIGH), limit=1).hits[0]
    assert best.path.name == "long.wav"
    assert spans(best) == [(LOW, 250.0, 250.5), (HIGH, 450.0, 450.5)]


def test_words_of_all_sounds_count(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "440 Hz and 2010 Hz.wav", hz=[LOW_HZ, HIGH_HZ], seconds=2)
    write_sound(sounds / "untitled.wav", hz=[LOW_HZ, HIGH_HZ], seconds=2.5)
    answer = listen().find(then(LOW, HIGH))
    assert [hit.path.name for hit in answer.hits[:2]] == ["440 Hz and 2010 Hz.wav", "untitled.wav"]
    assert answer.hits[0].words == ("440", "Hz", "2010")


def test_only_files_of_the_scope_answer_and_score_as_among_all(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    write_sound(sounds / "many/a.wav", hz=[LOW_HZ, HIGH_HZ], seconds=2)
    write_sound(sounds / "few/b.wav", hz=[HIGH_HZ, LOW_HZ], seconds=2)
    searcher = listen()
    (hit,) = searcher.find(replace(then(LOW, HIGH), scope=Scope(folder=sounds / "few"))).hits
    assert hit == hit_of(searcher.find(then(LOW, HIGH)), "b.wav")


def test_filters_and_quoted_words_decide_who_may_answer(
    listen: Listen, library: Library, sounds: Path, write_sound: WriteSound
) -> None:
    write_sound(sounds / "reel 5/low_take12.wav", hz=LOW_HZ, seconds=2)
    write_sound(sounds / "reel 5/low take 3.wav", hz=LOW_HZ, seconds=4)
    write_sound(sounds / "reel 6/low take 12.wav", hz=LOW_HZ, seconds=3)
    searcher = listen()

    def names(sentence: str, scope: Scope = EVERYTHING) -> set[str]:
        return {hit.path.name for hit in searcher.find(Question(sentence, scope)).hits}

    assert names(f'{LOW} "take 12"') == {"low_take12.wav", "low take 12.wav"}
    assert names(f'{LOW} "take 12" folder:"reel 5"') == names(f'{LOW} "take 12" duration:<=2s') == {"low_take12.wav"}
    assert names(f"{LOW} folder:reel duration:>2s format:wav") == {"low take 3.wav", "low take 12.wav"}
    assert names(f"{LOW} format:mp3") == names(f'{LOW} "take 13"') == set()
    (some,) = (row.id for row in library.rows(library.listing()).values() if row.name == "low take 3.wav")
    assert names(LOW, Scope(among=(some,))) == {"low take 3.wav"}
    among_all = hit_of(searcher.find(Question(LOW)), "low take 3.wav")
    assert searcher.find(Question(LOW, Scope(among=(some,)))).hits == (among_all,)


def test_answers_are_the_same_every_time_and_equal_files_keep_their_order(
    listen: Listen, library: Library, sounds: Path, tone_embedder: Embedder, write_sound: WriteSound
) -> None:
    for number in range(8):
        write_sound(sounds / f"{number}.wav", hz=[LOW_HZ, HIGH_HZ], seconds=2 + number / 1000)
    first = listen().find(then(LOW, HIGH))
    again = Searcher(library, VectorIndex(library.index_db, tone_embedder.checkpoint_id), tone_embedder)
    assert again.find(then(LOW, HIGH)) == first
    assert again.find(then(LOW, HIGH)) == first  # from what is remembered
    ids = [hit.file_id for hit in first.hits if hit.score == first.hits[0].score]
    assert ids == sorted(ids)


def test_a_file_that_this_network_has_not_heard_is_found_by_its_words(
    listen: Listen, library: Library, sounds: Path, tone_embedder: Embedder, write_sound: WriteSound
) -> None:
    write_sound(sounds / "440 and 2010.wav", hz=[LOW_HZ, HIGH_HZ], seconds=2)
    listen()
    deaf = Embedder(tone_embedder.network, "another-checkpoint")
    searcher = Searcher(library, VectorIndex(library.index_db, deaf.checkpoint_id), deaf)
    (hit,) = searcher.find(then(LOW, HIGH)).hits
    assert (hit.start_s, hit.end_s, hit.order_margin, hit.weak) == (0.0, 4.0, None, True)
    (named,) = searcher.find(without(LOW, HIGH)).hits
    assert [clause.negated for clause in named.clauses] == [False, True]


@pytest.mark.parametrize(
    "query",
    [then(LOW), then(LOW, HIGH), without(LOW, HIGH), Question(f"without {LOW}")],
)
def test_an_empty_library_has_no_hits(query: Question, library: Library, tone_embedder: Embedder) -> None:
    searcher = Searcher(library, VectorIndex(library.index_db, tone_embedder.checkpoint_id), tone_embedder)
    answer = searcher.find(query)
    assert (answer.hits, answer.cut, answer.reason) == ((), 0, "Nothing was found.")


def test_a_query_without_any_sound_has_no_hits(listen: Listen) -> None:
    assert listen().find(Question("format:wav")).hits == ()


# --- at the same time, and not at all ---------------------------------------------------------------------------------


def test_what_should_sound_at_once_is_found_where_it_does(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    write_sound(sounds / "near.wav", hz=[700, LOW_HZ, HIGH_HZ, 700], seconds=0.5)
    write_sound(sounds / "apart.wav", hz=[LOW_HZ, 700, 700, HIGH_HZ], seconds=0.5)
    query = Question(f"{LOW} while {HIGH}")
    answer = listen().find(query)
    assert answer.hits[0].path.name == "near.wav"
    assert hit_of(answer, "near.wav").score > hit_of(answer, "apart.wav").score


def test_files_without_what_should_not_be_heard_come_first(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    write_sound(sounds / "clean.wav", hz=[LOW_HZ, 700], seconds=2)
    write_sound(sounds / "spoiled.wav", hz=[LOW_HZ, HIGH_HZ], seconds=2)
    searcher = listen()
    answer = searcher.find(without(LOW, HIGH))
    assert answer.hits[0].path.name == "clean.wav"
    spoiled = hit_of(answer, "spoiled.wav")
    low, high = spoiled.clauses
    assert (high.text, high.start_s, high.end_s, high.negated) == (HIGH, 2.0, 4.0, True)  # where it is heard most
    assert high.score > 0.5
    assert hit_of(answer, "clean.wav").clauses[1].score < 0.2
    assert (spoiled.start_s, spoiled.end_s) == (low.start_s, low.end_s) == (0.0, 2.0)
    assert spoiled.score < hit_of(searcher.find(then(LOW)), "spoiled.wav").score


def test_words_of_what_should_not_be_heard_are_not_looked_for(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    write_sound(sounds / "door.wav", hz=700, seconds=2)
    answer = listen().find(without("440 Hz", "door"))
    assert hit_of(answer, "door.wav").words == ()


def test_where_nothing_should_be_heard_but_something_not(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    write_sound(sounds / "high.wav", hz=HIGH_HZ, seconds=2)
    answer = listen().find(Question(f"without {HIGH}"))
    assert answer.hits[-1].path.name == "high.wav"
    assert answer.hits[-1].score < 0.5 < answer.hits[0].score
    assert answer.hits[-1].clauses == (ClauseMatch(HIGH, 0.0, 2.0, answer.hits[-1].clauses[0].score, negated=True),)
    assert (answer.hits[-1].weak, answer.hits[0].weak) == (True, False)


# --- the cut ----------------------------------------------------------------------------------------------------------


def test_good_matches_end_where_others_begin(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    for number in range(3):
        write_sound(sounds / f"high {number}.wav", hz=HIGH_HZ, seconds=2 + number)
    answer = listen().find(then(HIGH))
    assert [hit.path.name[:4] for hit in answer.hits[: answer.cut]] == ["high"] * 3
    assert [hit.weak for hit in answer.hits] == [False] * 3 + [True] * (len(answer.hits) - 3)
    assert answer.reason.startswith("The first 3 stand out")


def test_a_file_with_another_order_or_without_one_of_the_sounds_is_weak_whatever_it_scores(
    listen: Listen, sounds: Path, write_sound: WriteSound
) -> None:
    write_sound(sounds / "right.wav", hz=[LOW_HZ, 700, HIGH_HZ], seconds=2)
    write_sound(sounds / "other order.wav", hz=[HIGH_HZ, 700, LOW_HZ], seconds=2)
    write_sound(sounds / "2010 Hz alone.wav", hz=HIGH_HZ, seconds=2)
    answer = listen().find(replace(then(LOW, HIGH), strictness="loose"))
    assert [hit.path.name for hit in answer.hits[: answer.cut]] == ["right.wav"]
    assert all(hit.weak for hit in answer.hits[answer.cut :])
    other = hit_of(answer, "other order.wav")
    assert spans(other) == [(LOW, 4.0, 6.0), (HIGH, 0.0, 2.0)]  # where they are, not where they should be


def test_where_nothing_matches_it_is_said(listen: Listen) -> None:
    searcher = listen()
    for strictness in LEVELS:
        answer = searcher.find(replace(then(HIGH), strictness=strictness))
        assert (answer.cut, answer.reason) == (0, "Nothing here sounds like that.")


def test_stricter_is_never_more(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    for number in range(12):  # ever less of it
        write_sound(sounds / f"{number}.wav", hz=[HIGH_HZ] + [3100 + 30 * number] * number, seconds=1)
    searcher = listen()
    loose, normal, strict = (searcher.find(replace(then(HIGH), strictness=level), limit=50).cut for level in LEVELS)
    assert loose >= normal >= strict > 0


def test_cut_of_an_example(listen: Listen, sounds: Path, write_sound: WriteSound) -> None:
    example = write_sound(sounds / "example.wav", hz=HIGH_HZ, seconds=2)
    write_sound(sounds / "same.wav", hz=HIGH_HZ + 5, seconds=3)
    answer = listen().find(Question(examples=(Example(example),)))
    assert (answer.hits[0].path.name, answer.cut) == ("same.wav", 1)
