from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.file_mime import local_paths
from app.item_models.results_model import KEPT_ROWS, PAGE_ROWS, ResultsModel, Role
from app.view_models.result_columns import COLUMNS, NUMBER_OF
from app.view_models.results import Results
from app.view_models.verdicts import Verdicts
from engine.library_rows import FileRow
from tests.app.listed_files import OUTLINE, answer_of, file_row, hit, knowing_model


class Asked(ResultsModel):
    """A model whose requests wait in two lists until a test answers them."""

    def __init__(self, paths_of: Callable[[list[int]], dict[int, Path]] | None = None) -> None:
        self.asked_rows: list[list[int]] = []
        self.asked_outlines: list[list[int]] = []
        super().__init__(self.asked_rows.append, self.asked_outlines.append, paths_of)

    def answer(self) -> None:
        self.put_rows({file_id: file_row(file_id) for file_id in self.asked_rows[-1]})


def text(model: ResultsModel, row: int, column: str, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    return model.data(model.index(row, NUMBER_OF[column]), role)


def asking_once(qtbot: QtBot, model: Asked, requests: int) -> None:
    qtbot.waitUntil(lambda: len(model.asked_rows) >= requests)


def test_keeps_the_rules_of_item_models(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = knowing_model()
    qtmodeltester.check(model)  # and it goes on watching
    model.set_results(Results.of_answer(answer_of([hit(1, 0.9), hit(2, 0.3)])))
    model.show_rows(0, 1, with_peaks=True)
    qtbot.waitUntil(lambda: model.peaks(1) is not None)
    model.set_results(Results.browsing(range(1, 1000)))
    model.set_results(Results.browsing([]))


def test_a_row_that_is_not_loaded_shows_what_was_found(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.of_answer(answer_of([hit(7, 0.82)])))
    assert [text(model, 0, name) for name in ("name", "match", "moment", "duration")] == [
        "…",
        "82 %",
        "0:42.3–0:44.0",
        "",
    ]


def test_rows_come_page_by_page_once_they_are_in_sight(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.browsing(range(1000, 2000)))
    assert text(model, 300, "name") == "…"
    assert model.asked_rows == []  # to be asked for data is not to be seen
    model.show_rows(300, 340, with_peaks=False)
    asking_once(qtbot, model, 1)
    assert model.asked_rows == [list(range(1256, 1384))]
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.answer()
    assert [index.row() for index in changed.args[:2]] == [300, 340]
    assert text(model, 300, "name") == "sound_1300.wav"
    assert model.peaks(300) is None
    assert model.asked_outlines == []


def test_rows_at_the_border_of_two_pages_bring_both(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.browsing(range(1000)))
    model.show_rows(PAGE_ROWS - 1, PAGE_ROWS, with_peaks=False)
    asking_once(qtbot, model, 1)
    assert model.asked_rows == [list(range(2 * PAGE_ROWS))]


def test_a_fast_scroll_asks_for_nothing_that_was_scrolled_past(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.browsing(range(500_000)))
    for first in range(0, 400_000, 1000):
        model.show_rows(first, first + 40, with_peaks=True)
    asking_once(qtbot, model, 1)
    assert [request[0] for request in model.asked_rows] == [399_000 - 399_000 % PAGE_ROWS]
    for first in range(400_000, 500_000, 1000):  # while the answer is awaited
        model.show_rows(first, first + 40, with_peaks=True)
        qtbot.wait(0)
    model.answer()
    asking_once(qtbot, model, 2)
    assert [request[0] for request in model.asked_rows[1:]] == [499_000 - 499_000 % PAGE_ROWS]


def test_outlines_are_asked_for_only_where_they_are_seen(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.browsing(range(1000)))
    model.show_rows(10, 12, with_peaks=False)
    asking_once(qtbot, model, 1)
    assert model.asked_outlines == []
    model.show_rows(10, 12, with_peaks=True)
    qtbot.waitUntil(lambda: model.asked_outlines == [[10, 11, 12]])


def test_news_of_a_row_is_shown_at_once(qtbot: QtBot) -> None:
    model = knowing_model()
    model.set_results(Results.browsing([1, 2, 3]))
    model.show_rows(0, 2, with_peaks=False)
    qtbot.waitUntil(lambda: model.file_row(2) is not None)
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.put_rows({2: file_row(2, tags=("dog",))})
    assert [index.row() for index in changed.args[:2]] == [1, 1]
    assert text(model, 1, "tags") == "dog"


def test_reloading_shows_the_old_rows_until_the_new_ones_come(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.browsing([1, 2]))
    model.show_rows(0, 1, with_peaks=False)
    asking_once(qtbot, model, 1)
    model.answer()
    model.reload()
    asking_once(qtbot, model, 2)
    assert text(model, 0, "name") == "sound_001.wav"
    model.put_rows({1: file_row(1, name="renamed.wav"), 2: file_row(2)})
    assert text(model, 0, "name") == "renamed.wav"


def test_only_some_thousands_of_rows_are_kept(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.browsing(range(KEPT_ROWS + 10)))
    model.put_rows({file_id: file_row(file_id) for file_id in range(KEPT_ROWS + 10)})
    loaded = [row for row in range(KEPT_ROWS + 10) if model.file_row(row) is not None]
    assert loaded == list(range(10, KEPT_ROWS + 10))


def test_roles_give_what_a_view_needs(qtbot: QtBot) -> None:
    model = knowing_model()
    model.set_results(Results.of_answer(answer_of([hit(7)])))
    model.show_rows(0, 0, with_peaks=True)
    qtbot.waitUntil(lambda: model.peaks(0) is not None)
    index = model.index(0, 0)
    assert model.data(index, Role.FILE_ID) == 7
    assert model.data(index, Role.RESULT) == model.result(0)
    assert isinstance(model.data(index, Role.FILE_ROW), FileRow)
    assert np.array_equal(model.data(index, Role.PEAKS), OUTLINE)
    assert text(model, 0, "name", Qt.ItemDataRole.AccessibleTextRole) == (
        "sound_007.wav, match 80 percent, 0:42.3 to 0:44.0, 3 minutes 10 seconds"
    )
    assert model.row_of(7) == 0
    assert model.row_of(8) is None


def test_tooltips_never_read_a_name_as_markup(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.browsing([7]))
    model.put_rows({7: file_row(7, path=Path("/sounds/<b>loud</b>.wav"))})
    shown = text(model, 0, "name", Qt.ItemDataRole.ToolTipRole)
    assert isinstance(shown, str)
    assert "&lt;b&gt;loud&lt;/b&gt;.wav" in shown


def test_headers_say_and_align_as_their_columns(qtbot: QtBot) -> None:
    model = Asked()
    titles = [model.headerData(number, Qt.Orientation.Horizontal) for number in range(len(COLUMNS))]
    assert titles[:4] == ["Name", "Match", "Moment", "Length"]
    alignment = model.headerData(NUMBER_OF["duration"], Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
    assert alignment & Qt.AlignmentFlag.AlignRight


# --- dragging ---------------------------------------------------------------------------------------------------------


def test_dragged_rows_are_local_files_in_their_order(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.browsing([3, 1, 2]))
    model.put_rows({file_id: file_row(file_id) for file_id in (1, 2, 3)})
    indexes = [model.index(row, column) for row in (2, 0) for column in range(2)]
    mime = model.mimeData(indexes)
    assert mime.hasFormat("text/uri-list")
    assert local_paths(mime) == [file_row(3).path, file_row(2).path]
    assert model.supportedDragActions() == Qt.DropAction.CopyAction


@pytest.mark.parametrize("name", [b"a b#c%20?.wav", b"caf\xc3\xa9.wav", b"caf\xe9.wav", b"x\ny.wav"])
def test_any_name_survives_being_dragged(qtbot: QtBot, name: bytes) -> None:
    path = Path(os.fsdecode(b"/sounds/" + name))
    model = Asked()
    model.set_results(Results.browsing([1]))
    model.put_rows({1: file_row(1, path=path)})
    assert local_paths(model.mimeData([model.index(0, 0)])) == [path]


def test_missing_files_cannot_be_dragged_and_unloaded_ones_are_looked_up(qtbot: QtBot) -> None:
    model = Asked(paths_of=lambda file_ids: {file_id: Path(f"/looked/up_{file_id}.wav") for file_id in file_ids})
    model.set_results(Results.browsing([1, 2, 3]))
    model.put_rows({1: file_row(1, state="missing"), 2: file_row(2)})
    mime = model.files_as_mime_data([1, 2, 3])
    assert local_paths(mime) == [file_row(2).path, Path("/looked/up_3.wav")]


def test_rows_can_be_dragged_and_nothing_else_can(qtbot: QtBot) -> None:
    model = Asked()
    model.set_results(Results.browsing([1]))
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert not model.flags(QModelIndex()) & Qt.ItemFlag.ItemIsDragEnabled


def test_what_was_liked_is_shown_at_once_and_told(qtbot: QtBot) -> None:
    model = knowing_model()
    model.set_results(Results.of_answer(answer_of([hit(7), hit(8)])))
    model.show_rows(0, 1, with_peaks=False)
    qtbot.waitUntil(lambda: model.file_row(1) is not None)
    with qtbot.waitSignal(model.dataChanged):
        model.set_verdicts(Verdicts(liked=frozenset({file_row(8).path})))
    assert [model.verdict(0), model.verdict(1)] == [None, "liked"]
    assert "liked" in str(text(model, 1, "name", Qt.ItemDataRole.AccessibleTextRole))
    with qtbot.assertNotEmitted(model.dataChanged):
        model.set_verdicts(Verdicts(liked=frozenset({file_row(8).path})))
