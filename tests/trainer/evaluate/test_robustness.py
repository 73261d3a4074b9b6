from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.tones import make_waveform
from trainer.evaluate.robustness import (
    coded_as_mp3,
    conditions,
    intruder_table,
    make_intruders,
    noisy,
    relative_loss,
    robustness_table,
    through_rate,
)
from trainer.evaluate.stimuli import rms_dbfs
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.evaluate.task import make_task
from trainer.manifest import Clip

RATE_HZ = 32_000


def share_above(y: np.ndarray, hz: float, rate_hz: int = RATE_HZ) -> float:
    power = np.abs(np.fft.rfft(y)) ** 2
    return float(power[np.fft.rfftfreq(len(y), 1 / rate_hz) > hz].sum() / power.sum())


def test_every_condition_leaves_a_sound_of_the_same_length_but_leading_silence() -> None:
    y = make_waveform(None, 1.0, RATE_HZ)
    for name, spoil in conditions().items():
        spoilt = spoil(y, RATE_HZ)
        assert spoilt.dtype == np.float32, name
        assert len(spoilt) == len(y) + (2 * RATE_HZ if "silence" in name else 0), name
        assert not np.array_equal(spoilt[-len(y) :], y) or "silence" in name, name


def test_a_quieter_sound_is_quieter_by_30_db() -> None:
    y = make_waveform(440.0, 0.5, RATE_HZ)
    assert rms_dbfs(conditions()["30 dB quieter"](y, RATE_HZ)) == pytest.approx(rms_dbfs(y) - 30, abs=0.01)


def test_silence_comes_before_the_sound() -> None:
    y = make_waveform(440.0, 0.5, RATE_HZ)
    spoilt = conditions()["2 s of silence before"](y, RATE_HZ)
    assert not spoilt[: 2 * RATE_HZ].any()
    np.testing.assert_array_equal(spoilt[2 * RATE_HZ :], y)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 32_000, 48_000])
def test_an_mp3_is_the_same_tone_a_little_spoilt(rate_hz: int) -> None:
    y = make_waveform(440.0, 1.0, rate_hz)
    coded = coded_as_mp3(y, rate_hz)
    assert rms_dbfs(coded) == pytest.approx(rms_dbfs(y), abs=1.0)
    assert share_above(coded, 600.0, rate_hz) < 0.02
    assert not np.array_equal(coded, y)


def test_an_mp3_at_32_kbit_has_no_treble() -> None:
    assert share_above(coded_as_mp3(make_waveform(None, 1.0, RATE_HZ), RATE_HZ), 14_000.0) < 1e-3


def test_a_low_rate_leaves_nothing_above_its_half() -> None:
    y = make_waveform(None, 1.0, RATE_HZ)
    assert share_above(through_rate(y, RATE_HZ, low_hz=8_000), 4_000.0) < 1e-3
    assert share_above(through_rate(y, RATE_HZ, low_hz=16_000), 4_000.0) > 0.4
    assert through_rate(y, 8_000, low_hz=8_000) is y


@pytest.mark.parametrize("colour", ["white", "pink"])
def test_noise_is_10_db_below_the_sound_and_always_the_same(colour: str) -> None:
    y = make_waveform(440.0, 1.0, RATE_HZ)
    spoilt = noisy(y, RATE_HZ, colour=colour)
    assert rms_dbfs(spoilt - y) == pytest.approx(rms_dbfs(y) - 10.0, abs=0.01)
    np.testing.assert_array_equal(spoilt, noisy(y, RATE_HZ, colour=colour))
    silence = np.zeros(100, dtype=np.float32)
    np.testing.assert_array_equal(noisy(silence, RATE_HZ, colour=colour), silence)


def test_there_are_intruders_of_every_kind_length_and_level() -> None:
    intruders = make_intruders(8_000)
    assert len(intruders) == 30
    assert {each.kind for each in intruders} == {"silence", "white noise", "pink noise", "brown noise"}
    assert {len(each.waveform) / 8_000 for each in intruders} == {1.0, 5.0, 20.0}
    levels_dbfs = {round(rms_dbfs(each.waveform)) for each in intruders if each.kind != "silence"}
    assert levels_dbfs == {-20, -40, -60}


def test_a_loss_is_relative_to_what_was_found_before() -> None:
    clean, found = np.array([1.0, 1.0, 1.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0, 0.0, 0.0])
    loss = relative_loss(found, clean, np.arange(5))
    assert loss is not None
    assert loss.value == pytest.approx(0.25)
    assert loss.low == 0.0
    assert 0.5 < loss.high <= 1.0
    nothing_lost = relative_loss(clean, clean, np.arange(5))
    assert nothing_lost is not None
    assert (nothing_lost.value, nothing_lost.low, nothing_lost.high) == (0.0, 0.0, 0.0)
    assert relative_loss(found, np.zeros(5), np.arange(5)) is None


def test_a_network_that_hears_tones_loses_nothing_where_the_tones_are_still_there(
    clips: list[Clip], tone_system: NetworkSystem
) -> None:
    table = robustness_table(tone_system, Sounds(clips, 8000), make_task(clips))
    assert [row.name for row in table.rows] == ["as recorded", *conditions()]
    assert table.figure("as recorded", "R@10").value == 1.0
    for row in table.rows:
        if "noise" not in row.name:
            assert table.figure(row.name, "loss of R@10").value == 0.0, row.name


def test_intruders_are_found_by_those_who_ask_for_them(clips: list[Clip], tone_system: NetworkSystem) -> None:
    asked = [replace(clip, caption=caption) for clip, caption in zip(clips[:2], ("silence", "noise"), strict=True)]
    pool = [*asked, *clips[4:], *clips[4:]]
    task = make_task(pool)
    table = intruder_table([tone_system], Sounds(pool, 8000), task)
    assert task.queries.index("silence") >= 0
    assert table.figure("tones", "silence").value == pytest.approx(1 / len(task.queries), abs=0.5)
    assert table.figure("tones", "any").value >= 2 / len(task.queries)
    assert "silence" in table.notes[1]
    assert "noise;" not in table.notes[1]  # a query for noise may find it


def test_ten_better_sounds_keep_intruders_out(clips: list[Clip], tone_system: NetworkSystem) -> None:
    pool = [clip for clip in clips[:4] for _ in range(3)]
    table = intruder_table([tone_system], Sounds(pool, 8000), make_task(pool))
    assert table.figure("tones", "any").value == 0.0
