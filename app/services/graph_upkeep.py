"""The search graph of a large library, kept up to date in a thread of its own: making one takes minutes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from engine.errors import EngineError
from engine.library import INDEX_FILE
from engine.migrations import open_index_db


class GraphUpkeep:
    """Makes, extends and stores the graph when it is due, while indexing and searching go on."""

    def __init__(
        self,
        library_folder: Path,
        must_stop: Callable[[], bool],
        on_renewed: Callable[[], None],
        on_failure: Callable[[str], None],
    ) -> None:
        """All are called in the thread: `must_stop` about twice a second, and it may hold the work."""
        self._library_folder = library_folder
        self._must_stop = must_stop
        self._on_renewed = on_renewed
        self._on_failure = on_failure
        self._thread: threading.Thread | None = None
        self._were_checked: set[str] = set()  # the checkpoints whose stored graphs were read through

    def look(self, checkpoint_id: str, threads: int | None) -> None:
        """See whether a graph is due, unless that is being done. Returns at once."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(
                target=self._renew, args=(checkpoint_id, threads), name="search graph", daemon=True
            )
            self._thread.start()

    def _renew(self, checkpoint_id: str, threads: int | None) -> None:
        from engine.graph_renewal import drop_damaged_graphs, is_graph_due, renew_graph
        from engine.vector_index import GRAPH_FROM_SEGMENTS as graph_from

        try:
            with closing(open_index_db(self._library_folder / INDEX_FILE)) as index_db:
                if checkpoint_id not in self._were_checked:
                    drop_damaged_graphs(index_db, checkpoint_id)
                    self._were_checked.add(checkpoint_id)
                while is_graph_due(index_db, checkpoint_id, graph_from=graph_from) and renew_graph(
                    index_db, checkpoint_id, graph_from=graph_from, should_stop=self._must_stop, threads=threads
                ):
                    self._on_renewed()
        except EngineError as error:
            self._on_failure(str(error))
