"""For tests of the recipe: its panel on the screen, and what a person does there with mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from widgets.fields.form import Row
from widgets.training.recipe_panel import RecipePanel

LEFT = Qt.MouseButton.LeftButton


def row(panel: RecipePanel, name: str) -> Row:
    """The line of an option; of what is chosen as ``optimizer.beta1``."""
    field, _, option = name.partition(".")
    return panel.form.options[field].rows[option] if option else panel.form.rows[field]


def retype(qtbot: QtBot, editor: QWidget, text: str) -> None:
    qtbot.mouseClick(editor, LEFT)
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, text)


def pick(qtbot: QtBot, editor: QWidget, index: int) -> None:
    """By the arrow keys."""
    assert isinstance(editor, QComboBox)
    editor.setFocus()
    while editor.currentIndex() != index:
        qtbot.keyClick(editor, Qt.Key.Key_Down if editor.currentIndex() < index else Qt.Key.Key_Up)


def unfold(qtbot: QtBot, panel: RecipePanel, *ids: str) -> None:
    """Open these groups, or all, and the options of the optimizer."""
    for id in ids or panel.form.folds:
        qtbot.mouseClick(panel.form.folds[id], LEFT)
    fold = panel.form.options["optimizer"].fold
    if not ids and fold is not None and not fold.isChecked():
        fold.click()
    settle()


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()
