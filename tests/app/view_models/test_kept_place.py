from __future__ import annotations

import pytest

from app.view_models.kept_place import ListLayout, PlaceOnScreen, anchor, keeping_place
from app.view_models.results import Results
from engine.text_index import TextHit
from tests.app.listed_files import answer_of, hit

ROW_PX = 28
WORDS = Results.of_words([TextHit(file_id, 1.0, ("dog",)) for file_id in (1, 2, 3, 4)])


def layout(offset_px: int = 0) -> ListLayout:
    return ListLayout(row_px=ROW_PX, divider_px=ROW_PX, offset_px=offset_px)


def place(row: int, offset_px: int = 0, pointed_at: bool = True) -> PlaceOnScreen:
    top_px = row * ROW_PX - offset_px
    return PlaceOnScreen(row, top_px, top_px + ROW_PX // 2, pointed_at)


def row_at(results: Results, y_px: int) -> int | None:
    """The file that is seen at so many pixels below the top of the list; None for the divider."""
    if results.first_weak is not None and y_px >= results.first_weak * ROW_PX:
        y_px -= ROW_PX
        if y_px < results.first_weak * ROW_PX:
            return None
    return int(results.file_ids[y_px // ROW_PX])


def test_the_anchor_is_the_first_place_whose_file_is_still_there() -> None:
    coming = Results.of_answer(answer_of([hit(3), hit(2)]))
    assert anchor(WORDS, coming, [place(0), place(2), place(1)]) == place(2)
    assert anchor(WORDS, coming, [place(3)]) is None
    assert anchor(WORDS, coming, []) is None


@pytest.mark.parametrize("row", range(4))
@pytest.mark.parametrize("scores", [(0.9, 0.8, 0.7, 0.6, 0.5), (0.9, 0.8, 0.7, 0.2, 0.1), (0.4, 0.3, 0.2, 0.2, 0.1)])
def test_what_is_pointed_at_is_still_under_the_mouse_when_the_network_answers(
    row: int, scores: tuple[float, ...]
) -> None:
    pointed_at = int(WORDS.file_ids[row])
    for order in ([9, 4, 3, 2, 1], [1, 2, 3, 4, 9], [4, 9, 1, 3, 2]):
        coming = Results.of_answer(
            answer_of([hit(file_id, score) for file_id, score in zip(order, scores, strict=True)])
        )
        shown, offset_px = keeping_place(WORDS, coming, [place(row)], layout())
        assert offset_px == 0
        assert row_at(shown, place(row).at_px) in (pointed_at, None)  # or the divider, where a click does nothing
        assert set(shown.file_ids.tolist()) == set(order)


def test_the_others_are_around_it_in_their_order() -> None:
    coming = Results.of_answer(answer_of([hit(file_id, 0.9) for file_id in (9, 4, 3, 2, 1)]))
    shown, _ = keeping_place(WORDS, coming, [place(0)], layout())
    assert shown.file_ids.tolist() == [1, 9, 4, 3, 2]


def test_where_nobody_points_a_list_at_its_top_shows_the_best() -> None:
    coming = Results.of_answer(answer_of([hit(9), hit(1)]))
    shown, offset_px = keeping_place(WORDS, coming, [], layout())
    assert (shown.file_ids.tolist(), offset_px) == ([9, 1], 0)


def test_a_browsed_list_is_scrolled_by_what_was_added_above() -> None:
    before, after = Results.browsing(range(100)), Results.browsing([200, 201, *range(100)])
    offset_px = 50 * ROW_PX + 10
    shown, scrolled_px = keeping_place(before, after, [place(50, offset_px, pointed_at=False)], layout(offset_px))
    assert shown is after
    assert scrolled_px == offset_px + 2 * ROW_PX


def test_scrolling_counts_the_divider() -> None:
    before = Results.of_answer(answer_of([hit(file_id, 0.2) for file_id in range(100)]))
    after = Results.of_answer(answer_of([hit(200, 0.9), *(hit(file_id, 0.2) for file_id in range(100))]))
    offset_px = 50 * ROW_PX
    there = PlaceOnScreen(row=50, top_px=ROW_PX, at_px=ROW_PX, pointed_at=False)  # below the divider on top
    _, scrolled_px = keeping_place(before, after, [there], layout(offset_px))
    assert scrolled_px == 51 * ROW_PX
