"""What a person chose for the window: one JSON file in the per-user settings folder."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs

from engine.errors import EngineError, display_path

ThemeChoice = Literal["system", "light", "dark"]
ColourMap = Literal["magma", "viridis", "grey"]
Compute = Literal["auto", "cpu", "cuda", "mps"]

GAINS_DB = (-60.0, 6.0)
RANGES_DB = (20.0, 140.0)
MAX_WORKERS = 256
MAX_COLUMN_PX = 10_000
MAX_FORMER = 3


@dataclass(frozen=True)
class Settings:
    """Everything has a default; a value that makes no sense in the file is that default.

    gain_db : in GAINS_DB, or -inf for silence
    workers : threads of indexing, at most MAX_WORKERS; None for as many as the machine has cores
    network_folder : None for the network that comes with Earmark
    former_networks : those that were chosen before, the last one first, at most MAX_FORMER
    range_db : what the spectrogram shows below full scale, in RANGES_DB
    columns : ids of the shown columns in order, with widths in pixels; empty for the usual ones
    keys : command id to key sequences in Qt's portable text, only where they differ from the default
    window : geometry and splitters as the window wrote them, base64
    """

    theme: ThemeChoice = "system"
    output_device: str | None = None
    input_device: str | None = None
    gain_db: float = 0.0
    level_matching: bool = False
    play_on_select: bool = True
    play_from_moment: bool = True
    loop: bool = False
    pause_indexing_while_playing: bool = False
    workers: int | None = None
    network_folder: Path | None = None
    former_networks: tuple[Path | None, ...] = ()
    compute: Compute = "auto"
    colour_map: ColourMap = "magma"
    range_db: float = 80.0
    heat_map: bool = False
    columns: tuple[tuple[str, int], ...] = ()
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    window: dict[str, str] = field(default_factory=dict)


def remembering(new: Settings, old: Settings) -> Settings:
    """`new` with the former networks of `old`, and with its network among them where another is chosen."""
    if new.network_folder == old.network_folder:
        return replace(new, former_networks=old.former_networks)
    former = dict.fromkeys((old.network_folder, *old.former_networks))
    return replace(new, former_networks=tuple(each for each in former if each != new.network_folder)[:MAX_FORMER])


def settings_path() -> Path:
    """The file, which need not exist: what the environment variable EARMARK_SETTINGS names, or else the person's own.

    On Linux that is ~/.config/Earmark/settings.json.
    """
    named = os.environ.get("EARMARK_SETTINGS")
    return Path(named) if named else platformdirs.user_config_path("Earmark", appauthor=False) / "settings.json"


def load(path: Path) -> Settings:
    """What the file says; the default for everything that is missing or makes no sense. Never raises.

    A file that is no settings file at all is kept beside its place, named .damaged.
    """
    try:
        stored = json.loads(path.read_bytes())
    except OSError:
        return Settings()
    except (ValueError, RecursionError):
        stored = None
    if not isinstance(stored, dict):
        with contextlib.suppress(OSError):
            path.replace(path.with_name(path.name + ".damaged"))
        return Settings()
    known: dict[str, Any] = {}
    for name, read in _READERS.items():
        with contextlib.suppress(KeyError, TypeError, ValueError):
            known[name] = read(stored[name])
    return Settings(**known)


def save(settings: Settings, path: Path) -> None:
    """Write the file as a whole or not at all. Raises EngineError."""
    text = json.dumps(asdict(settings), indent=2, default=os.fspath)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(written, path)
        except OSError:
            os.unlink(written)
            raise
    except OSError as error:
        raise EngineError(
            f"The settings could not be kept in {display_path(path)} ({error.strerror}); "
            "they hold until you quit, and your sounds and library are as they were."
        ) from error


# --- from JSON: each gives the value, or raises TypeError or ValueError where there is no sense in it -----------------


def _one_of(*allowed: str) -> Callable[[object], object]:
    def read(value: object) -> object:
        if value not in allowed:
            raise ValueError
        return value

    return read


def _number(smallest: float, largest: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not smallest <= value <= largest:
            raise ValueError
        return float(value)

    return read


def _gain(value: object) -> float:
    return -math.inf if value == -math.inf else _number(*GAINS_DB)(value)


def _whole(smallest: int, largest: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if type(value) is not int or not smallest <= value <= largest:
            raise ValueError
        return value

    return read


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _folder(value: object) -> Path:
    return Path(_text(value))


def _folders(value: object) -> tuple[Path | None, ...]:
    """Different ones, of which None stands for what comes with Earmark."""
    if not isinstance(value, list):
        raise ValueError
    return tuple(dict.fromkeys(None if each is None else _folder(each) for each in value))[:MAX_FORMER]


def _columns(value: Any) -> tuple[tuple[str, int], ...]:
    width_px = _whole(1, MAX_COLUMN_PX)
    columns = tuple((_text(name), width_px(width)) for name, width in value)
    if len({name for name, _ in columns}) < len(columns):
        raise ValueError
    return columns


def _mapping(value: object) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _keys(value: object) -> dict[str, tuple[str, ...]]:
    return {_text(command): _texts(sequences) for command, sequences in _mapping(value).items()}


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError
    return tuple(map(_text, value))


def _window(value: object) -> dict[str, str]:
    return {_text(part): _text(state) for part, state in _mapping(value).items()}


_READERS: dict[str, Callable[[Any], object]] = {
    "theme": _one_of(*get_args(ThemeChoice)),
    "output_device": _text,
    "input_device": _text,
    "gain_db": _gain,
    "level_matching": _truth,
    "play_on_select": _truth,
    "play_from_moment": _truth,
    "loop": _truth,
    "pause_indexing_while_playing": _truth,
    "workers": _whole(1, MAX_WORKERS),
    "network_folder": _folder,
    "former_networks": _folders,
    "compute": _one_of(*get_args(Compute)),
    "colour_map": _one_of(*get_args(ColourMap)),
    "range_db": _number(*RANGES_DB),
    "heat_map": _truth,
    "columns": _columns,
    "keys": _keys,
    "window": _window,
}
