"""The one window: its parts, where they lie, and what passes between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.commands import Commands
from app.file_mime import local_paths
from app.look import theme
from app.playing.audio_devices import OutputDevices, PortAudioDevices
from app.recording.microphones import Microphones, PortAudioMicrophones
from app.settings import Settings
from app.view_models.empty_answer import EmptyAnswer, empty_answer
from app.view_models.history import QueryHistory
from app.view_models.results import Results
from app.view_models.verdicts import Verdicts, refines
from app.widgets.dragged_files import take_if_files
from app.widgets.inspector.inspector import Inspector
from app.widgets.results.empty_results import EmptyResults
from app.widgets.search.recording_panel import RecordingPanel
from app.widgets.search.search_bar import SearchBar
from app.widgets.sidebar.sidebar import Sidebar
from app.widgets.sound.sound_pane import SoundPane
from app.widgets.status_bar import StatusBar
from app.widgets.welcome import Welcome
from app.windows import window_state
from app.windows.annotating import Annotating
from app.windows.audition import Audition
from app.windows.choices import Choices
from app.windows.comparing import Comparing
from app.windows.explaining import Explaining
from app.windows.finding import Finding
from app.windows.folders import Folders
from app.windows.metadata import Metadata
from app.windows.recording import Recording
from app.windows.searching import Searching
from app.windows.selecting import Selecting
from app.windows.tagging import Tagging
from app.windows.training import Training
from app.windows.window_commands import add_commands
from app.windows.window_dialogs import WindowDialogs
from app.windows.wiring import connect_parts
from app.workers.library_access import LibraryAccess
from app.workers.playback import Playback
from app.workers.services import Services
from engine.library_rows import EVERYTHING, NameCount
from engine.question import Question
from engine.saved_searches import SavedSearch

USUAL_SIZE_PX = (1440, 900)
LEAST_SIZE_PX = (720, 480)
INSPECTOR_FROM_PX = 1100  # in narrower windows the inspector folds away by itself,
SIDEBAR_FROM_PX = 900  # and then the sidebar
HISTORY, PICTURE, WAVEFORMS = "history", "picture", "waveforms"  # what is kept of the window beside its sizes


class MainWindow(QMainWindow):
    """Everything a person sees of one library. `begin` once it is on the screen, `finish` when it is closed."""

    def __init__(
        self,
        library_folder: Path,
        settings: Settings,
        settings_path: Path,
        find_devices: Callable[[], OutputDevices] = PortAudioDevices,
        find_microphones: Callable[[], Microphones] = PortAudioMicrophones,
    ) -> None:
        super().__init__()
        self.library_folder = library_folder
        self.collections: Sequence[NameCount] = ()
        self.commands = Commands(self)
        self.choices = Choices(settings, settings_path, self)
        self.access = LibraryAccess(library_folder, self)
        self.services = Services(library_folder, self)
        self.playback = Playback(find_devices, self)
        self.audition = Audition(self.playback, self.choices, self)
        self.annotating = Annotating(self.access, self)
        self.folders = Folders(self.access, self.services, self)
        self.finding = Finding(self.access, self.services, self)
        self.recording_panel = RecordingPanel()
        self.recording = Recording(self.recording_panel, find_microphones, parent=self)
        self._make_parts()
        self._lay_out()
        self.dialogs = WindowDialogs(self)
        self.tagging = Tagging(self)
        self.metadata = Metadata(self)
        self.training = Training(self)
        add_commands(self.commands, self)
        self.commands.apply(settings.keys)
        action = self.commands.action
        self.search_bar.show_keys_of(
            search=action("search"),
            save=action("save-search"),
            back=action("back"),
            forward=action("forward"),
            record=action("record"),
        )
        connect_parts(self)
        self.apply(settings)
        self._restore(settings)
        self._weak_shown = False
        self._asked = Question()
        self._folded: set[QWidget] = set()  # by themselves, as the window became too narrow for them
        self._is_finished = False
        self._may_close = False

    def _make_parts(self) -> None:
        self.search_bar = SearchBar()
        self.sidebar = Sidebar()
        self.sound_pane = SoundPane()
        self.inspector = Inspector()
        self.status = StatusBar()
        self.welcome = Welcome()
        self.empty = EmptyResults()
        self.selecting = Selecting(self.access, self.audition, self.inspector, self.sound_pane, self)
        self.table = self.selecting.table
        history = QueryHistory.from_json(self.choices.settings.window.get(HISTORY, "[]"))
        self.searching = Searching(self.search_bar, self.finding, history, self)
        self.explaining = Explaining(self.services, self.choices, self.sound_pane.view, self)
        self.comparing = Comparing(self.searching, self.selecting, self.audition, self.sound_pane.view, self)

    def _lay_out(self) -> None:
        self.setWindowTitle("Earmark")
        self.setMinimumSize(*LEAST_SIZE_PX)
        self.resize(*USUAL_SIZE_PX)
        self.setAcceptDrops(True)
        self.pages = QStackedWidget()
        for page in (self.table, self.empty, self.welcome):
            self.pages.addWidget(page)
        self.columns = _splitter(Qt.Orientation.Horizontal, self.sidebar, self.pages, self.inspector)
        self.columns.setStretchFactor(1, 1)
        self.rows = _splitter(Qt.Orientation.Vertical, self.columns, self.sound_pane)
        self.rows.setStretchFactor(0, 1)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.search_bar)
        layout.addWidget(self.recording_panel)
        layout.addWidget(self.rows, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(centre)

    # --- from first to last -------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Show the library, and start the services; the window is on the screen by now."""
        self.show_library()
        self.start_services()
        self.training.begin()
        self.recording.look_for_microphones()

    def show_library(self) -> None:
        self.folders.count()
        self.refresh_names()
        self.searching.ask(self.finding.question, remember=False)
        self.search_bar.focus_field()

    def start_services(self) -> None:
        self.services.start(self.choices.settings)
        network = self.choices.settings.network_folder
        self.folders.begin(network.name if network else "that comes with Earmark")

    def restart_services(self) -> None:
        """With another network, or on another device."""
        if self.services.running:
            self.services.stop()
            self.start_services()

    def forget_what_was_heard(self) -> None:
        """Have everything computed anew, and nothing forgotten that a person said."""
        self.services.stop()
        self.sound_pane.view.clear_cache()
        self.access.forget_computed(self._begin_anew)

    def _begin_anew(self, done: object) -> None:
        self.start_services()
        self.show_library()
        self.dialogs.show_space()

    def finish(self) -> None:
        """Write what is not written yet, and end everything that runs, within 3 s."""
        if self._is_finished:
            return
        self._is_finished = True
        self.training.begin_end()
        self.inspector.commit()
        self.tagging.close()
        self.recording.close()  # before the history is kept
        self.choices.change(window=self._state(), columns=self.table.columns(), keys=self.commands.rebindings())
        self.choices.write()
        self.playback.close()
        self.sound_pane.shut_down()
        self.services.stop()
        self.training.end()
        self.metadata.close()
        self.access.close()

    @Slot()
    def close_at_once(self) -> None:
        """Ask nothing: the session ends, or it was asked."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.training.is_running and not self._may_close:
            self.training.ask_to_end(self.close_at_once)
            event.ignore()
            return
        self.hide()
        self.dialogs.close()
        self.finish()
        super().closeEvent(event)
        QApplication.quit()

    @Slot()
    def come_to_front(self) -> None:
        """Another start asks for this window."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def report_crash(self, report: str) -> None:
        """A bug of ours: told once, with what a report about it needs."""
        self.status.say(f"Something went wrong inside Earmark; your files and library are safe. {report}", "error")

    # --- what is shown ------------------------------------------------------------------------------------------------

    def refresh_names(self) -> None:
        """Tags, collections and saved searches may be others now."""
        self.access.read(lambda library: library.tag_counts(), self._show_tags)
        self.access.read(lambda library: library.collection_counts(), self._show_collections)
        self.access.read(lambda library: library.saved_searches.all(), self._show_saved)
        self.tagging.look_again()

    def _show_tags(self, tags: Sequence[NameCount]) -> None:
        self.sidebar.set_tags(tags)
        self.inspector.set_known_tags([tag.name for tag in tags])

    def _show_collections(self, collections: Sequence[NameCount]) -> None:
        self.collections = collections
        self.sidebar.set_collections(collections)
        self.searching.set_collections(collections)

    def _show_saved(self, saved: Sequence[SavedSearch]) -> None:
        self.sidebar.set_saved(saved)
        self.searching.set_saved(saved)

    def show_results(self, results: Results, keep_place: bool) -> None:
        self.table.show_results(results, keep_place=keep_place)
        self.choose_page()

    def choose_page(self) -> None:
        """The list, or what stands there while it is empty."""
        if not self.folders.are_counted or self._has_rows():  # before, nobody knows whether a greeting is right
            self.pages.setCurrentWidget(self.table)
        elif not self.folders.counts and self.finding.question.is_browsing:
            self.pages.setCurrentWidget(self.welcome)
        else:
            self.empty.show_answer(self._empty_answer())
            self.pages.setCurrentWidget(self.empty)

    def _has_rows(self) -> bool:
        """Files that say what was asked are shown though nothing sounds like it."""
        results = self.finding.results
        return len(results) > (0 if self._weak_shown or results.says_words else results.weak_rows)

    def follow_question(self, question: Question) -> None:
        """Another one is asked."""
        self._weak_shown = self._weak_shown and refines(question, self._asked)
        self._asked = question
        self.sidebar.show_scope(question.scope)
        self.selecting.show_verdicts(Verdicts.of(question))

    def show_weak(self) -> None:
        """Matches nearer to chance than to a find, though there are no others."""
        self._weak_shown = True
        self.choose_page()

    def _empty_answer(self) -> EmptyAnswer:
        question, progress = self.finding.question, self.folders.state.progress
        if self.finding.is_waiting:
            return EmptyAnswer("")
        return empty_answer(
            asked=not question.is_browsing,
            scoped=question.scope != EVERYTHING,
            reason=self.finding.results.reason,
            weak_matches=self.finding.results.weak_rows,
            listened=progress.files_done if progress else None,
            to_listen=progress.files_total if progress else 0,
        )

    # --- of the selected files ----------------------------------------------------------------------------------------

    def rate(self, stars: int | None) -> None:
        self.annotating.rate(self.selecting.ids, stars)

    def toggle_favourite(self) -> None:
        self.annotating.toggle_favourite(self.selecting.ids)

    def begin_tag(self) -> None:
        self._open_inspector()
        self.inspector.begin_tag()

    def begin_note(self) -> None:
        self._open_inspector()
        self.inspector.begin_note()

    def _open_inspector(self) -> None:
        if self.inspector.isHidden():
            self.toggle_panel(self.inspector)

    def stop_or_clear(self) -> None:
        """Silence, here and at the microphone, first; only then the search is cleared."""
        if not (self.recording.cancel() or self.audition.stop()) and not self.finding.question.is_browsing:
            self.searching.ask_for("")

    # --- what is dropped ----------------------------------------------------------------------------------------------

    def take_dropped(self, paths: Sequence[Path]) -> None:
        """Folders are watched from now on; a file is an example of what to look for."""
        folders = [path for path in paths if path.is_dir()]
        if folders:
            self.folders.add(folders)
        elif paths and self.folders.counts:
            self.searching.ask_like(paths[0])
        elif paths:
            self.status.say("Drop a folder first: Earmark watches whole folders.")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        take_if_files(event, self)

    def dropEvent(self, event: QDropEvent) -> None:
        self.take_dropped(local_paths(event.mimeData()))
        event.acceptProposedAction()

    # --- panels -------------------------------------------------------------------------------------------------------

    def toggle_panel(self, panel: QWidget) -> None:
        self._folded.discard(panel)
        panel.setVisible(panel.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold(self.inspector, self.width() < INSPECTOR_FROM_PX)
        self._fold(self.sidebar, self.width() < SIDEBAR_FROM_PX)

    def _fold(self, panel: QWidget, is_narrow: bool) -> None:
        """Once when the window becomes narrow, so that a person can open it again; and back when it is wide again."""
        was_narrow = panel.property("narrow") or False
        panel.setProperty("narrow", is_narrow)
        if is_narrow and not was_narrow and not panel.isHidden():
            self._folded.add(panel)
            panel.hide()
        elif was_narrow and not is_narrow and panel in self._folded:
            self._folded.discard(panel)
            panel.show()

    # --- settings -----------------------------------------------------------------------------------------------------

    def apply(self, settings: Settings) -> None:
        """Everything but what only a restart of the services can change."""
        bar = self.sound_pane.bar
        bar.set_loop(settings.loop)
        bar.set_gain_db(settings.gain_db)
        bar.set_level_matching(settings.level_matching)
        bar.set_play_on_select(settings.play_on_select)
        bar.set_play_from_moment(settings.play_from_moment)
        bar.set_heat_map(settings.heat_map)
        self.sound_pane.set_colour_map(settings.colour_map, settings.range_db)
        self.playback.set_gain_db(settings.gain_db)
        self.playback.set_level_matching(settings.level_matching)

    def take_settings(self, new: Settings, old: Settings) -> None:
        self.apply(new)
        if new.theme != old.theme:
            theme.apply(_application(), new.theme)
        if new.output_device != old.output_device:
            self.playback.choose_device(new.output_device)
        if new.loop != old.loop:
            self.audition.loop_changed()
        if (new.network_folder, new.compute) != (old.network_folder, old.compute):
            QTimer.singleShot(0, self, self.restart_services)
        elif new.workers != old.workers and self.services.indexing:
            self.services.indexing.set_workers(new.workers or os.cpu_count() or 1)

    def _restore(self, settings: Settings) -> None:
        if settings.output_device is not None:
            self.playback.choose_device(settings.output_device)
        self.recording.set_device(settings.input_device)
        self.table.set_columns(settings.columns)
        window_state.restore(self, self._splitters(), settings.window)
        for panel in (self.sidebar, self.inspector):
            panel.setHidden(settings.window.get(panel.accessibleName()) == "hidden")
        self.sound_pane.set_collapsed(settings.window.get(PICTURE) == "hidden")
        self.table.set_waveforms(settings.window.get(WAVEFORMS) == "shown")

    def _state(self) -> dict[str, str]:
        hidden = {
            panel.accessibleName(): "hidden"
            for panel in (self.sidebar, self.inspector)
            if panel.isHidden() and panel not in self._folded
        }
        seen = {
            PICTURE: "hidden" if self.sound_pane.is_collapsed() else "shown",
            WAVEFORMS: "shown" if self.table.has_waveforms else "hidden",
            HISTORY: self.searching.history.to_json(),
        }
        return {**window_state.saved(self, self._splitters()), **hidden, **seen}

    def _splitters(self) -> dict[str, QSplitter]:
        return {"columns": self.columns, "rows": self.rows}


def _splitter(orientation: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application
