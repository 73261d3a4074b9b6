"""A sentence of what was heard, word by word."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.clap import captioner, checkpoint
from engine.clap.captioner import (
    END,
    START,
    CaptionDecoder,
    CaptionerConfig,
    beam_search,
    pieces_of,
    places_of,
    sample,
    sentence_of,
    words_of,
)
from engine.errors import DamagedCheckpoint
from tests.small_networks import SMALL_CONFIG, write_small_network

SETTINGS = CaptionerConfig(
    words=(",", "a", "barks", "car", "dog", "passes", "then"),
    dim=SMALL_CONFIG.dim,
    width=16,
    layers=2,
    heads=2,
    hidden=32,
    word_width=8,
    most_words=10,
    most_pieces=6,
)
DOG, CAR = np.eye(SMALL_CONFIG.dim, dtype=np.float32)[:2]
SOUNDS = {"a dog barks": DOG[None].repeat(2, 0), "a car passes": CAR[None].repeat(3, 0)}


@pytest.fixture(autouse=True)
def determined() -> None:
    torch.manual_seed(0)


@pytest.fixture(scope="module")
def learned() -> CaptionDecoder:
    """Knows two sounds, and says which comes first."""
    torch.manual_seed(0)
    decoder = CaptionDecoder(SETTINGS)
    pairs = dict(SOUNDS)
    pairs["a dog barks, then a car passes"] = np.concatenate([SOUNDS["a dog barks"], SOUNDS["a car passes"]])
    pairs["a car passes, then a dog barks"] = np.concatenate([SOUNDS["a car passes"], SOUNDS["a dog barks"]])
    optimizer = torch.optim.Adam(decoder.parameters(), lr=0.01)
    for _ in range(150):
        losses = [-log_probability(decoder, sentence, sound) for sentence, sound in pairs.items()]
        optimizer.zero_grad()
        torch.stack(losses).sum().backward()
        optimizer.step()
    return decoder.eval().requires_grad_(False)


def log_probability(decoder: CaptionDecoder, sentence: str, segments: np.ndarray) -> torch.Tensor:
    numbers = decoder.numbers(sentence)
    assert numbers is not None
    words = torch.tensor([numbers])
    sound = decoder.sound_of(torch.from_numpy(segments)[None], torch.from_numpy(places_of(len(segments)))[None])
    logits = decoder(words[:, :-1], sound, torch.ones(1, len(segments), dtype=torch.bool))
    return torch.log_softmax(logits, dim=-1)[0, range(len(numbers) - 1), words[0, 1:]].sum()


# --- words ------------------------------------------------------------------------------------------------------------


def test_a_sentence_is_its_words_and_commas() -> None:
    assert words_of("A dog's bark, THEN  hi-hat (C4).") == ["a", "dog's", "bark", ",", "then", "hi-hat", "c4"]
    assert sentence_of(["a", "dog", ",", "then", "a", "car"]) == "a dog, then a car"


def test_numbers_stand_between_start_and_end() -> None:
    decoder = CaptionDecoder(SETTINGS)
    numbers = decoder.numbers("A dog, then a car.")
    assert numbers is not None
    assert (numbers[0], numbers[-1]) == (START, END)
    assert decoder.sentence(numbers) == "a dog, then a car"


@pytest.mark.parametrize("sentence", ["a cat", "a dog " * 5])
def test_what_cannot_be_said_has_no_numbers(sentence: str) -> None:
    assert CaptionDecoder(SETTINGS).numbers(sentence) is None


# --- what is heard ----------------------------------------------------------------------------------------------------


def test_neighbouring_segments_make_a_piece_where_there_are_many() -> None:
    pieces = pieces_of(np.concatenate([DOG[None].repeat(10, 0), CAR[None].repeat(10, 0)]), most=4)
    np.testing.assert_allclose(pieces, [DOG, DOG, CAR, CAR])


def test_few_segments_stay_as_they_are() -> None:
    np.testing.assert_array_equal(pieces_of(np.stack([DOG, CAR]), most=4), [DOG, CAR])


def test_places_are_the_middles_of_equal_parts() -> None:
    np.testing.assert_allclose(places_of(4), [0.125, 0.375, 0.625, 0.875])


def test_no_word_sees_a_later_one() -> None:
    decoder = CaptionDecoder(SETTINGS).eval()
    sound = decoder.sound_of(torch.randn(1, 3, SETTINGS.dim), torch.from_numpy(places_of(3))[None])
    sounding = torch.ones(1, 3, dtype=torch.bool)
    words = torch.tensor([[START, 3, 4, 5, 6]])
    changed = words.clone()
    changed[0, 3:] = 7
    torch.testing.assert_close(decoder(words, sound, sounding)[:, :3], decoder(changed, sound, sounding)[:, :3])
    assert not torch.allclose(decoder(words, sound, sounding)[:, 3:], decoder(changed, sound, sounding)[:, 3:])


def test_padding_of_the_sound_is_not_heard() -> None:
    decoder = CaptionDecoder(SETTINGS).eval()
    sound = decoder.sound_of(torch.randn(1, 3, SETTINGS.dim), torch.from_numpy(places_of(3))[None])
    words = torch.tensor([[START, 3, 4]])
    sounding = torch.tensor([[True, True, False]])
    torch.testing.assert_close(decoder(words, sound, sounding), decoder(words, sound[:, :2], sounding[:, :2]))


# --- what is said -----------------------------------------------------------------------------------------------------


def test_two_captions_are_learned_by_heart(learned: CaptionDecoder) -> None:
    assert {beam_search(learned, sound).sentence for sound in SOUNDS.values()} == set(SOUNDS)


def test_the_order_of_the_pieces_is_the_order_of_the_words(learned: CaptionDecoder) -> None:
    dog, car = SOUNDS["a dog barks"], SOUNDS["a car passes"]
    assert beam_search(learned, np.concatenate([dog, car])).sentence == "a dog barks, then a car passes"
    assert beam_search(learned, np.concatenate([car, dog])).sentence == "a car passes, then a dog barks"


def test_what_is_said_has_the_log_probability_that_is_told(learned: CaptionDecoder) -> None:
    for sentence, sound in SOUNDS.items():
        said = beam_search(learned, sound)
        assert said.log_probability == pytest.approx(float(log_probability(learned, sentence, sound)), abs=1e-4)
        assert said.words == len(words_of(sentence)) + 1


def test_more_beams_find_nothing_less_likely(learned: CaptionDecoder) -> None:
    unclear = (DOG + CAR)[None].repeat(3, 0) / math.sqrt(2)
    greedy, best = (beam_search(learned, unclear, beams=beams) for beams in (1, 6))
    assert best.log_probability / best.words >= greedy.log_probability / greedy.words


def test_every_sentence_ends_and_has_a_word() -> None:
    for seed in range(5):
        torch.manual_seed(seed)
        decoder = CaptionDecoder(SETTINGS).eval()  # has learned nothing
        said = beam_search(decoder, np.stack([DOG, CAR]))
        assert 1 <= len(words_of(said.sentence)) < SETTINGS.most_words
        assert math.isfinite(said.log_probability)


def test_at_a_low_temperature_the_likeliest_is_drawn(learned: CaptionDecoder) -> None:
    for sentence, sound in SOUNDS.items():
        said = sample(learned, sound, temperature=0.1, generator=torch.Generator().manual_seed(1))
        assert said.sentence == sentence
        assert said.log_probability == pytest.approx(float(log_probability(learned, sentence, sound)), abs=1e-4)


def test_at_a_high_temperature_other_sentences_are_drawn(learned: CaptionDecoder) -> None:
    generator = torch.Generator().manual_seed(0)
    drawn = {sample(learned, SOUNDS["a dog barks"], temperature=9.0, generator=generator).sentence for _ in range(8)}
    assert len(drawn) > 1


# --- in a network's folder --------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, learned: CaptionDecoder) -> Path:
    """A network with a captioner."""
    write_small_network(tmp_path / "network")
    captioner.save(tmp_path / "network", learned)
    return tmp_path / "network"


def test_loaded_captioner_says_what_the_saved_one_says(folder: Path) -> None:
    loaded = captioner.load(folder)
    assert loaded is not None
    assert {beam_search(loaded, sound).sentence for sound in SOUNDS.values()} == set(SOUNDS)
    assert not loaded.training
    assert not any(weight.requires_grad for weight in loaded.parameters())


def test_saving_a_loaded_captioner_changes_no_byte(folder: Path) -> None:
    names = (*checkpoint.OPTIONAL, checkpoint.MANIFEST)
    before = [(folder / name).read_bytes() for name in names]
    loaded = captioner.load(folder)
    assert loaded is not None
    captioner.save(folder, loaded)
    assert [(folder / name).read_bytes() for name in names] == before


def test_a_captioner_changes_no_embedding_and_so_no_id(tmp_path: Path, folder: Path) -> None:
    write_small_network(tmp_path / "without")
    assert checkpoint.verify(folder) == checkpoint.verify(tmp_path / "without")
    for name in checkpoint.REQUIRED:
        assert (folder / name).read_bytes() == (tmp_path / "without" / name).read_bytes()


def test_a_network_without_one_is_whole(tmp_path: Path) -> None:
    write_small_network(tmp_path)
    assert captioner.load(tmp_path) is None
    checkpoint.load(tmp_path)


def test_a_folder_without_a_manifest_has_none(tmp_path: Path) -> None:
    assert captioner.load(tmp_path) is None


def test_another_network_in_the_same_folder_does_not_keep_it(folder: Path) -> None:
    write_small_network(folder, seed=1)
    assert captioner.load(folder) is None


@pytest.mark.parametrize("name", checkpoint.OPTIONAL)
def test_damage_is_noticed_and_said_in_one_sentence(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(DamagedCheckpoint, match=rf"{name} is not the file that was published; nothing was changed"):
        captioner.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda settings: settings.update(width=8),
        lambda settings: settings.update(heads=3),
        lambda settings: settings.update(layers="two"),
        lambda settings: settings.update(words=[1, 2]),
        lambda settings: settings["words"].pop(),
        lambda settings: settings.pop("dim"),
        lambda settings: settings.update(import_this="os"),
    ],
)
def test_settings_that_do_not_fit_the_weights_are_refused(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    settings = json.loads((folder / checkpoint.CAPTIONER).read_text())
    change(settings)
    (folder / checkpoint.CAPTIONER).write_text(json.dumps(settings))
    checkpoint.seal(folder)  # with honest checksums: the parts themselves must be found out
    with pytest.raises(DamagedCheckpoint, match=r"The captioner in .* do not fit together; nothing was changed"):
        captioner.load(folder)


@pytest.mark.parametrize("name", checkpoint.OPTIONAL)
def test_sealed_garbage_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x10\0\0\0\0\0\0\0garbage")
    checkpoint.seal(folder)
    with pytest.raises(DamagedCheckpoint, match="cannot be used"):
        captioner.load(folder)
