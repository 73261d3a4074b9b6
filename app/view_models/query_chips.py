"""A question in parts that can be shown, removed, moved and joined otherwise, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from app.view_models.wording import counted, moment
from engine import query
from engine.comparatives import relative_filters
from engine.errors import display_path
from engine.filters import Filter
from engine.library_rows import EVERYTHING, Scope
from engine.query import Clause, Joiner, ParsedQuery
from engine.question import Example, Question
from engine.synonyms import synonyms_of

ChipKind = Literal["clause", "negated", "example", "liked", "disliked", "literal", "filter", "scope"]
ChipKey = tuple[str, int | str]  # ("clause", 0), ("root", 3), ("folder", ""), ("collection", 7), ("tag", "dog"), …
SIGNS: dict[Joiner, str] = {"then": "→", "while": "+", "and": ","}
JOINERS: dict[Joiner, str] = {"then": "Then", "while": "At the same time", "and": "In any order"}
_BRACES = str.maketrans("{}", "  ")  # they keep a sound together where it needs them, and are not part of its name
_ANY_LENGTH_S = 1.0  # of an example, where only matters that it has one


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
    """Every part of a question: first what should be heard and what must not be, then what was liked and disliked, then
    what a file must be or say, then where to look.

    names : of roots and collections, by ("root", id) and ("collection", id)
    """
    parsed = question.parsed
    sounds = {at: sound for at, sound in enumerate(_sounds(question)) if sound is not None}
    heard = _heard_chips(parsed, sounds)
    heard += _example_chips(question, len(heard))
    compared = [_compared_chip(clause, at) for at, clause in enumerate(parsed.clauses) if at not in sounds]
    judged = [*_unheard_chips(sounds), *_feedback_chips(question)]
    return [*heard, *judged, *compared, *_written_chips(parsed), *_scope_chips(question.scope, names)]


def without(question: Question, chip: Chip) -> Question:
    """The question without one of its parts."""
    what, which = chip.key
    match what:
        case "clause" | "literal" | "filter":
            return _asking(question, _without_part(question.parsed, what, int(which)))
        case "example":
            return replace(question, examples=_others(question.examples, int(which)))
        case "liked":
            return replace(question, liked=_others(question.liked, int(which)))
        case "disliked":
            return replace(question, disliked=_others(question.disliked, int(which)))
    return replace(question, scope=_wider_scope(question.scope, what, which))


def moved(question: Question, chip: Chip, to: int) -> Question:
    """The question with a sound that should be heard at another place among these; the joiners stay where they are."""
    return _asking(question, query.moved(question.parsed, place(chip), to))


def joined(question: Question, chip: Chip, joiner: Joiner) -> Question:
    """The question with a sound, not the first, joined otherwise to the one before it."""
    return _asking(question, query.joined(question.parsed, place(chip), joiner))


def renamed(question: Question, chip: Chip, text: str) -> Question:
    """The question with another name for a sound, for instance one of `other_words`; without any name, as it is."""
    name = query.clean(text.translate(_BRACES))
    return _asking(question, query.renamed(question.parsed, place(chip), name)) if name else question


def negated(question: Question, chip: Chip, unheard: bool) -> Question:
    """The question with a sound that must not be heard, or that should be."""
    return _asking(question, query.negated(question.parsed, place(chip), unheard))


def other_words(chip: Chip) -> tuple[str, ...]:
    """How else one may call the sound of a chip."""
    return synonyms_of(chip.text) if chip.kind in ("clause", "negated") else ()


def place(chip: Chip) -> int:
    """Of a sound among the clauses of its query: those that should be heard are the first."""
    return int(chip.key[1])


def joiner_of(chip: Chip) -> Joiner | None:
    """How the sound of a chip is joined to the one before; None where that cannot be changed."""
    found = (joiner for joiner, sign in SIGNS.items() if sign == chip.joiner)
    return next(found, None) if chip.kind == "clause" else None


def without_any(question: Question) -> Question:
    """The empty question, about everything."""
    return replace(question, text="", scope=EVERYTHING, examples=(), liked=(), disliked=())


# --- what should be heard ---------------------------------------------------------------------------------------------


def _asking(question: Question, parsed: ParsedQuery) -> Question:
    return replace(question, text=query.sentence_of(parsed))


def _without_part(parsed: ParsedQuery, what: str, index: int) -> ParsedQuery:
    if what == "clause":
        return query.without(parsed, index)
    if what == "literal":
        return replace(parsed, literal=(*parsed.literal[:index], *parsed.literal[index + 1 :]))
    return replace(parsed, filters=(*parsed.filters[:index], *parsed.filters[index + 1 :]))


def _sounds(question: Question) -> list[Clause | None]:
    """For each clause what it asks to listen for; beside an example that may be nothing: "longer", "like this"."""
    clauses = question.parsed.clauses
    if not question.examples:
        return list(clauses)
    return [next(iter(relative_filters(ParsedQuery((each,)), _ANY_LENGTH_S).clauses), None) for each in clauses]


def _heard_chips(parsed: ParsedQuery, sounds: Mapping[int, Clause]) -> list[Chip]:
    """Numbered as they are coloured. Each is joined to the one before it as if nothing stood between them."""
    alone = parsed
    for at in reversed(range(len(parsed.clauses))):
        alone = alone if at in sounds else query.without(alone, at)
    heard = [(at, sound) for at, sound in sounds.items() if not sound.negated]
    joiners = [query.joiner_of(alone, number) for number in range(len(heard))]
    return [
        Chip(sound.text, "clause", number, SIGNS[joiner] if joiner else "", ("clause", at))
        for number, ((at, sound), joiner) in enumerate(zip(heard, joiners, strict=True))
    ]


def _unheard_chips(sounds: Mapping[int, Clause]) -> list[Chip]:
    return [
        Chip(sound.text, "negated", None, "", ("clause", at), f"Without: {sound.text}")
        for at, sound in sounds.items()
        if sound.negated
    ]


def _compared_chip(clause: Clause, at: int) -> Chip:
    """A clause that means something only beside an example."""
    return Chip(f"not {clause.text}" if clause.negated else clause.text, "filter", None, "", ("clause", at))


def _example_chips(question: Question, heard: int) -> list[Chip]:
    """heard : so many sounds are asked for in words; the examples are one more, which has the next colour"""
    return [
        _sound_chip("like", "example", example, at, colour=heard, joiner=SIGNS["while"] if heard + at else "")
        for at, example in enumerate(question.examples)
    ]


def _feedback_chips(question: Question) -> list[Chip]:
    liked = [_sound_chip("more like", "liked", each, at) for at, each in enumerate(question.liked)]
    disliked = [_sound_chip("less like", "disliked", each, at) for at, each in enumerate(question.disliked)]
    return [*liked, *disliked]


def _sound_chip(
    how: str, kind: ChipKind, example: Example, at: int, *, colour: int | None = None, joiner: str = ""
) -> Chip:
    text = f"{how} {display_path(example.path.name)}"
    if example.start_s > 0 or example.end_s is not None:
        text += f" @{moment(example.start_s, example.end_s)}"
    return Chip(text, kind, colour, joiner, (kind, at), display_path(example.path))


def _others(examples: tuple[Example, ...], index: int) -> tuple[Example, ...]:
    return (*examples[:index], *examples[index + 1 :])


def _written_chips(parsed: ParsedQuery) -> list[Chip]:
    """What the file must say or be, as the sentence puts it."""
    literal = [_says_chip(words, ("literal", at)) for at, words in enumerate(parsed.literal)]
    return [*literal, *(_filter_chip(each, ("filter", at)) for at, each in enumerate(parsed.filters))]


def _says_chip(words: str, key: ChipKey) -> Chip:
    return Chip(f"“{words}”", "literal", None, "", key, f"Says: {words}")


def _filter_chip(condition: Filter, key: ChipKey) -> Chip:
    text = f"{condition.field}: {' or '.join(condition.choices) or condition.value}"
    return Chip(f"not {text}" if condition.negated else text, "filter", None, "", key)


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
    chips.extend(_says_chip(words, ("says", at)) for at, words in enumerate(scope.says))
    chips.extend(_filter_chip(each, ("condition", at)) for at, each in enumerate(scope.filters))
    if scope.among is not None:
        chips.append(_scope_chip(f"within {counted(len(scope.among), 'result')}", ("among", "")))
    return chips


def _named(what: str, names: Mapping[ChipKey, str], key: ChipKey) -> Chip:
    name = names.get(key)
    return _scope_chip(f"{what}: {display_path(name)}" if name else f"one {what}", key)


def _scope_chip(text: str, key: ChipKey, detail: str = "") -> Chip:
    return Chip(text, "scope", None, "", key, detail)


def _wider_scope(scope: Scope, what: str, which: int | str) -> Scope:
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
        case "says":
            return replace(scope, says=tuple(each for at, each in enumerate(scope.says) if at != which))
        case "condition":
            return replace(scope, filters=tuple(each for at, each in enumerate(scope.filters) if at != which))
        case "among":
            return replace(scope, among=None)
    raise ValueError(f"no part of a question: {what!r}")
