"""Boxes over the canvas: beside what they are about, gone with it, one at a time; and what came of them is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from app.features.boxes import ASIDE, TOP, Boxes, input_shape
from app.features.documents import Documents
from app.window.window import MainWindow
from engine.blocks.custom import Custom
from engine.graph.graph import Graph, Node
from engine.layers.activation import ReLU
from engine.line.line import build_line
from tests.app.windows import lent, shared
from widgets.parts.popup import EDGE, Popup

WIDE = 300


class Box(Popup):
    """Notes when it is asked to say again what it says."""

    def __init__(self, window: MainWindow, wide: int = WIDE) -> None:
        super().__init__(window.page.view, wide, 3)
        self.told = self.ended = 0
        self.list.hide()
        self.foot.hide()
        self.closed.connect(self._end)

    def _end(self) -> None:
        self.ended += 1

    def tell_again(self) -> None:
        self.told += 1


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, torch=False) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:mlp") as window:
        window.page.edit("Other", build_line(Graph(), "input 1x28x28, flatten, linear 10, relu")[0])
        yield window


def look_at(window: MainWindow, name: str, x: int) -> None:
    """The canvas so that a card's left edge is about ``x`` pixels from its own."""
    view, card = window.page.view, window.page.scene.cards[name]
    area = card.sceneBoundingRect()
    centre = area.center()
    centre.setX(area.left() + view.viewport().width() / 2 - x)
    view.go_to(view.place()._replace(zoom=1.0, centre=centre))


def shown(window: MainWindow, name: str):
    view = window.page.view
    return view.mapFromScene(window.page.scene.cards[name].sceneBoundingRect()).boundingRect()


@pytest.mark.parametrize("place", ["left", "right"])
def test_a_box_is_right_of_its_card_or_left_where_only_there_is_room(window, place):
    view, boxes = window.page.view, window.feature(Boxes)
    room = WIDE + ASIDE
    card = shown(window, "fc1").width()
    look_at(window, "fc1", 40 if place == "right" else view.width() - card - 40)
    box, area = Box(window), shown(window, "fc1")
    assert (view.width() - area.right() < room) is (place == "left") and (area.left() >= room) is (place == "left")
    boxes.open_aside(box, window.page, ["flatten1", "fc1"])
    x = area.left() - room if place == "left" else area.right() + ASIDE
    assert boxes.box is box and abs(box.x() - x) <= 1 and abs(box.y() - area.top()) <= 1


def test_where_there_is_room_on_neither_side_it_stays_within_the_canvas(window):
    view = window.page.view
    box = Box(window, view.width() - 100)
    look_at(window, "fc1", 200)
    window.feature(Boxes).open_aside(box, window.page, ["fc1"])
    assert box.x() + box.width() == view.width() - EDGE


def test_a_card_that_is_not_in_sight_is_brought_there_first(window):
    look_at(window, "fc1", 9000)
    window.feature(Boxes).open_aside(Box(window), window.page, ["fc1"])
    assert window.page.view.viewport().rect().contains(shown(window, "fc1").center())


def test_a_box_about_no_card_is_beside_the_network_at_the_top(window):
    look_at(window, "fc1", 100)
    box = Box(window)
    window.feature(Boxes).open_aside(box, window.page, [])
    extent = window.page.view.mapFromScene(window.page.scene.extent()).boundingRect()
    assert box.y() == TOP and abs(box.x() - extent.right() - ASIDE) <= 1


def test_a_box_goes_with_the_graph_it_is_about_and_no_other(window):
    boxes, page = window.feature(Boxes), window.page
    box = Box(window)
    boxes.open(box, QPoint(20, 20), page.level.graph)
    document = page.document
    document.edit("rate", replace(document.experiment, recipe=document.experiment.recipe.with_options(lr=0.5)))
    assert boxes.box is box and box.ended == 0
    document.undo()
    document.edit_graph("moved", page.level.graph.moved({"fc1": (500.0, 500.0)}))
    assert boxes.box is None and box.ended == 1
    window.feature(Documents).open("gallery:lenet")
    box = Box(window)
    boxes.open(box, QPoint(20, 20), window.page.level.graph)
    document.undo()
    assert boxes.box is box, "that network is not in front"


def test_a_box_about_no_graph_stays_and_one_takes_the_place_of_another(window):
    boxes, first, second = window.feature(Boxes), Box(window), Box(window)
    boxes.open(first, QPoint(20, 20))
    window.page.document.undo()
    assert boxes.box is first
    boxes.open(second, QPoint(30, 30))
    assert boxes.box is second and (first.ended, second.ended) == (1, 0)
    first.closed.emit()
    assert boxes.box is second, "the other is there still"
    second.dismiss()
    assert boxes.box is None


def test_a_box_goes_with_its_page(window):
    boxes, box = window.feature(Boxes), Box(window)
    boxes.open(box, QPoint(20, 20))
    window.page.document.history.mark_clean()
    window.close_page(0)
    assert boxes.box is None and box.ended == 1


def test_what_ends_with_a_picture_that_is_shown_anew_is_told_again(window):
    boxes, box = window.feature(Boxes), Box(window)
    boxes.open(box, QPoint(20, 20))
    QApplication.processEvents()
    before = box.told
    window.look_again()
    QApplication.processEvents()
    assert box.told > before
    box.dismiss()
    window.look_again()
    QApplication.processEvents()


def test_what_was_chosen_is_done_selected_and_brought_into_sight(window):
    boxes, page = window.feature(Boxes), window.page
    graph = page.level.graph.with_node(Node("far", ReLU(), (9000.0, 9000.0)))
    window.places.palette.setFocus()
    boxes.edit(page, "Add", graph, ["fc1", "far"])
    assert page.document.history.undo_text == "Add" and set(page.scene.selected_names()) == {"fc1", "far"}
    seen = page.view.viewport().rect().adjusted(40, 40, -40, -40)
    assert seen.contains(shown(window, "far")) and page.view.hasFocus()
    boxes.edit(page, "Nothing", page.level.graph.without(["far"]), [])
    assert "far" not in page.scene.cards


def test_what_was_not_granted_is_not_looked_for(window):
    page = window.page
    page.edit("Block", build_line(Graph(), "input 1x28x28, residual 4, flatten, linear 3")[0])
    page.open("residual1")
    window.feature(Boxes).edit(page, "Add", page.level.graph.with_node(Node("far", ReLU(), (9000.0, 9000.0))), ["far"])
    assert "far" not in page.scene.cards and page.notice.isVisible() and page.view.hasFocus()


def test_what_comes_in_is_known_at_every_level(window):
    page, document = window.page, window.page.document
    inner = build_line(Graph(), "input, relu")[0]
    assert input_shape(page) == (1, 28, 28)
    page.edit("Own", page.level.graph.with_layer("flatten1", Custom(label="Own", graph=inner)))
    page.open("flatten1")
    assert input_shape(page) == (1, 28, 28)
    page.go(())
    page.edit("Nothing", Graph())
    assert input_shape(page) == document.experiment.data.sample_shape
    graph = build_line(Graph(), "input 1x28x28, flatten, linear 3")[0].without_edges([])
    page.edit("Own", graph.with_layer("flatten1", Custom(label="Own", graph=inner)).without(["input"]))
    page.go(("flatten1",))
    assert input_shape(page) == (None if page.level.path else document.experiment.data.sample_shape)
