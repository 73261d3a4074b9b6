"""Gather sounds from Debian packages (bookworm), for training without labels.

Which packages stands in gathered_packages.csv: the package, its licence in a word as read in its copyright file, its
kind (effects, music, speech or instruments), how many clips it may give at most, and a pattern of paths to leave out.
Each package is downloaded, unpacked, cut into short mono clips and thrown away again:

    python packaging/gather_sounds.py GATHERED --downloads PACKAGES --known sounds/train.csv

GATHERED then holds sounds/PACKAGE/*.opus with their manifest, sounds/gathered.csv, and refused.csv. A second run goes
on where the first one stopped; delete packages/PACKAGE.KIND.csv to take a package again. Needs `apt-get`, `dpkg-deb`
and, for the instruments, `fluidsynth`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from packaged_sounds import packaged_sounds
from sound_captions import describe
from sound_clips import RATE_HZ, Pieces, Unreadable, cut, encode_opus
from soundfont_phrases import render_phrases

COLUMNS = ("path", "source", "recording", "label", "caption", "seconds", "licence")
MUSIC = re.compile(r"music|soundtrack|songs?/|/bgm|anthem|melod", re.IGNORECASE)
SPEECH = re.compile(
    r"voice|speech|spoken|_desc|/words/|/alpha/|/symbols/|/syllab|/say|/vo[-_]|taunt|announce|/coms?/", re.IGNORECASE
)
SHORTEST_MUSIC_S = 8.0  # what is shorter in a folder of music is a single instrument or a loop
AMBIENCE = re.compile(r"ambi|atmo|wind|rain|storm|ocean|sea|river|forest|jungle|night|engine|crowd|fire", re.IGNORECASE)
MUSIC_FROM_S = 40.0  # what plays longer in a game and does not call itself an ambience is music
PIECES = {
    "effects": Pieces(count=1, seconds=30.0),
    "ambience": Pieces(count=3, seconds=20.0),
    "music": Pieces(count=1, seconds=25.0, from_middle=True),
    "speech": Pieces(count=1, seconds=10.0),
}
AT_MOST_AMONG_EFFECTS = {"music": 4, "speech": 25}


@dataclass(frozen=True)
class Package:
    """A row of gathered_packages.csv. `leave_out` is a pattern of paths, None where everything may be taken."""

    name: str
    licence: str
    kind: str
    limit: int
    leave_out: re.Pattern[str] | None

    @property
    def table(self) -> str:
        """The name of its table: a package may stand in two rows, for two kinds."""
        return f"{self.name}.{self.kind}"

    def leaves_out(self, path: str) -> bool:
        return self.leave_out is not None and self.leave_out.search(path) is not None


@dataclass(frozen=True)
class Sound:
    """A clip before it is written: mono, float32, at RATE_HZ."""

    samples: np.ndarray
    recording: str
    label: str
    caption: str


Row = dict[str, str]


def read_packages(path: Path) -> list[Package]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Package(
                row["package"],
                row["licence"],
                row["kind"],
                int(row["limit"]),
                re.compile(row["leave_out"]) if row["leave_out"] else None,
            )
            for row in csv.DictReader(file)
        ]


def fetch(package: str, downloads: Path, into: Path) -> None:
    """Unpack a package, downloaded now or before."""
    if not any(downloads.glob(f"{package}_*.deb")):
        command = ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", package]
        subprocess.run(command, cwd=downloads, check=True)
    subprocess.run(["dpkg-deb", "-x", str(next(downloads.glob(f"{package}_*.deb"))), str(into)], check=True)


def kind_by_name(path: str, package_kind: str) -> str:
    """What a sound is taken for by its path, before it is read: a key of PIECES."""
    if package_kind != "effects":
        return package_kind
    if SPEECH.search(path):
        return "speech"
    return "music" if MUSIC.search(path) else "effects"


def kind_by_length(kind: str, path: str, seconds: float) -> str:
    """What it is taken for once its length is known."""
    if kind == "music" and seconds < SHORTEST_MUSIC_S:
        return "effects"
    if kind == "effects" and seconds > MUSIC_FROM_S:
        return "ambience" if AMBIENCE.search(path) else "music"
    return kind


def spread(paths: list[str]) -> list[str]:
    """All paths, in an order of which every beginning is a fair choice among folders: one of each in turn."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths, key=lambda path: crc32(path.encode())):
        folders[path.rpartition("/")[0]].append(path)
    turns = [(turn, folder, path) for folder, inside in folders.items() for turn, path in enumerate(inside)]
    return [path for _, _, path in sorted(turns)]


class Heard:
    """What is there already: recordings by package and file name, and sounds by the hash of their samples."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._names = {(row["source"], Path(row["recording"]).stem.lower()) for row in rows}
        self._hashes: set[str] = set()

    def has_recording(self, package: str, path: str) -> bool:
        return (package, Path(path).stem.lower()) in self._names

    def is_new(self, samples: np.ndarray) -> bool:
        """Whether these samples, 16 bits each, came by for the first time."""
        digest = hashlib.sha256((samples * 32767).astype(np.int16).tobytes()).hexdigest()
        new = digest not in self._hashes
        self._hashes.add(digest)
        return new


class Taken:
    """How many clips of each kind a package gave, and whether it may give another one."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._of_kind: dict[str, int] = defaultdict(int)

    def add(self, kind: str) -> None:
        self._of_kind[kind] += 1

    def is_full(self) -> bool:
        return sum(self._of_kind.values()) >= self._package.limit

    def is_full_of(self, kind: str) -> bool:
        return self._package.kind == "effects" and self._of_kind[kind] >= AT_MOST_AMONG_EFFECTS.get(kind, 10**6)


def sounds_in(unpacked: Path, package: Package, heard: Heard, refused: list[tuple[str, str]]) -> Iterator[Sound]:
    """The clips of a package, at most as many as it may give; what was wrong with others goes to `refused`."""
    files = packaged_sounds(unpacked)
    taken = Taken(package)
    for path in spread(list(files)):
        kind = kind_by_name(path, package.kind)
        if taken.is_full():
            return
        if taken.is_full_of(kind) or package.leaves_out(path) or heard.has_recording(package.name, path):
            continue
        try:
            samples = files[path]()
        except Unreadable as error:
            refused.append((path, str(error)))
            continue
        if not heard.is_new(samples):
            refused.append((path, "the same as another"))
            continue
        kind = kind_by_length(kind, path, len(samples) / RATE_HZ)
        if taken.is_full_of(kind):
            continue
        label, caption = describe(path, kind)
        for clip in cut(samples, PIECES[kind]):
            taken.add(kind)
            yield Sound(clip, f"debian/{package.name}/{path}", label, caption)


def instruments_in(unpacked: Path, package: Package, folder: Path) -> Iterator[Sound]:
    """Phrases played on every instrument of the first soundfont in a package, `limit` on each."""
    soundfont = next(path for path in sorted(unpacked.rglob("*.sf[23]")) if not path.is_symlink())
    inside = soundfont.relative_to(unpacked).as_posix()
    for phrase, samples in render_phrases(soundfont, package.limit, folder):
        for clip in cut(samples, PIECES["effects"]):
            yield Sound(clip, f"debian/{package.name}/{inside}!{phrase.name}", phrase.label, phrase.caption)


def write_clip(sound: Sound, package: Package, sounds: Path) -> Row:
    """Write one clip as Opus: its row in the manifest."""
    name = re.sub(r"[^A-Za-z0-9_.]+", "_", Path(sound.recording.rpartition("!")[2]).stem)[:60]
    digest = hashlib.sha256(sound.samples.tobytes()).hexdigest()[:12]
    path = f"{package.name}/{name}-{digest}.opus"
    encode_opus(sound.samples, sounds / path)
    seconds = f"{len(sound.samples) / RATE_HZ:.3f}"
    row = (path, package.name, sound.recording, sound.label, sound.caption, seconds, package.licence)
    return dict(zip(COLUMNS, row, strict=True))


def write_rows(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Write a table whole or not at all."""
    partial = path.with_suffix(".partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    partial.replace(path)


def read_rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def gather(package: Package, gathered: Path, downloads: Path, heard: Heard) -> None:
    """Take one package: its clips, and the tables of what was taken and refused beside those of other packages."""
    (gathered / "sounds" / package.name).mkdir(parents=True, exist_ok=True)
    refused: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder) / "unpacked"
        fetch(package.name, downloads, unpacked)
        if package.kind == "instruments":
            sounds = instruments_in(unpacked, package, Path(folder))
        else:
            sounds = sounds_in(unpacked, package, heard, refused)
        rows = [write_clip(sound, package, gathered / "sounds") for sound in sounds]
    tables = gathered / "packages"
    refusals = [{"recording": f"debian/{package.name}/{path}", "reason": reason} for path, reason in refused]
    write_rows(tables / f"{package.table}.refused.csv", ("recording", "reason"), refusals)
    write_rows(tables / f"{package.table}.csv", COLUMNS, rows)


def join_tables(gathered: Path) -> None:
    """Make sounds/gathered.csv and refused.csv from the tables of the packages."""
    tables = sorted((gathered / "packages").glob("*.csv"))
    taken = [row for table in tables if not table.stem.endswith(".refused") for row in read_rows(table)]
    refused = [row for table in tables if table.stem.endswith(".refused") for row in read_rows(table)]
    write_rows(gathered / "sounds" / "gathered.csv", COLUMNS, taken)
    write_rows(gathered / "refused.csv", ("recording", "reason"), refused)


def main() -> None:
    parser = argparse.ArgumentParser(description="Gather sounds from Debian packages, for training without labels.")
    parser.add_argument("gathered", type=Path, help="folder for the sounds and their tables")
    parser.add_argument("--downloads", type=Path, required=True, help="folder for the packages as downloaded")
    parser.add_argument("--packages", type=Path, default=Path(__file__).parent / "gathered_packages.csv")
    parser.add_argument("--known", type=Path, nargs="*", default=[], help="manifests of sounds not to be taken again")
    arguments = parser.parse_args()
    arguments.downloads.mkdir(parents=True, exist_ok=True)
    (arguments.gathered / "packages").mkdir(parents=True, exist_ok=True)
    heard = Heard(row for manifest in arguments.known for row in read_rows(manifest))
    for package in read_packages(arguments.packages):
        if (arguments.gathered / "packages" / f"{package.table}.csv").exists():
            continue
        try:
            gather(package, arguments.gathered, arguments.downloads, heard)
        except subprocess.CalledProcessError as error:
            print(f"{package.name} is left out: {error}", flush=True)
            continue
        join_tables(arguments.gathered)
        print(package.name, flush=True)


if __name__ == "__main__":
    main()
