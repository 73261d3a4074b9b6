"""Short phrases on every General MIDI instrument of a soundfont, played by fluidsynth.

All phrases are one long MIDI song, each in a slot of its own; the song is rendered once and cut at the slots.
"""

from __future__ import annotations

import random
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from general_midi import DRUM_KITS, DRUMS, INSTRUMENTS, Instrument
from sound_clips import RATE_HZ

SLOT_S = 9.0
PLAYED_S = 6.5  # the rest of a slot belongs to the last note's release
TICKS_PER_S = 960  # at the tempo of MIDI files that state none: 120 quarters a minute, of 480 ticks each
TICKS_PER_QUARTER = 480
DRUM_CHANNEL = 9
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 11), (0, 5, 7), (0, 3, 7, 10), (0, 4, 7, 12))
SCALES = (
    (0, 2, 4, 5, 7, 9, 11, 12),
    (0, 2, 3, 5, 7, 8, 10, 12),
    (0, 2, 4, 7, 9, 12, 14, 16),
    (0, 4, 7, 12, 7, 4, 0, -5),
)
QUIETEST_DB = -60.0


@dataclass(frozen=True)
class Note:
    pitch: int
    start_s: float
    seconds: float
    velocity: int


@dataclass(frozen=True)
class Phrase:
    """What one slot holds; `name` is unique in a song."""

    name: str
    label: str
    caption: str
    channel: int
    program: int
    notes: tuple[Note, ...]


def phrases(per_instrument: int) -> list[Phrase]:
    """`per_instrument` different phrases on each of the 128 instruments and the drum kits, and every drum alone."""
    song = []
    for program, instrument in enumerate(INSTRUMENTS):
        for take in range(per_instrument):
            notes = _melodic_notes(instrument, take, random.Random(f"{instrument.label} {take}"))
            name = f"{program:03d}-{instrument.label.replace(' ', '-')}-{take + 1}"
            song.append(Phrase(name, instrument.label, instrument.caption, 0, program, notes))
    for program, (label, caption) in DRUM_KITS.items():
        for take in range(per_instrument):
            pattern = _drum_pattern(random.Random(f"{label} {take}"))
            name = f"kit-{program:03d}-{label.replace(' ', '-')}-{take + 1}"
            song.append(Phrase(name, label, caption, DRUM_CHANNEL, program, pattern))
    for pitch, (label, caption) in DRUMS.items():
        hits = tuple(Note(pitch, 0.6 * hit, 0.5, velocity) for hit, velocity in enumerate((110, 80, 100)))
        song.append(Phrase(f"drum-{pitch}-{label.replace(' ', '-')}", label, caption, DRUM_CHANNEL, 0, hits))
    return song


def _melodic_notes(instrument: Instrument, take: int, chance: random.Random) -> tuple[Note, ...]:
    """By turns a run, chords, and single notes, at a pitch within the instrument's range."""
    lowest, highest = instrument.pitches
    root = chance.randint(lowest, max(lowest, highest - 12))
    velocity = chance.randint(70, 115)
    if instrument.is_effect:
        return (Note(root, 0.0, PLAYED_S - 1.0, velocity),)
    if take % 3 == 0:
        step_s = chance.choice((0.2, 0.3, 0.4, 0.5))
        pitches = list(chance.choice(SCALES))
        if chance.random() < 0.5:
            pitches += pitches[-2::-1]
        count = min(len(pitches), int(PLAYED_S / step_s))
        return tuple(Note(root + pitches[n], n * step_s, step_s * 0.95, velocity) for n in range(count))
    if take % 3 == 1:
        starts_s = (0.0, 1.5, 3.0)
        chords = [(root + chance.choice((0, 5, -5, 7)), chance.choice(CHORDS)) for _ in starts_s]
        return tuple(
            Note(base + p, at, 1.4, velocity) for at, (base, c) in zip(starts_s, chords, strict=True) for p in c
        )
    pitches = [chance.randint(lowest, highest) for _ in range(3)]
    return tuple(Note(pitch, 1.8 * n, 1.6, chance.randint(50, 120)) for n, pitch in enumerate(pitches))


def _drum_pattern(chance: random.Random) -> tuple[Note, ...]:
    """Two bars of eighths: bass drum, snare drum, hi-hat or ride, and now and then a tom."""
    step_s = chance.uniform(0.17, 0.32)
    cymbal = chance.choice((42, 46, 51))
    notes = [Note(49, 0.0, 0.1, 90)]
    for step in range(16):
        hits = [cymbal]
        hits += [36] if step % 4 == 0 or chance.random() < 0.15 else []
        hits += [38] if step % 4 == 2 else []
        hits += [chance.choice((41, 43, 45, 47, 50))] if chance.random() < 0.15 else []
        notes += [Note(pitch, step * step_s, 0.1, chance.randint(70, 115)) for pitch in hits]
    return tuple(notes)


def midi_song(song: list[Phrase]) -> bytes:
    """A Standard MIDI File (format 0) with the n-th phrase at n times SLOT_S."""
    events: list[tuple[float, int, bytes]] = []
    for slot, phrase in enumerate(song):
        begin_s = slot * SLOT_S
        events.append((begin_s, 0, bytes([0xC0 | phrase.channel, phrase.program])))
        for note in phrase.notes:
            pitch = min(127, max(0, note.pitch))
            start_s = begin_s + 0.05 + note.start_s
            events.append((start_s, 2, bytes([0x90 | phrase.channel, pitch, note.velocity])))
            events.append((start_s + note.seconds, 1, bytes([0x80 | phrase.channel, pitch, 0])))
    events.append((len(song) * SLOT_S, 3, b"\xff\x2f\x00"))
    track, now = b"", 0
    for at_s, _, event in sorted(events):
        ticks = round(at_s * TICKS_PER_S)
        track += _variable_length(ticks - now) + event
        now = ticks
    header = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, TICKS_PER_QUARTER)
    return header + struct.pack(">4sI", b"MTrk", len(track)) + track


def _variable_length(number: int) -> bytes:
    """Seven bits a byte, the highest first; all but the last byte have their top bit set."""
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.append(number & 0x7F | 0x80)
    return bytes(reversed(parts))


def render_phrases(soundfont: Path, per_instrument: int, folder: Path) -> Iterator[tuple[Phrase, np.ndarray]]:
    """Play the song into `folder`: each phrase with its mono float32 samples at RATE_HZ, ends trimmed.

    A phrase in which nothing is heard (a kit or drum that the soundfont lacks) is left out.
    """
    song = phrases(per_instrument)
    midi, wave = folder / "song.mid", folder / "song.wav"
    midi.write_bytes(midi_song(song))
    options = ["-ni", "-q", "-r", str(RATE_HZ), "-g", "0.5", "-F", str(wave)]
    subprocess.run(["fluidsynth", *options, str(soundfont), str(midi)], check=True, capture_output=True)
    with soundfile.SoundFile(wave) as file:
        for slot, phrase in enumerate(song):
            file.seek(min(file.frames, round(slot * SLOT_S * RATE_HZ)))
            samples = file.read(round(SLOT_S * RATE_HZ), dtype="float32", always_2d=True).mean(axis=1)
            heard = np.flatnonzero(np.abs(samples) > 10 ** (QUIETEST_DB / 20))
            if len(heard):
                yield phrase, samples[heard[0] : heard[-1] + 1]
