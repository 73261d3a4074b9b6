"""What a trial wrote, to be shown and heard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.view_models.network_trial import read_trial
from engine.errors import EngineError


def test_what_both_found_can_be_shown_and_heard(tmp_path: Path) -> None:
    hit = {"file_id": 7, "path": "/s/bell\n.wav", "start_s": 1.0, "end_s": 5.0, "score": 0.5, "weak": False}
    question = {"query": "bell", "present": [hit], "new": [hit, {**hit, "file_id": 8, "path": "/s/a.wav"}], "same": 1}
    written = {"present": "old", "new": "mine", "files": 9, "questions": [question]}
    (tmp_path / "trial.json").write_text(json.dumps(written))
    trial = read_trial(tmp_path)
    assert (trial.present, trial.new, trial.files) == ("old", "mine", 9)
    (asked,) = trial.questions
    assert [sound.name for sound in asked.new] == ["bell\\n.wav", "a.wav"]
    assert asked.present[0].moment == "0:01–0:05"
    assert trial.paths == {7: Path("/s/bell\n.wav"), 8: Path("/s/a.wav")}


@pytest.mark.parametrize("content", [None, "{", '{"questions": [1]}'])
def test_what_makes_no_sense_is_said_in_a_sentence(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "trial.json").write_text(content)
    with pytest.raises(EngineError, match="try again"):
        read_trial(tmp_path)
