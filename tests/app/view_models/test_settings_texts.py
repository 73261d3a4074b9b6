from __future__ import annotations

from pathlib import Path

import pytest

from app.services.messages import Ready
from app.view_models.settings_texts import network_text, root_text, way_back_text
from engine.library_rows import Root, RootCounts


def test_a_network_is_told_by_name_checkpoint_and_place() -> None:
    assert network_text(Ready("earmark-small-2", "0123456789abcdef", 1.0), None).splitlines() == [
        "earmark-small-2",
        "Checkpoint 0123456789ab",
        "It comes with Earmark.",
    ]


def test_a_hostile_network_stays_on_its_three_lines() -> None:
    text = network_text(Ready("two\nlines", "12\n34", 1.0), Path("/networks/\u202eexe\nnew"))
    assert text.splitlines() == ["two\\nlines", "Checkpoint 12\\n34", "/networks/\\u202eexe\\nnew"]


def test_as_long_as_another_answers_it_is_told_what_is_awaited() -> None:
    text = network_text(Ready("old", "0123", 1.0, awaited="new"), Path("/networks/new"))
    assert text.splitlines()[2] == "It answers until new has listened to all sounds."


def test_the_way_back_names_where_it_leads() -> None:
    assert way_back_text(None) == "Back to Earmark’s own"
    assert way_back_text(Path("/networks/gates")) == "Back to gates"


@pytest.mark.parametrize(
    ("state", "counts", "said"),
    [
        ("ok", (41_203, 0, 0), "41,203 sounds"),
        ("ok", (1, 0, 3), "1 sound, 3 unreadable"),
        ("offline", (0, 1_200, 3), "offline, 0 sounds, 1,200 missing, 3 unreadable"),
    ],
)
def test_a_root_is_told_by_its_counts(state: str, counts: tuple[int, int, int], said: str) -> None:
    assert root_text(RootCounts(Root(1, Path("/sounds"), state), *counts)) == said  # type: ignore[arg-type]
