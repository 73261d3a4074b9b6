"""From what a network hears in a file to suggested tags: five kinds, each with a direction of its own."""

from __future__ import annotations

import time

import numpy as np
import pytest

from engine.stored_embeddings import FileEmbeddings
from engine.tag_vectors import TagVectors
from engine.tagging import (
    Levels,
    Relations,
    SuggestedTag,
    TagBackground,
    evidence_z,
    joined,
    relations_of_ontology,
    spans_of,
    tags_of,
)

KINDS = ("dog", "cat", "rain", "indoors", "outdoors")
TAGS = TagVectors(KINDS, np.eye(5, 8, dtype=np.float32))
LEVELS = Levels(np.zeros(5), 0.05)
BACKGROUND = TagBackground(LEVELS, LEVELS)
NONE = Relations()
FAMILY = Relations(
    {"dog": ("pet", "animal"), "cat": ("pet", "animal")}, {"indoors": {"outdoors"}, "outdoors": {"indoors"}}
)


def heard(*segments: dict[str, float]) -> FileEmbeddings:
    """Segments with so much of each kind; the rest of their length is nothing that has a name."""
    rows = np.zeros((len(segments), 8), dtype=np.float32)
    for row, segment in zip(rows, segments, strict=True):
        for kind, share in segment.items():
            row[KINDS.index(kind)] = share
        row[7] = np.sqrt(max(0.0, 1.0 - np.square(row).sum()))
    clip = rows.mean(axis=0)
    return FileEmbeddings(rows, clip / np.linalg.norm(clip))


def suggested(embeddings: FileEmbeddings, relations: Relations = NONE) -> list[SuggestedTag]:
    return tags_of(embeddings, TAGS, BACKGROUND, relations, segment_s=0.5, duration_s=len(embeddings.segments) * 0.5)


def kinds_of(tags: list[SuggestedTag]) -> list[str]:
    return [tag.kind for tag in tags]


def test_nothing_clear_is_nothing_suggested() -> None:
    assert suggested(heard({"dog": 0.2})) == []


def test_strength_rises_with_what_is_heard() -> None:
    strengths = [[tag.strength for tag in suggested(heard({"dog": share}))] for share in (0.3, 0.36, 0.45, 0.65)]
    assert strengths == [[], ["maybe"], ["likely"], ["very likely"]]


def test_the_clearest_comes_first_and_scores_fall() -> None:
    tags = suggested(heard({"dog": 0.5, "rain": 0.6}))
    assert kinds_of(tags) == ["rain", "dog"]
    assert 1 > tags[0].score > tags[1].score > 0.5


def test_what_is_far_less_clear_than_the_clearest_is_left_out() -> None:
    assert kinds_of(suggested(heard({"dog": 0.35, "rain": 0.9}))) == ["rain"]


def test_a_tag_that_everything_is_like_needs_more() -> None:
    like_everything = Levels(np.array([0.3, 0, 0, 0, 0]), 0.05)
    high = TagBackground(like_everything, like_everything)
    found = tags_of(heard({"dog": 0.5, "cat": 0.5}), TAGS, high, NONE, segment_s=0.5, duration_s=0.5)
    assert kinds_of(found) == ["cat"]


def test_spans_say_when() -> None:
    nothing, dog = {}, {"dog": 0.9}
    (tag,) = suggested(heard(nothing, dog, dog, nothing, nothing, nothing, dog, nothing))
    assert tag.spans == ((0.5, 1.5), (3.0, 3.5))


def test_a_gap_of_one_segment_ends_no_span_and_none_is_longer_than_the_file() -> None:
    assert spans_of(np.array([4.0, 0.0, 4.0]), 0.5, 1.2) == ((0.0, 1.2),)


def test_where_nothing_stands_out_the_best_segment_is_the_span() -> None:
    assert spans_of(np.array([-3.0, -1.0, -2.0]), 0.5, 1.5) == ((0.5, 1.0),)


def test_parents_are_implied_and_heard_where_their_children_are() -> None:
    tags = suggested(heard({"dog": 0.8}, {}, {}, {"cat": 0.7}), FAMILY)
    assert kinds_of(tags) == ["dog", "animal", "pet", "cat"]
    dog, animal, pet, cat = tags
    assert not dog.implied
    assert not cat.implied
    assert animal == SuggestedTag("animal", dog.strength, dog.score, ((0.0, 0.5), (1.5, 2.0)), implied=True)
    assert pet == SuggestedTag("pet", dog.strength, dog.score, animal.spans, implied=True)


def test_a_parent_that_is_clearer_than_its_child_stands_for_itself() -> None:
    of_cats = Relations({"dog": ("cat",)})
    tags = suggested(heard({"dog": 0.45, "cat": 0.55}), of_cats)
    assert [(tag.kind, tag.strength, tag.implied) for tag in tags] == [
        ("cat", "very likely", False),
        ("dog", "likely", False),
    ]


def test_of_exclusive_tags_the_clearest_stays() -> None:
    both = heard({"indoors": 0.5, "outdoors": 0.55})
    assert kinds_of(suggested(both)) == ["outdoors", "indoors"]
    assert kinds_of(suggested(both, FAMILY)) == ["outdoors"]


def test_what_excludes_each_other_may_follow_each_other() -> None:
    tags = suggested(heard({"indoors": 0.8}, {"indoors": 0.8}, {}, {}, {"outdoors": 0.85}, {"outdoors": 0.85}), FAMILY)
    assert kinds_of(tags) == ["outdoors", "indoors"]


def test_the_ontology_says_what_is_implied_and_what_excludes_each_other() -> None:
    relations = relations_of_ontology()
    small_room, hall, thunderstorm = "/t/dd00125", "/t/dd00126", "/m/0jb2l"
    assert "/m/0jbk" in relations.ancestors["/m/0bt9lr"]  # a dog is an animal
    assert hall in relations.rivals[small_room]
    assert small_room in relations.rivals[hall]
    assert thunderstorm not in relations.rivals
    assert all(kind in relations.rivals[rival] for kind, rivals in relations.rivals.items() for rival in rivals)
    assert not any(kind in rivals for kind, rivals in relations.rivals.items())


def test_evidence_is_half_the_best_segment_and_half_the_clip() -> None:
    short = heard({"dog": 0.6}, {"dog": 0.2})
    of_segments = short.segments @ TAGS.vectors.T
    expected = (of_segments.max(axis=0) + short.clip @ TAGS.vectors.T) / 2 / LEVELS.spread
    assert np.allclose(evidence_z(short, of_segments, TAGS, BACKGROUND), expected)


def test_what_is_heard_for_a_while_in_a_long_file_is_suggested() -> None:
    dog, rain = {"dog": 0.6}, {"rain": 0.6}
    assert {*kinds_of(suggested(heard(*[dog] * 4, *[rain] * 60)))} == {"rain", "dog"}


def test_a_library_of_one_kind_does_not_make_it_usual() -> None:
    random = np.random.default_rng(0)
    similarities = random.normal(0, 0.05, (20, 500))
    similarities[3] += 0.6
    levels = Levels.of(similarities)
    assert levels.usual[3] < 0.05
    assert levels.z(np.full(20, 0.6))[3] > 5


@pytest.mark.parametrize("sounds", [0, 1, 3])
def test_a_small_library_has_levels_too(sounds: int) -> None:
    levels = Levels.of(np.zeros((5, sounds)))
    assert np.isfinite(levels.z(np.zeros(5))).all()
    assert levels.spread > 0


def test_touching_spans_are_joined() -> None:
    assert joined([(2.0, 3.0), (0.0, 1.0), (1.0, 1.5), (2.5, 2.7)]) == ((0.0, 1.5), (2.0, 3.0))


def test_the_same_file_gives_the_same_tags() -> None:
    embeddings = heard({"dog": 0.5, "cat": 0.5, "rain": 0.5})
    assert suggested(embeddings, FAMILY) == suggested(embeddings, FAMILY)


def test_tags_of_a_file_take_no_time() -> None:
    random = np.random.default_rng(0)
    vectors, segments = (random.normal(size=(n, 512)).astype(np.float32) for n in (600, 20))
    vectors, segments = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (vectors, segments))
    levels = Levels(np.zeros(600), 0.02)  # so that there is something to suggest
    tags, background = TagVectors(tuple(map(str, range(600))), vectors), TagBackground(levels, levels)
    embeddings = FileEmbeddings(segments, segments[0])
    took_s = []
    for _ in range(20):
        start_s = time.perf_counter()
        assert tags_of(embeddings, tags, background, NONE, segment_s=1.0, duration_s=20.0)
        took_s.append(time.perf_counter() - start_s)
    assert min(took_s) < 0.005
