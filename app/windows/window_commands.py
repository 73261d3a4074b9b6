"""Everything the window can be told to do, with its usual keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from app.commands import Commands
from app.windows.audition import STEP_S
from app.windows.choices import Choices

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow

MOST_STARS = 5


def add_commands(commands: Commands, window: MainWindow) -> None:
    for add in (
        _add_search,
        _add_comparing,
        _add_playing,
        _add_picture,
        _add_files,
        _add_tags,
        _add_metadata,
        _add_folders,
        _add_view,
        _add_help,
    ):
        add(commands, window)


def _add_search(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="Search")
    searching, table = window.searching, window.table
    add("search", "Go to the search field", window.search_bar.focus_field, keys=["/", "Ctrl+F"], icon="search")
    add("record", "Hum or imitate a sound", window.recording.begin, keys=["Ctrl+M"], icon="microphone")
    add("clear-search", "Clear the search", searching.clear, icon="close")
    add("back", "Back to the search before", searching.go_back, keys=["Alt+Left"], icon="back")
    add("forward", "Forward to the search after", searching.go_forward, keys=["Alt+Right"], icon="forward")
    add("save-search", "Save this search", window.dialogs.save_search, keys=["Ctrl+D"], icon="pin")
    add("everywhere", "Search the whole library", searching.look_everywhere, icon="library")
    add("within", "Search within these results", partial(_search_within, window), keys=["Ctrl+Shift+F"], icon="search")
    add("next", "Next row", table.select_next, keys=["J"], repeats=True)
    add("previous", "Previous row", table.select_previous, keys=["K"], repeats=True)


def _add_comparing(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="Sounds like this")
    comparing = window.comparing
    add("similar", "Find similar sounds", comparing.find_similar, keys=["W"], icon="similar")
    add("similar-within", "Find similar sounds among these results", comparing.find_similar_within, keys=["Shift+W"])
    add("similar-region", "Find sounds like the region", comparing.find_similar_to_region, keys=["Alt+W"])
    add("more-like", "More like this", comparing.like, keys=["G"], icon="plus")
    add("less-like", "Less like this", comparing.dislike, keys=["Shift+G"], icon="minus")


def _search_within(window: MainWindow) -> None:
    window.comparing.search_within()
    window.search_bar.focus_field()


def _add_playing(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="Playing")
    audition, choices = window.audition, window.choices
    add("play", "Play or pause", audition.toggle, keys=["Space"], icon="play")
    add("stop", "Stop; then clear the search", window.stop_or_clear, keys=["Escape"], icon="stop")
    add("play-from-start", "Play from the start", partial(audition.play_from, 0.0), keys=["Shift+Return"])
    add("next-moment", "Next matching moment", audition.go_to_next_span, keys=["Right"], icon="moment")
    add("previous-moment", "Previous matching moment", audition.go_to_previous_span, keys=["Left"])
    add("step-forward", "One second forward", partial(audition.step, STEP_S), keys=["Shift+Right"], repeats=True)
    add("step-back", "One second back", partial(audition.step, -STEP_S), keys=["Shift+Left"], repeats=True)
    for id, text, key, field in (
        ("loop", "Loop", "L", "loop"),
        ("auto-play", "Play what is selected", "A", "play_on_select"),
        ("from-moment", "Play from the moment", "M", "play_from_moment"),
        ("level-matching", "Play loud sounds as quiet as the others", "", "level_matching"),
        ("pause-while-listening", "Pause indexing while I listen", "", "pause_indexing_while_playing"),
    ):
        switch = add(id, text, _switch(window, field), keys=[key] if key else [], checkable=True)
        _let_show(switch, choices, field)


def _switch(window: MainWindow, field: str) -> Callable[[], None]:
    return lambda: window.choices.change(**{field: not getattr(window.choices.settings, field)})


def _let_show(switch: QAction, choices: Choices, field: str) -> None:
    """Whether it is on, now and whenever that changes."""
    switch.setChecked(getattr(choices.settings, field))
    choices.changed.connect(lambda new, old: switch.setChecked(getattr(new, field)))


def _add_picture(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="Waveform and spectrogram")
    view = window.sound_pane.view
    add("zoom-in", "Zoom in", view.zoom_in, keys=["+", "="], icon="zoom-in", repeats=True)
    add("zoom-out", "Zoom out", view.zoom_out, keys=["-"], icon="zoom-out", repeats=True)
    add("zoom-fit", "Show the whole sound", view.fit, keys=["Z"], icon="zoom-fit")
    heat = add("heat-map", "Heat map", _switch(window, "heat_map"), keys=["H"], icon="heat", checkable=True)
    _let_show(heat, window.choices, "heat_map")
    add("region-start", "Region begins here", view.start_region_here, keys=["["])
    add("region-end", "Region ends here", view.end_region_here, keys=["]"])
    add("region-none", "Remove the region", partial(view.set_region, None))


def _add_files(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="Files")
    dialogs = window.dialogs
    add("favourite", "Favourite", window.toggle_favourite, keys=["F"], icon="star")
    for stars in range(MOST_STARS + 1):
        text = f"Rate: {stars} star" + ("" if stars == 1 else "s") if stars else "Rate: none"
        add(f"rate-{stars}", text, partial(window.rate, stars or None), keys=[str(stars)])
    add("tag", "Add a tag", window.begin_tag, keys=["T"], icon="tag")
    add("note", "Write a note", window.begin_note, keys=["N"], icon="note")
    add("collect", "Add to a collection", dialogs.open_collections_menu, keys=["C"], icon="collection")
    add("reveal", "Show in the file manager", dialogs.reveal_selected, keys=["O"], icon="reveal")
    add("copy-path", "Copy path", dialogs.copy_selected_paths, keys=["Y"], icon="copy")
    add("copy-file", "Copy file", dialogs.copy_selected_files, keys=["Ctrl+C"], icon="copy")
    add("export", "Export what is listed", dialogs.export, keys=["Ctrl+E"], icon="export")


def _add_metadata(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="Metadata")
    metadata = window.metadata
    add("export-metadata", "Export what is known: table or sidecars", metadata.open_export, icon="export")
    add("import-metadata", "Import a table", metadata.open_import, icon="drop")
    add("write-tags", "Write tags into sounds or copies", metadata.open_write_tags, icon="save")
    add("rename-ucs", "Rename after the Universal Category System", metadata.open_renaming, icon="edit")


def _add_tags(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="Tags")
    panel, tagging = window.inspector.tags, window.tagging
    add("accept-suggestions", "Accept the likely suggestions", panel.accept_likely, keys=["Shift+T"], icon="check")
    add("reject-suggestions", "Reject the other suggestions", panel.reject_rest, keys=["Alt+T"], icon="close")
    add("personal-tag", "New personal tag from these sounds", tagging.new_tag, keys=["Ctrl+T"], icon="similar")
    add("export-tags", "Export personal tags", tagging.export_tags, icon="export")
    add("import-tags", "Import personal tags", tagging.import_tags)
    add("train", "Train a network of your own", window.training.open, icon="waveform")
    add("undo", "Undo what was said of sounds", window.annotating.undo, keys=["Ctrl+Z"], icon="back")


def _add_folders(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="Folders")
    add("add-folder", "Add a folder", window.dialogs.add_folder, keys=["Ctrl+O"], icon="plus")
    add("add-demo", "Add the demo sounds", window.dialogs.add_demo_sounds)
    add("rescan", "Look through the folders", window.folders.rescan, keys=["F5"], icon="refresh")
    add("pause-indexing", "Pause indexing, or go on", window.folders.toggle_pause, icon="pause")
    add("unreadable", "Files that could not be read", window.dialogs.open_unreadable, icon="warning")


def _add_view(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="View")
    table, pane = window.table, window.sound_pane
    add("sidebar", "Sidebar", partial(window.toggle_panel, window.sidebar), keys=["Ctrl+B"], icon="sidebar")
    add("inspector", "Inspector", partial(window.toggle_panel, window.inspector), keys=["Ctrl+I"], icon="inspector")
    add("pane", "Picture of the sound", lambda: pane.set_collapsed(not pane.is_collapsed()), keys=["Ctrl+J"])
    add("waveforms", "Waveforms in the list", lambda: table.set_waveforms(not table.has_waveforms), icon="waveform")


def _add_help(commands: Commands, window: MainWindow) -> None:
    add = partial(commands.add, section="Earmark")
    dialogs = window.dialogs
    add("palette", "All commands", dialogs.toggle_palette, keys=["Ctrl+K"])
    add("keys", "Keys", dialogs.toggle_key_help, keys=["?"], icon="keyboard")
    add("settings", "Settings", dialogs.open_settings, keys=["Ctrl+,"], icon="settings")
    add("about", "About Earmark", dialogs.open_about, icon="info")
    add("quit", "Quit", window.close, keys=["Ctrl+Q"])
