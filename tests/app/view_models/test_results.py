from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from app.view_models.results import ResultRow, Results
from engine.hits import ClauseMatch
from engine.text_index import TextHit
from tests.app.listed_files import answer_of, hit


def ids(results: Results) -> list[int]:
    return results.file_ids.tolist()


def test_browsing_shows_files_of_which_nothing_was_found() -> None:
    results = Results.browsing([7, 3, 9])
    assert ids(results) == [7, 3, 9]
    assert results.row(1) == ResultRow(3, score=None, start_s=0.0, end_s=None)
    assert results.first_weak is None


def test_half_a_million_browsed_files_take_eight_bytes_each() -> None:
    results = Results.browsing(range(500_000))
    assert results.file_ids.nbytes == 4_000_000
    assert sys.getsizeof(results.found) < 100


def test_words_say_which_and_know_no_moment() -> None:
    results = Results.of_words([TextHit(4, 9.5, ("dog",)), TextHit(2, 3.0, ("dog", "bark"))])
    assert ids(results) == [4, 2]
    assert results.row(1) == ResultRow(2, words=("dog", "bark"))


def test_hits_have_scores_moments_and_clauses() -> None:
    found = hit(5, 0.8, 42.3, 44.0, words=("dog",))
    row = Results.of_answer(answer_of([found])).row(0)
    assert (row.score, row.start_s, row.end_s, row.clauses, row.words) == (0.8, 42.3, 44.0, found.clauses, ("dog",))
    assert not row.weak


def test_weak_matches_come_after_the_divider() -> None:
    results = Results.of_answer(answer_of([hit(1, 0.9), hit(2, 0.5), hit(3, 0.49), hit(4, 0.1)]))
    assert [results.row(index).weak for index in range(4)] == [False, False, True, True]
    assert results.first_weak == 2
    assert results.weak_rows == 2


def test_without_any_strong_match_the_divider_is_on_top() -> None:
    assert Results.of_answer(answer_of([hit(1, 0.4), hit(2, 0.1)])).first_weak == 0


def test_files_are_found_in_the_list_and_others_are_not() -> None:
    results = Results.browsing([7, 3, 9, 12])
    assert results.index_of(9) == 2
    assert results.index_of(8) is None
    assert results.indices_of([12, 8, 7]).tolist() == [0, 3]


def test_rows_between_stop_at_both_ends_of_the_list() -> None:
    results = Results.browsing([7, 3, 9])
    assert results.ids_between(-5, 1) == [7, 3]
    assert results.ids_between(1, 127) == [3, 9]
    assert results.ids_between(5, 9) == []


def test_hits_are_put_in_the_order_of_the_library_and_back() -> None:
    hits = Results.of_answer(answer_of([hit(1, 0.9), hit(2, 0.6), hit(3, 0.2)]))
    by_name = hits.reordered(np.array([9, 3, 8, 1, 7, 2]))
    assert ids(by_name) == [3, 1, 2]
    assert by_name.row(0).weak
    assert by_name.first_weak is None  # weak and strong are mixed


def test_a_file_that_the_library_no_longer_lists_comes_last() -> None:
    hits = Results.of_answer(answer_of([hit(1, 0.9), hit(2, 0.6), hit(3, 0.2)]))
    assert ids(hits.reordered([3, 2])) == [3, 2, 1]


def test_one_row_can_be_kept_in_its_place_among_others() -> None:
    hits = Results.of_answer(answer_of([hit(1, 0.9), hit(2, 0.8), hit(3, 0.3), hit(4, 0.2)]))
    assert ids(hits.with_row_at(4, 0)) == [4, 1, 2, 3]
    assert ids(hits.with_row_at(1, 99)) == [2, 3, 4, 1]
    assert ids(hits.with_row_at(8, 1)) == [1, 2, 3, 4]


def test_a_kept_row_does_not_move_the_divider_to_itself() -> None:
    hits = Results.of_answer(answer_of([hit(1, 0.9), hit(2, 0.8), hit(3, 0.3), hit(4, 0.2)]))
    assert hits.with_row_at(4, 0).first_weak == 3
    assert hits.with_row_at(1, 3).first_weak == 1


def test_a_file_in_which_only_something_should_not_be_heard_has_no_moment() -> None:
    found = replace(hit(5, 0.9), clauses=(ClauseMatch("rain", 3.0, 4.0, 0.1, negated=True),))
    row = Results.of_answer(answer_of([found])).row(0)
    assert (row.start_s, row.end_s) == (0.0, None)


def test_the_answer_says_where_the_good_matches_end_and_words_alone_say_nothing_of_it() -> None:
    assert Results.of_answer(answer_of([hit(5, 0.9)])).reason == "Some of these stand out."
    assert Results.of_words([TextHit(4, 9.5, ("dog",))]).reason == ""


def test_whether_any_file_says_words() -> None:
    assert Results.of_answer(answer_of([hit(5, 0.1), hit(6, 0.1, words=("dog",))])).says_words
    assert not Results.of_answer(answer_of([hit(5, 0.1)])).says_words
