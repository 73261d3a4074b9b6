from __future__ import annotations

from pathlib import Path

import pytest

from trainer.data.published_folder import AbsentTable, PublishedFolder, in_words, table_at, table_rows
from trainer.errors import TrainerError


def test_tables_and_sounds_are_found_wherever_they_are_but_in_hidden_folders(tmp_path: Path) -> None:
    for name in ("b/one.FLAC", "a/one.wav", ".trash/two.wav", "meta/t.csv", "old/t.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    place = PublishedFolder(tmp_path)
    assert place.sound("three", "one") == tmp_path / "a" / "one.wav"
    assert place.sound("one", within="b") == tmp_path / "b" / "one.FLAC"
    assert place.sound("two") == tmp_path / "two.wav"  # where it would be expected
    assert place.sounds() == [tmp_path / "a" / "one.wav", tmp_path / "b" / "one.FLAC"]
    assert place.table("s.csv", "t.csv") == tmp_path / "meta" / "t.csv"
    assert len(place.tables("t.csv")) == 2
    assert not place.has("s.csv")
    assert table_at(tmp_path, "old/t.csv").exists()
    with pytest.raises(AbsentTable, match=r"holds no s\.csv or r\.csv"):
        place.table("s.csv", "r.csv")
    with pytest.raises(AbsentTable, match=r"holds no s\.csv"):
        table_at(tmp_path, "s.csv")
    with pytest.raises(TrainerError, match="There is no folder"):
        PublishedFolder(tmp_path / "nowhere")


def test_rows_that_are_too_short_or_too_long_and_spaces_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("\ufeffa\tb\n 1 \n2\t3\t4\n", encoding="utf-8")
    assert list(table_rows(tmp_path / "t.tsv", delimiter="\t")) == [{"a": "1", "b": ""}, {"a": "2", "b": "3"}]


def test_classes_in_words() -> None:
    assert in_words("Alarm_bell_ringing") == "Alarm bell ringing"
