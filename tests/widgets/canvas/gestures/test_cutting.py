"""Wires that are taken away: crossed by the knife, or all at a port."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Edge
from tests.painted import painted
from tests.widgets.canvas.desk import ALT, CTRL, LEFT, NONE, Desk, network
from widgets.canvas.gestures.cutting import KnifeItem
from widgets.look import theme

RIGHT = Qt.MouseButton.RightButton
CHAIN = [Edge("input", "conv1"), Edge("conv1", "act1")]


def beside(desk: Desk, edge: Edge, x: float) -> QPoint:
    return desk.at(QPointF(x, desk.scene.wires[edge].path.pointAtPercent(0.5).y()))


def draw(desk: Desk) -> tuple[QPoint, QPoint]:
    """The knife across both wires, still held; from where to where."""
    corners = [beside(desk, CHAIN[0], 40), beside(desk, CHAIN[0], 180), beside(desk, CHAIN[1], 180),
               beside(desk, CHAIN[1], 40)]
    port = desk.view.viewport()
    QTest.mousePress(port, RIGHT, CTRL, corners[0])
    for corner in corners[1:]:
        at = QPointF(corner)
        QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, at, port.mapToGlobal(at),
                                                 Qt.MouseButton.NoButton, RIGHT, CTRL))
    return corners[0], corners[-1]


def knives(desk: Desk) -> list[KnifeItem]:
    return [item for item in desk.scene.items() if isinstance(item, KnifeItem)]


def menu(desk: Desk, at: QPoint) -> None:
    """What the window system asks for after a press of the right button."""
    port = desk.view.viewport()
    QApplication.sendEvent(port, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at)))


@pytest.fixture
def menus(desk) -> list[QPoint]:
    asked: list[QPoint] = []
    desk.view.menu_requested.connect(lambda _at, place: asked.append(place))
    return asked


def test_what_the_knife_crosses_is_cut_as_one_edit(desk, menus):
    start, end = draw(desk)
    menu(desk, start)
    [knife] = knives(desk)
    assert painted(lambda painter: knife.paint(painter, None))[0].pen == theme.DARK.error
    assert [desk.scene.wires[edge].tone for edge in CHAIN] == ["broken", "broken"] and desk.graph == network()
    QTest.mouseRelease(desk.view.viewport(), RIGHT, CTRL, end)
    assert desk.graph.edges == () and len(desk.history) == 2 and not knives(desk) and menus == []
    desk.there_and_back()


def test_wires_it_does_not_reach_stay(desk):
    desk.drag(beside(desk, CHAIN[0], 40), beside(desk, CHAIN[0], 180), RIGHT, CTRL)
    assert desk.graph.edges == (CHAIN[1],)
    desk.drag(beside(desk, CHAIN[1], 10), beside(desk, CHAIN[1], 70), RIGHT, CTRL)
    assert desk.graph.edges == (CHAIN[1],) and len(desk.history) == 2


def test_escape_lets_the_knife_go_and_all_wires_are_whole(desk):
    _, end = draw(desk)
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert not knives(desk) and [desk.scene.wires[edge].tone for edge in CHAIN] == ["", ""]
    QTest.mouseRelease(desk.view.viewport(), RIGHT, CTRL, end)
    assert desk.graph == network() and len(desk.history) == 1


def test_the_right_button_alone_still_asks_for_the_menu(desk, menus):
    at = desk.card("conv1")
    QTest.mousePress(desk.view.viewport(), RIGHT, CTRL, at)
    menu(desk, at)
    QTest.mouseRelease(desk.view.viewport(), RIGHT, CTRL, at)
    assert menus == []
    QTest.mousePress(desk.view.viewport(), RIGHT, NONE, at)
    menu(desk, at)
    QTest.mouseRelease(desk.view.viewport(), RIGHT, NONE, at)
    assert len(menus) == 1 and not desk.scene.is_holding


def test_a_wire_that_is_bent_is_cut_where_it_lies(desk):
    graph = desk.graph.with_via(CHAIN[1], ((-120.0, 137.0),))
    desk.take("", graph, "")
    wire = desk.scene.wires[graph.edges[-1]]
    far = wire.path.pointAtPercent(0.5)
    desk.drag(desk.at(far - QPointF(30, 30)), desk.at(far + QPointF(30, 30)), RIGHT, CTRL)
    assert desk.graph.edges == (CHAIN[0],)


@pytest.mark.parametrize(("port", "left"), [("in", {CHAIN[0], Edge("conv1", "add1")}), ("out", {CHAIN[0]})])
def test_alt_and_a_click_take_the_wires_of_a_port_off(desk, port, left):
    desk.take("", desk.graph.with_edge(Edge("conv1", "add1")), "")
    desk.click(desk.into("act1") if port == "in" else desk.out("conv1"), ALT)
    assert set(desk.graph.edges) == left and len(desk.history) == 3
    desk.there_and_back()


def test_alt_and_a_drag_from_a_port_or_a_click_on_a_bare_one_do_nothing(desk):
    desk.drag(desk.into("act1"), desk.at(QPointF(-150, 200)), LEFT, ALT)
    desk.click(desk.into("fc1"), ALT)
    desk.click(desk.out("fc1"), ALT)
    assert desk.graph == network() and len(desk.history) == 1 and not desk.scene.is_holding
