from __future__ import annotations

from trainer.evaluate.mixtures import Mixtures, draw_sets
from trainer.evaluate.order import OrderTest
from trainer.evaluate.ordered_retrieval import ordered_retrieval_table
from trainer.evaluate.systems import NetworkSystem, Sounds


def test_only_what_heeds_order_finds_the_right_one_first(tone_system: NetworkSystem, long_sounds: Sounds) -> None:
    pools = Mixtures(long_sounds, draw_sets(long_sounds.clips, 2, 4))
    table = ordered_retrieval_table(OrderTest(tone_system, long_sounds.heard_by(tone_system)), pools)
    assert [row.name for row in table.rows] == ["ordered search", "the same in any order", "clip embedding"]
    values = {row.name: row.figures[0] for row in table.rows}
    ours, unordered, clip = (figure.value for figure in values.values() if figure)
    assert ours == 1.0
    # of both orders one comes first, by chance
    assert unordered <= 0.75
    assert clip <= 0.75
    times = table.figure("the same in any order", "ordered search is times better: 1-s cross-fade")
    assert times is not None
    assert times.value == ours / unordered
    assert table.figure("ordered search", "ordered search is times better: 1-s cross-fade") is None
    assert table.notes[0].startswith("ordered retrieval: the pair in its order is the first of 6 files; 2 pools")
