"""The former network answers until the chosen one has listened to everything, today and after a restart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.services.answering_network import AnsweringNetwork
from app.services.messages import Hits, Ready, Refresh, Search
from app.services.search_service import _Searches
from engine.embedding import Embedder
from engine.errors import DamagedCheckpoint
from engine.indexing import index_folders
from engine.library import Library
from engine.question import Question
from tests.small_networks import write_small_network
from tests.tones import write_sound


class Parent:
    def __init__(self) -> None:
        self.sent: list = []

    def send(self, answer: object) -> None:
        self.sent.append(answer)

    @property
    def names(self) -> list[tuple[str, str]]:
        """Which network answers, and which is awaited."""
        return [(sent.checkpoint_id[:4], sent.awaited) for sent in self.sent if isinstance(sent, Ready)]


@pytest.fixture
def new(tmp_path: Path) -> Path:
    write_small_network(tmp_path / "new", seed=1)
    return tmp_path / "new"


@pytest.fixture
def heard(tmp_path: Path, network: Path) -> Path:
    """The folder of a library of two sounds, heard by `network`."""
    for number in range(2):
        write_sound(tmp_path / "sounds" / f"{number}.wav", hz=300 + 1000 * number, seconds=1)
    listen(tmp_path, network)
    return tmp_path / "library"


def listen(folder: Path, network: Path) -> None:
    with Library(folder / "library") as library:
        index_folders(library, Embedder.load(network), [folder / "sounds"])


def id_of(network: Path) -> str:
    return Embedder.load(network).checkpoint_id[:4]


def test_searches_go_on_with_what_the_former_network_heard(heard: Path, network: Path, new: Path, tmp_path: Path):
    parent = Parent()
    searches = _Searches(parent, heard, new, [tmp_path / "deleted", network])  # type: ignore[arg-type]
    searches._refresh(look_again=False)
    before = searches._answer(Search(1, Question("dog barks"), 5))
    assert isinstance(before, Hits)
    assert len(before.answer.hits) == 2
    assert parent.names == [(id_of(network), "small")]

    with Library(heard) as library:  # one of two
        library.register_checkpoint(Embedder.load(new).checkpoint_id, "small", 20, 0.64)
    searches.take(Refresh(run_is_over=True))
    searches._refresh(look_again=True)
    assert parent.names == [(id_of(network), "small")]

    listen(tmp_path, new)
    searches._refresh(look_again=False)  # a run that is not over changes nothing
    assert len(parent.names) == 1
    assert searches._next() == Refresh(run_is_over=True)
    searches._refresh(look_again=True)
    assert parent.names[1:] == [(id_of(new), "")]
    after = searches._answer(Search(2, Question("dog barks"), 5))
    assert isinstance(after, Hits)
    assert len(after.answer.hits) == 2
    assert [hit.score for hit in after.answer.hits] != [hit.score for hit in before.answer.hits]

    # begun again, it knows; and the way back is short
    again = Parent()
    AnsweringNetwork(heard, new, [network], again.send).embedder()
    AnsweringNetwork(heard, network, [new], again.send).embedder()
    assert again.names == [(id_of(new), ""), (id_of(network), "")]
    searches._close_library()


@pytest.mark.parametrize("has_library", [False, True])
def test_the_chosen_network_answers_where_no_other_heard_more(
    has_library: bool, heard: Path, network: Path, new: Path, tmp_path: Path
):
    parent, third = Parent(), tmp_path / "third"
    write_small_network(third, seed=2)
    if not has_library:
        shutil.rmtree(heard)
    AnsweringNetwork(heard, new, [third], parent.send).embedder()
    assert parent.names == [(id_of(new), "")]


def test_folders_that_are_out_of_reach_or_paused_are_not_waited_for(heard: Path, network: Path, new: Path):
    with Library(heard) as library:
        assert library.unheard("") == 2
        library.set_root_paused(library.roots()[0].id, True)
        assert library.unheard("") == 0


def test_a_damaged_network_is_said(heard: Path, network: Path, tmp_path: Path):
    with pytest.raises(DamagedCheckpoint):
        AnsweringNetwork(heard, tmp_path / "nothing", [network], lambda ready: None).embedder()
