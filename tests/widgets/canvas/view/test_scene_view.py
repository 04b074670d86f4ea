"""Zooming, panning and fitting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Graph, Node
from engine.layers.activation import ReLU
from tests.widgets.canvas.desk import LEFT, MIDDLE, Stage, network


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


def test_what_lies_beside_the_cards_is_seen_from_the_top(qtbot):
    """A column that is too high for the view, with something beside each card, a little narrower than the view."""
    cards = [Node(f"act{row}", ReLU(), (0.0, 76.0 * row)) for row in range(20)]
    stage = Stage(qtbot, Graph.of(cards, []))
    view, room = stage.view, stage.view.viewport().width() - 60
    stage.scene.aside = {card.name: QRectF(250, 0, room - 250, 40) for card in cards}
    view.show_from_top()
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    assert view.zoom() == 1 and seen.left() <= 0 and seen.right() >= room
    stage.scene.aside = {}
    view.show_from_top()
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    assert abs(seen.center().x() - stage.scene.cards["act0"].sceneBoundingRect().center().x()) < 4
