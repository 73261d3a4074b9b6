"""Names after the Universal Category System: proposed, previewed, given and taken back; nothing is lost on the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import ucs_renaming
from engine.errors import EngineError
from engine.exporting import SIDECAR_SUFFIX, Stopped, write_sidecars
from engine.library import Library
from engine.library_rows import FileStat, Strength, Suggestion
from engine.metadata import parse_ucs_name
from engine.ontology import kind_by_id
from engine.scanning import find_changes
from engine.ucs_renaming import (
    FileToName,
    Renaming,
    UcsBlocks,
    category_of_suggestions,
    files_to_name,
    kept_journals,
    names_in_folders,
    preview_renamings,
    rename_files,
    suggested_blocks,
    take_back_names,
    ucs_file_name,
)
from tests.indexed_files import store
from tests.suggested_tags import suggest

FOLDER = Path("/sounds")


class TestNames:
    def test_all_blocks(self):
        blocks = UcsBlocks("RAINMetl", "Tin Roof", "EM", "Alps", "Night", "Close", "take 3")
        assert ucs_file_name(blocks, ".wav") == "RAINMetl-Night_Close-Tin Roof_EM_Alps_take 3.wav"

    def test_blocks_at_the_end_may_be_absent_and_others_are_nobodys(self):
        assert ucs_file_name(UcsBlocks("RAINMetl"), ".wav") == "RAINMetl.wav"
        assert ucs_file_name(UcsBlocks("RAINMetl", "Roof", source_id="Alps"), ".wav") == "RAINMetl_Roof_NONE_Alps.wav"

    def test_what_separates_blocks_or_no_system_allows_becomes_a_space(self):
        assert ucs_file_name(UcsBlocks("RAINMetl", "a_b-c/d:e*.", "x?y"), ".wav") == "RAINMetl_a b c d e_x y.wav"

    @pytest.mark.parametrize("cat_id", ["", "rainmetl", "Nonsense"])
    def test_a_cat_id_is_never_invented(self, cat_id: str):
        with pytest.raises(ValueError, match="CatID"):
            ucs_file_name(UcsBlocks(cat_id), ".wav")

    @given(st.lists(st.text(max_size=20), min_size=6, max_size=6))
    def test_any_text_gives_a_name_that_is_read_as_it_was_meant(self, texts: list[str]):
        name = ucs_file_name(UcsBlocks("RAINMetl", *texts), ".wav")
        assert parse_ucs_name(name).cat_id == "RAINMetl"
        assert preview_renamings({1: (FOLDER / "a.wav", name)}, {})[0].problem in {"", "too long"}


class TestSuggestions:
    def test_a_ucs_name_stays_what_it_is_but_for_what_is_given(self):
        blocks = suggested_blocks("RAINMetl-Night_Close-Roof_EM_Alps_3.wav", caption="ignored", creator_id="XY")
        assert blocks == UcsBlocks("RAINMetl", "Roof", "XY", "Alps", "Night", "Close", "3")

    @pytest.mark.parametrize("tag", ["RAINMetl", "rainmetl", "rain metal", "Rain-Metal"])
    def test_a_tag_names_the_category_and_the_caption_the_sound(self, tag: str):
        blocks = suggested_blocks("tape 3.wav", tags=["loud", tag], caption="Rain drums on a corrugated metal roof.")
        assert blocks == UcsBlocks("RAINMetl", "Rain drums on a")

    def test_without_a_caption_the_old_name_serves(self):
        assert suggested_blocks("tape_3.wav", cat_id="RAINMetl") == UcsBlocks("RAINMetl", "tape 3")

    def test_a_caption_that_is_cut_ends_in_no_comma(self):
        blocks = suggested_blocks("a.wav", cat_id="THUN", caption="Thunder rolls far away, then rain falls.")
        assert blocks == UcsBlocks("THUN", "Thunder rolls far away")

    def test_the_best_of_what_is_likely_is_filed(self):
        def suggested(kind: str | None, strength: Strength = "likely", *, implied: bool = False) -> Suggestion:
            return Suggestion("x", strength, 0.5, ((0.0, 1.0),), kind, implied)

        dog, thunder = "/m/0bt9lr", "/m/0ngt1"
        assert category_of_suggestions([suggested(None), suggested(thunder)]) == kind_by_id(thunder).ucs[0]
        assert category_of_suggestions([suggested(dog, implied=True), suggested(thunder)]) == kind_by_id(thunder).ucs[0]
        assert category_of_suggestions([suggested(dog, "maybe"), suggested("/m/unheard-of")]) == ""

    def test_a_tag_goes_before_what_is_suggested(self):
        path = FOLDER / "a.wav"
        assert FileToName(1, path, tags=("rain metal",), category="THUN").blocks().cat_id == "RAINMetl"
        assert FileToName(1, path, category="THUN").blocks(creator_id="EM") == UcsBlocks("THUN", "a", "EM")
        assert FileToName(1, path, category="THUN").blocks("AMBForst").cat_id == "AMBForst"
        assert FileToName(1, path).blocks() is None

    def test_a_tag_that_many_categories_have_says_nothing(self):
        assert suggested_blocks("a.wav", tags=["misc", "interior"]) is None


class TestPreview:
    def preview(self, wanted: dict[str, str], *others: str) -> dict[str, Renaming]:
        files = {number: (FOLDER / old, new) for number, (old, new) in enumerate(wanted.items())}
        renamings = preview_renamings(files, {FOLDER: [*wanted, *others]})
        return {renaming.old.name: renaming for renaming in renamings}

    def problem(self, new: str, *others: str) -> str:
        return self.preview({"a.wav": new}, *others)["a.wav"].problem

    def test_a_free_name_is_given(self):
        assert self.preview({"a.wav": "b.wav"})["a.wav"] == Renaming(0, FOLDER / "a.wav", FOLDER / "b.wav")

    @pytest.mark.parametrize("other", ["b.wav", "B.WAV"])
    def test_a_name_that_something_has_is_taken_whatever_its_capitals(self, other: str):
        assert self.problem("b.wav", other) == "taken"

    def test_composed_and_decomposed_letters_are_one_name(self):
        assert self.problem("é.wav", "e\u0301.wav") == "taken"

    def test_the_name_of_another_that_is_renamed_counts_as_taken(self):
        assert self.preview({"a.wav": "b.wav", "b.wav": "c.wav"})["a.wav"].problem == "taken"

    def test_two_files_cannot_have_one_name(self):
        both = self.preview({"a.wav": "c.wav", "b.wav": "C.wav"})
        assert [renaming.problem for renaming in both.values()] == ["wanted twice"] * 2

    def test_capitals_alone_are_no_conflict_with_itself(self):
        renaming = self.preview({"a.wav": "A.wav"})["a.wav"]
        assert (renaming.problem, renaming.case_only) == ("", True)

    def test_capitals_alone_conflict_with_another_file(self):
        assert self.problem("A.wav", "A.wav") == "taken"

    @pytest.mark.parametrize(
        "name", ["CON.wav", "nul", "com1.wav", "LPT¹.x.wav", "aux .wav", "a?.wav", "a.wav.", "a ", "x/y.wav", ".a.wav"]
    )
    def test_names_that_windows_keeps_for_itself_or_that_hide_are_reserved(self, name: str):
        assert self.problem(name) == "reserved"

    def test_names_that_are_too_long(self):
        assert self.problem("é" * 125 + ".wav") == ""
        assert self.problem("é" * 126 + ".wav") == "too long"

    def test_nothing_to_do_and_nothing_known(self):
        assert self.problem("a.wav") == "unchanged"
        assert self.problem("") == "no category"


class TestRenaming:
    @pytest.fixture
    def journals(self, tmp_path: Path) -> Path:
        return tmp_path / "library" / "undo"

    @pytest.fixture
    def keep(self, library: Library, sounds: Path) -> Callable[[str], int]:
        """`keep(name)`: a file on disk and in the library, with a tag."""

        def make(name: str) -> int:
            (sounds / name).write_bytes(name.encode())
            stat = FileStat.of(os.stat(sounds / name))
            file_id = store(library, library.add_root(sounds), name, f"sound of {name}", stat=stat)
            library.add_tag([file_id], f"tag of {name}")
            return file_id

        return make

    def rename(self, library: Library, journals: Path, names: dict[int, str]) -> ucs_renaming.Renamed:
        wanted = {file_id: (library.file(file_id).path, new) for file_id, new in names.items()}
        renamings = preview_renamings(wanted, names_in_folders(path.parent for path, _ in wanted.values()))
        return rename_files(library, renamings, journals)

    def test_the_library_knows_at_once_and_the_next_scan_finds_nothing(
        self, library: Library, sounds: Path, keep: Callable[[str], int], journals: Path
    ):
        file_id = keep("a.wav")
        outcome = self.rename(library, journals, {file_id: "RAINMetl_Roof.wav"})
        assert (outcome.files, outcome.failures) == (1, ())
        assert os.listdir(sounds) == ["RAINMetl_Roof.wav"]
        assert library.file(file_id).path == sounds / "RAINMetl_Roof.wav"
        assert library.tags_of(file_id) == ["tag of a.wav"]
        assert [hit.file_id for hit in library.search_text("Roof", 10)] == [file_id]
        changes = find_changes(library, library.roots()[0])
        assert (changes.unchanged, changes.added, changes.moved, changes.gone) == (1, [], [], [])

    def test_what_names_can_be_made_of(self, library: Library, sounds: Path, keep: Callable[[str], int]):
        first, second, gone = keep("a.wav"), keep("b.wav"), keep("c.wav")
        library.set_caption(first, "Rain.")
        library.mark_missing([gone])
        suggest(library, second, Suggestion("thunder", "likely", 0.7, ((0.0, 1.0),), "/m/0ngt1"))
        known = files_to_name(library, [second, gone, first, 99])
        assert known.files == (
            FileToName(second, sounds / "b.wav", ("tag of b.wav",), "", kind_by_id("/m/0ngt1").ucs[0]),
            FileToName(first, sounds / "a.wav", ("tag of a.wav",), "Rain."),
        )
        assert sorted(known.names[sounds]) == ["a.wav", "b.wav", "c.wav"]
        with pytest.raises(Stopped):
            files_to_name(library, [first, second], lambda done, total: done < 1)

    def test_it_stops_between_two_files_and_the_rest_can_be_taken_back(
        self, library: Library, sounds: Path, keep: Callable[[str], int], journals: Path
    ):
        ids = [keep("a.wav"), keep("b.wav")]
        wanted = {file_id: (library.file(file_id).path, f"new {file_id}.wav") for file_id in ids}
        renamings = preview_renamings(wanted, names_in_folders([sounds]))
        outcome = rename_files(library, renamings, journals, lambda done, total: done < 1)
        assert (outcome.files, outcome.stopped) == (1, True)
        assert outcome.journal is not None
        assert take_back_names(library, outcome.journal, lambda done, total: False).stopped
        assert take_back_names(library, outcome.journal).files == 1
        assert sorted(os.listdir(sounds)) == ["a.wav", "b.wav"]

    def test_names_are_taken_back(self, library: Library, sounds: Path, keep: Callable[[str], int], journals: Path):
        ids = {keep(name): f"new {name}" for name in ("a.wav", "b.wav", "c.wav")}
        self.rename(library, journals, ids)
        (journal,) = kept_journals(journals)
        assert take_back_names(library, journal).files == 3
        assert sorted(os.listdir(sounds)) == ["a.wav", "b.wav", "c.wav"]
        assert {library.file(file_id).path.name: library.tags_of(file_id) for file_id in ids} == {
            name: [f"tag of {name}"] for name in ("a.wav", "b.wav", "c.wav")
        }
        assert kept_journals(journals) == []

    def test_capitals_alone(self, library: Library, sounds: Path, keep: Callable[[str], int], journals: Path):
        assert self.rename(library, journals, {keep("a.wav"): "A.wav"}).files == 1
        assert os.listdir(sounds) == ["A.wav"]

    def test_a_sidecar_goes_along(self, library: Library, sounds: Path, keep: Callable[[str], int], journals: Path):
        file_id = keep("a.wav")
        write_sidecars(library)
        self.rename(library, journals, {file_id: "b.wav"})
        assert sorted(os.listdir(sounds)) == ["b.wav", f"b.wav{SIDECAR_SUFFIX}"]
        assert write_sidecars(library).written == 1
        take_back_names(library, kept_journals(journals)[0])
        assert sorted(os.listdir(sounds)) == ["a.wav", f"a.wav{SIDECAR_SUFFIX}"]

    def test_what_came_since_the_preview_stays(self, library: Library, sounds: Path, keep, journals: Path):
        first, second = keep("a.wav"), keep("b.wav")
        wanted = {first: (sounds / "a.wav", "new.wav"), second: (sounds / "b.wav", "other.wav")}
        renamings = preview_renamings(wanted, names_in_folders([sounds]))
        (sounds / "new.wav").write_bytes(b"a guest")
        outcome = rename_files(library, renamings, journals)
        assert [(failure.path.name, failure.reason) for failure in outcome.failures] == [
            ("a.wav", "there is a file of its new name")
        ]
        assert (sounds / "new.wav").read_bytes() == b"a guest"
        assert (sounds / "a.wav").read_bytes() == b"a.wav"
        assert library.file(second).path.name == "other.wav"

    def test_taking_back_overwrites_nothing_and_can_be_tried_again(
        self, library: Library, sounds: Path, keep, journals
    ):
        file_id = keep("a.wav")
        self.rename(library, journals, {file_id: "b.wav"})
        (journal,) = kept_journals(journals)
        (sounds / "a.wav").write_bytes(b"a guest")
        outcome = take_back_names(library, journal)
        assert (outcome.files, len(outcome.failures), outcome.journal) == (0, 1, journal)
        (sounds / "a.wav").unlink()
        assert take_back_names(library, journal).files == 1

    def test_a_crash_before_the_library_knew(self, library: Library, sounds: Path, keep, journals, monkeypatch):
        ids = {keep("a.wav"): "new a.wav", keep("b.wav"): "new b.wav"}

        def crash(*anything: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
            broken.setattr(library, "store_move", crash)
            self.rename(library, journals, ids)
        assert sorted(os.listdir(sounds)) == ["b.wav", "new a.wav"]
        (move,) = find_changes(library, library.roots()[0]).moved  # the scan sees it
        assert move.relative_path == Path("new a.wav")
        assert take_back_names(library, kept_journals(journals)[0]).files == 1
        assert sorted(os.listdir(sounds)) == ["a.wav", "b.wav"]
        assert {library.file(file_id).path.name for file_id in ids} == {"a.wav", "b.wav"}

    def test_an_edit_that_no_scan_has_seen_is_not_hidden(self, library: Library, sounds: Path, keep, journals: Path):
        file_id = keep("a.wav")
        (sounds / "a.wav").write_bytes(b"edited since")
        self.rename(library, journals, {file_id: "b.wav"})
        assert [found.relative_path for found in find_changes(library, library.roots()[0]).changed] == [Path("b.wav")]

    def test_without_a_way_back_nothing_is_renamed(self, library: Library, sounds: Path, keep, tmp_path: Path):
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(EngineError, match="No file was renamed"):
            self.rename(library, tmp_path / "file", {keep("a.wav"): "b.wav"})
        assert os.listdir(sounds) == ["a.wav"]

    @pytest.mark.parametrize("damaged", [b"", b"{}x", b"[1]", b'[{"file_id": 1}]'])
    def test_a_damaged_journal(self, library: Library, tmp_path: Path, damaged: bytes):
        (tmp_path / "j.json").write_bytes(damaged)
        with pytest.raises(EngineError, match="damaged"):
            take_back_names(library, tmp_path / "j.json")

    def test_a_journal_cannot_move_files_elsewhere(self, library: Library, sounds: Path, keep, tmp_path: Path):
        file_id = keep("a.wav")
        steps = f'[{{"file_id": {file_id}, "old": "{tmp_path}/x.wav", "new": "{sounds}/a.wav"}}]'
        (tmp_path / "j.json").write_text(steps)
        assert len(take_back_names(library, tmp_path / "j.json").failures) == 1
        assert os.listdir(sounds) == ["a.wav"]
