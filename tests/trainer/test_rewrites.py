from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import torch

from engine.ontology import sound_kinds
from trainer.errors import TrainerError
from trainer.rewrites import draw_caption, kinds_named_in, rewrite_offline, rewrite_with
from trainer.rewriting import KeptAnswers

CAPTION = "A dog barks"
REWRITES = {CAPTION: ("one", "two", "three", "four")}


def test_the_caption_is_kept_with_p_and_the_rewrites_share_the_rest() -> None:
    """Reviewer test of 002: .40 and four times .15 (R03)."""
    generator = torch.Generator().manual_seed(1)
    drawn = Counter(draw_caption([CAPTION], REWRITES, 0.4, generator) for _ in range(10_000))
    assert drawn[CAPTION] / 10_000 == pytest.approx(0.40, abs=0.02)
    for text in REWRITES[CAPTION]:
        assert drawn[text] / 10_000 == pytest.approx(0.15, abs=0.015)


def test_a_caption_without_rewrites_is_always_itself() -> None:
    generator = torch.Generator().manual_seed(1)
    drawn = Counter(draw_caption(["a", "b"], REWRITES, 0.0, generator) for _ in range(1000))
    assert drawn.keys() == {"a", "b"}
    assert drawn["a"] == pytest.approx(500, abs=60)
    assert draw_caption((), REWRITES, 0.4, generator) == ""


def test_a_draw_is_a_function_of_its_generator() -> None:
    draws = [draw_caption([CAPTION, "b"], REWRITES, 0.4, torch.Generator().manual_seed(row)) for row in range(50)]
    assert draws == [
        draw_caption([CAPTION, "b"], REWRITES, 0.4, torch.Generator().manual_seed(row)) for row in range(50)
    ]
    assert len(set(draws)) > 3


@pytest.mark.parametrize(
    ("caption", "names"),
    [
        ("A bicycle bell rings twice", ["Bicycle bell"]),  # the longest name, not "bell"
        ("rain, and Dogs bark", ["Rain", "Dog", "Bark"]),
        ("a dog and another dog", ["Dog"]),
        ("an engine runs over metal", ["Engine"]),  # which is no heavy metal
        ("something unheard of", []),
    ],
)
def test_the_kinds_that_a_caption_names(caption: str, names: list[str]) -> None:
    assert [kind.name for kind in kinds_named_in(caption)] == names


def test_offline_rewrites_say_what_it_sounds_like_and_keep_what_was_said() -> None:
    (rewrites,) = rewrite_offline(["A bicycle bell rings."], 4, seed=1).values()
    (kind,) = (kind for kind in sound_kinds() if kind.name == "Bicycle bell")
    assert len(set(rewrites)) == 4
    for text in rewrites:
        assert "bicycle bell rings" in text
        assert any(description in text for description in kind.descriptions)
        assert "." not in text
        assert ("A bicycle" in text) == text.startswith("A bicycle")


def test_offline_rewrites_of_a_caption_depend_on_nothing_else() -> None:
    alone = rewrite_offline(["rain on a dog"], 4, seed=1)
    assert rewrite_offline(["a cat", "rain on a dog", "silly"], 4, seed=1)["rain on a dog"] == alone["rain on a dog"]
    assert rewrite_offline(["rain on a dog"], 4, seed=2) != alone
    assert rewrite_offline(["silly"], 4, seed=1) == {}


class Parrot:
    """A rewriter that answers what it was told to."""

    name = "parrot"

    def __init__(self, answer: str) -> None:
        self.said = answer
        self.asked: list[str] = []

    def answer(self, question: str) -> str:
        self.asked.append(question)
        return self.said


def test_a_language_model_is_asked_once(tmp_path: Path) -> None:
    answers, parrot = KeptAnswers(tmp_path), Parrot('["a rough woof", "Low yaps."]')
    for _ in range(2):
        assert rewrite_with(parrot, answers, [CAPTION, CAPTION], 2) == {CAPTION: ("a rough woof", "low yaps")}
    assert len(parrot.asked) == 1
    assert CAPTION in parrot.asked[0]


def test_a_useless_answer_leaves_the_caption_alone(tmp_path: Path) -> None:
    assert rewrite_with(Parrot("no"), KeptAnswers(tmp_path), [CAPTION], 2) == {}


def test_a_model_that_cannot_be_asked_is_said_so(tmp_path: Path) -> None:
    class Silent(Parrot):
        def answer(self, question: str) -> str:
            raise TrainerError("Nobody answers.")

    with pytest.raises(TrainerError, match="Nobody"):
        rewrite_with(Silent(""), KeptAnswers(tmp_path), [CAPTION], 2)
