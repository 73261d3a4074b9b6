from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.view_models.sidebar_tree import (
    COLLECTIONS,
    DRAFT,
    LIBRARY,
    SAVED,
    SECTIONS,
    SUGGESTED,
    TAGS,
    Entry,
    Insert,
    Move,
    Remove,
    RootStatus,
    SidebarTree,
    edits,
)
from engine.library_rows import EVERYTHING, FolderCount, NameCount, Root, RootCounts, Scope
from engine.saved_searches import SavedSearch
from tests.app.shown_files import HOSTILE_NAMES

FIELD, USB = Path("/sounds/Field"), Path("/mnt/usb/Field")


def root(root_id: int, path: Path, *, files: int = 100, missing: int = 0, online: bool = True) -> RootCounts:
    return RootCounts(Root(root_id, path, "ok" if online else "offline"), files, missing, unreadable=0)


def labels(entries: Sequence[Entry]) -> list[str]:
    return [entry.label for entry in entries]


def test_the_sections_come_first() -> None:
    assert SidebarTree().entries_in(None) == SECTIONS


def test_an_empty_library_says_so_in_every_section() -> None:
    tree = SidebarTree()
    assert [[entry.kind for entry in tree.entries_in(section)] for section in SECTIONS] == [["hint"]] * 4


def test_all_counts_the_files_of_every_root() -> None:
    tree = SidebarTree(roots=[root(1, FIELD, files=12_400), root(2, Path("/sounds/SFX"), files=3)])
    everything, *roots = tree.entries_in(LIBRARY)
    assert (everything.label, everything.files, everything.scope) == ("All", 12_403, EVERYTHING)
    assert [entry.scope for entry in roots] == [Scope(root_ids=(1,)), Scope(root_ids=(2,))]


def test_roots_of_the_same_name_say_where_they_are() -> None:
    tree = SidebarTree(roots=[root(1, FIELD), root(2, USB), root(3, Path("/sounds/SFX"))])
    assert labels(tree.entries_in(LIBRARY)) == ["All", "Field (/sounds)", "Field (/mnt/usb)", "SFX"]


def test_a_root_says_what_is_the_matter_with_it() -> None:
    sentence = "Changes on this network drive are not announced, so it is looked at every 30 s."
    tree = SidebarTree(roots=[root(1, FIELD, missing=2)], statuses={1: RootStatus("polling", sentence)})
    _, entry = tree.entries_in(LIBRARY)
    assert entry.sentence == f"/sounds/Field\n{sentence}\n2 files missing"
    assert entry.status.how == "polling"


def test_a_root_that_the_library_knows_to_be_offline_is_shown_so() -> None:
    tree = SidebarTree(roots=[root(1, USB, online=False)], statuses={1: RootStatus("indexing", share_done=0.5)})
    _, entry = tree.entries_in(LIBRARY)
    assert entry.status.how == "offline"
    assert "nothing of it is forgotten" in entry.sentence


def test_folders_are_asked_for_once_and_may_turn_out_to_be_none() -> None:
    tree = SidebarTree(roots=[root(1, FIELD)])
    _, entry = tree.entries_in(LIBRARY)
    assert tree.wants_folders(entry)
    assert tree.may_hold_folders(entry)
    tree.folders[FIELD] = []
    assert not tree.wants_folders(entry)
    assert not tree.may_hold_folders(entry)


def test_folders_lie_below_their_root() -> None:
    tree = SidebarTree(roots=[root(1, FIELD)], folders={FIELD: [FolderCount("Street", FIELD / "Street", 7)]})
    _, entry = tree.entries_in(LIBRARY)
    (street,) = tree.entries_in(entry)
    assert (street.label, street.files, street.scope) == ("Street", 7, Scope(folder=FIELD / "Street"))


def test_folders_of_a_removed_root_are_forgotten() -> None:
    tree = SidebarTree(roots=[root(1, FIELD)], folders={FIELD: [], FIELD / "Street": [], USB: []})
    assert tree.folders_below(FIELD) == [FIELD, FIELD / "Street"]
    tree.forget_folders()
    assert list(tree.folders) == [FIELD, FIELD / "Street"]


def test_the_most_used_tags_come_first_and_equal_ones_as_a_person_counts() -> None:
    tags = [NameCount("take 10", 1), NameCount("take 2", 1), NameCount("dog", 9)]
    assert labels(SidebarTree(tags=tags).entries_in(TAGS)) == ["dog", "take 2", "take 10"]


def test_many_tags_can_be_filtered() -> None:
    tree = SidebarTree(tags=[NameCount(f"Tag {number}", 1) for number in range(30)], tag_filter=" tAG 2")
    assert tree.has_many_tags
    assert len(tree.entries_in(TAGS)) == 11
    tree.tag_filter = "nothing like it"
    assert [entry.kind for entry in tree.entries_in(TAGS)] == ["hint"]


def test_of_very_many_tags_the_most_used_are_listed() -> None:
    tree = SidebarTree(tags=[NameCount(f"tag {number}", number) for number in range(5000)])
    *tags, hint = tree.entries_in(TAGS)
    assert (len(tags), tags[0].label) == (500, "tag 4999")
    assert hint.label == "4,500 more can be found with the filter"


def test_few_tags_are_not_filtered() -> None:
    tree = SidebarTree(tags=[NameCount("dog", 1)], tag_filter="cat")
    assert labels(tree.entries_in(TAGS)) == ["dog"]


def test_a_new_collection_is_named_at_the_top() -> None:
    tree = SidebarTree(collections=[NameCount("Chase", 3, 7)], drafting=True)
    assert labels(tree.entries_in(COLLECTIONS)) == [DRAFT.label, "Chase"]


def test_names_from_outside_are_one_line_of_visible_characters() -> None:
    tree = SidebarTree(
        roots=[root(number, Path("/sounds") / name.replace("/", "")) for number, name in enumerate(HOSTILE_NAMES)],
        collections=[NameCount(name, 1, number) for number, name in enumerate(HOSTILE_NAMES)],
        saved=[SavedSearch(name, "rain") for name in HOSTILE_NAMES],
        tags=[NameCount(name, 1) for name in HOSTILE_NAMES],
    )
    for section in SECTIONS:
        assert all(label.isprintable() for label in labels(tree.entries_in(section)))
    assert len(tree.entries_in(SAVED)) == len(HOSTILE_NAMES)


def test_a_list_is_changed_step_by_step() -> None:
    assert list(edits("abcd", "xydb")) == [Remove(2, 2), Remove(0, 0), Insert(0, 2), Move(3, 2)]


@given(st.lists(st.integers(0, 9), unique=True), st.lists(st.integers(0, 9), unique=True))
def test_the_steps_lead_from_any_list_to_any_other(before: list[Hashable], after: list[Hashable]) -> None:
    rows = list(before)
    for edit in edits(before, after):
        match edit:
            case Remove(first, last):
                del rows[first : last + 1]
            case Move(row, to):
                assert to < row
                rows.insert(to, rows.pop(row))
            case Insert(first, count):
                assert count > 0
                rows[first:first] = after[first : first + count]
    assert rows == after


def test_suggested_tags_are_folded_below_the_given_ones() -> None:
    tree = SidebarTree(tags=[NameCount("dog", 9)], suggested=[NameCount("car", 1), NameCount("bark", 4)])
    assert labels(tree.entries_in(TAGS)) == ["dog", "Suggested"]
    bark, car = tree.entries_in(SUGGESTED)
    assert [(entry.label, entry.files, entry.scope) for entry in (bark, car)] == [("bark", 4, None), ("car", 1, None)]


def test_nothing_is_folded_where_nothing_is_suggested() -> None:
    assert labels(SidebarTree(tags=[NameCount("dog", 9)]).entries_in(TAGS)) == ["dog"]


def test_a_personal_tag_that_no_file_has_yet_is_listed() -> None:
    tree = SidebarTree(tags=[NameCount("Dog", 9)], personal=["dog", "gate"])
    dog, gate = tree.entries_in(TAGS)
    assert (dog.label, "learns from examples" in dog.sentence) == ("Dog", True)
    assert (gate.label, gate.files) == ("gate", 0)


def test_the_filter_lets_suggested_tags_through_too() -> None:
    suggested = [NameCount(f"tag {number}", 1) for number in range(30)]
    tree = SidebarTree(suggested=[*suggested, NameCount("bark", 2)], tag_filter="bar")
    assert labels(tree.entries_in(SUGGESTED)) == ["bark"]
