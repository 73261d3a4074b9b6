"""The kinds of sound as they are stored, and the ways through their tree."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations

import pytest

from engine.ontology import (
    SoundKind,
    ancestors,
    descendants,
    exclusive_groups,
    kind_by_id,
    kinds_of_ucs,
    sound_groups,
    sound_kinds,
)
from engine.paths import default_network_folder, resources_folder

EVERYTHING = (*sound_kinds(), *sound_groups())
AUDIOSET_CLASSES = 527


def texts(part: str) -> Iterator[str]:
    for kind in sound_kinds():
        yield from getattr(kind, part)


def kind_called(name: str) -> SoundKind:
    return next(kind for kind in EVERYTHING if kind.name == name)


def names(kinds: tuple[SoundKind, ...]) -> list[str]:
    return [kind.name for kind in kinds]


def cat_ids() -> set[str]:
    return set(json.loads((resources_folder() / "ontology" / "ucs.json").read_text("utf-8")))


def test_every_audioset_class_is_there_first_in_the_order_of_the_tags() -> None:
    tags = json.loads((default_network_folder() / "tags.json").read_text("utf-8"))
    assert [kind.name for kind in sound_kinds()[:AUDIOSET_CLASSES]] == tags
    assert len(sound_kinds()) > 600


def test_identifiers_and_names_are_given_once() -> None:
    for what in ("id", "name"):
        given = Counter(getattr(kind, what) for kind in EVERYTHING)
        assert [each for each, count in given.items() if count > 1] == []


def test_a_kind_of_our_own_is_a_part_of_ucs() -> None:
    own = [kind for kind in sound_kinds() if kind.id.startswith("ucs/")]
    assert len(own) > 70
    for kind in own:
        assert kind.id.removeprefix("ucs/").partition("-")[0] in kind.ucs, kind.id


def test_every_ucs_identifier_exists_and_is_given_once_to_a_kind() -> None:
    for kind in sound_kinds():
        assert cat_ids().issuperset(kind.ucs), kind.name
        assert len(set(kind.ucs)) == len(kind.ucs), kind.name


def test_every_kind_has_names_four_descriptions_and_four_scenes() -> None:
    for kind in sound_kinds():
        assert 3 <= len(kind.synonyms) <= 5, kind.name
        assert len(kind.descriptions) == len(kind.scenes) == 4, kind.name


def test_groups_hold_kinds_and_have_no_texts() -> None:
    assert [kind.name for kind in sound_kinds() if kind.is_group] == []
    for group in sound_groups():
        assert group.is_group
        assert descendants(group.id), group.name


def test_every_parent_is_known_and_none_is_its_own_ancestor() -> None:
    for kind in EVERYTHING:
        assert kind.id not in {each.id for each in ancestors(kind.id)}, kind.name  # KeyError for an unknown parent


def test_no_parent_is_said_twice() -> None:
    for kind in EVERYTHING:
        for parent in kind.parents:
            others = {each.id for other in kind.parents if other != parent for each in ancestors(other)}
            assert parent not in others, kind.name


def test_every_kind_lies_under_few_roots() -> None:
    roots = [kind.name for kind in EVERYTHING if not kind.parents]
    assert sorted(roots) == [
        "Animal",
        "Channel, environment and background",
        "Human sounds",
        "Music",
        "Natural sounds",
        "Sounds of things",
        "Source-ambiguous sounds",
    ]


def test_texts_are_lower_case_and_none_is_empty_or_padded() -> None:
    for part in ("synonyms", "descriptions", "scenes"):
        assert [text for text in texts(part) if not text or text != " ".join(text.lower().split())] == []


def test_no_two_kinds_sound_the_same() -> None:
    assert [text for text, count in Counter(texts("descriptions")).items() if count > 1] == []


def test_no_scene_is_told_of_two_kinds() -> None:
    assert [text for text, count in Counter(texts("scenes")).items() if count > 1] == []


def test_siblings_are_not_called_the_same() -> None:
    for parent in EVERYTHING:
        children = [kind for kind in descendants(parent.id) if parent.id in kind.parents]
        called = Counter(name for kind in children for name in set(kind.synonyms))
        assert [name for name, count in called.items() if count > 1] == [], parent.name


def test_what_was_added_is_called_as_nothing_else_is() -> None:
    called = Counter(name for kind in sound_kinds() for name in {kind.name.casefold(), *kind.synonyms})
    added = [name for kind in sound_kinds()[AUDIOSET_CLASSES:] for name in kind.synonyms]
    assert [name for name in added if called[name] > 1] == []


def test_no_kind_has_a_text_twice() -> None:
    assert [kind.name for kind in sound_kinds() if len(set(kind.phrases)) < len(kind.phrases)] == []


def test_a_description_does_not_name_what_it_describes() -> None:
    # a query for the sound must be able to meet it without the word
    named = [
        (kind.name, text)
        for kind in sound_kinds()
        for text in kind.descriptions
        for name in (kind.name.lower(), kind.synonyms[0])
        if re.search(rf"\b{re.escape(name)}\b", text)
    ]
    assert named == []


def test_phrases_are_names_then_descriptions_then_scenes() -> None:
    kind = SoundKind("/m/0bt9lr", "Dog", ("dog", "hound"), ("a hoarse yap",), ("a dog barks at the door",))
    assert kind.phrases == ("dog", "hound", "a hoarse yap", "a dog barks at the door")


def test_what_is_wider_comes_nearest_first() -> None:
    assert names(ancestors(kind_called("Oink").id)) == ["Pig", "Livestock, farm animals, working animals", "Animal"]


def test_a_kind_can_have_several_parents() -> None:
    wider = names(ancestors(kind_called("Police car (siren)").id))
    assert wider[:2] == ["Emergency vehicle", "Siren"]
    assert wider.count("Sounds of things") == 1


@pytest.mark.parametrize(
    ("kind", "not_implied"),
    [("Growling", "Dog"), ("Buzz", "Insect"), ("Burst, pop", "Explosion"), ("Doorbell", "Door"), ("Bleat", "Goat")],
)
def test_what_need_not_hold_is_no_parent(kind: str, not_implied: str) -> None:
    assert not_implied not in names(ancestors(kind_called(kind).id))


def test_what_is_narrower_is_reached_through_all_levels() -> None:
    steps = descendants(kind_called("Human sounds").id)
    assert {"Human locomotion", "Walk, footsteps", "Footsteps on gravel"} <= {*names(steps)}
    assert descendants(kind_called("Oink").id) == ()


def test_narrower_and_wider_agree() -> None:
    for kind in EVERYTHING:
        assert all(kind in descendants(wider.id) for wider in ancestors(kind.id)), kind.name


@pytest.mark.parametrize("ask", [kind_by_id, ancestors, descendants])
def test_an_unknown_identifier_is_an_error(ask: Callable[[str], object]) -> None:
    with pytest.raises(KeyError):
        ask("/m/none")


def test_kinds_of_a_ucs_identifier_begin_with_those_it_fits_best() -> None:
    assert names(kinds_of_ucs("DSGNRise")) == ["Riser"]
    assert names(kinds_of_ucs("VEHBy")) == ["Car passing by"]
    assert names(kinds_of_ucs("CRWDLaff")) == ["Laughter"]
    assert names(kinds_of_ucs("MUSCStr"))[0] == "Bowed string instrument"
    assert names(kinds_of_ucs("FIRESizz")) == ["Sizzle"]
    assert names(kinds_of_ucs("WATRBubl")) == ["Gurgling", "Boiling"]
    assert names(kinds_of_ucs("CRWDSing"))[0] == "Chant"  # the best for it, and the second best for singing
    assert kinds_of_ucs("nothing") == ()


def test_kinds_that_exclude_each_other_are_known_and_none_is_the_others_ancestor() -> None:
    for group in exclusive_groups():
        assert len(set(group)) == len(group) >= 2
        for one, other in combinations([kind_by_id(each) for each in group], 2):
            below = {one, *descendants(one.id)} & {other, *descendants(other.id)}
            assert below == set(), (one.name, other.name)


def test_a_place_is_not_indoors_and_outdoors() -> None:
    indoors, outdoors = kind_called("Inside, public space"), kind_called("Outside, urban or manmade")
    assert any({indoors.id, outdoors.id} <= set(group) for group in exclusive_groups())
