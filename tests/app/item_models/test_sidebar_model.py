from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, Qt, QUrl
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.file_mime import FILE_IDS
from app.item_models.sidebar_model import Role, SidebarModel
from app.view_models.sidebar_tree import COLLECTIONS, LIBRARY, SECTIONS, TAGS, RootStatus
from engine.library_rows import FolderCount, NameCount, Root, RootCounts, Scope
from engine.saved_searches import SavedSearch
from tests.app.shown_files import HOSTILE_NAMES

FIELD = Path("/sounds/Field")
STREET = FIELD / "Street"
NOWHERE = QModelIndex()
COPY = Qt.DropAction.CopyAction


@pytest.fixture
def model() -> SidebarModel:
    """A root with two folders, two collections, a saved search and two tags."""
    model = SidebarModel()
    tree = model.tree
    tree.roots = (RootCounts(Root(1, FIELD, "ok"), 12_400, 0, 3),)
    tree.folders[FIELD] = (FolderCount("Street", STREET, 7), FolderCount("Wood", FIELD / "Wood", 2))
    tree.collections = (NameCount("Chase", 14, 7), NameCount("Doors", 2, 8))
    tree.saved = (SavedSearch("Rain", "rain on tin"),)
    tree.tags = (NameCount("dog", 9), NameCount("car", 4))
    model.refresh()
    return model


def rows(model: SidebarModel, parent: QModelIndex = NOWHERE) -> list[str]:
    return [model.index(row, 0, parent).data() for row in range(model.rowCount(parent))]


def files_of(*file_ids: int) -> QMimeData:
    data = QMimeData()
    data.setData(FILE_IDS, json.dumps(file_ids).encode())
    data.setUrls([QUrl.fromLocalFile("/sounds/Field/dog.wav")])
    return data


def test_it_is_a_tree_as_qt_wants_it(model: SidebarModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)


def test_it_stays_a_tree_through_every_change(model: SidebarModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)
    tree = model.tree
    tree.tags = (*(NameCount(f"tag {number}", number) for number in range(30)), NameCount("car", 50))
    model.refresh()
    tree.roots = (RootCounts(Root(2, Path("/sounds/SFX"), "offline"), 5, 1, 0), *tree.roots)
    tree.tag_filter = "tag 1"
    model.refresh()
    model.begin_draft()
    tree.folders.clear()
    tree.roots = ()
    tree.collections = ()
    model.end_draft()
    model.refresh()
    assert rows(model, model.index_of(LIBRARY.key)) == ["No folder yet"]


def test_rows_are_where_they_belong(model: SidebarModel) -> None:
    assert rows(model) == [section.label for section in SECTIONS]
    assert rows(model, model.index_of(LIBRARY.key)) == ["All", "Field"]
    assert rows(model, model.index_of(("root", 1))) == ["Street", "Wood"]
    assert rows(model, model.index_of(COLLECTIONS.key)) == ["Chase", "Doors"]
    assert model.index_of(("folder", STREET)).parent() == model.index_of(("root", 1))


def test_a_row_is_followed_to_its_new_place(model: SidebarModel) -> None:
    car = QPersistentModelIndex(model.index_of(("tag", "car")))
    assert car.row() == 1
    model.tree.tags = (NameCount("dog", 9), NameCount("car", 20), NameCount("rain", 1))
    model.refresh()
    assert (car.row(), car.data()) == (0, "car")
    assert rows(model, model.index_of(TAGS.key)) == ["car", "dog", "rain"]


def test_only_what_changed_is_drawn_anew(model: SidebarModel) -> None:
    changed: list[str] = []
    model.dataChanged.connect(lambda first, last, roles: changed.append(first.data()))
    model.refresh()
    assert changed == []
    model.tree.statuses = {1: RootStatus("indexing", share_done=0.5)}
    model.refresh()
    assert changed == ["Field"]


def test_folders_are_asked_for_when_they_are_wanted(model: SidebarModel, qtbot: QtBot) -> None:
    street = model.index_of(("folder", STREET))
    assert model.hasChildren(street)
    assert model.canFetchMore(street)
    with qtbot.waitSignal(model.folders_wanted) as wanted:
        model.fetchMore(street)
    assert wanted.args == [STREET]
    assert not model.canFetchMore(street)
    model.put_folders(STREET, [])
    assert not model.hasChildren(model.index_of(("folder", STREET)))


def test_a_folder_is_not_asked_for_twice_at_a_time(model: SidebarModel) -> None:
    wanted: list[Path] = []
    model.folders_wanted.connect(wanted.append)
    model.ask_again([FIELD, FIELD])
    assert wanted == [FIELD]
    model.put_folders(FIELD, [])
    model.ask_again([FIELD])
    assert wanted == [FIELD, FIELD]


def test_the_parts_of_a_scope_are_chosen(model: SidebarModel) -> None:
    def chosen() -> list[str]:
        indexes = [model.index_of(key) for key in ("everything", ("root", 1), ("folder", STREET), ("tag", "dog"))]
        return [index.data() for index in indexes if index.data(Role.CHOSEN)]

    assert chosen() == ["All"]
    model.show_scope(Scope(folder=STREET, tags=("dog", "rain")))
    assert chosen() == ["Street", "dog"]


def test_a_screen_reader_hears_counts_and_states(model: SidebarModel) -> None:
    model.tree.statuses = {1: RootStatus("polling", "It is looked at every 30 s.")}
    model.refresh()
    index = model.index_of(("root", 1))
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Field, 12,400 files, polling"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == (
        "<qt>/sounds/Field<br>It is looked at every 30 s.<br>3 files unreadable</qt>"
    )


def test_a_new_name_is_asked_for_and_not_shown_before_it_is_stored(model: SidebarModel, qtbot: QtBot) -> None:
    chase = model.index_of(("collection", 7))
    with qtbot.waitSignal(model.renamed) as renamed:
        assert not model.setData(chase, "  Pursuit ")
    entry, name = renamed.args
    assert (entry.subject.id, name) == (7, "Pursuit")
    assert chase.data() == "Chase"


def test_the_same_name_and_no_name_are_no_new_name(model: SidebarModel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(model.renamed):
        model.setData(model.index_of(("collection", 7)), "Chase")
        model.setData(model.index_of(("collection", 7)), "  ")


def test_a_new_collection_gets_a_name(model: SidebarModel, qtbot: QtBot) -> None:
    draft = model.begin_draft()
    assert rows(model, model.index_of(COLLECTIONS.key)) == ["New collection", "Chase", "Doors"]
    with qtbot.waitSignal(model.drafted) as drafted:
        model.setData(draft, "Rain scene")
    assert drafted.args == ["Rain scene"]
    model.end_draft()
    assert rows(model, model.index_of(COLLECTIONS.key)) == ["Chase", "Doors"]


def test_collections_saved_searches_and_tags_can_be_renamed(model: SidebarModel) -> None:
    editable = Qt.ItemFlag.ItemIsEditable
    assert model.index_of(("collection", 7)).flags() & editable
    assert model.index_of(("saved", "Rain")).flags() & editable
    assert model.index_of(("tag", "dog")).flags() & editable
    for key in (("root", 1), LIBRARY.key, "everything"):
        assert not model.index_of(key).flags() & editable


def test_files_are_dropped_on_a_collection(model: SidebarModel, qtbot: QtBot) -> None:
    chase = model.index_of(("collection", 7))
    with qtbot.waitSignal(model.files_dropped) as dropped:
        assert model.dropMimeData(files_of(3, 5), COPY, -1, -1, chase)
    assert dropped.args == [[3, 5], 7]


def test_files_of_the_library_are_no_folders(model: SidebarModel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(model.folders_dropped):
        for key in (("root", 1), ("tag", "dog"), LIBRARY.key):
            assert not model.dropMimeData(files_of(3), COPY, -1, -1, model.index_of(key))


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'["a", true, 1.5]', b"\xff"])
def test_nonsense_is_not_dropped(model: SidebarModel, content: bytes, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setData(FILE_IDS, content)
    with qtbot.assertNotEmitted(model.files_dropped):
        assert not model.dropMimeData(data, COPY, -1, -1, model.index_of(("collection", 7)))


def test_folders_are_dropped_anywhere(model: SidebarModel, qtbot: QtBot) -> None:
    folder = Path("/sounds") / os.fsdecode(b"\xff <b> #1?")
    data = QMimeData()
    data.setUrls([QUrl(folder.as_uri()), QUrl("http://elsewhere/sounds")])
    for parent in (NOWHERE, model.index_of(("root", 1)), model.index_of(("collection", 7))):
        with qtbot.waitSignal(model.folders_dropped) as dropped:
            assert model.dropMimeData(data, COPY, -1, -1, parent)
        assert dropped.args == [[folder]]


def test_hostile_names_are_plain_text(model: SidebarModel, qtmodeltester: ModelTester) -> None:
    model.tree.tags = tuple(NameCount(name, 1) for name in HOSTILE_NAMES)
    model.tree.saved = tuple(SavedSearch(name, "rain") for name in HOSTILE_NAMES)
    model.refresh()
    tags = model.index_of(TAGS.key)
    assert all(label.isprintable() for label in rows(model, tags))
    tooltips = [model.index(row, 0, tags).data(Qt.ItemDataRole.ToolTipRole) for row in range(model.rowCount(tags))]
    assert not any("<b>" in tooltip for tooltip in tooltips)
    qtmodeltester.check(model)
