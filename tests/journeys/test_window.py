"""What a person does with the window, on its real services."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt

from app.look.theme import CLAUSE_COLOURS
from app.settings import Settings
from app.widgets.search.chip import ChipView
from engine.audio import read_audio
from engine.library import Library
from engine.paths import demo_sounds_folder
from tests.open_windows import OpenWindow, open_window

__all__ = ["open_window"]

Open = Callable[[Settings], OpenWindow]
RATE_HZ = 32_000


@pytest.fixture
def opened(open_window: Open, network: Path) -> OpenWindow:
    """A window with a small network, in which nothing has been done yet."""
    return open_window(Settings(network_folder=network))


@pytest.fixture
def filled(opened: OpenWindow, sounds: Path, write_sound: Callable[..., Path]) -> OpenWindow:
    """The same, watching a folder of three sounds."""
    for number, name in enumerate(("low.wav", "middle.wav", "high.wav")):
        write_sound(sounds / name, hz=200 * 4**number, seconds=2)
    opened.add(sounds)
    opened.wait_until(lambda: len(opened.names()) == 3 and opened.is_at_rest())
    return opened


def test_a_folder_is_dropped_a_sentence_typed_and_the_first_hit_plays_from_its_moment(open_window: Open):
    opened = open_window(Settings())
    opened.wait_until(lambda: opened.window.pages.currentWidget() is opened.window.welcome, "a greeting")
    opened.add(demo_sounds_folder())
    opened.wait_until(lambda: len(opened.names()) > 10, "rows")
    opened.wait_until(opened.is_at_rest)
    opened.type("an owl hoots")
    opened.wait_until(lambda: len(opened.window.finding.results) and opened.result(0).score, "hits")
    opened.press(Qt.Key.Key_Down)  # from the field into the list
    opened.wait_until(lambda: opened.window.playback.is_playing, "sound")
    opened.wait_until(lambda: len(opened.devices.opened) and len(opened.devices.device.sound()) > 4800, "samples")
    hit, file = opened.result(0), opened.window.audition.file
    assert file is not None
    assert hit.file_id == file.id
    assert hit.end_s is not None
    assert hit.start_s < hit.end_s
    device = opened.devices.device
    expected = read_audio(file.path, sample_rate_hz=device.rate_hz, start_s=hit.start_s, duration_s=0.1)
    heard = device.sound()[: len(expected)].mean(axis=1)
    assert np.corrcoef(heard, expected)[0, 1] > 0.9


@pytest.fixture
def mixtures(sounds: Path) -> Path:
    """A dog that barks before a bell rings, the bell before the dog, and other sounds."""
    dog, bell = (
        read_audio(demo_sounds_folder() / name, sample_rate_hz=RATE_HZ, duration_s=4.0)
        for name in ("dog barking.flac", "BELLDoor_Ding-Dong Two Tone_EMK_Demo.flac")
    )
    pause = np.zeros(RATE_HZ // 2, np.float32)
    soundfile.write(sounds / "asked.wav", np.concatenate([dog, pause, bell]), RATE_HZ)
    soundfile.write(sounds / "other.wav", np.concatenate([bell, pause, dog]), RATE_HZ)
    for number, name in enumerate(("rain loop.ogg", "car horn.ogg", "crickets.ogg", "river.opus", "applause.opus")):
        shutil.copy(demo_sounds_folder() / name, (sounds / str(number)).with_suffix(Path(name).suffix))
    return sounds


def test_sounds_in_order_are_found_in_their_colours_and_answers_are_liked_and_no_longer(
    open_window: Open, mixtures: Path
):
    opened = open_window(Settings(play_on_select=False))
    window = opened.window
    opened.add(mixtures)
    opened.wait_until(lambda: len(opened.names()) == 7 and opened.is_at_rest(), "all sounds heard")
    opened.type("dog barks then a bell rings")
    opened.wait_until(lambda: not window.finding.is_waiting and len(opened.result(0).clauses) == 2, "hits")
    opened.wait_until(lambda: len(opened.names()) == 7, "rows")
    assert opened.names()[0] == "asked.wav"
    first = window.finding.results
    margins = {name: opened.result(row).order_margin for row, name in enumerate(opened.names())}
    assert (margins["asked.wav"] or 0) > 0
    assert (margins["other.wav"] or 0) <= 0

    # the same colours from the chips to the picture
    chips = {chip.chip.text: chip.chip.colour for chip in window.search_bar.findChildren(ChipView)}
    opened.press(Qt.Key.Key_Down)
    opened.wait_until(lambda: window.inspector.file_ids == (opened.files()[0].id,), "why it matched")
    spans = window.audition.spans
    assert {span.text: span.colour for span in spans} == chips == {"dog barks": 0, "a bell rings": 1}
    dog, bell = spans
    assert dog.start_s < 4 < bell.end_s
    picture = window.sound_pane.view.grab().toImage()
    seen = {picture.pixel(x, y) for x in range(0, picture.width(), 4) for y in range(picture.height())}
    assert {CLAUSE_COLOURS[0].rgb(), CLAUSE_COLOURS[1].rgb()} <= seen

    # an answer is liked, and no longer
    opened.press(Qt.Key.Key_G)
    opened.wait_until(lambda: not window.finding.is_waiting, "an answer that heeds it")
    (liked,) = window.finding.question.liked
    assert liked.path == mixtures / "asked.wav"
    assert "liked" in {window.selecting.model.verdict(row) for row in range(7)}
    window.searching.go_back()
    opened.wait_until(lambda: not window.finding.is_waiting, "the first answer")
    assert window.finding.question.liked == ()
    assert window.finding.results.found == first.found


def test_words_are_found_at_once_and_the_networks_answer_follows(filled: OpenWindow):
    filled.type("middle")
    filled.wait_until(lambda: filled.names()[:1] == ["middle.wav"])
    filled.wait_until(lambda: filled.result(0).score is not None, "the network's answer")
    assert filled.result(0).words == ("middle",)


def test_what_happens_in_a_watched_folder_happens_in_the_list(
    filled: OpenWindow, sounds: Path, write_sound: Callable[..., Path]
):
    write_sound(sounds / "new.wav", hz=1000, seconds=1)
    filled.wait_until(lambda: "new.wav" in filled.names(), "a new file")
    (sounds / "new.wav").rename(sounds / "renamed.wav")
    filled.wait_until(lambda: "renamed.wav" in filled.names() and "new.wav" not in filled.names(), "another name")
    write_sound(sounds / "renamed.wav", hz=500, seconds=3)
    filled.wait_until(
        lambda: any(file.name == "renamed.wav" and round(file.duration_s or 0) == 3 for file in filled.files()),
        "another sound",
    )
    (sounds / "renamed.wav").unlink()
    filled.wait_until(lambda: sorted(filled.names()) == ["high.wav", "low.wav", "middle.wav"], "one file less")


def test_a_folder_that_goes_away_and_comes_back_has_lost_nothing(filled: OpenWindow, sounds: Path):
    window = filled.window
    file_id = next(file.id for file in filled.files() if file.name == "low.wav")
    window.annotating.add_tags([file_id], ["hum"])
    window.annotating.rate([file_id], 4)
    sounds.rename(sounds.with_name("elsewhere"))
    filled.wait_until(lambda: not window.folders.counts[0].root.online, "offline")
    assert len(filled.names()) == 3, "what is out of reach is listed still"
    sounds.with_name("elsewhere").rename(sounds)
    filled.wait_until(lambda: window.folders.counts[0].root.online, "online again")
    filled.wait_until(
        lambda: any((file.tags, file.stars) == (("hum",), 4) for file in filled.files() if file.id == file_id)
    )


def test_a_search_whose_process_is_killed_is_answered_all_the_same(filled: OpenWindow):
    search = filled.window.services.search
    assert search is not None
    assert search.pid is not None
    os.kill(search.pid, signal.SIGSTOP)  # so that it cannot answer before it is killed
    filled.window.searching.ask_for("rain falls")
    os.kill(search.pid, signal.SIGKILL)
    filled.wait_until(lambda: len(filled.window.finding.results) and filled.result(0).score is not None)
    assert "it is started again" in filled.said()


def test_indexing_whose_process_is_killed_comes_to_its_end(
    opened: OpenWindow, sounds: Path, write_sound: Callable[..., Path]
):
    for number in range(40):
        write_sound(sounds / f"{number:02}.wav", hz=100 + 20 * number, seconds=4)
    indexing = opened.window.services.indexing
    opened.add(sounds)
    opened.wait_until(opened.names, "the first rows")
    assert indexing is not None
    assert indexing.pid is not None
    os.kill(indexing.pid, signal.SIGKILL)
    opened.wait_until(lambda: len(opened.names()) == 40, "all rows")
    opened.wait_until(lambda: "it is started again" in opened.said())


def test_what_a_person_says_is_there_the_next_time(
    filled: OpenWindow, open_window: Open, network: Path, tmp_path: Path
):
    window = filled.window
    window.annotating.create_collection("Hums", [filled.files()[0].id])
    window.annotating.save_search("Rain", "rain falls on the roof")
    window.choices.change(play_on_select=False)
    filled.close()
    with Library(tmp_path / "library", read_only=True) as library:
        assert [(each.name, each.files) for each in library.collection_counts()] == [("Hums", 1)]
        assert [saved.query for saved in library.saved_searches.all()] == ["rain falls on the roof"]
    assert '"play_on_select": false' in (tmp_path / "settings.json").read_text()


def test_hostile_names_are_plain_text(opened: OpenWindow, sounds: Path, write_sound: Callable[..., Path]):
    source = write_sound(sounds / "plain.wav", hz=440, seconds=1)
    names = [
        b"<b>bold<img src=x>.wav",
        b"two\nlines.wav",
        "right\u202eto left.wav".encode(),
        b"\xff\xfe bytes.wav",
        b"&amp.wav",
    ]
    for name in names:
        shutil.copy(source, sounds / os.fsdecode(name))
    opened.add(sounds)
    opened.wait_until(lambda: len(opened.names()) == 1 + len(names))
    for row in range(1 + len(names)):
        opened.window.table.selectRow(row)
        opened.wait_until(lambda: opened.window.inspector.file_ids == (opened.window.table.current_id(),))
    shown = "\n".join(opened.names())
    assert "<b>bold<img src=x>.wav" in shown
    assert "two\\nlines.wav" in shown
    assert "\\u202e" in shown
    assert "\\xff" in shown


def test_without_a_sound_device_everything_else_works(open_window: Open, network: Path):
    opened = open_window(Settings(network_folder=network))
    opened.devices.plugged_in.clear()
    opened.window.playback.refresh_devices()
    opened.wait_until(lambda: opened.window.playback.reason_for_silence, "one sentence")
    opened.add(demo_sounds_folder())
    opened.wait_until(lambda: len(opened.names()) > 10)
    opened.window.table.selectRow(0)
    opened.wait_until(lambda: opened.window.inspector.file_ids, "what is known of the file")
