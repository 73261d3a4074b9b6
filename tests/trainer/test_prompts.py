from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from engine.ontology import SoundKind
from trainer.errors import TrainerError
from trainer.prompts import DRAWN, class_embeddings, drawn_prompts, prompt_set, prompt_sets

BELL = SoundKind("own/bell", "Bicycle bell", ("bicycle bell",), ("ring", "chime"), ("a", "b", "c", "d"))


def embed(texts: Sequence[str]) -> Tensor:
    """Two numbers that a text decides, of any length."""
    return torch.tensor([[float(len(text)), float(sum(map(ord, text)) % 97)] for text in texts])


def test_the_prompts_of_the_papers() -> None:
    """Reviewer test (c) of 000: five templates and four special prompts; K30 and D26 beside them."""
    by_item: dict[str, list[str]] = {}
    for prompts in prompt_sets().values():
        by_item.setdefault(prompts.item, []).append(prompts.template)
    assert set(by_item["C25"]) == {
        "i can hear {label}",
        "this is an audio of {label}",
        "{label}",
        "this is {label}",
        "this is a sound of {label}",
    }
    assert [by_item[item] for item in ("C21", "C22", "C23", "C24")] == [
        ["This is a sound of {label}"],
        ["this person is feeling {label}"],
        ["{label}"],
        ["{label} persons speaking"],
    ]
    assert by_item["K30"] == ["This is a sound of {label}", "This sound is on {label}."]
    assert len(by_item["D26"]) == 5


@pytest.mark.parametrize(
    ("name", "labels", "said"),
    [
        ("sound", ["dog_bark"], "This is a sound of dog bark"),
        ("speakers", ["10"], "10 persons speaking"),
        ("cacophony scenes", ["metro station"], "This sound is on metro station."),
        ("labels can be heard", ["Dog", "Rain"], "Dog, Rain can be heard"),
        ("emotion can be heard", ["disgust"], "someone talking in disgust can be heard"),
        ("emotion can be heard", ["bored"], "bored can be heard"),
        ("instrument can be heard", ["organ"], "the musical instrument sound of organ can be heard"),
    ],
)
def test_a_label_in_its_prompt(name: str, labels: list[str], said: str) -> None:
    assert prompt_set(name).prompt(*labels) == said


def test_unknown_prompts_are_named() -> None:
    with pytest.raises(TrainerError, match=r"called shout; there are: sound, "):
        prompt_set("shout")


def test_n_of_the_scenes_are_drawn_by_the_seed() -> None:
    drawn = [drawn_prompts("bicycle_bell", seed=seed, kinds=[BELL]) for seed in range(30)]
    assert {len(texts) for texts in drawn} == {DRAWN}
    assert {text for texts in drawn for text in texts} == set(BELL.scenes)
    assert drawn_prompts("Bicycle bell", seed=7, kinds=[BELL]) == drawn[7]
    assert len(drawn_prompts("bicycle bell", 9, seed=1, kinds=[BELL])) == 4
    assert set(drawn_prompts("bicycle bell", seed=1, kinds=[BELL], only_descriptions=True)) == {"ring", "chime"}
    assert drawn_prompts("flugelhorn choir", seed=1, kinds=[BELL]) == ("This is a sound of flugelhorn choir",)
    assert set(drawn_prompts("dog", 4, seed=1)) == set(drawn_prompts("Dog", 4, seed=2))  # those of the ontology


def test_a_class_is_the_normalised_mean_of_normalised_embeddings() -> None:
    prompts = [("a bell", "the bell rings"), ("rain",)]
    classes = class_embeddings(prompts, embed)
    bell, rings, rain = functional.normalize(embed(["a bell", "the bell rings", "rain"]), dim=-1)
    torch.testing.assert_close(classes, torch.stack([functional.normalize((bell + rings) / 2, dim=0), rain]))
    assert torch.equal(class_embeddings(prompts, embed), classes)
