"""Which way of a tensor is asked for while the mouse rests on a wire, or while what is selected is followed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Edge
from tests.widgets.canvas.desk import NONE, Stage, network, skipping
from widgets.canvas.ground.highlight import Highlight
from widgets.canvas.view.follow import Follower, way_of

LIT = Edge("fc1", "fc2")


class Watch(Follower):
    """A follower, and what it asked for."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.view)
        self.told: list[Highlight | None] = []
        self.asked.connect(self.told.append)


@pytest.fixture
def watch(stage, monkeypatch) -> Watch:
    monkeypatch.setattr("widgets.canvas.view.follow.REST_MS", 5)
    return Watch(stage)


def hover(stage: Stage, spot: QPoint, buttons=Qt.MouseButton.NoButton) -> None:
    port, place = stage.view.viewport(), QPointF(spot)
    QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, place, port.mapToGlobal(place),
                                             Qt.MouseButton.NoButton, buttons, NONE))


def on_wire(stage: Stage, edge: Edge = LIT, aside: float = 0.0) -> QPoint:
    return stage.at(stage.scene.wires[edge].path.pointAtPercent(0.5)) + QPoint(round(aside), 0)


def test_the_past_and_the_future_of_a_wire_and_of_a_layer():
    graph = skipping()
    way = way_of(graph, [LIT])
    assert way.names == set(graph.nodes) and Edge("input", "add", 1) not in way.edges and len(way.edges) == 5
    assert LIT in way.edges
    beside = way_of(graph, [Edge("input", "add", 1)])
    assert beside.names == {"input", "add"} and beside.edges == {Edge("input", "add", 1)}
    assert way_of(graph, [], ["fc4"]).names == set(graph.nodes)
    assert way_of(network(), [], ["add1"]) == Highlight({"add1"}, set())
    assert way.tone(LIT) == "lit" and way.tone(Edge("input", "add", 1)) == "dim"


def test_a_resting_mouse_lights_the_wire_below_it_until_it_goes(stage, watch, qtbot):
    hover(stage, on_wire(stage, aside=4))
    qtbot.waitUntil(lambda: len(watch.told) == 1)
    assert watch.told == [way_of(skipping(), [LIT])]
    hover(stage, on_wire(stage, aside=-4))
    qtbot.wait(15)
    assert len(watch.told) == 1, "it is lit already"
    other = Edge("fc2", "fc3")
    hover(stage, on_wire(stage, other))
    qtbot.waitUntil(lambda: len(watch.told) == 3)
    assert watch.told[1:] == [None, way_of(skipping(), [other])]
    hover(stage, QPoint(3, 3))
    assert watch.told[3:] == [None]
    hover(stage, on_wire(stage))
    hover(stage, QPoint(3, 3))
    qtbot.wait(15)
    assert len(watch.told) == 4, "it only crossed it"


@pytest.mark.parametrize("end", [
    lambda port: QApplication.sendEvent(port, QEvent(QEvent.Type.Leave)),
    lambda port: QTest.mouseClick(port, Qt.MouseButton.MiddleButton, NONE, QPoint(3, 3)),
    lambda port: QApplication.sendEvent(port, QWheelEvent(
        QPointF(9, 9), QPointF(9, 9), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False)),
], ids=["leave", "press", "wheel"])
def test_what_ends_it(stage, watch, qtbot, end):
    hover(stage, on_wire(stage))
    qtbot.waitUntil(lambda: len(watch.told) == 1)
    end(stage.view.viewport())
    assert watch.told[1:2] == [None]


def test_cards_hide_wires_and_what_is_held_lights_nothing(stage, watch, qtbot):
    hover(stage, stage.card("fc2"))
    hover(stage, on_wire(stage), Qt.MouseButton.LeftButton)
    stage.scene.wires[LIT].setVisible(False)
    hover(stage, on_wire(stage))
    qtbot.wait(15)
    stage.scene.wires[LIT].setVisible(True)
    QTest.mousePress(stage.view.viewport(), Qt.MouseButton.LeftButton, NONE, stage.card("fc4"))
    QTest.mouseMove(stage.view.viewport(), stage.card("fc4") + QPoint(200, 0))
    hover(stage, on_wire(stage))
    qtbot.wait(15)
    assert not any(watch.told)
    QTest.mouseRelease(stage.view.viewport(), Qt.MouseButton.LeftButton, NONE, stage.card("fc4"))


def test_a_wire_that_is_gone_is_no_longer_lit(stage, watch, qtbot):
    hover(stage, on_wire(stage))
    qtbot.waitUntil(lambda: len(watch.told) == 1)
    stage.show(skipping().with_marks(["fc4"], label="red"))
    assert len(watch.told) == 1, "another edit leaves it lit"
    stage.show(skipping().without_edges([LIT]))
    assert watch.told[1:] == [None]
    hover(stage, QPoint(3, 3))
    assert len(watch.told) == 2


def test_what_is_selected_is_followed_while_that_is_wanted(stage, watch, qtbot):
    stage.scene.select(["fc4"])
    assert watch.told == [None] and not watch.holds
    watch.hold(True)
    assert watch.holds and watch.told[1:] == [way_of(skipping(), [], ["fc4"])]
    stage.scene.choose({stage.scene.wires[LIT]})
    assert watch.told[2:] == [way_of(skipping(), [LIT])]
    hover(stage, on_wire(stage, Edge("fc3", "fc4")))
    qtbot.waitUntil(lambda: watch.told[-1] == way_of(skipping(), [Edge("fc3", "fc4")]))
    hover(stage, QPoint(3, 3))
    assert watch.told[-1] == way_of(skipping(), [LIT]), "what is selected again"
    stage.scene.select([])
    assert watch.told[-1] is None
    watch.hold(False)
    stage.scene.select(["fc1"])
    assert watch.told[-1] is None and not watch.holds
