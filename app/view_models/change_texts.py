"""What a person has just changed, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.view_models.plain_text import one_line
from app.view_models.wording import counted

FileIds = Sequence[int]


def tags_given(tags: Sequence[str], file_ids: FileIds) -> str:
    """“dog” given to 12 files."""
    return f"{_named(tags)} given to {counted(len(file_ids), 'file')}."


def tag_taken(tag: str, file_ids: FileIds) -> str:
    return f"{_named([tag])} taken from {counted(len(file_ids), 'file')}."


def tag_renamed(tag: str, new_name: str) -> str:
    return f"{_named([tag])} is called {_named([new_name])} now."


def tag_dropped(tag: str) -> str:
    return f"{_named([tag])} taken from every file."


def accepted(judged: Mapping[str, FileIds]) -> str:
    return f"{_named(list(judged))} accepted for {_files_of(judged)}."


def rejected(judged: Mapping[str, FileIds]) -> str:
    return f"{_named(list(judged))} rejected for {_files_of(judged)}."


def rated(stars: int | None, file_ids: FileIds) -> str:
    files = counted(len(file_ids), "file")
    return f"{counted(stars, 'star')} given to {files}." if stars else f"Rating taken from {files}."


def favourites(file_ids: FileIds) -> str:
    return f"Favourites changed: {counted(len(file_ids), 'file')}."


def examples_given(tag: str, likes: int, unlikes: int) -> str:
    parts = [f"{counted(likes, 'sound')} like it"] if likes else []
    if unlikes:
        parts.append(f"{counted(unlikes, 'sound')} not like it")
    return f"{_named([tag])} learns from {' and '.join(parts)}."


def examples_taken_back(tag: str, file_ids: FileIds) -> str:
    return f"{_named([tag])} learns from {counted(len(file_ids), 'sound')} no more; files keep the tag."


def examples_forgotten(tag: str) -> str:
    return f"{_named([tag])} learns no more; files that have it keep it."


def undone(sentence: str) -> str:
    return f"Undone: {sentence}"


def _named(tags: Sequence[str]) -> str:
    return f"“{one_line(tags[0])}”" if len(tags) == 1 else counted(len(tags), "tag")


def _files_of(judged: Mapping[str, FileIds]) -> str:
    return counted(len(set[int]().union(*judged.values())), "file")
