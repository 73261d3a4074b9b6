"""A run is drawn while it goes on."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.look import theme
from app.look.tokens import DARK, LIGHT
from app.view_models.training_run import Curves
from app.widgets.training.run_plots import SMOOTHED_STEPS, RunPlots


def test_curves_are_drawn_over_the_steps(qtbot: QtBot) -> None:
    plots = RunPlots()
    qtbot.addWidget(plots)
    plots.show_curves(Curves())
    loss = tuple((step, float(step % 2)) for step in range(1, 41))
    plots.show_curves(Curves(loss, ((0, 1.0), (40, 0.5)), ((0, 0.1),), ((0, 1.0),)))
    steps, values = plots.loss.lines[0].getData()
    assert list(steps) == list(range(1, 41))
    assert values[0] == 1.0
    np.testing.assert_allclose(values[-1], np.mean([value for _, value in loss[-SMOOTHED_STEPS:]]))
    assert list(plots.loss.lines[1].getData()[1]) == [1.0, 0.5]
    assert list(plots.found.lines[1].getData()[1]) == [1.0]


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
def test_they_wear_the_palette(tokens, qtbot: QtBot, qapp: QApplication) -> None:
    plots = RunPlots()
    qtbot.addWidget(plots)
    plots.setPalette(theme.palette(tokens))
    assert plots.loss.view.backgroundBrush().color().name().upper() == tokens.surface
    assert plots.palette().color(QPalette.ColorRole.Base).name().upper() == tokens.surface
