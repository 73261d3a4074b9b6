from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.audio import read_audio
from tests.tones import write_sound
from trainer.errors import TrainerError
from trainer.waveforms import MAX_CLIP_S, Waveforms, read_waveforms

RATE_HZ = 8000


def ramps(*lengths: int) -> Waveforms:
    """Clips whose sample n is n thousandths of full scale."""
    samples = torch.cat([torch.round(torch.arange(length) * 32.767) for length in lengths])
    return Waveforms(samples.to(torch.int16), torch.tensor([0, *lengths]).cumsum(0))


def excerpt(
    waveforms: Waveforms, clip: int, *, first: float = 0.0, step: float = 1.0, length: int, samples: int
) -> Tensor:
    """One row of `excerpts`, in thousandths."""
    numbers = (torch.tensor([clip]), torch.tensor([first]), torch.tensor([step]), torch.tensor([length]))
    return 1000.0 * waveforms.excerpts(*numbers, samples=samples)[0]


def assert_thousandths(found: Tensor, expected: list[float]) -> None:
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float32), atol=0.05, rtol=0)


def test_lengths_are_what_lies_between_the_starts() -> None:
    assert ramps(5, 1, 3).lengths.tolist() == [5, 1, 3]


def test_an_excerpt_is_the_clip_and_then_silence() -> None:
    assert_thousandths(excerpt(ramps(9, 4), 1, length=4, samples=6), [0, 1, 2, 3, 0, 0])
    assert_thousandths(excerpt(ramps(9, 4), 0, first=5.0, length=2, samples=3), [5, 6, 0])


def test_a_faster_excerpt_reads_between_the_samples() -> None:
    assert_thousandths(excerpt(ramps(9), 0, step=1.5, length=5, samples=5), [0, 1.5, 3, 4.5, 6])
    assert_thousandths(excerpt(ramps(9), 0, first=2.25, step=0.5, length=3, samples=3), [2.25, 2.75, 3.25])


def test_a_clip_never_runs_into_the_next_one() -> None:
    assert_thousandths(excerpt(ramps(3, 9), 0, length=5, samples=5), [0, 1, 2, 2, 2])
    assert_thousandths(excerpt(ramps(3, 9), 0, first=1.5, length=2, samples=2), [1.5, 2])


def test_rows_are_independent_of_one_another() -> None:
    waveforms = ramps(9, 4)
    rows = waveforms.excerpts(
        torch.tensor([1, 0]), torch.tensor([0.0, 2.0]), torch.tensor([1.0, 2.0]), torch.tensor([2, 3]), samples=4
    )
    assert_thousandths(1000.0 * rows[0], [0, 1, 0, 0])
    assert_thousandths(1000.0 * rows[1], [2, 4, 6, 0])


def test_full_scale_is_one() -> None:
    waveforms = Waveforms(torch.tensor([-32767, 0, 32767], dtype=torch.int16), torch.tensor([0, 3]))
    assert excerpt(waveforms, 0, length=3, samples=3).tolist() == [-1000.0, 0.0, 1000.0]


def test_files_are_read_in_their_order_at_one_rate(tmp_path: Path) -> None:
    paths = [
        write_sound(tmp_path / "b.wav", hz=300, seconds=0.5, sample_rate_hz=44100),
        write_sound(tmp_path / "a.flac", hz=700, seconds=0.25, sample_rate_hz=RATE_HZ),
    ]
    waveforms = read_waveforms(paths, sample_rate_hz=RATE_HZ)
    assert waveforms.samples.dtype == torch.int16
    for number, path in enumerate(paths):
        stored = waveforms.samples[waveforms.starts[number] : waveforms.starts[number + 1]].numpy() / 32767.0
        np.testing.assert_allclose(stored, read_audio(path, sample_rate_hz=RATE_HZ), atol=2e-5)


def test_of_a_long_file_only_the_beginning_is_read(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "long.wav", seconds=MAX_CLIP_S + 1.0, sample_rate_hz=RATE_HZ)
    assert read_waveforms([path], sample_rate_hz=RATE_HZ).lengths.tolist() == [MAX_CLIP_S * RATE_HZ]


def test_other_processes_read_the_same(tmp_path: Path) -> None:
    paths = [write_sound(tmp_path / f"{hz}.wav", hz=hz, seconds=0.1) for hz in (300, 500, 700)]
    here, elsewhere = (read_waveforms(paths, sample_rate_hz=RATE_HZ, workers=workers) for workers in (1, 2))
    assert torch.equal(here.samples, elsewhere.samples)
    assert torch.equal(here.starts, elsewhere.starts)


def test_what_cannot_be_read_is_named_up_to_a_length(tmp_path: Path) -> None:
    good = write_sound(tmp_path / "good.wav", seconds=0.1)
    broken = [tmp_path / f"broken {number}.wav" for number in range(7)]
    for path in broken:
        path.write_bytes(b"no sound")
    with pytest.raises(TrainerError, match=r"sounds that cannot be read; .*\([^;]*broken 0\.wav: [^;]*\)\.$"):
        read_waveforms([good, broken[0]], sample_rate_hz=RATE_HZ)
    with pytest.raises(TrainerError, match=r"broken 4\.wav: [^;]*; and 2 more\)\.$"):
        read_waveforms(broken, sample_rate_hz=RATE_HZ)


def test_a_file_without_a_single_sample_cannot_be_trained_on(tmp_path: Path) -> None:
    empty = write_sound(tmp_path / "empty.wav", seconds=0.0)
    with pytest.raises(TrainerError, match=r"empty\.wav"):
        read_waveforms([empty], sample_rate_hz=RATE_HZ)
