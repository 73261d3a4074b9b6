from __future__ import annotations

from pathlib import Path

import pytest

from tests.tones import write_sound
from trainer.data.layouts import LAYOUTS, gather
from trainer.errors import TrainerError

ESC = "filename,fold,target,category,esc10,src_file,take\n"


def make_esc50(folder: Path, *rows: str) -> Path:
    (folder / "meta").mkdir(parents=True)
    (folder / "meta" / "esc50.csv").write_text(ESC + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return folder


def test_what_is_missing_and_what_cannot_be_read_is_named_and_the_rest_has_its_length(tmp_path: Path) -> None:
    folder = make_esc50(
        tmp_path, "1-3-A-0.wav,1,0,dog,True,3,A", "1-4-A-0.wav,1,0,dog,True,4,A", "2-5-A-0.wav,2,0,dog,True,5,A"
    )
    write_sound(folder / "audio" / "1-3-A-0.wav", seconds=0.25)
    (folder / "audio" / "2-5-A-0.wav").write_bytes(b"no sound")
    gathered = gather("esc50", folder)
    assert [(clip.recording, clip.seconds, clip.split) for clip in gathered.clips] == [("freesound:3", 0.25, "fold1")]
    assert gathered.missing == [folder / "audio" / "1-4-A-0.wav"]
    assert [failure.path.name for failure in gathered.unreadable] == ["2-5-A-0.wav"]


def test_all_splits_are_those_whose_tables_are_there(tmp_path: Path) -> None:
    for split, video in {"train": "abcdefghijk", "test": "zyxwvutsrqp"}.items():
        table = f"audiocap_id,youtube_id,start_time,caption\n1,{video},0,A bell\n"
        (tmp_path / f"{split}.csv").write_text(table, encoding="utf-8")
        write_sound(tmp_path / f"{video}_0.wav", seconds=0.1)
    assert [clip.split for clip in gather("audiocaps", tmp_path).clips] == ["train", "test"]
    with pytest.raises(TrainerError, match=r"holds no val\.csv or audiocaps_val\.csv"):
        gather("audiocaps", tmp_path, "val")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_empty_folder_is_no_set(layout: str, tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="holds no "):
        gather(layout, tmp_path)


@pytest.mark.parametrize(
    ("layout", "split", "said"),
    [("esc51", "all", "no layout that is known"), ("esc50", "test", "has no split test; these it has: fold1")],
)
def test_unknown_names_are_answered_with_the_known_ones(layout: str, split: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=said):
        gather(layout, tmp_path, split)


@pytest.mark.parametrize(
    ("layout", "name", "text"),
    [
        ("esc50", "meta/esc50.csv", "filename,category\na.wav,dog\n"),
        ("audiocaps", "test.csv", "audiocap_id,youtube_id,start_time,caption\n1,x,soon,bell\n"),
        ("macs", "MACS.yaml", "files: [\n"),
        ("wavcaps", "json_files/FreeSound/fsd_final.json", '{"data": 3}'),
        ("nsynth", "nsynth-test/examples.json", "[1]"),
        ("vggsound", "vggsound.csv", "one,two\n"),
    ],
)
def test_a_table_of_another_kind_is_refused_in_a_sentence(layout: str, name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(TrainerError, match=f"is not laid out as {layout} is published|holds no sounds"):
        gather(layout, tmp_path)
