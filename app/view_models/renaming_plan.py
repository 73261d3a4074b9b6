"""New names for files after the Universal Category System, while a person still works on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.metadata import ucs_categories
from engine.ucs_renaming import FilesToName, FileToName, Problem, Renaming, UcsBlocks, preview_renamings, ucs_file_name

Block = Literal["cat_id", "fx_name", "creator_id", "source_id"]
BLOCKS: tuple[Block, ...] = ("cat_id", "fx_name", "creator_id", "source_id")

PROBLEMS: dict[Problem, str] = {
    "": "",
    "unchanged": "Is called so already",
    "taken": "Another file here is called so",
    "wanted twice": "Two of these files would be called so",
    "too long": "Too long for a file name",
    "reserved": "No file may be called so",
    "no category": "Needs a category",
}


@dataclass(frozen=True)
class Wishes:
    """What a person wants of the new names. "" leaves a block to what is known of each file.

    cat_id, creator_id, source_id : of all files
    written : blocks of single files, by id, which go before
    """

    cat_id: str = ""
    creator_id: str = ""
    source_id: str = ""
    written: Mapping[int, Mapping[Block, str]] = field(default_factory=dict)

    def with_written(self, file_id: int, block: Block, text: str) -> Wishes:
        of_file = {**self.written.get(file_id, {}), block: text}
        return replace(self, written={**self.written, file_id: of_file})


@dataclass(frozen=True)
class RenamingPlan:
    """`renamings` and `blocks` are in the order of the files; blocks are None where there is no category."""

    known: FilesToName
    wishes: Wishes
    blocks: tuple[UcsBlocks | None, ...]
    renamings: tuple[Renaming, ...]

    @property
    def ready(self) -> list[Renaming]:
        """Those that can be carried out."""
        return [renaming for renaming in self.renamings if not renaming.problem]


NOTHING = RenamingPlan(FilesToName((), {}), Wishes(), (), ())


def made_plan(known: FilesToName, wishes: Wishes) -> RenamingPlan:
    """For 5,000 files this takes a third of a second."""
    blocks = tuple(_blocks(file, wishes) for file in known.files)
    wanted = {
        file.id: (file.path, ucs_file_name(made, file.path.suffix) if made else "")
        for file, made in zip(known.files, blocks, strict=True)
    }
    return RenamingPlan(known, wishes, blocks, tuple(preview_renamings(wanted, known.names)))


def _blocks(file: FileToName, wishes: Wishes) -> UcsBlocks | None:
    written = wishes.written.get(file.id, {})
    blocks = file.blocks(written.get("cat_id") or wishes.cat_id, wishes.creator_id, wishes.source_id)
    texts = {block: text for block, text in written.items() if block != "cat_id"}
    return replace(blocks, **texts) if blocks and texts else blocks


def cat_id_of(text: str) -> str:
    """The CatID that is meant, in the system's capitals; "" for none."""
    wanted = text.strip().casefold()
    return next((cat_id for cat_id in ucs_categories() if cat_id.casefold() == wanted), "")


def category_lines() -> list[tuple[str, str]]:
    """Every CatID with how it reads in a list: "RAINMetl  Rain, metal"."""
    return [
        (cat_id, f"{cat_id}  {category.capitalize()}, {subcategory.lower()}")
        for cat_id, (category, subcategory) in sorted(ucs_categories().items())
    ]
