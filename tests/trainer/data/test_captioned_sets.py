from __future__ import annotations

import json
from pathlib import Path

from tests.tones import write_sound
from trainer.data.captioned_sets import read_audiocaps, read_clotho, read_macs, read_wavcaps


def put(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)


def test_audiocaps_has_a_clip_for_each_sound_with_all_that_was_said_of_it(tmp_path: Path) -> None:
    put(
        tmp_path / "dataset" / "test.csv",
        "audiocap_id,youtube_id,start_time,caption\n"
        '1,-abcdefghij,20,"Wind blows, a dog barks"\n2,zyxwvutsrqp,130,A bell rings\n'
        "3,-abcdefghij,20,A dog in the wind\n",
    )
    sound = write_sound(tmp_path / "test" / "Y-abcdefghij.wav", seconds=0.1)
    there, missing = read_audiocaps(tmp_path, "test")
    assert (there.path, there.recording) == (sound, "youtube:-abcdefghij")
    assert there.captions == ("Wind blows, a dog barks", "A dog in the wind")
    assert not missing.path.exists()
    assert missing.captions == ("A bell rings",)


def test_clothos_tables_have_a_space_too_many_another_encoding_and_names_that_no_disk_takes(tmp_path: Path) -> None:
    put(
        tmp_path / "clotho_captions_development.csv",
        "file_name,caption_1,caption_2,caption_3,caption_4,caption_5\n"
        "Rain: on tin.wav,one,two,three,four,five\nbell .wav,a,b,c,d,e\n",
    )
    put(
        tmp_path / "clotho_metadata_development.csv",
        "file_name,keywords,sound_id,sound_link,start_end_samples,manufacturer,license\n"
        'Rain: on tin.wav,rain;tin,1234,link,"[0, 9]",Frédéric,CC0\nbell .wav,,Not found,,,,\n',
        encoding="latin-1",
    )
    rain = write_sound(tmp_path / "development" / "Rain_on tin.wav", seconds=0.1)
    bell = write_sound(tmp_path / "development" / "bell .wav", seconds=0.1)
    first, second = read_clotho(tmp_path, "development")
    assert (first.path, first.recording, first.licence) == (rain, "freesound:1234", "CC0")
    assert first.captions == ("one", "two", "three", "four", "five")
    assert (second.path, second.recording) == (bell, "clotho:bell .wav")


def test_macs_sentences_of_all_annotators_and_recordings_by_location(tmp_path: Path) -> None:
    put(
        tmp_path / "MACS.yaml",
        "files:\n- filename: metro_station-paris-3-12-a.wav\n  annotations:\n"
        "  - annotator_id: 8\n    sentence: a train comes\n    tags: [train, adults_talking]\n"
        "  - annotator_id: 9\n    sentence: people wait\n    tags: [train]\n",
    )
    sound = write_sound(tmp_path / "TAU.audio.1" / "audio" / "metro_station-paris-3-12-a.wav", seconds=0.1)
    (clip,) = read_macs(tmp_path, "development")
    assert (clip.path, clip.recording, clip.label) == (sound, "tau:metro_station-paris-3", "metro station")
    assert clip.captions == ("a train comes", "people wait")
    assert clip.labels == ("train", "adults talking")


def test_wavcaps_recordings_are_those_of_the_collections_it_was_made_from(tmp_path: Path) -> None:
    for name, sound_id in {"AudioSet_SL/as": "Y-abcdefghij.wav", "FreeSound/fsd": "77", "SoundBible/sb": "9"}.items():
        described = {"id": sound_id, "caption": "A bell.", "audio": "wav_path", "duration": 9.5}
        stored = {"num_captions_per_audio": 1, "data": [described]}
        put(tmp_path / "json_files" / f"{name}_final.json", json.dumps(stored))
    sound = write_sound(tmp_path / "Zip_files" / "AudioSet_SL_flac" / "Y-abcdefghij.flac", seconds=0.1)
    write_sound(tmp_path / "Zip_files" / "SoundBible" / "77.flac", seconds=0.1)  # another sound of this number
    (video,) = read_wavcaps(tmp_path, "AudioSet_SL")
    assert (video.path, video.recording, video.seconds) == (sound, "youtube:-abcdefghij", 9.5)
    (freesound,) = read_wavcaps(tmp_path, "FreeSound")
    assert freesound.recording == "freesound:77"
    assert not freesound.path.exists()
    assert [clip.recording for clip in read_wavcaps(tmp_path, "SoundBible")] == ["soundbible:9"]
