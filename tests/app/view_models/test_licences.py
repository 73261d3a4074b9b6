from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path

import pytest

from app.view_models.licences import UNKNOWN, licence_of, licences, needed_names


@pytest.fixture
def package(tmp_path: Path):
    """Makes an installed package of these lines of metadata."""

    def make(*lines: str) -> Distribution:
        folder = tmp_path / "some-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("\n".join(["Metadata-Version: 2.4", "Name: some", "Version: 1.0", *lines]))
        return Distribution.at(folder)

    return make


def test_what_earmark_stands_on_is_there_by_name_with_version_and_licence() -> None:
    found = {entry.name.lower(): entry for entry in licences()}
    assert {"torch", "numpy", "pyside6_essentials", "shiboken6", "sounddevice"} <= found.keys()
    assert "LGPL" in found["pyside6_essentials"].licence
    assert all(entry.version and entry.licence for entry in found.values())
    assert list(found) == sorted(found, key=lambda name: name.replace("_", "-"))


def test_what_only_tests_and_training_need_is_not() -> None:
    names = {entry.name.lower() for entry in licences()}
    assert names.isdisjoint({"pytest", "ruff", "mypy", "scikit-learn", "earmark"})


def test_a_package_that_is_not_installed_stands_on_nothing() -> None:
    assert licences("no-such-package-anywhere") == ()


def test_names_are_read_from_requirements(package) -> None:
    about = package(
        "Requires-Dist: torch==2.13.*",
        "Requires-Dist: sqlite-utils >=4.2",
        'Requires-Dist: tzdata; sys_platform == "win32"',
        "Requires-Dist: PySide6.Addons[all]<7",
        'Requires-Dist: pytest>=9; extra == "dev"',
    )
    assert needed_names(about) == {"torch", "sqlite-utils", "tzdata", "PySide6.Addons"}
    assert needed_names(None) == set()


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        (["License-Expression: MIT OR Apache-2.0", "License: MIT"], "MIT OR Apache-2.0"),
        (["License: BSD 3-Clause"], "BSD 3-Clause"),
        (["License: Permission is hereby granted, " + "free of charge, " * 9], UNKNOWN),
        (["Classifier: License :: OSI Approved :: ISC License", "Classifier: Topic :: Sound"], "ISC License"),
        ([], UNKNOWN),
    ],
)
def test_a_licence_is_said_in_a_few_words(package, lines: list[str], licence: str) -> None:
    assert licence_of(package(*lines)) == licence
