"""Messages travel between processes: each must come out of a pickle as it went in, and load nothing heavy."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import is_dataclass
from pathlib import Path
from typing import get_args

import pytest

from app.services import messages
from engine.explanation import Explanation
from engine.hits import Answer, ClauseMatch, Hit
from engine.learned_tag import FoundSound, LearnedTag
from engine.library_rows import Scope
from engine.question import Example, Question
from engine.tag_examples import ExamplesOfTag, TagExample
from engine.watch_state import WatchState

UNDECODABLE = Path("/sounds/caf\udce9.wav")

HIT = Hit(7, UNDECODABLE, 0.9, 0.0, 1.0, (ClauseMatch("dog", 0.0, 1.0, 0.8),), ("dog",), 3.0)
EXAMPLES = [
    messages.Ping(),
    messages.Stop(),
    messages.Search(1, Question("dog barks -rain format:wav"), 50),
    messages.Search(2, Question(examples=(Example(UNDECODABLE, 0.5),), scope=Scope(tags=("loud",))), 50),
    messages.Learn(3, "whoosh", ExamplesOfTag((TagExample(7, 0.5, 2.0),), (TagExample(8),)), 200),
    messages.Explain(4, UNDECODABLE, ("a dog barks",), 0.0, 2.5, with_heat=True),
    messages.Refresh(),
    messages.Index(3, (UNDECODABLE,), retry=True),
    messages.Rescan(4, 1),
    messages.Retry(5, (UNDECODABLE,)),
    messages.ConfirmGone(6, 1),
    messages.RemoveRoot(7, 1),
    messages.PauseRoot(8, 1, True),
    messages.MoveRoot(9, 1, UNDECODABLE),
    messages.Describe(),
    messages.Pause(),
    messages.Resume(),
    messages.SetWorkers(2),
    messages.Examine((UNDECODABLE,)),
    messages.Quarantine(UNDECODABLE, "it crashed"),
    messages.Pong(),
    messages.Ready("small", "abc", 1.5),
    messages.Failure(None, "There is no network."),
    messages.Hits(1, Answer((HIT,), 1, "It stands out.")),
    messages.Learned(3, LearnedTag("whoosh", "cache", 2, 3, 0, 1, (FoundSound(7, 0.8, 0.0, 1.28),), unheard=1)),
    messages.Explained(4, Explanation(UNDECODABLE, ())),
    messages.Decoding(12, UNDECODABLE),
    messages.Examined(UNDECODABLE),
    messages.FileFailed(UNDECODABLE, "it crashed"),
    messages.Progress(1, 10, 3.0, 30.0, None, (1, 2)),
    messages.Stored(3),
    messages.Described(3, 7),
    messages.GraphRenewed(),
    messages.RootsChanged(None),
    messages.Watching((WatchState(1, UNDECODABLE, "polling", "Changes are not announced."),)),
    messages.RootsInDoubt((messages.RootInDoubt(1, UNDECODABLE, 50),)),
    messages.IndexFinished((3,), 10, 40, 30.0, 1, 9, 0, 0, (Path("/offline"),)),
]


def test_there_is_an_example_of_every_message() -> None:
    assert {type(example) for example in EXAMPLES} == {*get_args(messages.Request), *get_args(messages.Answer)}


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_survives_its_journey(message: object) -> None:
    assert pickle.loads(pickle.dumps(message)) == message


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_cannot_be_changed(message: object) -> None:
    assert hash(message) == hash(message)  # only frozen dataclasses have one
    assert is_dataclass(message)


def test_what_the_window_imports_loads_no_network_and_no_decoder() -> None:
    script = (
        "import sys, app.services.messages, app.single_instance\n"
        "import app.services.search_service, app.services.indexing_service\n"
        "print(*{'torch', 'transformers', 'hnswlib', 'soundfile', 'av'}.intersection(sys.modules))\n"
    )
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert child.stdout.split() == []
