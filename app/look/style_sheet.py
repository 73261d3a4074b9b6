"""What a palette cannot say about the look, as one Qt style sheet.

Arrows and ticks are the SVG files of resources/icons/controls, found as `controls:`; a style sheet can only name files.
"""

from __future__ import annotations

from string import Template

from app.look.tokens import Tokens

_TEMPLATE = Template("""
QToolTip { color: $text; background: $raised; border: 1px solid $hairline; padding: 4px; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $hairline; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $secondary; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QSplitter::handle { background: $hairline; }
QSplitter::handle:hover { background: $accent; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton:hover { background: $raised; }
QToolButton:pressed { background: $hairline; }
QToolButton:checked { background: $raised; color: $accent; }
QToolButton:checked:hover { background: $hairline; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $secondary; }
QToolButton::menu-indicator { image: none; }
QToolButton[popupMode="1"] { padding-right: 16px; }
QToolButton::menu-button { border: none; width: 16px; }
QToolButton::menu-arrow { image: url(controls:down-$name.svg); width: 12px; height: 12px; }

QPushButton {
    background: $raised; border: 1px solid $hairline; border-radius: 4px; padding: 4px 12px; min-height: 18px;
}
QPushButton:hover { border-color: $secondary; }
QPushButton:pressed, QPushButton:checked { background: $hairline; }
QPushButton:focus, QPushButton:default { border-color: $accent; }
QPushButton:disabled { color: $secondary; background: transparent; border-color: $hairline; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox {
    background: $surface; border: 1px solid $hairline; border-radius: 4px; padding: 3px 6px; min-height: 18px;
}
QLineEdit:hover, QPlainTextEdit:hover, QTextEdit:hover, QAbstractSpinBox:hover, QComboBox:hover {
    border-color: $secondary;
}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
    border-color: $accent;
}
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
    color: $secondary; background: transparent; border-color: $hairline;
}
QComboBox { padding-right: 20px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(controls:down-$name.svg); width: 16px; height: 16px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $hairline; padding: 4px; }
QAbstractSpinBox { padding: 2px 20px 1px 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { background: transparent; border: none; width: 20px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $raised; }
QAbstractSpinBox::up-arrow { image: url(controls:up-$name.svg); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url(controls:down-$name.svg); width: 10px; height: 10px; }

QCheckBox, QRadioButton { spacing: 8px; padding: 2px; border: 1px solid transparent; border-radius: 4px; }
QCheckBox:focus, QRadioButton:focus { border-color: $accent; }
QCheckBox:disabled, QRadioButton:disabled { color: $secondary; }
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator, QMenu::indicator {
    width: 14px; height: 14px; background: $surface; border: 1px solid $secondary; border-radius: 4px;
}
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked, QMenu::indicator:checked {
    background: $accent; border-color: $accent; image: url(controls:check-$name.svg);
}
QCheckBox::indicator:indeterminate, QAbstractItemView::indicator:indeterminate {
    background: $accent; border-color: $accent; image: url(controls:partly-$name.svg);
}
QRadioButton::indicator:checked {
    border-color: $accent;
    background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
        stop: 0 $accent, stop: 0.55 $accent, stop: 0.65 $surface, stop: 1 $surface);
}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {
    background-color: $hairline; border-color: $hairline;
}

QSlider:horizontal { min-height: 20px; }
QSlider:vertical { min-width: 20px; }
QSlider::groove { background: $hairline; border-radius: 2px; }
QSlider::groove:horizontal { height: 4px; }
QSlider::groove:vertical { width: 4px; }
QSlider::sub-page:horizontal, QSlider::add-page:vertical { background: $accent; border-radius: 2px; }
QSlider::sub-page:disabled, QSlider::add-page:disabled { background: $hairline; }
QSlider::handle { background: $text; border: 2px solid $window; border-radius: 8px; width: 12px; height: 12px; }
QSlider::handle:horizontal { margin: -6px 0; }
QSlider::handle:vertical { margin: 0 -6px; }
QSlider::handle:hover { background: $accent; }
QSlider::handle:focus { background: $window; border-color: $accent; }
QSlider::handle:disabled { background: $secondary; }

QProgressBar {
    background: $raised; border: none; border-radius: 2px; min-height: 4px; max-height: 4px; color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QTabWidget::pane { border: none; border-top: 1px solid $hairline; }
QTabBar::tab { color: $secondary; background: transparent; border: none; padding: 6px 12px; margin: 0; }
QTabBar::tab { border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:selected:focus { background: $raised; }

QMenu { background: $raised; border: 1px solid $hairline; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 8px; border: 1px solid transparent; border-radius: 4px; }
QMenu::item:selected { background: $hairline; border-color: $accent; }
QMenu::item:disabled { background: transparent; color: $secondary; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { margin-left: 8px; }
QMenu::separator { height: 1px; margin: 4px; background: $hairline; }
QMenu::right-arrow { image: url(controls:right-$name.svg); width: 12px; height: 12px; margin-right: 4px; }
QMenuBar { background: $window; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: 4px; }
QMenuBar::item:selected { background: $raised; }

QHeaderView { background: $window; border: none; }
QHeaderView::section {
    background: $window; color: $secondary; border: none; border-bottom: 1px solid $hairline; padding: 4px;
    font-weight: normal;
}
QHeaderView::section:hover { color: $text; }
QHeaderView::up-arrow, QHeaderView::down-arrow { width: 12px; height: 12px; subcontrol-position: center right; }
QHeaderView::up-arrow { image: url(controls:up-$name.svg); }
QHeaderView::down-arrow { image: url(controls:down-$name.svg); }
QTableCornerButton::section { background: $window; border: none; }

QAbstractItemView { background: $surface; border: none; outline: none; }
QTableView { gridline-color: $hairline; }
QTreeView::branch:has-children:closed { image: url(controls:right-$name.svg); }
QTreeView::branch:has-children:open { image: url(controls:down-$name.svg); }
QTreeView::branch:has-children:closed:selected { image: url(controls:right-on-accent-$name.svg); }
QTreeView::branch:has-children:open:selected { image: url(controls:down-on-accent-$name.svg); }

QListView[navigation="true"] { padding: 8px; }

QFrame[frameShape="4"], QFrame[frameShape="5"] { color: $hairline; }
QDialog, QMessageBox { background: $window; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QGroupBox { border: none; margin-top: 20px; padding: 0; }
QGroupBox::title { subcontrol-origin: margin; color: $secondary; }
QStatusBar::item { border: none; }
""")


def style_sheet(tokens: Tokens) -> str:
    return _TEMPLATE.substitute(vars(tokens))
