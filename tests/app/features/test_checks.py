"""Before a run: the forecast beside the recipe, a rate that is found, whether a network can learn; each left midway."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.features.checking import Checking
from app.features.documents import Documents
from app.features.forecasting import STILL_MS, Forecasting
from app.features.training import Training
from app.window.window import MainWindow
from engine.data.errors import StoppedError
from engine.messages import LayerloomError
from engine.units import SPACE
from tests.app.windows import CTRL, opened
from tests.legible import cut_words
from widgets.training.checks_section import ChecksSection
from widgets.training.forecast_panel import ForecastPanel

LEFT = Qt.MouseButton.LeftButton
WAITS_MS = 30_000


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet-digits", (1300, 900)) as window:
        QTest.keyClick(window, Qt.Key.Key_2, CTRL)
        assert window.places.panels.workspace == "train"
        yield window


def checks(window: MainWindow) -> ChecksSection:
    return window.places.column.findChild(ChecksSection)


def forecast(window: MainWindow) -> ForecastPanel:
    return window.places.column.findChild(ForecastPanel)


def numbers(window: MainWindow) -> list[str]:
    return [number.text() for _, number in forecast(window).cells]


def is_grey(window: MainWindow) -> bool:
    return not any(number.isEnabled() for _, number in forecast(window).cells)


def is_measuring(window: MainWindow) -> bool:
    return forecast(window).note.text() == "measuring…"


def change(window: MainWindow, **options: Any) -> None:
    document = window.page.document
    document.edit("Change", replace(document.experiment, recipe=document.experiment.recipe.with_options(**options)))


def recipe(window: MainWindow):
    return window.page.document.experiment.recipe


class Slow:
    """In the place of a check: it goes on until it is asked to end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.began = self.ended = 0
        monkeypatch.setattr(name, self._steps if name.endswith(("rate", "batch")) else self._wait)

    def _wait(self, _experiment: object, _data: object, control: Any) -> None:
        self.began += 1
        while not control.stopped:
            time.sleep(0.005)
        self.ended += 1
        raise StoppedError("The forecast was stopped")

    def _steps(self, experiment: object, data: object, control: Any) -> Iterator[Any]:
        yield from ()
        self._wait(experiment, data, control)


FORECAST = "engine.training.checks.forecast.forecast"
RATE = "engine.training.checks.rates.find_rate"
BATCH = "engine.training.checks.overfitting.overfit_batch"


# -- the forecast ----------------------------------------------------------------------------------------------------


def test_it_is_measured_by_itself_and_goes_grey_with_what_it_was_about(window, qtbot):
    assert numbers(window) == ["–"] * 4 and forecast(window).measure.isVisible()
    qtbot.waitUntil(lambda: is_measuring(window), timeout=STILL_MS + 5000)
    assert not forecast(window).measure.isVisible()
    qtbot.waitUntil(lambda: forecast(window).note.text() == "measured on cpu", timeout=WAITS_MS)
    epoch, memory, batch, whole = numbers(window)
    assert not is_grey(window) and epoch.endswith((f"{SPACE}ms", f"{SPACE}s")) and memory.endswith(f"{SPACE}MB")
    assert batch == f"all 1{SPACE}374" and (whole.endswith("s") or ":" in whole)
    qtbot.waitUntil(lambda: cut_words(window.places.column) == [], timeout=WAITS_MS)  # once it is laid out
    change(window, epochs=10 * recipe(window).epochs, lr=0.5)
    assert numbers(window)[:3] == [epoch, memory, batch] and numbers(window)[3] != whole and not is_grey(window)
    change(window, batch_size=64)
    assert is_grey(window) and forecast(window).measure.isVisible() and numbers(window)[0] == epoch
    window.page.document.undo()
    assert not is_grey(window)  # of these it is known
    change(window, batch_size=64)
    QTest.mouseClick(forecast(window).measure, LEFT)
    assert is_measuring(window) and is_grey(window)
    window.page.document.undo()
    assert not is_measuring(window) and not is_grey(window)
    window.feature(Documents).open("gallery:lenet-digits")
    assert numbers(window) == ["–"] * 4  # each network its own


def test_an_edit_a_training_a_check_another_page_and_another_workspace_end_it(window, qtbot, monkeypatch):
    slow, trainer = Slow(monkeypatch, FORECAST), window.feature(Training).trainer

    def begin() -> None:
        before = slow.began
        window.commands["forecast"].trigger()
        assert is_measuring(window)
        qtbot.waitUntil(lambda: slow.began == before + 1, timeout=WAITS_MS)

    def has_ended() -> None:
        qtbot.waitUntil(lambda: slow.ended == slow.began, timeout=WAITS_MS)
        assert not is_measuring(window)

    begin()
    change(window, batch_size=16)
    has_ended()
    begin()
    monkeypatch.setattr(trainer, "state", "preparing")
    trainer.state_changed.emit("preparing")
    has_ended()
    assert forecast(window).note.text() == "It can be tried when the training has ended"
    assert not forecast(window).measure.isVisible() and not checks(window).rate.button.isEnabled()
    window.commands["forecast"].trigger()
    assert window.page.notice.text.text() == forecast(window).note.text() and slow.began == 2
    monkeypatch.setattr(trainer, "state", "idle")
    trainer.state_changed.emit("idle")
    begin()
    window.commands["workspace_build"].trigger()
    has_ended()
    begin()  # the command leads where it is seen
    assert window.places.panels.workspace == "train" and forecast(window).isVisible()
    window.feature(Documents).open("gallery:lenet-digits")
    has_ended()
    begin()
    steps = Slow(monkeypatch, RATE)
    QTest.mouseClick(checks(window).rate.button, LEFT)
    has_ended()
    qtbot.waitUntil(lambda: steps.began == 1, timeout=WAITS_MS)
    begun = slow.began
    window.feature(Forecasting).measure(window.page)  # nothing is measured beside a check
    assert not is_measuring(window)
    QTest.mouseClick(checks(window).rate.button, LEFT)
    qtbot.waitUntil(lambda: not window.feature(Checking).is_at_work, timeout=WAITS_MS)
    assert slow.began == begun


def test_what_cannot_fit_is_said_with_a_button_that_takes_what_would(window, qtbot, monkeypatch):
    monkeypatch.setattr("engine.training.checks.memory.free_memory", lambda _device: 4_000_000)
    monkeypatch.setattr("engine.training.checks.memory._swap", lambda _device: 0)
    change(window, batch_size=1000)
    QTest.mouseClick(forecast(window).measure, LEFT)
    qtbot.waitUntil(lambda: forecast(window).action.isVisible(), timeout=WAITS_MS)
    said = forecast(window).note.text()
    assert "for a batch of" in said and numbers(window) == ["–"] * 4
    size = int(forecast(window).action.text().removeprefix("Use a batch of ").replace(SPACE, ""))
    assert cut_words(forecast(window)) == []
    QTest.mouseClick(forecast(window).action, LEFT)
    assert recipe(window).batch_size == size and not forecast(window).action.isVisible()
    window.page.document.undo()
    assert recipe(window).batch_size == 1000 and forecast(window).note.text() == said


def test_what_stands_in_its_way_is_said(window, qtbot, monkeypatch):
    def fail(*_: object) -> None:
        raise LayerloomError("no such device")

    monkeypatch.setattr(FORECAST, fail)
    window.commands["forecast"].trigger()
    qtbot.waitUntil(lambda: forecast(window).note.text() == "No such device", timeout=WAITS_MS)
    assert forecast(window).measure.isVisible()
    page = window.page
    page.edit("Cut", page.scene.graph.without(["conv1"]))
    assert forecast(window).note.text() and not forecast(window).measure.isVisible()
    page.document.undo()
    document = page.document
    data = document.experiment.data.with_options(dataset="cifar10", resize=28)
    document.edit("Data", replace(document.experiment, data=data))
    if not [problem for problem in page.problems if problem.severity == "error"]:
        assert forecast(window).note.text() == "CIFAR-10 is not on this computer yet: Train fetches it first"
    for line in (checks(window).rate, checks(window).overfit):
        assert not line.button.isEnabled() and line.button.toolTip()


# -- checks ----------------------------------------------------------------------------------------------------------


def test_a_rate_is_found_and_used_with_one_click(window, qtbot):
    line, plot = checks(window).rate, checks(window).plot
    change(window, batch_size=256, optimizer="adam", lr=0.5)
    page = window.page
    page.edit("ReLU", page.scene.graph.with_layer("act1", relu()).with_layer("act2", relu()))
    assert not plot.isVisible() and not line.action.isVisible()
    QTest.mouseClick(line.button, LEFT)
    assert line.button.text() == "Stop" and line.beside.text() == "getting ready…"
    qtbot.waitUntil(lambda: len(plot.points) > 5, timeout=WAITS_MS)
    assert plot.isVisible() and window.feature(Checking).is_at_work and line.beside.text().startswith("at ")
    qtbot.waitUntil(lambda: not window.feature(Checking).is_at_work, timeout=WAITS_MS)
    assert line.button.text() == "Find a rate…" and line.action.text() == "Use"
    rate = float(line.beside.text().removeprefix("suggests "))
    qtbot.waitUntil(lambda: cut_words(window.places.column) == [], timeout=WAITS_MS)  # once it is laid out
    QTest.mouseClick(line.action, LEFT)
    assert recipe(window).lr == rate and not line.action.isVisible() and line.beside.text().endswith("is in use")
    window.page.document.undo()
    assert recipe(window).lr == 0.5 and line.action.isVisible()
    change(window, batch_size=128)
    assert not line.action.isVisible() and line.words.text().startswith("Before the last changes: ")
    assert len(plot.points) > 5


def test_a_network_is_tried_with_one_batch_by_a_command(window, qtbot):
    window.commands["workspace_build"].trigger()
    window.commands["overfit_batch"].trigger()
    line = checks(window).overfit
    assert line.isVisible() and line.button.text() == "Stop"
    qtbot.waitUntil(lambda: not window.feature(Checking).is_at_work, timeout=WAITS_MS)
    assert line.words.text().startswith("It can learn") and line.button.text() == "Overfit one batch"
    qtbot.waitUntil(lambda: cut_words(window.places.column) == [], timeout=WAITS_MS)  # once it is laid out
    before = line.words.text()
    window.feature(Documents).open("gallery:lenet-digits")
    assert not line.words.isVisible()
    window.turn_to(0)
    assert line.words.text() == before


def test_a_check_is_stopped_by_its_button_by_an_edit_by_another_and_by_a_training(window, qtbot, monkeypatch):
    rate, batch = Slow(monkeypatch, RATE), Slow(monkeypatch, BATCH)
    both, trainer = checks(window), window.feature(Training).trainer

    def begin(line: Any, slow: Slow) -> None:
        before = slow.began
        QTest.mouseClick(line.button, LEFT)
        qtbot.waitUntil(lambda: slow.began == before + 1, timeout=WAITS_MS)
        assert window.feature(Checking).is_at_work
        QTest.qWait(450)  # a second press at once would be a double click

    def has_ended(slow: Slow) -> None:
        qtbot.waitUntil(lambda: slow.ended == slow.began, timeout=WAITS_MS)

    begin(both.rate, rate)
    QTest.mouseClick(both.rate.button, LEFT)
    has_ended(rate)
    qtbot.waitUntil(lambda: not window.feature(Checking).is_at_work, timeout=WAITS_MS)
    assert both.rate.words.text() == "The forecast was stopped"  # whatever it says itself
    begin(both.rate, rate)
    change(window, lr=0.25)  # does not matter to it
    assert window.feature(Checking).is_at_work
    change(window, batch_size=16)
    assert both.rate.words.text() == "It was stopped: what it was about has changed"
    has_ended(rate)
    begin(both.rate, rate)
    begin(both.overfit, batch)
    assert both.rate.words.text() == "It was stopped: another check began"
    has_ended(rate)
    monkeypatch.setattr(trainer, "state", "preparing")
    trainer.state_changed.emit("preparing")
    has_ended(batch)
    assert both.overfit.words.text() == "It was stopped: a training began"
    assert not both.overfit.button.isEnabled()
    window.commands["find_rate"].trigger()
    assert window.page.notice.text.text() == "It can be tried when the training has ended" and rate.began == 3
    monkeypatch.setattr(trainer, "state", "idle")
    trainer.state_changed.emit("idle")
    begin(both.rate, rate)
    window.feature(Documents).open("gallery:lenet-digits")
    assert window.feature(Checking).is_at_work and both.rate.button.text() == "Find a rate…"  # of this one
    window.turn_to(0)
    assert both.rate.button.text() == "Stop"
    window.page.document.history.mark_clean()
    window.close_page(0)
    has_ended(rate)
    assert not window.feature(Checking).is_at_work


@pytest.mark.parametrize("name", [FORECAST, RATE])
def test_a_window_that_closes_leaves_nothing_behind(window, qtbot, monkeypatch, name):
    slow = Slow(monkeypatch, name)
    window.commands["forecast" if name == FORECAST else "find_rate"].trigger()
    qtbot.waitUntil(lambda: slow.began == 1, timeout=WAITS_MS)
    window.close()
    assert slow.ended == 1


def relu():
    from engine.layers.activation import ReLU

    return ReLU()
