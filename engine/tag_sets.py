"""Personal tags as a JSON file: to keep, to give to somebody, to learn again with another network.

A tag is its name, the examples it was learned from, and what was learned, which means something to one network only,
the one of `checkpoint_id`. An example is named by its path and by the hash of its sound, so that it is found again
where the path is another one. Every field is described in docs/file-formats.md.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np

from engine.errors import EngineError, display_path
from engine.personal_tags import Kind, PersonalTag, Quality, Scorer

FORMAT = "earmark personal tags"
VERSION = 1
STORED_TYPE = np.dtype("<f4")


@dataclass(frozen=True)
class NamedExample:
    """A file, or its part from `start_s` to `end_s` (None: its end). `content_id` : the hash of its sound, if known."""

    path: Path
    start_s: float = 0.0
    end_s: float | None = None
    content_id: bytes | None = None


@dataclass(frozen=True)
class NamedTag:
    """`learned` is None for a tag that is to be learned from its examples first."""

    name: str
    likes: tuple[NamedExample, ...] = ()
    unlikes: tuple[NamedExample, ...] = ()
    learned: PersonalTag | None = None


@dataclass(frozen=True)
class TagSet:
    checkpoint_id: str
    tags: tuple[NamedTag, ...]

    def learned_with(self, checkpoint_id: str) -> TagSet:
        """What of it holds for this network: of another one the names and the examples."""
        if checkpoint_id == self.checkpoint_id:
            return self
        return TagSet(checkpoint_id, tuple(NamedTag(tag.name, tag.likes, tag.unlikes) for tag in self.tags))


def to_json(tags: TagSet) -> str:
    """Letters that UTF-8 has no form for, as file names may have them, are kept as escapes."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "checkpoint_id": tags.checkpoint_id,
        "tags": [_tag_to_dict(tag) for tag in tags.tags],
    }
    return json.dumps(content, indent=2) + "\n"


def from_json(text: str, path: Path) -> TagSet:
    """Raises EngineError, which names `path`, for anything else than what `to_json` makes."""
    with _in_one_sentence(path):
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError("it is not a set of tags")
        if content["version"] > VERSION:
            raise ValueError("it is from a newer Earmark; please update Earmark")
        return TagSet(_text(content["checkpoint_id"]), tuple(_tag_from_dict(tag) for tag in content["tags"]))


def _tag_to_dict(tag: NamedTag) -> dict[str, Any]:
    return {
        "name": tag.name,
        "like": [_example_to_dict(example) for example in tag.likes],
        "unlike": [_example_to_dict(example) for example in tag.unlikes],
        "learned": _learned_to_dict(tag.learned) if tag.learned else None,
    }


def _tag_from_dict(tag: dict[str, Any]) -> NamedTag:
    name = _text(tag["name"]).strip()
    if not name:
        raise ValueError("a tag has no name")
    likes, unlikes = (tuple(_example_from_dict(one) for one in tag[side]) for side in ("like", "unlike"))
    return NamedTag(name, likes, unlikes, _learned_from_dict(tag["learned"]) if tag["learned"] else None)


def _example_to_dict(example: NamedExample) -> dict[str, Any]:
    return {
        "path": str(example.path),
        "start_s": example.start_s,
        "end_s": example.end_s,
        "sound": example.content_id.hex() if example.content_id else None,
    }


def _example_from_dict(example: dict[str, Any]) -> NamedExample:
    start_s, end_s = float(example["start_s"]), None if example["end_s"] is None else float(example["end_s"])
    if not 0.0 <= start_s < (math.inf if end_s is None else end_s):
        raise ValueError(f"no part of a sound lies between {start_s} s and {end_s} s")
    content_id = bytes.fromhex(example["sound"]) if example["sound"] else None
    return NamedExample(Path(_text(example["path"])), start_s, end_s, content_id)


def learned_to_json(tag: PersonalTag) -> str:
    """As it stands in a file of personal tags."""
    return json.dumps(_learned_to_dict(tag))


def learned_from_json(text: str) -> PersonalTag:
    """What `learned_to_json` made of it. Raises ValueError for anything else."""
    try:
        return _learned_from_dict(json.loads(text))
    except (TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("it is not as Earmark writes it") from error


def _learned_to_dict(tag: PersonalTag) -> dict[str, Any]:
    return {
        "kind": tag.kind,
        "weights": _numbers_to_text(tag.scorer.weights),
        "bias": tag.scorer.bias,
        "keys": [_numbers_to_text(key) for key in tag.scorer.keys],
        "values": tag.scorer.values.tolist(),
        "threshold": tag.threshold,
        "quality": vars(tag.quality),
    }


def _learned_from_dict(learned: dict[str, Any]) -> PersonalTag:
    if learned["kind"] not in get_args(Kind):
        raise ValueError(f"a tag was learned in an unknown manner, {learned['kind']!r}")
    weights = _numbers_from_text(learned["weights"])
    keys = [_numbers_from_text(key) for key in learned["keys"]]
    values = np.array(learned["values"], dtype=np.float32)
    if any(key.shape != weights.shape for key in keys) or values.shape != (len(keys),):
        raise ValueError("what a tag learned does not fit together")
    numbers = (float(learned["bias"]), float(learned["threshold"]))
    if not (np.isfinite(numbers).all() and np.isfinite(values).all()):
        raise ValueError("a number is not finite")
    keys_side_by_side = np.stack(keys) if keys else np.empty((0, len(weights)), np.float32)
    quality = Quality(**{name: int(number) for name, number in learned["quality"].items()})
    return PersonalTag(learned["kind"], Scorer(weights, numbers[0], keys_side_by_side, values), numbers[1], quality)


def _numbers_to_text(numbers: np.ndarray) -> str:
    return base64.b64encode(numbers.astype(STORED_TYPE).tobytes()).decode("ascii")


def _numbers_from_text(text: str) -> np.ndarray:
    numbers = np.frombuffer(base64.b64decode(text, validate=True), STORED_TYPE).astype(np.float32)
    if not len(numbers) or not np.isfinite(numbers).all():
        raise ValueError("a number is missing or not finite")
    return numbers


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} should be text")
    return value


@contextmanager
def _in_one_sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        reason = str(error) if type(error) is ValueError else "it is not as Earmark writes it"
        raise EngineError(f"{display_path(path)} holds no tags that can be taken over: {reason}.") from error
