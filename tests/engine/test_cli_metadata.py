"""Tables, sidecars and tags inside files, from the command line."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import cli
from engine.library import Library
from engine.library_rows import FileStat
from engine.metadata import read_metadata
from tests.indexed_files import store
from tests.sound_files import make_sweep, write_with_libsndfile

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run(command, *arguments)` on the library in `tmp_path`: the exit code, the answer, the remarks."""

    def run_command(command: str, *arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main([command, *map(str, arguments), "--library", str(tmp_path / "library")])
        return (code, *capsys.readouterr())

    return run_command


@pytest.fixture
def ids(tmp_path: Path, sounds: Path) -> dict[str, int]:
    """Two sounds in the library, of which one has a tag, a caption and a collection."""
    names = ("dog.wav", "wet/rain.wav")
    with Library(tmp_path / "library") as library:
        root = library.add_root(sounds)
        for name in names:
            (sounds / name).parent.mkdir(exist_ok=True)
            write_with_libsndfile(sounds / name, make_sweep(0.2), kind="WAV")
        ids = {name: store(library, root, name, stat=FileStat.of(os.stat(sounds / name))) for name in names}
        library.add_tag([ids["wet/rain.wav"]], "roof")
        library.set_caption(ids["wet/rain.wav"], "Rain falls.")
        library.collections.add(library.collections.create("Weather").id, [ids["wet/rain.wav"]])
    return ids


def rows(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["relative_path"] for row in csv.DictReader(file)]


class TestExport:
    def test_a_table_of_everything(self, run: Run, ids, tmp_path: Path):
        code, out, _ = run("export", tmp_path / "out.csv")
        assert (code, out) == (0, f"2 files written to {tmp_path / 'out.csv'}.\n")
        assert rows(tmp_path / "out.csv") == ["dog.wav", "wet/rain.wav"]
        assert run("export", tmp_path / "out.json", "--json")[1] == '{"files": 2}\n'
        assert len(json.loads((tmp_path / "out.json").read_text())["files"]) == 2

    @pytest.mark.parametrize(
        "scope", [("--tag", "Roof"), ("--collection", "weather"), ("--folder", "wet"), ("--query", "tag:roof")]
    )
    def test_a_part_of_it(self, run: Run, ids, sounds: Path, tmp_path: Path, scope: tuple[str, str], monkeypatch):
        monkeypatch.chdir(sounds)
        assert run("export", tmp_path / "out.csv", *scope)[0] == 0
        assert rows(tmp_path / "out.csv") == ["wet/rain.wav"]

    def test_nothing_is_overwritten(self, run: Run, ids, tmp_path: Path):
        (tmp_path / "out.csv").write_text("mine")
        code, _, err = run("export", tmp_path / "out.csv")
        assert (code, (tmp_path / "out.csv").read_text()) == (1, "mine")
        assert err == f"{tmp_path / 'out.csv'} exists already and was left as it is.\n"

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            (("--collection", "none"), "There is no collection none."),
            (("--folder", "/"), "/ lies in no folder that Earmark watches."),
        ],
    )
    def test_what_is_not_there(self, run: Run, ids, tmp_path: Path, wrong: tuple[str, str], sentence: str):
        assert run("export", tmp_path / "out.csv", *wrong) == (1, "", f"{sentence}\n")
        assert not (tmp_path / "out.csv").exists()

    @pytest.mark.parametrize("wrong", [(), ("out.txt",), ("out.csv", "--sidecars"), ("out.csv", "--into", "x")])
    def test_wrong_usage(self, run: Run, ids, wrong: tuple[str, ...]):
        assert run("export", *wrong)[0] == 2

    def test_sidecars(self, run: Run, ids, sounds: Path, tmp_path: Path):
        (sounds / "dog.wav.earmark.json").write_text("mine")
        code, out, _ = run("export", "--sidecars")
        assert code == 1  # one got none, and the other was written
        assert out.splitlines()[0] == "1 sidecar written."
        assert "dog.wav: there is another file of the sidecar's name" in out
        assert (sounds / "wet" / "rain.wav.earmark.json").exists()
        assert run("export", "--sidecars", "--into", tmp_path / "out")[:2] == (0, "2 sidecars written.\n")


class TestImport:
    @pytest.fixture
    def table(self, tmp_path: Path, ids) -> Path:
        path = tmp_path / "in.csv"
        path.write_text("path,tags,caption\ndog.wav,bark,\nwet/rain.wav,roof,Hail.\ncat.wav,meow,\n")
        return path

    def test_seen_first_and_then_taken(self, run: Run, table: Path, sounds: Path, tmp_path: Path, ids):
        code, out, err = run("import", table, "--dry-run")
        assert (code, err) == (0, "The library has no cat.wav.\n")
        assert out == f"{sounds / 'dog.wav'}: tags bark\n1 file would get something new; 1 say it already.\n"
        with Library(tmp_path / "library") as library:
            assert library.tags_of(ids["dog.wav"]) == []
        assert run("import", table)[1] == "1 file got something new; 1 say it already.\n"
        with Library(tmp_path / "library") as library:
            assert library.tags_of(ids["dog.wav"]) == ["bark"]
            assert library.caption_of(ids["wet/rain.wav"]) == "Rain falls."

    def test_overwriting(self, run: Run, table: Path, tmp_path: Path, ids):
        _, out, _ = run("import", table, "--overwrite", "--json")
        changed = [json.loads(line) for line in out.splitlines()]
        assert [line.get("caption") for line in changed] == ["", "Hail.", None]
        assert changed[-1]["unknown"] == ["cat.wav"]
        with Library(tmp_path / "library") as library:
            assert library.caption_of(ids["wet/rain.wav"]) == "Hail."

    def test_what_is_no_table(self, run: Run, ids, sounds: Path):
        code, _, err = run("import", sounds / "dog.wav")
        assert code == 1
        assert "nothing was imported" in err


class TestWritingTags:
    def test_into_copies(self, run: Run, ids, sounds: Path, tmp_path: Path):
        former = (sounds / "wet/rain.wav").read_bytes()
        assert run("write-tags", sounds, "--copies", tmp_path / "out")[:2] == (0, "2 files written as copies.\n")
        assert read_metadata(tmp_path / "out/sounds/wet/rain.wav").keywords == ("roof",)
        assert (sounds / "wet/rain.wav").read_bytes() == former

    def test_into_the_files_only_when_asked_for_and_back(self, run: Run, ids, sounds: Path):
        former = (sounds / "wet/rain.wav").read_bytes()
        assert run("write-tags", sounds)[0] == 2
        code, out, _ = run("write-tags", sounds, "--in-place", "--dry-run")
        assert out.splitlines()[-1] == "1 file would be written. 1 file had nothing new to say."
        assert f"{sounds / 'wet/rain.wav'}: description Rain falls.; keywords roof" in out
        assert (sounds / "wet/rain.wav").read_bytes() == former
        assert run("write-tags", sounds, "--in-place")[0] == 0
        assert read_metadata(sounds / "wet/rain.wav").description == "Rain falls."
        assert run("write-tags", "--undo")[:2] == (0, "1 file as before.\n")
        assert (sounds / "wet/rain.wav").read_bytes() == former
        code, _, err = run("write-tags", "--undo")
        assert (code, err) == (1, "No tags were written into files in the last 30 days that could be taken back.\n")

    def test_one_bad_file_stops_nothing(self, run: Run, ids, sounds: Path, tmp_path: Path):
        (sounds / "dog.wav").write_bytes(b"RIFF")
        with Library(tmp_path / "library") as library:
            library.add_tag([ids["dog.wav"]], "bark")
        code, out, _ = run(
            "write-tags", sounds / "nowhere.wav", sounds / "dog.wav", sounds / "wet", "--in-place", "--json"
        )
        (told,) = map(json.loads, out.splitlines())
        assert (code, told["files"]) == (1, 1)
        assert [Path(failure["path"]).name for failure in told["failures"]] == ["nowhere.wav", "dog.wav"]

    @pytest.mark.parametrize(
        "wrong", [("--undo", "--in-place"), ("--undo", "--dry-run"), ("a.wav", "--copies", "x", "--in-place"), ()]
    )
    def test_wrong_usage(self, run: Run, ids, wrong: tuple[str, ...]):
        assert run("write-tags", *wrong)[0] == 2
