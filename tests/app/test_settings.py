from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.settings import (
    GAINS_DB,
    MAX_COLUMN_PX,
    MAX_FORMER,
    MAX_WORKERS,
    RANGES_DB,
    Settings,
    load,
    remembering,
    save,
    settings_path,
)
from engine.errors import EngineError

words = st.text(min_size=1, max_size=20)
any_settings = st.builds(
    Settings,
    theme=st.sampled_from(["system", "light", "dark"]),
    output_device=st.none() | words,
    gain_db=st.floats(*GAINS_DB) | st.just(-math.inf),
    level_matching=st.booleans(),
    play_on_select=st.booleans(),
    play_from_moment=st.booleans(),
    loop=st.booleans(),
    pause_indexing_while_playing=st.booleans(),
    workers=st.none() | st.integers(1, MAX_WORKERS),
    network_folder=st.none() | words.map(Path),
    former_networks=st.lists(st.none() | words.map(Path), max_size=MAX_FORMER, unique=True).map(tuple),
    compute=st.sampled_from(["auto", "cpu", "cuda", "mps"]),
    colour_map=st.sampled_from(["magma", "viridis", "grey"]),
    range_db=st.floats(*RANGES_DB),
    heat_map=st.booleans(),
    columns=st.dictionaries(words, st.integers(1, MAX_COLUMN_PX), max_size=4).map(lambda found: tuple(found.items())),
    keys=st.dictionaries(words, st.lists(words, max_size=3).map(tuple), max_size=4),
    window=st.dictionaries(words, words, max_size=4),
)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
one_folder_for_all_examples = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


@one_folder_for_all_examples
@given(chosen=any_settings)
def test_what_is_saved_is_loaded_again(chosen: Settings, tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    save(chosen, path)
    assert load(path) == chosen
    assert list(path.parent.iterdir()) == [path]  # nothing else is left lying there


def test_undecodable_bytes_in_names_survive(tmp_path: Path) -> None:
    chosen = Settings(network_folder=Path("/networks/caf\udce9"), output_device="S\udcff")
    save(chosen, tmp_path / "settings.json")
    assert load(tmp_path / "settings.json") == chosen


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "settings.json") == Settings()
    assert load(tmp_path) == Settings()  # a folder has that name
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"7", b"\xff\xfe\x00", b"[" * 100_000, b'{"loop": true} trailing'], ids=range(7)
)
def test_a_damaged_file_means_defaults_and_is_kept_aside(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    assert load(path) == Settings()
    assert not path.exists()
    assert (tmp_path / "settings.json.damaged").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "purple"),
        ("theme", ["dark"]),
        ("output_device", ""),
        ("output_device", 3),
        ("gain_db", "loud"),
        ("gain_db", True),
        ("gain_db", 900),
        ("gain_db", float("nan")),
        ("gain_db", float("inf")),
        ("level_matching", 1),
        ("workers", 0),
        ("workers", 2.5),
        ("workers", True),
        ("network_folder", 7),
        ("compute", "abacus"),
        ("colour_map", "jet"),
        ("range_db", 0),
        ("columns", [["name"]]),
        ("columns", [["name", -5]]),
        ("columns", [["name", 80], ["name", 90]]),
        ("columns", "name"),
        ("keys", [1, 2]),
        ("keys", {"play": 5}),
        ("keys", {"play": [""]}),
        ("window", {"geometry": 5}),
        ("window", "AAAA"),
    ],
)
def test_a_value_without_sense_is_its_default_and_the_others_hold(name: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({name: value, "loop": True}))
    assert load(path) == Settings(loop=True)


@one_folder_for_all_examples
@given(stored=st.dictionaries(st.sampled_from([field.name for field in fields(Settings)]), any_json))
def test_whatever_the_file_says_the_settings_can_be_used(stored: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(stored))
    loaded = load(path)
    save(loaded, path)
    assert load(path) == loaded


def test_a_setting_of_a_newer_version_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"hologram": "on", "theme": "dark"}')
    assert load(path) == Settings(theme="dark")


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("not a folder")
    with pytest.raises(EngineError, match=r"could not be kept in .*taken.* and your sounds and library are as they"):
        save(Settings(), tmp_path / "taken" / "settings.json")


def test_a_failed_save_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()  # a file cannot take the place of a folder
    with pytest.raises(EngineError):
        save(Settings(), tmp_path / "settings.json")
    assert [entry.name for entry in tmp_path.iterdir()] == ["settings.json"]


def test_the_environment_can_name_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EARMARK_SETTINGS", str(tmp_path / "mine.json"))
    assert settings_path() == tmp_path / "mine.json"
    monkeypatch.delenv("EARMARK_SETTINGS")
    assert settings_path().parts[-2:] == ("Earmark", "settings.json")


def test_the_networks_before_are_remembered_the_last_one_first() -> None:
    own, mine, other = None, Path("/networks/mine"), Path("/networks/other")
    now = Settings()
    for folder, former in (
        (mine, (own,)),
        (other, (mine, own)),
        (own, (other, mine)),
        (own, (other, mine)),
        (mine, (own, other)),
    ):
        now = remembering(replace(now, network_folder=folder, loop=True), now)
        assert (now.network_folder, now.former_networks) == (folder, former)
    assert remembering(Settings(network_folder=mine), now).former_networks == (own, other)
