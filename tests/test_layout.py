"""The house itself: what lies where, what a fresh clone relies on, and what must never be checked in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import cli

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("app", "engine", "trainer", "resources", "tests", "packaging", "benchmarks", "docs")
DOCUMENTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "docs/architecture.md", "docs/file-formats.md")
MADE_HERE = {"build", "dist", "runs", "__pycache__"}  # never part of a clone, as hidden folders but .ci are not

WEIGHT_SUFFIXES = {".safetensors", ".onnx", ".pt", ".pth", ".bin", ".ckpt", ".npy", ".npz", ".h5"}
MAX_WEIGHTS_BYTES = 40_000_000

# Engine modules that have no test file of their own. This list only shrinks.
WITHOUT_TEST_FILE: set[str] = set()

PACKAGE_HOSTS = ("pypi" + ".org", "python" + "hosted.org", "download.py" + "torch.org", "conda" + ".anaconda.org")
MACHINE_PATHS = (re.escape(f"{ROOT}/"), r"/root/", r"/home/\w+/", r"/Users/\w+/", r"[A-Z]:\\Users\\")


def repository_files() -> list[Path]:
    """Everything that is or would be checked in; where there is no git, everything that make did not put there."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode == 0:
        return [ROOT / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    return list(_walk(ROOT))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if not entry.is_dir():
            yield entry
        elif entry.name not in MADE_HERE and (entry.name == ".ci" or not entry.name.startswith(".")):
            yield from _walk(entry)


def text_files() -> Iterator[tuple[Path, str]]:
    for path in repository_files():
        if not path.is_file():
            continue  # deleted here, not yet in git
        content = path.read_bytes()
        if b"\0" not in content:
            yield path, content.decode()


def offences(pattern: str) -> list[str]:
    """`file:line` of every place in the repository's text, this file excepted, that matches."""
    found = []
    for path, text in text_files():
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if re.search(pattern, line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_room_of_the_house_exists(folder: str) -> None:
    assert any((ROOT / folder).iterdir())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_document_exists(document: str) -> None:
    assert (ROOT / document).stat().st_size > 0


@pytest.mark.parametrize("folder", ["tests", "packaging", "benchmarks"])
def test_folders_that_are_not_packages_hold_no_init_file(folder: str) -> None:
    # tests/app/__init__.py would shadow `app`, packaging/__init__.py the library `packaging` that pytest needs
    assert list((ROOT / folder).rglob("__init__.py")) == []


def test_every_engine_module_has_its_test_file() -> None:
    missing = set()
    for module in (ROOT / "engine").rglob("*.py"):
        if module.name == "__init__.py":
            continue
        inside = module.relative_to(ROOT / "engine")
        nested = ROOT / "tests" / "engine" / inside.parent / f"test_{inside.name}"
        flat = ROOT / "tests" / "engine" / f"test_{'_'.join(inside.parts)}"
        if not nested.is_file() and not flat.is_file():
            missing.add(inside.as_posix())
    assert missing == WITHOUT_TEST_FILE


def test_the_map_names_every_engine_module() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"\b\w+\.py\b", text))
    modules = {path.name for path in (ROOT / "engine").glob("*.py") if path.name != "__init__.py"}
    assert modules - named == set()


def test_readme_shows_every_command_and_no_other() -> None:
    shown = set(re.findall(r"^    earmark ([a-z-]+)", (ROOT / "README.md").read_text(), flags=re.MULTILINE))
    groups = {group.name for group in cli.app.registered_groups}
    assert shown == {command.name for command in cli.app.registered_commands} | groups


def test_readme_begins_with_the_commands() -> None:
    commands = re.findall(r"^(?:    )?make (\w+)", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    assert commands[:3] == ["run", "demo", "test"]


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", ".ci/run", "docs/architecture.md"])
def test_every_make_target_that_is_named_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    text = (ROOT / document).read_text()
    named = set(re.findall(r"(?:`|^ *|step )make (?:--[\w-]+ )*([a-z-]+)\b", text, flags=re.MULTILINE))
    assert named - targets == set()


def test_scripts_can_be_executed() -> None:
    scripts = [ROOT / ".ci" / "run", *(ROOT / "packaging").glob("*.sh")]
    assert [script.name for script in scripts if not os.access(script, os.X_OK)] == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    pinned = {_normalised(line.split("==")[0]) for line in lines}
    assert {_normalised(re.split(r"[^\w-]", name)[0]) for name in wanted} - pinned == set()


def _normalised(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def test_no_path_of_one_machine_is_checked_in() -> None:
    assert offences("|".join(MACHINE_PATHS)) == []


def test_no_package_host_is_checked_in() -> None:
    # where packages come from is the business of the machine's own pip settings
    assert offences("|".join(re.escape(host) for host in PACKAGE_HOSTS)) == []


def test_all_weights_together_stay_small() -> None:
    weights = [path for path in repository_files() if path.suffix.lower() in WEIGHT_SUFFIXES and path.is_file()]
    assert sum(path.stat().st_size for path in weights) <= MAX_WEIGHTS_BYTES


def test_app_loads_no_network_and_no_index_at_start() -> None:
    # the window has to be on screen before anything heavy is imported
    script = (
        "import importlib, pkgutil, sys, app\n"
        "for module in pkgutil.walk_packages(app.__path__, 'app.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(*{'torch', 'transformers', 'hnswlib'}.intersection(sys.modules))\n"
    )
    child = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert child.stdout.split() == []
