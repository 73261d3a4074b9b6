"""`earmark-train evaluate` on manifests, and `compare`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tones import write_sound
from trainer import cli
from trainer.manifest import Clip, write_manifest


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Two classes; of the recordings half are for training."""
    clips = [
        Clip(
            write_sound(tmp_path / f"{number}.wav", hz=200.0 + 300 * number, seconds=0.7),
            "tones",
            str(number),
            "rain" if number % 2 else "wind",
            f"a tone of {200 + 300 * number} Hz",
            0.7,
            "CC0",
            split="test" if number > 5 else "train",
        )
        for number in range(8)
    ]
    write_manifest(tmp_path / "tones.csv", clips)
    return tmp_path / "tones.csv"


def test_a_manifest_is_measured_where_the_shared_folder_is_absent(
    manifest: Path, network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    arguments = ["--manifest", str(manifest), "--shared", "nowhere", "--network", str(network), "--json"]
    assert cli.main(["evaluate", "both_ways", "zero_shot", "retrieval", "unseen", *arguments, str(a)]) == 0
    said = capsys.readouterr().out
    assert "both ways: 2 captions, 0 of them of several sounds; 2 sounds from 2 recordings" in said  # the test part
    assert "unseen: not measured." in said
    assert set(json.loads(a.read_text())["tables"]) == {"retrieval", "both ways", "zero shot: all sources"}

    assert cli.main(["evaluate", "both_ways", *arguments, str(b)]) == 0
    capsys.readouterr()
    assert cli.main(["compare", str(a), str(b), "--json", str(tmp_path / "c.json")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("both ways")
    assert lines[-1] == f"B: {b}"
    assert json.loads((tmp_path / "c.json").read_text())["cells"][0]["differences"] == [0.0]


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["compare", "a.json"], 2, "nothing beside it"),
        (["compare", "a.json", "b.json"], 1, "a.json cannot be read"),
        (["evaluate", "--manifest", "none.csv", "--shared", "nowhere"], 1, "There is no manifest none.csv."),
    ],
)
def test_what_cannot_be_measured_or_compared_is_said(
    arguments: list[str],
    code: int,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == code
    assert reason in capsys.readouterr().err
