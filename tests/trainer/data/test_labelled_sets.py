from __future__ import annotations

import json
from pathlib import Path

from tests.tones import write_sound
from trainer.data.labelled_sets import (
    read_esc50,
    read_fsd50k,
    read_gtzan_genres,
    read_gtzan_speech,
    read_nsynth,
    read_speech_commands,
    read_urbansound8k,
)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_fsd50k_takes_its_captions_from_title_and_description(tmp_path: Path) -> None:
    put(
        tmp_path / "FSD50K.ground_truth" / "dev.csv",
        "fname,labels,mids,split\n"
        '64760,"Electric_guitar,Guitar,Music","/m/02sgy,/m/0342h,/m/04rlf",train\n16399,Bark,/m/05tny_,val\n',
    )
    put(tmp_path / "FSD50K.ground_truth" / "eval.csv", "fname,labels,mids\n37199,Bark,/m/05tny_\n")
    said = {"title": "guitar_riff.wav", "description": "A riff,\r\nplayed <b>twice</b> &amp; slowly!", "license": "CC0"}
    put(tmp_path / "FSD50K.metadata" / "dev_clips_info_FSD50K.json", json.dumps({"64760": said}))
    sound = write_sound(tmp_path / "FSD50K.dev_audio" / "64760.wav", seconds=0.1)
    (clip,) = read_fsd50k(tmp_path, "train")
    assert (clip.path, clip.recording, clip.licence) == (sound, "freesound:64760", "CC0")
    assert clip.caption == "guitar_riff.wav. A riff, played twice & slowly!"
    assert (clip.label, clip.labels) == ("Electric guitar", ("Electric guitar", "Guitar", "Music"))
    assert [each.recording for each in read_fsd50k(tmp_path, "val")] == ["freesound:16399"]
    (clip,) = read_fsd50k(tmp_path, "eval")  # without what uploaders said
    assert (clip.recording, clip.captions) == ("freesound:37199", ())


def test_esc50_and_urbansound_tell_the_recording_and_the_fold(tmp_path: Path) -> None:
    put(
        tmp_path / "meta" / "esc50.csv",
        "filename,fold,target,category,esc10,src_file,take\n"
        "1-100032-A-0.wav,1,0,dog,True,100032,A\n2-5-B-36.wav,2,36,vacuum_cleaner,False,5,B\n",
    )
    (clip,) = read_esc50(tmp_path, "fold2")
    assert clip.path == tmp_path / "audio" / "2-5-B-36.wav"
    assert (clip.recording, clip.label, clip.split) == ("freesound:5", "vacuum cleaner", "fold2")
    put(
        tmp_path / "metadata" / "UrbanSound8K.csv",
        "slice_file_name,fsID,start,end,salience,fold,classID,class\n"
        "100032-3-0-0.wav,100032,0.0,0.317551,1,5,3,dog_bark\n100263-2-0-117.wav,100263,58.5,62.5,1,10,2,children_playing\n",
    )
    (clip,) = read_urbansound8k(tmp_path, "fold10")
    assert clip.path == tmp_path / "audio" / "fold10" / "100263-2-0-117.wav"
    assert (clip.recording, clip.label) == ("freesound:100263", "children playing")


def test_gtzan_in_a_folder_for_each_genre_with_or_without_the_list_of_those_without_fault(tmp_path: Path) -> None:
    paths = [
        write_sound(tmp_path / "genres_original" / genre / f"{genre}.0000{number}.wav", seconds=0.1)
        for genre in ("blues", "jazz")
        for number in (0, 1)
    ]
    clips = read_gtzan_genres(tmp_path, "train")
    assert [(clip.path, clip.label) for clip in clips] == list(
        zip(paths, ("blues", "blues", "jazz", "jazz"), strict=True)
    )
    assert read_gtzan_genres(tmp_path, "test") == []
    put(tmp_path / "test_filtered.txt", "jazz/jazz.00001.wav\n")
    assert [clip.path for clip in read_gtzan_genres(tmp_path, "test")] == [paths[3]]
    music = write_sound(tmp_path / "own" / "music_wav" / "bagpipe.wav", seconds=0.1)
    speech = write_sound(tmp_path / "own" / "speech_wav" / "allison.wav", seconds=0.1)
    clips = read_gtzan_speech(tmp_path / "own", "train")
    assert [(clip.path, clip.label) for clip in clips] == [(music, "music"), (speech, "speech")]


def test_nsynths_instruments_are_recordings(tmp_path: Path) -> None:
    note = {
        "instrument_str": "synth_lead_011",
        "instrument_family_str": "synth_lead",
        "qualities_str": ["fast_decay"],
        "pitch": 50,
    }
    put(tmp_path / "nsynth-valid" / "examples.json", json.dumps({"synth_lead_011-050-075": note}))
    (clip,) = read_nsynth(tmp_path, "valid")
    assert clip.path == tmp_path / "nsynth-valid" / "audio" / "synth_lead_011-050-075.wav"
    assert (clip.recording, clip.label, clip.labels) == ("synth_lead_011", "synth lead", ("fast decay",))


def test_speech_commands_that_are_in_neither_list_are_for_training(tmp_path: Path) -> None:
    for name in ("cat/aa_nohash_0", "cat/bb_nohash_0", "cat/cc_nohash_0", "_background_noise_/pink_noise"):
        write_sound(tmp_path / f"{name}.wav", seconds=0.1)
    put(tmp_path / "validation_list.txt", "cat/bb_nohash_0.wav\n")
    put(tmp_path / "testing_list.txt", "cat/cc_nohash_0.wav\ncat/gone_nohash_0.wav\n")
    (clip,) = read_speech_commands(tmp_path, "train")
    assert (clip.path, clip.label, clip.recording) == (tmp_path / "cat" / "aa_nohash_0.wav", "cat", "aa")
    assert [each.recording for each in read_speech_commands(tmp_path, "testing")] == ["cc", "gone"]
