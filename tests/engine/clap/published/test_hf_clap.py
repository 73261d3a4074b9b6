from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import normalize
from transformers import ClapModel, PreTrainedTokenizerFast

from engine.clap.published import hf_clap
from engine.clap.published.hf_clap import HfClapNetwork
from engine.embedding import Embedder
from tests.small_networks import make_extractor, write_small_clap

WINDOW = 480_000
HTSAT_TINY: dict[str, object] = {"patch_embeds_hidden_size": 96, "hidden_size": 768, "depths": [2, 2, 6, 2]}
AS_DEEP_AS_BASE: dict[str, object] = {"patch_embeds_hidden_size": 32, "hidden_size": 256, "depths": [2, 2, 12, 2]}
TEXTS = ["a dog barks", "Rain on the roof!", "", "naïve 音 sounds", "a very long sentence " * 20]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClapModel]:
    """A folder that transformers wrote, not to be changed, and the model it holds."""
    folder = tmp_path_factory.mktemp("published") / "clap-small"
    return folder, write_small_clap(folder)


@pytest.fixture
def folder(original: tuple[Path, ClapModel], tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(original[0], tmp_path / "clap-small"))


@pytest.fixture(scope="module")
def reference(original: tuple[Path, ClapModel]) -> ClapModel:
    return original[1]


@pytest.fixture(scope="module")
def network(original: tuple[Path, ClapModel]) -> HfClapNetwork:
    loaded, _ = hf_clap.load(original[0])
    assert isinstance(loaded, HfClapNetwork)
    return loaded


def sound(samples: int = WINDOW, seed: int = 0) -> np.ndarray:
    """Noise with a slow swell and a tone, so that no stretch is like another."""
    time_s = np.arange(samples) / 48000
    noise = np.random.default_rng(seed).standard_normal(samples) * (0.05 + 0.02 * time_s)
    return (noise + 0.3 * np.sin(2 * np.pi * (300 + 100 * seed) * time_s) * (time_s > 4)).astype(np.float32)


def embed(network: HfClapNetwork, *sounds: np.ndarray, samples: int = WINDOW) -> tuple[Tensor, Tensor]:
    """As the Embedder calls it: padded with zeros to `samples`."""
    padded = np.stack([np.pad(each, (0, samples - len(each))) for each in sounds])
    return network.embed_audio(torch.from_numpy(padded), torch.tensor([len(each) for each in sounds]))


def pooled(output: Any) -> Tensor:
    """What get_*_features gives: an output object with the projected vector, in older releases the vector itself."""
    vector: Tensor = output.pooler_output if hasattr(output, "pooler_output") else output
    return normalize(vector, dim=-1)


def reference_clip(reference: ClapModel, waveform: np.ndarray) -> Tensor:
    features = make_extractor()(waveform, sampling_rate=48000, return_tensors="pt")["input_features"]
    return pooled(reference.get_audio_features(input_features=features))


def change_json(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


# --- the same embeddings ---


@pytest.mark.parametrize("samples", [1, 100, 4800, 15_001, 160_000, 240_000, 333_333, 479_999, 480_000])
def test_clip_is_the_published_embedding_of_sound_of_any_length(
    network: HfClapNetwork, reference: ClapModel, samples: int
) -> None:
    waveform = sound(samples)
    clips, _ = embed(network, waveform)
    torch.testing.assert_close(clips, reference_clip(reference, waveform), atol=1e-5, rtol=0)


@pytest.mark.parametrize("text", TEXTS)
def test_text_embedding_is_the_published_one(
    network: HfClapNetwork, reference: ClapModel, original: tuple[Path, ClapModel], text: str
) -> None:
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(original[0] / "tokenizer.json"), pad_token="<pad>")
    # a longer text beside it, so that padding is at work
    tokens = tokenizer([text, "x" * 60], padding=True, truncation=True, max_length=77, return_tensors="pt")
    expected = pooled(
        reference.get_text_features(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"])
    )
    torch.testing.assert_close(network.embed_text([text, "x" * 60]), expected, atol=1e-5, rtol=0)


def test_different_sounds_and_texts_are_told_apart(network: HfClapNetwork) -> None:
    # or the comparisons above would mean little
    tone = np.sin(np.arange(WINDOW) * 0.1).astype(np.float32)
    clips, segments = embed(network, sound(), tone, np.zeros(0, dtype=np.float32))
    assert (clips @ clips.T)[~torch.eye(3, dtype=torch.bool)].max() < 0.999
    assert segments[0, 0] @ segments[0, 20] < 0.999
    texts = network.embed_text(TEXTS[:3])
    assert (texts @ texts.T)[~torch.eye(3, dtype=torch.bool)].max() < 0.999


@pytest.mark.parametrize("audio", [HTSAT_TINY, AS_DEEP_AS_BASE], ids=["tiny", "as deep as base"])
def test_encoders_of_published_shapes_give_the_published_embedding(tmp_path: Path, audio: dict[str, object]) -> None:
    reference = write_small_clap(tmp_path, audio)
    network, _ = hf_clap.load(tmp_path)
    assert isinstance(network, HfClapNetwork)
    assert (network.segments_per_window, network.samples_per_segment) == (32, 15_000)
    for samples in (WINDOW, 100_000):
        clips, _ = embed(network, sound(samples))
        torch.testing.assert_close(clips, reference_clip(reference, sound(samples)), atol=1e-5, rtol=0)


# --- segments ---


def test_a_window_has_32_segments_of_15000_samples(network: HfClapNetwork) -> None:
    assert (network.sample_rate_hz, network.dim) == (48_000, 24)
    assert (network.segments_per_window, network.samples_per_segment, network.segment_s) == (32, 15_000, 0.3125)
    clips, segments = embed(network, sound(), sound(seed=1))
    assert clips.shape == (2, 24)
    assert segments.shape == (2, 32, 24)
    torch.testing.assert_close(segments.norm(dim=-1), torch.ones(2, 32))


def test_mean_of_the_columns_is_the_clip_of_a_whole_window(network: HfClapNetwork) -> None:
    clip, columns = network.encode_window(torch.from_numpy(sound()))
    torch.testing.assert_close(columns.mean(0), clip, atol=1e-5, rtol=0)
    projected = network.model.audio_projection(columns.mean(0, keepdim=True))
    torch.testing.assert_close(normalize(projected, dim=-1), embed(network, sound())[0], atol=1e-5, rtol=0)


def test_segments_of_a_short_sound_are_those_of_its_first_round(network: HfClapNetwork) -> None:
    once = sound(60_000)  # 4 segments, fits 8 times
    _, segments = embed(network, once, samples=60_000)
    _, of_all_rounds = embed(network, np.tile(once, 8))
    assert segments.shape == (1, 4, 24)
    torch.testing.assert_close(segments, of_all_rounds[:, :4], atol=0, rtol=0)


def test_a_change_is_heard_where_it_happens(network: HfClapNetwork) -> None:
    before, after = sound(), sound()
    after[360_000:] = 0  # the last quarter, columns 24 to 31
    difference = (embed(network, before)[1] - embed(network, after)[1]).norm(dim=-1)[0]
    assert difference[24:].min() > 3 * difference[:24].max()


def test_an_embedding_does_not_depend_on_the_batch_or_the_padding(network: HfClapNetwork) -> None:
    short = sound(100_000)
    alone = embed(network, short, samples=8 * 15_000)
    for together in (embed(network, sound(seed=1), short), embed(network, short, sound(10), short)):
        row = 1 if len(together[0]) == 2 else 2
        assert torch.equal(together[0][row], alone[0][0])
        assert torch.equal(together[1][row, :8], alone[1][0])


@pytest.mark.parametrize(("seconds", "segments"), [(0.0, 1), (0.1, 1), (10.0, 32), (25.0, 80)])
def test_embedder_takes_any_length(network: HfClapNetwork, seconds: float, segments: int) -> None:
    embeddings = Embedder(network, "published").embed_audio(sound(round(seconds * 48_000)))
    assert embeddings.segments.shape == (segments, 24)
    np.testing.assert_allclose(np.linalg.norm(embeddings.segments, axis=1), 1.0, atol=1e-5)
    assert np.linalg.norm(embeddings.clip) == pytest.approx(1.0, abs=1e-5)


def test_one_network_serves_many_threads(network: HfClapNetwork) -> None:
    embedder = Embedder(network, "published", threads=4)
    texts = [TEXTS[number % 3] for number in range(400)]
    expected = network.embed_text(TEXTS[:3]).numpy()[np.arange(400) % 3]
    np.testing.assert_allclose(embedder.embed_text(texts), expected, atol=1e-6)
    sounds = [sound(90_000, seed) for seed in range(8)]
    for found, waveform in zip(embedder.embed_windows(sounds), sounds, strict=True):
        np.testing.assert_array_equal(found.clip, embed(network, waveform)[0][0].numpy())


# --- the folder ---


def test_network_is_named_after_its_folder(network: HfClapNetwork) -> None:
    assert network.name == "clap-small"


def test_half_precision_weights_are_read(folder: Path, network: HfClapNetwork) -> None:
    weights = load_file(folder / "model.safetensors")
    halves = {name: weight.half() if weight.is_floating_point() else weight for name, weight in weights.items()}
    save_file(halves, folder / "model.safetensors")
    loaded, _ = hf_clap.load(folder)
    assert isinstance(loaded, HfClapNetwork)
    assert (embed(loaded, sound())[0] * embed(network, sound())[0]).sum() > 0.999


def test_shards_are_read_as_one(folder: Path, reference: ClapModel, network: HfClapNetwork) -> None:
    (folder / "model.safetensors").unlink()
    reference.save_pretrained(folder, max_shard_size="200KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 1
    loaded, _ = hf_clap.load(folder)
    assert isinstance(loaded, HfClapNetwork)
    assert torch.equal(embed(loaded, sound())[0], embed(network, sound())[0])


def test_buffers_that_follow_from_the_config_may_be_missing_or_wrong(folder: Path, network: HfClapNetwork) -> None:
    weights = load_file(folder / "model.safetensors")
    computed = [name for name in weights if name.endswith(("position_ids", "relative_position_index"))]
    assert computed
    for value in (None, 10**6):
        for name in computed:
            if value is None:
                del weights[name]
            else:
                weights[name] = torch.full((2, 2), value)
        save_file(weights, folder / "model.safetensors")
        loaded, _ = hf_clap.load(folder)
        assert isinstance(loaded, HfClapNetwork)
        assert torch.equal(embed(loaded, sound())[0], embed(network, sound())[0])


def test_missing_preprocessor_means_the_published_values(folder: Path) -> None:
    _, before = hf_clap.load(folder)
    (folder / "preprocessor_config.json").unlink()
    assert hf_clap.load(folder)[1] == before


def test_preprocessing_is_found_in_a_processor_config_too(folder: Path) -> None:
    values = json.loads((folder / "preprocessor_config.json").read_text()) | {"frequency_min": 0}
    (folder / "preprocessor_config.json").unlink()
    (folder / "processor_config.json").write_text(json.dumps({"feature_extractor": values}))
    network, _ = hf_clap.load(folder)
    assert isinstance(network, HfClapNetwork)
    assert network.log_mel.config.low_hz == 0.0


def test_checkpoint_id_follows_weights_settings_preprocessing_and_tokenizer(folder: Path) -> None:
    def change_weight() -> None:
        weights = load_file(folder / "model.safetensors")
        weights["audio_projection.linear1.bias"][0] += 1e-3
        save_file(weights, folder / "model.safetensors")

    changes: list[Callable[[], object]] = [
        change_weight,
        lambda: change_json(folder / "preprocessor_config.json", lambda values: values.update(frequency_min=0)),
        lambda: change_json(folder / "config.json", lambda values: values["text_config"].update(layer_norm_eps=1e-5)),
        lambda: (folder / "tokenizer.json").write_text((folder / "tokenizer.json").read_text() + "\n"),
    ]
    ids = [hf_clap.load(folder)[1]]
    for change in changes:
        change()
        ids.append(hf_clap.load(folder)[1])
    assert len(set(ids)) == 5


def test_checkpoint_id_does_not_follow_what_is_ignored(folder: Path) -> None:
    _, before = hf_clap.load(folder)
    change_json(folder / "config.json", lambda values: values.update(transformers_version="9", extra=[1, {"a": None}]))
    shutil.copytree(folder, folder.parent / "elsewhere")
    assert hf_clap.load(folder.parent / "elsewhere")[1] == before


def test_nothing_that_the_folder_holds_is_executed(folder: Path) -> None:
    (folder / "modeling_evil.py").write_text(f"open({str(folder / 'executed')!r}, 'w')\n")
    change_json(
        folder / "config.json",
        lambda values: values.update(
            auto_map={"AutoModel": "modeling_evil.Evil", "AutoConfig": "modeling_evil.Evil"},
            trust_remote_code=True,
            custom_pipelines={"clap": {"impl": "modeling_evil.Evil"}},
        ),
    )
    hf_clap.load(folder)
    assert not (folder / "executed").exists()
