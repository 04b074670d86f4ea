"""Cards, frames and notes in the hand; boxes; and the lines that show what is in line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from engine.graph.frames import Frame
from engine.graph.graph import Edge
from tests.painted import painted
from tests.widgets.canvas.desk import ALT, CTRL, LEFT, NONE, SHIFT, Desk, network
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.gestures.boxing import BoxItem
from widgets.canvas.gestures.guides import Guides
from widgets.canvas.gestures.moving import SLACK
from widgets.canvas.gestures.resizing import SMALLEST
from widgets.look import theme

NOTE = Frame("why", (), (-300.0, 40.0), (200.0, 90.0))


@pytest.fixture
def texts(desk) -> list[str]:
    texts: list[str] = []
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    return texts


@pytest.mark.parametrize(("wander", "moves"), [(SLACK - 1, False), (SLACK + 4, True)])
def test_a_click_that_wanders_a_little_moves_nothing(desk, texts, wander, moves):
    desk.view.zoom_at(0.5 / desk.view.zoom(), QPoint(300, 300))
    start = desk.card("fc1")
    desk.drag(start, start + QPoint(int(wander), 0), keys=NONE)
    assert texts == ["Move"] * moves and desk.scene.selected_names() == ["fc1"]


@pytest.mark.parametrize(("keys", "before", "after"), [
    (NONE, ["conv1", "act1"], ["act1"]), (NONE, ["conv1"], ["act1"]), (SHIFT, ["conv1"], ["conv1", "act1"]),
    (SHIFT, ["conv1", "act1"], ["conv1", "act1"]), (CTRL, ["conv1"], ["conv1", "act1"]),
    (CTRL, ["conv1", "act1"], ["conv1"]),
])
def test_what_a_click_selects(desk, keys, before, after):
    desk.scene.select(before)
    desk.click(desk.card("act1"), keys)
    assert desk.scene.selected_names() == after and len(desk.history) == 1


@pytest.mark.parametrize(("keys", "before", "moved"), [
    (ALT, ["fc1"], {"act1"}), (ALT, ["act1", "fc1"], {"act1", "fc1"}), (SHIFT | ALT, ["fc1"], {"act1", "fc1"}),
    (CTRL | ALT, ["fc1"], {"act1", "fc1"}), (CTRL | ALT, ["act1", "fc1"], {"act1", "fc1"}),
])
def test_what_a_drag_takes_along(desk, keys, before, moved):
    desk.scene.select(before)
    desk.drag(desk.card("act1"), desk.card("act1") + QPoint(210, 33), keys=keys)
    assert {name for name, node in desk.graph.nodes.items()
            if node.position != network().nodes[name].position} == moved
    desk.there_and_back()


def test_wires_go_along_while_cards_are_held_and_come_back_with_escape(desk):
    desk.scene.select(["conv1", "act1"])
    inner, outer = desk.scene.wires[Edge("conv1", "act1")], desk.scene.wires[Edge("input", "conv1")]
    before = inner.path.pointAtPercent(0.5), outer.path.pointAtPercent(1), inner.pill_at
    desk.drag(desk.card("act1"), desk.card("act1") + QPoint(150, 40), keys=CTRL, drop=False)
    cards = desk.scene.cards
    assert cards["act1"].x() > 100 and not cards["act1"].carried
    assert inner.path.pointAtPercent(0) == cards["conv1"].out_point()
    assert inner.path.pointAtPercent(1) == cards["act1"].in_point(0) and outer.path.pointAtPercent(
        1) == cards["conv1"].in_point(0)
    assert inner.pill_at[0] - before[2][0] == cards["act1"].pos() - QPointF(*network().nodes["act1"].position)
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert (inner.path.pointAtPercent(0.5), outer.path.pointAtPercent(1)) == before[:2] and inner.pill_at == before[2]
    assert (cards["act1"].x(), cards["act1"].y()) == network().nodes["act1"].position
    assert len(desk.history) == 1


@pytest.mark.parametrize(("keys", "goes_in"), [(NONE, True), (CTRL, True), (ALT, False)])
def test_a_loose_card_let_go_on_a_wire_goes_into_it(desk, texts, keys, goes_in):
    desk.take("", desk.graph.moved({"act1": (0.0, 300.0), "fc1": (500.0, 300.0)}).with_layer(
        "fc1", network().nodes["act1"].layer), "")
    desk.view.fit()
    wire = desk.scene.wires[Edge("conv1", "act1")]
    goal = wire.path.pointAtPercent(0.5) - QPointF(CARD_WIDTH / 2 - 40, 0)
    desk.drag(desk.card("fc1"), desk.at(goal), keys=keys, drop=False)
    assert wire.tone == ("lit" if goes_in else "")
    QTest.mouseRelease(desk.view.viewport(), LEFT, keys, desk.at(goal))
    assert (Edge("conv1", "fc1") in desk.graph.edges) == goes_in
    assert texts == ["Insert into the wire" if goes_in else "Move"]
    assert wire.tone == ""


def test_a_wire_is_lit_only_while_the_card_lies_on_it(desk):
    desk.take("", desk.graph.moved({"act1": (0.0, 300.0), "fc1": (500.0, 300.0)}).with_layer(
        "fc1", network().nodes["act1"].layer), "")
    desk.view.fit()
    wire, port = desk.scene.wires[Edge("conv1", "act1")], desk.view.viewport()
    on = desk.at(wire.path.pointAtPercent(0.5) - QPointF(CARD_WIDTH / 2 - 40, 0))
    desk.drag(desk.card("fc1"), on, drop=False)
    assert wire.tone == "lit"
    QTest.mouseMove(port, on + QPoint(250, 20))
    assert wire.tone == ""
    QTest.mouseMove(port, on)
    assert wire.tone == "lit"
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert wire.tone == "" and len(desk.history) == 2
    desk.scene.select(["input", "conv1"])
    desk.drag(desk.card("conv1"), desk.card("conv1") + QPoint(0, 60), drop=False)
    assert all(each.tone == "" for each in desk.scene.wires.values()), "what is wired goes into none"
    desk.scene.cancel_gesture()


# -- notes ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def noted(qtbot) -> Desk:
    return Desk(qtbot, network().with_frames([NOTE]))


@pytest.mark.parametrize(("by", "size"), [
    ((60, 30), (260, 120)), ((-40, 0), (160, 90)), ((0, -20), (200, 70)), ((-900, -900), SMALLEST), ((0, 0), None),
])
def test_a_note_is_taken_by_its_corner(noted, by, size):
    desk, texts = noted, []
    desk.view.zoom_at(1 / desk.view.zoom(), desk.at(QPointF()))
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    item = desk.scene.frames.items[0]
    corner = desk.at(item.area.bottomRight() - QPointF(4, 4))
    desk.drag(corner, corner + QPoint(*by))
    assert desk.scene.selected_frames() == [0] and texts == ["Resize the note"] * (size is not None)
    assert desk.graph.frames[0].size == pytest.approx(size or NOTE.size, abs=1.5)
    assert desk.graph.frames[0].position == NOTE.position


def test_a_note_moves_by_itself_and_with_cards(noted):
    desk = noted
    item = desk.scene.frames.items[0]
    middle = desk.at(item.area.center())
    desk.drag(middle, middle + QPoint(-30, 55), keys=CTRL)
    first = desk.graph.frames[0].position
    way = QPointF(*first) - QPointF(*NOTE.position)
    assert (way * desk.view.zoom() - QPointF(-30, 55)).manhattanLength() < 3
    assert desk.graph.nodes == network().nodes
    desk.scene.choose({desk.scene.frames.items[0], desk.scene.cards["fc1"]})
    desk.drag(desk.card("fc1"), desk.card("fc1") + QPoint(40, 0), keys=CTRL)
    assert desk.graph.frames[0].position[0] > first[0] and desk.graph.nodes["fc1"].position[0] > 0


# -- boxes and lines --------------------------------------------------------------------------------------------------


def test_how_a_box_looks_and_that_it_goes(desk):
    start, end = desk.at(QPointF(-100, -60)), desk.at(QPointF(-20, 300))
    desk.drag(start, end, drop=False)
    [box] = [item for item in desk.scene.items() if isinstance(item, BoxItem)]
    assert box.rect().topLeft() == desk.view.mapToScene(start) and box.rect().bottomRight() == desk.view.mapToScene(end)
    [mark] = painted(lambda painter: box.paint(painter, None))
    assert (mark.pen, mark.fill, mark.opacity, mark.place) == (
        theme.DARK.accent, theme.DARK.accent, 0.1, box.rect())
    assert box.acceptedMouseButtons() == Qt.MouseButton.NoButton
    QTest.mouseMove(desk.view.viewport(), start - QPoint(30, 20))
    assert box.rect().isValid(), "it can be drawn to the upper left"
    QTest.mouseRelease(desk.view.viewport(), LEFT, NONE, end)
    assert box.scene() is None


@pytest.mark.parametrize(("keys", "after"), [(NONE, []), (SHIFT, ["fc1"]), (CTRL, ["fc1"])])
def test_a_press_on_nothing_lets_go_of_the_selection_unless_more_is_meant(desk, keys, after):
    desk.scene.select(["fc1"])
    QTest.mousePress(desk.view.viewport(), LEFT, keys, desk.at(QPointF(-100, 0)))
    assert desk.scene.selected_names() == after
    desk.scene.cancel_gesture()
    assert desk.scene.selected_names() == ["fc1"]


def test_a_box_of_no_size_touches_no_wire(desk):
    middle = desk.at(desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5)) - QPoint(7, 0)
    desk.drag(middle - QPoint(1, 0), middle - QPoint(0, 1))
    assert desk.scene.selected_edges() == []


def test_lines_are_dashed_and_take_no_clicks(qapp):
    guides = Guides()
    assert guides.boundingRect().isEmpty() and painted(lambda painter: guides.paint(painter, None)) == []
    lines = (QLineF(10, 20, 10, 300), QLineF(50, 60, 5, 60))
    guides.show_lines(lines)
    marks = painted(lambda painter: guides.paint(painter, None))
    assert [(mark.pen, mark.style) for mark in marks] == [(theme.current().accent, Qt.PenStyle.DashLine)] * 2
    assert guides.boundingRect() == QRectF(2, 17, 51, 286) and guides.shape().isEmpty()
    guides.show_lines(())
    assert guides.lines == () and guides.boundingRect().isEmpty()
