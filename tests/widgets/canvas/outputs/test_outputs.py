"""What layers give, beside their cards: where each has room, what a click picks, and that no gesture begins there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import size_of
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add
from tests.widgets.canvas.desk import LEFT, NONE, Stage, network
from widgets.canvas.outputs.item import OutputItem
from widgets.canvas.outputs.outputs import LEAST, Outputs
from widgets.canvas.outputs.shown import Shown, fault, photo, shown
from widgets.look import theme

MAPS = np.arange(6 * 4 * 4, dtype=np.float32).reshape(6, 4, 4)
FEW = np.array([1.0, -2.0, 0.5], dtype=np.float32)
MANY = np.linspace(-1, 1, 120, dtype=np.float32)
GIVEN = {"input": shown(MAPS[:1]), "conv1": shown(MAPS), "act1": shown(FEW), "fc1": shown(MANY),
         "add1": fault("Nothing comes in here")}


class Scene(Stage):
    """A canvas where one looks inside."""

    def __init__(self, qtbot, graph: Graph | None = None) -> None:
        super().__init__(qtbot, graph or network())
        self.outputs, self.picked = Outputs(self.scene), []
        self.edits, self.opened = [], []
        self.outputs.picked.connect(lambda *picked: self.picked.append(picked))
        self.scene.edit_requested.connect(lambda *edit: self.edits.append(edit))
        self.scene.open_requested.connect(self.opened.append)
        self.outputs.set_on(True)
        self.outputs.show_outputs(GIVEN)
        self.view.fit()

    def item(self, name: str) -> OutputItem:
        return self.outputs.items[name]

    def tile(self, name: str, index: int) -> QPoint:
        item = self.item(name)
        return self.at(item.mapToScene(item.tiles()[index].center()))

    def click_at(self, at: QPoint) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, NONE, at)

    def area(self, name: str) -> QRectF:
        """On the canvas."""
        return self.item(name).mapRectToScene(self.item(name).slot.area)


@pytest.fixture
def scene(qtbot) -> Scene:
    return Scene(qtbot)


def test_a_click_picks_a_map_a_bar_a_unit_or_nothing(scene):
    scene.click_at(scene.tile("conv1", 0))
    scene.click_at(scene.tile("conv1", 5))
    scene.click_at(scene.tile("act1", 1))
    area = scene.area("conv1")
    scene.click_at(scene.at(area.bottomRight() - QPointF(2, 2)))
    scene.click_at(scene.at(scene.area("add1").center()))
    assert scene.picked == [("conv1", 0), ("conv1", 5), ("act1", 1), ("conv1", -1), ("add1", 0)]


def test_units_of_a_vector_are_picked_in_their_place(scene):
    item = scene.item("fc1")
    tile, (rows, columns) = item.tiles()[0], item.shown.tile
    assert (rows, columns) == (2, 60)
    for row, column in ((0, 0), (0, 59), (1, 0), (1, 30)):
        at = tile.topLeft() + QPointF((column + 0.5) * tile.width() / columns, (row + 0.5) * tile.height() / rows)
        assert item.channel_at(at) == row * columns + column
    assert item.channel_at(tile.bottomRight() + QPointF(3, 3)) is None
    scene.click_at(scene.at(item.mapToScene(tile.topLeft() + QPointF(1, 1))))
    assert scene.picked == [("fc1", 0)]


def test_the_cell_of_several_units_is_one_of_them(scene):
    scene.outputs.show_outputs({**GIVEN, "fc1": shown(np.linspace(0, 1, 10_000, dtype=np.float32))})
    item = scene.item("fc1")
    tile, found = item.tiles()[0], set()
    for x in np.linspace(0.5, tile.width() - 0.5, 400):
        for y in np.linspace(0.5, tile.height() - 0.5, 8):
            unit = item.channel_at(tile.topLeft() + QPointF(x, y))
            assert unit is None or 0 <= unit < 10_000
            found.add(unit)
    assert len(found) > 800


@pytest.mark.parametrize("name", ["conv1", "act1", "fc1", "add1"])
def test_no_gesture_begins_there(scene, name):
    before = {card: item.pos() for card, item in scene.scene.cards.items()}
    start, port = scene.at(scene.area(name).center()), scene.view.viewport()
    QTest.mousePress(port, LEFT, NONE, start)
    for step in (4, 20, 60):
        QTest.mouseMove(port, start + QPoint(step, step))
    QTest.mouseRelease(port, LEFT, NONE, start + QPoint(60, 60))
    QTest.mouseDClick(port, LEFT, NONE, start)
    QTest.mouseRelease(port, LEFT, NONE, start)
    assert {card: item.pos() for card, item in scene.scene.cards.items()} == before
    assert not scene.edits and not scene.opened
    assert all(picked[0] == name for picked in scene.picked), "a stroke that ends elsewhere picks nothing"


def test_where_the_mouse_is_its_number_is_said(scene):
    port = scene.view.viewport()

    def words(name: str, index: int) -> str:
        spot = scene.tile(name, index)
        for at in (spot - QPoint(2, 1), spot):
            QTest.mouseMove(port, at)
        QApplication.processEvents()
        return scene.item(name).toolTip()

    assert words("act1", 1) == "1: −2"
    assert words("conv1", 2).startswith("2 / 6") and "0 … 95" in words("conv1", 3)
    assert words("add1", 0) == "Nothing comes in here"


def test_each_lies_beside_its_card_and_none_on_another(scene):
    areas = {name: scene.area(name) for name in GIVEN}
    cards = {name: QRectF(*node.position, *size_of(node)) for name, node in scene.scene.graph.nodes.items()}
    for name, area in areas.items():
        slot = scene.item(name).slot
        assert slot.ground == (area.intersects(cards[name])), "on its card only where there is no room"
        for other in cards:
            assert other == name or not area.intersects(cards[other]), (name, other)
        assert slot.ground or (area.left() > cards[name].right() and area.width() >= LEAST)
    assert not scene.item("conv1").slot.ground


def test_close_neighbours_leave_it_on_its_card(qtbot):
    close = Graph.of([Node("a", Input()), Node("b", ReLU(), (270.0, 0.0)), Node("c", ReLU(), (640.0, 0.0))],
                     [Edge("a", "b")])
    scene = Scene(qtbot, close)
    scene.outputs.show_outputs({name: shown(MAPS) for name in "abc"})
    assert [scene.item(name).slot.ground for name in "abc"] == [True, False, False]
    assert scene.area("b").right() < 640


def test_a_network_to_the_right_has_them_below(qtbot):
    nodes = [Node(name, layer, (270.0 * index, 0.0)) for index, (name, layer) in enumerate(
        [("input", Input()), ("conv1", Conv2d(out_channels=6)), ("fc1", Linear(out_features=10))])]
    graph = Graph.of([*nodes, Node("add1", Add(), (0.0, 76.0))], [Edge("input", "conv1"), Edge("conv1", "fc1")])
    scene = Scene(qtbot, replace(graph, flow="right"))
    scene.outputs.show_outputs(GIVEN)
    for name in ("conv1", "fc1", "add1"):
        card = scene.scene.cards[name]
        assert scene.area(name).top() > card.y() + size_of(card.node)[1] and scene.area(name).left() == card.x()
    assert scene.item("input").slot.ground, "the card below it leaves no room"
    scene.click_at(scene.tile("conv1", 3))
    assert scene.picked == [("conv1", 3)]


def test_home_and_the_canvas_count_them(scene):
    view, last = scene.view, scene.area("add1")
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    assert seen.contains(last) and all(seen.contains(scene.area(name)) for name in GIVEN)
    scene.outputs.set_on(False)
    view.fit()
    closer = view.mapToScene(view.viewport().rect()).boundingRect()
    assert not closer.contains(last), "without them there is less to see"


def test_they_come_and_go_with_their_cards(scene):
    graph = scene.scene.graph
    scene.show(graph.without(["conv1"]))
    assert set(scene.outputs.items) == {"input", "act1", "fc1", "add1"}
    scene.show(graph)
    assert set(scene.outputs.items) == set(GIVEN)
    scene.outputs.set_on(False)
    assert not scene.outputs.items and not [each for each in scene.scene.items() if isinstance(each, OutputItem)]
    scene.outputs.set_on(True)
    assert set(scene.outputs.items) == set(GIVEN)
    scene.outputs.show_outputs({})
    assert not scene.outputs.items


def test_from_afar_they_are_not_seen_and_from_near_again(scene):
    middle = scene.view.viewport().rect().center()
    assert scene.item("conv1").isVisible()
    scene.view.zoom_at(0.3 / scene.view.zoom(), middle)
    QApplication.processEvents()
    assert scene.scene.is_far and not scene.item("conv1").isVisible()
    scene.outputs.set_on(False)
    scene.outputs.set_on(True)
    scene.outputs.show_outputs({**GIVEN, "conv1": shown(MAPS[:3])})
    assert not scene.item("conv1").isVisible()
    scene.view.zoom_at(0.8 / scene.view.zoom(), middle)
    QApplication.processEvents()
    assert scene.item("conv1").isVisible() and scene.item("conv1").shown.total == 3


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_each_kind_is_painted(scene, look):
    theme.apply(QApplication.instance(), look)
    scene.outputs.mark("conv1", 2, {"conv1": [0, 4]})

    def colours(name: str) -> int:
        area = scene.view.mapFromScene(scene.area(name)).boundingRect()
        image = scene.view.viewport().grab(area).toImage()
        return len({image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(image.height())})

    assert all(colours(name) > 1 for name in ("input", "conv1", "act1", "fc1", "add1"))
    before = colours("conv1")
    scene.outputs.mark("", None, {})
    assert colours("conv1") < before, "the channel in hand and what is changed are marked"


@pytest.mark.parametrize(("given", "kind", "total", "tiles"), [
    (shown(np.zeros((100, 5, 5))), "maps", 100, 36), (shown(np.zeros((7, 5))), "maps", 1, 1),
    (shown(np.zeros((2, 3, 5, 5))), "maps", 6, 6), (shown(np.zeros(24)), "bars", 24, 0),
    (shown(np.zeros((512, 1, 1))), "cells", 512, 1), (shown(np.zeros(10_000)), "cells", 10_000, 1),
    (shown(np.array([80.0])), "number", 1, 0), (shown(np.array(2.5)), "number", 1, 0),
    (photo(np.zeros((3, 64, 64), np.uint8)), "maps", 1, 1), (photo(np.zeros((2, 9, 9), np.uint8)), "maps", 2, 2),
])
def test_what_an_output_is_shown_as(given: Shown, kind, total, tiles):
    assert (given.kind, given.total, given.tiles) == (kind, total, tiles)


def test_numbers_that_are_none_are_shown_beside_others():
    values = np.array([np.nan, np.inf, -3.0, 1.0], dtype=np.float32)
    assert shown(values).most == 3 and shown(values).kind == "bars"
    assert shown(np.full((3, 4, 4), np.nan)).most == 0
    assert shown(np.full(100, np.nan)).kind == "cells"
    assert shown(np.array([np.nan])).text == "NaN"
