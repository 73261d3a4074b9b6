"""Where in a sound our own network hears what a sentence says: in every column, and in which of its bands.

*In time* a column's embedding is pooled with its neighbours. In 64 scenes of three held-out sounds over a bed (192
events; `trainer/evaluate/localised_scenes.py`) the best column lay in the event for .69 of them without neighbours, for
.70 with those 2 columns away, .71 with 3 or 4, .68 with 6; the best segment did for .69.

*In frequency* a band is left out, and what every column then loses of its likeness is what the band is worth there. Of
the ways that were tried, this one tells best which of two sounds that meet is where: the share of pairs of a spot of
the one and a spot of the other that it puts in the right order was .64 [.59, .68], where loudness alone has .50.
Keeping a band alone had .60 [.55, .65], both together .64, at twice the cost; likeness beside that of other kinds
changed nothing. Over the whole picture of 24 of the scenes the area under the curve was .67 for 16 bands that are left
out, .50 for gradient times input, .53 for integrated gradients (.61 smoothed), and .52 to .54 for Grad-CAM of the
stages of the stem, all before loudness and clearness; chance had .49.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from engine.clap.config import MelConfig
from engine.clap.mel import hz_to_mel, mel_to_hz
from engine.clap.network import Columns, EarmarkNetwork, padded_to_segments, segments_in

REACH_COLUMNS = 3  # how far the neighbours reach that speak for a column too, less and less
BANDS = 8  # that are left out, one after the other; each is as wide as two, so that they overlap
ROWS = 32  # of a picture, or as many as there are mels if these are fewer
QUIET_QUANTILE = 0.2  # of a mel over time: what it falls to where nothing happens

# B images, M mels, F frames, T columns, D dimensions


@dataclass(frozen=True)
class HeardWindow:
    """columns : (T, D), the embeddings; without : (BANDS, T, D), of the same without each band, or (0, T, D);
    levels_db : (rows, T), the lowest row first
    """

    columns: np.ndarray
    without: np.ndarray
    levels_db: np.ndarray


def hear_window(network: EarmarkNetwork, sound: np.ndarray, *, with_bands: bool) -> HeardWindow:
    """A window (samples,) or less, on the device of the network."""
    config = network.config
    waveforms = padded_to_segments(sound, config.samples_per_segment).to(network.get_buffer("text_mean").device)
    levels = network.levels_of(waveforms)  # (1, M, F)
    count = segments_in(len(sound), network.samples_per_column)
    frames = count * config.audio.frames_per_column
    images = [levels, *(_without_band(levels, frames, band) for band in range(BANDS if with_bands else 0))]
    heard = [_pooled_with_neighbours(network, network.hear(image))[0, :count].float().cpu() for image in images]
    powers = 10.0 ** ((levels[:, :, :frames] * config.mel.deviation_db + config.mel.mean_db) / 10.0)
    levels_db = 10.0 * adaptive_avg_pool2d(powers, (min(ROWS, config.mel.mels), count))[0].log10()
    return HeardWindow(heard[0].numpy(), torch.stack(heard)[1:].numpy(), levels_db.cpu().numpy())


def costs_of_bands(heard: HeardWindow, text: np.ndarray) -> np.ndarray:
    """How much less like a text (D,) each column is without what lies around each row: (rows, T)."""
    costs = heard.columns @ text - heard.without @ text  # (BANDS, T)
    before, after = (np.pad(costs, ((0, 0), ends), mode="edge") for ends in ((1, 0), (0, 1)))
    return _at_rows(costs / 2 + (before[:, :-1] + after[:, 1:]) / 4, len(heard.levels_db))


def row_edges_hz(config: MelConfig) -> np.ndarray:
    """(rows + 1,), rising: of rows that are equally high on the mel scale."""
    low, high = hz_to_mel(np.array([config.low_hz, config.high_hz]), config.scale)
    return mel_to_hz(np.linspace(low, high, min(ROWS, config.mels) + 1), config.scale)


def _pooled_with_neighbours(network: EarmarkNetwork, columns: Columns) -> Tensor:
    """(B, T, D), L2-normalised: of a column's neighbours the one after the last within reach counts nothing."""
    batch, count = columns.log_weights.shape
    at = torch.arange(count, device=columns.log_weights.device)
    near = (1 - (at - at.unsqueeze(1)).abs() / (REACH_COLUMNS + 1)).clamp_min(0.0).expand(batch, -1, -1)
    scores = columns.pool(columns.tag_logits.float().sigmoid(), near)
    return network.join_views(columns.pool(columns.vectors.float(), near), scores)


def _without_band(levels: Tensor, sounding_frames: int, band: int) -> Tensor:
    """Levels (1, M, F), in which a band is as where it is quiet; beyond `sounding_frames` there is padding."""
    mels = levels.shape[1]
    low, high = max(0, round((band - 0.5) * mels / BANDS)), round((band + 1.5) * mels / BANDS)
    without = levels.clone()
    without[:, low:high] = levels[:, low:high, :sounding_frames].quantile(QUIET_QUANTILE, dim=2, keepdim=True)
    return without


def _at_rows(costs: np.ndarray, rows: int) -> np.ndarray:
    """(BANDS, T), each in the middle of its band -> (rows, T): in between, what lies between the two nearest."""
    places = np.clip((np.arange(rows) + 0.5) * BANDS / rows - 0.5, 0, BANDS - 1)
    below = np.minimum(places.astype(int), BANDS - 2)
    part = (places - below)[:, np.newaxis]
    return np.asarray((1 - part) * costs[below] + part * costs[below + 1])
