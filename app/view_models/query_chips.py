"""A question in parts that can be shown and removed one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.view_models.question import Question
from engine.errors import display_path
from engine.library_rows import EVERYTHING, Scope
from engine.query import Clause, EmptyQuery, parse

ChipKind = Literal["clause", "negated", "scope", "example"]
ChipKey = tuple[str, int | str]  # ("clause", 0), ("root", 3), ("folder", ""), ("collection", 7), ("tag", "dog"), …


@dataclass(frozen=True)
class Chip:
    """One part of a question, as plain text.

    colour : index into the clause colours; None for what has no colour of its own
    joiner : shown before it: "→" for what comes after the part before, "+" for what is heard with it, or nothing
    detail : more than `text`, for a tooltip
    """

    text: str
    kind: ChipKind
    colour: int | None
    joiner: str
    key: ChipKey
    detail: str = ""


def chips_of(question: Question, names: Mapping[ChipKey, str]) -> list[Chip]:
    """Every part of a question: first what should be heard, then where to look.

    names : of roots and collections, by ("root", id) and ("collection", id)
    """
    return [*_clause_chips(_clauses(question.text)), *_example_chips(question), *_scope_chips(question.scope, names)]


def without(question: Question, chip: Chip) -> Question:
    """The question without one of its parts."""
    what, which = chip.key
    if what == "clause":
        clauses = _clauses(question.text)
        return replace(question, text=_sentence([*clauses[: int(which)], *clauses[int(which) + 1 :]]))
    if what == "example":
        return replace(question, example=None)
    return replace(question, scope=_narrower_scope(question.scope, what, which))


def without_any(question: Question) -> Question:
    """The empty question, about everything."""
    return replace(question, text="", scope=EVERYTHING, example=None)


# --- what should be heard ---------------------------------------------------------------------------------------------


def _clauses(text: str) -> tuple[Clause, ...]:
    try:
        return parse(text).clauses
    except EmptyQuery:
        return ()


def _clause_chips(clauses: Sequence[Clause]) -> list[Chip]:
    chips = []
    colour = 0
    for index, clause in enumerate(clauses):
        joiner = _joiner(clauses[index - 1], clause) if index else ""
        key = ("clause", index)
        if clause.negated:
            chips.append(Chip(clause.text, "negated", None, joiner, key, f"Without: {clause.text}"))
        else:
            chips.append(Chip(clause.text, "clause", colour, joiner, key))
            colour += 1
    return chips


def _joiner(before: Clause, clause: Clause) -> str:
    if clause.negated:
        return ""
    return "→" if clause.group > before.group else "+"


def _sentence(clauses: Sequence[Clause]) -> str:
    """Clauses in words again."""
    words = {"": ", ", "→": " then ", "+": " and "}
    parts = []
    for index, clause in enumerate(clauses):
        parts.append(words[_joiner(clauses[index - 1], clause)] if index else "")
        parts.append(f"without {clause.text}" if clause.negated else clause.text)
    return "".join(parts)


def _example_chips(question: Question) -> list[Chip]:
    if question.example is None:
        return []
    path = question.example.path
    text = f"like {display_path(path.name)}"
    return [Chip(text, "example", None, "+" if question.text.strip() else "", ("example", ""), display_path(path))]


# --- where to look ----------------------------------------------------------------------------------------------------


def _scope_chips(scope: Scope, names: Mapping[ChipKey, str]) -> list[Chip]:
    chips = [_named("folder", names, ("root", id)) for id in scope.root_ids]
    if scope.folder is not None:
        name = display_path(scope.folder.name or scope.folder)
        chips.append(_scope_chip(f"folder: {name}", ("folder", ""), display_path(scope.folder)))
    if scope.collection_id is not None:
        chips.append(_named("collection", names, ("collection", scope.collection_id)))
    chips.extend(_scope_chip(f"tag: {display_path(tag)}", ("tag", tag)) for tag in scope.tags)
    if scope.min_stars is not None:
        stars = "5 stars" if scope.min_stars == 5 else f"{scope.min_stars} stars or more"
        chips.append(_scope_chip("1 star or more" if scope.min_stars == 1 else stars, ("stars", "")))
    return chips


def _named(what: str, names: Mapping[ChipKey, str], key: ChipKey) -> Chip:
    name = names.get(key)
    return _scope_chip(f"{what}: {display_path(name)}" if name else f"one {what}", key)


def _scope_chip(text: str, key: ChipKey, detail: str = "") -> Chip:
    return Chip(text, "scope", None, "", key, detail)


def _narrower_scope(scope: Scope, what: str, which: int | str) -> Scope:
    match what:
        case "root":
            return replace(scope, root_ids=tuple(id for id in scope.root_ids if id != which))
        case "folder":
            return replace(scope, folder=None)
        case "collection":
            return replace(scope, collection_id=None)
        case "tag":
            return replace(scope, tags=tuple(tag for tag in scope.tags if tag != which))
        case "stars":
            return replace(scope, min_stars=None)
    raise ValueError(f"no part of a question: {what!r}")
