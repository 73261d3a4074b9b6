from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save
from torch import Tensor

from engine.clap.text_encoder import TextEncoder, from_bytes_per_row, load_tokenizer, to_bytes_per_row, tokenize
from tests.small_networks import SMALL_CONFIG, make_small_network, make_word_tokenizer


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return make_small_network().text_encoder


def encode(encoder: TextEncoder, *texts: str) -> Tensor:
    vectors: Tensor = encoder(*tokenize(make_word_tokenizer(), texts))
    return vectors


def test_sentence_vectors_have_length_one(encoder: TextEncoder) -> None:
    vectors = encode(encoder, "a dog barks", "", "bell", "an unknown word")
    torch.testing.assert_close(vectors.norm(dim=-1), torch.ones(4))


def test_a_sentence_does_not_depend_on_longer_ones_beside_it(encoder: TextEncoder) -> None:
    alone = encode(encoder, "dog")
    torch.testing.assert_close(encode(encoder, "dog", "a dog barks then a car passes")[:1], alone, atol=1e-6, rtol=0)


def test_tokens_are_padded_to_the_longest_text_and_masked() -> None:
    tokens, mask = tokenize(make_word_tokenizer(), ["dog", "Dog BARKS"])
    assert tokens.tolist() == [[2, 5, 3, 0], [2, 5, 6, 3]]
    assert mask.tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]


def test_loaded_tokenizer_cuts_long_texts_and_pads_with_the_given_number(tmp_path: Path) -> None:
    make_word_tokenizer().save(str(tmp_path / "tokenizer.json"))
    tokenizer = load_tokenizer(tmp_path / "tokenizer.json", max_tokens=5, pad_id=1)
    tokens, _ = tokenize(tokenizer, ["dog " * 50, "dog"])
    assert tokens.tolist() == [[2, 5, 5, 5, 3], [2, 5, 3, 1, 1]]


@pytest.mark.parametrize("content", ["", "{", "{}", '{"model": {"type": "Exploit"}}', "\x00"])
def test_damaged_tokenizer_is_a_value_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ValueError, match=r"tokenizer\.json"):
        load_tokenizer(tmp_path / "tokenizer.json", max_tokens=5)


@given(seed=st.integers(0, 2**32), spread=st.floats(1e-6, 1e3))
def test_bytes_per_row_are_off_by_half_a_step_at_most(seed: int, spread: float) -> None:
    weight = spread * torch.randn(7, 11, generator=torch.Generator().manual_seed(seed))
    restored = from_bytes_per_row(to_bytes_per_row({"w": weight}))["w"]
    half_a_step = weight.abs().amax(dim=1, keepdim=True) / 127 / 2
    assert torch.all((restored - weight).abs() <= half_a_step * 1.001)


def test_rows_of_zeros_stay_zeros() -> None:
    assert torch.all(from_bytes_per_row(to_bytes_per_row({"w": torch.zeros(2, 3)}))["w"] == 0)


def test_matrices_are_stored_as_bytes_and_vectors_as_half_precision() -> None:
    stored = to_bytes_per_row({"w": torch.randn(4, 3), "b": torch.randn(4)})
    assert {name: weight.dtype for name, weight in stored.items()} == {
        "w": torch.int8,
        "w.scale": torch.float32,
        "b": torch.float16,
    }


def test_bytes_of_bytes_are_the_same_bytes() -> None:
    # a network that is loaded and saved again keeps its text weights bit by bit
    stored = to_bytes_per_row(make_small_network().text_encoder.state_dict())
    assert save(to_bytes_per_row(from_bytes_per_row(stored))) == save(stored)


def test_encoder_has_no_weights_that_bytes_would_spoil(encoder: TextEncoder) -> None:
    assert all(weight.is_floating_point() and weight.ndim <= 2 for weight in encoder.state_dict().values())
    assert SMALL_CONFIG.text_view_dim == SMALL_CONFIG.text.width
