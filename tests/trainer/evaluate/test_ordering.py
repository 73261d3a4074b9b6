from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trainer.evaluate.ordering import ordering_tables
from trainer.evaluate.systems import NetworkSystem, Sounds


def test_everything_about_order_is_measured(tone_system: NetworkSystem, long_sounds: Sounds, tmp_path: Path) -> None:
    (tmp_path / "audiocaps_test.csv").write_text("caption\nA dog barks before a bell rings\n")
    (tmp_path / "clotho_evaluation.csv").write_text("raw_text\nRain falls as a man talks\n")
    others = [replace(clip, recording=f"o{clip.recording}", caption=f"o {clip.caption}") for clip in long_sounds.clips]
    more = Sounds([*long_sounds.clips, *others], 8000)
    tables = ordering_tables(tone_system, more, long_sounds, tmp_path, pairs=2)
    assert [table.section for table in tables] == [
        "order",
        "order by connective",
        "order controls",
        "word order",
        "ordered retrieval",
        "word order in captions",
    ]
