from __future__ import annotations

from pathlib import Path

import pytest

from tests.tones import write_sound
from trainer.data.layouts import gather
from trainer.data.own_folder import read_own_folder
from trainer.errors import TrainerError


@pytest.mark.parametrize("header", ["path,caption", "file_name,text", "File,Description,Label"])
def test_a_table_says_what_the_sounds_beside_it_are(header: str, tmp_path: Path) -> None:
    more = ",dog" if header.endswith("Label") else ""
    rows = [f"yard/bark.wav,a dog barks{more}", f"yard/bark.wav,two barks{more}", f"rain.wav, rain falls {more}"]
    (tmp_path / "captions.csv").write_text("\n".join([header, *rows]))
    for name in ("yard/bark.wav", "rain.wav", "unknown.wav"):
        write_sound(tmp_path / name, seconds=0.2)
    bark, rain, unknown = sorted(gather("folder", tmp_path).clips, key=lambda clip: clip.path.stem)[:3]
    assert bark.captions == ("a dog barks", "two barks")
    assert (bark.source, bark.recording, bark.seconds) == ("yard", "yard/bark.wav", 0.2)
    assert bark.label == ("dog" if more else "")
    assert (rain.captions, rain.source) == (("rain falls",), tmp_path.name)
    assert unknown.captions == ()


def test_a_text_file_beside_a_sound_has_a_caption_a_line(tmp_path: Path) -> None:
    write_sound(tmp_path / "bell.wav", seconds=0.1)
    (tmp_path / "bell.txt").write_text("a bell\n\na small bell rings\n")
    (clip,) = read_own_folder(tmp_path, "train")
    assert clip.captions == ("a bell", "a small bell rings")


def test_where_nothing_is_said_one_learns_how_to_say_it(tmp_path: Path) -> None:
    write_sound(tmp_path / "bell.wav", seconds=0.1)
    with pytest.raises(TrainerError, match=r"write a table captions\.csv with the columns path and caption, or"):
        gather("folder", tmp_path)


def test_a_table_without_captions_is_refused(tmp_path: Path) -> None:
    write_sound(tmp_path / "bell.wav", seconds=0.1)
    (tmp_path / "metadata.csv").write_text("path,tempo\nbell.wav,120\n")
    with pytest.raises(TrainerError, match=r"metadata\.csv has no column caption or text or description"):
        gather("folder", tmp_path)
