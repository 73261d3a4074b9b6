"""Does a word join two sounds here, or does it belong to the name of one? "as a train passes", "dressed as a clown".

Every answer looks at a few words on either side and at nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from engine.connectives import (
    ANSWERS_WITH_NO,
    BACKDROPS,
    DEGREES,
    DETERMINERS,
    LIVING,
    PARTICLES,
    PRONOUNS,
    TIMES,
    Mark,
    is_adjective,
    is_verb_form,
    may_be_verb,
)

WHOLE = "{}"  # stands for what stood in braces; no word
NEIGHBOURS = 12  # words that are looked at on either side
_BREAKS = frozenset(["and", "then", "while", "before", "after", "until", "without", "or", "but"])
_AFTER_VERBS = PARTICLES | DETERMINERS
_MAY_BE_LAST = frozenset(
    ["at the same time", "simultaneously", "in that order", "in this order", "→", "->", "=>", ">", "+", "&"]
)


@dataclass(frozen=True)
class Place:
    """Where a phrase stands, all lower-case.

    before : the last words of the sound that is being named; empty where a new one begins
    after : the next words, up to a comma
    first : whether nothing was named yet
    """

    phrase: str
    before: Sequence[str]
    after: Sequence[str]
    first: bool


def joins(mark: Mark, place: Place) -> bool:
    """Whether a phrase that can be a mark is one here. What leads the sentence is judged as if there were a comma."""
    if not place.after and place.phrase not in _MAY_BE_LAST:
        return False
    judge = _JUDGES.get(place.phrase)
    return judge(place) if judge else True


def is_phrase(place: Place) -> bool:
    """Whether words that can be a set phrase are one here: not in "a car passes by then a dog barks"."""
    return place.phrase != "by then" or not place.before or not may_be_verb(place.before[-1])


def separates(place: Place) -> bool:
    """Whether a comma stands between two sounds, rather than between two qualities of one."""
    before, after = place.before, place.after
    if not before:
        return True
    if all(word in DETERMINERS or is_adjective(word) for word in before):
        return False
    if (
        len(after) > 1
        and is_adjective(before[-1])
        and (is_adjective(after[0]) or after[0].endswith(("ing", "ed", "y")))
    ):
        return False
    only_qualities = all(is_adjective(word) or word in DEGREES or word.endswith("ly") for word in after)
    return not (after and only_qualities)


def goes_on_without(after: Sequence[str]) -> bool:
    """Whether "and" after "without a" adds to what must not be heard: bare names, "without voices and music"."""
    phrase = list(takewhile(lambda word: word not in _BREAKS, after))
    return 0 < len(phrase) <= 2 and phrase[0] not in DETERMINERS and not any(is_verb_form(word) for word in phrase)


def acts_alone(words: Sequence[str]) -> bool:
    """Whether something is done here by nobody in particular: "growls", "running away"; not "whistling kettle"."""
    if not words or not is_verb_form(words[0]):
        return False
    return len(words) == 1 or words[1] in _AFTER_VERBS or words[1] == "and" or words[1].endswith("ly")


def count_of_subject(words: Sequence[str]) -> int:
    """How many of the first words say who acts: 2 of "a dog barks"; 0 where nobody does."""
    few = words[:NEIGHBOURS]
    for is_verb in (is_verb_form, may_be_verb):
        for at in range(1, len(few)):
            somebody = any(word not in DETERMINERS and not is_adjective(word) for word in few[:at])
            if somebody and is_verb(few[at]):
                return at
    return 2 if _is_singular_with_verb(few) and not is_adjective(few[1]) else 0


def _is_singular_with_verb(words: Sequence[str]) -> bool:
    """ "a xylophone tinkles": what ends in s after one single thing is something it does."""
    return len(words) > 2 and words[0] in ("a", "an") and words[2].endswith("s") and not words[2].endswith(("ss", "us"))


# --- one by one -------------------------------------------------------------------------------------------------------


def _and(place: Place) -> bool:
    before, after = place.before, place.after
    if not before:
        return True
    if WHOLE in (before[-1], after[0]):
        return True
    if before[-1] == after[0] or "between" in before:
        return False  # louder and louder
    if is_adjective(before[-1]) and after[0] not in DETERMINERS and after[0] not in PRONOUNS:
        return False  # an old and rusty door
    if before[-1].endswith("ly") and after[0].endswith("ly"):
        return False
    if any(may_be_verb(word) or word.endswith("s") for word in before) and _acts(_phrase(after)):
        return False  # a dog barks and growls
    return not _shares_deed(before, _phrase(after))


def _acts(phrase: Sequence[str]) -> bool:
    """growls; loads a gun"""
    does_something = len(phrase) > 2 and phrase[0].endswith("s") and phrase[1] in DETERMINERS
    return acts_alone(phrase) or (does_something and phrase[0] not in DETERMINERS)


def _shares_deed(before: Sequence[str], after: Sequence[str]) -> bool:
    """a man and a woman talk"""
    if not all(word in LIVING or word in DETERMINERS or is_adjective(word) for word in before):
        return False
    named = list(takewhile(lambda word: word in LIVING or word in DETERMINERS or is_adjective(word), after))
    return len(named) < len(after) and any(word in LIVING for word in named)


def _as(place: Place) -> bool:
    after = list(takewhile(lambda word: word != "of", place.after))
    if "as" in place.before[-3:] or len(after) < 2:
        return False  # as loud as a train
    if any(may_be_verb(word) for word in after[1:]) or _is_singular_with_verb(after):
        return True
    return any(word.endswith("s") and follows in _AFTER_VERBS for word, follows in pairwise(after[1:]))  # tries a door


def _while(place: Place) -> bool:
    """Not "while tied to a post", which is nothing to hear."""
    first, *others = place.after
    return not (place.before and first.endswith("ed") and bool(others) and others[0] in _AFTER_VERBS | {"with"})


def _with(place: Place) -> bool:
    phrase = _phrase(place.after)
    if phrase[-3:] == ["in", "the", "background"]:
        return True
    for at in range(1, len(phrase)):  # with birds singing nearby, but not: with heavy walking boots
        if (
            phrase[at].endswith("ing")
            and is_verb_form(phrase[at])
            and (at == len(phrase) - 1 or phrase[at + 1] in _AFTER_VERBS)
        ):
            return True
    return _over(place)


def _over(place: Place) -> bool:
    phrase = _phrase(place.after)
    return 0 < len(phrase) <= 3 and phrase[-1] in BACKDROPS and bool(place.before)


def _no(place: Place) -> bool:
    return not place.before or place.before[-1] not in ANSWERS_WITH_NO | {"almost"}


def _new_only(place: Place) -> bool:
    return not place.before


def _next(place: Place) -> bool:
    return not place.before and not place.first


def _during(place: Place) -> bool:
    named = [word for word in place.after if word not in DETERMINERS]
    return bool(named) and named[0] not in TIMES


def _after(place: Place) -> bool:
    return place.after[0] not in ("it", "another") and not place.after[0].isdigit()


def _phrase(after: Sequence[str]) -> list[str]:
    return list(takewhile(lambda word: word not in _BREAKS, after))


_JUDGES: dict[str, Callable[[Place], bool]] = {
    "and": _and,
    "as": _as,
    "just as": _as,
    "while": _while,
    "whilst": _while,
    "with": _with,
    "over": _over,
    "no": _no,
    "not": _new_only,
    "neither": _new_only,
    "meanwhile": _new_only,
    "next": _next,
    "during": _during,
    "after": _after,
}
