from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.embedding import Embedder
from engine.errors import UnreadableAudio
from tests.small_networks import make_small_network
from tests.tones import make_tone_embedder
from trainer.evaluate import baselines
from trainer.evaluate.evaluation import Evaluation, Material, evaluate
from trainer.evaluate.sections import ONLY_IF_NAMED, USUAL, Section
from trainer.manifest import Clip


@pytest.fixture(scope="module")
def everything(long_clips: list[Clip], clips: list[Clip]) -> Evaluation:
    """All usual sections, on sounds that are good for them."""
    others = [
        replace(clip, recording=f"o{clip.recording}", caption=f"o {clip.caption}", label="beep") for clip in long_clips
    ]
    return evaluate(make_tone_embedder(), Material(measured=[*long_clips, *others, *clips], unseen=clips, pairs=2))


def test_every_section_is_measured(everything: Evaluation) -> None:
    assert [table.section for table in everything.tables] == [
        "retrieval",
        "both ways",
        "zero shot: all sources",
        "modality gap",
        "unseen labels",
        "order",
        "order by connective",
        "order controls",
        "word order",
        "ordered retrieval",
        "placement",
        "robustness",
        "queries with intruders",
        "negation",
        "ordinary",
        "cut: captions",
        "cut: ESC-10",
        "tagging",
        "suggested tags",
        "captions of sounds",
        "captions of two sounds",
        "few shot: mAP",
        "few shot: accuracy",
        "localisation",
        "localisation, of two limited",
    ]
    assert everything.missing == []


def test_every_table_stands_for_itself_and_the_network_is_named_at_the_end(everything: Evaluation) -> None:
    blocks = everything.text().split("\n\n")
    assert [block.split("  ")[0] for block in blocks[:-1]] == [table.section for table in everything.tables]
    assert blocks[-1] == "network tones, checkpoint tones-1"
    assert blocks[0].splitlines()[1].startswith("chance ")


def test_everything_can_be_stored_as_json(everything: Evaluation) -> None:
    stored = json.loads(json.dumps(everything.to_dict(), allow_nan=False))
    assert stored["checkpoint_id"] == "tones-1"
    assert set(stored["tables"]["order"]["rows"]["hard cut"]["end to end"]) == {"value", "low", "high"}


def test_only_what_is_asked_for_is_measured(clips: list[Clip], tone_embedder: Embedder) -> None:
    evaluation = evaluate(tone_embedder, Material(clips), only=[Section.RETRIEVAL])
    assert [table.section for table in evaluation.tables] == ["retrieval"]


def test_what_the_sounds_are_too_few_for_is_said(clips: list[Clip], tone_embedder: Embedder) -> None:
    evaluation = evaluate(tone_embedder, Material(clips), only=[Section.UNSEEN, Section.ORDERING, Section.PLACEMENT])
    assert evaluation.tables == []
    assert [reason.split(".")[0] for reason in evaluation.missing] == [
        "unseen: not measured",
        "ordering: not measured",
        "placement: not measured",
    ]
    assert evaluation.missing[0] in evaluation.text()


def test_our_own_network_stands_beside_the_baseline(
    clips: list[Clip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baselines, "RANDOM_FEATURES", 50)
    material = Material(clips, training=clips, held_out=clips[:3])
    small = Embedder(make_small_network(), "small-1")
    (table,) = evaluate(small, material, only=[Section.RETRIEVAL]).tables
    assert [row.name for row in table.rows] == ["chance", "mel statistics + ridge", "small"]


def test_nothing_is_evaluated_on_a_part_of_the_sounds(
    clips: list[Clip], tone_embedder: Embedder, tmp_path: Path
) -> None:
    broken = replace(clips[0], path=tmp_path / "broken.wav")
    broken.path.write_bytes(b"no sound")
    with pytest.raises(UnreadableAudio, match=r"broken\.wav"):
        evaluate(tone_embedder, Material([*clips, broken]), only=[Section.RETRIEVAL])


def test_of_sounds_that_nobody_described_only_their_classes_are_measured(
    clips: list[Clip], tone_embedder: Embedder
) -> None:
    captionless = [replace(clip, caption="") for clip in clips]
    sections = [Section.RETRIEVAL, Section.BOTH_WAYS, Section.ZERO_SHOT, Section.MODALITY, Section.ROBUSTNESS]
    evaluation = evaluate(tone_embedder, Material(captionless), only=sections)
    assert [table.section for table in evaluation.tables] == ["zero shot: all sources"]
    assert len(evaluation.missing) == 4
    assert all("caption" in reason for reason in evaluation.missing)


def test_what_takes_long_or_is_measured_elsewhere_is_only_measured_if_it_is_named() -> None:
    assert ONLY_IF_NAMED.isdisjoint(USUAL)
    assert {*USUAL, *ONLY_IF_NAMED} == set(Section)
