"""What an empty canvas says, and for how long; and the way back to what is drawn."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Graph, Node
from engine.layers.activation import ReLU
from engine.layers.inputs import Constant, Input
from tests.widgets.canvas.desk import LEFT, NONE, Desk, Stage, network
from tests.widgets.canvas.view.test_putting_in import Drag, layer
from widgets.look import theme

ALONE = Graph.of([Node("input", Input())])


@pytest.mark.parametrize(("graph", "is_said"), [
    (Graph(), True), (ALONE, True), (ALONE.with_node(Node("c", Constant(), (300, 0))), True),
    (ALONE.with_node(Node("act1", ReLU(), (300, 0))), False), (network(), False),
])
def test_it_says_how_to_begin_until_there_is_a_layer(qtbot, graph, is_said):
    assert Stage(qtbot, graph).view.beginning.isVisible() is is_said


def test_it_goes_with_the_first_layer_and_comes_back_with_undo(qtbot):
    desk = Desk(qtbot, ALONE)
    words = desk.view.beginning
    assert "Tab" in words.text() and "conv 16 3x3" in words.text()
    drag, spot = Drag(desk, layer("Linear")), words.geometry().center()
    assert drag.enter(spot) and drag.move(spot) and drag.drop(spot), "it lets what is dragged through"
    assert "fc1" in desk.graph.nodes and not words.isVisible()
    desk.take("", ALONE, "")
    assert words.isVisible()


def test_the_mouse_passes_through_it(qtbot):
    desk = Desk(qtbot, ALONE)
    asked = []
    desk.scene.search_requested.connect(asked.append)
    at = desk.view.beginning.geometry().center()
    assert desk.view.childAt(at) is desk.view.viewport()
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, desk.view.viewport().mapFrom(desk.view, at))
    assert len(asked) == 1


@pytest.mark.parametrize("size", [(900, 700), (420, 300), (220, 160), (120, 60)])
def test_it_lies_within_the_view_and_beside_the_input_where_there_is_room(qtbot, size):
    desk = Desk(qtbot, ALONE)
    desk.view.resize(*size)
    desk.view.fit()
    words, area = desk.view.beginning.geometry(), desk.view.viewport().geometry()
    assert words.left() >= area.left() and words.right() <= area.right() and words.top() >= area.top()
    card = desk.view.mapFromScene(desk.scene.cards["input"].body()).boundingRect()
    assert size[1] < 250 or (not words.intersects(card) and words.bottom() <= area.bottom())


def test_its_key_is_the_one_that_is_set(qtbot):
    stage = Stage(qtbot, ALONE)
    stage.view.key_now = {"Tab": "Ctrl+J"}.__getitem__
    stage.show(Graph())
    assert "Ctrl+J searches" in stage.view.beginning.text()
    stage.view.key_now = {"Tab": ""}.__getitem__
    stage.show(ALONE)
    assert stage.view.beginning.text().startswith("Drag") and "searches, and" not in stage.view.beginning.text()


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_it_is_quiet_in_both_themes(qtbot, look):
    stage = Stage(qtbot, ALONE)
    theme.apply(QApplication.instance(), look)
    image = stage.view.beginning.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert look.dim in seen and look.text not in seen
    theme.apply(QApplication.instance(), theme.DARK)


# -- back to what is drawn ------------------------------------------------------------------------------------------


def in_sight(desk: Desk, name: str) -> bool:
    place = desk.view.mapFromScene(desk.scene.cards[name].body()).boundingRect()
    return desk.view.viewport().rect().intersects(place)


def test_where_nothing_is_in_sight_one_is_led_back_to_the_beginning(desk):
    desk.view.centerOn(QPointF(9000, 9000))
    desk.view.return_to_network()
    assert in_sight(desk, "input")
    desk.view.centerOn(QPointF(300, 700))
    desk.view.zoom_at(4.0, desk.view.rect().center())
    desk.view.centerOn(desk.scene.cards["fc1"].body().center())
    place = desk.view.place()
    desk.view.return_to_network()
    assert desk.view.place() == place and not in_sight(desk, "input"), "something is seen"
    desk.view.return_to_network(at_least=False)
    assert in_sight(desk, "input")
    desk.take("", Graph(), "")
    desk.view.return_to_network(at_least=False)
