"""The tags of one file, or of several."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.view_models.file_details import FileDetails
from app.view_models.several_files import SeveralFiles
from app.view_models.suggestions import SharedName
from app.widgets.inspector.tag_panel import TagPanel
from tests.app.shown_files import file_row, suggestion

BARK, RAIN, ANIMAL = suggestion("bark"), suggestion("rain", strength="maybe"), suggestion("animal", implied=True)
DOG = FileDetails(file_row(1, tags=("dog",)), (BARK, ANIMAL, RAIN))
CAT = FileDetails(file_row(2, tags=("cat", "dog")), (replace(BARK, strength="maybe"),))


@pytest.fixture
def panel(qtbot: QtBot) -> TagPanel:
    panel = TagPanel()
    qtbot.addWidget(panel)
    return panel


def test_one_file_has_capsules(panel: TagPanel) -> None:
    panel.show_files(DOG)
    assert [capsule.tag for capsule in panel.editor.capsules()] == ["dog"]
    assert [capsule.suggestion.name for capsule in panel.suggested.capsules()] == ["bark", "rain", "animal"]
    assert not panel.shared.isVisible()


def test_several_files_have_counted_rows(panel: TagPanel) -> None:
    panel.show_files(SeveralFiles.of([DOG, CAT]))
    assert [(row.shared.name, row.share.text()) for row in panel.shared.rows()] == [("dog", "all 2"), ("cat", "1 of 2")]
    assert [(row.shared.name, row.share.text()) for row in panel.shared_suggestions.rows()] == [
        ("bark", "all 2"),
        ("rain", "1 of 2"),
        ("animal", "1 of 2"),
    ]
    assert not panel.suggested.isVisible()


def test_a_row_is_accepted_for_the_files_it_is_suggested_for(panel: TagPanel, qtbot: QtBot) -> None:
    panel.show_files(SeveralFiles.of([DOG, CAT]))
    with qtbot.waitSignal(panel.accepted) as accepted:
        panel.shared_suggestions.rows()[0].give.click()
    assert accepted.args == [{"bark": (1, 2)}]
    with qtbot.waitSignal(panel.rejected) as rejected:
        panel.shared_suggestions.rows()[1].take.click()
    assert rejected.args == [{"rain": (1,)}]


def test_a_tag_is_given_to_all_or_taken_from_all(panel: TagPanel, qtbot: QtBot) -> None:
    panel.show_files(SeveralFiles.of([DOG, CAT]))
    with qtbot.waitSignal(panel.tags_added) as added:
        panel.shared.rows()[1].give.click()
    assert added.args == [["cat"]]
    with qtbot.waitSignal(panel.removed) as removed:
        panel.shared.rows()[0].take.click()
    assert removed.args == ["dog"]


def test_all_that_is_likely_is_accepted_and_the_rest_rejected(panel: TagPanel, qtbot: QtBot) -> None:
    panel.show_files(SeveralFiles.of([DOG, CAT]))
    with qtbot.waitSignal(panel.accepted) as accepted:
        panel.head.accept.click()
    assert accepted.args == [{"bark": (1,)}]
    with qtbot.waitSignal(panel.rejected) as rejected:
        panel.head.reject.click()
    assert rejected.args == [{"rain": (1,), "bark": (2,)}]


def test_where_all_is_likely_all_can_be_rejected(panel: TagPanel, qtbot: QtBot) -> None:
    panel.show_files(FileDetails(file_row(1), (BARK,)))
    with qtbot.waitSignal(panel.rejected) as rejected:
        panel.reject_rest()
    assert rejected.args == [{"bark": (1,)}]


def test_nothing_is_judged_where_nothing_is_suggested(panel: TagPanel, qtbot: QtBot) -> None:
    panel.show_files(None)
    with qtbot.assertNotEmitted(panel.accepted), qtbot.assertNotEmitted(panel.rejected):
        panel.accept_likely()
        panel.reject_rest()


def test_of_several_files_counts_are_all_it_needs(panel: TagPanel, qtbot: QtBot) -> None:
    many = tuple(range(10_000))
    panel.show_files(
        SeveralFiles(
            file_ids=many,
            ratings=frozenset(),
            facts=(),
            tags=(SharedName("dog", 9_000, 10_000),),
            suggestions=(SharedName("bark", 4_000, 10_000, "likely"),),
            suggested={"bark": many[:4_000]},
            likely={"bark": many[:3_000]},
            rest={"bark": many[3_000:4_000]},
        )
    )
    assert [row.share.text() for row in panel.shared.rows()] == ["9,000 of 10,000"]
    assert [row.share.text() for row in panel.shared_suggestions.rows()] == ["4,000 of 10,000"]
    with qtbot.waitSignal(panel.accepted) as accepted:
        panel.accept_likely()
    assert accepted.args == [{"bark": many[:3_000]}]
