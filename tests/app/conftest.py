"""Fixtures of the services' tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.service_children import Heard


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.small_networks import write_small_network

    folder = tmp_path_factory.mktemp("networks") / "small"
    write_small_network(folder)
    return folder


@pytest.fixture
def heard() -> Heard:
    return Heard()
