"""From a folder of sounds to the right moment, with the network and the sounds that come with Earmark.

The sounds are copied under names that say nothing, so that whatever is found was heard.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.hits import ClauseMatch, Hit
from engine.paths import demo_sounds_folder, resources_folder
from engine.question import Question
from engine.search import Searcher

HEARD: dict[str, dict[str, Any]] = json.loads((resources_folder() / "demo_sounds.json").read_text("utf-8"))
WIDER = {"a bell rings": ("a church bell tolls", "a doorbell rings")}  # what else a query may well find
QUERIES = (resources_folder() / "demo_queries.txt").read_text("utf-8").splitlines()


class Demo(NamedTuple):
    searcher: Searcher
    original: dict[Path, str]  # which demo sound a copy is
    copy: dict[str, Path]

    def ranked(self, hits: list[Hit]) -> list[str]:
        return [self.original[hit.path] for hit in hits]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    from engine.embedding import Embedder
    from engine.indexing import index_folders
    from engine.library import Library
    from engine.vector_index import VectorIndex

    folder = tmp_path_factory.mktemp("sounds")
    original = {}
    for number, name in enumerate(sorted(HEARD)):
        copy = folder / f"{number}{Path(name).suffix}"
        shutil.copy(demo_sounds_folder() / name, copy)
        original[copy] = name
    embedder = Embedder.load()
    with Library(tmp_path_factory.mktemp("library")) as library:
        index_folders(library, embedder, [folder])
        searcher = Searcher(library, VectorIndex(library.index_db, embedder.checkpoint_id), embedder)
        yield Demo(searcher, original, {name: copy for copy, name in original.items()})


def times(name: str, text: str) -> list[tuple[float, float]]:
    """When `text` is heard in a demo sound; empty if it is not."""
    right = (text, *WIDER.get(text, ()))
    return [(event["start_s"], event["end_s"]) for event in HEARD[name]["heard"] if event["text"] in right]


def inside(hit: Hit | ClauseMatch, spans: list[tuple[float, float]]) -> bool:
    """Whether most of the moment lies inside one of the spans."""
    overlap_s = max(min(hit.end_s, end_s) - max(hit.start_s, start_s) for start_s, end_s in spans)
    return overlap_s > 0.5 * (hit.end_s - hit.start_s)


@pytest.mark.parametrize("query", QUERIES)
def test_sentence_finds_the_file_and_the_moments(query: str, demo: Demo) -> None:
    hits = demo.searcher.search(query, limit=3)
    assert any(_has_all(hit, demo.original[hit.path]) for hit in hits), demo.ranked(hits)


def _has_all(hit: Hit, name: str) -> bool:
    wanted = [(clause, times(name, clause.text)) for clause in hit.clauses if not clause.negated]
    return all(spans and inside(clause, spans) for clause, spans in wanted)


def test_order_decides_between_two_files_with_the_same_sounds(demo: Demo) -> None:
    dog_first = demo.searcher.find(Question("a dog barks then a car passes by"))
    car_first = demo.searcher.find(Question("a car passes by then a dog barks"))
    good = [demo.ranked(list(answer.hits[: answer.cut])) for answer in (dog_first, car_first)]
    assert good == [["ZOOM0012.flac"], ["ZOOM0013.ogg"]]


def test_most_of_what_can_be_heard_is_among_the_first_three(demo: Demo) -> None:
    texts = sorted({event["text"] for sound in HEARD.values() for event in sound["heard"]})
    missed = [
        text
        for text in texts
        if not any(times(name, text) for name in demo.ranked(demo.searcher.search(text, limit=3)))
    ]
    assert len(missed) <= len(texts) // 5, missed


@pytest.mark.parametrize("text", ["a dog barks", "a car passes by"])
@pytest.mark.parametrize("scene", ["ZOOM0012.flac", "ZOOM0013.ogg"])  # a dog then a car, a car then a dog
def test_each_sound_of_a_scene_has_its_own_moment(scene: str, text: str, demo: Demo) -> None:
    hits = {demo.original[hit.path]: hit for hit in demo.searcher.search(text, limit=len(HEARD))}
    assert inside(hits[scene], times(scene, text))


def test_sounds_similar_to_a_dog_hold_a_dog(demo: Demo) -> None:
    hits = demo.searcher.similar(demo.copy["dog barking.flac"], limit=3)
    names = demo.ranked(hits)
    assert "dog barking.flac" not in names
    assert times(names[0], "a dog barks")


def test_part_of_a_scene_finds_the_whole_sound(demo: Demo) -> None:
    ((start_s, end_s),) = times("ZOOM0012.flac", "a car passes by")
    hits = demo.searcher.similar(demo.copy["ZOOM0012.flac"], start_s, end_s, limit=3)
    assert any(times(name, "a car passes by") for name in demo.ranked(hits)[:2])


def test_what_is_not_there_scores_lower(demo: Demo) -> None:
    def best_score(query: str) -> float:
        return demo.searcher.search(query, limit=1)[0].score

    present = [best_score(event["text"]) for sound in HEARD.values() for event in sound["heard"]]
    absent = [best_score(query) for query in ("a cat meows", "typing on a keyboard", "a chainsaw", "someone sneezes")]
    assert sum(absent) / len(absent) < sum(present) / len(present)
