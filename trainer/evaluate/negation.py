"""Does "A without B" put sounds without B first?

A pool is made of three sounds, each alone and with each of the others: half of its files hold B. Of those with A, the
ones without B must come before those with it, be it A alone or A and C. All six questions of this kind are asked of a
pool: so the comparison of A and C with A and B gives exactly one half to who knows nothing of "without", however plain
or loud each of the sounds is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from engine.embedding import Embedder
from trainer.errors import TrainerError
from trainer.evaluate.bootstrap import recording_of
from trainer.evaluate.figures import Row, Table, figure
from trainer.evaluate.mixtures import AT_ONCE, CROSS_FADE, LEAST_S, Mixtures
from trainer.evaluate.searched_sounds import SearchedSounds
from trainer.evaluate.systems import NetworkSystem, Sounds, hear_all
from trainer.manifest import Clip

POOLS = 60
TAKES = 3  # most of one sound in a pool
LIKE = 0.6  # texts with a higher cosine may be said of the same sound
SENTENCES = ("{a} without {b}", "{a}, no {b}", "{a} but not {b}", '{a} -"{b}"')
GIVEN, ALONE = "{{{a}}} without {{{b}}}", "{{{a}}}"  # in braces: nothing is left to the parser
MEETINGS = ((CROSS_FADE, 1), (CROSS_FADE, -1), (AT_ONCE, 1))  # -1 is the other way round
COLUMNS = ("A before A and B", "A and C before A and B")
SEED = 0

HEARD = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2))  # which of a pool's sounds: of each set a file with these

Ask = Callable[[str, np.ndarray], np.ndarray]  # a sentence and files by position -> a score for each of these


@dataclass(frozen=True)
class Pool:
    """Three captions, and sets of clips that have them, from recordings that no other pool has.

    first_file : of its files, set after set as in HEARD
    """

    captions: tuple[str, ...]
    sets: tuple[tuple[int, ...], ...]
    first_file: int

    def files(self, *heard: int) -> np.ndarray:
        """(sets,): the files with these sounds and no others."""
        return self.first_file + len(HEARD) * np.arange(len(self.sets)) + HEARD.index(tuple(sorted(heard)))


def negation_table(embedder: Embedder, sounds: Sounds, *, pools: int = POOLS) -> Table:
    """Raises TrainerError if there are not three different sounds."""
    network = NetworkSystem(embedder)
    drawn = draw_pools(sounds.clips, network.read, pools)
    heard = hear_all(network, waveforms(drawn, sounds), "sounds with and without others")
    clips = np.stack([each.clip for each in heard])
    with SearchedSounds(heard, embedder) as searched:

        def by_search(sentence: str, files: np.ndarray) -> np.ndarray:
            return searched.scores(sentence, files.tolist())[files]

        def by_likeness(sentence: str, files: np.ndarray) -> np.ndarray:
            return np.asarray(clips[files] @ embedder.embed_text([sentence])[0])

        areas = {each: _areas(drawn, each, by_search) for each in (*SENTENCES, GIVEN, ALONE)}
        of_embedding = np.mean([_areas(drawn, each, by_likeness) for each in SENTENCES], axis=0)
    rows = (
        _row("Earmark", np.mean([areas[each] for each in SENTENCES], axis=0)),
        *(_row(f"  {each.format(a='A', b='B')}", areas[each]) for each in SENTENCES),
        _row("Earmark, sounds given", areas[GIVEN]),
        _row("Earmark, asked for A alone", areas[ALONE]),
        _row("sentence embedding", of_embedding),
    )
    clips_used = {position for pool in drawn for one in pool.sets for position in one}
    recordings = {recording_of(sounds.clips[position]) for position in clips_used}
    notes = (
        f"negation: {len(drawn)} pools of {len(clips_used)} sounds from {len(recordings)} recordings; "
        f"{len(heard)} files in one library; 6 questions of each pool",
        "areas under the curve; sounds follow one another with a cross-fade or are heard at once, 12 dB apart at most",
        "in brackets: 95 % bootstrap over pools, which share no recordings; who ignores B has 0.5 in the second column",
    )
    return Table("negation", COLUMNS, rows, notes)


def draw_pools(clips: Sequence[Clip], read: Callable[[Sequence[str]], np.ndarray], most: int) -> list[Pool]:
    """Pools of three sounds whose texts are not alike. Raises TrainerError if there are none.

    read : texts -> unit vectors (texts, dim)
    """
    random = np.random.default_rng(SEED)
    portions = _portions(clips, random.permutation(len(clips)).tolist())
    vectors = read([clips[takes[0]].caption for takes in portions])
    alike = vectors @ vectors.T > LIKE
    open_pools: list[list[int]] = []  # numbers of portions
    for number in random.permutation(len(portions)).tolist():
        fitting = (pool for pool in open_pools if len(pool) < 3 and not alike[number, pool].any())
        pool = next(fitting, None)
        if pool is None:
            open_pools.append(pool := [])
        pool.append(number)
    pools: list[Pool] = []
    for pool in [pool for pool in open_pools if len(pool) == 3][:most]:
        first_file = pools[-1].first_file + len(HEARD) * len(pools[-1].sets) if pools else 0
        pools.append(_pool(clips, [portions[number] for number in pool], first_file))
    if not pools:
        raise TrainerError(f"Negation needs three different sounds of {LEAST_S:g} s or more.")
    return pools


def _portions(clips: Sequence[Clip], positions: Sequence[int]) -> list[list[int]]:
    """Clips of one caption, TAKES of them at most, and one of each recording."""
    by_caption: dict[str, list[int]] = {}
    used = set()
    for position in positions:
        clip = clips[position]
        if clip.caption and clip.seconds >= LEAST_S and recording_of(clip) not in used:
            used.add(recording_of(clip))
            by_caption.setdefault(clip.caption, []).append(position)
    return [takes[first : first + TAKES] for takes in by_caption.values() for first in range(0, len(takes), TAKES)]


def _pool(clips: Sequence[Clip], sounds: Sequence[Sequence[int]], first_file: int) -> Pool:
    """A sound of which there are fewer takes is heard again."""
    takes = max(map(len, sounds))
    sets = tuple(tuple(each[take % len(each)] for each in sounds) for take in range(takes))
    return Pool(tuple(clips[each[0]].caption for each in sounds), sets, first_file)


def waveforms(pools: Sequence[Pool], sounds: Sounds) -> Iterator[np.ndarray]:
    """Every file of every pool."""
    mixtures = Mixtures(sounds, [one for pool in pools for one in pool.sets])
    for place, pool in enumerate(pools):
        meeting, step = MEETINGS[place % len(MEETINGS)]
        first = pool.first_file // len(HEARD)
        numbers = range(first, first + len(pool.sets))
        yield from mixtures.joined(meeting, [(number, heard[::step]) for number in numbers for heard in HEARD])


def _areas(pools: Sequence[Pool], sentence: str, ask: Ask) -> np.ndarray:
    """(pools, COLUMNS): the means over the questions of each pool."""
    return np.array([np.mean(list(_areas_of_pool(pool, sentence, ask)), axis=0) for pool in pools])


def _areas_of_pool(pool: Pool, sentence: str, ask: Ask) -> Iterator[tuple[float, float]]:
    for a, b, c in permutations(range(3)):
        files = np.stack([pool.files(a), pool.files(a, c), pool.files(a, b)])
        asked = sentence.format(a=pool.captions[a], b=pool.captions[b])
        alone, with_c, with_b = ask(asked, files.ravel()).reshape(files.shape)
        yield area(alone, with_b), area(with_c, with_b)


def area(better: np.ndarray, worse: np.ndarray) -> float:
    """Under the curve: how often one of the first scores is above one of the others; a tie counts half."""
    difference = better[:, np.newaxis] - worse
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))


def _row(name: str, areas: np.ndarray) -> Row:
    return Row(name, tuple(figure(of_column, np.arange(len(areas))) for of_column in areas.T))
