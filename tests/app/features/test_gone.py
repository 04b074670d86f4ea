"""Closed means gone: nothing keeps a closed page, its network or its weights, whatever was done in it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from shiboken6 import isValid

from app.document.page import Page
from app.features.comparing import Comparing
from app.features.documents import Documents
from app.features.exporting import Exporting
from app.features.previewing import Previewing
from app.features.training import Training
from app.window.window import MainWindow
from tests.app.windows import opened, turn_to
from widgets.canvas.cards.sizes import CARD_HEIGHT

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Discard)
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp") as window:
        yield window


def trained(window: MainWindow, qtbot, epochs: int = 1) -> None:
    page, trainer = window.page, window.feature(Training).trainer
    recipe = page.document.experiment.recipe.with_options(epochs=epochs, device="cpu")
    page.document.edit("", replace(page.document.experiment, recipe=recipe))
    window.feature(Training).train()
    qtbot.waitUntil(lambda: trainer.state == "idle", timeout=60_000)
    assert page.document.run.best


def looked_at(window: MainWindow, qtbot) -> None:
    """Trained, and every tab and every window's own view was in front."""
    trained(window, qtbot)
    for panel in (window.places.bottom, window.places.left):
        for index in range(panel.count()):
            if panel.isTabVisible(index):
                panel.setCurrentIndex(index)
                qtbot.wait(150)
    for command in ("heat_params", "heat_memory", "minimap", "find", "follow", "next_problem"):
        window.commands[command].trigger()


def compared(window: MainWindow, qtbot) -> None:
    other = window.pages[0].document.experiment
    window.feature(Comparing).compare_with(window.page, "mlp", "", lambda: other)


def in_a_block(window: MainWindow, qtbot) -> None:
    page = window.page
    page.scene.select(["conv1", "act1"])
    page.make_block("Stem")
    [name] = page.scene.selected_names()
    page.go((name,))
    assert page.level.path == (name,)


def with_data(window: MainWindow, qtbot) -> None:
    turn_to(window, "Data")
    qtbot.wait(500)


def held(window: MainWindow, qtbot) -> None:
    """In the middle of a drag."""
    page = window.page
    spot = page.view.mapFromScene(page.scene.cards["conv1"].pos() + QPointF(60, CARD_HEIGHT / 2))
    QTest.mousePress(page.view.viewport(), LEFT, NONE, spot)
    QTest.mouseMove(page.view.viewport(), spot * 1.3)


def searched(window: MainWindow, qtbot) -> None:
    QTest.keyClick(window.page.view, Qt.Key.Key_Tab)
    QTest.keyClicks(QApplication.focusWidget(), "conv 8")


def previewed(window: MainWindow, qtbot) -> None:
    page = window.page
    graph = page.document.experiment.graph
    wrong = graph.nodes["conv1"].layer.with_options(kernel_size=99)
    page.document.edit_graph("", graph.with_layer("conv1", wrong))
    problem = next(problem for problem in page.problems if problem.repairs)
    page.scene.repair_previewed.emit(problem.repairs[0])
    assert window.feature(Previewing).is_on


def commented(window: MainWindow, qtbot) -> None:
    window.page.scene.select(["conv1"])
    QTest.keyClick(window.page.view, Qt.Key.Key_C)
    QTest.keyClicks(QApplication.focusWidget(), "x")


def exported(window: MainWindow, qtbot) -> None:
    window.commands["copy_code"].trigger()
    window.feature(Exporting).export(window.page.document.experiment, window.settings.folder / "a.pt", None, "")
    qtbot.wait(300)


def edited(window: MainWindow, qtbot) -> None:
    page = window.page
    page.scene.select(["fc1"])
    for _ in range(3):
        page.view.append("ReLU")
        page.document.undo()
        page.view.copy()
        page.view.paste()


def coded(window: MainWindow, qtbot) -> None:
    """Its code is being written."""
    page = window.page
    page.view.append("Code")
    [name] = page.scene.selected_names()
    page.open(name)
    QTest.keyClicks(QApplication.focusWidget(), "# mine")


def measured(window: MainWindow, qtbot) -> None:
    """Its layers are being timed."""
    window.commands["heat_time"].trigger()


def training(window: MainWindow, qtbot) -> None:
    page = window.page
    recipe = page.document.experiment.recipe.with_options(epochs=50, device="cpu")
    page.document.edit("", replace(page.document.experiment, recipe=recipe))
    window.feature(Training).train()
    qtbot.waitUntil(lambda: page.document.run.latest is not None, timeout=60_000)


DONE = (trained, looked_at, compared, in_a_block, with_data, held, searched, previewed, commented, exported, edited,
        coded, measured, training)


def parts_of(page: Page) -> dict[str, weakref.ref[object]]:
    """What must go with a page."""
    found: dict[str, object] = {
        "page": page, "document": page.document, "scene": page.scene, "view": page.view, "notice": page.notice,
        "analysis": page.analysis, "card": next(iter(page.scene.cards.values())),
        "wire": next(iter(page.scene.wires.values()))}
    if page.document.run is not None:
        found |= {"run": page.document.run, "weights": next(iter(page.document.run.latest.values()))}
    return {name: weakref.ref(part) for name, part in found.items()}


# each with one of the two, in turns; what trains with both
CLOSED = [(done, then) for place, done in enumerate(DONE) for turn, then in enumerate(
    ("the other comes", "the start page comes")) if place % 2 == turn or done is training]


@pytest.mark.parametrize(("done", "then"), CLOSED, ids=lambda value: getattr(value, "__name__", value))
def test_nothing_of_a_closed_page_stays(window, qtbot, done, then):
    if then == "the start page comes":
        window.close_page(0)
        window.feature(Documents).open("gallery:mlp")
        window.pages[0].document.history.mark_clean()
    window.feature(Documents).open("gallery:lenet-digits")
    done(window, qtbot)
    parts = parts_of(window.page)
    if then == "the start page comes":
        window.close_page(0)
    window.page.document.history.mark_clean()
    window.close_page(len(window.pages) - 1)

    def left() -> list[str]:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        return [name for name, part in parts.items() if part() is not None]

    qtbot.waitUntil(lambda: not left(), timeout=10_000)


def test_what_is_opened_later_works_after_every_kind_of_closed_page(window, qtbot):
    """Heat map and minimap switch over, and no signal reaches what is gone."""
    for done in (compared, in_a_block, held, searched, previewed, commented, edited, coded):
        window.feature(Documents).open("gallery:lenet-digits")
        done(window, qtbot)
        window.page.document.history.mark_clean()
        window.close_page(len(window.pages) - 1)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qtbot.wait(20)
        for command in ("heat_params", "minimap", "heat_none", "heat_memory", "follow", "find", "minimap", "snap",
                        *(("theme_light", "theme_dark") if done is coded else ()), "heat_none"):
            window.commands[command].trigger()
        window.look_again()
        assert all(isValid(card) for page in window.pages for card in page.scene.cards.values())


def test_twenty_tabs_leave_as_many_objects_as_one(window, qtbot):
    def tabs(count: int) -> tuple[int, int]:
        for _ in range(count):
            window.feature(Documents).open("gallery:lenet-digits")
            window.page.view.append("ReLU")
            window.commands["heat_params"].trigger()
            window.page.document.history.mark_clean()
            window.close_page(len(window.pages) - 1)
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            qtbot.wait(10)
        qtbot.wait(200)
        gc.collect()
        return len(gc.get_objects()), len(window.findChildren(QObject))

    tabs(8)
    before, _, after = tabs(1), tabs(20), tabs(1)  # a job that has ended is let go when the next one begins
    assert after[1] - before[1] < 40 and after[0] - before[0] < 2000, "less than a page has"
