"""From the examples that are stored to what a tag learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.library import Library
from engine.personal_tags import PersonalTag, Sounds, scores
from engine.tag_examples import ExamplesOfTag, TagExample
from engine.tag_learning import TagLearner
from engine.tag_sets import learned_to_json
from tests.heard_sounds import CHECKPOINT, DIM, embedder_of_axes, near, store_heard
from tests.indexed_files import store

CREAKS = [f"creak {number}.wav" for number in range(6)]


@pytest.fixture
def stored(library: Library, sounds: Path) -> dict[str, int]:
    """Creaks, one that creaks only in its last second, and noise."""
    heard = {name: near("creak", "creak", "creak", seed=number) for number, name in enumerate(CREAKS)}
    heard["late.wav"] = near("horn", "horn", "creak", seed=20)
    heard |= {f"noise {number}.wav": near("noise", "noise", "noise", seed=100 + number) for number in range(80)}
    return store_heard(library, library.add_root(sounds), heard)


@pytest.fixture
def learner(library: Library) -> TagLearner:
    return TagLearner(library, embedder_of_axes())


def of(stored: dict[str, int], *names: str) -> tuple[TagExample, ...]:
    return tuple(TagExample(stored[name]) for name in names)


def test_what_it_learned_tells_its_kind_from_noise(learner: TagLearner, stored: dict[str, int]):
    learned = learner.learn("squeal", ExamplesOfTag(of(stored, *CREAKS[:3])))
    assert (learned.unheard, learned.tag.quality.found, learned.tag.quality.likes) == (0, 3, 3)
    files = [near("creak", "noise", "creak", seed=50), near("noise", "noise", "noise", seed=51)]
    assert (scores(learned.tag, Sounds.of(files, DIM)) >= learned.tag.threshold).tolist() == [True, False]


def test_of_a_part_only_its_segments_are_learned(learner: TagLearner, stored: dict[str, int]):
    horn = Sounds.of([near("horn", "horn", "horn", seed=60)], DIM)
    whole = learner.learn("squeal", ExamplesOfTag(of(stored, "late.wav")))
    part = learner.learn("squeal", ExamplesOfTag((TagExample(stored["late.wav"], 2.0, 3.0),)))
    to_the_end = learner.learn("squeal", ExamplesOfTag((TagExample(stored["late.wav"], 2.0),)))
    assert scores(part.tag, horn) < scores(whole.tag, horn) - 2
    assert np.array_equal(part.tag.scorer.weights, to_the_end.tag.scorer.weights)


def test_examples_that_were_not_listened_to_are_left_out_and_counted(
    learner: TagLearner, library: Library, stored: dict[str, int], sounds: Path
):
    (root,) = library.roots()
    library.register_checkpoint("another", "another", 8, 1.0)

    unheard = store(library, root, "unheard.wav")  # by another network only
    examples = ExamplesOfTag((*of(stored, *CREAKS[:2]), TagExample(unheard)), (TagExample(stored["late.wav"], 90.0),))
    learned = learner.learn("squeal", examples)
    assert (learned.unheard, learned.tag.quality.likes, learned.tag.quality.unlikes) == (2, 2, 0)


def test_neither_examples_nor_what_has_the_tag_is_compared_with(
    learner: TagLearner, library: Library, stored: dict[str, int]
):
    library.add_tag([stored[CREAKS[4]]], "Squeal")
    learned = learner.learn("squeal", ExamplesOfTag(of(stored, *CREAKS[:3]), of(stored, "noise 1.wav")))
    assert learned.tag.quality.strangers == len(stored) - 5


def test_all_that_have_an_example_are_learned(learner: TagLearner, library: Library, stored: dict[str, int]):
    library.tag_examples.give("squeal", of(stored, *CREAKS[:5]))
    library.tag_examples.give("not this", unlikes=of(stored, "late.wav"))
    library.tag_examples.give("empty")
    learned = learner.learn_stored()
    assert {name: tag.kind for name, tag in learned.items()} == {"squeal": "head", "not this": "cache"}


def test_in_an_empty_library_a_name_is_all_there_is(learner: TagLearner):
    learned = learner.learn("creak", ExamplesOfTag())
    assert (learned.tag.kind, learned.tag.quality.strangers) == ("name", 0)


@pytest.fixture
def from_elsewhere(tmp_path: Path) -> PersonalTag:
    """What "squeal", a word that says nothing to the network, means to somebody with other sounds."""
    folder = tmp_path / "sounds elsewhere"
    folder.mkdir()
    with Library(tmp_path / "elsewhere") as library:
        heard = {f"creak {number}.wav": near("creak", "creak", seed=200 + number) for number in range(3)}
        heard |= {f"noise {number}.wav": near("noise", "noise", seed=300 + number) for number in range(20)}
        stored = store_heard(library, library.add_root(folder), heard)
        examples = ExamplesOfTag(of(stored, *(f"creak {number}.wav" for number in range(3))))
        return TagLearner(library, embedder_of_axes()).learn("squeal", examples).tag


class TestLearnedElsewhere:
    def test_a_tag_without_an_example_goes_by_what_it_learned_elsewhere(
        self, learner: TagLearner, library: Library, stored: dict[str, int], from_elsewhere: PersonalTag
    ):
        library.tag_examples.keep_learned("squeal", {CHECKPOINT: learned_to_json(from_elsewhere)})
        learned = learner.learn("squeal", ExamplesOfTag())
        assert (learned.elsewhere, learned.unheard) == (True, 0)
        assert (learned.tag.quality.likes, learned.tag.quality.strangers) == (3, len(stored))
        files = [near("creak", "noise", "creak", seed=50), near("noise", "noise", "noise", seed=51)]
        assert (scores(learned.tag, Sounds.of(files, DIM)) >= learned.tag.threshold).tolist() == [True, False]
        assert learner.learn_stored().keys() == {"squeal"}

    def test_what_it_does_not_mean_is_no_reason_to_learn_anew(
        self, learner: TagLearner, library: Library, stored: dict[str, int], from_elsewhere: PersonalTag
    ):
        library.tag_examples.keep_learned("squeal", {CHECKPOINT: learned_to_json(from_elsewhere)})
        assert learner.learn("squeal", ExamplesOfTag((), of(stored, "noise 1.wav"))).elsewhere

    def test_the_first_example_that_can_be_heard_counts_more(
        self, learner: TagLearner, library: Library, stored: dict[str, int], from_elsewhere: PersonalTag
    ):
        library.tag_examples.keep_learned("squeal", {CHECKPOINT: learned_to_json(from_elsewhere)})
        learned = learner.learn("squeal", ExamplesOfTag(of(stored, CREAKS[0])))
        assert (learned.elsewhere, learned.tag.quality.likes) == (False, 1)

    @pytest.mark.parametrize(
        ("checkpoint_id", "cut"), [("another network", False), (CHECKPOINT, True)], ids=["another network", "damaged"]
    )
    def test_what_means_nothing_to_the_network_is_left_alone(
        self,
        learner: TagLearner,
        library: Library,
        stored: dict[str, int],
        from_elsewhere: PersonalTag,
        checkpoint_id: str,
        cut: bool,
    ):
        text = learned_to_json(from_elsewhere)
        library.tag_examples.keep_learned("squeal", {checkpoint_id: text[:-9] if cut else text})
        learned = learner.learn("squeal", ExamplesOfTag())
        assert (learned.elsewhere, learned.tag.kind) == (False, "name")
        assert learner.learn_stored() == {}


def test_only_the_tags_that_are_asked_for_are_learned(learner: TagLearner, library: Library, stored: dict[str, int]):
    library.tag_examples.give("squeal", of(stored, *CREAKS[:2]))
    library.tag_examples.give("honk", of(stored, "late.wav"))
    assert learner.learn_stored(["honk"]).keys() == {"honk"}
