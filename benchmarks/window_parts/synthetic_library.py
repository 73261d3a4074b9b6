"""A library of any number of files that are not there: named, tagged, described and sorted into folders like real ones.

It is written by the library itself, in big transactions, and kept: half a million files take some minutes to enter.
The folders are gone by the time it is opened, as if they were on a drive that is not plugged in.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.library import Library
from engine.library_rows import FileStat, IndexedFile
from engine.metadata import Metadata
from engine.ontology import sound_kinds
from engine.peaks import PeaksBuilder
from engine.stored_embeddings import FileEmbeddings

FILES_AT_ONCE = 10_000  # in one transaction
CHECKPOINT = "synthetic"
DIM = 8  # nobody searches this library by ear
PEAKS = 64  # different outlines
PEAKS_HZ = 8000
COLLECTIONS = {"Footsteps": 40, "Trailer": 900, "Everything wet": 20_000}
FOLDERS = {"SFX Library": 4000, "Field Recordings": 1500, "Drums & Loops": 600}
ROOT_WEIGHTS = (6, 3, 1)
VENDORS = ("BOOM", "SFXL", "ZAP", "HISS", "KOLD", "NOIZ", "FIELDREC", "AUR")
CATEGORIES = ("DOOR", "AMB", "FOLY", "WEAP", "VEH", "WATR", "WIND", "MUSC", "ANML", "FIRE", "METL", "WOOD", "UI")
_MANNERS = (
    "heavy light soft hard slow fast close distant metal wood glass plastic stone small big large old squeaky rattle"
    " slam open creak hit impact drop scrape drag loop one-shot dry wet stereo mono interior exterior night day"
)
MANNERS = _MANNERS.split()
FORMATS = (
    ("WAV", "PCM_24", 48_000),
    ("WAV", "PCM_16", 44_100),
    ("WAV", "FLOAT", 96_000),
    ("FLAC", "PCM_24", 48_000),
    ("MP3", "MPEG_LAYER_III", 44_100),
)
FORMAT_WEIGHTS = (5, 3, 1, 1, 2)


def synthetic_library(cache: Path, files: int) -> Path:
    """The folder of a library with so many files; always the same, and made only once."""
    folder = cache / f"library-of-{files}"
    if folder.is_dir():
        return folder
    started = time.monotonic()
    cache.mkdir(parents=True, exist_ok=True)
    being_made = Path(tempfile.mkdtemp(dir=cache, prefix="unfinished-"))
    _fill(being_made, files)
    being_made.rename(folder)
    print(f"made a library of {files:,} files in {time.monotonic() - started:.0f} s", flush=True)
    return folder


def _fill(folder: Path, files: int) -> None:
    chance = random.Random(files)
    with Library(folder) as library:
        library.register_checkpoint(CHECKPOINT, CHECKPOINT, DIM, 1.0)
        roots = _roots(library, folder / "sounds")
        batch: list[IndexedFile] = []
        for number, file in enumerate(_files(chance, roots, files), start=1):
            batch.append(file)
            if len(batch) == FILES_AT_ONCE or number == files:
                library.store_indexed(batch)
                batch = []
        _annotate(library, chance, list(range(1, files + 1)))


def _roots(library: Library, sounds: Path) -> list[int]:
    """They have to exist while they are entered, and only then."""
    for name in FOLDERS:
        (sounds / name).mkdir(parents=True)
    ids = [library.add_root(sounds / name).id for name in FOLDERS]
    shutil.rmtree(sounds)
    return ids


def _files(chance: random.Random, roots: list[int], files: int) -> Iterator[IndexedFile]:
    words = _Words(chance)
    folders = {
        root: [words.folder(number) for number in range(FOLDERS[name])]
        for root, name in zip(roots, FOLDERS, strict=True)
    }
    rng = np.random.default_rng(files)
    outlines = [_outline(rng) for _ in range(PEAKS)]
    direction = np.eye(1, DIM, dtype=np.float32)
    embeddings = FileEmbeddings(direction, direction[0])
    for number in range(files):
        (root,) = chance.choices(roots, ROOT_WEIGHTS)
        container, encoding, rate_hz = chance.choices(FORMATS, FORMAT_WEIGHTS)[0]
        yield IndexedFile(
            root_id=root,
            relative_path=chance.choice(folders[root]) / f"{words.name(number)}.{container.lower()}",
            stat=FileStat(chance.randint(20_000, 40_000_000), 1_500_000_000_000_000_000 + 10**9 * number, number + 1),
            content_id=hashlib.blake2b(str(number).encode(), digest_size=16).digest(),
            duration_s=round(chance.lognormvariate(1.2, 1.3), 3),
            sample_rate_hz=rate_hz,
            channels=chance.choice([1, 2, 2]),
            container=container,
            encoding=encoding,
            metadata=words.metadata(),
            peaks=chance.choice(outlines),
            checkpoint_id=CHECKPOINT,
            embeddings=embeddings,
        )


def _outline(rng: np.random.Generator) -> bytes:
    """Of a second of noise that dies away, as it is stored."""
    decay = np.exp(-np.arange(PEAKS_HZ) / rng.uniform(PEAKS_HZ / 20, PEAKS_HZ / 2))
    builder = PeaksBuilder(PEAKS_HZ)
    builder.feed(np.asarray(decay * rng.uniform(-1, 1, PEAKS_HZ), np.float32))
    return builder.finish().to_bytes()


class _Words:
    """Names as libraries of sounds have them: some words everywhere, most of them rare."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        spoken = (word for kind in sound_kinds() for synonym in kind.synonyms for word in synonym.split())
        self._things = list(dict.fromkeys(word for word in spoken if word.isalpha() and len(word) > 2))
        self._weights = np.cumsum([1 / (rank + 3) for rank in range(len(self._things))]).tolist()

    def thing(self) -> str:
        return self._chance.choices(self._things, cum_weights=self._weights)[0]

    def manners(self, count: int) -> str:
        return " ".join(self._chance.sample(MANNERS, count))

    def name(self, number: int) -> str:
        chance = self._chance
        words = f"{'door' if chance.random() < 0.4 else self.thing()} {self.manners(2)} {self.thing()}"
        take = chance.randint(1, 40)
        category, vendor = chance.choice(CATEGORIES), chance.choice(VENDORS)
        return chance.choice(
            [
                f"{category}{self.thing()[:4]}_{words.title()} {take:02}_{vendor}_{number}",
                f"{words.replace(' ', '_')}_{take}_{number:x}",
                f"{words.title().replace(' ', '')}{take}-{number}",
                f"{words} (take {take}) {number}",
            ]
        )

    def folder(self, number: int) -> Path:
        volume = f" Vol {number % 12}" if number % 3 else ""
        inside = Path(f"{self.thing().title()} {self.thing()}", self.manners(2).title() + volume)
        return inside / self.thing() if number % 4 == 0 else inside

    def metadata(self) -> Metadata:
        if self._chance.random() < 0.4:
            return Metadata()
        words = (self.thing() for _ in range(self._chance.randint(2, 8)))
        return Metadata(description=f"{' '.join(words)} {self.manners(3)}", artist=self._chance.choice(VENDORS))


def _annotate(library: Library, chance: random.Random, file_ids: list[int]) -> None:
    for tag in MANNERS:
        library.add_tag(chance.sample(file_ids, len(file_ids) // 1000), tag)
    for stars in range(1, 6):
        library.set_rating(chance.sample(file_ids, len(file_ids) // 500), stars)
    for name, size in COLLECTIONS.items():
        library.collections.add(library.collections.create(name).id, chance.sample(file_ids, min(size, len(file_ids))))
