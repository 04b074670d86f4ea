"""Zooming, panning and fitting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.widgets.canvas.desk import LEFT, MIDDLE, network


def test_wheel_zooms_at_the_cursor(desk):
    at = desk.card("act1")
    before = desk.view.mapToScene(at)
    scale = desk.view.zoom()
    event = QWheelEvent(QPointF(at), QPointF(desk.view.viewport().mapToGlobal(at)), QPoint(), QPoint(0, 240),
                        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(desk.view.viewport(), event)
    assert desk.view.zoom() > scale * 1.2
    assert (desk.view.mapToScene(at) - before).manhattanLength() < 3


@pytest.mark.parametrize("how", ["middle", "space"])
def test_drag_pans(desk, how):
    start = QPoint(450, 350)
    before = desk.view.mapToScene(start)
    if how == "space":
        QTest.keyPress(desk.view, Qt.Key.Key_Space)
    desk.drag(start, start + QPoint(80, 40), MIDDLE if how == "middle" else LEFT)
    if how == "space":
        QTest.keyRelease(desk.view, Qt.Key.Key_Space)
    after = desk.view.mapToScene(start + QPoint(80, 40))
    assert (after - before).manhattanLength() < 3
    assert desk.graph == network()


def test_fit_shows_everything_and_the_selection(desk):
    desk.view.zoom_at(4, QPoint(10, 10))
    desk.view.fit()
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    assert all(seen.contains(card.sceneBoundingRect()) for card in desk.scene.cards.values())
    desk.scene.select(["add1"])
    desk.view.fit(selection_only=True)
    centre = desk.view.mapToScene(desk.view.viewport().rect().center())
    assert (centre - desk.scene.cards["add1"].sceneBoundingRect().center()).manhattanLength() < 4
