"""What is put in: dragged, pasted, duplicated, appended; where it lies, and what is asked for when something cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Edge
from engine.layers.activation import ReLU
from tests.painted import Mark, painted, words
from tests.widgets.canvas.desk import LEFT, NONE, Desk, network
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.gestures.clipboard import LINE_MIME, NETWORK_MIME, leave_text
from widgets.canvas.gestures.loose_wire import LooseWire
from widgets.look import theme
from widgets.look.text import sentence_text
from widgets.parts.layer_drag import LAYER_MIME

COPY = Qt.DropAction.CopyAction


def layer(kind: str = "Sigmoid") -> QMimeData:
    data = QMimeData()
    data.setData(LAYER_MIME, kind.encode())
    return data


class Drag:
    """Something held over a view by another widget."""

    def __init__(self, desk: Desk, data: QMimeData) -> None:
        self.port, self.data, self.desk = desk.view.viewport(), data, desk

    def enter(self, at: QPoint) -> bool:
        return self._send(QDragEnterEvent(at, COPY, self.data, LEFT, NONE))

    def move(self, at: QPoint) -> bool:
        return self._send(QDragMoveEvent(at, COPY, self.data, LEFT, NONE))

    def drop(self, at: QPoint, keys=NONE) -> bool:
        return self._send(QDropEvent(QPointF(at), COPY, self.data, LEFT, keys))

    def leave(self) -> None:
        self._send(QDragLeaveEvent())

    def _send(self, event: QEvent) -> bool:
        event.setAccepted(False)
        QApplication.sendEvent(self.port, event)
        return event.isAccepted()

    def shown(self) -> list[Mark]:
        return painted(lambda painter: self.desk.view.drawForeground(painter, QRectF()))


def test_a_layer_is_seen_where_it_would_lie(desk):
    drag, spot = Drag(desk, layer()), desk.at(QPointF(700, 480))
    assert drag.enter(spot) and drag.move(spot)
    marks = drag.shown()
    corner = desk.view.mapToScene(spot) - QPointF(CARD_WIDTH / 2, CARD_HEIGHT / 2)
    assert marks[0].place == QRectF(corner.x(), corner.y(), CARD_WIDTH, CARD_HEIGHT) and marks[0].opacity == 0.75
    assert words(marks) == ["Sigmoid", ""], "nothing more is to be said of it"
    assert next(mark.pen for mark in marks if mark.width == 1.0 and mark.kind == "box") == theme.DARK.line
    on_wire = desk.at(desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5))
    drag.move(on_wire)
    assert words(drag.shown()) == ["Sigmoid", "goes into this wire"]
    assert any(mark.pen == theme.DARK.accent for mark in drag.shown())
    drag.leave()
    assert drag.shown() == []
    source = Drag(desk, layer("Input"))
    source.enter(on_wire)
    assert "goes into this wire" not in words(source.shown())
    source.leave()
    dense = Drag(desk, layer("Linear"))
    dense.enter(spot)
    assert words(dense.shown())[1:] == [desk.view.make_layer("Linear").summary()]
    dense.leave()


@pytest.mark.parametrize("data", [QMimeData(), layer("NoSuchKind")])
def test_other_things_are_left_to_others(desk, data):
    drag = Drag(desk, data)
    assert not drag.enter(QPoint(50, 50))
    drag.move(QPoint(60, 50))
    drag.drop(QPoint(60, 50))
    assert drag.shown() == [] and len(desk.history) == 1


def test_a_layer_lies_where_it_was_dropped_and_has_the_keyboard(desk):
    drag, spot = Drag(desk, layer()), desk.at(QPointF(700, 480))
    texts = []
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    drag.enter(spot)
    place = desk.view.mapToScene(spot)
    assert drag.drop(spot) and texts == ["Add Sigmoid"] and drag.shown() == []
    [name] = desk.scene.selected_names()
    assert desk.graph.nodes[name].position == (round(place.x() - CARD_WIDTH / 2), round(place.y() - CARD_HEIGHT / 2))
    assert desk.view.hasFocus()
    source = Drag(desk, layer("Input"))
    on_wire = desk.at(desk.scene.wires[Edge("conv1", "act1")].path.pointAtPercent(0.5))
    source.enter(on_wire)
    source.drop(on_wire)
    assert Edge("conv1", "act1") in desk.graph.edges, "an Input goes into no wire"


NEAR_BELOW = QPointF(114 + 12, 336 + 23 + 9)  # of where the next card below fc1 would have its middle


def test_near_a_column_it_snaps_below_the_last_card_and_the_drag_shows_it(desk):
    drag, spot = Drag(desk, layer()), desk.at(NEAR_BELOW)
    drag.enter(desk.at(QPointF(700, 480)))
    assert desk.view.gestures.guides.lines == ()
    drag.move(spot)
    assert drag.shown()[0].place == QRectF(0, 336, CARD_WIDTH, CARD_HEIGHT) and desk.view.gestures.guides.lines
    drag.drop(spot)
    assert desk.graph.nodes["act2"].position == (0, 336) and desk.view.gestures.guides.lines == ()
    desk.there_and_back()


def test_dropped_one_below_the_other_by_an_unsure_hand_they_are_a_column(desk):
    for number, off in enumerate((QPointF(9, 8), QPointF(-14, -6), QPointF(15, 12))):
        drag, spot = Drag(desk, layer()), desk.at(QPointF(114, 359 + 76 * number) + off)
        drag.enter(spot)
        drag.drop(spot)
    assert [desk.graph.nodes[f"act{n}"].position for n in (2, 3, 4)] == [(0, 336), (0, 412), (0, 488)]


@pytest.mark.parametrize("off", ["Alt", "Ctrl", "setting"])
def test_where_nothing_shall_snap_it_lies_where_it_was_let_go(desk, off):
    keys = {"Alt": Qt.KeyboardModifier.AltModifier, "Ctrl": Qt.KeyboardModifier.ControlModifier}.get(off, NONE)
    desk.view.gestures.snaps = off != "setting"
    drag, spot = Drag(desk, layer()), desk.at(NEAR_BELOW)
    there = desk.view.mapToScene(spot) - QPointF(CARD_WIDTH / 2, CARD_HEIGHT / 2)
    drag.enter(spot)
    drag.drop(spot, keys)
    assert desk.graph.nodes["act2"].position == (round(there.x()), round(there.y())) != (0, 336)


@pytest.mark.parametrize("kind", ["Add", "VGG", "Input", "Concatenate"])
def test_whatever_is_dragged_is_seen_as_large_as_it_will_be(desk, kind):
    drag, spot = Drag(desk, layer(kind)), desk.at(QPointF(700, 480))
    drag.enter(spot)
    place = drag.shown()[0].place
    drag.drop(spot)
    [name] = desk.scene.selected_names()
    assert desk.scene.cards[name].slot() == place


def test_over_a_card_it_lies_beside_it_and_is_shown_there(desk):
    drag, spot = Drag(desk, layer()), desk.at(desk.scene.cards["fc1"].slot().center())
    drag.enter(spot)
    place = drag.shown()[0].place
    drag.drop(spot)
    assert desk.graph.nodes["act2"].position == (place.x(), place.y())
    assert not any(desk.scene.cards["act2"].slot().intersects(desk.scene.cards[name].slot())
                   for name in desk.graph.nodes if name != "act2")


def test_where_the_network_goes_to_the_right_the_next_place_is_at_the_right(qtbot):
    desk = Desk(qtbot, replace(network(), flow="right"))
    drag, spot = Drag(desk, layer()), desk.at(QPointF(328 + 114 + 8, 260 + 23 - 7))
    drag.enter(spot)
    drag.drop(spot)
    assert desk.graph.nodes["act2"].position == (328, 260)


def test_what_comes_in_over_the_border_does_not_scroll_before_it_was_well_inside(desk, qtbot):
    drag, before = Drag(desk, layer()), desk.view.place().centre
    drag.enter(QPoint(3, 300))
    for x in (6, 12, 20, 30):
        drag.move(QPoint(x, 300))
        qtbot.wait(20)
    assert desk.view.place().centre == before
    drag.move(QPoint(desk.view.viewport().width() // 2, 300))
    drag.move(QPoint(3, 300))
    qtbot.waitUntil(lambda: desk.view.place().centre.x() < before.x() - 20)
    drag.leave()


def test_a_gesture_that_begins_near_the_border_does_not_scroll_at_once(desk, qtbot):
    desk.view.pan(-desk.card("conv1").x() + 20, 0)
    before, port = desk.view.place().centre, desk.view.viewport()
    start = desk.card("conv1")
    assert start.x() < 28
    desk.drag(start, start + QPoint(-8, 60), drop=False)
    qtbot.wait(60)
    assert desk.view.place().centre == before
    desk.drag(start, QPoint(port.width() // 2, port.height() // 2), drop=False)
    desk.view.cancel()


def test_a_layer_is_appended_behind_what_is_selected(desk):
    texts = []
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    desk.scene.select(["act1"])
    desk.view.append("Sigmoid")
    [name] = desk.scene.selected_names()
    assert desk.graph.inputs[name] == (Edge("act1", name),) and texts == ["Add Sigmoid"]
    desk.view.append("NoSuchKind")
    assert len(desk.history) == 2
    desk.view.make_layer = lambda kind: ReLU() if kind == "mine" else None
    desk.view.append("mine")
    assert isinstance(desk.graph.nodes[desk.scene.selected_names()[0]].layer, ReLU)


def hover(desk: Desk, spot: QPoint) -> None:
    port, place = desk.view.viewport(), QPointF(spot)
    QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, place, port.mapToGlobal(place),
                                             Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, NONE))


def test_where_a_search_opens(desk):
    view = desk.view
    assert view.pointer() is None
    middle = view.mapToScene(view.viewport().rect()).boundingRect().center()
    assert view.search_point() == middle
    desk.scene.select(["fc1", "act1"])
    area = desk.scene.extent(selection_only=True)
    assert view.search_point() == QPointF(area.center().x(), area.bottom())
    hover(desk, QPoint(60, 70))
    assert view.search_point() == view.pointer() == view.mapToScene(QPoint(60, 70))
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    assert view.pointer() is None


def test_what_is_pasted_lies_under_the_mouse_else_beside_its_originals(desk):
    desk.scene.select(["conv1"])
    desk.view.copy()
    desk.view.paste()
    [name] = desk.scene.selected_names()
    x, y = desk.graph.nodes[name].position
    assert y == 76 and x > CARD_WIDTH
    spot = desk.at(QPointF(600, 500))
    there = desk.view.mapToScene(spot)
    hover(desk, spot)
    desk.view.paste()
    [name] = desk.scene.selected_names()
    place = desk.graph.nodes[name].position
    assert place == pytest.approx((there.x() - CARD_WIDTH / 2, there.y() - CARD_HEIGHT / 2), abs=1.5)


def test_pasting_with_wires_says_where_there_were_none(desk):
    told = []
    desk.view.refused.connect(lambda message: told.append(sentence_text(message)))
    desk.scene.select(["conv1"])
    desk.view.copy()
    desk.view.paste(wired=True)
    assert told == [] and len(desk.graph.inputs[desk.scene.selected_names()[0]]) == 1
    desk.scene.select(["fc1"])
    desk.view.copy()
    desk.view.paste()
    assert told == []
    desk.view.paste(wired=True)
    assert told == ["No wires led into what was copied"]


def test_before_the_program_ends_only_text_is_left_on_the_clipboard(desk):
    clipboard = QApplication.clipboard()
    desk.scene.select(["conv1", "act1"])
    desk.view.copy()
    data = clipboard.mimeData()
    assert data.hasFormat(NETWORK_MIME) and data.data(LINE_MIME).data() == b"conv 6 3x3, relu"
    text = clipboard.text()
    assert text.startswith("# conv 6 3x3, relu\n") and "Conv2d(" in text
    leave_text()
    assert clipboard.text() == text and not clipboard.mimeData().hasFormat(NETWORK_MIME)
    clipboard.clear()
    leave_text()
    refused = []
    desk.view.paste_refused.connect(lambda message: refused.append(sentence_text(message)))
    desk.view.paste()
    assert refused == ["The clipboard holds no layers: copy some first"]


def test_what_is_refused_selects_nothing_new(desk):
    desk.scene.edit_requested.disconnect(desk.take)
    desk.scene.select(["conv1"])
    desk.view.duplicate()
    assert desk.scene.selected_names() == ["conv1"]


def test_what_is_new_is_brought_into_sight(desk):
    desk.view.zoom_at(1 / desk.view.zoom(), QPoint(10, 10))
    desk.view.pan(-4000, 0)
    desk.scene.select(["conv1"])
    desk.view.duplicate()
    [name] = desk.scene.selected_names()
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    assert seen.contains(desk.scene.cards[name].body())


def test_escape_lets_go_first_of_what_is_held_then_of_the_selection(desk):
    desk.scene.select(["fc1"])
    desk.drag(desk.card("fc1"), desk.card("fc1") + QPoint(90, 0), drop=False)
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert desk.scene.selected_names() == ["fc1"] and not desk.scene.is_holding and not desk.view.cancel()
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert desk.scene.selected_names() == []
    QTest.mouseRelease(desk.view.viewport(), LEFT, NONE, desk.card("fc1"))
    QTest.mousePress(desk.view.viewport(), Qt.MouseButton.RightButton, NONE, desk.card("act1"))
    assert not desk.scene.is_holding and desk.scene.selected_names() == []


def test_what_is_dropped_just_behind_an_end_is_wired_to_it(desk):
    """Where the next card would lie; Alt, and anywhere else: alone."""
    end = desk.graph.order[-1]
    body = desk.scene.cards[end].body()
    behind = desk.at(QPointF(body.center().x() + 6, body.bottom() + 30 + CARD_HEIGHT / 2 + 5))
    drag = Drag(desk, layer("ReLU"))
    drag.enter(behind)
    drag.move(behind)
    assert words(drag.shown())[1] == f"goes behind {end}"
    before = desk.graph
    drag.drop(behind)
    [new] = set(desk.graph.nodes) - set(before.nodes)
    assert desk.graph.inputs[new] == (Edge(end, new),)
    assert desk.graph.nodes[new].position == (body.x(), body.bottom() + 30)
    desk.take("", before, "")
    drag.enter(behind)
    drag.drop(behind, Qt.KeyboardModifier.AltModifier)
    [alone] = set(desk.graph.nodes) - set(before.nodes)
    assert not desk.graph.inputs[alone]


@pytest.mark.parametrize("zoom", [1.0, 0.6, 0.5])
def test_a_port_is_found_as_surely_from_afar(desk, zoom):
    """Twelve pixels of the screen beside it, however small the card is."""
    desk.view.zoom_at(zoom / desk.view.zoom(), desk.view.viewport().rect().center())
    first, last = desk.scene.cards["conv1"], desk.scene.cards[desk.graph.order[-1]]
    start = desk.at(first.out_point()) + QPoint(0, 4)
    goal = desk.at(last.in_point(0)) - QPoint(0, 9)
    QTest.mousePress(desk.view.viewport(), LEFT, NONE, start)
    for at in (start + QPoint(30, 30), goal):
        QApplication.sendEvent(desk.view.viewport(), QMouseEvent(
            QEvent.Type.MouseMove, QPointF(at), QPointF(desk.view.viewport().mapToGlobal(at)), Qt.MouseButton.NoButton,
            LEFT, NONE))
    held = next(item for item in desk.scene.items() if isinstance(item, LooseWire))
    assert held.edge == Edge("conv1", last.node.name, 0)
    desk.view.cancel()
