from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from torch.nn import functional
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from trainer import sentence_vectors as module
from trainer.errors import TrainerError
from trainer.sentence_vectors import EARMARK, SentenceEncoder, make_sentence_encoder, sentence_vectors

WORDS = ["[PAD]", "[UNK]", "a", "dog", "barks", "rain", "falls"]


class Counting:
    """An encoder that knows what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Tensor:
        self.asked += texts
        return functional.normalize(torch.tensor([[1.0, float(len(text)), float(ord(text[0]))] for text in texts]))


@pytest.fixture
def bert(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(tmp_path)
    return tmp_path


def test_a_text_is_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TEXTS_PER_FILE", 2)
    counting = Counting()
    encoder = SentenceEncoder("counting", 3, counting.encode)
    first = sentence_vectors(["rain", "a dog", "a dog", "wind and waves"], encoder, tmp_path)
    assert sorted(counting.asked) == ["a dog", "rain", "wind and waves"]
    both = sentence_vectors(["a cat", "rain"], encoder, tmp_path)
    assert counting.asked[3:] == ["a cat"]
    assert torch.equal(both.of(["rain", "rain"]), first.of(["rain", "rain"]))
    assert torch.equal(first.of(["wind and waves"]), counting.encode(["wind and waves"]))
    assert first.vectors.shape == (3, 3)
    with pytest.raises(KeyError):
        first.of(["a cat"])


def test_every_encoder_has_a_cache_of_its_own(tmp_path: Path) -> None:
    counting = Counting()
    for key in ("one", "other"):
        sentence_vectors(["rain"], SentenceEncoder(key, 3, counting.encode), tmp_path)
    assert counting.asked == ["rain", "rain"]


def test_a_damaged_cache_is_named(tmp_path: Path) -> None:
    encoder = SentenceEncoder("counting", 3, Counting().encode)
    sentence_vectors(["rain"], encoder, tmp_path)
    (stored,) = tmp_path.glob("*/*.json")
    stored.write_text('["rain", "wind"]')
    with pytest.raises(TrainerError, match="damaged; delete that folder"):
        sentence_vectors(["rain"], encoder, tmp_path)


def test_a_folder_of_transformers_is_pooled_over_its_words(bert: Path, tmp_path: Path) -> None:
    encoder = make_sentence_encoder(str(bert))
    assert encoder.width == 16
    vectors = sentence_vectors(["a dog barks", "rain"], encoder, tmp_path / "cache").of(["a dog barks", "rain"])
    model = BertModel.from_pretrained(bert, add_pooling_layer=False).eval()
    states = model(torch.tensor([[2, 3, 4]])).last_hidden_state.detach()
    torch.testing.assert_close(vectors[0], functional.normalize(states[0].mean(0), dim=0), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(2))
    assert make_sentence_encoder(str(bert)).key == encoder.key


def test_other_weights_are_another_encoder(bert: Path) -> None:
    before = make_sentence_encoder(str(bert)).key
    BertModel(BertConfig.from_pretrained(bert), add_pooling_layer=False).save_pretrained(bert)
    assert make_sentence_encoder(str(bert)).key != before


def test_the_encoder_in_the_box_knows_what_is_alike(tmp_path: Path) -> None:
    encoder = make_sentence_encoder(EARMARK)
    texts = ["a dog barks", "a hound is barking", "rain on a tin roof"]
    dog, hound, rain = sentence_vectors(texts, encoder, tmp_path).of(texts)
    assert encoder.width == 384
    assert float(dog @ hound) > 0.6 > 0.3 > float(dog @ rain)


@pytest.mark.parametrize("exists", [False, True])
def test_a_folder_without_an_encoder_is_named(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "none"
    if exists:
        folder.mkdir()
    with pytest.raises(TrainerError, match=r"no sentence encoder in .*none|none holds no text model"):
        make_sentence_encoder(str(folder))
