"""The folders that are watched: what they hold, how far listening to them is, and what a person orders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.messages import Failure, IndexFinished, Progress, Ready, RootInDoubt, RootsInDoubt, Watching
from app.view_models.indexing_state import Hold, IndexingState
from app.view_models.sidebar_tree import RootStatus
from app.view_models.wording import counted
from app.workers.library_access import LibraryAccess
from app.workers.services import Services
from engine.errors import display_path
from engine.library import Library
from engine.library_rows import RootCounts
from engine.watch_state import WatchState

OUT_OF_REACH = "Not in reach; everything known of it is kept."
SETTLE_MS = 300  # so long after the first of many changes they are counted


class Folders(QObject):
    """Keeps up with the indexing service.

    counted : list[RootCounts], whenever they may have changed
    state_changed : IndexingState
    statuses_changed : {root id: RootStatus}
    rows_changed : the library may list other files now
    doubted : a sentence; so many files of a root are gone that its drive may be, and not they
    """

    counted = Signal(object)
    state_changed = Signal(object)
    statuses_changed = Signal(object)
    rows_changed = Signal()
    doubted = Signal(str)

    def __init__(self, access: LibraryAccess, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._services = services
        self._watched: Sequence[WatchState] = ()
        self._in_doubt: dict[int, RootInDoubt] = {}
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self.look_again)
        self.counts: list[RootCounts] = []
        self.are_counted = False
        self.state = IndexingState()
        self._connect()

    def _connect(self) -> None:
        services = self._services
        services.indexing_ready.connect(self._take_ready)
        services.progressed.connect(self._take_progress)
        services.finished.connect(self._take_finished)
        services.indexing_failed.connect(self._take_failure)
        services.watching.connect(self._take_watching)
        services.roots_in_doubt.connect(self._take_doubts)
        services.stored.connect(self._settle)
        services.roots_changed.connect(self._settle)
        services.file_failed.connect(self._settle)

    # --- what a person orders -----------------------------------------------------------------------------------------

    def add(self, folders: Sequence[Path]) -> None:
        if folders and (indexing := self._services.indexing):
            indexing.index(folders)

    def remove(self, root_id: int) -> None:
        if indexing := self._services.indexing:
            indexing.remove_root(root_id)

    def rescan(self, root_id: int | None = None) -> None:
        """None: all of them."""
        indexing = self._services.indexing
        if indexing is None:
            return
        if root_id is None:
            indexing.index()
        else:
            indexing.rescan(root_id)

    def pause_root(self, root_id: int, paused: bool) -> None:
        if indexing := self._services.indexing:
            indexing.pause_root(root_id, paused)

    def move(self, root_id: int, folder: Path) -> None:
        if indexing := self._services.indexing:
            indexing.move_root(root_id, folder)

    def confirm_gone(self, root_id: int) -> None:
        if indexing := self._services.indexing:
            indexing.confirm_gone(root_id)

    def retry(self, paths: Sequence[Path]) -> None:
        if indexing := self._services.indexing:
            indexing.retry(paths)

    def toggle_pause(self) -> None:
        self._hold(None if self.state.hold == "asked" else "asked")

    def pause_while_listening(self, listening: bool) -> None:
        """Nothing if a person asked for a pause anyway."""
        if self.state.hold != "asked":
            self._hold("listening" if listening else None)

    def _hold(self, hold: Hold | None) -> None:
        indexing = self._services.indexing
        if indexing is None or hold == self.state.hold:
            return
        if hold is None:
            indexing.resume()
        else:
            indexing.pause()
        self._set(self.state.held(hold))

    # --- what is ------------------------------------------------------------------------------------------------------

    def begin(self, network: str) -> None:
        """The service was started with this network."""
        self._set(self.state.starting(network))

    def count(self) -> None:
        self._access.read(Library.root_counts, self._take_counts)

    @Slot()
    def look_again(self) -> None:
        """The library may hold something else now."""
        self.count()
        self.rows_changed.emit()

    @Slot()
    def _settle(self) -> None:
        if not self._settling.isActive():
            self._settling.start()

    def _take_counts(self, counts: list[RootCounts]) -> None:
        self.counts = counts
        self.are_counted = True
        self.counted.emit(counts)
        self._tell_statuses()

    @Slot(object)
    def _take_ready(self, answer: Ready) -> None:
        self._set(self.state.ready(answer))

    @Slot(object)
    def _take_progress(self, answer: Progress) -> None:
        self._set(self.state.progressed(answer))

    @Slot(object)
    def _take_finished(self, answer: IndexFinished) -> None:
        self._set(self.state.finished(answer))
        self._settle()

    @Slot(object)
    def _take_failure(self, failure: Failure) -> None:
        if failure.number is None:
            self._set(self.state.given_up(failure.sentence))

    @Slot(object)
    def _take_watching(self, answer: Watching) -> None:
        self._watched = answer.states
        self._settle()

    @Slot(object)
    def _take_doubts(self, answer: RootsInDoubt) -> None:
        for doubt in answer.roots:
            if doubt.root_id not in self._in_doubt:
                self.doubted.emit(_doubt_sentence(doubt))
        self._in_doubt = {doubt.root_id: doubt for doubt in answer.roots}
        self._settle()

    def _set(self, state: IndexingState) -> None:
        self.state = state
        self.state_changed.emit(state)
        self._tell_statuses()

    def _tell_statuses(self) -> None:
        watched = {state.root_id: state for state in self._watched}
        self.statuses_changed.emit(
            {
                counts.root.id: _status(
                    counts, watched.get(counts.root.id), self._in_doubt.get(counts.root.id), self.state
                )
                for counts in self.counts
            }
        )


def _status(
    counts: RootCounts, watched: WatchState | None, doubt: RootInDoubt | None, running: IndexingState
) -> RootStatus:
    root = counts.root
    if root.paused:
        return RootStatus("paused", "Paused")
    if doubt is not None:
        return RootStatus("offline", _doubt_sentence(doubt))
    if not root.online or (watched is not None and watched.how == "offline"):
        return RootStatus("offline", watched.reason if watched and watched.reason else OUT_OF_REACH)
    if running.share_done is not None and running.progress and root.id in running.progress.root_ids:
        return RootStatus("indexing", running.sentence, running.share_done)
    if watched is not None and watched.how == "polling":
        return RootStatus("polling", watched.reason)
    return RootStatus()


def _doubt_sentence(doubt: RootInDoubt) -> str:
    return (
        f"{counted(doubt.files_gone, 'sound')} vanished from {display_path(doubt.folder.name)} at once, so it counts as"
        " offline and nothing of them is forgotten; if they were deleted, say so in the folder's menu."
    )
