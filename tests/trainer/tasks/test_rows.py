from __future__ import annotations

import torch

from trainer.tasks.rows import as_batch, drawn_rows, numbers_of, repeated


def test_a_row_draws_the_same_whatever_other_rows_are_drawn() -> None:
    whole = [(at, float(torch.rand((), generator=random))) for at, random in drawn_rows(40, 8, 1, 5, range(8))]
    part = [(at, float(torch.rand((), generator=random))) for at, random in drawn_rows(40, 8, 1, 5, range(3, 6))]
    assert part == whole[3:6]
    assert len({at for at, _ in whole}) == len({drawn for _, drawn in whole}) == 8
    other = [at for at, _ in drawn_rows(40, 8, 2, 5, range(8))]
    assert other != [at for at, _ in whole]


def test_levels_stand_upright_in_a_batch() -> None:
    rows = [torch.arange(6.0).reshape(3, 2), torch.zeros(3, 2)]
    assert as_batch(rows).tolist() == [[[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]], [[0.0] * 3] * 2]


def test_a_short_sound_is_repeated() -> None:
    levels = torch.arange(5.0).unsqueeze(1)
    assert repeated(levels, 2)[:, 0].tolist() == [0.0, 1.0, 0.0, 1.0, 0.0]
    assert torch.equal(repeated(levels, 5), levels)


def test_equal_captions_have_equal_numbers() -> None:
    one, other, again = numbers_of(["a dog", "a cat", "a dog"]).tolist()
    assert one == again != other
    assert numbers_of(["a dog"]).tolist() == [one]
