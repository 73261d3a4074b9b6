"""Sounds of which it is known what they are, to see where answers end: see `cut`."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import display_path
from engine.stored_embeddings import FileEmbeddings
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.systems import Sounds, System
from trainer.evaluate.task import ZERO_SHOT_SOURCE
from trainer.manifest import Clip

# Kinds of the ontology that nobody recorded among dogs, roosters, rain, waves, fire, babies, sneezes, clocks,
# helicopters and chainsaws; not those that might stand behind them, such as birds, speech, wind, water or traffic.
NEVER_IN_ESC10 = (
    *(
        "piano",
        "acoustic guitar",
        "electric guitar",
        "banjo",
        "sitar",
        "harpsichord",
        "organ",
        "violin",
        "cello",
        "harp",
    ),
    *("flute", "saxophone", "clarinet", "trumpet", "trombone", "french horn", "harmonica", "accordion", "bagpipes"),
    *("didgeridoo", "theremin", "snare drum", "timpani", "tabla", "tambourine", "marimba", "steelpan", "orchestra"),
    *(
        "choir",
        "rapping",
        "yodeling",
        "beatboxing",
        "techno",
        "opera",
        "heavy metal",
        "laughter",
        "applause",
        "snoring",
    ),
    *("burp", "hiccup", "gargling", "finger snapping", "whistling", "meow", "moo", "neigh", "oink", "bleat", "quack"),
    *(
        "goose",
        "owl",
        "frog",
        "roaring cats",
        "whale song",
        "snake",
        "church bell",
        "doorbell",
        "telephone bell ringing",
    ),
    *("busy signal", "police siren", "train horn", "car alarm", "skateboard", "toilet flush", "typewriter", "zipper"),
    *(
        "cash register",
        "shuffling cards",
        "electric shaver",
        "dental drill",
        "jackhammer",
        "ice cream truck",
        "gunshot",
    ),
    *("machine gun", "fireworks", "sonar", "basketball", "boing", "sine wave", "skidding", "camera", "coin"),
)


@dataclass(frozen=True)
class Shelf:
    """heard : the sounds as a network hears them; texts : all that is said of each; recordings : what it was cut from
    absent : texts for sounds that are not among them
    """

    name: str
    heard: Sequence[FileEmbeddings]
    texts: Sequence[Collection[str]]
    recordings: Sequence[str]
    absent: Sequence[str] = ()


def captioned(sounds: Sounds, system: System) -> Shelf:
    return _shelf("captions", sounds, system, [[clip.caption] if clip.caption else [] for clip in sounds.clips])


def classified(sounds: Sounds, system: System) -> Shelf:
    """The clips of ESC-10, by their classes."""
    classes = [[clip.label] if clip.source == ZERO_SHOT_SOURCE else [] for clip in sounds.clips]
    return _shelf("ESC-10", sounds, system, classes, NEVER_IN_ESC10)


def demonstrated(folder: Path, system: System) -> Shelf:
    """The demo sounds in `folder`, by what is heard in them as the file beside it says. Raises TrainerError."""
    description = folder.with_suffix(".json")
    try:
        stored = json.loads(description.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TrainerError(f"There is no {display_path(description)}.") from error
    heard = {name: [each["text"] for each in sound["heard"]] for name, sound in stored.items()}
    clips = [Clip(folder / name, "demo", name, "", "", 0.0, "") for name in heard]
    return _shelf("demo sounds", Sounds(clips, system.rate_hz), system, list(heard.values()))


def _shelf(
    name: str, sounds: Sounds, system: System, texts: Sequence[Collection[str]], absent: Sequence[str] = ()
) -> Shelf:
    """Of those sounds of which something is said."""
    heard = sounds.heard_by(system)
    known = [position for position, said in enumerate(texts) if said]
    return Shelf(
        name,
        [heard[position] for position in known],
        [texts[position] for position in known],
        [recording_of(sounds.clips[position]) for position in known],
        absent,
    )
