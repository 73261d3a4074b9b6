from __future__ import annotations

from pathlib import Path

import pytest

from tests.small_corpora import make_clip
from trainer.errors import TrainerError
from trainer.manifest import (
    Clip,
    Event,
    mentions,
    read_manifest,
    split_by_source,
    without_licences,
    write_manifest,
)

TITLES = "path,source,recording,label,caption,seconds,licence"


def write_lines(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "train.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_become_clips_in_their_order(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path, TITLES, 'train/b.opus,farm,b.wav,hen,"a hen, clucking",2.5,CC0', "train/a.opus,zoo,a.wav,,,1,MIT"
    )
    assert read_manifest(path) == [
        Clip(tmp_path / "train/b.opus", "farm", "b.wav", "hen", "a hen, clucking", 2.5, "CC0"),
        Clip(tmp_path / "train/a.opus", "zoo", "a.wav", "", "", 1.0, "MIT"),
    ]


def test_columns_may_stand_in_any_order_and_more_may_follow(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path, "seconds,licence,extra,path,source,recording,label,caption", "1,CC0,?,a.wav,zoo,a,hen,a hen"
    )
    assert read_manifest(path) == [Clip(tmp_path / "a.wav", "zoo", "a", "hen", "a hen", 1.0, "CC0")]


def test_a_manifest_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"There is no manifest .*train\.csv\.$"):
        read_manifest(tmp_path / "train.csv")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = write_lines(tmp_path, "path,source,recording,label,caption,seconds", "a.wav,zoo,a,hen,a hen,1")
    with pytest.raises(TrainerError, match="has no column 'licence'"):
        read_manifest(path)


def test_a_length_that_is_no_number_is_shown(tmp_path: Path) -> None:
    path = write_lines(tmp_path, TITLES, "a.wav,zoo,a,hen,a hen,long,CC0")
    with pytest.raises(TrainerError, match="'long'"):
        read_manifest(path)


def test_clips_of_refused_licences_are_left_out() -> None:
    free = make_clip("zoo", "a")
    bound = Clip(Path("b"), "zoo", "b", "", "", 1.0, "not for sale")
    assert without_licences([free, bound], ["not for sale"]) == [free]


def test_no_source_is_on_both_sides_of_a_split() -> None:
    clips = [make_clip(source, f"{source}{number}") for number in range(2) for source in ("farm", "zoo", "sea")]
    rest, held_out = split_by_source(clips, ["zoo"])
    assert [clip.recording for clip in rest] == ["farm0", "sea0", "farm1", "sea1"]
    assert [clip.recording for clip in held_out] == ["zoo0", "zoo1"]


def test_a_source_that_no_clip_has_is_a_slip_of_the_pen() -> None:
    with pytest.raises(TrainerError, match="zo0"):
        split_by_source([make_clip("zoo", "a")], ["zo0"])


@pytest.mark.parametrize(
    ("label", "caption", "named"),
    [
        ("car horn", "", True),
        ("", "a car horn sounds twice", True),
        ("", "horns of many cars", True),  # whatever the endings and the order
        ("", "A Car Horn", True),
        ("car", "a car passes", False),
        ("", "a horn section plays", False),
        ("car horn far away", "", False),  # a label is another label, not a sentence
        ("cow", "cows moo", False),
        ("", "", False),
    ],
)
def test_a_clip_mentions_a_label_that_it_has_or_whose_words_its_caption_has(
    label: str, caption: str, named: bool
) -> None:
    clip = Clip(Path("a"), "zoo", "a", label, caption, 1.0, "CC0")
    assert mentions(clip, ["gong", "car horn"]) is named
    assert not mentions(clip, [])


def full_clip(tmp_path: Path) -> Clip:
    return Clip(
        tmp_path / "sounds" / "ä, b.wav",
        "zoo",
        "youtube:abc",
        "hen",
        'a hen, "clucking"',
        2.5,
        "CC0",
        other_captions=("eine Henne; gackert", "[brackets]"),
        labels=("hen", "bird, small"),
        split="fold1",
        events=(Event(0.5, 1.25, "cluck"), Event(1.0, 2.0, "step")),
    )


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".JSONL"])
def test_what_is_written_is_read_again_in_every_format(suffix: str, tmp_path: Path) -> None:
    elsewhere = Clip(tmp_path.parent / "far.wav", "farm", "b", "", "", 0.1 + 0.2, "")
    clips = [
        full_clip(tmp_path),
        elsewhere,
        Clip(tmp_path / "c.wav", "farm", "c", "", "c", 1.0, "", events=(Event(0.0, 1.0, "c"),)),
    ]
    path = tmp_path / f"all{suffix}"
    write_manifest(path, clips)
    assert read_manifest(path) == clips
    assert read_manifest(path)[0].events[0].label == "cluck"
    assert str(tmp_path) not in path.read_bytes().decode(errors="replace").replace(str(elsewhere.path), "")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_manifest_of_nothing_is_one(suffix: str, tmp_path: Path) -> None:
    write_manifest(tmp_path / f"none{suffix}", [])
    assert read_manifest(tmp_path / f"none{suffix}") == []


def test_a_folder_of_sounds_may_be_moved_with_its_manifest(tmp_path: Path) -> None:
    write_manifest(tmp_path / "here" / "all.csv", [full_clip(tmp_path / "here")])
    (tmp_path / "here").rename(tmp_path / "there")
    assert read_manifest(tmp_path / "there" / "all.csv") == [full_clip(tmp_path / "there")]


def test_seven_columns_are_written_where_seven_say_all(tmp_path: Path) -> None:
    write_manifest(tmp_path / "all.csv", [make_clip("zoo", "a", path=tmp_path / "a.wav")])
    assert (tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()[0] == TITLES


def test_all_that_was_said_of_a_clip() -> None:
    assert make_clip("zoo", "a").captions == ("a dog barks",)
    assert Clip(Path("a"), "zoo", "a", "", "", 1.0, "", other_captions=("one", "")).captions == ("one",)
    assert Clip(Path("a"), "zoo", "a", "", "", 1.0, "").captions == ()


def test_a_name_that_is_not_utf_8_needs_json(tmp_path: Path) -> None:
    clip = make_clip("zoo", "a", path=tmp_path / "b\udcff.wav")
    for suffix in (".csv", ".parquet"):
        with pytest.raises(TrainerError, match=r"is not UTF-8; a \.jsonl file can hold it"):
            write_manifest(tmp_path / f"all{suffix}", [clip])
        assert not (tmp_path / f"all{suffix}").exists()
    write_manifest(tmp_path / "all.jsonl", [clip])
    assert read_manifest(tmp_path / "all.jsonl") == [clip]
    with pytest.raises(TrainerError, match=r"ends in \.csv, \.jsonl or \.parquet"):
        write_manifest(tmp_path / "all.txt", [clip])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", f"{TITLES}\na.wav,zoo\n", "a row ends early"),
        ("a.csv", f"{TITLES}\na.wav,zoo,a,,,nan,CC0\n", "'nan' is no length"),
        ("a.csv", f"{TITLES},labels\na.wav,zoo,a,,,1,CC0,hen\n", "cannot be read"),
        ("a.csv", f"{TITLES},labels\na.wav,zoo,a,,,1,CC0,3\n", "3 is no list"),
        ("a.csv", f"{TITLES},events\na.wav,zoo,a,,,1,CC0,[[1]]\n", "cannot be read"),
        ("a.jsonl", "[1]\n", "line 1 is no JSON object"),
        ("a.jsonl", '{"path": "a.wav"}\n', "has no column 'source'"),
        ("a.jsonl", "{\n", "cannot be read"),
        ("a.parquet", "PAR1 and nothing", "cannot be read"),
    ],
)
def test_what_is_no_manifest_is_refused_in_a_sentence(name: str, content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(TrainerError, match=said):
        read_manifest(tmp_path / name)


def test_a_mark_that_spreadsheets_put_before_the_columns_is_no_letter(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"\ufeff{TITLES}\na.wav,zoo,a,,,1,CC0\n", encoding="utf-8")
    assert [clip.path.name for clip in read_manifest(tmp_path / "a.csv")] == ["a.wav"]
