"""How wires, their bends and their pills look, and the lines that they take."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Edge
from tests.painted import Mark, of, painted, words
from widgets.canvas.ground.fonts import Fonts
from widgets.canvas.ground.highlight import DIMMED, Highlight
from widgets.canvas.wires.painting import paint_bends, paint_wire
from widgets.canvas.wires.paths import TURN, bent_path, nearest_percent, passing_path, wire_path
from widgets.canvas.wires.pill import PILL_HEIGHT, PILL_ROOM, paint_pill, pill_place, pill_rect
from widgets.look import theme

DARK = theme.DARK
START, END = QPointF(100, 40), QPointF(140, 400)


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    theme.apply(qapp, DARK)


@pytest.mark.parametrize(("selected", "tone", "color", "style"), [
    (False, "", DARK.wire, Qt.PenStyle.SolidLine), (True, "", DARK.accent, Qt.PenStyle.SolidLine),
    (False, "lit", DARK.accent, Qt.PenStyle.SolidLine), (True, "dim", DARK.line, Qt.PenStyle.SolidLine),
    (True, "broken", DARK.error, Qt.PenStyle.DashLine), (False, "added", DARK.ok, Qt.PenStyle.SolidLine),
    (False, "removed", DARK.error, Qt.PenStyle.DotLine),
])
def test_the_colour_of_a_wire(selected: bool, tone: str, color: str, style: Qt.PenStyle):
    [mark] = painted(lambda painter: paint_wire(painter, wire_path(START, END), selected, tone))
    assert (mark.kind, mark.pen, mark.fill, mark.style) == ("path", color, "", style)


def test_bends_are_rings_that_grow_with_the_selection():
    via = ((10.0, 20.0), (30.0, 40.0))
    for selected, color, radius in ((False, DARK.wire, 3.5), (True, DARK.accent, 4.5)):
        marks = painted(lambda painter, selected=selected: paint_bends(painter, via, selected))
        assert [(mark.pen, mark.fill, mark.place.center(), mark.place.width()) for mark in marks] == [
            (color, DARK.canvas, QPointF(*at), 2 * radius) for at in via]


@pytest.mark.parametrize(("loud", "color"), [(False, DARK.dim), (True, DARK.text)])
def test_a_pill(loud: bool, color: str):
    rect = pill_rect(QPointF(50, 60), False, "6×26×26")
    assert rect == QRectF(60, 60 - PILL_HEIGHT / 2, Fonts.get().pill_size.horizontalAdvance("6×26×26") + 12,
                          PILL_HEIGHT)
    assert pill_rect(QPointF(50, 60), True, "6×26×26").right() == 40
    ground, text = painted(lambda painter: paint_pill(painter, rect, "6×26×26", loud))
    assert (ground.kind, ground.place, ground.pen, ground.fill) == ("box", rect, "", DARK.panel)
    assert (text.text, text.place, text.pen) == ("6×26×26", rect, color)


def test_where_a_pill_stands():
    assert wire_path(QPointF(100, 20), QPointF(100.4, 90)).elementCount() == 2, "straight on, wherever it is"
    assert wire_path(QPointF(-50, 20), QPointF(50, 90)).elementCount() > 2
    straight = pill_place(wire_path(QPointF(), QPointF(0, 100)))
    assert straight == (QPointF(0, 50), False)
    right, left = (pill_place(wire_path(QPointF(), QPointF(aside, 100))) for aside in (40, -40))
    assert (right[1], left[1]) == (False, True)
    assert right[0].x() == pytest.approx(40) and left[0].x() == pytest.approx(-40), "at the outer edge"
    wide = wire_path(QPointF(), QPointF(300, 100))
    assert pill_place(wide) == (wide.pointAtPercent(0.5), False)
    body = QRectF(wide.pointAtPercent(0.5) - QPointF(5, 5), wide.pointAtPercent(0.5) + QPointF(5, 5))
    assert pill_place(wide, [body]) == (wide.pointAtPercent(0.4), False) or pill_place(wide, [body.translated(20, 0)])[
        0] != wide.pointAtPercent(0.5)
    assert pill_place(wide, [QRectF(-1000, -1000, 3000, 3000)]) == (wide.pointAtPercent(0.5), False)


# -- wires of a scene -------------------------------------------------------------------------------------------------


def marks(wire, zoom: float = 1.0) -> list[Mark]:
    def paint(painter) -> None:
        painter.save()
        wire.paint(painter, None)
        painter.restore()
    return painted(paint, zoom)


def test_a_wire_shows_its_shape_from_near_and_what_it_was(desk):
    wire = desk.scene.wires[Edge("conv1", "act1")]
    assert words(marks(wire)) == ["6×26×26"] and words(marks(wire, 0.4)) == []
    wire.show_shape("8×26×26", "6×26×26")
    assert words(marks(wire)) == ["6×26×26 → 8×26×26"] and of("text", marks(wire))[0].pen == DARK.text
    wire.show_shape("", "6×26×26")
    assert words(marks(wire)) == ["6×26×26 → ?"]
    wire.show_shape("")
    assert words(marks(wire)) == [] and len(marks(wire)) == 1
    wire.show_tone("broken")
    assert marks(wire)[0].pen == DARK.error
    wire.show_tone("")
    wire.setSelected(True)
    assert marks(wire)[0].pen == DARK.accent


def test_a_highlight_lights_and_dims_wires_with_their_shapes(desk):
    wire = desk.scene.wires[Edge("conv1", "act1")]
    desk.scene.show_highlight(Highlight({"conv1"}, {wire.edge}))
    assert marks(wire)[0].pen == DARK.accent and of("text", marks(wire))[0].opacity == 1.0
    desk.scene.show_highlight(Highlight({"conv1"}))
    assert marks(wire)[0].pen == DARK.line and of("text", marks(wire))[0].opacity in (DIMMED, 1.0)


def test_a_wire_has_room_for_any_pill_and_is_easily_hit(desk):
    wire = desk.scene.wires[Edge("conv1", "act1")]
    at, leftwards = wire.pill_at
    assert not leftwards
    pill = QRectF(at.x(), at.y() - PILL_HEIGHT / 2, PILL_ROOM, PILL_HEIGHT)
    assert wire.boundingRect().contains(pill) and wire.boundingRect().contains(
        wire.path.boundingRect().adjusted(-5, -5, 5, 5))
    middle = wire.path.pointAtPercent(0.5)
    assert wire.shape().contains(middle + QPointF(4, 0)) and not wire.shape().contains(middle + QPointF(12, 0))


# -- paths ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "straight"), [
    (QPointF(0, 100), True), (QPointF(0.4, 100), True), (QPointF(0.5, 100), False), (QPointF(0.4, 0), True),
    (QPointF(0, -10), False), (QPointF(30, 100), False),
])
def test_a_wire_in_line_is_straight(end: QPointF, straight: bool):
    path = wire_path(QPointF(), end)
    assert (path.elementCount() == 2) == straight and path.currentPosition() == end


@pytest.mark.parametrize(("end", "bend"), [
    (QPointF(40, 200), 100), (QPointF(40, 10), 30), (QPointF(400, 10), 60), (QPointF(40, -200), 100),
])
def test_how_far_a_curve_reaches_down(end: QPointF, bend: float):
    path = wire_path(QPointF(), end)
    points = [(path.elementAt(index).x, path.elementAt(index).y) for index in (1, 2)]
    assert points == [(0, bend), (end.x(), end.y() - bend)]


def test_a_wire_that_leads_up_goes_round():
    path = passing_path(QPointF(0, 300), QPointF(40, 100), 200)
    box = path.boundingRect()
    assert box.right() == pytest.approx(200) and box.bottom() > 310 and box.top() < 90
    assert path.currentPosition() == QPointF(40, 100)
    level = passing_path(QPointF(), QPointF(40, 2 * TURN), 200)
    assert level.boundingRect().right() == pytest.approx(200), "there is just room enough"
    assert passing_path(QPointF(), QPointF(40, 0), 200).boundingRect().right() < 60
    down = passing_path(QPointF(), QPointF(40, 300), 200)
    assert [(down.elementAt(i).x, down.elementAt(i).y) for i in (3, 4)] == [(200, TURN), (200, 300 - TURN)]


def test_a_bent_wire_goes_smoothly_through_its_points():
    via = ((80.0, 100.0), (-40.0, 220.0))
    path = bent_path(QPointF(), QPointF(0, 300), via)
    elements = [(path.elementAt(i).x, path.elementAt(i).y) for i in range(path.elementCount())]
    assert [elements[i] for i in (0, 3, 6, 9)] == [(0, 0), *via, (0, 300)]
    assert elements[1][0] == 0 and elements[1][1] > 0, "downward at its beginning"
    assert elements[8][0] == 0 and elements[8][1] < 300, "… and at its end"
    for at in (3, 6):  # what leads in and out of a bend is in one line
        before, here, after = (QPointF(*elements[at + step]) for step in (-1, 0, 1))
        into, out = here - before, after - here
        assert into.x() * out.y() - into.y() * out.x() == pytest.approx(0, abs=1e-6)
        assert into.x() * out.x() + into.y() * out.y() > 0
    assert bent_path(QPointF(), QPointF(), ((0.0, 0.0),)).currentPosition() == QPointF()
    reach = bent_path(QPointF(), QPointF(0, 1000), ((0.0, 500.0),)).elementAt(1).y
    assert reach == 90
    assert bent_path(QPointF(), QPointF(0, 200), ((0.0, 100.0),)).elementAt(1).y == pytest.approx(42)
    assert bent_path(QPointF(), QPointF(400, 20), ((200.0, 10.0),)).elementAt(1).y == pytest.approx(16)


def test_how_far_along_a_point_is():
    path = wire_path(QPointF(), QPointF(0, 120))
    assert nearest_percent(path, QPointF(30, 60)) == pytest.approx(0.5)
    assert nearest_percent(path, QPointF(0, -50)) == 0 and nearest_percent(path, QPointF(0, 500)) == 1
