"""What passes between the parts of the window: which signal of one is which call of another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.services.messages import Failure, FileFailed
from app.windows.getting_out import reveal
from engine.errors import display_path
from engine.library_rows import RootCounts
from engine.question import Example
from engine.saved_searches import SavedSearch

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow


def connect_parts(window: MainWindow) -> None:
    for connect in (
        _connect_list,
        _connect_sound,
        _connect_explaining,
        _connect_recording,
        _connect_inspector,
        _connect_sidebar,
        _connect_folders,
        _connect_annotations,
        _connect_messages,
    ):
        connect(window)


def _connect_list(window: MainWindow) -> None:
    table, finding, searching = window.table, window.finding, window.searching
    finding.rows_read.connect(window.selecting.model.put_rows)
    finding.shown.connect(window.show_results)
    finding.waiting.connect(lambda waiting: window.choose_page())
    searching.asked.connect(window.follow_question)
    table.sort_requested.connect(finding.sort)
    table.sort_requested.connect(table.set_order)
    table.row_activated.connect(lambda file_id: window.audition.play_from(0.0))
    table.play_toggled.connect(window.audition.toggle)
    table.letter_typed.connect(window.search_bar.type_ahead)
    table.files_dropped.connect(window.take_dropped)
    table.context_menu_requested.connect(window.dialogs.open_row_menu)
    window.search_bar.go_to_results.connect(lambda: _enter_list(window))
    window.search_bar.save_requested.connect(window.dialogs.save_search)
    window.empty.clear_scope_requested.connect(searching.look_everywhere)
    window.empty.show_weak_requested.connect(window.show_weak)
    window.audition.playing_changed.connect(table.set_playing)


def _enter_list(window: MainWindow) -> None:
    window.table.setFocus(Qt.FocusReason.OtherFocusReason)
    if not window.table.selected_ids():
        window.table.select_next()


def _connect_sound(window: MainWindow) -> None:
    bar, view = window.sound_pane.bar, window.sound_pane.view
    audition, playback, choices = window.audition, window.playback, window.choices
    bar.play_toggled.connect(audition.toggle)
    bar.stop_requested.connect(audition.stop)
    bar.speed_changed.connect(playback.set_speed)
    bar.loop_toggled.connect(lambda wanted: choices.change(loop=wanted))
    bar.gain_changed.connect(lambda gain_db: choices.change(gain_db=gain_db))
    bar.level_matching_toggled.connect(lambda wanted: choices.change(level_matching=wanted))
    bar.play_on_select_toggled.connect(lambda wanted: choices.change(play_on_select=wanted))
    bar.play_from_moment_toggled.connect(lambda wanted: choices.change(play_from_moment=wanted))
    bar.colour_map_changed.connect(lambda name, range_db: choices.change(colour_map=name, range_db=range_db))
    view.seek_requested.connect(audition.seek)
    view.region_changed.connect(audition.set_region)
    view.failed.connect(lambda sentence: window.status.say(sentence, "error"))
    playback.position_changed.connect(lambda moment_s: _follow_position(window, moment_s))
    for turn in (playback.started, playback.paused, playback.stopped, playback.ended, playback.failed):
        turn.connect(lambda *news: _follow_playing(window))
    playback.failed.connect(lambda sentence: window.status.say(sentence, "error"))
    playback.device_changed.connect(window.dialogs.take_device_news)
    choices.changed.connect(window.take_settings)
    choices.failed.connect(lambda sentence: window.status.say(sentence, "error"))


def _follow_position(window: MainWindow, moment_s: float) -> None:
    """The play head belongs to the file that is drawn."""
    if window.playback.path in (None, window.sound_pane.view.path):
        window.sound_pane.set_position(moment_s)


def _follow_playing(window: MainWindow) -> None:
    window.sound_pane.bar.set_playing(window.playback.is_playing)
    if window.choices.settings.pause_indexing_while_playing:
        window.folders.pause_while_listening(window.playback.is_playing)


def _connect_explaining(window: MainWindow) -> None:
    explaining, choices = window.explaining, window.choices
    window.searching.asked.connect(explaining.follow_question)
    window.search_bar.chip_pointed.connect(explaining.point_at_chip)
    window.inspector.why.clause_pointed.connect(explaining.point_at)
    window.sound_pane.bar.heat_map_toggled.connect(lambda wanted: choices.change(heat_map=wanted))
    explaining.spectrogram_wanted.connect(window.sound_pane.show_spectrogram)
    explaining.failed.connect(lambda sentence: window.status.say(sentence, "error"))


def _connect_recording(window: MainWindow) -> None:
    recording, searching, say = window.recording, window.searching, window.status.say
    window.search_bar.record_requested.connect(recording.begin)
    recording.can_record_changed.connect(window.search_bar.set_can_record)
    recording.began.connect(window.playback.stop)  # or the loudspeakers would be recorded
    recording.play_requested.connect(window.playback.play)
    recording.recorded.connect(lambda path: searching.ask_also_like([Example(path)]))
    recording.gone.connect(searching.forget)
    searching.asked.connect(recording.follow)
    recording.device_chosen.connect(lambda name: window.choices.change(input_device=name))
    recording.said.connect(say)
    recording.failed.connect(lambda sentence: say(sentence, "error"))


def _connect_inspector(window: MainWindow) -> None:
    inspector, annotating = window.inspector, window.annotating
    inspector.tags_added.connect(annotating.add_tags)
    inspector.tag_removed.connect(annotating.remove_tag)
    inspector.suggestions_accepted.connect(annotating.accept)
    inspector.suggestions_rejected.connect(annotating.reject)
    inspector.rating_changed.connect(annotating.rate)
    inspector.note_changed.connect(annotating.set_note)
    inspector.caption_changed.connect(annotating.set_caption)
    inspector.moment_requested.connect(lambda start_s, end_s: window.audition.seek(start_s))
    inspector.more_requested.connect(window.comparing.like)
    inspector.less_requested.connect(window.comparing.dislike)
    inspector.reveal_requested.connect(window.dialogs.reveal_selected)
    inspector.copy_path_requested.connect(window.dialogs.copy_selected_paths)


def _connect_sidebar(window: MainWindow) -> None:
    sidebar, folders, annotating = window.sidebar, window.folders, window.annotating
    sidebar.scope_chosen.connect(window.searching.look_in)
    sidebar.saved_search_chosen.connect(lambda saved: _ask_saved(window, saved))
    sidebar.folders_requested.connect(lambda folder: _list_folders(window, folder))
    sidebar.add_folder_requested.connect(window.dialogs.add_folder)
    sidebar.remove_root_requested.connect(folders.remove)
    sidebar.rescan_requested.connect(folders.rescan)
    sidebar.pause_root_requested.connect(folders.pause_root)
    sidebar.locate_root_requested.connect(window.dialogs.locate_root)
    sidebar.confirm_gone_requested.connect(folders.confirm_gone)
    sidebar.reveal_requested.connect(reveal)
    sidebar.new_collection_requested.connect(annotating.create_collection)
    sidebar.rename_collection_requested.connect(annotating.rename_collection)
    sidebar.delete_collection_requested.connect(annotating.delete_collection)
    sidebar.files_dropped_on_collection.connect(annotating.collect)
    sidebar.folders_dropped.connect(window.take_dropped)
    sidebar.rename_saved_requested.connect(annotating.rename_saved_search)
    sidebar.delete_saved_requested.connect(annotating.delete_saved_search)
    sidebar.suggestion_chosen.connect(window.tagging.ask_for_suggested)
    sidebar.new_tag_requested.connect(window.tagging.new_tag)
    sidebar.more_like_tag_requested.connect(window.tagging.find_more_like)
    sidebar.rename_tag_requested.connect(annotating.rename_tag)
    sidebar.drop_tag_requested.connect(annotating.drop_tag)


def _ask_saved(window: MainWindow, saved: SavedSearch) -> None:
    window.searching.ask_for(saved.query)


def _list_folders(window: MainWindow, folder: Path) -> None:
    window.access.read(
        lambda library: library.subfolders(folder), lambda inside: window.sidebar.put_folders(folder, inside)
    )


def _connect_folders(window: MainWindow) -> None:
    folders, welcome, status = window.folders, window.welcome, window.status
    folders.counted.connect(lambda counts: _show_counts(window, counts))
    folders.state_changed.connect(status.show_indexing)
    folders.statuses_changed.connect(window.sidebar.set_statuses)
    folders.doubted.connect(lambda sentence: status.say(sentence, "error"))
    folders.rows_changed.connect(window.finding.library_changed)
    folders.rows_changed.connect(window.selecting.model.reload)
    welcome.add_folder_requested.connect(window.dialogs.add_folder)
    welcome.demo_requested.connect(window.dialogs.add_demo_sounds)
    welcome.folders_dropped.connect(window.take_dropped)
    status.pause_toggled.connect(lambda wanted: folders.toggle_pause())
    status.unreadable_requested.connect(window.dialogs.open_unreadable)
    status.device_menu_requested.connect(window.dialogs.open_device_menu)


def _show_counts(window: MainWindow, counts: Sequence[RootCounts]) -> None:
    window.sidebar.set_roots(counts)
    window.searching.set_roots(counts)
    window.status.show_unreadable(sum(root.unreadable for root in counts))
    window.dialogs.take_roots(counts)
    window.choose_page()


def _connect_annotations(window: MainWindow) -> None:
    annotating, status = window.annotating, window.status
    annotating.files_changed.connect(lambda file_ids: window.selecting.model.reload())
    annotating.files_changed.connect(lambda file_ids: window.selecting.describe())
    window.services.described.connect(lambda told: window.selecting.describe())
    annotating.said.connect(status.say_done)
    annotating.undone.connect(status.say)
    status.undo_requested.connect(annotating.undo)
    window.annotating.names_changed.connect(window.refresh_names)
    for follow in (window.folders.look_again, window.refresh_names, window.selecting.describe):
        window.metadata.changed.connect(follow)


def _connect_messages(window: MainWindow) -> None:
    say = window.status.say
    window.access.failed.connect(lambda sentence: say(sentence, "error"))
    window.finding.failed.connect(lambda sentence: say(sentence, "error"))
    window.comparing.said.connect(say)
    window.services.troubled.connect(lambda sentence: say(sentence, "error"))
    window.services.indexing_failed.connect(lambda failure: _tell_failure(window, failure))
    window.services.file_failed.connect(lambda failed: _tell_file(window, failed))
    window.services.searching_ready.connect(window.dialogs.take_network)


def _tell_failure(window: MainWindow, failure: Failure) -> None:
    window.status.say(failure.sentence, "error")


def _tell_file(window: MainWindow, failed: FileFailed) -> None:
    window.status.say(f"{display_path(failed.path.name)} cannot be read: {failed.reason}.", "note")
