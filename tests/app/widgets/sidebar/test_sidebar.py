from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from app.item_models.sidebar_model import SidebarModel
from app.view_models.sidebar_tree import COLLECTIONS, LIBRARY, TAGS, RootStatus
from app.widgets.sidebar.sidebar import Sidebar
from app.widgets.sidebar.sidebar_menu import SidebarMenu
from app.widgets.sidebar.sidebar_rows import add_rect
from app.widgets.sidebar.sidebar_view import SidebarView
from engine.library_rows import EVERYTHING, FolderCount, NameCount, Root, RootCounts, Scope
from engine.saved_searches import SavedSearch
from tests.app.shown_files import HOSTILE_NAMES

FIELD = Path("/sounds/Field")
STREET = FIELD / "Street"
ROOT, EVERY, CHASE, RAIN, DOG = ("root", 1), "everything", ("collection", 7), ("saved", "Rain"), ("tag", "dog")


@pytest.fixture
def sidebar(qtbot: QtBot) -> Sidebar:
    """One of everything, on the screen."""
    sidebar = Sidebar()
    qtbot.addWidget(sidebar)
    sidebar.set_roots([RootCounts(Root(1, FIELD, "ok"), 12_400, 0, 3)])
    sidebar.set_collections([NameCount("Chase", 14, 7)])
    sidebar.set_saved([SavedSearch("Rain", "rain on tin")])
    sidebar.set_tags([NameCount("dog", 9), NameCount("car", 4)])
    sidebar.resize(240, 800)
    sidebar.show()
    return sidebar


def view_of(sidebar: Sidebar) -> SidebarView:
    view = sidebar.findChild(SidebarView)
    assert isinstance(view, SidebarView)
    return view


def index_of(sidebar: Sidebar, key: object) -> QModelIndex:
    model = view_of(sidebar).model()
    assert isinstance(model, SidebarModel)
    return model.index_of(key)


def click(
    qtbot: QtBot,
    sidebar: Sidebar,
    key: object,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    at: QPoint | None = None,
) -> None:
    view = view_of(sidebar)
    place = at or view.visualRect(index_of(sidebar, key)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, place)


def menu_of(sidebar: Sidebar, key: object) -> SidebarMenu:
    entry = view_of(sidebar).entry_at(index_of(sidebar, key))
    assert entry is not None
    return sidebar.menu_of(entry)


def choose(sidebar: Sidebar, key: object, label: str) -> None:
    """Pick an entry of the menu of a row."""
    menu = menu_of(sidebar, key)
    actions = {action.text(): action for action in menu.actions()}
    actions[label].trigger()
    menu.close()


def answer(sidebar: Sidebar, label: str) -> str:
    """Press a button of the question that is asked; returns the question."""
    box = sidebar.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    (button,) = (each for each in box.findChildren(QAbstractButton) if each.text().replace("&", "") == label)
    button.click()
    return box.text()


# --- choosing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "scope"),
    [
        (EVERY, EVERYTHING),
        (ROOT, Scope(root_ids=(1,))),
        (CHASE, Scope(collection_id=7)),
        (DOG, Scope(tags=("dog",))),
    ],
)
def test_a_click_chooses(sidebar: Sidebar, qtbot: QtBot, key: object, scope: Scope) -> None:
    with qtbot.waitSignal(sidebar.scope_chosen) as chosen:
        click(qtbot, sidebar, key)
    assert chosen.args == [scope, False]


def test_a_click_with_ctrl_adds_and_takes_away_again(sidebar: Sidebar, qtbot: QtBot) -> None:
    told: list[tuple[Scope, bool]] = []
    sidebar.scope_chosen.connect(lambda scope, add: told.append((scope, add)))
    control = Qt.KeyboardModifier.ControlModifier
    click(qtbot, sidebar, ROOT)
    click(qtbot, sidebar, DOG, control)
    click(qtbot, sidebar, ROOT, control)
    assert told == [(Scope(root_ids=(1,)), False), (Scope(tags=("dog",)), True), (Scope(tags=("dog",)), False)]


def test_enter_chooses_and_ctrl_enter_adds(sidebar: Sidebar, qtbot: QtBot) -> None:
    view_of(sidebar).setCurrentIndex(index_of(sidebar, DOG))
    with qtbot.waitSignal(sidebar.scope_chosen) as chosen:
        qtbot.keyClick(view_of(sidebar), Qt.Key.Key_Return)
    assert chosen.args == [Scope(tags=("dog",)), False]
    view_of(sidebar).setCurrentIndex(index_of(sidebar, CHASE))
    with qtbot.waitSignal(sidebar.scope_chosen) as chosen:
        qtbot.keyClick(view_of(sidebar), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert chosen.args == [Scope(collection_id=7), True]


def test_what_is_left_out_last_leaves_everything(sidebar: Sidebar, qtbot: QtBot) -> None:
    click(qtbot, sidebar, DOG)
    with qtbot.waitSignal(sidebar.scope_chosen) as chosen:
        click(qtbot, sidebar, DOG, Qt.KeyboardModifier.ControlModifier)
    assert chosen.args == [EVERYTHING, False]


def test_a_saved_search_is_chosen(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.saved_search_chosen) as chosen, qtbot.assertNotEmitted(sidebar.scope_chosen):
        click(qtbot, sidebar, RAIN)
    assert chosen.args == [SavedSearch("Rain", "rain on tin")]


def test_a_section_folds_and_chooses_nothing(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(sidebar.scope_chosen):
        click(qtbot, sidebar, TAGS.key)
    assert not view_of(sidebar).isExpanded(index_of(sidebar, TAGS.key))
    qtbot.keyClick(view_of(sidebar), Qt.Key.Key_Return)
    assert view_of(sidebar).isExpanded(index_of(sidebar, TAGS.key))


# --- folders ----------------------------------------------------------------------------------------------------------


def test_an_unfolded_root_asks_for_its_folders(sidebar: Sidebar, qtbot: QtBot) -> None:
    view, root = view_of(sidebar), view_of(sidebar).visualRect(index_of(sidebar, ROOT))
    chevron = QPoint(root.left() - 8, root.center().y())
    with qtbot.waitSignal(sidebar.folders_requested) as requested, qtbot.assertNotEmitted(sidebar.scope_chosen):
        click(qtbot, sidebar, ROOT, at=chevron)
    assert requested.args == [FIELD]
    sidebar.put_folders(FIELD, [FolderCount("Street", STREET, 7)])
    street = index_of(sidebar, ("folder", STREET))
    assert view.visualRect(street).isValid()


def test_folders_are_asked_for_again_when_their_root_changed(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.put_folders(FIELD, [FolderCount("Street", STREET, 7)])
    same = [RootCounts(Root(1, FIELD, "ok"), 12_400, 0, 3)]
    with qtbot.assertNotEmitted(sidebar.folders_requested):
        sidebar.set_roots(same)
    with qtbot.waitSignal(sidebar.folders_requested) as requested:
        sidebar.set_roots([RootCounts(Root(1, FIELD, "ok"), 12_401, 0, 3)])
    assert requested.args == [FIELD]


def test_a_refresh_keeps_the_place(sidebar: Sidebar) -> None:
    view = view_of(sidebar)
    sidebar.put_folders(FIELD, [FolderCount(f"take {number}", FIELD / str(number), 1) for number in range(50)])
    view.expand(index_of(sidebar, ROOT))
    view.setCurrentIndex(index_of(sidebar, DOG))
    view.collapse(index_of(sidebar, COLLECTIONS.key))
    view.verticalScrollBar().setValue(120)
    sidebar.set_roots([RootCounts(Root(1, FIELD, "ok"), 1, 0, 0)])
    sidebar.set_statuses({1: RootStatus("indexing", share_done=0.1)})
    sidebar.set_tags([NameCount("car", 40), NameCount("dog", 9)])
    sidebar.set_collections([])
    sidebar.set_saved([])
    assert view.isExpanded(index_of(sidebar, ROOT))
    assert not view.isExpanded(index_of(sidebar, COLLECTIONS.key))
    assert view.currentIndex() == index_of(sidebar, DOG)
    assert view.verticalScrollBar().value() == 120


# --- tags -------------------------------------------------------------------------------------------------------------


def test_many_tags_can_be_filtered(sidebar: Sidebar, qtbot: QtBot) -> None:
    field = sidebar.findChild(QLineEdit)
    assert not field.isVisible()
    sidebar.set_tags([NameCount(f"tag {number}", 30 - number) for number in range(30)])
    assert field.isVisible()
    qtbot.keyClicks(field, "tag 2")
    tags = index_of(sidebar, TAGS.key)
    assert view_of(sidebar).model().rowCount(tags) == 11
    field.clear()
    assert view_of(sidebar).model().rowCount(tags) == 30


# --- collections ------------------------------------------------------------------------------------------------------


def test_the_plus_begins_a_collection(sidebar: Sidebar, qtbot: QtBot) -> None:
    view = view_of(sidebar)
    plus = add_rect(view.visualRect(index_of(sidebar, COLLECTIONS.key))).center()
    click(qtbot, sidebar, COLLECTIONS.key, at=plus)
    editor = view.viewport().findChild(QLineEdit)
    qtbot.keyClicks(editor, "Rain scene")
    with qtbot.waitSignal(sidebar.new_collection_requested) as requested:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert requested.args == ["Rain scene"]
    qtbot.waitUntil(lambda: not index_of(sidebar, "draft").isValid())


def test_escape_begins_no_collection(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.begin_collection()
    editor = view_of(sidebar).viewport().findChild(QLineEdit)
    with qtbot.assertNotEmitted(sidebar.new_collection_requested):
        qtbot.keyClick(editor, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not index_of(sidebar, "draft").isValid())


def test_the_plus_of_the_library_adds_a_folder(sidebar: Sidebar, qtbot: QtBot) -> None:
    plus = add_rect(view_of(sidebar).visualRect(index_of(sidebar, LIBRARY.key))).center()
    with qtbot.waitSignal(sidebar.add_folder_requested):
        click(qtbot, sidebar, LIBRARY.key, at=plus)


@pytest.mark.parametrize(
    ("key", "signal", "expected"),
    [
        (CHASE, "rename_collection_requested", [7, "Pursuit"]),
        (RAIN, "rename_saved_requested", ["Rain", "Pursuit"]),
    ],
)
def test_a_name_is_changed_in_its_place(
    sidebar: Sidebar, qtbot: QtBot, key: object, signal: str, expected: list[object]
) -> None:
    choose(sidebar, key, "Rename…")
    editor = view_of(sidebar).viewport().findChild(QLineEdit)
    editor.setText("Pursuit")
    with qtbot.waitSignal(getattr(sidebar, signal)) as renamed:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == expected


@pytest.mark.parametrize(
    ("key", "signal", "argument", "button"),
    [
        (CHASE, "delete_collection_requested", 7, "Delete"),
        (RAIN, "delete_saved_requested", "Rain", "Delete"),
        (ROOT, "remove_root_requested", 1, "Remove"),
    ],
)
def test_delete_asks_first(
    sidebar: Sidebar, qtbot: QtBot, key: object, signal: str, argument: object, button: str
) -> None:
    view_of(sidebar).setCurrentIndex(index_of(sidebar, key))
    qtbot.keyClick(view_of(sidebar), Qt.Key.Key_Delete)
    with qtbot.assertNotEmitted(getattr(sidebar, signal)):
        answer(sidebar, "Cancel")
    qtbot.waitUntil(lambda: sidebar.findChild(QMessageBox) is None)
    qtbot.keyClick(view_of(sidebar), Qt.Key.Key_Delete)
    with qtbot.waitSignal(getattr(sidebar, signal)) as deleted:
        answer(sidebar, button)
    assert deleted.args == [argument]


# --- menus ------------------------------------------------------------------------------------------------------------


def labels(sidebar: Sidebar, key: object) -> list[str]:
    menu = menu_of(sidebar, key)
    found = [action.text() for action in menu.actions() if action.isEnabled() and not action.isSeparator()]
    menu.close()
    return found


def test_a_root_that_is_there_can_be_watched_or_not(sidebar: Sidebar, qtbot: QtBot) -> None:
    assert labels(sidebar, ROOT) == [
        "Show only this",
        "Narrow down to this",
        "Look for changes now",
        "Pause watching",
        "Show in the file manager",
        "Remove from the library…",
    ]
    with qtbot.waitSignal(sidebar.pause_root_requested) as paused:
        choose(sidebar, ROOT, "Pause watching")
    assert paused.args == [1, True]
    sidebar.set_statuses({1: RootStatus("paused")})
    with qtbot.waitSignal(sidebar.pause_root_requested) as paused:
        choose(sidebar, ROOT, "Go on watching")
    assert paused.args == [1, False]


def test_a_root_is_looked_at_and_shown(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.rescan_requested) as rescan:
        choose(sidebar, ROOT, "Look for changes now")
    assert rescan.args == [1]
    with qtbot.waitSignal(sidebar.rescan_requested) as rescan:
        choose(sidebar, EVERY, "Look for changes in every folder")
    assert rescan.args == [None]
    with qtbot.waitSignal(sidebar.reveal_requested) as revealed:
        choose(sidebar, ROOT, "Show in the file manager")
    assert revealed.args == [FIELD]


def test_an_offline_root_has_moved_or_is_gone(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.set_roots([RootCounts(Root(1, FIELD, "offline"), 12_400, 0, 3)])
    assert "Pause watching" not in labels(sidebar, ROOT)
    with qtbot.waitSignal(sidebar.locate_root_requested) as located:
        choose(sidebar, ROOT, "It is somewhere else now…")
    assert located.args == [1]
    choose(sidebar, ROOT, "Its sounds were deleted…")
    with qtbot.waitSignal(sidebar.confirm_gone_requested) as gone:
        question = answer(sidebar, "They were deleted")
    assert gone.args == [1]
    assert "Field" in question


def test_menus_choose_as_clicks_do(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.scope_chosen) as chosen:
        choose(sidebar, ROOT, "Show only this")
    assert chosen.args == [Scope(root_ids=(1,)), False]
    with qtbot.waitSignal(sidebar.scope_chosen) as chosen:
        choose(sidebar, DOG, "Narrow down to this")
    assert chosen.args == [Scope(tags=("dog",)), True]
    with qtbot.waitSignal(sidebar.scope_chosen) as chosen:
        choose(sidebar, ROOT, "Leave this out")
    assert chosen.args == [Scope(tags=("dog",)), False]


def test_sections_have_menus_for_the_keyboard(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.add_folder_requested):
        choose(sidebar, LIBRARY.key, "Add a folder…")
    choose(sidebar, COLLECTIONS.key, "New collection…")
    assert view_of(sidebar).viewport().findChild(QLineEdit) is not None


def test_hostile_names_are_drawn(sidebar: Sidebar) -> None:
    sidebar.set_tags([NameCount(name, 1) for name in HOSTILE_NAMES])
    assert not sidebar.grab().isNull()


# --- tags -------------------------------------------------------------------------------------------------------------


def test_a_suggested_tag_is_asked_for(sidebar: Sidebar, qtbot: QtBot) -> None:
    sidebar.set_suggested([NameCount("bark", 4)], [])
    bark = ("suggestion", "bark")
    click(qtbot, sidebar, "suggested")  # which unfolds it
    assert view_of(sidebar).isExpanded(index_of(sidebar, "suggested"))
    with qtbot.waitSignal(sidebar.suggestion_chosen) as chosen:
        click(qtbot, sidebar, bark)
    assert chosen.args == ["bark"]
    with qtbot.waitSignal(sidebar.more_like_tag_requested):
        choose(sidebar, bark, "Teach it with examples…")


def test_a_tag_finds_more_is_renamed_and_removed(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.more_like_tag_requested) as more:
        choose(sidebar, DOG, "Find more like these…")
    assert more.args == ["dog"]
    with qtbot.waitSignal(sidebar.drop_tag_requested) as dropped:
        choose(sidebar, DOG, "Remove from every file")
    assert dropped.args == ["dog"]
    with qtbot.waitSignal(sidebar.rename_tag_requested) as renamed:
        view_of(sidebar).model().setData(index_of(sidebar, DOG), "hound", Qt.ItemDataRole.EditRole)
    assert renamed.args == ["dog", "hound"]


def test_a_personal_tag_can_be_made_where_tags_are_listed(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.new_tag_requested):
        choose(sidebar, TAGS.key, "New personal tag…")
