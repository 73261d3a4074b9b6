from __future__ import annotations

import pytest

from engine.ontology import sound_kinds
from trainer.evaluate.prompting import described_labels, prompts_by_name
from trainer.rewriting import kinds_named


def test_an_unknown_class_is_asked_for_in_the_words_of_the_ablation_alone() -> None:
    asked = prompts_by_name("ESC-50", ["theremin_qwertz"])
    assert [(name, *texts) for name, (texts,) in asked.items()] == [
        ("sound (C21)", "This is a sound of theremin qwertz"),
        ("i can hear (C25)", "i can hear theremin qwertz"),
        ("this is an audio of (C25)", "this is an audio of theremin qwertz"),
        ("label alone (C25)", "theremin qwertz"),
        ("this is (C25)", "this is theremin qwertz"),
        ("this is a sound of (C25)", "this is a sound of theremin qwertz"),
        ("can be heard (D26)", "theremin qwertz can be heard"),
    ]


@pytest.mark.parametrize(
    ("name", "label", "way", "text"),
    [
        ("cremad", "happy", "emotion (C22)", "this person is feeling happy"),
        ("CREMA-D", "happy", "emotion can be heard (D26)", "someone talking happily and joyfully can be heard"),
        ("LibriCount", "3", "speakers (C24)", "3 persons speaking"),
        ("tut_acoustic_scenes", "tram", "cacophony scenes (K30)", "This sound is on tram."),
        ("gtzan", "blues", "music can be heard (D26)", "blues music can be heard"),
        ("nsynth", "brass", "instrument can be heard (D26)", "the musical instrument sound of brass can be heard"),
    ],
)
def test_a_domain_has_prompts_of_its_own(name: str, label: str, way: str, text: str) -> None:
    assert prompts_by_name(name, [label])[way] == [[text]]
    assert way not in prompts_by_name("esc50", [label])


def test_scenes_of_the_ontology_are_drawn_by_the_seed() -> None:
    labels = ["dog", "qwertz"]
    asked = prompts_by_name("set", labels)
    assert described_labels(labels) == ["dog"]
    (kind,) = kinds_named(["dog"], sound_kinds())
    drawn, unknown = asked["2 scenes (R05)"]
    assert len(drawn) == 2
    assert set(drawn) <= set(kind.scenes)
    assert set(asked["2 descriptions (R12)"][0]) <= set(kind.descriptions)
    assert asked["label and 2 scenes"] == [["This is a sound of dog", *drawn], unknown]
    assert unknown == ["This is a sound of qwertz"]
    assert prompts_by_name("set", ["rain", "dog"])["2 scenes (R05)"][1] == drawn
    others = [prompts_by_name("set", labels, seed=seed)["2 scenes (R05)"][0] for seed in range(1, 6)]
    assert any(other != drawn for other in others)
