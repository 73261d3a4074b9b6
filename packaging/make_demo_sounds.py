"""Make the demo sounds from freely licensed originals in Debian packages (bookworm).

Every sound is a recipe: layers cut from originals, levelled, placed in time and mixed. Which, stands in the tables of
demo_recipes.py and nowhere else: resources/demo_sounds/, resources/demo_sounds.json and the table in
resources/SOURCES.md are made from them.

Fetch and unpack the packages named there, each into a folder of its own name, then run this script:

    apt-get download scratch && dpkg-deb -x scratch_*.deb originals/scratch      (and so on)
    python packaging/make_demo_sounds.py originals

The result is the same on every run; other versions of the encoders may give other bytes for the same sound.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import struct
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import soundfile
import soxr
from demo_recipes import LICENCES, ORIGINALS, PACKAGES, RECIPES, Layer, Original, Recipe

AUDIBLE_DB = -48.0  # re the original's peak: what is quieter at its ends is trimmed
LOUDNESS_S = 0.4
LOOP_FADE_S = 0.4
PEAK = 0.8  # leaves room for the overshoot of lossy encoders
SAME_EVENT_S = 1.5  # layers with the same text and a shorter gap are one event


def read_original(original: Original, packages: Path) -> tuple[np.ndarray, int]:
    """Samples, shape (samples, channels), float64, without the silence at both ends; and their rate in Hz."""
    archive, _, member = original.path.partition("!")
    path = packages / original.package / archive
    content = zipfile.ZipFile(path).read(member) if member else path.read_bytes()
    samples, rate_hz = soundfile.read(io.BytesIO(content), always_2d=True)
    loud = np.abs(samples).max(axis=1)
    audible = np.flatnonzero(loud > loud.max() * 10 ** (AUDIBLE_DB / 20))
    return samples[audible[0] : audible[-1] + 1], rate_hz


def with_channels(samples: np.ndarray, channels: int) -> np.ndarray:
    """Shape (samples, channels): a mono sound on every channel, or the mean of all channels."""
    if samples.shape[1] == channels:
        return samples
    return np.repeat(samples.mean(axis=1, keepdims=True), channels, axis=1)


def looped(samples: np.ndarray, length: int, fade: int) -> np.ndarray:
    """Repeat with equal-power cross-fades of `fade` samples until `length` samples long."""
    ramp = np.sqrt(np.linspace(0, 1, fade))[:, None]
    result = samples
    while len(result) < length:
        joint = result[-fade:] * ramp[::-1] + samples[:fade] * ramp
        result = np.concatenate([result[:-fade], joint, samples[fade:]])
    return result[:length]


def loudness(samples: np.ndarray, window: int) -> float:
    """RMS of the loudest `window` samples (of the whole, where it is shorter)."""
    power = np.concatenate([[0.0], np.cumsum((samples**2).mean(axis=1))])
    window = min(window, len(samples))
    return float(np.sqrt((power[window:] - power[:-window]).max() / window))


def faded(samples: np.ndarray, fade_in: int, fade_out: int) -> np.ndarray:
    gain = np.ones(len(samples))
    gain[:fade_in] *= np.linspace(0, 1, fade_in)
    gain[len(gain) - fade_out :] *= np.linspace(1, 0, fade_out)
    return samples * gain[:, None]


def render_layer(layer: Layer, recipe: Recipe, packages: Path) -> np.ndarray:
    """Cut, loop, level and fade one layer: shape (samples, channels) at the recipe's rate."""
    original, from_hz = read_original(ORIGINALS[layer.original], packages)
    to_hz = recipe.sample_rate_hz
    cut = original[round(layer.start_s * from_hz) : None if layer.end_s is None else round(layer.end_s * from_hz)]
    samples: np.ndarray = soxr.resample(with_channels(cut, recipe.channels), from_hz, to_hz, "VHQ")
    if layer.loop_s is not None:
        samples = looped(samples, round(layer.loop_s * to_hz), round(LOOP_FADE_S * to_hz))
    samples = samples * 10 ** (layer.level_db / 20) / loudness(samples, round(LOUDNESS_S * to_hz))
    return faded(samples, round(layer.fade_in_s * to_hz), round(layer.fade_out_s * to_hz))


def mix(recipe: Recipe, rendered: list[np.ndarray]) -> np.ndarray:
    starts = [round(layer.at_s * recipe.sample_rate_hz) for layer in recipe.layers]
    mixed = np.zeros((max(start + len(part) for start, part in zip(starts, rendered, strict=True)), recipe.channels))
    for start, part in zip(starts, rendered, strict=True):
        mixed[start : start + len(part)] += part
    return mixed * min(1.0, PEAK / float(np.abs(mixed).max()))


def heard(recipe: Recipe, rendered: list[np.ndarray]) -> list[dict[str, str | float]]:
    """What is heard and when, in order of time; layers of one event are joined."""
    spans: dict[str, list[list[float]]] = {}
    for layer, part in sorted(zip(recipe.layers, rendered, strict=True), key=lambda pair: pair[0].at_s):
        end_s = layer.at_s + len(part) / recipe.sample_rate_hz
        same = spans.setdefault(layer.heard, [])
        if same and layer.at_s - same[-1][1] < SAME_EVENT_S:
            same[-1][1] = max(same[-1][1], end_s)
        else:
            same.append([layer.at_s, end_s])
    events = [(start_s, end_s, text) for text, same in spans.items() for start_s, end_s in same]
    return [{"text": text, "start_s": round(a, 2), "end_s": round(b, 2)} for a, b, text in sorted(events)]


def encode(recipe: Recipe, samples: np.ndarray) -> bytes:
    """The bytes of the demo file, in the format of its suffix."""
    suffix = Path(recipe.file).suffix
    container, subtype = {
        ".wav": ("WAV", "PCM_24"),
        ".flac": ("FLAC", "PCM_16"),
        ".ogg": ("OGG", "VORBIS"),
        ".opus": ("OGG", "OPUS"),
        ".mp3": ("MP3", "MPEG_LAYER_III"),
    }[suffix]
    file = io.BytesIO()
    soundfile.write(file, samples, recipe.sample_rate_hz, format=container, subtype=subtype)
    if container == "OGG":
        return with_fixed_serial(file.getvalue(), zlib.crc32(recipe.file.encode()))
    return with_bext(file.getvalue(), recipe.bext) if recipe.bext else file.getvalue()


MIRRORED_BYTES = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def ogg_crc(page: bytes) -> int:
    """Ogg's checksum: zlib's CRC-32 with the bits in the other order and without the inversions."""
    crc = zlib.crc32(page.translate(MIRRORED_BYTES), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)


def with_fixed_serial(ogg: bytes, serial: int) -> bytes:
    """The Ogg stream under a given serial number (libsndfile draws one by chance on every run). RFC 3533, section 6."""
    pages = bytearray(ogg)
    start = 0
    while start < len(pages):
        segments = pages[start + 26]
        end = start + 27 + segments + sum(pages[start + 27 : start + 27 + segments])
        pages[start + 14 : start + 18] = struct.pack("<I", serial)
        pages[start + 22 : start + 26] = bytes(4)
        pages[start + 22 : start + 26] = struct.pack("<I", ogg_crc(bytes(pages[start:end])))
        start = end
    return bytes(pages)


def with_bext(wav: bytes, description: str) -> bytes:
    """The WAV file with a Broadcast Wave chunk (EBU Tech 3285, version 0) at its end."""
    chunk = struct.pack(
        "<256s32s32s10s8sQH254x", description.encode("ascii"), b"Earmark", b"", b"2024-05-01", b"08:00:00", 0, 0
    )
    body = wav[8:] + b"bext" + struct.pack("<I", len(chunk)) + chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body


# What is written about them


def licence_of(recipe: Recipe) -> str:
    return max((ORIGINALS[layer.original].licence for layer in recipe.layers), key=LICENCES.index)


def originals_of(recipe: Recipe) -> list[Original]:
    return list(dict.fromkeys(ORIGINALS[layer.original] for layer in recipe.layers))


def sources_row(recipe: Recipe, events: list[dict[str, str | float]], content: bytes) -> str:
    originals = originals_of(recipe)
    cells = (
        [f"`{recipe.file}`"],
        [f"{event['text']} ({event['start_s']:.1f} to {event['end_s']:.1f} s)" for event in events],
        [f"{original.package} {PACKAGES[original.package]}" for original in originals],
        [f"`{original.path}`" for original in originals],
        [original.author for original in originals],
        [original.licence for original in originals],
        [licence_of(recipe)],
        [f"`{hashlib.sha256(content).hexdigest()}`"],
    )
    return "| " + " | ".join("<br>".join(cell) for cell in cells) + " |"


def write_between_markers(path: Path, rows: list[str]) -> None:
    """Put the table into SOURCES.md between its two markers; the text around them stays as it is."""
    begin, end = "<!-- demo sounds: begin -->\n", "<!-- demo sounds: end -->\n"
    heading = "| File | Heard | Package | Original | Author | Licence of the original | Licence | SHA-256 |"
    before, rest = path.read_text("utf-8").split(begin)
    after = rest.split(end)[1]
    table = "\n".join([heading, "|" + " --- |" * heading.count(" | ") + " --- |", *rows, ""])
    path.write_text(before + begin + table + end + after, "utf-8")


def description(recipe: Recipe, events: list[dict[str, str | float]]) -> dict[str, object]:
    source = [{**asdict(original), "version": PACKAGES[original.package]} for original in originals_of(recipe)]
    return {"heard": events, "licence": licence_of(recipe), "source": source}


def main() -> None:
    parser = argparse.ArgumentParser(description="Make Earmark's demo sounds from unpacked Debian packages.")
    parser.add_argument("packages", type=Path, help="folder with one unpacked package per folder, named as the package")
    parser.add_argument("--resources", type=Path, default=Path(__file__).parent.parent / "resources")
    arguments = parser.parse_args()
    rows, descriptions = [], {}
    for recipe in RECIPES:
        rendered = [render_layer(layer, recipe, arguments.packages) for layer in recipe.layers]
        content = encode(recipe, mix(recipe, rendered))
        events = heard(recipe, rendered)
        (arguments.resources / "demo_sounds" / recipe.file).write_bytes(content)
        rows.append(sources_row(recipe, events, content))
        descriptions[recipe.file] = description(recipe, events)
    text = json.dumps(descriptions, indent=1, ensure_ascii=False) + "\n"
    (arguments.resources / "demo_sounds.json").write_text(text, "utf-8")
    write_between_markers(arguments.resources / "SOURCES.md", rows)


if __name__ == "__main__":
    main()
