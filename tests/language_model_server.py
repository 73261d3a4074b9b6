"""A server on this machine that answers as a language model behind OpenAI's protocol does."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SOUNDS_LIKE = ["Wavering pure tone.", "eerie  glide", "smooth, voice-like whine", "slow vibrato"]
HEARD_IN = ["a hand moves in the air", "an old film begins", "a player bows", "a ghost appears"]


class LanguageModelServer(ThreadingHTTPServer):
    """Answers as OpenAI's protocol says: descriptions when it is asked for them, and else scenes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.asked: list[dict[str, object]] = []
        self.keys: list[str | None] = []
        self.wrong: str | None = None  # what is answered instead
        self.body: bytes | None = None  # what is sent instead
        self.status = 200
        self.address = f"http://127.0.0.1:{self.server_port}/v1"


class _Answering(BaseHTTPRequestHandler):
    server: LanguageModelServer

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(said | {"path": self.path})
        self.server.keys.append(self.headers["Authorization"])
        question = said["messages"][0]["content"]
        content = self.server.wrong or f"Here:\n{json.dumps(SOUNDS_LIKE if 'acoustic' in question else HEARD_IN)}"
        body = self.server.body or json.dumps({"choices": [{"message": {"content": content}}]}).encode()
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to standard error."""


@contextlib.contextmanager
def running_server() -> Iterator[LanguageModelServer]:
    with LanguageModelServer() as server:
        thread = threading.Thread(target=server.serve_forever, name="language model")
        thread.start()
        yield server
        server.shutdown()
        thread.join()
