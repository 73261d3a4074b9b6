"""Everything the window can do, each command once: what menus, buttons, keys, the palette and the key help show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from app.kept_keys import is_kept
from app.look.icons import icon as icon_named

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText


@dataclass(frozen=True)
class _Command:
    text: str
    section: str
    default_keys: tuple[str, ...]
    action: QAction


class Commands(QObject):
    """The commands of one window, in the order in which they were added. An action's object name is its command's id.

    keys_changed : some command has other keys now
    """

    keys_changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._commands: dict[str, _Command] = {}
        # whatever key no widget claims passes here before it is taken for a command
        window.installEventFilter(self)

    def add(
        self,
        id: str,
        text: str,
        run: Callable[[], object],
        *,
        section: str,
        keys: Sequence[str] = (),
        icon: str | None = None,
        checkable: bool = False,
        repeats: bool = False,
    ) -> QAction:
        """A command that the window obeys from now on.

        keys : in Qt's portable text, for instance "Ctrl+K"; ValueError for one that is unknown or taken
        repeats : holding the key runs it again and again
        """
        if id in self._commands:
            raise ValueError(f"there is a command {id!r} already")
        default_keys = tuple(_portable(key) for key in keys)
        if (holder := self._holder(default_keys)) is not None:
            raise ValueError(f"a key of {text!r} belongs to {holder!r} already")
        action = QAction(text, self)
        action.setObjectName(id)
        if icon is not None:
            action.setIcon(icon_named(icon))
        action.setCheckable(checkable)
        action.setAutoRepeat(repeats)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _checked: run())
        self._commands[id] = _Command(text, section, default_keys, action)
        self._set_keys(id, default_keys)
        self._window.addAction(action)
        return action

    def action(self, id: str) -> QAction:
        return self._commands[id].action

    def actions(self) -> list[QAction]:
        return [command.action for command in self._commands.values()]

    def section(self, id: str) -> str:
        return self._commands[id].section

    def sections(self) -> dict[str, list[QAction]]:
        """The actions by section, in the order in which the sections first came up."""
        by_section: dict[str, list[QAction]] = {}
        for command in self._commands.values():
            by_section.setdefault(command.section, []).append(command.action)
        return by_section

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self, id: str) -> tuple[str, ...]:
        """In portable text."""
        return tuple(sequence.toString(_PORTABLE) for sequence in self.action(id).shortcuts())

    def rebind(self, id: str, keys: Sequence[str]) -> str | None:
        """Give a command these keys and no others. Where one is taken nothing changes, and the answer is the text of
        the command that has it. ValueError for a key that does not exist.
        """
        wanted = tuple(dict.fromkeys(_portable(key) for key in keys))
        holder = self._holder(wanted, besides=id)
        if holder is None and wanted != self.keys(id):
            self._set_keys(id, wanted)
            self.keys_changed.emit()
        return holder

    def reset(self, id: str) -> str | None:
        """Give a command its default keys, as `rebind` does."""
        return self.rebind(id, self._commands[id].default_keys)

    def rebindings(self) -> dict[str, tuple[str, ...]]:
        """The keys of the commands that have others than by default."""
        return {id: self.keys(id) for id, command in self._commands.items() if self.keys(id) != command.default_keys}

    def apply(self, rebindings: Mapping[str, Sequence[str]]) -> None:
        """Default keys for every command but these. Ids and keys that do not exist are ignored; a key that two claim
        stays with the first.
        """
        wanted = {id: _that_exist(keys) for id, keys in rebindings.items() if id in self._commands}
        wanted = {id: keys for id, keys in wanted.items() if keys or not rebindings[id]}
        for id, command in self._commands.items():
            self._set_keys(id, () if id in wanted else command.default_keys)
        for id, keys in wanted.items():
            self._set_keys(id, tuple(key for key in keys if self._holder((key,), besides=id) is None))
        self.keys_changed.emit()

    def _set_keys(self, id: str, keys: Sequence[str]) -> None:
        command = self._commands[id]
        command.action.setShortcuts([QKeySequence(key, _PORTABLE) for key in keys])
        shown = ", ".join(shown_keys(command.action))
        command.action.setToolTip(f"{command.text} ({shown})" if shown else command.text)

    def _holder(self, keys: Sequence[str], besides: str | None = None) -> str | None:
        """The text of the command that has one of these keys, or one that begins alike so that Qt could not decide."""
        wanted = [QKeySequence(key, _PORTABLE) for key in keys]
        for id, command in self._commands.items():
            held = command.action.shortcuts() if id != besides else []
            if any(_collide(mine, theirs) for mine in wanted for theirs in held):
                return command.text
        return None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and is_kept(QApplication.focusWidget(), event)
        ):
            event.accept()
            return True
        return False


def shown_keys(action: QAction) -> list[str]:
    """An action's keys as people of this system write them."""
    return [sequence.toString(_NATIVE) for sequence in action.shortcuts()]


def _collide(one: QKeySequence, other: QKeySequence) -> bool:
    no_match = QKeySequence.SequenceMatch.NoMatch
    return one.matches(other) != no_match or other.matches(one) != no_match


def _portable(key: str) -> str:
    sequence = QKeySequence(key, _PORTABLE)
    text = sequence.toString(_PORTABLE)
    if sequence.isEmpty() or QKeySequence(text, _PORTABLE) != sequence:  # an unknown key is written as nothing
        raise ValueError(f"there is no key {key!r}")
    return text


def _that_exist(keys: Sequence[str]) -> tuple[str, ...]:
    existing = []
    for key in keys:
        try:
            existing.append(_portable(key))
        except ValueError:
            continue
    return tuple(existing)
