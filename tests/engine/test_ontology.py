from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from engine.ontology import SoundKind, sound_kinds
from engine.paths import default_network_folder


def texts(part: str) -> Iterator[str]:
    for kind in sound_kinds():
        yield from getattr(kind, part)


def test_every_audioset_class_is_there_once_in_the_order_of_the_tags() -> None:
    kinds = sound_kinds()
    assert [kind.name for kind in kinds] == json.loads((default_network_folder() / "tags.json").read_text())
    assert len({kind.id for kind in kinds}) == len(kinds) == 527


def test_every_kind_has_names_four_descriptions_and_four_scenes() -> None:
    for kind in sound_kinds():
        assert 3 <= len(kind.synonyms) <= 5, kind.name
        assert len(kind.descriptions) == len(kind.scenes) == 4, kind.name


def test_texts_are_lower_case_and_none_is_empty_or_padded() -> None:
    for part in ("synonyms", "descriptions", "scenes"):
        assert [text for text in texts(part) if not text or text != " ".join(text.lower().split())] == []


def test_no_two_kinds_sound_the_same() -> None:
    assert [text for text, count in Counter(texts("descriptions")).items() if count > 1] == []


def test_no_kind_has_a_text_twice() -> None:
    assert [kind.name for kind in sound_kinds() if len(set(kind.phrases)) < len(kind.phrases)] == []


def test_a_description_does_not_name_what_it_describes() -> None:
    # a query for the sound must be able to meet it without the word
    named = [
        (kind.name, text)
        for kind in sound_kinds()
        for text in kind.descriptions
        if re.search(rf"\b{re.escape(kind.name.lower())}\b", text)
    ]
    assert named == []


def test_phrases_are_names_then_descriptions_then_scenes() -> None:
    kind = SoundKind("/m/0bt9lr", "Dog", ("dog", "hound"), ("a hoarse yap",), ("a dog barks at the door",))
    assert kind.phrases == ("dog", "hound", "a hoarse yap", "a dog barks at the door")
