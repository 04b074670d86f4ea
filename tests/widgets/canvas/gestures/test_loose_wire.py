"""A wire that is being drawn: what letting go would make, why it cannot be, and how it looks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt

from engine.graph.graph import Edge
from engine.layers.linear import Bilinear
from tests.painted import Mark, of, painted, words
from tests.widgets.canvas.desk import Desk
from widgets.canvas.gestures.loose_wire import LooseWire
from widgets.canvas.gestures.wire_gesture import AWAY
from widgets.look import theme

NOWHERE, NONE = QPointF(700, 500), Qt.KeyboardModifier.NoModifier


def drawn(desk: Desk, name: str, port: int = -1, detached: Edge | None = None) -> LooseWire:
    wire = LooseWire(desk.graph, desk.scene.cards[name], port, detached)
    desk.scene.addItem(wire)
    return wire


def over(desk: Desk, wire: LooseWire, name: str, at: QPointF | None = None) -> None:
    card = desk.scene.cards[name]
    wire.move_to(card.pos() + QPointF(5, 23) if at is None else at, card)


@pytest.mark.parametrize(("start", "port", "goal", "edge"), [
    ("act1", -1, "add1", Edge("act1", "add1", 0)), ("act1", -1, "fc1", Edge("act1", "fc1")),
    ("fc1", 0, "act1", Edge("act1", "fc1")), ("add1", 1, "act1", Edge("act1", "add1", 1)),
])
def test_what_letting_go_over_a_card_would_make(desk, start: str, port: int, goal: str, edge: Edge):
    wire = drawn(desk, start, port)
    card = desk.scene.cards[start]
    assert wire.end == (card.out_point() if port < 0 else card.in_point(port)) and wire.length() == 0
    over(desk, wire, goal)
    assert wire.edge == edge and wire.reason == "" and wire.from_output == (port < 0)
    ends = desk.scene.cards[edge.source].out_point(), desk.scene.cards[edge.target].in_point(edge.port)
    assert wire.end == (ends[1] if port < 0 else ends[0]), "it is held at the port"
    assert wire.result() == desk.graph.with_edge(edge)
    wire.move_to(NOWHERE, None)
    assert wire.edge is None and wire.result() is None and wire.end == NOWHERE


def test_the_port_under_the_mouse_is_meant_else_the_first_that_is_free(desk):
    desk.take("", desk.graph.with_edge(Edge("conv1", "add1", 0)), "")
    wire = drawn(desk, "act1")
    over(desk, wire, "add1")
    assert wire.edge == Edge("act1", "add1", 1)
    over(desk, wire, "add1", desk.scene.cards["add1"].in_point(0))
    assert (wire.edge, wire.replaced) == (Edge("act1", "add1", 0), Edge("conv1", "add1", 0)) and wire.reason == ""
    assert wire.words == "Instead of the wire from conv1"
    assert wire.result().inputs["add1"] == (Edge("act1", "add1", 0),)
    over(desk, wire, "add1", desk.scene.cards["add1"].out_point())
    assert wire.edge == Edge("act1", "add1", 1)
    assert wire.replaced is None and wire.words == ""
    over(desk, wire, "act1")
    assert wire.edge is None and wire.reason == "", "nothing is said over its own card"


def test_a_wire_that_is_there_already_changes_nothing(desk):
    wire = drawn(desk, "conv1")
    over(desk, wire, "act1")
    assert (wire.edge, wire.replaced, wire.words) == (Edge("conv1", "act1"), None, "") and wire.result() is None


def test_over_a_card_whose_inputs_are_all_taken_the_nearest_is_meant(desk):
    graph = desk.graph.with_layer("add1", Bilinear())
    desk.take("", graph.with_edges([Edge("conv1", "add1", 0), Edge("act1", "add1", 1)]), "")
    wire, card = drawn(desk, "input"), desk.scene.cards["add1"]
    for port in (0, 1):
        over(desk, wire, "add1", card.in_point(port) + QPointF(0, 30))
        assert wire.edge == Edge("input", "add1", port) and wire.replaced.port == port


def test_where_a_search_would_be(desk):
    out, into = drawn(desk, "act1"), drawn(desk, "add1", 1)
    assert out.search_at(NOWHERE) == (NOWHERE, (), "act1", None, None, ())
    assert into.search_at(NOWHERE) == (NOWHERE, (), None, ("add1", 1), None, ())
    assert out.length() == into.length() == 0
    out.move_to(desk.scene.cards["act1"].out_point() + QPointF(30, -10), None)
    assert out.length() == 40
    into.move_to(desk.scene.cards["add1"].in_point(1) + QPointF(-5, 10), None)
    assert into.length() == 15


def test_a_wire_that_was_taken_is_gone_unless_it_comes_back(desk):
    taken = Edge("conv1", "act1")
    wire = drawn(desk, "conv1", -1, taken)
    assert taken not in wire.graph.edges
    wire.move_to(NOWHERE, None)
    assert wire.result() == desk.graph.without_edges([taken])
    over(desk, wire, "act1")
    assert wire.edge == taken and wire.result() is None, "as it was"


def marks(wire: LooseWire, zoom: float = 1.0) -> list[Mark]:
    def paint(painter) -> None:
        painter.save()
        wire.paint(painter, None)
        painter.restore()
    return painted(paint, zoom)


def test_how_it_looks(desk):
    look = theme.DARK
    desk.view.zoom_at(0.5 / desk.view.zoom(), desk.view.rect().center())
    wire = drawn(desk, "act1")
    wire.move_to(NOWHERE, None)
    [line] = marks(wire)
    assert line.pen == look.accent and line.place.bottomRight() == NOWHERE
    assert wire.boundingRect().contains(line.place.adjusted(-9, -9, 9, 9))
    over(desk, wire, "fc1")
    [ring] = of("dot", marks(wire))
    assert ring.place.center() == wire.end and ring.pen == look.accent and ring.width == 2
    over(desk, wire, "conv1")
    line, label, text = marks(wire)
    assert line.pen == look.error and (label.pen, label.fill) == (look.error, look.panel)
    assert words([text]) == [wire.reason] and text.pen == look.text and text.place == label.place
    corner = label.place.topLeft() - wire.end
    assert corner == QPointF(28, 24), "as far from the mouse on the screen, however far away one is"
    assert wire.boundingRect().contains(label.place)
    backwards = drawn(desk, "fc1", 0)
    backwards.move_to(QPointF(-300, -100), None)
    assert marks(backwards)[0].place.topLeft() == QPointF(-300, -100)


# -- with the mouse ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("far", "asks"), [(AWAY + 8, True), (AWAY - 8, False)])
def test_a_search_is_asked_for_only_some_way_from_the_port(desk, far: float, asks: bool):
    asked = []
    desk.scene.search_requested.connect(asked.append)
    end = desk.at(desk.scene.cards["fc1"].out_point() + QPointF(0, far))
    desk.drag(desk.out("fc1"), end)
    assert len(asked) == asks and desk.scene.is_holding == asks
    if asks:
        assert asked[0].source == "fc1" and (asked[0].point - desk.view.mapToScene(end)).manhattanLength() < 2
        wire = desk.view.gestures.current.wire
        desk.scene.cancel_gesture()
        assert wire.scene() is None
    assert desk.graph == desk.history[0]


def test_a_taken_wire_is_hidden_while_it_is_held_and_whole_again_where_it_cannot_be(desk, qtbot, monkeypatch):
    monkeypatch.setattr("widgets.canvas.gestures.wire_gesture.REASON_MS", 10)
    wire = desk.scene.wires[Edge("conv1", "act1")]
    desk.drag(desk.into("act1"), desk.card("conv1"), drop=False)
    assert not wire.isVisible() and desk.view.gestures.current.wire.card is desk.scene.cards["conv1"]
    desk.scene.cancel_gesture()
    assert wire.isVisible()
    desk.take("", desk.graph.with_edge(Edge("act1", "fc1")), "")
    held = desk.scene.wires[Edge("act1", "fc1")]
    desk.drag(desk.into("fc1"), desk.card("conv1"))
    loose = desk.view.gestures.current.wire
    assert loose.reason and held.isVisible() and loose.scene() is desk.scene
    qtbot.waitUntil(lambda: desk.view.gestures.current is None)
    assert loose.scene() is None and len(desk.history) == 2


def test_what_a_wire_is_called(desk):
    texts = []
    desk.scene.edit_requested.connect(lambda text, *_rest: texts.append(text))
    desk.drag(desk.out("act1"), desk.into("fc1"))
    desk.drag(desk.into("fc1"), desk.at(QPointF(-150, 200)))
    desk.drag(desk.into("act1"), desk.into("act1"))
    assert texts == ["Connect", "Disconnect"]


def test_a_zoom_while_it_is_held_leaves_nothing_behind_in_the_scene(desk: Desk) -> None:
    """The scene looks for an item where it was told that it is: one that it does not find there is never let go."""
    view = desk.view
    wire = drawn(desk, "add1")
    over(desk, wire, "act1")
    assert wire.words
    was = wire.boundingRect()
    assert wire in desk.scene.items(wire.sceneBoundingRect())
    view.scale(30, 30)
    assert wire.boundingRect() == was
    desk.scene.removeItem(wire)
    assert wire not in desk.scene.items(was.adjusted(-5000, -5000, 5000, 5000))
