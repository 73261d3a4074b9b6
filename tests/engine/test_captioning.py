"""What is said of a file by its network's captioner and its tags together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.captioning import Captioner, stretches_of
from engine.captions import UNCLEAR, template_caption
from engine.clap import captioner
from engine.clap.captioner import CaptionDecoder, CaptionerConfig, places_of, words_of
from engine.ontology import sound_kinds
from engine.stored_embeddings import FileEmbeddings
from engine.tagging import Span, Strength, SuggestedTag
from tests.small_networks import SMALL_CONFIG, write_small_network

SEGMENT_S = 0.5
DIM = SMALL_CONFIG.dim
DOG, CAR, BELL = np.eye(DIM, dtype=np.float32)[:3]
SENTENCES = {
    "a dog barking loudly and a man speaking": DOG,
    "a car driving by": CAR,
    "a church bell ringing": BELL,
}
IDS = {kind.synonyms[0]: kind.id for kind in sound_kinds()}


@pytest.fixture(scope="module")
def decoder() -> CaptionDecoder:
    """Knows one sentence for each of three sounds."""
    torch.manual_seed(0)
    words = sorted({word for sentence in SENTENCES for word in words_of(sentence)})
    decoder = CaptionDecoder(CaptionerConfig(tuple(words), DIM, 16, 1, 2, 32, 8, most_words=12, most_pieces=6))
    optimizer = torch.optim.Adam(decoder.parameters(), lr=0.01)
    for _ in range(120):
        losses = []
        for sentence, vector in SENTENCES.items():
            numbers = torch.tensor([decoder.numbers(sentence)])
            sound = decoder.sound_of(torch.from_numpy(vector)[None, None], torch.from_numpy(places_of(1))[None])
            logits = decoder(numbers[:, :-1], sound, torch.ones(1, 1, dtype=torch.bool))
            losses.append(torch.nn.functional.cross_entropy(logits[0], numbers[0, 1:]))
        optimizer.zero_grad()
        torch.stack(losses).sum().backward()
        optimizer.step()
    return decoder.eval().requires_grad_(False)


def of(*parts: tuple[np.ndarray, int]) -> FileEmbeddings:
    """A file with so many segments of each vector."""
    segments = np.concatenate([vector[None].repeat(count, 0) for vector, count in parts])
    clip = segments.mean(axis=0)
    return FileEmbeddings(segments, clip / np.linalg.norm(clip))


def tag(name: str, *spans: Span, strength: Strength = "likely") -> SuggestedTag:
    return SuggestedTag(IDS[name], strength, 0.8 if strength == "likely" else 0.4, spans)


def said(decoder: CaptionDecoder, heard: FileEmbeddings, *tags: SuggestedTag) -> str:
    return Captioner(decoder).caption(heard, tags, SEGMENT_S, len(heard.segments) * SEGMENT_S)


def test_the_captioner_finds_the_words_for_what_the_tags_bear_out(decoder: CaptionDecoder) -> None:
    assert said(decoder, of((CAR, 4)), tag("car", (0.0, 2.0))) == "a car driving by"


def test_what_no_tag_bears_out_is_not_said(decoder: CaptionDecoder) -> None:
    assert said(decoder, of((DOG, 4)), tag("dog", (0.0, 2.0))) == "a dog barking loudly"  # and no man


def test_the_tags_speak_where_the_captioner_says_something_else(decoder: CaptionDecoder) -> None:
    rain = tag("rain", (0.0, 2.0))
    assert said(decoder, of((CAR, 4)), rain) == template_caption([rain]) == "rain falls"


def test_without_tags_nothing_is_said(decoder: CaptionDecoder) -> None:
    assert said(decoder, of((DOG, 4))) == UNCLEAR


def test_what_may_be_is_said_with_perhaps(decoder: CaptionDecoder) -> None:
    assert said(decoder, of((CAR, 4)), tag("car", (0.0, 2.0), strength="maybe")) == "perhaps a car driving by"


def test_beside_something_clear_what_may_be_is_not_said(decoder: CaptionDecoder) -> None:
    heard = of((CAR, 4), (BELL, 4))
    tags = tag("car", (0.0, 2.0)), tag("church bell", (2.0, 4.0), strength="maybe")
    assert said(decoder, heard, *tags) == "a car driving by"


@pytest.mark.parametrize("parts", [("car", "church bell"), ("church bell", "car")])
def test_the_order_of_the_words_is_that_of_the_sounds(decoder: CaptionDecoder, parts: tuple[str, str]) -> None:
    vectors, words = {"car": CAR, "church bell": BELL}, {"car": "car driving by", "church bell": "church bell ringing"}
    heard = of((vectors[parts[0]], 4), (vectors[parts[1]], 4))
    caption = said(decoder, heard, tag(parts[0], (0.0, 2.0)), tag(parts[1], (2.0, 4.0)))
    assert caption == f"a {words[parts[0]]}, then a {words[parts[1]]}"


def test_moments_that_the_tags_tell_apart_are_not_lost(decoder: CaptionDecoder) -> None:
    tags = tag("car", (0.0, 1.0)), tag("church bell", (1.5, 2.0))
    assert said(decoder, of((CAR, 4)), *tags) == template_caption(tags)


def test_the_same_sound_is_always_said_in_the_same_way(decoder: CaptionDecoder) -> None:
    heard, car = of((CAR, 3), (BELL, 5)), tag("car", (0.0, 1.5))
    assert len({said(decoder, heard, car) for _ in range(3)}) == 1


# --- stretches --------------------------------------------------------------------------------------------------------


def test_a_file_of_one_sound_is_one_stretch() -> None:
    assert stretches_of(of((DOG, 9)).segments) == [(0, 9)]


def test_a_cut_is_where_the_sound_changes() -> None:
    assert stretches_of(of((DOG, 3), (CAR, 5)).segments) == [(0, 3), (3, 8)]


def test_there_are_three_stretches_at_the_most() -> None:
    assert stretches_of(of((DOG, 3), (CAR, 4), (BELL, 5)).segments) == [(0, 3), (3, 7), (7, 12)]
    fourth = np.eye(DIM, dtype=np.float32)[3]
    assert len(stretches_of(of((DOG, 3), (CAR, 4), (BELL, 5), (fourth, 6)).segments)) == 3


def test_one_segment_makes_no_stretch() -> None:
    assert all(end - first >= 2 for first, end in stretches_of(of((DOG, 1), (CAR, 6)).segments))
    assert stretches_of(of((DOG, 1), (CAR, 1)).segments) == [(0, 2)]


def test_a_little_change_is_none() -> None:
    near = (DOG + 0.5 * CAR) / np.linalg.norm(DOG + 0.5 * CAR)
    assert stretches_of(of((DOG, 4), (near, 4)).segments) == [(0, 8)]


# --- in a network's folder --------------------------------------------------------------------------------------------


def test_a_network_may_bring_one(tmp_path: Path, decoder: CaptionDecoder) -> None:
    write_small_network(tmp_path)
    assert Captioner.load(tmp_path) is None
    captioner.save(tmp_path, decoder)
    loaded = Captioner.load(tmp_path)
    assert loaded is not None
    assert loaded.caption(of((CAR, 4)), [tag("car", (0.0, 2.0))], SEGMENT_S, 2.0) == "a car driving by"
