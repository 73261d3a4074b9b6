"""Training a captioner on two sounds and a few sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.clap.captioner import CaptionDecoder, CaptionerConfig, beam_search, words_of
from trainer import captioning
from trainer.caption_material import Captioned, Gap, unit
from trainer.caption_recipe import CaptionerRecipe, DecoderConfig, RowsConfig, load_captioner_recipe
from trainer.captioning import Row, Rows, in_order, losses_of, together, train_captioner

DIM = 8
DOG, CAR, RAIN = np.eye(DIM, dtype=np.float32)[:3]
SOUNDS = Captioned([DOG[None].repeat(2, 0), CAR[None].repeat(3, 0)], np.stack([DOG, CAR]), ["a dog", "a car"])
GAP = Gap(np.zeros(DIM), np.zeros(DIM), 1.0, np.zeros((2, DIM)))
ROWS = RowsConfig((), 10, 1, 0.4, 0.0, 0.0, 0.0, 0.5, 0.0)
DECODER = DecoderConfig(width=16, layers=1, heads=2, hidden=32, word_width=8, most_words=12, most_pieces=6)
WORDS = tuple(sorted(set(words_of("a dog car rain, then followed by while and"))))


@pytest.fixture
def rows() -> Rows:
    return Rows(["rain"], RAIN[None], SOUNDS, GAP, ROWS)


@pytest.fixture
def recipe() -> CaptionerRecipe:
    settings = load_captioner_recipe("captioner").optimizer
    small = replace(settings, steps=200, rows_per_step=12, learning_rate=1e-2, warmup_steps=5, average_decay=0.9)
    return CaptionerRecipe("small", DECODER, ROWS, small)


def new_decoder() -> CaptionDecoder:
    torch.manual_seed(0)
    return CaptionDecoder(CaptionerConfig(words=WORDS, dim=DIM, **vars(DECODER)))


def test_rows_are_single_sounds_and_two_in_order(rows: Rows) -> None:
    said = {row.sentence for row in rows.draw(200, np.random.default_rng(0))}
    assert {"a dog", "a car", "rain", "a dog, then a car", "a car followed by rain"} <= said


def test_the_same_numbers_draw_the_same_rows(rows: Rows) -> None:
    one, other = (rows.draw(20, np.random.default_rng(5)) for _ in range(2))
    assert [row.sentence for row in one] == [row.sentence for row in other]


def test_pieces_come_in_the_order_that_is_said() -> None:
    row = in_order(Row(DOG[None], "a dog"), Row(CAR[None], "a car"), np.random.default_rng(0))
    assert row.sentence.startswith("a dog")
    np.testing.assert_array_equal(row.pieces[[0, -1]], [DOG, CAR])


def test_sounds_at_once_share_their_pieces() -> None:
    row = together(Row(DOG[None].repeat(3, 0), "a dog"), Row(CAR[None].repeat(2, 0), "a car"), np.random.default_rng(0))
    np.testing.assert_allclose(row.pieces, unit(DOG + CAR)[None].repeat(2, 0))
    assert row.sentence in ("a dog while a car", "a dog and a car")


def test_the_loss_is_that_of_a_word_however_rows_are_put_together() -> None:
    decoder = new_decoder().eval()
    rows = [Row(DOG[None], "a dog"), Row(np.stack([DOG, CAR]), "a dog, then a car"), Row(CAR[None], "a cat")]
    whole = sum(part.item() for part in losses_of(decoder, rows))  # nobody can say "cat"
    short, long = (sum(part.item() for part in losses_of(decoder, [row])) for row in rows[:2])
    assert whole == pytest.approx((3 * short + 7 * long) / 10, rel=1e-5)


def test_a_captioner_learns_to_tell_sounds_and_their_order(rows: Rows, recipe: CaptionerRecipe, tmp_path: Path) -> None:
    checked = [Row(DOG[None], "a dog")]
    decoder = train_captioner(recipe, new_decoder(), rows, checked, tmp_path)
    assert beam_search(decoder, SOUNDS.pieces[0]).sentence == "a dog"
    assert beam_search(decoder, RAIN[None].repeat(2, 0)).sentence == "rain"  # from its words alone
    said = beam_search(decoder, np.concatenate([SOUNDS.pieces[1], SOUNDS.pieces[0]])).sentence
    assert said in ("a car, then a dog", "a car followed by a dog")
    figures = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert figures[-1]["step"] == recipe.optimizer.steps
    assert figures[-1]["checked"] < 1.0  # half of what chance among these words costs


def test_a_run_that_goes_on_ends_where_an_unbroken_one_does(
    rows: Rows, recipe: CaptionerRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captioning, "SAVE_EVERY", 5)
    short = replace(recipe, optimizer=replace(recipe.optimizer, steps=10))
    checked = [Row(DOG[None], "a dog")]
    unbroken = train_captioner(short, new_decoder(), rows, checked, tmp_path / "unbroken")
    train_captioner(short, new_decoder(), rows, checked, tmp_path / "broken")
    (tmp_path / "broken" / "state-00000010.pt").unlink()  # as if it had been killed after the fifth step
    resumed = train_captioner(short, new_decoder(), rows, checked, tmp_path / "broken")
    for name, weight in unbroken.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], weight, msg=name)
