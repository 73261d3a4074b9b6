"""What opens beside the window or over it: choosers, dialogs, menus, the palette and the key help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QMenu

from app.services.messages import Ready
from app.view_models.plain_text import menu_text
from app.view_models.settings_texts import LOADING, LibrarySpace, network_text
from app.view_models.wording import counted
from app.widgets.commands.command_palette import CommandPalette
from app.widgets.commands.key_help import KeyHelp
from app.widgets.commands.keys_editor import KeysEditor
from app.widgets.question import ask
from app.widgets.settings.about_dialog import AboutDialog
from app.widgets.settings.settings_dialog import SettingsDialog
from app.widgets.unreadable_dialog import UnreadableDialog
from app.windows import getting_out
from engine.errors import Failure, display_path
from engine.library import INDEX_FILE, LIBRARY_FILE, Library
from engine.library_rows import RootCounts
from engine.paths import default_network_folder, demo_sounds_folder, resources_folder

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow


class WindowDialogs:
    """Each is made when it is first asked for, and none stands in the way of listening."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._network_text = LOADING
        self._settings: SettingsDialog | None = None
        self._unreadable: UnreadableDialog | None = None
        self._about: AboutDialog | None = None
        self._palette: CommandPalette | None = None
        self._key_help: KeyHelp | None = None

    def close(self) -> None:
        for dialog in (self._settings, self._unreadable, self._about):
            if dialog is not None:
                dialog.close()

    # --- folders ------------------------------------------------------------------------------------------------------

    def add_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Add a folder of sounds", str(Path.home()))
        if folder:
            self._window.folders.add([Path(folder)])

    def add_demo_sounds(self) -> None:
        self._window.folders.add([demo_sounds_folder()])

    def locate_root(self, root_id: int) -> None:
        """An offline root is somewhere else now."""
        folder = QFileDialog.getExistingDirectory(self._window, "Where is this folder now?", str(Path.home()))
        if folder:
            self._window.folders.move(root_id, Path(folder))

    def open_unreadable(self) -> None:
        if self._unreadable is None:
            self._unreadable = UnreadableDialog(self._window)
            self._unreadable.retry_requested.connect(self._window.folders.retry)
            self._unreadable.reveal_requested.connect(getting_out.reveal)
        self._read_unreadable()
        _show(self._unreadable)

    def take_roots(self, counts: Sequence[RootCounts]) -> None:
        if self._settings is not None:
            self._settings.set_roots(counts)
        if self._unreadable is not None and self._unreadable.isVisible():
            self._read_unreadable()

    def _read_unreadable(self) -> None:
        self._window.access.read(_failures, self._show_unreadable)

    def _show_unreadable(self, failures: list[Failure]) -> None:
        if self._unreadable is not None:
            self._unreadable.show_failures(failures)

    # --- settings and help --------------------------------------------------------------------------------------------

    def open_settings(self) -> None:
        dialog = self._settings = self._settings or self._made_settings()
        dialog.show_settings(self._window.choices.settings)
        dialog.set_devices(self._window.playback.device_names)
        dialog.set_roots(self._window.folders.counts)
        dialog.set_network_text(self._network_text)
        dialog.set_library_space(self._space())
        _show(dialog)

    def _made_settings(self) -> SettingsDialog:
        window = self._window
        dialog = SettingsDialog(window.choices.settings, window.playback.device_names, self._network_text, window)
        dialog.changed.connect(window.choices.become)
        window.choices.changed.connect(lambda new, old: dialog.show_settings(new))  # it builds on what holds by now
        dialog.add_folder_requested.connect(self.add_folder)
        dialog.remove_root_requested.connect(lambda root: window.folders.remove(root.id))
        dialog.rescan_requested.connect(lambda root: window.folders.rescan(root.id))
        dialog.clear_cache_requested.connect(self._ask_to_clear_cache)
        dialog.reveal_library_requested.connect(lambda: getting_out.reveal(window.library_folder))
        dialog.set_keys_widget(KeysEditor(window.commands))
        return dialog

    def _space(self) -> LibrarySpace:
        folder = self._window.library_folder
        return LibrarySpace(
            folder,
            _bytes_of(folder / LIBRARY_FILE),
            _bytes_of(folder / INDEX_FILE),
            self._window.sound_pane.view.cached_bytes,
        )

    def _ask_to_clear_cache(self) -> None:
        ask(
            self._window,
            "Forget everything that was heard?",
            "Your sounds, tags, notes, ratings and collections stay. Earmark listens to all sounds again.",
            "Forget",
            self._window.forget_what_was_heard,
        )

    def show_space(self) -> None:
        if self._settings is not None:
            self._settings.set_library_space(self._space())

    @Slot(object)
    def take_network(self, ready: Ready) -> None:
        """The search service has loaded its network."""
        folder = self._window.choices.settings.network_folder
        self._network_text = network_text(ready, folder)
        if self._settings is not None:
            self._settings.set_network_text(self._network_text)

    def open_about(self) -> None:
        if self._about is None:
            from app.view_models.licences import earmarks_version, licences  # not above: the first paint would wait

            card = (default_network_folder() / "CARD.md").read_text(encoding="utf-8")
            sources = (resources_folder() / "SOURCES.md").read_text(encoding="utf-8")
            self._about = AboutDialog(earmarks_version(), card, sources, licences(), self._window)
        _show(self._about)

    def toggle_palette(self) -> None:
        self._palette = self._palette or CommandPalette(self._window.commands, self._window)
        self._palette.toggle()

    def toggle_key_help(self) -> None:
        self._key_help = self._key_help or KeyHelp(self._window.commands, self._window)
        self._key_help.toggle()

    # --- of the selected files ----------------------------------------------------------------------------------------

    def open_row_menu(self, file_ids: Sequence[int], where: QPoint) -> None:
        window, action = self._window, self._window.commands.action
        menu = QMenu(window)
        of_answers = () if window.finding.question.is_browsing else ("similar-within", "more-like", "less-like")
        for ids in (
            ("play",),
            ("similar", *of_answers),
            ("favourite", "tag", "personal-tag", "note"),
            ("reveal", "copy-file", "copy-path"),
            ("export-metadata", "write-tags", "rename-ucs"),
        ):
            menu.addActions([action(id) for id in ids])
            menu.addSeparator()
        menu.addMenu(self._collections_menu(file_ids, menu))
        menu.exec(where)
        menu.deleteLater()

    def open_collections_menu(self) -> None:
        menu = self._collections_menu(self._window.selecting.ids, self._window)
        menu.exec(QCursor.pos())
        menu.deleteLater()

    def _collections_menu(self, file_ids: Sequence[int], parent: QMenu | MainWindow) -> QMenu:
        menu = QMenu("Add to collection", parent)
        annotating = self._window.annotating
        for collection in self._window.collections:
            menu.addAction(menu_text(collection.name)).triggered.connect(
                lambda _checked, id=collection.id: annotating.collect(file_ids, id)
            )
        menu.addSeparator()
        menu.addAction("New collection…").triggered.connect(lambda _checked: self._new_collection(file_ids))
        shown = self._window.finding.question.scope.collection_id
        if shown is not None:
            menu.addAction("Take out of this collection").triggered.connect(
                lambda _checked: annotating.take_out(file_ids, shown)
            )
        return menu

    def _new_collection(self, file_ids: Sequence[int]) -> None:
        name, is_given = QInputDialog.getText(self._window, "New collection", "What is it called?")
        if is_given and name.strip():
            self._window.annotating.create_collection(name.strip(), file_ids)

    def save_search(self) -> None:
        question = self._window.finding.question
        if not question.text.strip():
            return
        name, is_given = QInputDialog.getText(
            self._window, "Save this search", "What is it called?", text=question.text.strip()
        )
        if is_given and name.strip():
            self._window.annotating.save_search(name.strip(), question.text)

    def reveal_selected(self) -> None:
        for file in self._window.selecting.files[:1]:
            getting_out.reveal(file.path)

    def copy_selected_paths(self) -> None:
        paths = [file.path for file in self._window.selecting.files]
        if paths:
            getting_out.copy_paths(paths)
            self._window.status.say(f"{counted(len(paths), 'path')} copied.")

    def copy_selected_files(self) -> None:
        paths = [file.path for file in self._window.selecting.files]
        if paths:
            getting_out.copy_files(paths)
            self._window.status.say(f"{counted(len(paths), 'file')} copied.")

    def export(self) -> None:
        """What is listed, as a table."""
        window, results = self._window, self._window.finding.results
        chosen, _ = QFileDialog.getSaveFileName(
            window, "Export what is listed", str(Path.home() / "Earmark results.csv"), "Tables (*.csv)"
        )
        if not chosen:
            return
        path = Path(chosen)
        window.access.read(
            lambda library: getting_out.export(library, results, path),
            lambda rows: window.status.say(f"{counted(rows, 'row')} written to {display_path(path)}."),
        )

    # --- sound devices ------------------------------------------------------------------------------------------------

    def open_device_menu(self, where: QPoint) -> None:
        window = self._window
        menu, chosen = QMenu(window), window.choices.settings.output_device
        for name in (None, *window.playback.device_names):
            action = menu.addAction(menu_text(display_path(name)) if name is not None else "System default")
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _checked, name=name: window.choices.change(output_device=name))
        menu.addSeparator()
        look_again = menu.addAction("Look for devices again").triggered
        look_again.connect(window.playback.refresh_devices)
        look_again.connect(window.recording.look_for_microphones)
        menu.exec(where - QPoint(0, menu.sizeHint().height()))
        menu.deleteLater()

    @Slot(str)
    def take_device_news(self, sentence: str) -> None:
        self.show_device()
        self._window.status.say(sentence, "error" if self._window.playback.reason_for_silence else "note")
        if self._settings is not None:
            self._settings.set_devices(self._window.playback.device_names)

    def show_device(self) -> None:
        """Where sound goes, or why there is none."""
        reason = self._window.playback.reason_for_silence
        self._window.sound_pane.bar.set_silent(reason)
        self._window.status.show_device(self._window.choices.settings.output_device, reason)


def _show(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


def _failures(library: Library) -> list[Failure]:
    return [Failure(file.path, file.reason or "") for file in library.unreadable()]


def _bytes_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
