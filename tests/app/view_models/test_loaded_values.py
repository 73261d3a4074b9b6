from __future__ import annotations

from app.view_models.loaded_values import LoadedValues


def test_what_is_not_there_is_asked_for_once() -> None:
    values = LoadedValues[str](capacity=10)
    assert values.to_ask([1, 2]) == [1, 2]
    values.put({1: "one", 2: "two"})
    assert values.get(1) == "one"
    assert values.to_ask([1, 2, 3]) == [3]


def test_one_request_is_under_way_at_a_time_and_what_was_passed_by_is_never_asked_for() -> None:
    values = LoadedValues[str](capacity=10)
    values.to_ask([1])
    assert values.to_ask([2]) == []
    assert values.to_ask([3]) == []
    values.put({1: "one"})
    assert values.to_ask([3]) == [3]


def test_what_an_answer_leaves_out_is_not_there_and_not_asked_for_again() -> None:
    values = LoadedValues[str](capacity=10)
    values.to_ask([1, 2])
    values.put({1: "one"})
    assert values.get(2) is None
    assert values.to_ask([1, 2]) == []


def test_an_empty_answer_ends_the_request() -> None:
    values = LoadedValues[str](capacity=10)
    values.to_ask([1])
    values.put({})
    assert values.to_ask([1, 2]) == [2]


def test_news_of_other_files_is_no_answer() -> None:
    values = LoadedValues[str](capacity=10)
    values.to_ask([1])
    values.put({7: "seven"})
    assert values.get(7) == "seven"
    assert values.to_ask([2]) == []


def test_what_was_used_last_is_kept() -> None:
    values = LoadedValues[str](capacity=2)
    values.put({1: "one", 2: "two"})
    values.get(1)
    values.put({3: "three"})
    assert (values.get(1), values.get(2), values.get(3)) == ("one", None, "three")
    assert len(values) == 2
    assert values.to_ask([1, 2, 3]) == [2]


def test_outdated_values_are_shown_until_the_new_ones_come() -> None:
    values = LoadedValues[str](capacity=10)
    values.put({1: "one"})
    values.outdate()
    assert values.get(1) == "one"
    assert values.to_ask([1]) == [1]
    values.put({1: "uno"})
    assert values.get(1) == "uno"
    assert values.to_ask([1]) == []
