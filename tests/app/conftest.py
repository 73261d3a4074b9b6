"""Fixtures of the services' tests."""

from __future__ import annotations

import pytest

from tests.app.service_children import Heard


@pytest.fixture
def heard() -> Heard:
    return Heard()
