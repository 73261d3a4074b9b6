"""What was said in the status bar lately."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

from app.view_models.plain_text import one_line

MOST_MESSAGES = 50

MessageKind = Literal["note", "error"]


@dataclass(frozen=True)
class Message:
    """A sentence, when it was said last (seconds since the epoch), and how often in a row."""

    sentence: str
    kind: MessageKind
    said_at_s: float
    times: int = 1


class MessageLog:
    """The last messages, the newest last."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=MOST_MESSAGES)

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, sentence: str, kind: MessageKind, said_at_s: float) -> None:
        """What is said several times in a row is one message."""
        last = self._messages[-1] if self._messages else None
        if last is not None and (last.sentence, last.kind) == (sentence, kind):
            self._messages[-1] = replace(last, said_at_s=said_at_s, times=last.times + 1)
        else:
            self._messages.append(Message(sentence, kind, said_at_s))

    def text(self) -> str:
        """One line for each, the newest first: 14:05:09  Error: … (3 times)."""
        return "\n".join(_line(message) for message in reversed(self._messages))


def _line(message: Message) -> str:
    at = time.strftime("%H:%M:%S", time.localtime(message.said_at_s))
    kind = "Error: " if message.kind == "error" else ""
    times = f" ({message.times} times)" if message.times > 1 else ""
    return f"{at}  {kind}{one_line(message.sentence)}{times}"
