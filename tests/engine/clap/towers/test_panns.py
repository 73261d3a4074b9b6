from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from engine.clap.config import MelConfig
from engine.clap.towers.config import AudioTowerConfig
from engine.clap.towers.encoded import Encoded
from engine.clap.towers.panns import RESNET38_DEPTHS, ConvolutionBlock, ConvolutionTower, ResidualBlock

MEL = MelConfig(16000, 512, 400, 160, 16, 50, 8000)
CNN = AudioTowerConfig("cnn14", channels=(4, 8))


def levels(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def convolutions(tower: nn.Module, kernel: int) -> int:
    return sum(isinstance(layer, nn.Conv2d) and layer.kernel_size == (kernel, kernel) for layer in tower.modules())


def test_layers_are_as_many_as_the_names_say() -> None:
    with torch.device("meta"):
        cnn14 = ConvolutionTower(AudioTowerConfig("cnn14"), MEL)
        resnet38 = ConvolutionTower(AudioTowerConfig("resnet38", channels=(64, 64, 128, 256, 512, 2048)), MEL)
    # with the layer of the pooling and the classifier behind it
    assert convolutions(cnn14, 3) + 2 == 14
    assert convolutions(resnet38, 3) + 2 == 38
    assert convolutions(resnet38, 1) == 3
    assert convolutions(resnet38, 3) == 4 + 2 * sum(RESNET38_DEPTHS)
    assert cnn14.frames_per_column == resnet38.frames_per_column == 32


def test_poolings_average_what_is_there() -> None:
    block = ConvolutionBlock(1, 1, 0.0)
    block.layers = nn.Sequential()
    assert block(torch.ones(1, 1, 5, 3)).tolist() == torch.ones(1, 1, 3, 2).tolist()
    image = torch.arange(3.0).reshape(1, 1, 3, 1)
    assert block(image).flatten().tolist() == [0.5, 2.0]


def test_a_residual_block_adds_to_its_input() -> None:
    block = ResidualBlock(4, 4, 0.0, halves=True).eval().requires_grad_(False)
    nn.init.zeros_(block.change[-1].weight)  # type: ignore[arg-type]
    image = levels(1, 4, 6, 4)
    torch.testing.assert_close(block(image), nn.functional.avg_pool2d(image, 2).relu())


def test_states_are_the_mean_over_frequency_of_what_the_blocks_give() -> None:
    tower = ConvolutionTower(CNN, MEL).eval().requires_grad_(False)
    sound = levels(2, 16, 8)
    image = tower.norm(sound).transpose(1, 2).unsqueeze(1)
    for block in tower.blocks:
        image = block(image)
    heard = tower(sound)
    assert heard.states.shape == (2, 4, 8)
    torch.testing.assert_close(heard.states[1, 3, 5], image[1, 5, 3].mean())
    assert (heard.states >= 0).all()  # what `pool` relies on


def test_the_greatest_and_the_mean_over_time_are_pooled() -> None:
    tower = ConvolutionTower(CNN, MEL).eval().requires_grad_(False)
    states = levels(2, 5, 8).abs()
    valid = torch.tensor([[True] * 5, [True, True, True, False, False]])
    pooled = tower.pool(Encoded(states, valid))
    for row, count in enumerate((5, 3)):
        heard = states[row, :count]
        torch.testing.assert_close(pooled[row], tower.leave(heard.amax(0) + heard.mean(0)).relu())


def test_dropout_is_in_blocks_and_before_the_last_layer() -> None:
    for config in (CNN, AudioTowerConfig("resnet38", channels=(4,) * 6)):
        tower = ConvolutionTower(replace(config, dropout=0.2), MEL)
        assert {layer.p for layer in tower.modules() if isinstance(layer, nn.Dropout)} <= {0.0, 0.1, 0.2}
        assert tower.dropout.p == 0.2
