from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.tones import write_sound
from trainer import cli_data
from trainer.data.layouts import LAYOUTS
from trainer.errors import TrainerError
from trainer.manifest import Clip, read_manifest, write_manifest


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    cli_data.add_commands(app)
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if isinstance(result.exception, TrainerError):
        raise result.exception
    return result


@pytest.fixture
def vggsound(tmp_path: Path) -> Path:
    folder = tmp_path / "vggsound"
    for number, video in enumerate(("aaaaaaaaaaa", "bbbbbbbbbbb")):
        write_sound(folder / "video" / f"{video}_000010.wav", 300.0 + number, 0.2)
    (folder / "vggsound.csv").write_text(
        "aaaaaaaaaaa,10,dog barking,train\nbbbbbbbbbbb,10,rain,test\nccccccccccc,0,wind,train\n", encoding="utf-8"
    )
    return folder


def test_a_published_set_becomes_a_manifest_and_what_is_missing_is_counted(tmp_path: Path, vggsound: Path) -> None:
    said = run("manifest", "vggsound", vggsound, "--split", "train", "--out", tmp_path / "train.parquet")
    assert said.exit_code == 0
    assert "train.parquet: 1 sounds, 0.0 h, 0 captions, 1 recordings." in said.output
    assert "1 sounds are missing" in said.output
    (clip,) = read_manifest(tmp_path / "train.parquet")
    assert (clip.recording, clip.label, clip.split) == ("youtube:aaaaaaaaaaa", "dog barking", "train")


def test_the_help_names_every_layout() -> None:
    said = " ".join(run("manifest", "--help").output.replace("│", " ").split())
    assert all(f" {layout}" in said for layout in LAYOUTS)


def test_leaks_are_removed_told_and_listed(tmp_path: Path) -> None:
    sounds = [write_sound(tmp_path / f"{hz}.wav", hz, 0.2) for hz in (200, 300, 400)]
    copy = write_sound(tmp_path / "copy" / "b.wav", 300, 0.2)
    clips = [Clip(sound, "own", sound.name, "", "", 0.2, "CC0") for sound in sounds]
    write_manifest(tmp_path / "train.csv", clips)
    write_manifest(
        tmp_path / "dev.csv",
        [Clip(tmp_path / "gone.wav", "own", "200.wav", "", "", 0.2, ""), Clip(copy, "other", "x", "", "", 0.2, "")],
    )
    out, report = tmp_path / "clean.csv", tmp_path / "leaks.csv"
    said = run("leaks", tmp_path / "train.csv", "--against", tmp_path / "dev.csv", "--out", out, "--report", report)
    assert "1 of 3 sounds; removed 1 of the same recording as a measured one and 1 that sound the same" in said.output
    assert "1 sounds cannot be read: " in said.output
    assert "gone.wav (it is no longer there)" in said.output
    assert [clip.path for clip in read_manifest(out)] == [sounds[2]]
    rows = list(csv.DictReader(report.read_text(encoding="utf-8").splitlines()))
    assert [(Path(row["path"]).name, row["reason"]) for row in rows] == [
        ("200.wav", "same recording"),
        ("300.wav", "same sound"),
    ]
    said = run("leaks", tmp_path / "train.csv", "--against", tmp_path / "dev.csv", "--out", out, "--recordings-only")
    assert len(read_manifest(out)) == 2


def test_captions_are_cleaned_by_rules(tmp_path: Path) -> None:
    write_manifest(
        tmp_path / "noisy.jsonl",
        [Clip(tmp_path / "a.wav", "own", "a", "", text, 1.0, "") for text in ("dog_bark_02.wav", "24bit", "a bell")],
    )
    said = run("clean-captions", tmp_path / "noisy.jsonl", "--out", tmp_path / "clean.jsonl")
    assert "3 sounds, 2 captions; 2 sounds are described otherwise than before, 1 have no caption" in said.output
    assert [clip.caption for clip in read_manifest(tmp_path / "clean.jsonl")] == ["dog bark", "", "a bell"]
    assert not (tmp_path / "clean.answers").exists()


def test_a_manifest_is_packed_into_shards(tmp_path: Path) -> None:
    clips = [
        Clip(write_sound(tmp_path / f"{hz}.wav", hz, 0.1), "own", f"{hz}", "", f"{hz} Hz", 0.1, "") for hz in (200, 300)
    ]
    write_manifest(tmp_path / "all.csv", [*clips, Clip(tmp_path / "gone.wav", "own", "g", "", "", 0.1, "")])
    said = run("shards", tmp_path / "all.csv", "--out", tmp_path / "shards", "--clips", "1")
    assert "2 sounds are in 2 shards" in said.output
    assert "1 sounds cannot be read" in said.output
    lines = (tmp_path / "shards" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["caption"] for line in lines} == {"200 Hz", "300 Hz"}
