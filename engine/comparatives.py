"""Words that mean something only beside an example: "like this, but longer", "a bit shorter", "much longer than that".

A length that is compared becomes a filter on the length of files, relative to the example's:

    longer           more than it          shorter          less than it
    much longer      more than twice       much shorter     less than half
    a bit longer     up to half as long again               a bit shorter     down to two thirds

"like this", "similar" and "but" ask for nothing that the example does not ask for.
"""

from __future__ import annotations

import re
from dataclasses import replace

from engine.filters import Filter, filter_at
from engine.query import Clause, ParsedQuery, renamed, without

_THIS = r"(?:this|that|these|those|it|the example)(?: (?:one|sound|file|recording))?"
_LINK = r"(?:but|and|only|just|with)"
_LINKS = re.compile(rf"(?:{_LINK}(?:\s+|$))+", re.IGNORECASE)
_POINTS = re.compile(
    rf"(?:(?:something |sounds? |sounding |more )*(?:like|similar to|(?:the )?same as) {_THIS}(?!\S)"
    rf"|(?:similar|the same|{_THIS})(?=\s+{_LINK}\s|$))\s*",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    rf"(?:(?P<much>much|far|way|a lot|lots|considerably)|(?P<bit>an? (?:little )?bit|a little|slightly|somewhat))?\s*"
    rf"(?P<which>longer|shorter)(?: than {_THIS})?",
    re.IGNORECASE,
)
_LONGER = {"": ">{0}s", "much": ">{1}s", "bit": "{0}s..{2}s"}
_SHORTER = {"": "<{0}s", "much": "<{3}s", "bit": "{4}s..{0}s"}


def relative_filters(query: ParsedQuery, duration_s: float | None) -> ParsedQuery:
    """What a sentence beside an example of this length asks for: the lengths that it compares as filters, and no
    clauses that only point at the example. Without a length nothing can be compared: then such filters are missing.
    """
    found = []
    for index in reversed(range(len(query.clauses))):
        clause = query.clauses[index]
        text = clause.text if clause.negated else _named(clause.text)
        compared = _LENGTH.fullmatch(text)
        if compared and duration_s:
            found.append(_filter(compared, duration_s, clause))
        if compared or not text:
            query = without(query, index)
        elif text != clause.text:
            query = renamed(query, index, text)
    return replace(query, filters=(*query.filters, *reversed(found))) if found else query


def _named(text: str) -> str:
    """What a clause says besides pointing at the example; all of it where it does not begin so."""
    for meaningless in (_LINKS, _POINTS, _LINKS):
        if found := meaningless.match(text):
            text = text[found.end() :]
    return text


def _filter(compared: re.Match[str], duration_s: float, clause: Clause) -> Filter:
    how = "much" if compared["much"] else "bit" if compared["bit"] else ""
    lengths = (_written(duration_s * times) for times in (1.0, 2.0, 1.5, 0.5, 2 / 3))
    value = (_LONGER if compared["which"].casefold() == "longer" else _SHORTER)[how].format(*lengths)
    found = filter_at(f"duration:{value}", 0)
    assert found is not None
    return replace(found[0], negated=clause.negated)


def _written(seconds: float) -> str:
    return f"{max(seconds, 0.001):.3f}".rstrip("0").rstrip(".")
