from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import errors
from engine.errors import EngineError, IncompleteAudio, UnreadableAudio, display_path


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"door slam.wav", "door slam.wav"),
        ("Grüße 鳥.wav".encode(), "Grüße 鳥.wav"),
        (b"caf\xe9.wav", r"caf\xe9.wav"),
        (b"one\ntwo\x1b[31m.wav", r"one\ntwo\x1b[31m.wav"),
        ("gnp.\u202ewav".encode(), r"gnp.\u202ewav"),
        ("a\u200bb\u2028c.wav".encode(), r"a\u200bb\u2028c.wav"),
        (b"<b>&amp;.wav", "<b>&amp;.wav"),
    ],
    ids=[
        "plain",
        "other scripts",
        "not utf-8",
        "control",
        "right-to-left override",
        "invisible",
        "html stays as it is",
    ],
)
def test_a_path_is_shown_as_one_safe_line(name: bytes, shown: str) -> None:
    assert display_path(os.fsdecode(name)) == shown


def test_a_shown_path_can_always_be_encoded() -> None:
    shown = display_path(Path(os.fsdecode(b"\xff\xfe\x80.wav")))
    assert shown.encode("utf-8")


def test_an_unreadable_file_is_told_in_one_sentence_with_its_reason() -> None:
    error = UnreadableAudio(Path("sounds/a\nb.wav"), "the file is empty")
    assert str(error) == r"sounds/a\nb.wav cannot be read: the file is empty."
    assert (error.path, error.reason) == (Path("sounds/a\nb.wav"), "the file is empty")


def test_an_incomplete_file_is_listed_like_any_unreadable_one() -> None:
    with pytest.raises(UnreadableAudio, match="it ends early"):
        raise IncompleteAudio(Path("take.wav"), "it ends early")


def test_every_error_a_user_can_meet_is_caught_at_the_one_door() -> None:
    raised = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(raised) >= 6
    assert all(issubclass(error, EngineError) for error in raised)
