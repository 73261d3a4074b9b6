"""The student before its first step: an EarmarkNetwork that knows its texts, and heads that only training needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Self

import torch
from torch import Tensor, nn

from engine.clap.config import NetworkConfig
from engine.clap.network import EarmarkNetwork
from trainer.config import Recipe
from trainer.errors import TrainerError
from trainer.manifest import Clip
from trainer.teachers import MN04_DIM, YAMNET_DIM
from trainer.text_weights import load_minilm
from trainer.texts import distinct_texts

_NEVER_TRAINED = "network.text_encoder."


class Student(nn.Module):
    """The network that will ship, and a head that predicts the teachers' embeddings."""

    def __init__(self, network: EarmarkNetwork) -> None:
        super().__init__()
        self.network = network
        self.embedding_head = nn.Linear(network.config.audio.width, MN04_DIM + YAMNET_DIM)

    def train(self, mode: bool = True) -> Self:
        """As of any module, but the sentence encoder stays in evaluation mode: it is never trained."""
        super().train(mode)
        self.network.text_encoder.eval()
        return self

    def encode(self, texts: Sequence[str]) -> Tensor:
        """Centred sentence vectors (texts, width), at half precision on a graphics card: for targets it is enough."""
        device = self.network.get_buffer("text_mean").device.type
        with torch.autocast(device, torch.float16, enabled=device == "cuda"):
            return encode(self.network, texts)

    def trained_state(self) -> dict[str, Tensor]:
        """Everything but the sentence encoder."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith(_NEVER_TRAINED)}

    def load_trained_state(self, state: Mapping[str, Tensor]) -> None:
        """Take over what `trained_state` gave. Raises TrainerError unless every name and shape fits."""
        kept = {name: value for name, value in self.state_dict().items() if name.startswith(_NEVER_TRAINED)}
        try:
            self.load_state_dict(kept | dict(state))
        except RuntimeError as error:
            raise TrainerError("The stored state is that of a network of another shape than the recipe's.") from error


def new_network(recipe: Recipe, tag_names: Sequence[str]) -> EarmarkNetwork:
    """A network of the recipe's shape with random ears and the sentence encoder of `text_weights`."""
    config = NetworkConfig(
        name=recipe.name,
        mel=recipe.mel,
        audio=recipe.audio,
        tags=len(tag_names),
        tag_view_dim=recipe.tag_view.dim,
        tag_view_weight=recipe.tag_view.weight,
        bridge_temperature=recipe.tag_view.bridge_temperature,
        bridge_tags=recipe.tag_view.bridge_tags,
    )
    text_weights, tokenizer = load_minilm()
    torch.manual_seed(recipe.optimizer.seed)
    network = EarmarkNetwork(config, tokenizer)
    network.text_encoder.load_state_dict(text_weights)
    return network


def make_student(
    network: EarmarkNetwork, tag_names: Sequence[str], clips: Sequence[Clip], clip_scores: Tensor
) -> Student:
    """Fill the parts of a new network that are computed rather than learned.

    clip_scores : (clips, tags), the teachers' scores, for the principal directions of the tag view.
    """
    network.text_encoder.requires_grad_(False).eval()
    names = [spoken_names(tag) for tag in tag_names]
    every_name = [name for of_tag in names for name in of_tag]
    with torch.no_grad():
        # centred on captions and names alike, however many there are of each
        means = [encode(network, texts).mean(0) for texts in (distinct_texts(clips), every_name)]
        network.get_buffer("text_mean").copy_(torch.stack(means).mean(0))
        of_each_tag = encode(network, every_name).split([len(of_tag) for of_tag in names])
        vectors = torch.stack([of_tag.mean(0) for of_tag in of_each_tag])
        network.get_buffer("tag_texts").copy_(nn.functional.normalize(vectors, dim=-1))
        network.get_buffer("tag_directions").copy_(principal_directions(clip_scores, network.config.tag_view_dim))
        nn.init.constant_(network.tag_head.bias, -5.0)  # nearly every tag is nearly always absent
    return Student(network).to(clip_scores.device)


def spoken_names(tag: str) -> list[str]:
    """How people say a class: "Dog bark, woof (animal)" -> ["dog bark", "woof"]."""
    without_brackets = re.sub(r"\([^)]*\)", "", tag.lower())
    return [part.strip() for part in without_brackets.split(",") if part.strip()] or [tag.lower()]


def encode(network: EarmarkNetwork, texts: Sequence[str], *, batch: int = 256) -> Tensor:
    """Centred sentence vectors (texts, width)."""
    by_length = sorted(range(len(texts)), key=lambda position: len(texts[position]))  # little padding in a batch
    vectors = torch.empty(len(texts), network.config.text.width, device=network.get_buffer("text_mean").device)
    with torch.no_grad():
        for first in range(0, len(texts), batch):
            chosen = by_length[first : first + batch]
            vectors[chosen] = network.centred_text([texts[position] for position in chosen]).float()
    return vectors


def principal_directions(clip_scores: Tensor, dims: int) -> Tensor:
    """The `dims` orthonormal directions (tags, dims) that keep most of the square-rooted scores."""
    roots = clip_scores.sqrt()
    _, vectors = torch.linalg.eigh(roots.T @ roots)  # eigenvalues ascend
    return vectors[:, -dims:].flip(-1)
