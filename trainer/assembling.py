"""From a recipe to the network it trains: towers and heads with the weights that the recipe starts with.

A run of audio alone leaves its ear as a folder of its own, `audio_tower.json` and `audio_tower.safetensors`; one with
both sides leaves a whole network, whose ear can be taken over just as well.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel, RobertaModel, T5EncoderModel

from engine.clap import assembled_checkpoint, checkpoint
from engine.clap.assembled import AssembledNetwork, make_assembled
from engine.clap.config import MelConfig
from engine.clap.text_encoder import load_tokenizer
from engine.clap.towers.audio_tower import AudioTower, make_audio_tower
from engine.clap.towers.config import AssembledConfig, AudioTowerConfig, HeadConfig, checked
from engine.clap.towers.heads import make_head
from engine.clap.towers.text_tower import TextTower, take_earmarks_weights
from engine.errors import DamagedCheckpoint, display_path
from engine.paths import default_network_folder
from trainer.errors import TrainerError
from trainer.recipe import FrozenConfig, PaperRecipe

EARMARK = "earmark"  # the network in the box
NETWORK = "network"  # the folder of a run that holds what came of it
AUDIO_TOWER, AUDIO_WEIGHTS = "audio_tower.json", "audio_tower.safetensors"


@dataclass(frozen=True)
class AudioSide:
    """An ear with its weights, of an earlier run. Names of weights begin with "audio." and "audio_head."."""

    mel: MelConfig
    audio: AudioTowerConfig
    audio_head: HeadConfig
    weights: dict[str, Tensor]


def assembled_config(recipe: PaperRecipe) -> AssembledConfig:
    return AssembledConfig(
        name=recipe.name,
        mel=recipe.mel,
        audio=recipe.audio,
        text=recipe.text,
        audio_head=recipe.audio_head,
        text_head=recipe.text_head,
        decoder=recipe.decoder,
        dim=recipe.dim,
        chunk_s=recipe.chunk_s,
    )


def assemble_audio(recipe: PaperRecipe) -> tuple[AudioTower, nn.Module]:
    """The audio side of `assemble` alone, tower and head, for what no sentence is needed for. Raises TrainerError."""
    try:
        with torch.random.fork_rng():
            torch.manual_seed(recipe.descent.seed)
            audio = make_audio_tower(recipe.audio, recipe.mel)
            audio_head: nn.Module = make_head(recipe.audio_head, audio.width, recipe.dim)
    except ValueError as error:
        raise TrainerError(f"The recipe {recipe.name} cannot be assembled: {error}.") from error
    if recipe.start.audio:
        take_audio_side(recipe, audio, audio_head)
    return audio, audio_head


def assemble(recipe: PaperRecipe) -> AssembledNetwork:
    """The network of a recipe with its start weights; what has none is random, by the recipe's seed.

    Raises TrainerError if the parts do not fit together, or a start is not there or of another shape.
    """
    try:
        with torch.random.fork_rng():
            torch.manual_seed(recipe.descent.seed)
            network = make_assembled(assembled_config(recipe), _tokenizer(recipe))
        _begin_text(network, recipe)
    except (ValueError, DamagedCheckpoint) as error:
        raise TrainerError(f"The recipe {recipe.name} cannot be assembled: {error}.") from error
    if recipe.start.audio:
        take_audio_side(recipe, network.audio, network.audio_head)
    with torch.no_grad():
        network.log_scale.fill_(-math.log(recipe.loss.temperature))
    network.limit_scale(recipe.loss.most_scale)
    freeze(network, recipe.frozen)
    return network


def freeze(network: AssembledNetwork, frozen: FrozenConfig) -> None:
    """No gradient reaches the towers that do not learn (C09, C28, D20); heads always do."""
    network.audio.requires_grad_(not frozen.audio)
    network.text.requires_grad_(not frozen.text)


def save_audio_side(folder: Path, recipe: PaperRecipe, audio: AudioTower, audio_head: nn.Module, card: str) -> None:
    """Write an ear that is no network yet, for `start.audio` of a later run."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {f"audio.{name}": weight for name, weight in audio.state_dict().items()}
    weights |= {f"audio_head.{name}": weight for name, weight in audio_head.state_dict().items()}
    save_file({name: weight.detach().cpu().contiguous() for name, weight in weights.items()}, folder / AUDIO_WEIGHTS)
    settings = {"mel": asdict(recipe.mel), "audio": asdict(recipe.audio), "audio_head": asdict(recipe.audio_head)}
    (folder / AUDIO_TOWER).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    (folder / checkpoint.CARD).write_text(card, encoding="utf-8")


def load_audio_side(folder: Path) -> AudioSide:
    """The ear that a run left, given its folder or that of its network. Raises TrainerError."""
    folder = network_of(folder)
    try:
        if not (folder / AUDIO_TOWER).is_file():
            network, _ = assembled_checkpoint.load(folder)
            return AudioSide(
                network.config.mel, network.config.audio, network.config.audio_head, dict(network.state_dict())
            )
        stored = json.loads((folder / AUDIO_TOWER).read_text(encoding="utf-8"))
        of_audio = stored["audio"]
        audio: dict[str, Any] = {key: tuple(each) if isinstance(each, list) else each for key, each in of_audio.items()}
        return AudioSide(
            checked(MelConfig(**stored["mel"])),
            checked(AudioTowerConfig(**audio)),
            checked(HeadConfig(**stored["audio_head"])),
            load_file(folder / AUDIO_WEIGHTS),
        )
    except (OSError, ValueError, TypeError, KeyError, SafetensorError, DamagedCheckpoint) as error:
        raise TrainerError(
            f"No audio tower can be taken from {display_path(folder)}: {error}; name the folder of a finished run."
        ) from error


def network_of(run: Path) -> Path:
    """The folder with what came of a run, or the folder itself."""
    return run / NETWORK if (run / NETWORK).is_dir() else run


def take_audio_side(recipe: PaperRecipe, audio: AudioTower, audio_head: nn.Module) -> None:
    """Give a tower the weights of `start.audio`, and its head too if that run had the same.

    Raises TrainerError if that ear is of another shape, or hears other levels.
    """
    side = load_audio_side(Path(recipe.start.audio))
    for told, wanted, has in (("audio", recipe.audio, side.audio), ("mel", recipe.mel, side.mel)):
        if wanted != has:
            names = [name for name, value in asdict(wanted).items() if asdict(has)[name] != value]
            raise TrainerError(
                f"The ear in {display_path(Path(recipe.start.audio))} is another than that of {recipe.name}: they "
                f"differ in {', '.join(f'{told}.{name}' for name in names)}; start from a run with the same settings."
            )
    audio.load_state_dict(_part(side.weights, "audio."))
    of_head = _part(side.weights, "audio_head.")
    if side.audio_head == recipe.audio_head and _shapes(of_head) == _shapes(audio_head.state_dict()):
        audio_head.load_state_dict(of_head)


def _part(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): weight for name, weight in weights.items() if name.startswith(prefix)}


def _shapes(weights: dict[str, Tensor]) -> dict[str, torch.Size]:
    return {name: weight.shape for name, weight in weights.items()}


def _tokenizer(recipe: PaperRecipe) -> Tokenizer:
    """That of the text tower's start. A tower with random weights learns the words of the network in the box."""
    start = recipe.start.text
    folder = default_network_folder() if start in ("", EARMARK) else network_of(Path(start))
    return load_tokenizer(folder / checkpoint.TOKENIZER, max_tokens=recipe.text.max_tokens)


def _begin_text(network: AssembledNetwork, recipe: PaperRecipe) -> None:
    """Raises ValueError or DamagedCheckpoint if the start is not there or of another shape."""
    start = recipe.start.text
    if start == EARMARK:
        take_earmarks_weights(network.text, default_network_folder())
    elif start:
        folder = network_of(Path(start))
        if (folder / checkpoint.MANIFEST).is_file():
            _take_own_text(network, folder)
        else:
            _take_published_text(network.text, folder)


def _take_own_text(network: AssembledNetwork, folder: Path) -> None:
    """The text side of a run of ours."""
    earlier, _ = assembled_checkpoint.load(folder)
    if earlier.config.text != network.config.text:
        raise ValueError(f"the text tower in {display_path(folder)} is another than the recipe's")
    network.text.load_state_dict(earlier.text.state_dict())
    if (earlier.config.text_head, earlier.dim) == (network.config.text_head, network.dim):
        network.text_head.load_state_dict(earlier.text_head.state_dict())


def _take_published_text(tower: TextTower, folder: Path) -> None:
    """The weights of a folder of transformers, safetensors only: nothing in it is executed, nothing fetched."""
    models = {"bert": BertModel, "roberta": RobertaModel, "t5": T5EncoderModel}
    settings = {} if tower.config.kind == "t5" else {"add_pooling_layer": False}
    try:
        published = models[tower.config.kind].from_pretrained(
            folder, local_files_only=True, use_safetensors=True, **settings
        )
        tower.model.load_state_dict((published.encoder if tower.config.kind == "t5" else published).state_dict())
    except (OSError, RuntimeError, ValueError, SafetensorError) as error:
        raise ValueError(
            f"the folder {display_path(folder)} holds no {tower.config.kind} of the recipe's shape in safetensors"
        ) from error
