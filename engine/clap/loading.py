"""From a folder to a network, whichever family it is."""

from __future__ import annotations

from pathlib import Path

from engine.clap import checkpoint
from engine.clap.audio_encoder import fold_batch_norms
from engine.clap.network import AudioTextNetwork
from engine.clap.published import hf_clap
from engine.errors import DamagedCheckpoint, display_path


def load_network(folder: Path, device: str = "cpu") -> tuple[AudioTextNetwork, str]:
    """Load the network in `folder` to a device, and its checkpoint id.

    Nothing is downloaded and nothing stored there is executed.

    Known: Earmark's own folder, one assembled of towers, and a published `ClapModel` as transformers stores it.
    Raises DamagedCheckpoint.
    """
    if not folder.is_dir():
        raise DamagedCheckpoint(f"There is no network in {display_path(folder)}: the folder does not exist.")
    if (folder / checkpoint.MANIFEST).exists():
        if checkpoint.is_assembled(folder):
            # imported here: its text towers take a while, and most libraries never need them
            from engine.clap import assembled_checkpoint

            assembled, checkpoint_id = assembled_checkpoint.load(folder)
            return assembled.to(device), checkpoint_id
        network, checkpoint_id = checkpoint.load(folder)
        fold_batch_norms(network.audio_encoder)
        return network.to(device), checkpoint_id
    if _model_type(folder) == "clap":
        published, checkpoint_id = hf_clap.load(folder)
        published.model.to(device)
        return published, checkpoint_id
    raise DamagedCheckpoint(
        f"{display_path(folder)} holds no network that Earmark knows; choose a folder of its own or of a ClapModel."
    )


def _model_type(folder: Path) -> str | None:
    try:
        config = checkpoint.read_json(folder, checkpoint.CONFIG)
    except DamagedCheckpoint:
        return None
    return config.get("model_type") if isinstance(config, dict) else None
