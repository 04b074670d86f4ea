"""A card on a scene: its ports, what it says under the mouse, its button, and what is told when it moves."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip

from engine.graph.graph import Edge, Node
from engine.graph.grid import THIN
from engine.layers.activation import ReLU
from engine.layers.merge import Add
from tests.painted import of, painted, words
from tests.widgets.canvas.cards.plain import plain
from tests.widgets.canvas.desk import NONE, Desk
from widgets.canvas.cards.card import GRAB, CardItem
from widgets.canvas.cards.repair_button import RepairButton
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH, WIDEST, input_port, output_port
from widgets.canvas.ground.fonts import Fonts
from widgets.look import theme

PLACE = QPointF(100, 50)


def card(**face: object) -> CardItem:
    item = CardItem(Node("sum", Add(), (PLACE.x(), PLACE.y())))
    item.show_face(item.face._replace(**face))
    return item


def hover(desk: Desk, spot: QPoint) -> None:
    port, place = desk.view.viewport(), QPointF(spot)
    QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, place, port.mapToGlobal(place),
                                             Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, NONE))


@pytest.mark.parametrize(("face", "at", "port"), [
    ({"inputs": 2}, input_port(plain(2), 0), 0), ({"inputs": 2}, input_port(plain(2), 1), 1),
    ({"inputs": 2}, input_port(plain(2), 1) + QPointF(GRAB, 0), 1),
    ({"inputs": 2}, input_port(plain(2), 1) + QPointF(7, 6), None),
    ({"inputs": 2}, input_port(plain(1), 0), None), ({"inputs": 0}, input_port(plain(1), 0), None),
    ({}, output_port(plain()), -1), ({}, output_port(plain()) - QPointF(0, GRAB), -1),
    ({}, output_port(plain()) - QPointF(0, 13), None),
    ({"has_output": False}, output_port(plain()), None), ({"collapsed": True}, output_port(plain(collapsed=True)), -1),
    ({"collapsed": True}, output_port(plain()), None), ({}, QPointF(CARD_WIDTH / 2, 23), None),
])
def test_which_port_is_near(qapp, face: dict[str, object], at: QPointF, port: int | None):
    assert card(**face).port_at(PLACE + at) == port


def test_where_its_ports_lie(qapp):
    item = card(inputs=2)
    assert item.in_point(1) == PLACE + input_port(plain(2), 1) and item.in_point(3) == PLACE + input_port(plain(4), 3)
    assert item.out_point() == PLACE + output_port(plain())
    assert card(collapsed=True).out_point() == PLACE + output_port(plain(collapsed=True))
    wide = card(problem="A sentence that is somewhat longer than a card", severity="error")
    assert wide.slot() == QRectF(PLACE.x(), PLACE.y(), CARD_WIDTH, CARD_HEIGHT)
    assert wide.body().topLeft() == PLACE and wide.body().width() > CARD_WIDTH
    assert item.body() == item.slot()
    bounds = wide.boundingRect()
    assert bounds.left() < 0 and bounds.right() > wide.body().width()
    assert bounds.top() <= -5.75 and bounds.bottom() >= CARD_HEIGHT + 5.75, "the ports are inside"
    assert wide.shape().boundingRect() == QRectF(0, -GRAB / 2, wide.body().width(), CARD_HEIGHT + GRAB)


@pytest.mark.parametrize(("face", "tip"), [
    ({}, ""), ({"bypassed": True}, "Bypassed: what comes in goes out"),
    ({"frozen": True, "label": "red"},
     "Frozen: training leaves these weights as they are\nLabel: Red"),
    ({"collapsed": True, "detail": "Add"}, "Add"), ({"collapsed": True, "detail": "Add", "bypassed": True},
                                                    "Add\nBypassed: what comes in goes out"),
    ({"collapsed": True, "detail": "Add", "problem": "No"}, "No"), ({"problem": "No", "frozen": True},
                                                     "Frozen: training leaves these weights as they are"),
    ({"problem": "much too long " * 9}, "much too long " * 9),
    ({"name": "a_name_that_no_card_has_room_for_at_all" * 2, "problem": "much too long " * 9},
     "a_name_that_no_card_has_room_for_at_all" * 2 + "\n" + "much too long " * 9),
    ({"name": "a_name_that_no_card_has_room_for_at_all", "problem": "No"},
     "a_name_that_no_card_has_room_for_at_all\nNo"),
])
def test_what_it_says_under_the_mouse(qapp, face: dict[str, object], tip: str):
    assert card(**face).toolTip() == tip


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_what_it_says_is_shown_where_the_mouse_rests(desk: Desk):
    """Also what it says only since it was asked last."""
    port = desk.view.viewport()
    for before, name in pairwise(["conv1", "one_name_that_no_card_has_room_for", "another_that_no_card_has_room_for"]):
        desk.take("rename", desk.graph.renamed(before, name), "")
        at = desk.card(name)
        QApplication.sendEvent(port, QHelpEvent(QEvent.Type.ToolTip, at, port.mapToGlobal(at)))
        assert QToolTip.text() == name
    QToolTip.hideText()


def test_wires_follow_a_card_whose_ports_lie_elsewhere_now(desk):
    desk.take("", desk.graph.with_edge(Edge("act1", "add1")), "")
    wire, item = desk.scene.wires[Edge("act1", "add1")], desk.scene.cards["add1"]
    item.show_face(item.face._replace(inputs=4))
    assert wire.path.pointAtPercent(1) == item.in_point(0)
    out, act = desk.scene.wires[Edge("act1", "add1")], desk.scene.cards["act1"]
    act.show_face(act.face._replace(collapsed=True))
    assert out.path.pointAtPercent(0) == act.pos() + output_port(plain(collapsed=True))
    act.moveBy(40, 0)
    assert out.path.pointAtPercent(0) == act.out_point()
    act.carried = True
    act.moveBy(40, 0)
    assert out.path.pointAtPercent(0) != act.out_point(), "who carries it moves its wires too"


def test_the_mouse_on_a_card_is_told_and_on_a_port_it_is_a_cross(desk):
    item, told = desk.scene.cards["act1"], []
    item.stirred = lambda: told.append(item.hovered)
    hover(desk, desk.card("act1"))
    assert item.hovered and told == [True] and item.cursor().shape() == Qt.CursorShape.ArrowCursor
    hover(desk, desk.at(item.out_point()))
    assert item.cursor().shape() == Qt.CursorShape.CrossCursor
    hover(desk, desk.card("act1"))
    assert item.cursor().shape() == Qt.CursorShape.ArrowCursor
    hover(desk, QPoint(3, 3))
    assert not item.hovered and told == [True, False]
    item.moveBy(1, 0)
    assert told == [True, False, False]


# -- the button below -------------------------------------------------------------------------------------------------


def test_a_button_is_made_once_for_its_words(desk):
    item = desk.scene.cards["act1"]
    item.show_repair("")
    assert item.repair_button is None
    item.show_repair("Insert Flatten")
    button = item.repair_button
    item.show_repair("Insert Flatten")
    assert item.repair_button is button and button.text == "Insert Flatten" and button.scene() is desk.scene
    item.show_repair("Remove it")
    assert item.repair_button is not button and button.scene() is None
    last = item.repair_button
    item.show_repair("")
    assert item.repair_button is None and last.scene() is None
    item.show_face(item.face._replace(collapsed=True))
    item.show_repair("Unfold")
    assert THIN < item.repair_button.y() < THIN + 10


@pytest.mark.parametrize("inside", [True, False])
def test_a_button_is_pressed_where_it_is_let_go(desk, inside: bool):
    desk.scene.cards["act1"].show_repair("Insert Flatten")
    button, pressed, seen = desk.scene.cards["act1"].repair_button, [], []
    button.pressed = lambda: pressed.append(True)
    button.previewed = seen.append
    start = desk.at(button.mapToScene(button.boundingRect().center()))
    hover(desk, start)
    assert seen == [True]
    desk.drag(start, start if inside else start + QPoint(200, 0))
    assert pressed == [True] * inside and desk.graph == desk.history[0]
    hover(desk, QPoint(3, 3))
    assert seen[-1] is False


def test_how_a_button_looks(desk):
    desk.scene.cards["act1"].show_repair("Insert Flatten")
    button = desk.scene.cards["act1"].repair_button
    look = theme.DARK

    def marks() -> list:
        return painted(lambda painter: button.paint(painter, None))

    ground, text = marks()
    assert (ground.kind, ground.pen, ground.fill) == ("box", look.line, look.raised)
    assert (text.text, text.pen) == ("Insert Flatten", look.text)
    hover(desk, desk.at(button.mapToScene(button.boundingRect().center())))
    assert marks()[0].pen == look.accent
    hover(desk, QPoint(3, 3))
    assert marks()[0].pen == look.line


def test_a_button_is_as_wide_as_its_words_and_left_of_the_wire_where_it_can_be(desk):
    item = desk.scene.cards["act1"]
    item.show_repair("Fix")
    short = item.repair_button
    assert short.boundingRect().width() == Fonts.get().detail_size.horizontalAdvance("Fix") + 16 and short.x() == 16
    size, most = Fonts.get().detail_size, output_port(plain()).x() - 8
    item.show_repair(next("n" * n for n in range(40) if most - 14 < size.horizontalAdvance("n" * n) + 16 < most - 1))
    middle = item.repair_button
    assert middle.x() + middle.boundingRect().width() == most
    item.show_repair("much too long " * 9)
    long = item.repair_button
    assert long.x() == 0 and long.boundingRect().width() == WIDEST
    assert words(painted(lambda painter: long.paint(painter, None)))[0].endswith("…")
    assert isinstance(long, RepairButton) and not of("dot", painted(lambda painter: long.paint(painter, None)))


def test_what_is_dimmed_is_painted_faintly(desk):
    from widgets.canvas.ground.highlight import DIMMED, Highlight

    item = desk.scene.cards["act1"]

    def opacities() -> set[float]:
        return {mark.opacity for mark in of("text", painted(lambda painter: _painted_alone(item, painter)))}

    assert opacities() == {1.0}
    desk.scene.show_highlight(Highlight({"act1"}))
    assert opacities() == {1.0}
    desk.scene.show_highlight(Highlight({"conv1"}))
    assert opacities() == {DIMMED}


def _painted_alone(item: CardItem, painter) -> None:
    painter.save()
    item.paint(painter, None)
    painter.restore()


def test_it_is_selected_and_hovered_as_it_is_painted(desk):
    item = desk.scene.cards["act1"]

    def outline() -> str:
        return next(mark.pen for mark in of("box", painted(lambda painter: item.paint(painter, None))) if not mark.fill)

    item.show_face(item.face._replace(severity="", problem=""))
    assert outline() == theme.DARK.line
    item.setSelected(True)
    assert outline() == theme.DARK.accent
    assert "ReLU" in words(painted(lambda painter: item.paint(painter, None), 0.5))
    assert "ReLU" not in words(painted(lambda painter: item.paint(painter, None), 0.49))
    assert CardItem(Node("a", ReLU())).face.name == "a"
