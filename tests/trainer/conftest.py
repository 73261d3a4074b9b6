"""Fixtures of the trainer's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.small_corpora import make_small_corpus, write_small_shared
from trainer.corpus import Corpus

REAL_SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(autouse=True)
def determined() -> Iterator[None]:
    """The same random weights and sums in the same order every time; one thread, which small networks like best."""
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def small_shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `write_small_shared` writes: read it, do not change it."""
    return write_small_shared(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def small_corpus() -> Corpus:
    return make_small_corpus()


@pytest.fixture
def real_shared() -> Path:
    """The folder with the real sounds and teachers, beside the repository; skips the test where it is absent."""
    if not (REAL_SHARED / "teacher" / "mn04.onnx").is_file():
        pytest.skip(f"the real teachers and sounds are not beside the repository ({REAL_SHARED.name})")
    return REAL_SHARED
