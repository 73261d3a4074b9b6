"""Where Earmark's own files lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.paths import (
    default_network_folder,
    demo_sounds_folder,
    names_undo_folder,
    resources_folder,
    tags_undo_folder,
    user_library_folder,
)


def test_resources_lie_beside_the_packages() -> None:
    assert (resources_folder() / "ontology" / "ucs.json").is_file()
    assert resources_folder().parent == Path(__file__).parents[2]
    assert default_network_folder().parent == demo_sounds_folder().parent == resources_folder()


def test_the_library_lies_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "Jörg Ünï"))

    assert user_library_folder().is_relative_to(tmp_path)
    assert "Earmark" in user_library_folder().parts
    assert not user_library_folder().exists()


def test_ways_back_lie_in_the_library(tmp_path: Path) -> None:
    assert tags_undo_folder(tmp_path) == tmp_path / "undo" / "tags"
    assert names_undo_folder(tmp_path) == tmp_path / "undo" / "names"
