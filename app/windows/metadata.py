"""What is said of sounds, out of the window and into it: tables, sidecars, tags inside files, names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from app.view_models.metadata_texts import (
    exported_sentence,
    failure_rows,
    import_rows,
    import_sentence,
    left_out_rows,
    renamed_sentence,
    sidecars_sentence,
    tags_sentence,
)
from app.view_models.renaming_plan import made_plan
from app.widgets.metadata.export_dialog import ExportDialog
from app.widgets.metadata.import_dialog import ImportDialog
from app.widgets.metadata.renaming_dialog import RenamingDialog
from app.widgets.metadata.write_tags_dialog import WriteTagsDialog
from app.workers.library_jobs import LibraryJobs
from engine.csv_import import Import, import_csv
from engine.errors import EngineError
from engine.exporting import GoOn, Sidecars, export_csv, export_json, write_sidecars
from engine.file_tags import (
    TagSource,
    TagsWritten,
    kept_runs,
    preview_tags,
    take_back_run,
    tidy_runs,
    write_into_copies,
    write_into_files,
)
from engine.library import Library
from engine.library_rows import EVERYTHING, Scope
from engine.paths import names_undo_folder, tags_undo_folder
from engine.ucs_renaming import Renamed, Renaming, files_to_name, kept_journals, rename_files, take_back_names

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow

Result = TypeVar("Result")
Dialog = ExportDialog | ImportDialog | WriteTagsDialog | RenamingDialog
_EXPORTS = {
    "csv": (export_csv, "Tables (*.csv)", "Earmark export.csv"),
    "json": (export_json, "JSON (*.json)", "Earmark export.json"),
}


class Metadata(QObject):
    """Opens its dialogs when they are first asked for, and does what they ask beside the GUI thread.

    changed : other things are said of files now, or files are called otherwise
    """

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._tags_undo = tags_undo_folder(window.library_folder)
        self._names_undo = names_undo_folder(window.library_folder)
        self._jobs = LibraryJobs(window.library_folder, self)
        self._export: ExportDialog | None = None
        self._import: ImportDialog | None = None
        self._write: WriteTagsDialog | None = None
        self._renaming: RenamingDialog | None = None
        self._table = Path()
        self._jobs.look(lambda: tidy_runs(self._tags_undo))

    def close(self) -> None:
        """What runs ends with the file that it is at; nothing is shown any more."""
        for dialog in (self._export, self._import, self._write, self._renaming):
            if dialog is not None:
                dialog.close()
        self._jobs.close()

    # --- tables and sidecars ------------------------------------------------------------------------------------------

    def open_export(self) -> None:
        dialog = self._export
        if dialog is None:
            dialog = self._export = ExportDialog(self._window)
            dialog.export_requested.connect(self._ask_where_to_export)
        self._show_for_files(dialog)

    def _ask_where_to_export(self, form: str) -> None:
        if form == "beside":
            self._write_sidecars(None)
        elif form == "folder":
            if (folder := self._chosen_folder("A folder for the sidecars")) is not None:
                self._write_sidecars(folder)
        else:
            _, kind, name = _EXPORTS[form]
            chosen, _ = QFileDialog.getSaveFileName(
                self._window,
                "Export what is known of sounds",
                str(Path.home() / name),
                kind,
                options=QFileDialog.Option.DontConfirmOverwrite,  # nothing is ever replaced
            )
            if chosen:
                self._write_table(form, Path(chosen))

    def _write_table(self, form: str, path: Path) -> None:
        dialog, export = self._export, _EXPORTS[form][0]
        assert dialog is not None
        path, scope = path if path.suffix else path.with_suffix(f".{form}"), _scope(dialog.files.file_ids)

        def tell(files: int) -> None:
            self._tell(dialog, exported_sentence(files, path))

        self._run(dialog, lambda library, go_on: export(library, path, scope, go_on), tell, read_only=True)

    def _write_sidecars(self, folder: Path | None) -> None:
        dialog = self._export
        assert dialog is not None
        scope = _scope(dialog.files.file_ids)

        def tell(made: Sidecars) -> None:
            self._tell(dialog, sidecars_sentence(made), failure_rows(made.failures))

        self._run(dialog, lambda library, go_on: write_sidecars(library, scope, folder, go_on), tell, read_only=True)

    def open_import(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, "Import a table", str(Path.home()), "Tables (*.csv *.txt *.tsv)"
        )
        if chosen:
            self.preview_import(Path(chosen))

    def preview_import(self, table: Path) -> None:
        """Show what it would change."""
        dialog = self._import
        if dialog is None:
            dialog = self._import = ImportDialog(self._window)
            dialog.preview_requested.connect(self._read_table)
            dialog.import_requested.connect(self._take_table)
        self._table = table
        dialog.show_preview("", [], [])
        _show(dialog)
        self._read_table(dialog.overwrite.isChecked())

    def _read_table(self, overwrite: bool) -> None:
        dialog, table = self._import, self._table
        assert dialog is not None

        def show(seen: Import) -> None:
            dialog.show_preview(
                import_sentence(seen, table, done=False), import_rows(seen.changed), left_out_rows(seen)
            )

        self._run(
            dialog,
            lambda library, go_on: import_csv(library, table, dry_run=True, overwrite=overwrite),
            show,
            read_only=True,
        )

    def _take_table(self, overwrite: bool) -> None:
        dialog, table = self._import, self._table
        assert dialog is not None

        def show(done: Import) -> None:
            dialog.show_imported(import_sentence(done, table, done=True))
            self.changed.emit()

        self._run(dialog, lambda library, go_on: import_csv(library, table, overwrite=overwrite), show)

    # --- tags inside files --------------------------------------------------------------------------------------------

    def open_write_tags(self) -> None:
        dialog = self._write
        if dialog is None:
            dialog = self._write = WriteTagsDialog(self._window)
            dialog.check_requested.connect(self._check_tags)
            dialog.write_requested.connect(self._write_tags)
            dialog.undo_requested.connect(self._take_back_tags)
        self._show_for_files(dialog)
        self._look_for_runs()

    def _look_for_runs(self) -> None:
        dialog = self._write
        assert dialog is not None
        self._jobs.look(lambda: next(iter(kept_runs(self._tags_undo)), None), dialog.show_way_back)

    def _source(self, dialog: WriteTagsDialog) -> TagSource:
        return TagSource(tuple(dialog.files.file_ids or ()), dialog.with_suggested_captions)

    def _check_tags(self) -> None:
        dialog = self._write
        assert dialog is not None
        source, in_place = self._source(dialog), dialog.in_place

        def tell(seen: TagsWritten) -> None:
            self._tell(dialog, tags_sentence(seen, "written", foreseen=True), failure_rows(seen.failures))

        self._run(
            dialog,
            lambda library, go_on: preview_tags(library, source, in_place=in_place, go_on=go_on),
            tell,
            read_only=True,
        )

    def _write_tags(self) -> None:
        dialog = self._write
        assert dialog is not None
        source = self._source(dialog)
        if dialog.in_place:
            self._change_tags(
                lambda library, go_on: write_into_files(library, source, self._tags_undo, go_on), "written"
            )
        elif (folder := self._chosen_folder("A folder for the copies")) is not None:
            self._change_tags(
                lambda library, go_on: write_into_copies(library, source, folder, go_on), "written as copies"
            )

    def _take_back_tags(self) -> None:
        def take_back(library: Library, go_on: GoOn) -> TagsWritten:
            runs = kept_runs(self._tags_undo)
            return take_back_run(library, runs[0], go_on) if runs else TagsWritten(0, 0, ())

        self._change_tags(take_back, "as before")

    def _change_tags(self, change: Callable[[Library, GoOn], TagsWritten], verb: str) -> None:
        dialog = self._write
        assert dialog is not None

        def tell(outcome: TagsWritten) -> None:
            self._tell(dialog, tags_sentence(outcome, verb), failure_rows(outcome.failures))
            self._look_for_runs()
            self.changed.emit()

        self._run(dialog, change, tell)

    # --- names --------------------------------------------------------------------------------------------------------

    def open_renaming(self) -> None:
        dialog = self._renaming
        if dialog is None:
            dialog = self._renaming = RenamingDialog(self._window)
            dialog.files_wanted.connect(self._read_names)
            dialog.plan_wanted.connect(self._plan_names)
            dialog.rename_requested.connect(self._rename)
            dialog.undo_requested.connect(self._take_back_names)
        self._show_for_files(dialog)
        self._look_for_journals()

    def _look_for_journals(self) -> None:
        dialog = self._renaming
        assert dialog is not None
        self._jobs.look(lambda: next(iter(kept_journals(self._names_undo)), None), dialog.show_way_back)

    def _read_names(self) -> None:
        dialog = self._renaming
        assert dialog is not None
        file_ids = dialog.files.file_ids or ()
        self._run(
            dialog, lambda library, go_on: files_to_name(library, file_ids, go_on), dialog.show_files, read_only=True
        )

    def _plan_names(self) -> None:
        dialog = self._renaming
        assert dialog is not None
        known, wishes = dialog.model.known, dialog.model.wishes
        self._jobs.look(lambda: made_plan(known, wishes), dialog.show_plan)

    def _rename(self, renamings: list[Renaming]) -> None:
        self._change_names(lambda library, go_on: rename_files(library, renamings, self._names_undo, go_on), back=False)

    def _take_back_names(self) -> None:
        def take_back(library: Library, go_on: GoOn) -> Renamed:
            journals = kept_journals(self._names_undo)
            return take_back_names(library, journals[0], go_on) if journals else Renamed(0, (), None)

        self._change_names(take_back, back=True)

    def _change_names(self, change: Callable[[Library, GoOn], Renamed], *, back: bool) -> None:
        dialog = self._renaming
        assert dialog is not None
        file_ids = dialog.files.file_ids or ()

        def tell(outcome: Renamed) -> None:
            self._tell(dialog, renamed_sentence(outcome, back=back), failure_rows(outcome.failures))
            self._look_for_journals()
            self.changed.emit()
            self._jobs.run(
                lambda library, go_on: files_to_name(library, file_ids, go_on),
                dialog.show_files,
                lambda error: self._tell(dialog, str(error)),
                read_only=True,
            )

        self._run(dialog, change, tell)

    # --- what all have in common --------------------------------------------------------------------------------------

    def _show_for_files(self, dialog: ExportDialog | WriteTagsDialog | RenamingDialog) -> None:
        if not dialog.outcome.is_running:
            dialog.outcome.clear()
            results = self._window.finding.results
            dialog.files.set_files(self._window.selecting.ids, results.ids_between(0, len(results) - 1))
        _show(dialog)

    def _chosen_folder(self, title: str) -> Path | None:
        chosen = QFileDialog.getExistingDirectory(self._window, title, str(Path.home()))
        return Path(chosen) if chosen else None

    def _run(
        self,
        dialog: Dialog,
        call: Callable[[Library, GoOn], Result],
        on_success: Callable[[Result], object],
        *,
        read_only: bool = False,
    ) -> None:
        dialog.outcome.begin("One moment …")
        dialog.set_busy(True)

        def succeed(result: Result) -> None:
            dialog.outcome.clear()
            on_success(result)
            dialog.set_busy(False)

        def fail(error: EngineError) -> None:
            self._tell(dialog, str(error))
            dialog.set_busy(False)

        job = self._jobs.run(call, succeed, fail, read_only=read_only)
        job.progressed.connect(dialog.outcome.show_progress)
        dialog.outcome.stop_requested.connect(job.stop)

    def _tell(self, dialog: Dialog, sentence: str, failures: list[tuple[str, ...]] | None = None) -> None:
        """In the dialog, or where the window speaks if it was closed meanwhile."""
        dialog.outcome.show_outcome(sentence, failures or [])
        if not dialog.isVisible():
            self._window.status.say(sentence)


def _scope(file_ids: tuple[int, ...] | None) -> Scope:
    return EVERYTHING if file_ids is None else Scope(among=file_ids)


def _show(dialog: Dialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
