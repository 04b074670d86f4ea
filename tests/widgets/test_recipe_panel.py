"""The recipe panel: every choice by hand, momentum where it belongs, locked while training runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.recipe import Recipe
from widgets.editors import ChoiceEditor, LineEditor
from widgets.form import Row
from widgets.recipe_panel import RecipePanel

# Said by the offscreen platform, which has no windows to size; no window system says it.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[RecipePanel]:
    panel = RecipePanel()
    qtbot.addWidget(panel)
    panel.resize(300, 270)
    panel.show()
    with qtbot.waitActive(panel):
        panel.activateWindow()
    yield panel


def row(panel: RecipePanel, name: str) -> Row:
    return panel._form.rows[name]


def retype(qtbot: QtBot, editor: QWidget, text: str) -> None:
    qtbot.mouseClick(editor, Qt.MouseButton.LeftButton)
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, text)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("lr", "1e-3", 1e-3), ("weight_decay", "0.01", 0.01), ("batch_size", "64", 64), ("epochs", "3", 3),
     ("seed", "7", 7)],
)
def test_numbers_are_typed(qtbot: QtBot, panel: RecipePanel, name: str, text: str, value: float) -> None:
    with qtbot.waitSignal(panel.recipe_changed):
        retype(qtbot, row(panel, name).editor, text)
    assert getattr(panel._form.value, name) == value
    assert row(panel, name).editor.hasFocus()
    assert row(panel, name).editor.text() == text


@pytest.mark.parametrize(("name", "count"), [("loss", 2), ("optimizer", 4), ("initialization", 4)])
def test_choices_have_human_names(panel: RecipePanel, name: str, count: int) -> None:
    editor = row(panel, name).editor
    assert isinstance(editor, ChoiceEditor)
    labels = [editor.itemText(i) for i in range(editor.count())]
    assert len(labels) == count
    for label in labels:
        assert "_" not in label
        assert label[0].isupper()


def test_momentum_is_there_for_the_optimizer_that_has_it(qtbot: QtBot, panel: RecipePanel) -> None:
    assert not row(panel, "momentum").editor.isVisible()
    optimizer = row(panel, "optimizer").editor
    optimizer.setFocus()
    with qtbot.waitSignal(panel.recipe_changed) as asked:
        qtbot.keyClick(optimizer, Qt.Key.Key_Down)
    recipe, field = asked.args
    assert (recipe.optimizer, field) == ("momentum", "optimizer")
    assert row(panel, "momentum").editor.isVisible()
    assert optimizer.hasFocus()
    panel.show_recipe(Recipe(optimizer="adam"))
    assert not row(panel, "momentum").editor.isVisible()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [("batch_size", "x", "Batch size must be a whole number"), ("batch_size", "0", "Batch size must be at least 1"),
     ("lr", "nan", "Learning rate must be a finite number"), ("lr", "-1", "Learning rate must be more than 0"),
     ("epochs", "-3", "Epochs must be at least 1")],
)
def test_a_bad_number_is_refused_in_place(qtbot: QtBot, panel: RecipePanel, name: str, text: str, reason: str) -> None:
    retype(qtbot, row(panel, name).editor, text)
    assert row(panel, name).error.text().startswith(reason)
    assert row(panel, name).error.isVisible()
    assert panel._form.value == Recipe()
    qtbot.keyClick(row(panel, name).editor, Qt.Key.Key_Tab)
    assert not row(panel, name).error.isVisible()


def test_while_training_only_the_learning_rate_is_open_and_waits_for_enter(qtbot: QtBot, panel: RecipePanel) -> None:
    panel.set_locked(True, "Stop training to change this.")
    assert [name for name in panel._form.rows if row(panel, name).editor.isEnabled()] == ["lr"]
    assert "Stop training" in row(panel, "epochs").editor.toolTip()
    rate = row(panel, "lr").editor
    assert isinstance(rate, LineEditor)
    with qtbot.assertNotEmitted(panel.recipe_changed):
        retype(qtbot, rate, "1e-3")
    with qtbot.waitSignal(panel.recipe_changed) as asked:
        qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert (asked.args[0].lr, asked.args[1]) == (1e-3, "lr")
    panel.set_locked(False)
    assert all(row(panel, name).editor.isEnabled() for name in panel._form.rows)
    assert "Stop training" not in row(panel, "epochs").editor.toolTip()
    with qtbot.waitSignal(panel.recipe_changed):
        retype(qtbot, rate, "2")


def test_another_recipe_is_shown(panel: RecipePanel) -> None:
    panel.show_recipe(Recipe(lr=0.5, batch_size=32, loss="mse"))
    assert row(panel, "lr").editor.text() == "0.5"
    assert row(panel, "batch_size").editor.text() == "32"
    assert row(panel, "loss").editor.currentText() == "Mean squared error"


def test_what_was_typed_for_one_document_is_not_asked_for_another(qtbot: QtBot, panel: RecipePanel) -> None:
    panel.set_locked(True)
    editor = row(panel, "lr").editor
    retype(qtbot, editor, "0.5")
    with qtbot.assertNotEmitted(panel.recipe_changed):
        panel.forget_typing()
        panel.show_recipe(Recipe(epochs=3))
        editor.clearFocus()
    assert panel._form.value == Recipe(epochs=3)
