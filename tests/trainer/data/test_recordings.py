from __future__ import annotations

from pathlib import Path

import pytest

from trainer.data.recordings import freesound, recording_id, youtube
from trainer.manifest import Clip


@pytest.mark.parametrize(
    ("source", "recording", "identity"),
    [
        ("fsd50k", "freesound:64760", "freesound:64760"),
        ("esc50", "1-100032-A-0.wav", "freesound:100032"),
        ("esc10", "esc10/001 - Dog bark/2-118072-A.ogg", "freesound:118072"),
        ("urbansound8k", "100263-2-0-117.wav", "freesound:100263"),
        ("own", "packs/100475__iluppai__saxophone-weep.wav", "freesound:100475"),
        ("audiocaps", "ab_defghij-", "youtube:ab_defghij-"),
        ("AudioSet balanced", "Yab_defghij-.wav", "youtube:ab_defghij-"),
        ("vggsound", "ab_defghij-_000030.mp4", "youtube:ab_defghij-"),
        ("audioset", "ab_defghij-_30000", "youtube:ab_defghij-"),
        ("other", "Yab_defghij-_30.000_40.000.wav", "youtube:ab_defghij-"),
        ("game", "footstep_01.ogg", "game:footstep_01.ogg"),  # eleven letters of no video
        ("game", "1-2-A-3", "game:1-2-A-3"),  # there is no such early sound on Freesound
        ("zoo", "", "zoo:clip.wav"),
    ],
)
def test_a_recording_is_told_the_same_way_for_every_set(source: str, recording: str, identity: str) -> None:
    assert recording_id(Clip(Path("sounds/clip.wav"), source, recording, "", "", 1.0, "")) == identity


def test_numbers_are_numbers() -> None:
    assert freesound("0064760") == freesound(64760) == "freesound:64760"
    assert youtube("-a") == "youtube:-a"
