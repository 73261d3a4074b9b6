"""Random networks of every family, made of the real classes in sizes that load in milliseconds.

`make_small_network` is an EarmarkNetwork: segments of 0.64 s, windows of 2.56 s, 16 kHz, 20 dimensions.
`make_small_assembled` is one of two towers, patches and BERT: segments of 0.64 s, windows of 2.56 s, 16 kHz, 12
dimensions.
`write_small_clap` writes a published ClapModel as transformers itself stores it, with the published front end:
segments of 312.5 ms, windows of 10 s, 48 kHz, 24 dimensions.
"""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import ClapConfig, ClapFeatureExtractor, ClapModel
from transformers.utils import logging

from engine.clap import assembled_checkpoint, checkpoint
from engine.clap.assembled import AssembledNetwork, make_assembled
from engine.clap.config import AudioEncoderConfig, MelConfig, NetworkConfig, TextEncoderConfig
from engine.clap.network import EarmarkNetwork
from engine.clap.towers.config import AssembledConfig, AudioTowerConfig, DecoderConfig, HeadConfig, TextTowerConfig

WORDS = (
    "a",
    "dog",
    "barks",
    "then",
    "car",
    "passes",
    "rain",
    "falls",
    "on",
    "the",
    "roof",
    "bell",
    "rings",
    "of",
    "sound",
)
TAGS = ("dog", "car", "rain", "bell", "roof", "rain on the roof", "car passes")

SMALL_CONFIG = NetworkConfig(
    name="small",
    mel=MelConfig(16000, 512, 400, 160, mels=16, low_hz=50.0, high_hz=8000.0, mean_db=-40.0, deviation_db=20.0),
    audio=AudioEncoderConfig(stem_channels=(4, 4, 8, 8), width=16, blocks=1),
    text=TextEncoderConfig(
        vocabulary=4 + len(WORDS), width=16, layers=1, heads=2, hidden=32, positions=32, max_tokens=12
    ),
    text_view_dim=16,
    tags=len(TAGS),
    tag_view_dim=4,
    bridge_tags=3,
    segments_per_window=4,
)


def make_word_tokenizer() -> Tokenizer:
    """One number a word, as BERT marks sentences: [CLS] words [SEP], padded with [PAD] = 0."""
    vocabulary = {word: number for number, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.enable_truncation(SMALL_CONFIG.text.max_tokens)
    tokenizer.enable_padding()
    return tokenizer


def make_small_network(seed: int = 0, config: NetworkConfig = SMALL_CONFIG) -> EarmarkNetwork:
    """In evaluation mode. Its audio weights are rounded to float16, as they are stored."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = EarmarkNetwork(config, make_word_tokenizer())
        for name, buffer in network.named_buffers():
            if name.endswith("running_var"):
                buffer.uniform_(0.05, 0.2)
        network.get_buffer("tag_directions").copy_(torch.linalg.qr(torch.randn(len(TAGS), config.tag_view_dim)).Q)
        network.get_buffer("text_mean").normal_(std=0.01)
        network.eval().requires_grad_(False)
        network.get_buffer("tag_texts").copy_(network.centred_text(TAGS))
        for name, weight in network.state_dict().items():
            if weight.is_floating_point() and not name.startswith("text_encoder."):
                weight.copy_(weight.half().float())
    return network


def write_small_network(folder: Path, seed: int = 0) -> str:
    """Save `make_small_network` to `folder`; returns its checkpoint id."""
    return checkpoint.save(folder, make_small_network(seed), tags=TAGS, card="A random network for tests.\n")


SMALL_ASSEMBLED = AssembledConfig(
    name="small assembled",
    mel=SMALL_CONFIG.mel,
    audio=AudioTowerConfig(
        "patches", width=16, layers=1, heads=2, hidden=32, patch_frames=8, patch_bands=8, positions="sinusoidal in time"
    ),
    text=TextTowerConfig(
        vocabulary=4 + len(WORDS),
        width=16,
        layers=1,
        heads=2,
        hidden=32,
        positions=32,
        max_tokens=12,
        causal=True,
        pooling="mean",
    ),
    audio_head=HeadConfig("pooler", heads=2),
    text_head=HeadConfig("linear"),
    decoder=DecoderConfig(layers=1, heads=2, hidden=32, dropout=0.0),
    dim=12,
    segment_s=0.64,
    window_s=2.56,
)


def make_small_assembled(config: AssembledConfig = SMALL_ASSEMBLED, seed: int = 0) -> AssembledNetwork:
    """In evaluation mode. Its weights are rounded to float16, as they are stored."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = make_assembled(config, make_word_tokenizer()).eval().requires_grad_(False)
        for weight in network.parameters():
            weight.add_(0.1 * torch.randn_like(weight))  # different sounds would sound alike
        for name, buffer in network.named_buffers():
            if name.endswith("running_var"):
                buffer.uniform_(0.05, 0.2)
        for weight in network.state_dict().values():
            if weight.is_floating_point():
                weight.copy_(weight.half().float())
    return network


def write_small_assembled(folder: Path, config: AssembledConfig = SMALL_ASSEMBLED, seed: int = 0) -> str:
    """Save `make_small_assembled` to `folder`; returns its checkpoint id."""
    return assembled_checkpoint.save(folder, make_small_assembled(config, seed), card="A random network for tests.\n")


SMALL_AUDIO = {
    "patch_embeds_hidden_size": 8,
    "hidden_size": 64,
    "depths": [2, 1, 1, 1],
    "num_attention_heads": [1, 2, 2, 4],
}
SMALL_TEXT = {
    "vocab_size": 4 + 256,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 90,
}


def make_byte_tokenizer() -> Tokenizer:
    """RoBERTa's tokenizer without its merges: one number a byte, <s> = 0, <pad> = 1, </s> = 2."""
    symbols = ("<s>", "<pad>", "</s>", "<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer = Tokenizer(models.BPE({symbol: number for number, symbol in enumerate(symbols)}, [], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    tokenizer.add_special_tokens(list(symbols[:4]))
    return tokenizer


def make_extractor() -> ClapFeatureExtractor:
    """With the values of the published unfused networks."""
    return ClapFeatureExtractor(frequency_min=50, truncation="rand_trunc")


def make_clap(audio: dict[str, object] | None = None, seed: int = 0) -> ClapModel:
    """A random ClapModel of small size, or with the audio side that `audio` describes."""
    config = ClapConfig(audio_config=SMALL_AUDIO if audio is None else audio, text_config=SMALL_TEXT, projection_dim=24)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = ClapModel(config).eval().requires_grad_(False)
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn_like(parameter)  # biases too, or different sounds would sound alike
        normalisation = model.audio_model.audio_encoder.batch_norm
        normalisation.running_mean.fill_(-40.0)  # levels are in dB
        normalisation.running_var.fill_(400.0)
    return model


def write_small_clap(folder: Path, audio: dict[str, object] | None = None) -> ClapModel:
    """Save `make_clap` with its extractor and tokenizer to `folder`; returns it as the reference."""
    model = make_clap(audio)
    logging.disable_progress_bar()
    model.save_pretrained(folder)
    make_extractor().save_pretrained(folder)
    make_byte_tokenizer().save(str(folder / "tokenizer.json"))
    return model
