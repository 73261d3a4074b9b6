"""The program ends as it should, whatever it is closed in the middle of; benchmarks/exits.py tries a hundred times."""

from __future__ import annotations

import pytest

from app.settings import Settings
from benchmarks.exits import Room
from tests.small_networks import write_small_network

SEED = 1

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    folder = tmp_path_factory.mktemp("exits")
    write_small_network(folder / "network")
    return Room(folder, Settings(network_folder=folder / "network"))


@pytest.mark.parametrize("state", ["as_the_network_loads", "indexing", "searching", "dragging_a_slider", "with_a_menu"])
def test_an_exit_is_clean(state: str, room: Room):
    exit = room.leave(state, SEED)
    assert exit.is_clean, str(exit)
