from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

from engine.hits import Answer, ClauseMatch, Hit

ROOT = Path(__file__).resolve().parents[2]


def test_a_hit_crosses_to_another_process_unchanged() -> None:
    hit = Hit(1, Path("dog.wav"), 0.9, 0.5, 2.0, (ClauseMatch("dog", 0.5, 2.0, 0.9),), ("dog",), 3.0)
    answer = Answer((hit,), 1, "All of these stand out from the rest of the library.")
    assert pickle.loads(pickle.dumps(answer)) == answer


def test_whoever_only_shows_hits_need_not_load_a_network() -> None:
    code = "import sys, engine.hits; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
