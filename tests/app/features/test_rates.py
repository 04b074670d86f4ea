"""The learning rate in the window: before a run, where it is in it, over the curves; edits of the recipe undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features import trainer as module
from app.features.curves import Curves
from app.features.rates import Rates, rate_at
from app.features.training import Training
from app.window.window import MainWindow
from engine.experiment.moves import rates
from engine.experiment.presets import PRESETS, with_preset
from engine.experiment.recipe import Recipe
from engine.training.events import Point, Progress, Started, Steered
from engine.training.steering import LIVE
from engine.units import typed_text
from tests.app.threads import FakeThread, hear
from tests.app.windows import CTRL, opened
from tests.widgets.training.recipe_hands import pick, retype, row

STARTED = Started("cpu", 10, 1000, 10, 1)


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(module, "TrainingThread", FakeThread)
    with opened(qtbot, tmp_path / "layerloom") as window:
        window.commands["workspace_train"].trigger()
        yield window


def change(window: MainWindow, **options: object) -> Recipe:
    document = window.page.document
    recipe = document.experiment.recipe.with_options(**options)
    document.edit("recipe", replace(document.experiment, recipe=recipe))
    return recipe


def recipe_of(window: MainWindow) -> Recipe:
    return window.page.document.experiment.recipe


def said(window: MainWindow) -> str | None:
    """The rate over the curves."""
    plots = window.feature(Curves).plots
    asides = [plot.surround.aside for plot in plots.plots if plot.surround.aside]
    return asides[-1][1] if asides else None


def words(rate: float) -> str:
    return typed_text(float(f"{rate:.3g}"))


def test_every_edit_of_the_form_is_undone_by_itself(window, qtbot):
    panel, document = window.feature(Curves).recipe, window.page.document
    first = recipe_of(window)
    pick(qtbot, row(panel, "optimizer").editor, 3)
    second = recipe_of(window)
    panel.form.options["optimizer"].fold.click()
    retype(qtbot, row(panel, "optimizer.beta1").editor, "0.85")
    third = recipe_of(window)
    assert (second.optimizer, third.optimizer) == ("adamw", "adamw:beta1=0.85")
    panel.presets.actions_of["images"].trigger()
    fourth = recipe_of(window)
    panel.presets.actions_of["quick"].trigger()
    assert fourth == with_preset(third, PRESETS["images"])
    assert recipe_of(window) == with_preset(fourth, PRESETS["quick"])
    assert panel.presets.text() == PRESETS["quick"].title
    for recipe in (fourth, third, second, first):
        document.undo()
        assert recipe_of(window) == recipe == panel.form.value
    for recipe in (second, third, fourth):
        document.redo()
        assert recipe_of(window) == recipe == panel.form.value
    assert panel.presets.text() == PRESETS["images"].title
    row(panel, "schedule").editor.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, CTRL)
    assert recipe_of(window) == third


def test_the_line_follows_while_one_types(window, qtbot):
    plot, panel = window.feature(Rates).section.plot, window.feature(Curves).recipe
    change(window, schedule="constant", lr=0.1, epochs=10)
    assert plot.isVisible() and plot.accessibleDescription() == "up to 0.1"
    retype(qtbot, row(panel, "lr").editor, "0.25")
    assert plot.accessibleDescription() == "up to 0.25"
    window.commands["workspace_build"].trigger()
    change(window, lr=0.5)
    window.commands["workspace_train"].trigger()
    assert plot.accessibleDescription() == "up to 0.5"


def test_in_a_run_the_line_and_the_curves_say_where_it_is(window):
    plot = window.feature(Rates).section.plot
    recipe = change(window, schedule="cosine", schedule_by="batch", lr=0.1, epochs=10, batch_size=50, warmup=0)
    assert plot.readout == "" and said(window) is None
    window.feature(Training).train()
    hear(window, STARTED)
    assert said(window) is None and plot.readout == "", "nothing was learned yet"
    hear(window, Point(2.5, 1.0, 0.5), Progress(3, 10, 0.25, 100.0, 9.0))
    now = recipe.lr * recipe.lr_factor(3, 10, 20)
    assert said(window) == words(now) and plot.readout == f"epoch 3 · 50 % · {words(rates(recipe, 20, 200)[50].lr)}"
    assert plot.accessibleDescription().startswith("from "), "how many batches there are is known"
    hear(window, Steered(3, 10, 2.5, {"lr": 0.05}, {"lr": 0.1}), Point(3.0, 0.9, 0.6))
    assert said(window) == words(0.05 * recipe.lr_factor(3, 20, 20)), "as the run was steered"
    hear(window, over=True)
    assert said(window) is None and plot.readout == ""


def test_a_rate_that_nobody_knows_is_not_said(window):
    plot = window.feature(Rates).section.plot
    change(window, schedule="plateau", lr=0.1, epochs=10)
    window.feature(Training).train()
    hear(window, STARTED, Point(2.5, 1.0, 0.5))
    assert said(window) is None and "nobody knows" in window.feature(Rates).section.words.text()
    assert plot.readout.startswith("epoch 3 · 50 %")
    window.show_start()
    hear(window, Point(2.6, 1.0, 0.5), over=True)
    assert said(window) is None


def test_while_it_trains_what_is_live_can_be_changed_and_the_run_hears_of_it(window, qtbot, monkeypatch):
    panel = window.feature(Curves).recipe
    change(window, optimizer="momentum", epochs=10, lr=0.1)
    for fold in panel.form.folds.values():
        fold.click()
    window.feature(Training).train()
    hear(window, STARTED, Point(0.5, 1.0, 0.5))
    assert {name for name, each in panel.form.rows.items() if each.editor.isEnabled()} == set(LIVE)
    assert "Stop the training" in row(panel, "optimizer.nesterov").editor.toolTip()
    told = []
    monkeypatch.setattr(FakeThread.newest.control, "steer", told.append)
    retype(qtbot, row(panel, "lr").editor, "0.06")
    assert told == []
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    retype(qtbot, row(panel, "clip_norm").editor, "2")
    row(panel, "epochs").editor.setFocus()
    assert told == [{"lr": 0.06}, {"clip_norm": 2.0}]
    window.page.document.undo()
    assert told[-1] == {"clip_norm": 0.0} and row(panel, "clip_norm").editor.text() == "0"
    hear(window, over=True)
    assert all(each.editor.isEnabled() for each in panel.form.rows.values())


@pytest.mark.parametrize("batch_size", [1, 7, 300, 1000, 4000])
def test_the_rate_of_the_last_batch_is_found_from_the_place(batch_size):
    recipe = Recipe(schedule="linear", schedule_by="batch", warmup=0.5, epochs=3, batch_size=batch_size)
    batches = -(-1000 // batch_size)
    for epoch in (1, 2, 3):
        for batch in {1, 2, batches // 2, batches - 1, batches} & set(range(1, batches + 1)):
            position = epoch - 1 + min(1.0, batch * batch_size / 1000)
            assert rate_at(recipe, position, 1000) == recipe.lr * recipe.lr_factor(epoch, batch, batches)
