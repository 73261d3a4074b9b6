"""Networks of a person's own: trained beside the window, tried beside the one in use, and adopted or not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog, QFileDialog

from app.services.messages import Ready
from app.view_models import training_texts
from app.view_models.network_trial import NetworkTrial, read_trial
from app.view_models.plain_text import one_line
from app.view_models.training_lessons import Lessons, read_lessons
from app.view_models.training_run import (
    OwnNetwork,
    TrainingRun,
    networks_folder,
    read_network,
    read_networks,
    runs_folder,
    trials_folder,
)
from app.view_models.training_texts import NO_TRAINER, Wish, folder_name, state_text
from app.widgets.question import ask
from app.workers.background import Background
from app.workers.training_process import TrainingProcess, trainer_folder
from engine.errors import EngineError, display_path
from engine.library import Library
from engine.paths import default_network_folder

if TYPE_CHECKING:
    from app.view_models.learned_tags import ShownSound
    from app.widgets.training.training_dialog import TrainingDialog
    from app.widgets.training.trial_dialog import TrialDialog
    from app.windows.main_window import MainWindow

OWN_KIND = "audio.safetensors"  # only networks that have it can be tuned
MOST_QUESTIONS = 20
USUAL_QUESTIONS = ("footsteps", "a door closes", "rain", "people talk")  # where nothing was ever asked


class Training(QObject):
    """One network is trained or tried at a time, by a process that ends with the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: TrainingDialog | None = None
        self._trial_dialog: TrialDialog | None = None
        self._background = Background(1, name="own networks", parent=self)
        self._process = TrainingProcess(self)
        self._process.told.connect(self._take_told)
        self._process.ended.connect(self._take_end)
        self._networks: list[OwnNetwork] = []
        self._trained: OwnNetwork | None = None  # that is being trained
        self._tried: Path | None = None  # the folder of the network that is shown beside the present one
        self._trial: NetworkTrial | None = None
        self._trial_run = TrainingRun()
        self._awaited = ""
        window.services.searching_ready.connect(self._take_ready)
        window.choices.changed.connect(lambda new, old: self._show_networks())

    # --- from first to last -------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Tell of a training that ended with the last window."""
        folder = self._window.library_folder
        self._background.run(lambda: read_networks(folder), self._tell_of_stopped)

    def _tell_of_stopped(self, networks: list[OwnNetwork]) -> None:
        self._networks = networks
        for network in networks:
            if network.run.stage == "stopped" and network.recipe and not self._process.is_running:
                name = one_line(network.name)
                self._window.status.say(f"Training of {name} can go on: see “Train a network of your own”.")
                return

    @property
    def is_running(self) -> bool:
        """Whether a network is being trained; a trial is soon done again."""
        return self._trained is not None

    def ask_to_end(self, end: Callable[[], object]) -> None:
        ask(self._window, training_texts.QUIT_QUESTION, training_texts.QUIT_CONSEQUENCE, "Stop and quit", end)

    def begin_end(self) -> None:
        """The window closes. Returns at once."""
        for dialog in (self._dialog, self._trial_dialog):
            if dialog is not None:
                dialog.close()
        self._process.begin_end()

    def end(self) -> None:
        self._process.end()
        self._background.close()

    # --- the dialog ---------------------------------------------------------------------------------------------------

    @Slot()
    def open(self) -> None:
        self._dialog = self._dialog or self._made()
        self._look()
        _show(self._dialog)

    def _made(self) -> TrainingDialog:
        from app.widgets.training.training_dialog import TrainingDialog  # not above: pyqtgraph takes a second

        dialog = TrainingDialog(self._window)
        dialog.network_chosen.connect(lambda name: self._show_chosen())
        dialog.folder_requested.connect(self._ask_for_folder)
        dialog.lessons.start_requested.connect(self._begin_wish)
        page = dialog.run
        page.pause_toggled.connect(lambda wanted: self._process.pause() if wanted else self._process.go_on())
        page.stop_requested.connect(self._process.stop)
        page.resume_requested.connect(lambda: self._with_chosen(self._go_on))
        page.delete_requested.connect(lambda: self._with_chosen(self._ask_to_delete))
        page.try_requested.connect(lambda: self._with_chosen(lambda network: self._try(network.folder)))
        page.use_requested.connect(lambda: self._with_chosen(lambda network: self._adopt(network.folder)))
        return dialog

    def _look(self) -> None:
        """What the library could teach, and which networks there are."""

        def read(library: Library) -> tuple[Lessons, list[OwnNetwork]]:
            return read_lessons(library), read_networks(library.folder)

        self._window.access.read(read, lambda found: self._show(*found))

    def _show(self, lessons: Lessons, networks: list[OwnNetwork]) -> None:
        self._networks = [self._as_it_runs(network) for network in networks]
        if self._dialog is not None:
            self._dialog.lessons.show_lessons(lessons)
            self._show_networks()

    def _as_it_runs(self, network: OwnNetwork) -> OwnNetwork:
        """What is being trained is known better than from its folder."""
        running = self._trained
        return running if running is not None and running.name == network.name else network

    @Slot()
    def _show_networks(self, chosen: str | None = None) -> None:
        if self._dialog is None:
            return
        used = self._window.choices.settings.network_folder
        running = self._trained.name if self._trained else None
        states = {
            network.name: state_text(network, is_running=network.name == running, is_used=network.folder == used)
            for network in self._networks
        }
        self._dialog.show_networks(self._networks, states, self._dialog.chosen if chosen is None else chosen)
        taken = {network.name.casefold() for network in self._networks}
        where = f"It will lie in {display_path(networks_folder(self._window.library_folder))}."
        self._dialog.lessons.show_place(where, taken)
        hindrance = NO_TRAINER if trainer_folder() is None else training_texts.BUSY if self._process.is_running else ""
        self._dialog.lessons.show_hindrance(hindrance)
        self._show_chosen()

    @Slot()
    def _show_chosen(self) -> None:
        network = self._chosen()
        if self._dialog is None or network is None:
            return
        is_running = self._trained is not None and self._trained.name == network.name
        self._dialog.run.show_network(
            network,
            is_running=is_running,
            is_used=network.folder == self._window.choices.settings.network_folder,
            is_busy=self._process.is_running and not is_running,
        )

    def _chosen(self) -> OwnNetwork | None:
        name = self._dialog.chosen if self._dialog is not None else ""
        return next((network for network in self._networks if network.name == name), None)

    def _with_chosen(self, do: Callable[[OwnNetwork], object]) -> None:
        if (network := self._chosen()) is not None:
            do(network)

    # --- training -----------------------------------------------------------------------------------------------------

    @Slot()
    def _begin_wish(self) -> None:
        assert self._dialog is not None
        wish, library = self._dialog.lessons.wish, self._window.library_folder
        name = folder_name(wish.name)
        out = networks_folder(library) / name
        arguments = training_texts.training_arguments(wish, library, self._parent_for(wish), out)
        network = OwnNetwork(name, out, runs_folder(library) / name, TrainingRun(), wish.recipe, _made_of(wish))
        if self._train(network, arguments):
            self._dialog.lessons.name.clear()

    def _parent_for(self, wish: Wish) -> Path:
        """The network in use, if it can be tuned; what continues the default continues that."""
        used = self._window.choices.settings.network_folder
        if wish.recipe == "continue" or used is None or not (used / OWN_KIND).is_file():
            return default_network_folder()
        return used

    def _go_on(self, network: OwnNetwork) -> None:
        made_of = network.arguments or {}
        assert network.recipe is not None
        tags, name = tuple(made_of.get("tags") or ()), str(made_of.get("name") or network.name)
        wish = Wish(network.recipe, tags, bool(made_of.get("notes")), name)
        parent = Path(made_of["network"]) if "network" in made_of else self._parent_for(wish)
        arguments = training_texts.training_arguments(wish, self._window.library_folder, parent, network.folder)
        self._train(replace(network, run=replace(network.run, stage="starting", sentence="")), arguments)

    def _train(self, network: OwnNetwork, arguments: Sequence[str]) -> bool:
        if not self._start(arguments, network.run_folder):
            return False
        self._trained = network
        others = [each for each in self._networks if each.name != network.name]
        self._networks = sorted([*others, network], key=lambda each: each.name.casefold())
        self._show_networks(network.name)
        return True

    def _start(self, arguments: Sequence[str], run_folder: Path) -> bool:
        try:
            self._process.start(arguments, run_folder, threads=self._window.choices.settings.workers)
        except EngineError as error:
            self._say_error(str(error))
            return False
        return True

    @Slot(object)
    def _take_told(self, lines: Sequence[Mapping[str, Any]]) -> None:
        if self._trained is not None:
            before = self._trained.run
            self._put(replace(self._trained, run=before.after(lines)))
            if before.is_paused != self._trained.run.is_paused:
                self._show_networks()
            elif self._dialog is not None and self._dialog.chosen == self._trained.name:
                self._dialog.run.show_run(self._trained.run)
        elif self._trial_dialog is not None:
            self._trial_run = self._trial_run.after(lines)
            self._trial_dialog.show_run(self._trial_run)

    def _put(self, network: OwnNetwork) -> None:
        if self._trained is not None and self._trained.name == network.name:
            self._trained = network
        self._networks = [network if each.name == network.name else each for each in self._networks]

    @Slot(str)
    def _take_end(self, sentence: str) -> None:
        if self._trained is None:
            self._take_trial(sentence)
            return
        network = read_network(self._window.library_folder, self._trained.name)
        if sentence and not network.is_ready:
            network = replace(network, run=replace(network.run, stage="failed", sentence=sentence))
        network = replace(network, recipe=self._trained.recipe, arguments=network.arguments or self._trained.arguments)
        self._put(network)
        self._trained = None
        self._show_networks()
        name, run = one_line(network.name), network.run
        if network.is_ready:
            self._window.status.say(f"{name} is trained: try it beside the network in use.")
        elif run.stage == "failed":
            self._say_error(run.sentence)
        else:
            self._window.status.say(f"Training of {name} is stopped; it can go on.")

    # --- a trial ------------------------------------------------------------------------------------------------------

    @Slot()
    def _ask_for_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self._dialog, "The folder of a network", str(Path.home()))
        if chosen:
            self._try(Path(chosen))

    def _try(self, folder: Path) -> None:
        """Beside the network in use, by what was asked and saved."""

        def queries(library: Library) -> list[str]:
            return [saved.query for saved in library.saved_searches.all()]

        self._window.access.read(queries, lambda saved: self._begin_trial(folder, saved))

    def _begin_trial(self, folder: Path, saved: Sequence[str]) -> None:
        window = self._window
        made_of = next((each.arguments or {} for each in self._networks if each.folder == folder), {})
        asked = [*saved, *map(str, made_of.get("tags") or ()), *window.searching.history.recent_texts(MOST_QUESTIONS)]
        questions = list(dict.fromkeys(asked))[:MOST_QUESTIONS] or list(USUAL_QUESTIONS)
        run_folder = trials_folder(window.library_folder) / (folder_name(folder.name) or "network")
        shutil.rmtree(run_folder, ignore_errors=True)  # a few small files of an earlier trial
        present = window.choices.settings.network_folder or default_network_folder()
        arguments = training_texts.trial_arguments(window.library_folder, folder, present, questions)
        if not self._start(arguments, run_folder):
            return
        self._tried, self._trial, self._trial_run = folder, None, TrainingRun()
        dialog = self._trial_dialog = self._trial_dialog or self._made_trial()
        dialog.begin(display_path(folder.name), can_delete=self._is_ours(folder))
        _show(dialog)
        self._show_networks()

    def _made_trial(self) -> TrialDialog:
        from app.widgets.training.trial_dialog import TrialDialog

        dialog = TrialDialog(self._window)
        dialog.sound_chosen.connect(self._hear)
        dialog.use_requested.connect(lambda: self._with_tried(self._adopt))
        dialog.keep_requested.connect(dialog.close)
        dialog.delete_requested.connect(lambda: self._with_tried(self._ask_to_delete_tried))
        dialog.stop_requested.connect(self._stop_trial)
        return dialog

    def _with_tried(self, do: Callable[[Path], object]) -> None:
        if self._tried is not None:
            do(self._tried)

    def _take_trial(self, sentence: str) -> None:
        self._show_networks()
        if self._trial_dialog is None or self._tried is None:
            return
        if sentence or self._trial_run.stage == "failed":
            self._trial_dialog.show_failure(sentence or self._trial_run.sentence)
            return
        if self._trial_run.stage != "finished":
            return
        try:
            self._trial = read_trial(trials_folder(self._window.library_folder) / folder_name(self._tried.name))
        except EngineError as error:
            self._trial_dialog.show_failure(str(error))
            return
        self._trial_dialog.show_trial(self._trial)

    @Slot()
    def _stop_trial(self) -> None:
        self._window.audition.stop()
        if self._trained is None:
            self._process.stop()

    @Slot(object)
    def _hear(self, sound: ShownSound) -> None:
        if self._trial is not None:
            self._window.playback.play(self._trial.paths[sound.file_id], sound.start_s, None)

    # --- what becomes of it -------------------------------------------------------------------------------------------

    def _adopt(self, folder: Path) -> None:
        """It is the library's network from now on; the one before answers until it has listened to everything."""
        if self._trial_dialog is not None:
            self._trial_dialog.close()
        self._window.choices.change(network_folder=folder)
        self._window.status.say(training_texts.adopted_text(folder.name))

    @Slot(object)
    def _take_ready(self, ready: Ready) -> None:
        """Another network answers."""
        if ready.awaited:
            self._window.status.say(training_texts.awaited_text(ready.network, ready.awaited))
        elif self._awaited:
            self._window.status.say(f"{one_line(ready.network)} answers your searches from now on.")
        self._awaited = ready.awaited

    def _ask_to_delete_tried(self, folder: Path) -> None:
        network = next((each for each in self._networks if each.folder == folder), None)
        if network is not None:
            self._ask_to_delete(network)

    def _ask_to_delete(self, network: OwnNetwork) -> None:
        ask(
            self._window,
            f"Delete the network {one_line(network.name)}?",
            "It and its training are gone then. Your sounds, tags and captions stay.",
            "Delete",
            lambda: self._delete(network),
        )

    def _delete(self, network: OwnNetwork) -> None:
        if not self._is_ours(network.folder) or network.folder == self._window.choices.settings.network_folder:
            return
        if self._trained is not None and self._trained.name == network.name:
            return
        if self._trial_dialog is not None and self._tried == network.folder:
            self._trial_dialog.close()

        def delete() -> None:
            for folder in (network.folder, network.run_folder):
                if folder.exists():
                    shutil.rmtree(folder)

        self._background.run(delete, lambda done: self._look(), self._tell_undeleted)

    def _tell_undeleted(self, error: Exception) -> None:
        if not isinstance(error, OSError):
            raise error
        self._say_error(f"The network could not be deleted: {(error.strerror or 'it is in use').lower()}.")
        self._look()

    def _is_ours(self, folder: Path) -> bool:
        """Whether it was made here, and may be deleted here."""
        return folder.parent == networks_folder(self._window.library_folder)

    def _say_error(self, sentence: str) -> None:
        self._window.status.say(sentence, "error")


def _made_of(wish: Wish) -> dict[str, object]:
    return {"recipe": wish.recipe, "tags": list(wish.tags), "notes": wish.with_notes, "name": wish.name}


def _show(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
