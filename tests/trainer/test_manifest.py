from __future__ import annotations

from pathlib import Path

import pytest

from tests.small_corpora import make_clip
from trainer.errors import TrainerError
from trainer.manifest import Clip, mentions, read_manifest, split_by_source, without_licences

TITLES = "path,source,recording,label,caption,seconds,licence"


def write_manifest(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "train.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_become_clips_in_their_order(tmp_path: Path) -> None:
    path = write_manifest(
        tmp_path, TITLES, 'train/b.opus,farm,b.wav,hen,"a hen, clucking",2.5,CC0', "train/a.opus,zoo,a.wav,,,1,MIT"
    )
    assert read_manifest(path) == [
        Clip(tmp_path / "train/b.opus", "farm", "b.wav", "hen", "a hen, clucking", 2.5, "CC0"),
        Clip(tmp_path / "train/a.opus", "zoo", "a.wav", "", "", 1.0, "MIT"),
    ]


def test_columns_may_stand_in_any_order_and_more_may_follow(tmp_path: Path) -> None:
    path = write_manifest(
        tmp_path, "seconds,licence,extra,path,source,recording,label,caption", "1,CC0,?,a.wav,zoo,a,hen,a hen"
    )
    assert read_manifest(path) == [Clip(tmp_path / "a.wav", "zoo", "a", "hen", "a hen", 1.0, "CC0")]


def test_a_manifest_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"There is no manifest .*train\.csv\.$"):
        read_manifest(tmp_path / "train.csv")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = write_manifest(tmp_path, "path,source,recording,label,caption,seconds", "a.wav,zoo,a,hen,a hen,1")
    with pytest.raises(TrainerError, match="has no column 'licence'"):
        read_manifest(path)


def test_a_length_that_is_no_number_is_shown(tmp_path: Path) -> None:
    path = write_manifest(tmp_path, TITLES, "a.wav,zoo,a,hen,a hen,long,CC0")
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
