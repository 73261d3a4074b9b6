"""A question in parts that can be shown, removed, moved and joined otherwise, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from engine import query
from engine.errors import display_path
from engine.filters import Filter
from engine.library_rows import EVERYTHING, Scope
from engine.query import EmptyQuery, Joiner, ParsedQuery
from engine.question import Example, Question
from engine.synonyms import synonyms_of

ChipKind = Literal["clause", "negated", "example", "literal", "filter", "scope"]
ChipKey = tuple[str, int | str]  # ("clause", 0), ("root", 3), ("folder", ""), ("collection", 7), ("tag", "dog"), …
_SIGNS: dict[Joiner, str] = {"then": "→", "while": "+", "and": ","}


@dataclass(frozen=True)
class Chip:
    """One part of a question, as plain text.

    colour : index into the clause colours; None for what has no colour of its own
    joiner : shown before it: "→" for what comes after the part before, "+" for what is heard at the same time, "," for
        what is heard somewhere, before or after; or nothing
    detail : more than `text`, for a tooltip
    """

    text: str
    kind: ChipKind
    colour: int | None
    joiner: str
    key: ChipKey
    detail: str = ""


def chips_of(question: Question, names: Mapping[ChipKey, str]) -> list[Chip]:
    """Every part of a question: first what should be heard and what must not be, then what a file must say or be, then
    where to look.

    names : of roots and collections, by ("root", id) and ("collection", id)
    """
    parsed = _parsed(question.text)
    heard = [*_clause_chips(parsed), *_example_chips(question)]
    return [*heard, *_written_chips(parsed), *_scope_chips(question.scope, names)]


def without(question: Question, chip: Chip) -> Question:
    """The question without one of its parts."""
    what, which = chip.key
    if what in ("clause", "literal", "filter"):
        return _asking(question, _without_part(_parsed(question.text), what, int(which)))
    if what == "example":
        return replace(question, examples=_others(question.examples, int(which)))
    return replace(question, scope=_narrower_scope(question.scope, what, which))


def moved(question: Question, chip: Chip, to: int) -> Question:
    """The question with a sound that should be heard at another place among these; the joiners stay where they are."""
    return _asking(question, query.moved(_parsed(question.text), _place(chip), to))


def joined(question: Question, chip: Chip, joiner: Joiner) -> Question:
    """The question with a sound, not the first, joined otherwise to the one before it."""
    return _asking(question, query.joined(_parsed(question.text), _place(chip), joiner))


def renamed(question: Question, chip: Chip, text: str) -> Question:
    """The question with another name for a sound, for instance one of `other_words`."""
    return _asking(question, query.renamed(_parsed(question.text), _place(chip), text))


def other_words(chip: Chip) -> tuple[str, ...]:
    """How else one may call the sound of a chip."""
    return synonyms_of(chip.text) if chip.key[0] == "clause" else ()


def without_any(question: Question) -> Question:
    """The empty question, about everything."""
    return replace(question, text="", scope=EVERYTHING, examples=(), liked=(), disliked=())


# --- what should be heard ---------------------------------------------------------------------------------------------


def _parsed(text: str) -> ParsedQuery:
    try:
        return query.parse(text)
    except EmptyQuery:
        return ParsedQuery(())


def _asking(question: Question, parsed: ParsedQuery) -> Question:
    return replace(question, text=query.sentence_of(parsed))


def _place(chip: Chip) -> int:
    """Of a sound among the clauses of its query."""
    return int(chip.key[1])


def _without_part(parsed: ParsedQuery, what: str, index: int) -> ParsedQuery:
    if what == "clause":
        return query.without(parsed, index)
    if what == "literal":
        return replace(parsed, literal=(*parsed.literal[:index], *parsed.literal[index + 1 :]))
    return replace(parsed, filters=(*parsed.filters[:index], *parsed.filters[index + 1 :]))


def _clause_chips(parsed: ParsedQuery) -> list[Chip]:
    chips = []
    for index, clause in enumerate(parsed.clauses):
        key = ("clause", index)
        if clause.negated:
            chips.append(Chip(clause.text, "negated", None, "", key, f"Without: {clause.text}"))
        else:  # the heard ones come first, so that their place is their colour
            joiner = query.joiner_of(parsed, index)
            chips.append(Chip(clause.text, "clause", index, _SIGNS[joiner] if joiner else "", key))
    return chips


def _written_chips(parsed: ParsedQuery) -> list[Chip]:
    """What the file must say or be."""
    literal = [
        Chip(f"“{words}”", "literal", None, "", ("literal", index), f"Says: {words}")
        for index, words in enumerate(parsed.literal)
    ]
    filters = [Chip(_filter_text(each), "filter", None, "", ("filter", at)) for at, each in enumerate(parsed.filters)]
    return [*literal, *filters]


def _filter_text(condition: Filter) -> str:
    text = f"{condition.field}: {' or '.join(condition.choices) or condition.value}"
    return f"not {text}" if condition.negated else text


def _example_chips(question: Question) -> list[Chip]:
    chips = []
    for index, example in enumerate(question.examples):
        joiner = "+" if index or question.text.strip() else ""
        text = f"like {display_path(example.path.name)}"
        chips.append(Chip(text, "example", None, joiner, ("example", index), display_path(example.path)))
    return chips


def _others(examples: tuple[Example, ...], index: int) -> tuple[Example, ...]:
    return (*examples[:index], *examples[index + 1 :])


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
