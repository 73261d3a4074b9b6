from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import pytest
import torch
from torch import Tensor

from tests.small_corpora import make_clip, make_mixtures
from trainer.errors import TrainerError
from trainer.mixtures import AFTER, ALONE, MIXTURE_S, OVER, Mixtures, draw_mixtures, render
from trainer.waveforms import Waveforms

RATE_HZ = 1000
SOURCES = ("farm", "zoo", "sea")
CLIPS = [make_clip(source, f"{source}-{number}") for source in SOURCES for number in range(3)]
EVERY_CLIP = range(len(CLIPS))


def sources_of(mixtures: Mixtures) -> list[tuple[str, str]]:
    return [(CLIPS[first].source, CLIPS[second].source) for first, second in mixtures.clips.tolist()]


def make_waveforms(*clips: Tensor) -> Waveforms:
    """Clips of samples in [-1, 1]."""
    starts = torch.tensor([0, *map(len, clips)]).cumsum(0)
    return Waveforms(torch.round(32767.0 * torch.cat(clips)).to(torch.int16), starts)


def noise(seconds: float, seed: int = 0) -> Tensor:
    return 0.2 * torch.rand(round(seconds * RATE_HZ), generator=torch.Generator().manual_seed(seed)) - 0.1


def rendered(mixtures: Mixtures, *clips: Tensor, seed: int = 0) -> Tensor:
    """The only mixture, as long as it is; beyond that there is silence."""
    y, lengths = render(mixtures, make_waveforms(*clips), sample_rate_hz=RATE_HZ, seed=seed)
    assert y.shape == (1, MIXTURE_S * RATE_HZ)
    length = int(lengths[0])
    assert not y[0, length:].any()
    return y[0, :length]


def level_db(y: Tensor) -> float:
    return 10.0 * torch.log10(y.square().mean()).item()


def assert_same_sound(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)  # 16 bits


def test_both_clips_are_allowed_ones_of_different_sources() -> None:
    allowed = [0, 1, 3, 5, 8]
    mixtures = draw_mixtures(CLIPS, allowed, 200, seed=1)
    assert len(mixtures) == 200
    assert set(mixtures.clips.flatten().tolist()) == set(allowed)
    assert all(first != second for first, second in sources_of(mixtures))


def test_fewer_mixtures_are_the_beginning_of_more() -> None:
    few, many, others = (
        draw_mixtures(CLIPS, EVERY_CLIP, count, seed=seed) for count, seed in [(5, 1), (20, 1), (5, 2)]
    )
    for column in fields(Mixtures):
        assert torch.equal(getattr(few, column.name), getattr(many[:5], column.name)), column.name
    assert not torch.equal(few.speeds, others.speeds)


def test_a_large_source_does_not_fill_everything() -> None:
    clips = [*CLIPS, *(make_clip("huge", str(number)) for number in range(10_000))]
    mixtures = draw_mixtures(clips, range(len(clips)), 300, seed=1)
    drawn = Counter(clips[clip].source for clip in mixtures.clips.flatten().tolist())
    assert drawn["huge"] <= 300  # never with itself
    assert min(drawn[source] for source in SOURCES) > 60


def test_every_clip_of_a_source_is_drawn_alike() -> None:
    drawn = Counter(draw_mixtures(CLIPS, EVERY_CLIP, 1800, seed=1).clips.flatten().tolist())
    assert len(drawn) == 9
    assert all(300 < count < 500 for count in drawn.values())


def test_what_is_drawn_stays_within_its_bounds() -> None:
    mixtures = draw_mixtures(CLIPS, EVERY_CLIP, 1000, seed=1)
    after = mixtures.kinds == AFTER
    assert set(mixtures.kinds.tolist()) == {ALONE, OVER, AFTER}
    bounds = {
        "begins": (mixtures.begins, 0.0, 1.0),
        "speeds": (mixtures.speeds, 2.0**-0.4, 2.0**0.4),
        "offsets over": (mixtures.offsets_s[~after], 0.0, 1.5),
        "offsets after": (mixtures.offsets_s[after], -0.1, 0.4),
        "gains over": (mixtures.gains_db[~after], -10.0, 10.0),
        "gains after": (mixtures.gains_db[after], -6.0, 6.0),
        "rooms": (mixtures.rooms_s[mixtures.rooms_s > 0], 0.1, 1.2),
        "wet": (mixtures.wet_db, -18.0, -3.0),
    }
    for name, (values, low, high) in bounds.items():
        assert low <= values.min() < low + 0.1 * (high - low), name
        assert high - 0.1 * (high - low) < values.max() <= high, name
    assert (mixtures.speeds == 1.0).float().mean().item() == pytest.approx(0.5, abs=0.05)
    assert (mixtures.rooms_s == 0.0).float().mean().item() == pytest.approx(0.75, abs=0.05)


def test_one_source_cannot_be_mixed() -> None:
    with pytest.raises(TrainerError, match="two sources"):
        draw_mixtures(CLIPS, [0, 1, 2], 1, seed=1)
    assert len(draw_mixtures(CLIPS, [0, 1, 2], 0, seed=1)) == 0


def test_the_second_sound_starts_at_its_offset_with_its_gain() -> None:
    first, second = noise(1.0), 0.3 * noise(1.0, seed=1)
    mixture = replace(make_mixtures((0, 1)), offsets_s=torch.tensor([0.25]), gains_db=torch.tensor([6.0]))
    mixed = rendered(mixture, first, second)
    assert len(mixed) == 1250
    assert_same_sound(mixed[:250], first[:250])
    added = mixed[250:].clone()
    added[:750] -= first[250:]
    assert level_db(added) - level_db(first) == pytest.approx(6.0, abs=0.02)
    torch.testing.assert_close(added / added.abs().max(), second / second.abs().max(), atol=3e-3, rtol=0)


def test_the_second_sound_may_follow_the_first() -> None:
    first, second = noise(1.0), noise(0.5, seed=1)
    mixture = replace(make_mixtures((0, 1)), kinds=torch.tensor([AFTER]), offsets_s=torch.tensor([0.2]))
    mixed = rendered(mixture, first, second)
    assert len(mixed) == 1700
    assert_same_sound(mixed[:1000], first)
    assert not mixed[1000:1200].any()
    assert level_db(mixed[1200:]) == pytest.approx(level_db(first), abs=0.05)


def test_a_sound_alone_is_the_clip_itself() -> None:
    first = noise(0.7)
    assert_same_sound(rendered(replace(make_mixtures((0, 1)), kinds=torch.tensor([ALONE])), first, noise(2.0)), first)


def test_a_faster_sound_is_shorter_and_higher() -> None:
    slow = 0.5 * torch.sin(2 * torch.pi * 50.0 * torch.arange(1000) / RATE_HZ)
    mixture = replace(make_mixtures((0, 0)), kinds=torch.tensor([ALONE]), speeds=torch.tensor([[1.25, 1.0]]))
    fast = rendered(mixture, slow)
    assert len(fast) == 800
    assert torch.fft.rfft(fast).abs().argmax() == 50  # cycles in 0.8 s: 62.5 Hz


def test_of_a_long_clip_an_excerpt_is_heard_that_begins_where_it_is_told() -> None:
    long = noise(10.0)
    mixture = replace(make_mixtures((0, 0)), kinds=torch.tensor([ALONE]), begins=torch.tensor([[0.5, 0.0]]))
    spare = len(long) - round(MIXTURE_S * RATE_HZ)
    assert_same_sound(rendered(mixture, long), long[spare // 2 : spare // 2 + round(MIXTURE_S * RATE_HZ)])


def test_a_mixture_ends_in_time_and_does_not_clip() -> None:
    loud = torch.ones(10 * RATE_HZ)
    mixture = replace(make_mixtures((0, 1)), offsets_s=torch.tensor([1.5]), gains_db=torch.tensor([10.0]))
    mixed = rendered(mixture, loud, loud)
    assert len(mixed) == MIXTURE_S * RATE_HZ
    assert mixed.abs().max() == 1.0


def test_a_room_sounds_after_the_sound_at_its_level_and_no_longer_than_the_mixture() -> None:
    click_and_end = torch.zeros(1000)
    click_and_end[:10] = 0.5
    dry = replace(make_mixtures((0, 0)), kinds=torch.tensor([ALONE]))
    wet = replace(dry, rooms_s=torch.tensor([0.4]), wet_db=torch.tensor([-6.0]))
    heard = rendered(wet, click_and_end) - rendered(dry, click_and_end)
    assert len(heard) == 1000
    assert level_db(heard) - level_db(click_and_end) == pytest.approx(-6.0, abs=0.5)
    assert level_db(heard[200:300]) < level_db(heard[10:110]) - 20.0  # 60 dB in 0.4 s
    assert torch.equal(rendered(wet, click_and_end), rendered(wet, click_and_end))
    assert not torch.equal(rendered(wet, click_and_end), rendered(wet, click_and_end, seed=1))


def test_mixtures_that_are_rendered_together_are_those_that_are_rendered_alone() -> None:
    waveforms = make_waveforms(noise(1.0), noise(6.0, seed=1), noise(0.2, seed=2))
    mixtures = draw_mixtures([make_clip(source, source) for source in SOURCES], range(3), 12, seed=3)
    mixtures = replace(mixtures, rooms_s=torch.zeros(12))  # the noise of rooms belongs to a batch
    together, lengths = render(mixtures, waveforms, sample_rate_hz=RATE_HZ, seed=0)
    for row in range(12):
        alone, length = render(mixtures[row : row + 1], waveforms, sample_rate_hz=RATE_HZ, seed=0)
        assert int(length[0]) == int(lengths[row])
        torch.testing.assert_close(alone[0], together[row])


def test_silence_mixes_to_finite_sound() -> None:
    silence, tone = torch.zeros(100), torch.full((100,), 0.5)
    mixture = replace(make_mixtures((0, 1)), gains_db=torch.tensor([10.0]), rooms_s=torch.tensor([0.3]))
    for first, second in [(silence, tone), (tone, silence), (silence, silence)]:
        assert rendered(mixture, first, second).isfinite().all()
