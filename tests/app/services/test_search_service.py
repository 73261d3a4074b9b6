"""The search service with its real child: it finds, it survives its child's death, and the newest question wins."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.messages import Explain, Explained, Failure, Hits, Learn, Learned, Ready, Refresh, Search, Stop
from app.services.search_service import FATAL_QUESTION, NOTHING_HEARD, SearchService, _Searches
from engine.hits import NOTHING
from engine.library import Library
from engine.library_rows import Scope
from engine.question import Example, Question
from engine.tag_examples import ExamplesOfTag, TagExample
from tests.app.service_children import Heard, is_running, serve_searches_and_die_of_some
from tests.tones import write_sound

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")


def index(library: Path, network: Path, sounds: Path) -> None:
    from engine.embedding import Embedder
    from engine.indexing import index_folders

    with Library(library) as opened:
        index_folders(opened, Embedder.load(network), [sounds])


PATIENCE_S = 120.0  # a child that imports torch beside much else is slow, and hangs no more than that


@pytest.fixture
def service(tmp_path: Path, network: Path, heard: Heard) -> Iterator[SearchService]:
    """Over the library in tmp_path / "library", which need not exist."""
    service = SearchService(
        tmp_path / "library",
        network,
        on_answer=heard.answers.append,
        on_trouble=heard.troubles.append,
        target=serve_searches_and_die_of_some,
        hang_s=PATIENCE_S,
    )
    service.start()
    yield service
    pid = service.pid
    service.stop()
    assert pid is None or not is_running(pid)


def test_it_finds_what_is_stored_and_survives_kills(
    service: SearchService, heard: Heard, tmp_path: Path, network: Path
):
    library, sounds = tmp_path / "library", tmp_path / "sounds"
    # before anything was indexed
    assert heard.await_one(Hits, service.search(Question("rain on the roof"), 10)).answer.hits == ()
    assert heard.await_one(Ready).network == "small"

    # what was stored since is found without being told
    dog = write_sound(sounds / "dog.wav", hz=300, seconds=2)
    bell = write_sound(sounds / "bell.wav", hz=2000, seconds=2)
    index(library, network, sounds)
    hits = heard.await_one(Hits, service.search(Question("dog"), 10)).answer.hits
    assert [hit.path for hit in hits] == [dog, bell]
    assert hits[0].words == ("dog",)
    assert hits[0].clauses[0].text == "dog"
    assert 0 <= hits[0].start_s < hits[0].end_s <= hits[0].duration_s == 2.0
    similar = heard.await_one(Hits, service.search(Question(examples=(Example(dog, 0.0, 1.0),)), 10)).answer.hits
    assert [hit.path for hit in similar] == [bell]

    # in a part of the library
    nowhere = Scope(folder=sounds / "nowhere")
    assert heard.await_one(Hits, service.search(Question("dog", nowhere), 10)).answer.hits == ()
    assert (
        heard.await_one(
            Hits, service.search(Question(scope=nowhere, examples=(Example(dog, 0.0, 1.0),)), 10)
        ).answer.hits
        == ()
    )
    assert heard.await_one(Hits, service.search(Question("dog", Scope(folder=sounds)), 10)).answer.hits == hits

    # what cannot be answered is said in a sentence
    unheard = heard.await_one(Failure, service.search(Question(examples=(Example(tmp_path / "nothing.wav"),)), 10))
    assert "nothing.wav" in unheard.sentence
    assert heard.await_one(Hits, service.search(Question("   "), 10)).answer == NOTHING

    # killed while it searches: the next child is asked the same, but no third one
    assert heard.troubles == []
    assert {hit.path for hit in heard.await_one(Hits, service.search(Question("die once"), 10)).answer.hits} == {
        dog,
        bell,
    }
    assert len(heard.troubles) == 1
    assert heard.await_one(Failure, service.search(Question("die"), 10)).sentence == FATAL_QUESTION
    assert heard.await_one(Hits, service.search(Question("dog"), 10)).answer.hits == hits
    assert len(heard.await_troubles(3)) == 3
    assert all("(SIGKILL); it is started again" in trouble for trouble in heard.troubles)


def test_it_learns_tags_and_explains_and_survives_kills(
    service: SearchService, heard: Heard, tmp_path: Path, network: Path
):
    library, sounds = tmp_path / "library", tmp_path / "sounds"
    assert heard.await_one(Failure, service.learn("low", None, 10)).sentence == NOTHING_HEARD

    low = write_sound(sounds / "low.wav", hz=300, seconds=2)
    write_sound(sounds / "high.wav", hz=2000, seconds=2)
    index(library, network, sounds)
    examples = ExamplesOfTag((TagExample(1),))
    learned = heard.await_one(Learned, service.learn("low", examples, 10)).tag
    assert (learned.name, learned.method, learned.likes) == ("low", "cache", 1)
    explained = heard.await_one(Explained, service.explain(low, ["rain", "dog"], 0.0, 2.0, False)).explanation
    assert explained.path == low
    assert [curve.text for curve in explained.relevance] == ["rain", "dog"]
    unreadable = heard.await_one(Failure, service.explain(tmp_path / "nothing.wav", ["dog"], 0.0, 2.0, False))
    assert "nothing.wav" in unreadable.sentence

    # killed while it learns: asked once more, with whatever else is open, but no third time
    tag = service.learn("die once", examples, 10)
    found = service.search(Question("dog"), 10)
    assert heard.await_one(Learned, tag).tag.name == "die once"
    assert {hit.path.stem for hit in heard.await_one(Hits, found).answer.hits} == {"low", "high"}
    assert heard.await_one(Failure, service.learn("die", examples, 10)).sentence == FATAL_QUESTION
    assert heard.await_one(Learned, service.learn("low", None, 10)).tag.method == "name"
    assert len(heard.await_troubles(3)) == 3


def test_only_the_newest_question_is_answered(service: SearchService, heard: Heard):
    numbers = [service.search(Question(f"rain {number}"), 10) for number in range(20)]
    heard.await_one(Hits, numbers[-1])
    assert [answer.number for answer in heard.of(Hits)] == [numbers[-1]]  # the others came while the network was loaded


def test_a_damaged_network_is_reported_and_searches_fail_with_its_sentence(tmp_path: Path, heard: Heard):
    service = SearchService(
        tmp_path, tmp_path / "missing", on_answer=heard.answers.append, on_trouble=heard.troubles.append
    )
    service.start()
    try:
        failure = heard.await_one(Failure, service.search(Question("dog"), 10))
        assert "There is no network" in failure.sentence
        assert heard.troubles == []
    finally:
        service.stop()


class Answers:
    """Stands where the parent's process is."""

    def __init__(self) -> None:
        self.sent: list = []

    def send(self, answer: object) -> None:
        self.sent.append(answer)


def test_in_the_child_an_older_question_that_still_waits_is_void(tmp_path: Path, network: Path):
    parent = Answers()
    searches = _Searches(parent, tmp_path / "library", network)  # type: ignore[arg-type]
    searches.take(Search(1, Question("dog"), 10))
    searches.take(Search(2, Question(examples=(Example(tmp_path / "nothing.wav"),)), 10))
    searches.take(Search(3, Question("rain"), 10))
    assert searches._next() == Search(3, Question("rain"), 10)
    searches.take(Search(4, Question("car"), 10))
    assert searches._next() == Search(4, Question("car"), 10)
    assert searches._next() == Refresh(), "the library as it is at the start"
    searches.take(Stop())
    assert searches._next() is None


def test_in_the_child_the_newest_of_each_kind_waits_and_searches_go_first(tmp_path: Path, network: Path):
    searches = _Searches(Answers(), tmp_path / "library", network)  # type: ignore[arg-type]
    explain, learn = Explain(5, tmp_path / "a.wav", ("dog",), 0.0, 1.0, False), Learn(4, "low", None, 10)
    for request in (Explain(1, tmp_path, (), 0.0, 1.0, False), Learn(2, "high", None, 10), learn, explain):
        searches.take(request)
    searches.take(Search(6, Question("rain"), 10))
    assert [searches._next() for _ in range(4)] == [Search(6, Question("rain"), 10), learn, explain, Refresh()]


def test_in_the_child_an_explanation_under_way_gives_way_and_is_taken_up_again(tmp_path: Path, network: Path):
    sound = write_sound(tmp_path / "low.wav", hz=300, seconds=2)
    searches = _Searches(Answers(), tmp_path / "library", network)  # type: ignore[arg-type]
    explain, search = Explain(1, sound, ("dog",), 0.0, 2.0, False), Search(2, Question("rain"), 10)
    searches.take(explain)
    assert searches._next() == explain
    searches.take(search)
    assert searches._answer(explain) is None
    assert [searches._next() for _ in range(2)] == [search, explain]
    answer = searches._answer(explain)
    assert isinstance(answer, Explained)
    assert answer.number == 1

    newer = Explain(3, sound, ("rain",), 0.0, 2.0, False)
    searches.take(newer)
    assert searches._answer(explain) is None
    assert [searches._next() for _ in range(2)] == [newer, Refresh()], "the older one is void"
