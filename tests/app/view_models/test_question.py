"""What is asked of the library at one time."""

from __future__ import annotations

from pathlib import Path

from app.view_models.question import Example, Question
from engine.library_rows import Scope


def test_without_words_and_example_the_library_is_browsed():
    assert Question().is_browsing
    assert Question("  ", Scope(tags=("loud",))).is_browsing
    assert not Question("dog").is_browsing
    assert not Question(example=Example(Path("dog.wav"))).is_browsing
