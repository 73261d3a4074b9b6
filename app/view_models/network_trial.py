"""What two networks found first for the same questions, as `earmark-train trial` wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.view_models.learned_tags import ShownSound
from app.view_models.wording import moment
from engine.errors import EngineError, display_path

RESULT = "trial.json"


@dataclass(frozen=True)
class TriedQuestion:
    """The first sounds of each network for one question; `same` of them are among both."""

    query: str
    present: tuple[ShownSound, ...]
    new: tuple[ShownSound, ...]
    same: int


@dataclass(frozen=True)
class NetworkTrial:
    """present, new : what the networks are called
    files : sounds that both listened to; paths : by ShownSound.file_id
    """

    present: str
    new: str
    files: int
    questions: tuple[TriedQuestion, ...]
    paths: Mapping[int, Path]


def read_trial(run_folder: Path) -> NetworkTrial:
    """Raises EngineError if there is none, or no sense in it."""
    try:
        found = json.loads((run_folder / RESULT).read_text(encoding="utf-8"))
        paths: dict[int, Path] = {}
        questions = tuple(
            TriedQuestion(each["query"], _shown(each["present"], paths), _shown(each["new"], paths), each["same"])
            for each in found["questions"]
        )
        return NetworkTrial(found["present"], found["new"], found["files"], questions, paths)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(
            f"What both networks found cannot be read from {display_path(run_folder)}; nothing else is lost, try again."
        ) from error


def _shown(hits: list[dict[str, Any]], paths: dict[int, Path]) -> tuple[ShownSound, ...]:
    """Files are numbered by their place in the library that was tried in, the same for both networks."""
    shown = []
    for hit in hits:
        path = paths.setdefault(int(hit["file_id"]), Path(hit["path"]))
        shown.append(
            ShownSound(
                int(hit["file_id"]),
                display_path(path.name),
                display_path(path.parent),
                moment(hit["start_s"], hit["end_s"]),
                hit["start_s"],
                hit["end_s"],
                hit["score"],
            )
        )
    return tuple(shown)
