"""Drawing wires, and leading the ends of wires elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.graph.graph import Edge
from tests.widgets.canvas.desk import LEFT, network


def test_wire_is_drawn_from_output_to_input(desk):
    desk.drag(desk.out("conv1"), desk.into("add1", 0))
    assert Edge("conv1", "add1", 0) in desk.graph.edges
    desk.there_and_back()


def test_wire_is_drawn_from_input_back_to_output(desk):
    desk.drag(desk.into("fc1"), desk.out("act1"))
    assert Edge("act1", "fc1") in desk.graph.edges
    desk.there_and_back()


def test_wire_dropped_on_a_card_takes_its_free_input(desk):
    desk.drag(desk.out("conv1"), desk.card("add1"))
    desk.drag(desk.out("act1"), desk.card("add1"))
    assert {Edge("conv1", "add1", 0), Edge("act1", "add1", 1)} <= set(desk.graph.edges)


def test_a_wire_dropped_on_a_taken_input_takes_its_place_and_says_so(desk):
    told, taken = [], desk.scene.wires[Edge("conv1", "act1")]
    desk.scene.told.connect(lambda message: told.append(str(message)))
    desk.drag(desk.out("input"), desk.card("act1"), drop=False)
    assert desk.view.gestures.current.wire.words == "Instead of the wire from conv1" and taken.tone == "removed"
    QTest.mouseMove(desk.view.viewport(), desk.at(QPointF(-150, 200)))
    desk.drag(desk.out("input"), desk.at(QPointF(-150, 200)), drop=False)
    assert taken.tone == ""
    desk.scene.cancel_gesture()
    desk.drag(desk.out("input"), desk.into("act1"), drop=False)
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert taken.tone == "" and desk.graph == network() and told == []
    desk.drag(desk.out("input"), desk.into("act1"))
    assert desk.graph.inputs["act1"] == (Edge("input", "act1"),) and len(desk.history) == 2
    assert told == ["act1 now reads input instead of conv1"]
    desk.there_and_back()


def test_an_end_of_a_wire_led_to_a_taken_input_takes_its_place(desk):
    desk.take("", desk.graph.with_edge(Edge("act1", "fc1")), "")
    desk.drag(desk.into("act1"), desk.into("fc1"))
    assert desk.graph.inputs["fc1"] == (Edge("conv1", "fc1"),) and not desk.graph.inputs["act1"]
    desk.there_and_back()


def test_a_wire_that_cannot_be_is_refused_with_a_reason_at_the_cursor(desk):
    desk.drag(desk.out("act1"), desk.card("conv1"))
    assert desk.graph == network() and "loop" in desk.view.gestures.current.wire.reason
    assert desk.view.gestures.current is not None, "the reason stays readable for a moment"
    desk.click(desk.at(QPointF(-100, 0)))
    assert desk.view.gestures.current is None


def test_a_loop_is_refused_with_a_reason(desk):
    desk.drag(desk.out("act1"), desk.into("conv1"), drop=False)
    desk.scene.cancel_gesture()
    desk.take("", desk.graph.without_edges([Edge("input", "conv1")]), "")
    desk.drag(desk.out("act1"), desk.into("conv1"), drop=False)
    assert "loop" in desk.view.gestures.current.wire.reason
    desk.scene.cancel_gesture()


def test_escape_lets_go_of_a_held_wire(desk):
    desk.drag(desk.out("act1"), desk.into("fc1"), drop=False)
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert desk.view.gestures.current is None
    QTest.mouseRelease(desk.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, desk.into("fc1"))
    assert desk.graph == network()


def test_a_wire_is_taken_out_of_an_input_and_dropped_on_nothing(desk):
    desk.drag(desk.into("act1"), desk.at(QPointF(-150, 200)))
    assert Edge("conv1", "act1") not in desk.graph.edges
    desk.there_and_back()


def test_a_wire_is_taken_out_of_an_input_and_led_elsewhere(desk):
    desk.drag(desk.into("act1"), desk.into("fc1"))
    assert Edge("conv1", "act1") not in desk.graph.edges
    assert Edge("conv1", "fc1") in desk.graph.edges
