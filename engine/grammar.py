"""From the words of a sentence to the sounds it names, and how each is joined to the one before.

The sentence is read once, from left to right. Where a set phrase of `engine.connectives` begins, the longest one
decides, if it joins two sounds at all (`engine.word_sense`). Time grows with length alone, whatever is typed. Then

1.  a list takes its order from its last joiner: in "a, b and then c" every comma means "then";
2.  "in the background" and "at the same time" tell how their sound is joined, wherever they stand;
3.  whoever acted before acts on: in "a dog barks then it growls" and "a dog barks then growls" a dog growls.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from engine.connectives import ENGLISH, FOREIGN, PHRASES_BY_FIRST_WORD, PRONOUNS, WEATHER, Mark
from engine.word_sense import (
    NEIGHBOURS,
    WHOLE,
    Place,
    acts_alone,
    count_of_subject,
    goes_on_without,
    is_phrase,
    joins,
    separates,
)

COMMA = ","
_PUNCTUATION = frozenset(string.punctuation)
_STRENGTH: dict[Mark, int] = {"comma": 0, "and": 1, "while": 2, "then": 3, "after": 3, "not": 4}
_LEADING: dict[Mark, Mark] = {"then": "after", "after": "then", "while": "while"}  # "after a, b": what its comma means
_LEADERS = frozenset(["before", "until", "till", "after", "while", "whilst", "as", "just as", "during", "with"])
_TELLS_ORDER = frozenset(
    "then finally later lastly followed afterwards next before until ends ending secondly eventually".split()  # noqa: SIM905
)
_TELLS_END = frozenset(["ends", "ending", "finishes", "finishing", "closes"])
_TRAILING = frozenset(["at the same time", "simultaneously"])
_MAY_FOLLOW = frozenset([COMMA, "and", "then", "before", "until", "followed", "without", "but"])
_NOTHING_MUCH = frozenset(
    "a an the any it that which something anything one sound recording file clip loop sample".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Token:
    """A word with all that clings to it, a comma, or what stood in braces."""

    text: str
    folded: str

    @property
    def names_something(self) -> bool:
        return self.folded == WHOLE or not set(self.folded) <= _PUNCTUATION

    @classmethod
    def word(cls, text: str) -> Token:
        folded = text.casefold().replace("’", "'")
        return cls(text, folded.strip(".!?:") or folded)


@dataclass(frozen=True)
class Part:
    """A sound that is named, and how it is joined to the one before it.

    begin, end : its tokens, with the mark that joins it
    """

    tokens: tuple[Token, ...]
    joiner: Mark
    begin: int
    end: int

    @property
    def negated(self) -> bool:
        return self.joiner == "not"

    @property
    def folded(self) -> list[str]:
        return [token.folded for token in self.tokens]

    @property
    def text(self) -> str:
        return spoken(self.tokens)


def spoken(tokens: Sequence[Token]) -> str:
    """Tokens as one writes them, without the commas and full stops at their ends."""
    text = ""
    for token in tokens:
        if token.folded != COMMA:
            text += f" {token.text}" if text else token.text
        elif text and not text.endswith(","):
            text += ","
    ends_in_words = bool(tokens) and tokens[-1].folded != WHOLE
    return (text.rstrip(" ,.!?;:") or text) if ends_in_words else text


def parts_of(tokens: Sequence[Token]) -> list[Part]:
    """The sounds of a sentence, in the order in which they are named."""
    if not tokens:
        return []
    if is_foreign(tokens):
        return [Part(tuple(tokens), "and", 0, len(tokens))]
    reader = _Reader(tokens)
    named = list(reader.read())
    parts = _listed(named, reader.list_marks)
    for count in reader.together:
        parts = [*_together(parts[:count]), *parts[count:]]
    return _with_subjects(_in_background(parts))


def in_time(parts: Sequence[Part]) -> list[list[Part]]:
    """Groups of parts that are heard, the earliest first."""
    groups: list[list[Part]] = []
    last = 0  # the group that was named last
    for part in parts:
        if part.negated:
            continue
        if not groups:
            groups.append([part])
        elif part.joiner == "then":
            last = len(groups)
            groups.append([part])
        elif part.joiner == "after":
            groups.insert(last, [part])
        else:
            groups[last].append(part)
    return groups


def only_joins(tokens: Sequence[Token]) -> bool:
    """Whether nothing is named: commas and joining words alone."""
    return all(token.folded == COMMA or _is_mark(token.folded) for token in tokens)


def _is_mark(word: str) -> bool:
    return any(phrase == (word,) and mark != "word" for phrase, mark in PHRASES_BY_FIRST_WORD.get(word, ()))


def is_foreign(tokens: Sequence[Token]) -> bool:
    """Whether a sentence does not seem to be English: by its small words, or by its letters."""
    foreign = sum(
        token.folded in FOREIGN or (token.folded[0] > "\u024f" and token.folded[0].isalpha()) for token in tokens
    )
    return foreign > sum(token.folded in ENGLISH for token in tokens)


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass
class _Reader:
    """Goes through a sentence once.

    words : of the sound that is being named
    joiner : how it is joined; None where it is the first
    begin : where its mark began
    lead : what the next comma means, where the sentence began with "after", "while", …
    list_marks : the joiners that mean "then", since it is all an ordered list
    together : how many sounds had been named wherever it was said that they sound at the same time
    """

    tokens: Sequence[Token]
    words: list[Token] = field(default_factory=list)
    joiner: Mark | None = None
    begin: int = 0
    lead: Mark | None = None
    list_marks: frozenset[Mark] = frozenset()
    together: list[int] = field(default_factory=list)
    named: int = 0

    def __post_init__(self) -> None:
        self._folded = [token.folded for token in self.tokens]
        self._vocabulary = frozenset(self._folded)
        self._last_comma = max((at for at, word in enumerate(self._folded) if word == COMMA), default=-1)

    def read(self) -> Iterator[Part]:
        at = 0
        while at < len(self.tokens):
            mark, count = self._mark_at(at)
            if mark is None or mark == "word":
                self.words.extend(self.tokens[at : at + count])
                if self._ends_sentence(at + count - 1):
                    yield from self._turn("comma", at + count)
            else:
                yield from self._turn(mark, at)
            at += count
        yield from self._finished(len(self.tokens))

    def _turn(self, mark: Mark, at: int) -> Iterator[Part]:
        """A mark begins here: the sound before it is complete, if there was one."""
        if mark in ("first", "ordered"):
            self.list_marks = frozenset(["comma"] if mark == "first" else ["comma", "and"])
            return
        if mark == "together":
            yield from self._finished(at)
            self.together.append(self.named)
            self.begin, mark = at, "comma"
        if mark == "start":
            self.words = [] if all(word.folded in _NOTHING_MUCH for word in self.words) else self.words
            mark = "and"
        if mark == "then" and len(self.words) == 1 and self.words[0].folded in PRONOUNS:
            self.joiner = mark  # "which then growls"
            return
        if self.words:
            yield from self._finished(at)
            self.begin, self.joiner = at, mark
        elif self.joiner is None or _STRENGTH[mark] >= _STRENGTH[self.joiner]:
            self.joiner = mark if self.named or mark == "not" else None

    def _finished(self, end: int) -> Iterator[Part]:
        if any(word.names_something for word in self.words):
            self.named += 1
            yield Part(tuple(self.words), self.joiner or "and", self.begin, end)
        self.words = []

    def _mark_at(self, at: int) -> tuple[Mark | None, int]:
        """The mark that begins here and how many tokens it has; (None, 1) for a word."""
        if self._folded[at] == COMMA:
            return self._comma_at(at), 1
        following = self._folded[at + 1 : at + 2]
        for phrase, mark in PHRASES_BY_FIRST_WORD.get(self._folded[at], ()):
            end = at + len(phrase)
            if len(phrase) == 1 or (following == [phrase[1]] and tuple(self._folded[at:end]) == phrase):
                if mark == "word":
                    if is_phrase(self._place(" ".join(phrase), end)):
                        return mark, len(phrase)
                    continue
                if (found := self._joining(mark, self._place(" ".join(phrase), end), end)) is not None:
                    return found, len(phrase)
        if self.joiner == "not" and self.words and self._folded[at] in ("or", "nor"):
            return "not", 1
        return None, 1

    def _joining(self, mark: Mark, place: Place, end: int) -> Mark | None:
        """What a phrase means here; None if it is only words."""
        if not joins(mark, place):
            return None
        if mark == "and" and self.joiner == "not" and goes_on_without(place.after):
            return "not"
        if mark == "first":
            return mark if place.first and not place.before and self._vocabulary & _TELLS_ORDER else None
        if mark == "start":
            return mark if place.first and self._vocabulary & _TELLS_END else None
        if place.first and not place.before and place.phrase in _LEADERS:
            return self._led(mark) if end < self._last_comma else None
        if place.phrase in _TRAILING and (self._folded[end : end + 1] or [COMMA])[0] in _MAY_FOLLOW:
            return "together"
        return mark

    def _led(self, mark: Mark) -> Mark:
        self.lead = _LEADING[mark]
        return "and"  # as the first mark of all it means nothing

    def _comma_at(self, at: int) -> Mark | None:
        lead, self.lead = self.lead, None
        if lead is not None:
            return lead
        if not self.words:
            return "comma"
        if self.joiner == "not" and {"or", "nor"} & set(self._folded[at + 1 : at + 1 + NEIGHBOURS]):
            return "not"
        return "comma" if separates(self._place(COMMA, at + 1)) else None

    def _place(self, phrase: str, end: int) -> Place:
        if end < len(self._folded) and self._folded[end] == COMMA and phrase != COMMA:
            end += 1  # "finally, a door slams"
        after = self._folded[end : end + NEIGHBOURS]
        if COMMA in after:
            after = after[: after.index(COMMA)]
        return Place(phrase, [word.folded for word in self.words[-NEIGHBOURS:]], after, not self.named)

    def _ends_sentence(self, at: int) -> bool:
        """A full stop with a capital after it; not that of "Dr. Who"."""
        ends = self.tokens[at].text.endswith((".", "!", "?")) and len(self._folded[at]) > 3
        return ends and at + 1 < len(self.tokens) and self.tokens[at + 1].text[0].isupper()


# --- what is told of other sounds -------------------------------------------------------------------------------------


def _listed(parts: Sequence[Part], list_marks: frozenset[Mark]) -> list[Part]:
    """Commas that lead up to "then" mean "then"; where the whole sentence is an ordered list, its marks do."""
    listed: list[Part] = []
    later = False  # whether the list that is gone through, from its end, is one of sounds after another
    for part in reversed(parts):
        if not part.negated:
            if part.joiner in list_marks or (part.joiner == "comma" and later):
                part = replace(part, joiner="then")
            later = part.joiner == "then"
        listed.append(part)
    return listed[::-1]


def _together(parts: list[Part]) -> list[Part]:
    """The last of these sounds, back to the one that came after another, are heard at the same time."""
    at = len(parts) - 1
    while at > 0 and parts[at].joiner in ("and", "comma"):
        parts[at] = replace(parts[at], joiner="while")
        at -= 1
    return parts


def _in_background(parts: list[Part]) -> list[Part]:
    """ "a, b in the background" and "a in the background, b": b while a."""
    heard = [at for at, part in enumerate(parts) if not part.negated]
    for place, at in enumerate(heard):
        tokens = parts[at].tokens
        if [token.folded for token in tokens[-3:]] != ["in", "the", "background"] or len(tokens) == 3:
            continue
        joined = at if place and parts[at].joiner in ("and", "comma", "while") else None
        if joined is None and place + 1 < len(heard) and parts[heard[place + 1]].joiner in ("and", "comma"):
            joined = heard[place + 1]
        if joined is not None:
            parts[joined] = replace(parts[joined], joiner="while")
            parts[at] = replace(parts[at], tokens=tokens[:-3])
    return parts


def _with_subjects(parts: list[Part]) -> list[Part]:
    subject: tuple[Token, ...] = ()
    for at, part in enumerate(parts):
        if part.negated or any(token.folded == WHOLE for token in part.tokens):
            continue
        tokens = part.tokens
        if tokens[0].folded in PRONOUNS and len(tokens) > 1 and subject and not _is_weather(tokens):
            tokens = (*subject, *tokens[1:])
        elif at and subject and acts_alone([token.folded for token in tokens]):
            tokens = (*subject, *tokens)
        parts[at] = replace(part, tokens=tokens)
        subject = tokens[: count_of_subject([token.folded for token in tokens])]
    return parts


def _is_weather(tokens: Sequence[Token]) -> bool:
    """ "it rains": nobody in particular does."""
    return tokens[0].folded == "it" and any(token.folded in WEATHER for token in tokens[1:3])
