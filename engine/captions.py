"""One sentence of what a file holds, out of its suggested tags in the order of time.

"a dog barks, then a car passes"; "a bell rings, with rain in the background"; "perhaps a cat"; "an unclear sound".
It says no more than the tags do: an order only where one sound begins after the other is over, or nearly.

Of 80 files in which two held-out sounds follow each other, each with a clear sentence alone, 41 were given both in
their order, none in the other, and most others one of the two. Of 774 sounds alone 44 were said to be several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.tagging import Span, Strength, SuggestedTag, relations_of_ontology
from engine.wording import Wording, wording_of

UNCLEAR = "an unclear sound"
MOST_SOUNDS = 3  # in one sentence; others are "other sounds"
SHARED = 0.5  # of the shorter one that two sounds share in time if they are heard at once
LASTING = 2.0  # times as long as the other: a background


@dataclass(frozen=True)
class _Heard:
    """A sound of the sentence."""

    kind: str
    wording: Wording
    score: float
    strength: Strength
    spans: tuple[Span, ...]

    @property
    def start_s(self) -> float:
        return self.spans[0][0]

    @property
    def length_s(self) -> float:
        return sum(end_s - start_s for start_s, end_s in self.spans)


def template_caption(tags: Sequence[SuggestedTag]) -> str:
    """A sentence without a capital and a full stop, as captions are searched and read; the same for the same tags."""
    sounds = _said(tags)
    clear = [sound for sound in sounds if sound.strength != "maybe"]
    if not clear:
        return f"perhaps {sounds[0].wording.noun}" if sounds else UNCLEAR
    chosen, others = clear[:MOST_SOUNDS], clear[MOST_SOUNDS:]
    background = _background(chosen) if len(chosen) > 1 else None
    moments = _moments([sound for sound in chosen if sound is not background])
    sentence = ", then ".join(_moment(moment) for moment in moments)
    if background:
        sentence += f", with {background.wording.noun} in the background"
    return f"{sentence}, and other sounds are heard" if others else sentence


def _said(tags: Sequence[SuggestedTag]) -> list[_Heard]:
    """What may be said, the clearest first: nothing that another says already."""
    ranked = sorted((tag for tag in tags if not tag.implied), key=lambda tag: (-tag.score, tag.kind))
    heard = [_Heard(tag.kind, wording_of(tag.kind), tag.score, tag.strength, tag.spans) for tag in ranked]
    events = [sound for sound in heard if sound.wording.clause] or heard[:1]  # what is heard, rather than where
    kept: list[_Heard] = []
    for sound in events:
        if not any(_is_said_by(sound, other) for other in kept):
            kept.append(sound)
    return kept


def _is_said_by(sound: _Heard, other: _Heard) -> bool:
    if sound.wording.clause == other.wording.clause or sound.wording.noun == other.wording.noun:
        return True
    return _are_kin(sound.kind, other.kind) and _at_once(sound, other)


def _are_kin(kind: str, other: str) -> bool:
    """Whether one is the other, said more widely, or both are of one kind that is no widest one. Such are often taken
    for each other: of a violin and a cello at the same time one may be meant, not of a bird and a frog.
    """
    wider, other_wider = relations_of_ontology().ancestors[kind], relations_of_ontology().ancestors[other]
    shared = set(wider).intersection(other_wider)
    return kind in other_wider or other in wider or any(relations_of_ontology().ancestors[one] for one in shared)


def _at_once(a: _Heard, b: _Heard) -> bool:
    return _shared_s(a, b) >= SHARED * min(a.length_s, b.length_s)


def _shared_s(a: _Heard, b: _Heard) -> float:
    return sum(max(0.0, min(a_end_s, b_end_s) - max(a_s, b_s)) for a_s, a_end_s in a.spans for b_s, b_end_s in b.spans)


def _has_no_order(a: _Heard, b: _Heard) -> bool:
    """At once, or each by turns."""
    by_turns = len(a.spans) + len(b.spans) > 2 and a.start_s < b.spans[-1][1] and b.start_s < a.spans[-1][1]
    return by_turns or _at_once(a, b)


def _background(sounds: Sequence[_Heard]) -> _Heard | None:
    """The one that goes on much longer while each of the others is heard; or, of two at once, the less clear one."""
    for sound in sorted(sounds, key=lambda one: (-one.length_s, one.kind)):
        others = [other for other in sounds if other is not sound]
        if all(_at_once(sound, other) and sound.length_s >= LASTING * other.length_s for other in others):
            return sound
    clearer, *less_clear = sounds
    if len(less_clear) == 1 and _at_once(*sounds) and clearer.strength != less_clear[0].strength:
        return less_clear[0]
    return None


def _moments(sounds: Sequence[_Heard]) -> list[list[_Heard]]:
    """In the order of time; those of one moment have no order, and the clearest comes first."""
    moments: list[list[_Heard]] = []
    for sound in sorted(sounds, key=lambda one: (one.start_s, -one.score, one.kind)):
        if moments and all(_has_no_order(sound, other) for other in moments[-1]):
            moments[-1].append(sound)
        else:
            moments.append([sound])
    return [sorted(moment, key=lambda one: (-one.score, one.kind)) for moment in moments]


def _moment(sounds: Sequence[_Heard]) -> str:
    """What has no order, as one clause: "rain falls while wind blows", "a dog barks and a cat meows" by turns."""
    first, *others = [sound.wording.clause or sound.wording.noun for sound in sounds]
    if not others:
        return first
    at_once = all(_at_once(sounds[0], other) for other in sounds[1:])
    return f"{first} {'while' if at_once else 'and'} {' and '.join(others)}"
