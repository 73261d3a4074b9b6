"""Parts of the library, put together and taken apart again."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from engine.library_rows import EVERYTHING, Scope

Each = TypeVar("Each")


def holds(scope: Scope, part: Scope) -> bool:
    """Whether all that `part` asks for is asked for by `scope` too; EVERYTHING is held by itself alone."""
    return scope == part or (part != EVERYTHING and narrowed(scope, part) == scope)


def narrowed(scope: Scope, part: Scope) -> Scope:
    """What fulfils both, as far as one scope can say it: of two folders or two collections the new one counts, and
    a folder and roots do not go together. Of several roots a file may be in any, but it has to have every tag.
    """
    if part == EVERYTHING:
        return EVERYTHING
    if part.folder is not None:
        scope = replace(scope, folder=part.folder, root_ids=())
    if part.root_ids:
        scope = replace(scope, folder=None, root_ids=_union(scope.root_ids, part.root_ids))
    return replace(
        scope,
        collection_id=scope.collection_id if part.collection_id is None else part.collection_id,
        tags=_union(scope.tags, part.tags),
        min_stars=scope.min_stars if part.min_stars is None else part.min_stars,
        filters=_union(scope.filters, part.filters),
        says=_union(scope.says, part.says),
        among=_in_both(scope.among, part.among),
    )


def without(scope: Scope, part: Scope) -> Scope:
    """`scope`, asking no more for what `part` asks for."""
    return Scope(
        root_ids=tuple(each for each in scope.root_ids if each not in part.root_ids),
        folder=None if scope.folder == part.folder else scope.folder,
        collection_id=None if scope.collection_id == part.collection_id else scope.collection_id,
        tags=tuple(each for each in scope.tags if each not in part.tags),
        min_stars=None if scope.min_stars == part.min_stars else scope.min_stars,
        filters=tuple(each for each in scope.filters if each not in part.filters),
        says=tuple(each for each in scope.says if each not in part.says),
        among=None if scope.among == part.among else scope.among,
    )


def _union(some: tuple[Each, ...], more: tuple[Each, ...]) -> tuple[Each, ...]:
    return tuple(dict.fromkeys([*some, *more]))


def _in_both(some: tuple[int, ...] | None, others: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Files that are among both; None stands for all files."""
    if some is None or others is None:
        return others if some is None else some
    wanted = set(others)
    return tuple(each for each in some if each in wanted)
