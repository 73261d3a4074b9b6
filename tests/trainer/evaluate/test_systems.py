from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.audio import read_audio
from engine.embedding import Embedder
from engine.errors import UnreadableAudio
from tests.small_networks import make_small_network
from tests.tones import make_waveform
from trainer.errors import TrainerError
from trainer.evaluate import baselines
from trainer.evaluate.systems import Chance, NetworkSystem, RidgeSystem, Sounds, TeachersBridge, hear_all
from trainer.manifest import Clip
from trainer.teachers import COLUMN_S, TeacherFiles, Teachers


def test_the_network_hears_many_sounds_as_it_hears_each(tone_embedder: Embedder) -> None:
    waveforms = [make_waveform([300.0, 900.0], seconds, 8000) for seconds in (0.3, 2.0, 5.1)]
    waveforms.append(np.empty(0, dtype=np.float32))
    for heard, y in zip(NetworkSystem(tone_embedder).hear(waveforms), waveforms, strict=True):
        alone = tone_embedder.embed_audio(y)
        np.testing.assert_allclose(heard.segments, alone.segments, atol=1e-6)
        np.testing.assert_allclose(heard.clip, alone.clip, atol=1e-6)


def test_sounds_are_heard_once(clips: list[Clip], tone_system: NetworkSystem) -> None:
    sounds = Sounds(clips, 8000)
    np.testing.assert_array_equal(sounds.waveform(3), read_audio(clips[3].path, sample_rate_hz=8000))
    assert sounds.waveform(3) is sounds.waveform(3)
    assert sounds.heard_by(tone_system) is sounds.heard_by(tone_system)
    assert sounds.clips_heard_by(tone_system).shape == (15, 32)
    assert sounds.segments_heard_by(tone_system).shape == (30, 32)


def test_more_sounds_than_a_batch_are_heard_in_order(tone_system: NetworkSystem) -> None:
    waveforms = [make_waveform(100.0 + 25 * number, 0.5, 8000) for number in range(130)]
    heard = hear_all(tone_system, iter(waveforms), "tones")
    assert len(heard) == 130
    np.testing.assert_allclose(heard[129].clip, tone_system.hear(waveforms[129:])[0].clip, atol=1e-6)


def test_a_broken_file_is_named(clips: list[Clip], tone_system: NetworkSystem, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no sound")
    sounds = Sounds([*clips, Clip(broken, "loops", "broken", "", "", 1.0, "CC0")], 8000)
    with pytest.raises(UnreadableAudio, match=r"broken\.wav"):
        sounds.heard_by(tone_system)


def test_the_bridge_of_the_teachers_hears_their_scores_and_reads_as_the_network(small_shared: Path) -> None:
    teachers = Teachers(TeacherFiles(small_shared / "teacher", small_shared / "labels" / "class_labels_indices.csv"))
    network = make_small_network()  # at 16 kHz
    system = TeachersBridge(teachers, network)
    (heard,) = system.hear([make_waveform(1000.0, 3.2, 16_000)])
    (labels,) = teachers.label_all([make_waveform(1000.0, 3.2, 32_000)])
    assert heard.segments.shape == (round(3.2 / COLUMN_S), 527)
    np.testing.assert_allclose(heard.clip**2, labels.clip_scores[0].numpy(), atol=0.05)  # less what resampling changes
    np.testing.assert_allclose(
        system.read(["dog"])[0], network.bridge(network.centred_text(["dog"]))[0].numpy(), atol=1e-6
    )


def test_the_baseline_is_fitted_on_captioned_clips_alone(clips: list[Clip], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "RANDOM_FEATURES", 50)
    without = Clip(Path("never read.wav"), "farm", "1", "dog", "", 1.0, "CC0")
    system = RidgeSystem(make_small_network(), [*clips, without], [*clips[:3], without])
    (heard,) = system.hear([make_waveform(1000.0, 0.1, 16_000)])
    assert heard.segments.shape == (0, 16)
    assert np.linalg.norm(heard.clip) == pytest.approx(1.0)
    assert system.read(["dog"]).shape == (1, 16)
    with pytest.raises(TrainerError, match="needs clips with captions"):
        RidgeSystem(make_small_network(), [without], clips)


def test_chance_knows_nothing_and_says_the_same_every_time() -> None:
    chance = Chance(8000)
    waveforms = [make_waveform(100.0 + number, 1.0, 8000) for number in range(200)]
    sounds = np.stack([heard.clip for heard in chance.hear(waveforms)])
    likeness = chance.read(["dog", "cat", "rain"]) @ sounds.T
    assert np.abs(likeness.mean()) < 0.02
    np.testing.assert_array_equal(chance.hear(waveforms[5:6])[0].clip, sounds[5])
    assert chance.hear(waveforms[:1])[0].segments.shape == (2, chance.dim)
