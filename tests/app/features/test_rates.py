"""The learning rate in the window: as it was and will be, where the run is or was left, and over the curves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features import trainer as module
from app.features.curves import Curves
from app.features.rates import Rates, rate_at
from app.features.training import Training
from app.window.window import MainWindow
from engine.experiment.moves import Held, rates
from engine.experiment.presets import PRESETS, with_preset
from engine.experiment.recipe import Recipe
from engine.runs.names import CHECKPOINT
from engine.training.events import Finished, MemberStarted, Point, Progress, Started, Steered
from engine.training.steering import LIVE
from engine.training.values import NOTHING, Summary
from engine.units import typed_text
from tests.app.threads import FakeThread, hear
from tests.app.windows import CTRL, opened
from tests.painted import drawn, of
from tests.widgets.training.recipe_hands import pick, retype, row
from widgets.look import theme

STARTED = Started("cpu", 10, 1000, 10, 1)
SUMMARY = Summary(4, 4, NOTHING, NOTHING, NOTHING, 1.0, "cpu", 10, 0)


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


def read(window: MainWindow, at: float) -> float:
    """What the line says of a place."""
    plot = window.feature(Rates).section.plot
    area, last = plot.area, float(plot.point(recipe_of(window).epochs, 0.1).x())
    x = area.left() + at / recipe_of(window).epochs * (last - area.left())
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(x, 50), plot.mapToGlobal(QPointF(x, 50)),
                        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plot, event)
    rate = float(plot.readout.split("·")[-1].replace("about", "").strip())
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    return rate


def marks_at(window: MainWindow) -> tuple[float | None, float | None]:
    """Where a line says that the run is, and that it was left: those that are painted."""
    plot, found = window.feature(Rates).section.plot, {}
    lines = [mark for mark in of("area", drawn(plot)) if mark.place.width() == 1]
    for mark in lines:
        first, last = plot.point(0.0, 0.1).x(), plot.point(recipe_of(window).epochs, 0.1).x()
        found[mark.fill] = round((mark.place.x() - first) / (last - first) * recipe_of(window).epochs, 1)
    return found.get(theme.color("text").name()), found.get(theme.color("dim").name())


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
    coming = rates([Held(0.0, recipe)], 1000)[50].lr
    assert said(window) == words(now) and plot.readout == f"epoch 3 · 50 % · {words(coming)}"
    assert plot.accessibleDescription().startswith("from "), "how many batches there are is known"
    hear(window, Steered(3, 10, 2.5, {"lr": 0.05}, {"lr": 0.1}), Point(3.0, 0.9, 0.6))
    assert said(window) == words(0.05 * recipe.lr_factor(3, 20, 20)), "as the run was steered"
    hear(window, over=True)
    assert said(window) is None and plot.readout == ""


def test_what_was_learned_is_shown_as_it_was_while_a_run_goes_on_and_after_it(window):
    change(window, schedule="constant", lr=0.1, epochs=10, batch_size=50, warmup=0)
    window.feature(Training).train()
    hear(window, STARTED, Point(4.0, 1.0, 0.5))
    change(window, lr=0.5)
    assert [read(window, at) for at in (1.0, 3.9, 4.1, 9.0)] == [0.1, 0.1, 0.5, 0.5], "as it is typed"
    hear(window, Steered(5, 2, 4.1, {"lr": 0.5}, {"lr": 0.1}), Point(6.0, 1.0, 0.5))
    assert [read(window, at) for at in (1.0, 4.05, 4.15, 9.0)] == [0.1, 0.1, 0.5, 0.5], "where the run followed"
    hear(window, Point(10.0, 0.9, 0.6), Finished(SUMMARY, False), over=True)
    assert [read(window, at) for at in (1.0, 4.05, 4.15, 9.0)] == [0.1, 0.1, 0.5, 0.5]
    assert marks_at(window) == (None, None), "it came to its end"
    change(window, lr=0.3)
    assert [read(window, at) for at in (1.0, 9.0)] == [0.3, 0.3], "of the next run"


def test_the_runs_of_a_series_have_rates_of_their_own(window):
    change(window, schedule="constant", lr=0.1, epochs=10, folds=2)
    window.feature(Training).train()
    variant = replace(window.page.document.experiment, recipe=recipe_of(window).with_options(lr=0.7, folds=0))
    hear(window, MemberStarted(1, 2, "one", variant), STARTED, Point(4.0, 1.0, 0.5))
    assert [read(window, at) for at in (1.0, 9.0)] == [0.7, 0.7]
    hear(window, over=True)
    assert [read(window, at) for at in (1.0, 9.0)] == [0.1, 0.1] and marks_at(window) == (None, None)


def test_where_continue_would_begin_is_shown_and_what_came_before(window):
    change(window, schedule="constant", lr=0.1, epochs=10, batch_size=50, warmup=0)
    window.feature(Training).train()
    hear(window, STARTED, Point(4.0, 1.0, 0.5))
    assert marks_at(window) == (4.0, None)
    folder = window.page.document.run.folder
    (folder / CHECKPOINT).touch()
    hear(window, Finished(SUMMARY, True), over=True)
    change(window, warmup=1.0, schedule="linear")
    plot, linear = window.feature(Rates).section.plot, recipe_of(window)
    assert marks_at(window) == (None, 4.0) and plot.told_at(plot.point(4.0, 0.1).x()) == "Continue begins here"
    assert [read(window, at) for at in (0.0, 0.5, 3.9)] == [0.1] * 3, "no warm-up: it is over"
    assert read(window, 4.1) == pytest.approx(linear.lr * linear.lr_factor(5), rel=6e-3)
    change(window, epochs=4)
    assert marks_at(window) == (None, None) and read(window, 0.0) < 0.02, "nothing is left to go on with"
    change(window, epochs=8)
    assert marks_at(window) == (None, 4.0) and read(window, 0.0) == 0.1
    document = window.page.document
    document.edit("data", replace(document.experiment, data=document.experiment.data.with_options(validation=0.3)))
    assert marks_at(window) == (None, None) and read(window, 0.0) < 0.02, "that would be a run from the beginning"
    document.undo()
    (folder / CHECKPOINT).unlink()
    change(window, epochs=9)
    assert marks_at(window) == (None, None) and read(window, 0.0) < 0.02, "nothing was kept"


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
