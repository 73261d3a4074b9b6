from __future__ import annotations

from pathlib import Path

import pytest

from tests.tones import write_sound
from trainer.data.video_sets import read_audioset, read_audioset_strong, read_desed, read_vggsound, video_stems
from trainer.manifest import Event


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_audioset_begins_with_three_remarks_and_has_a_space_after_each_comma(tmp_path: Path) -> None:
    put(
        tmp_path / "eval_segments.csv",
        "# Segments csv created Sun Mar  5 10:54:25 2017\n# num_ytids=2, num_segs=2\n"
        "# YTID, start_seconds, end_seconds, positive_labels\n"
        '--abcdefghi, 420.000, 430.000, "/m/03v3yw,/m/0k4j"\nzyxwvutsrqp, 0.000, 10.000, "/t/dd00088"\n',
    )
    put(
        tmp_path / "class_labels_indices.csv",
        'index,mid,display_name\n0,/m/03v3yw,"Keys jangling"\n1,/m/0k4j,"Car"\n2,/t/dd00088,"Gush, spurt"\n',
    )
    sound = write_sound(tmp_path / "eval" / "Y--abcdefghi.wav", seconds=0.1)
    keys, gush = read_audioset(tmp_path, "eval")
    assert (keys.path, keys.recording, keys.split) == (sound, "youtube:--abcdefghi", "eval")
    assert keys.labels == ("Keys jangling", "Car")
    assert gush.labels == ("Gush, spurt",)
    assert keys.captions == ()


def test_audiosets_strong_labels_are_a_row_for_each_event(tmp_path: Path) -> None:
    put(
        tmp_path / "audioset_train_strong.tsv",
        "segment_id\tstart_time_seconds\tend_time_seconds\tlabel\n"
        "s9d_2nhuJCQ_30000\t2.627\t7.237\t/m/053hz1\ns9d_2nhuJCQ_30000\t0.000\t1.500\t/m/0k4j\n",
    )
    put(tmp_path / "mid_to_display_name.tsv", '/m/053hz1\tCheering\n/m/0k4j\t"Car"\n')
    sound = write_sound(tmp_path / "train" / "s9d_2nhuJCQ_30000.wav", seconds=0.1)
    (clip,) = read_audioset_strong(tmp_path, "train")
    assert (clip.path, clip.recording) == (sound, "youtube:s9d_2nhuJCQ")
    assert clip.events == (Event(0.0, 1.5, "Car"), Event(2.627, 7.237, "Cheering"))
    assert clip.labels == ("Car", "Cheering")


def test_vggsound_has_no_names_of_columns(tmp_path: Path) -> None:
    put(tmp_path / "vggsound.csv", '---g-f_I2yQ,1,"people marching, slowly",test\nzyxwvutsrqp,30,bell,train\n')
    sound = write_sound(tmp_path / "audio" / "---g-f_I2yQ_000001.wav", seconds=0.1)
    (clip,) = read_vggsound(tmp_path, "test")
    assert (clip.path, clip.label) == (sound, "people marching, slowly")
    assert [each.label for each in read_vggsound(tmp_path, "train")] == ["bell"]


@pytest.mark.parametrize(
    "name",
    ["ab_defghij-", "Yab_defghij-", "ab_defghij-_30_40", "ab_defghij-_000030", "Yab_defghij-_30.000_40.000"],
)
def test_downloaders_name_excerpts_in_these_ways(name: str) -> None:
    assert name in video_stems("ab_defghij-", 30.0, 40.0)


def test_desed_weak_strong_synthetic_and_without_labels(tmp_path: Path) -> None:
    metadata, audio = tmp_path / "dataset" / "metadata", tmp_path / "dataset" / "audio"
    name = "Yab_defghij-_30.000_40.000.wav"
    put(metadata / "train" / "weak.tsv", f"filename\tevent_labels\n{name}\tAlarm_bell_ringing,Speech\n")
    put(
        metadata / "validation" / "validation.tsv",
        f"filename\tonset\toffset\tevent_label\n{name}\t0.5\t2.25\tDog\nYzyxwvutsrqp_0.000_10.000.wav\t\t\t\n",
    )
    for part in ("synthetic21_train", "synthetic21_validation"):
        folder = "train" if part.endswith("train") else "validation"
        put(
            metadata / folder / part / "soundscapes.tsv", f"filename\tonset\toffset\tevent_label\n0.wav\t1\t2\t{part}\n"
        )
    weak = write_sound(audio / "train" / "weak_16k" / name, seconds=0.1)
    strong = write_sound(audio / "validation" / "validation" / name, seconds=0.1)
    unlabelled = write_sound(audio / "train" / "unlabel_in_domain" / "Yzyxwvutsrqp_0.000_10.000.wav", seconds=0.1)
    made = write_sound(audio / "train" / "synthetic21_train" / "soundscapes" / "0.wav", seconds=0.1)

    (clip,) = read_desed(tmp_path, "weak")
    assert (clip.path, clip.labels, clip.events) == (weak, ("Alarm bell ringing", "Speech"), ())
    assert clip.recording == "youtube:ab_defghij-"
    clip, silent = read_desed(tmp_path, "validation")
    assert (clip.path, clip.events) == (strong, (Event(0.5, 2.25, "Dog"),))
    assert (silent.labels, silent.events) == ((), ())
    assert [each.path for each in read_desed(tmp_path, "unlabel_in_domain")] == [unlabelled]
    (clip,) = read_desed(tmp_path, "synthetic21_train")
    assert (clip.path, clip.recording, clip.label) == (made, "desed:synthetic21_train/0", "synthetic21 train")
    (clip,) = read_desed(tmp_path, "synthetic21_validation")
    assert not clip.path.exists()  # the other part has a sound of the same name
