"""Gathering sounds from packages: what is found in them, how it is cut and named, and what is not taken twice."""

from __future__ import annotations

import gzip
import importlib
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

SCRIPTS = Path(__file__).parents[2] / "packaging"


@pytest.fixture
def script() -> Iterator[ModuleType]:
    """gather_sounds.py: the scripts lie in no package and import each other by name."""
    sys.path.insert(0, str(SCRIPTS))
    yield importlib.import_module("gather_sounds")
    sys.path.remove(str(SCRIPTS))


def noise(seconds: float, seed: int = 0, rate_hz: int = 48_000) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * rate_hz)).astype(np.float32)


def package(script: ModuleType, kind: str = "effects", limit: int = 100, leave_out: str = "") -> object:
    return script.Package("game-data", "CC0", kind, limit, script.re.compile(leave_out) if leave_out else None)


def recordings(script: ModuleType, folder: Path, taken: object, known: list[dict[str, str]] | None = None) -> list[str]:
    sounds = script.sounds_in(folder, taken, script.Heard(known or []), [])
    return [sound.recording.removeprefix("debian/game-data/") for sound in sounds]


def test_sounds_are_found_in_folders_and_archives(script, tmp_path):
    soundfile.write(tmp_path / "rain.wav", noise(1.0), 48_000)
    with zipfile.ZipFile(tmp_path / "data.pk3", "w") as archive:
        archive.write(tmp_path / "rain.wav", "sound/wind.wav")
        archive.writestr("readme.txt", "not a sound")
    (tmp_path / "picture.png").write_bytes(b"not a sound either")
    assert set(script.packaged_sounds(tmp_path)) == {"rain.wav", "data.pk3!sound/wind.wav"}


def test_sounds_are_found_in_groups_within_groups(script, tmp_path):
    def group(*entries: tuple[bytes, bool, bytes]) -> bytes:
        header = bytearray(204)
        header[36:40] = struct.pack("<i", len(entries))
        for index in range(0, len(header) - 2, 3):
            header[index], header[index + 2] = header[index + 2], header[index]
        table, contents = b"", b""
        for name, is_group, content in entries:
            table += struct.pack("<260siiiii36x", name, 0, is_group, len(content), 0, len(contents))
            contents += content
        return bytes(byte ^ 237 for byte in header) + table + contents

    inner = group((b"dog.wav", False, b"bark"), (b"readme.txt", False, b"text"))
    content = gzip.compress(group((b"cat.ogg", False, b"meow"), (b"Animals.ocg", True, inner)))
    (tmp_path / "Sound.ocg").write_bytes(b"\x1e\x8c" + content[2:])
    module = importlib.import_module("packaged_sounds")
    assert dict(module.clonk_sounds(tmp_path / "Sound.ocg")) == {"cat.ogg": b"meow", "Animals.ocg/dog.wav": b"bark"}


@pytest.mark.parametrize(
    ("path", "seconds", "kind"),
    [
        ("sounds/door.wav", 1.0, "effects"),
        ("sounds/forest.ogg", 90.0, "ambience"),
        ("sounds/level3.ogg", 90.0, "music"),
        ("music/drum.ogg", 2.0, "effects"),
        ("music/drum.ogg", 60.0, "music"),
        ("voices/pirate/hello.ogg", 1.0, "speech"),
    ],
)
def test_a_sound_is_taken_for_what_its_path_and_length_say(script, path, seconds, kind):
    assert script.kind_by_length(script.kind_by_name(path, "effects"), path, seconds) == kind


def test_no_more_is_taken_than_a_package_may_give_and_every_folder_has_its_turn(script, tmp_path):
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        for index in range(4):
            path = tmp_path / folder / f"{index}.wav"
            soundfile.write(path, noise(0.3, seed=ord(folder) * 10 + index), 48_000)
    taken = recordings(script, tmp_path, package(script, limit=6))
    assert sorted(path[0] for path in taken) == ["a", "a", "b", "b", "c", "c"]


def test_known_unwanted_equal_silent_and_short_sounds_are_left_out(script, tmp_path):
    for name, samples in {
        "new.wav": noise(1.0),
        "copy.wav": noise(1.0),
        "known.wav": noise(1.0, seed=1),
        "unwanted.wav": noise(1.0, seed=2),
        "silent.wav": np.zeros(48_000),
        "short.wav": noise(0.05),
    }.items():
        soundfile.write(tmp_path / name, samples, 48_000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF and then nothing")
    known = [{"source": "game-data", "recording": "debian/game-data/KNOWN.ogg"}]
    taken = recordings(script, tmp_path, package(script, leave_out="unwanted"), known)
    assert taken in (["new.wav"], ["copy.wav"])


def test_a_clip_is_written_as_short_mono_opus_with_its_row(script, tmp_path):
    stereo = np.stack([noise(40.0, rate_hz=44_100), noise(40.0, seed=1, rate_hz=44_100)], axis=1)
    soundfile.write(tmp_path / "DogBark-2.wav", stereo, 44_100)
    (sound,) = script.sounds_in(tmp_path, package(script), script.Heard([]), [])
    row = script.write_clip(sound, package(script), tmp_path / "out")
    written = soundfile.info(tmp_path / "out" / row["path"])
    assert (written.channels, written.samplerate, written.subtype) == (1, 48_000, "OPUS")
    assert written.duration == pytest.approx(30.0, abs=0.05)
    assert row["recording"] == "debian/game-data/DogBark-2.wav"
    assert (row["label"], row["caption"]) == ("dog bark", "a dog barking")
    assert (row["seconds"], row["source"], row["licence"]) == ("30.000", "game-data", "CC0")


def test_long_recordings_give_pieces_from_different_places(script):
    module = importlib.import_module("sound_clips")
    ramp = np.arange(75 * 48_000, dtype=np.float32)
    pieces = module.cut(ramp, module.Pieces(count=3, seconds=20.0))
    assert [piece[0] / 48_000 for piece in pieces] == [0.0, 27.5, 55.0]
    (middle,) = module.cut(ramp, module.Pieces(count=1, seconds=15.0, from_middle=True))
    assert middle[0] / 48_000 == 30.0


@pytest.mark.parametrize(
    ("path", "caption"),
    [
        ("Effects/DoorCreak.wav", "a creaking door"),
        ("sounds/door_close-01.ogg", "a door closing"),
        ("weapons.pk3!sound/explosion3.wav", "an explosion"),
        ("dog_and_cat.wav", ""),
        ("sound017.wav", ""),
    ],
)
def test_a_caption_is_given_only_where_the_name_is_clear(script, path, caption):
    assert importlib.import_module("sound_captions").describe(path, "effects")[1] == caption


def test_a_song_plays_every_phrase_in_its_own_slot(script):
    module = importlib.import_module("soundfont_phrases")
    song = module.phrases(2)
    assert len({phrase.name for phrase in song}) == len(song)
    assert {phrase.program for phrase in song if phrase.channel == 0} == set(range(128))
    last_end_s = max(note.start_s + note.seconds for phrase in song for note in phrase.notes)
    assert last_end_s < module.SLOT_S
    midi = module.midi_song(song)
    length = int.from_bytes(midi[18:22], "big")
    assert midi[:4] == b"MThd"
    assert len(midi) == 22 + length
    assert midi.endswith(b"\xff\x2f\x00")


def unsteady_noise(seconds: float, seed: int) -> np.ndarray:
    """Noise that grows louder and softer five times a second, by chance."""
    chance = np.random.default_rng(seed)
    steps_s = np.arange(0, seconds + 0.2, 0.2)
    gain = np.interp(np.arange(round(seconds * 48_000)) / 48_000, steps_s, chance.uniform(0.02, 1, len(steps_s)))
    return noise(seconds, seed) * gain.astype(np.float32)


def test_known_recordings_are_found_again_cut_softer_and_coded_anew(script, tmp_path):
    module = importlib.import_module("near_duplicates")
    known = [unsteady_noise(6.0, seed) for seed in range(3)]
    held_out = module.HeldOut(["a", "b", "c"], [module.changes(samples, 48_000) for samples in known])
    importlib.import_module("sound_clips").encode_opus(known[1][1_000:200_000] * 0.4, tmp_path / "copy.opus")
    found = held_out.best(module.changes_in(tmp_path / "copy.opus"))
    other = held_out.best(module.changes(unsteady_noise(4.0, seed=9), 48_000))
    assert found.known == "b"
    assert found.correlation > module.SAME > other.correlation


def test_copies_of_files_for_training_are_known_by_their_beginnings(script):
    module = importlib.import_module("near_duplicates")
    known = module.Beginnings(["a", "b"], [module.changes(noise(4.0, seed), 48_000) for seed in range(2)])
    assert known.best(module.changes(noise(4.0, 1)[: 3 * 48_000] * 0.5, 48_000)).known == "b"
    assert known.best(module.changes(noise(4.0, 5), 48_000)).correlation < module.SAME_BEGINNING


def test_refused_sounds_leave_the_tables_and_the_folder(script, tmp_path):
    for name in ("old", "new"):
        (tmp_path / "sounds" / "game-data").mkdir(parents=True, exist_ok=True)
        (tmp_path / "sounds" / "game-data" / f"{name}.opus").write_bytes(b"sound")
    (tmp_path / "packages").mkdir()
    row = dict.fromkeys(script.COLUMNS, "")
    rows = [row | {"path": f"game-data/{name}.opus"} for name in ("old", "new")]
    script.write_rows(tmp_path / "packages" / "game-data.effects.csv", script.COLUMNS, rows)
    importlib.import_module("near_duplicates").forget(tmp_path, {"game-data/old.opus"})
    assert [row["path"] for row in script.read_rows(tmp_path / "sounds" / "gathered.csv")] == ["game-data/new.opus"]
    assert [path.name for path in (tmp_path / "sounds" / "game-data").iterdir()] == ["new.opus"]
