from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.background import EVEN_Z
from engine.evidence import Backgrounds, Judge, best_span
from engine.library import Library
from engine.stored_embeddings import FileEmbeddings
from engine.target import Sound, Target
from engine.vector_index import VectorIndex
from tests.indexed_files import CHECKPOINT, store

DIM = 8  # the last axes are sounds that nobody asks for
AXES = np.eye(DIM, dtype=np.float32)
DOG, CAR, BELL = 0, 1, 2
QUIET = 7
GAP = 2  # segments, of 0.5 s

Put = Callable[..., int]


@pytest.fixture
def put(library: Library, sounds: Path) -> Put:
    """Store a file whose segments are these axes, one after another; its clip is their mean."""
    root = library.add_root(sounds)
    names = iter(range(1000))

    def put_file(*axes: int) -> int:
        segments = AXES[list(axes)]
        mean = segments.mean(axis=0)
        clip = np.asarray(mean / np.linalg.norm(mean), np.float32)
        return store(library, root, f"{next(names)}.wav", embeddings=FileEmbeddings(segments, clip))

    for number in range(40):
        put_file(*np.random.default_rng(number).integers(3, DIM, 8).tolist())
    return put_file


def sound(
    axis: int,
    group: int = 0,
    *,
    negated: bool = False,
    together: bool = False,
    recorded: bool = False,
    beside: bool = False,
) -> Sound:
    return Sound(str(axis), AXES[axis], group, negated, together, recorded, beside)


def judge_of(library: Library, *sounds: Sound) -> Judge:
    index = VectorIndex(library.index_db, CHECKPOINT)
    wanted = [one.vector for one in sounds if not (one.negated or one.beside)] or [-sounds[0].vector]
    whole = np.sum(wanted, axis=0) / len(wanted) ** 0.5
    return Judge(index, Backgrounds(index), Target(tuple(sounds), np.asarray(whole, np.float32), {}), 0.5)


def heard(library: Library, file_ids: Sequence[int], *sounds: Sound) -> list[float]:
    found = judge_of(library, *sounds).heard_z(file_ids, {})
    return [found[file_id] for file_id in file_ids]


def place(library: Library, file_id: int, *sounds: Sound) -> tuple[tuple[int, ...], float | None]:
    """The segments and the margin."""
    placed = judge_of(library, *sounds).place(file_id)
    assert placed is not None
    return placed.segments, placed.margin


def margin(library: Library, file_id: int, *sounds: Sound) -> float:
    found = place(library, file_id, *sounds)[1]
    assert found is not None
    return found


def test_the_file_with_the_right_order_is_heard_best(library: Library, put: Put) -> None:
    files = [
        put(DOG, DOG, QUIET, CAR, CAR),
        put(CAR, CAR, QUIET, DOG, DOG),
        put(DOG, DOG, DOG, DOG, DOG),
        put(QUIET, QUIET, QUIET, QUIET, QUIET),
    ]
    right, wrong, one, none = heard(library, files, sound(DOG), sound(CAR, 1))
    assert right > wrong > none
    assert right > one > none
    # without an order both are alike
    unordered = heard(library, files[:2], sound(DOG), sound(CAR))
    assert unordered[0] == pytest.approx(unordered[1])


def test_order_is_told_by_the_margin_and_only_where_every_sound_is_heard(library: Library, put: Put) -> None:
    files = [put(DOG, DOG, QUIET, CAR), put(CAR, QUIET, QUIET, DOG), put(DOG, DOG, QUIET, QUIET)]
    asked = sound(DOG), sound(CAR, 1)
    assert place(library, files[0], *asked)[0] == (0, 3)
    assert margin(library, files[0], *asked) > 0
    assert margin(library, files[1], *asked) < 0
    assert place(library, files[2], *asked)[1] is None
    assert place(library, files[0], sound(DOG), sound(CAR))[1] is None


def test_sounds_that_follow_one_another_too_soon_do_not_count_as_an_order(library: Library, put: Put) -> None:
    far, near = heard(library, [put(DOG, QUIET, CAR, QUIET), put(DOG, CAR, QUIET, QUIET)], sound(DOG), sound(CAR, 1))
    assert far > near


def test_sounds_that_overlap_are_found_where_each_is_alone(library: Library, put: Put) -> None:
    both = np.asarray((AXES[DOG] + AXES[CAR]) / 2**0.5, np.float32)
    segments = np.stack([AXES[DOG], AXES[DOG], both, both, AXES[CAR], AXES[CAR]])
    clip = np.asarray(segments.mean(axis=0) / np.linalg.norm(segments.mean(axis=0)), np.float32)
    (root,) = library.roots()
    file_id = store(library, root, "overlap.wav", embeddings=FileEmbeddings(segments, clip))
    assert place(library, file_id, sound(DOG), sound(CAR, 1))[0] == (0, 4)
    assert margin(library, file_id, sound(DOG), sound(CAR, 1)) > 0


def test_three_sounds_in_every_order(library: Library, put: Put) -> None:
    file = put(DOG, QUIET, CAR, QUIET, BELL)
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    scores = [
        heard(library, [file], *(sound(axis, group) for axis, group in zip((DOG, CAR, BELL), order, strict=True)))[0]
        for order in orders
    ]
    assert max(scores) == scores[0]
    assert sorted(scores)[-2] < scores[0]


def test_what_must_sound_at_once_must_be_near(library: Library, put: Put) -> None:
    files = [put(QUIET, DOG, CAR, QUIET, QUIET, QUIET), put(QUIET, DOG, QUIET, QUIET, CAR, QUIET)]
    near, apart = heard(library, files, sound(DOG), sound(CAR, together=True))
    assert near > apart
    assert place(library, files[0], sound(DOG), sound(CAR, together=True))[0] == (1, 2)
    # in any order it does not matter
    near, apart = heard(library, files, sound(DOG), sound(CAR))
    assert near == pytest.approx(apart)


def test_a_sound_that_is_not_wanted_takes_away_what_it_gives(library: Library, put: Put) -> None:
    clean, spoiled, other = put(DOG, DOG, QUIET), put(DOG, DOG, CAR), put(3, 4, QUIET)
    wanted = heard(library, [clean, spoiled, other], sound(DOG))
    without = heard(library, [clean, spoiled, other], sound(DOG), sound(CAR, negated=True))
    assert wanted[0] == pytest.approx(wanted[1], abs=0.5)
    assert without[0] == pytest.approx(wanted[0])
    assert without[1] < wanted[1] - 2
    assert without[0] > without[1]


def test_where_nothing_is_wanted_a_file_is_as_good_as_the_worst_is_not_heard(library: Library, put: Put) -> None:
    clean, spoiled = heard(library, [put(DOG, QUIET), put(CAR, QUIET)], sound(CAR, negated=True))
    assert clean == pytest.approx(2 * EVEN_Z, abs=0.5)
    assert spoiled < EVEN_Z


def test_a_short_event_in_a_long_file_is_heard(library: Library, put: Put) -> None:
    long = put(*[QUIET] * 600, DOG, *[QUIET] * 200, CAR, *[QUIET] * 400)
    swapped = put(*[QUIET] * 600, CAR, *[QUIET] * 200, DOG, *[QUIET] * 400)
    right, wrong = heard(library, [long, swapped], sound(DOG), sound(CAR, 1))
    assert right > wrong
    assert place(library, long, sound(DOG), sound(CAR, 1))[0] == (600, 801)


@pytest.mark.parametrize("axes", [(DOG,), (DOG, CAR)])
def test_a_file_too_short_for_the_gap_is_judged_without_it(axes: tuple[int, ...], library: Library, put: Put) -> None:
    file = put(*axes)
    (found,) = heard(library, [file], sound(DOG), sound(CAR, 1))
    assert np.isfinite(found)
    assert place(library, file, sound(DOG), sound(CAR, 1)) == ((0, len(axes) - 1), None)


def test_files_judged_together_score_as_they_do_alone(library: Library, put: Put) -> None:
    files = [put(*np.random.default_rng(n).integers(0, DIM, n % 9 + 1).tolist()) for n in range(20)]
    asked = sound(DOG), sound(CAR), sound(BELL, 1), sound(5, negated=True)
    alone = [heard(library, [file], *asked)[0] for file in files]
    assert heard(library, files, *asked) == pytest.approx(alone, abs=1e-5)


def test_a_file_that_was_not_listened_to_has_no_evidence_and_no_place(library: Library, put: Put) -> None:
    judge = judge_of(library, sound(DOG), sound(CAR, 1))
    assert judge.heard_z([999], {}) == {}
    assert judge.place(999) is None


def test_backgrounds_are_measured_once_until_the_library_changes(library: Library, put: Put) -> None:
    index = VectorIndex(library.index_db, CHECKPOINT)
    backgrounds = Backgrounds(index)
    before = backgrounds.of_segments(AXES[DOG])
    assert backgrounds.of_segments(AXES[DOG]) is before
    put(*[DOG] * 50)
    index.refresh()
    assert backgrounds.of_segments(AXES[DOG]).mean > before.mean


# --- beside the others ------------------------------------------------------------------------------------------------


def test_both_the_words_and_the_sound_beside_them_must_fit(library: Library, put: Put) -> None:
    both, only_dog, only_bell = put(DOG, QUIET, BELL, QUIET), put(DOG, QUIET, DOG, QUIET), put(BELL, QUIET, BELL, QUIET)
    asked = sound(DOG), sound(BELL, beside=True)
    best, *others = heard(library, [both, only_dog, only_bell], *asked)
    assert best > max(others)


def test_a_sound_beside_the_others_may_be_heard_before_or_after_them(library: Library, put: Put) -> None:
    files = [
        put(*axes)
        for axes in ((BELL, QUIET, QUIET, DOG, QUIET, QUIET, CAR), (DOG, QUIET, QUIET, CAR, QUIET, QUIET, BELL))
    ]
    asked = sound(DOG), sound(CAR, 1), sound(BELL, beside=True)
    first, last = heard(library, files, *asked)
    assert first == pytest.approx(last, abs=1e-5)
    assert [place(library, file, *asked)[0] for file in files] == [(3, 6, 0), (0, 3, 6)]
    margins = [place(library, file, *asked)[1] for file in files]
    assert all(margin is not None and margin > 0 for margin in margins)


def test_any_sound_can_be_looked_into(library: Library, put: Put) -> None:
    file_id = put(QUIET, DOG, QUIET, QUIET, CAR)
    judge = judge_of(library, sound(DOG), sound(CAR, 1))
    of_file, of_segments = judge.place(file_id), judge.place_in(AXES[[QUIET, DOG, QUIET, QUIET, CAR]])
    assert of_file is not None
    assert of_segments is not None
    assert (of_segments.segments, of_segments.margin) == (of_file.segments, pytest.approx(of_file.margin))
    assert judge_of(library, sound(DOG, negated=True)).place_in(AXES) is None


def test_recordings_need_more_than_sentences(library: Library, put: Put) -> None:
    words, recorded = judge_of(library, sound(DOG)), judge_of(library, sound(DOG, recorded=True))
    assert recorded.usual_z(5.0, 1.2) == pytest.approx(words.usual_z(6.0))
    assert recorded.usual_z(5.0) == pytest.approx(words.usual_z(5.0))
    beside = judge_of(library, sound(DOG), sound(BELL, recorded=True, beside=True))
    assert beside.usual_z(5.0) < beside.usual_z(5.0, 1.2) < beside.usual_z(6.0)


# --- spans ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("z", "span"),
    [
        ([0.1, 4.0, 0.2, 0.1], (1, 2)),  # a bark: a moment
        ([3.0, 4.0, 3.5, 2.1], (0, 4)),  # rain: the whole stretch
        ([4.0, 0.1, 3.9, 3.8], (0, 1)),  # twice, apart: the better time
        ([4.0, 0.1, 4.0, 4.0], (0, 1)),  # equally good: the first time
        ([0.0, 0.8, 2.0, 0.8, 0.79], (1, 4)),  # exactly the fraction still belongs
        ([-3.0, -1.0, -2.0], (1, 2)),  # nothing matches: the least bad segment
        ([0.0, 0.0], (0, 1)),
        ([2.0], (0, 1)),
    ],
)
def test_span_is_the_run_around_the_best_segment_that_keeps_enough_of_its_evidence(
    z: list[float], span: tuple[int, int]
) -> None:
    assert best_span(np.array(z)) == span


@given(arrays.arrays(np.float64, st.integers(1, 40), elements=st.floats(-10, 10)))
def test_span_holds_the_best_segment_and_lies_inside_the_file(z: np.ndarray) -> None:
    first, end = best_span(z)
    assert 0 <= first <= int(z.argmax()) < end <= len(z)
