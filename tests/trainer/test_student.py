from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tests.small_corpora import SMALL_RECIPE, make_untrained_network
from tests.small_networks import SMALL_CONFIG, TAGS, make_small_network
from trainer.corpus import Corpus
from trainer.errors import TrainerError
from trainer.student import (
    Student,
    encode,
    make_student,
    new_network,
    principal_directions,
    spoken_names,
)
from trainer.texts import distinct_texts


@pytest.fixture
def student(small_corpus: Corpus) -> Student:
    clip_scores = small_corpus.features.clip_scores[small_corpus.split.training]
    return make_student(make_untrained_network(), TAGS, small_corpus.training_clips, clip_scores)


@pytest.mark.parametrize(
    ("tag", "names"),
    [
        ("Speech", ["speech"]),
        ("Male speech, man speaking", ["male speech", "man speaking"]),
        ("Domestic animals, pets", ["domestic animals", "pets"]),
        ("Dog bark, woof (animal)", ["dog bark", "woof"]),
        ("Cacophony (many at once), din", ["cacophony", "din"]),
        ("Boing,", ["boing"]),
        ("(unnamed)", ["(unnamed)"]),
    ],
)
def test_people_say_the_names_of_a_tag_without_brackets_one_by_one(tag: str, names: list[str]) -> None:
    assert spoken_names(tag) == names


def test_texts_are_encoded_alike_in_any_batch(student: Student) -> None:
    texts = ["dog", "a car passes", "rain falls on the roof"]
    torch.testing.assert_close(
        encode(student.network, texts, batch=2), encode(student.network, texts), atol=1e-6, rtol=0
    )


def test_principal_directions_are_orthonormal_and_keep_the_most() -> None:
    random = torch.Generator().manual_seed(0)
    # two directions hold nearly everything
    roots = torch.rand(50, 2, generator=random) @ torch.rand(2, 6, generator=random)
    roots = 0.5 * roots + 0.001 * torch.rand(50, 6, generator=random)
    directions = principal_directions(roots.square(), 2)
    assert directions.shape == (6, 2)
    torch.testing.assert_close(directions.T @ directions, torch.eye(2), atol=1e-5, rtol=0)
    kept = (roots @ directions).square().sum(0) / roots.square().sum()
    assert kept.sum() > 0.9999
    assert kept[0] > kept[1]


def test_a_new_student_knows_its_tags_by_their_names(student: Student) -> None:
    network = student.network
    tag_texts = network.get_buffer("tag_texts")
    torch.testing.assert_close(tag_texts.norm(dim=-1), torch.ones(len(TAGS)))
    likeness = tag_texts @ encode(network, TAGS).T
    assert likeness.argmax(dim=0).tolist() == list(range(len(TAGS)))


def test_texts_are_centred_on_captions_and_tag_names_alike(student: Student, small_corpus: Corpus) -> None:
    uncentred = make_small_network()
    uncentred.get_buffer("text_mean").zero_()
    of_captions = encode(uncentred, distinct_texts(small_corpus.training_clips)).mean(0)
    of_tags = encode(uncentred, TAGS).mean(0)
    expected = 0.5 * (of_captions + of_tags)
    network = make_untrained_network()
    network.get_buffer("text_mean").zero_()
    make_student(network, TAGS, small_corpus.training_clips, small_corpus.features.clip_scores)
    torch.testing.assert_close(network.get_buffer("text_mean"), expected, atol=1e-6, rtol=0)


def test_a_student_encodes_as_its_network_does(student: Student) -> None:
    assert torch.equal(student.encode(["dog", "a car passes"]), encode(student.network, ["dog", "a car passes"]))


def test_a_new_student_believes_that_nearly_every_tag_is_absent(student: Student) -> None:
    levels = torch.randn(1, SMALL_CONFIG.mel.mels, 64, generator=torch.Generator().manual_seed(0))
    scores = student.eval().network.encode_columns(levels).tag_logits.sigmoid()
    assert scores.mean() < 0.02


def test_the_sentence_encoder_is_never_trained(student: Student) -> None:
    text_encoder = student.train().network.text_encoder
    assert not any(parameter.requires_grad for parameter in text_encoder.parameters())
    assert not any(module.training for module in text_encoder.modules())
    assert student.network.audio_encoder.training
    assert student.embedding_head.weight.requires_grad


def test_the_trained_state_is_all_but_the_sentence_encoder(student: Student) -> None:
    state = student.trained_state()
    left_out = set(student.state_dict()) - set(state)
    assert left_out
    assert all(name.startswith("network.text_encoder.") for name in left_out)
    assert {"network.text_mean", "network.tag_texts", "network.tag_directions", "embedding_head.weight"} <= set(state)


def test_a_trained_state_can_be_taken_over(student: Student) -> None:
    other = Student(make_small_network(seed=1))
    other.load_trained_state(student.trained_state())
    for name, value in student.trained_state().items():
        torch.testing.assert_close(other.trained_state()[name], value, rtol=0, atol=0)


def test_a_state_that_lacks_something_or_has_another_shape_is_refused(student: Student) -> None:
    state = student.trained_state()
    missing = {name: value for name, value in state.items() if name != "embedding_head.bias"}
    for wrong in (missing, state | {"embedding_head.bias": torch.zeros(3)}, state | {"unknown": torch.zeros(3)}):
        with pytest.raises(TrainerError, match="another shape"):
            student.load_trained_state(wrong)


def test_a_new_network_has_the_shape_of_its_recipe_and_the_published_sentence_encoder() -> None:
    network = new_network(SMALL_RECIPE, TAGS)
    assert (network.config.mel, network.config.audio) == (SMALL_RECIPE.mel, SMALL_RECIPE.audio)
    assert (network.config.tags, network.config.tag_view_dim, network.config.text.width) == (len(TAGS), 4, 384)
    dog, hound, rain = encode(network, ["a dog barks", "a hound is barking", "rain on a roof"])
    assert dog @ hound > 0.7
    assert dog @ rain < 0.4


def test_the_ears_of_a_new_network_depend_on_the_seed_alone() -> None:
    other = replace(SMALL_RECIPE, optimizer=replace(SMALL_RECIPE.optimizer, seed=2))
    one, same, another = (new_network(recipe, TAGS).audio_encoder for recipe in (SMALL_RECIPE, SMALL_RECIPE, other))
    for first, second, third in zip(one.parameters(), same.parameters(), another.parameters(), strict=True):
        assert torch.equal(first, second)
        assert first.ndim < 2 or not torch.equal(first, third)
