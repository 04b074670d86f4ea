"""Layers dropped from the palette."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Edge
from tests.widgets.canvas.desk import LEFT, Desk
from widgets.parts.layer_drag import LAYER_MIME


def drop(desk: Desk, kind: str, point: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
    data = QMimeData()
    data.setData(LAYER_MIME, kind.encode())
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(desk.view.viewport(), QDragEnterEvent(point, copy, data, LEFT, keys))
    QApplication.sendEvent(desk.view.viewport(), QDropEvent(QPointF(point), copy, data, LEFT, keys))


def test_a_layer_is_dropped_in(desk):
    drop(desk, "Sigmoid", desk.at(QPointF(-300, 100)))
    assert desk.graph.nodes["act2"].layer.kind() == "Sigmoid"
    assert desk.scene.selected_names() == ["act2"]
    desk.there_and_back()


def test_a_layer_dropped_on_a_wire_goes_into_it_and_with_alt_does_not(desk):
    middle = desk.at(desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5))
    drop(desk, "Sigmoid", middle, Qt.KeyboardModifier.AltModifier)
    assert Edge("conv1", "act1") in desk.graph.edges
    desk.take("", desk.history[0], "")
    drop(desk, "Sigmoid", desk.at(desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5)))
    assert {Edge("conv1", "act2"), Edge("act2", "act1")} <= set(desk.graph.edges)


def test_a_layer_dropped_across_a_wire_goes_into_it_and_beside_it_does_not(desk):
    middle = desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5)
    drop(desk, "Sigmoid", desk.at(middle - QPointF(60, 0)))  # the card would hide the wire
    assert {Edge("conv1", "act2"), Edge("act2", "act1")} <= set(desk.graph.edges)
    desk.there_and_back()
    desk.take("", desk.history[0], "")
    drop(desk, "Sigmoid", desk.at(middle - QPointF(130, 0)))
    assert Edge("conv1", "act1") in desk.graph.edges
