from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from app.item_models.found_sounds_model import FoundSoundsModel, Role
from app.view_models.learned_tags import ShownSound

SOUNDS = [ShownSound(number, f"{number}.wav", "Field", "0:02–0:05", 2.0, 5.0, 1.0 / number) for number in (1, 2, 4)]


def made() -> FoundSoundsModel:
    model = FoundSoundsModel()
    model.put(SOUNDS)
    return model


def test_it_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(made(), force_py=True)


def test_each_sound_is_a_row() -> None:
    model = made()
    assert [model.index(1, column).data() for column in range(model.columnCount())] == ["2.wav", "0:02–0:05", "50%"]
    assert model.index(2, 0).data(Role.SCORE) == 0.25
    assert "Field" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_what_is_judged_is_taken_out() -> None:
    model = made()
    model.take_out(0)
    assert [model.sound(row).file_id for row in range(model.rowCount())] == [2, 4]
    assert model.row_of(4) == 1
    assert model.row_of(1) is None


def test_the_first_so_many() -> None:
    model = made()
    assert model.ids_down_to(1) == [1, 2]
    assert model.ids_down_to(-1) == [1, 2, 4]
