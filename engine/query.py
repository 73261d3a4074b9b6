"""What was asked: a sentence as clauses, each one sound event, in the order in which they should be heard.

    dog barks then car passes       before, after, until, followed by, first … finally, starts with … ends with, >
    rain while a man speaks         as, during, over, with … in the background, at the same time, +
    wind and birds, a bell          in any order, or at the same time
    forest without wind             no, but not, -wind
    "take 12"                       what a file's name, tags or metadata must say, word for word
    duration:<2s format:wav         see `engine.filters`
    {bangs and then whimpers}       one sound, whatever it says

A sentence in any other language than English is one clause.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.errors import EngineError
from engine.filters import Filter, filter_at
from engine.grammar import COMMA, Part, Token, in_time, only_joins, parts_of, spoken
from engine.word_sense import WHOLE

MAX_CHARACTERS = 1000  # far beyond what a text encoder reads; a pasted book must not slow the search

Joiner = Literal["then", "while", "and"]


class EmptyQuery(EngineError):
    """Nothing was asked."""


@dataclass(frozen=True)
class Clause:
    """One sound event. Clauses of one group belong to the same time, those of a higher group are heard later.

    together : it sounds at the same time as the clause before it, which is of the same group. Without it, clauses of a
        group may sound in any order, as long as all do.
    negated : it must not be heard at all, in no group; `group` is 0
    """

    text: str
    negated: bool = False
    group: int = 0
    together: bool = False


@dataclass(frozen=True)
class ParsedQuery:
    """A sentence as it was understood.

    clauses : in the order in which they should be heard, then the negated ones; the groups are 0, 1, 2, … without gaps
    filters : what is asked about the file rather than its sound
    literal : what it must say word for word
    text : for the network, the sentence without filters, quoted words and what must not be heard; empty where nothing
        should be heard. Two ways to say the same are equal.
    """

    clauses: tuple[Clause, ...]
    filters: tuple[Filter, ...] = ()
    literal: tuple[str, ...] = ()
    text: str = field(default="", compare=False)

    @property
    def heard(self) -> tuple[Clause, ...]:
        """The clauses that should be heard."""
        return tuple(clause for clause in self.clauses if not clause.negated)

    @property
    def words(self) -> str:
        """What files are asked to say: nothing of what should not be heard, and no words that only join sounds."""
        return " ".join([*(clause.text for clause in self.heard), *self.literal])

    @property
    def unheard(self) -> tuple[Clause, ...]:
        """The clauses that must not be heard."""
        return tuple(clause for clause in self.clauses if clause.negated)


def parse(sentence: str) -> ParsedQuery:
    """Understand a sentence. Raises EmptyQuery if it holds no letter, digit or other visible sign."""
    text = clean(sentence)
    if not text:
        raise EmptyQuery('Nothing was asked: say what you hear, for instance "dog barking".')
    read = _Pieces()
    read.take(text)
    if read.found_any and only_joins(read.tokens):
        read.tokens.clear()  # "dog" then "car"
    parts = parts_of(read.tokens)
    unheard = [part.text for part in parts if part.negated] + read.excluded
    clauses = (*_clauses(in_time(parts)), *(Clause(words, negated=True) for words in unheard))
    if not (clauses or read.filters or read.literal):
        return ParsedQuery((Clause(text),), text=text)  # nothing but commas, or braces around nothing
    return ParsedQuery(clauses, tuple(read.filters), tuple(read.literal), _heard_text(read.tokens, parts))


def clean(sentence: str) -> str:
    """One line of composed text (NFC): control signs become spaces, runs of spaces one, and the length is limited."""
    visible = "".join(_visible(character) for character in sentence[: 4 * MAX_CHARACTERS])
    return " ".join(unicodedata.normalize("NFC", visible).split())[:MAX_CHARACTERS].strip()


def _visible(character: str) -> str:
    # Cc: control (NUL, newline); Cs: halves of surrogate pairs, from arguments that are not UTF-8;
    # Cf: format (bidirectional overrides, zero width); none of them can be heard, and tokenizers and FTS5 refuse some
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    return "" if category in {"Cs", "Cf"} else character


# --- a sentence in pieces ---------------------------------------------------------------------------------------------

_PIECE = re.compile(
    r"""\{(?P<whole>[^{}]*)\}
    | (?<!\S)(?P<minus>-?)["“”](?P<quoted>[^"“”]*)["“”](?![^\s,;])
    | (?<!\S)-(?P<excluded>[^\W\d][^\s,;{}"“”]*)
    | (?P<comma>(?<!\d)[,;]|[,;](?!\d))
    | (?P<word>(?:[^\s,;{}]|(?<=\d)[,;](?=\d))+)
    | [\s{}]""",
    re.VERBOSE,
)


@dataclass
class _Pieces:
    """What a sentence consists of: words in their order, and what may stand anywhere between them."""

    tokens: list[Token] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    literal: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)

    @property
    def found_any(self) -> bool:
        return bool(self.filters or self.literal or self.excluded)

    def take(self, text: str) -> None:
        at = 0
        while at < len(text):
            begins_word = not at or text[at - 1] in " ,;"
            if begins_word and (found := filter_at(text, at)):
                self.filters.append(found[0])
                at = found[1]
            elif piece := _PIECE.match(text, at):
                self._sort(piece)
                at = piece.end()

    def _sort(self, piece: re.Match[str]) -> None:
        named = piece.groupdict()
        if (quoted := (named["quoted"] or "").strip()) and not named["minus"]:
            self.literal.append(quoted)
        elif quoted := " ".join(re.sub(r"[{}]", " ", quoted).split()):
            self.excluded.append(quoted)
        elif named["excluded"]:
            self.excluded.append(named["excluded"])
        elif whole := (named["whole"] or "").strip():
            self.tokens.append(Token(whole, WHOLE))
        elif named["comma"]:
            self.tokens.append(Token(",", COMMA))
        elif named["word"]:
            self.tokens.append(Token.word(named["word"]))


def _clauses(groups: Sequence[Sequence[Part]]) -> Iterator[Clause]:
    for group, parts in enumerate(groups):
        for place, part in enumerate(parts):
            yield Clause(part.text, group=group, together=place > 0 and part.joiner == "while")


def _heard_text(tokens: Sequence[Token], parts: Sequence[Part]) -> str:
    """The sentence without what must not be heard, nor the words that say so."""
    heard = [part for part in parts if not part.negated]
    if len(heard) < 2:
        return heard[0].text if heard else ""
    unheard = {at for part in parts if part.negated for at in range(part.begin, part.end)}
    return spoken([token for at, token in enumerate(tokens) if at not in unheard])


# --- a parse in words, and changed ------------------------------------------------------------------------------------

_WORDS: dict[Joiner, str] = {"then": " then ", "while": " while ", "and": " and "}


def sentence_of(query: ParsedQuery) -> str:
    """A sentence that is understood as `query`, as far as it is not cut at `MAX_CHARACTERS`; empty for an empty one.

    Clauses stand in braces where they would be understood differently without.
    """
    plain = _sentence(query, braces=False)
    return plain if not plain or parse(plain) == query else _sentence(query, braces=True)


def joiner_of(query: ParsedQuery, index: int) -> Joiner | None:
    """How a clause is joined to the one before; None for the first and for what must not be heard."""
    clause = query.clauses[index]
    if index == 0 or clause.negated:
        return None
    if clause.group > query.clauses[index - 1].group:
        return "then"
    return "while" if clause.together else "and"


def without(query: ParsedQuery, index: int) -> ParsedQuery:
    """The query without one of its clauses. Those on either side of it are joined as loosely as they were."""
    links = _links(query)
    if query.clauses[index].negated:
        unheard = [clause for at, clause in enumerate(query.clauses) if clause.negated and at != index]
        return replace(query, clauses=(*query.heard, *unheard))
    if index + 1 < len(links):
        text, joiner = links[index + 1]
        links[index + 1] = text, max(joiner, links[index][1], key=["while", "and", "then"].index)
    del links[index]
    return _linked(query, links)


def moved(query: ParsedQuery, index: int, to: int) -> ParsedQuery:
    """The query with a clause that should be heard at another place among these; the joiners stay where they are."""
    links = _links(query)
    texts = [text for text, _ in links]
    texts.insert(to, texts.pop(index))
    return _linked(query, [(text, joiner) for text, (_, joiner) in zip(texts, links, strict=True)])


def joined(query: ParsedQuery, index: int, joiner: Joiner) -> ParsedQuery:
    """The query with a clause that should be heard, not the first, joined otherwise to the one before it."""
    links = _links(query)
    links[index] = links[index][0], joiner
    return _linked(query, links)


def renamed(query: ParsedQuery, index: int, text: str) -> ParsedQuery:
    """The query with another name for a sound, for instance one of `engine.synonyms`."""
    clauses = list(query.clauses)
    clauses[index] = replace(clauses[index], text=text)
    return _said(replace(query, clauses=tuple(clauses)))


def negated(query: ParsedQuery, index: int, unheard: bool) -> ParsedQuery:
    """The query with a sound that must not be heard, or that should be: then it is the last one, in any order."""
    clause = query.clauses[index]
    if clause.negated == unheard:
        return query
    rest = without(query, index)
    if unheard:
        return replace(rest, clauses=(*rest.clauses, Clause(clause.text, negated=True)))
    return _linked(rest, [*_links(rest), (clause.text, "and")])


def _links(query: ParsedQuery) -> list[tuple[str, Joiner]]:
    """What should be heard, each with how it is joined; the first one's joiner means nothing."""
    return [(clause.text, joiner_of(query, at) or "while") for at, clause in enumerate(query.heard)]


def _linked(query: ParsedQuery, links: Iterable[tuple[str, Joiner]]) -> ParsedQuery:
    clauses: list[Clause] = []
    for text, joiner in links:
        group = clauses[-1].group + (joiner == "then") if clauses else 0
        clauses.append(Clause(text, group=group, together=bool(clauses) and joiner == "while"))
    return _said(replace(query, clauses=(*clauses, *query.unheard)))


def _said(query: ParsedQuery) -> ParsedQuery:
    """With the text that its clauses make."""
    return replace(query, text=_sentence(ParsedQuery(query.heard), braces=False))


def _sentence(query: ParsedQuery, braces: bool) -> str:
    def name(clause: Clause) -> str:
        return f"{{{clause.text}}}" if braces else clause.text

    heard = [_WORDS[joiner_of(query, at) or "and"] * (at > 0) + name(clause) for at, clause in enumerate(query.heard)]
    unheard = [f"without {name(clause)}" for clause in query.unheard]
    literal = [f'"{words}"' for words in query.literal]
    return ", ".join(part for part in ("".join(heard), *unheard, *literal, *map(str, query.filters)) if part)
