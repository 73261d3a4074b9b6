from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.small_tasks import WAYS, PairsTask, gradients, paper_recipe
from trainer.distributed import Processes, started_processes
from trainer.errors import TrainerError
from trainer.run_state import load_newest_state


@pytest.fixture(scope="module")
def of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes wrote: `gradients` of each way, and a run."""
    folder = tmp_path_factory.mktemp("two")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.small_tasks", "gradients", str(folder)]
    around = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    both = [
        subprocess.Popen(command, cwd=Path(__file__).parents[2], env={**around, "RANK": rank, "LOCAL_RANK": rank})
        for rank in ("0", "1")
    ]
    assert [each.wait(240) for each in both] == [0, 0]
    return folder


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rank", [0, 1])
def test_two_processes_have_the_losses_and_gradients_of_one(of_two: Path, way: str, rank: int) -> None:
    at_once, radius = WAYS[way]
    found = torch.load(of_two / f"{way} {rank}.pt", weights_only=True)
    alone = gradients(PairsTask(), rows=16, at_once=at_once, radius=radius)
    torch.testing.assert_close(found, alone, rtol=1e-5, atol=1e-5)


def test_one_of_two_processes_writes_the_states_and_the_log(of_two: Path) -> None:
    state = load_newest_state(of_two / "run")
    assert state is not None
    assert (state["step"], state["best_step"]) == (3, 3)
    assert len((of_two / "run" / "log.jsonl").read_text().splitlines()) == 5  # the start, three steps, the figures


def test_each_process_has_its_part_of_the_rows() -> None:
    assert [Processes(rank, 3).part_of(12) for rank in range(3)] == [range(4), range(4, 8), range(8, 12)]


def test_parts_that_are_not_equal_are_refused_in_a_sentence(tmp_path: Path) -> None:
    sentence = "8 rows per step cannot be shared evenly by 3 processes; set descent.rows_per_step to a multiple of 3."
    with pytest.raises(TrainerError) as refused:
        Processes(0, 3).part_of(paper_recipe().descent.rows_per_step)
    assert str(refused.value) == sentence


def test_a_run_that_nobody_started_in_several_processes_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with started_processes(torch.device("cpu")) as (processes, device):
        assert (processes.count, processes.is_first, device.type) == (1, True, "cpu")
        with processes.first_alone():
            assert processes.from_first("said") == "said"
