"""The speed: a button that shows it, and a slider in its menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMenu, QSlider, QToolButton, QWidget, QWidgetAction

from app.look import theme
from app.playing.varispeed import FASTEST, SLOWEST
from app.view_models.player_wording import slider_of_speed, speed_label, speed_of_slider

_PRESETS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
_SLIDER_PX = 160


class SpeedButton(QToolButton):
    """speed_changed : 0.25 to 2"""

    speed_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Speed")
        self.setToolTip("Speed; the pitch follows it")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFont(theme.figures(self.font()))
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.88×") + 12)
        self._speed = 1.0
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setAccessibleName("Speed")
        self._slider.setRange(slider_of_speed(SLOWEST), slider_of_speed(FASTEST))
        self._slider.setFixedWidth(_SLIDER_PX)
        self._slider.valueChanged.connect(self._follow_slider)
        self.setMenu(self._filled_menu())
        self.set_speed(1.0)

    def speed(self) -> float:
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Tells nobody."""
        self._speed = speed
        self.setText(speed_label(speed))
        self._slider.blockSignals(True)
        self._slider.setValue(slider_of_speed(speed))
        self._slider.blockSignals(False)

    def _filled_menu(self) -> QMenu:
        menu = QMenu(self)
        slider = QWidgetAction(menu)
        slider.setDefaultWidget(self._slider)
        menu.addAction(slider)
        menu.addSeparator()
        for speed in _PRESETS:
            menu.addAction(speed_label(speed)).setData(speed)
        menu.triggered.connect(lambda action: self._change(action.data()))
        return menu

    @Slot(int)
    def _follow_slider(self, step: int) -> None:
        self._change(speed_of_slider(step))

    def _change(self, speed: float | None) -> None:
        if speed is not None and speed != self._speed:
            self.set_speed(speed)
            self.speed_changed.emit(speed)
