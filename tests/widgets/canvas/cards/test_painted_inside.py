"""What is inside of a block, as it is painted on its card."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from engine.blocks.base import Block
from engine.blocks.inception import Inception
from engine.blocks.sketch import sketch
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import size_of
from engine.layers.base import LAYERS
from engine.layers.inputs import Input
from tests.painted import Mark, of, painted, words
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.inside import LEGIBLE
from widgets.canvas.cards.painting import paint_card
from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH, card_height, input_port, output_port
from widgets.canvas.cards.words import plain_face
from widgets.look import theme


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    theme.apply(qapp, theme.DARK)


def face_of(block: Block, **marks: object) -> Face:
    graph = Graph.of([Node("input", Input()), Node("block", block)], [Edge("input", "block")])
    return plain_face(graph, graph.nodes["block"])._replace(**marks)


def marks_of(face: Face, zoom: float = 1.0) -> list[Mark]:
    return painted(lambda painter: paint_card(painter, face, False, False, near=True), zoom)


BLOCKS = [Inception(), LAYERS["Residual"](stride=2), LAYERS["VGG"](num_convs=40), LAYERS["Dense"](num_convs=9),
          LAYERS["NiN"](), LAYERS["ConvBNReLU"](), LAYERS["Transition"]()]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.kind())
def test_everything_inside_lies_on_the_card_below_its_words_and_apart(block: Block) -> None:
    face, drawn = face_of(block), sketch(block)
    assert drawn is not None and card_height(face) == size_of(Node("block", block))[1] > CARD_HEIGHT
    room = QRectF(5, CARD_HEIGHT - 4, CARD_WIDTH - 10, card_height(face) - CARD_HEIGHT + 2)
    boxes = [mark for mark in of("box", marks_of(face)) if mark.place.width() < CARD_WIDTH - 20]
    assert len(boxes) == len(drawn.boxes)
    assert all(room.contains(mark.place) for mark in boxes)
    for index, mark in enumerate(boxes):
        assert not any(mark.place.intersects(other.place) for other in boxes[index + 1:])


def test_an_inception_says_its_windows_from_near_and_shows_its_colours_from_afar():
    face = face_of(Inception())
    near = marks_of(face)
    assert sorted(words(near)[2:]) == ["1×1", "1×1", "1×1", "1×1", "3×3", "3×3", "5×5"]
    [merge] = [mark for mark in of("box", near) if mark.fill == theme.category_color("merge").name()]
    assert merge.place.center().x() == pytest.approx(CARD_WIDTH / 2)
    far = marks_of(face, zoom=LEGIBLE - 0.05)
    assert not {"1×1", "3×3", "5×5"} & set(words(far))
    blue = theme.category_color("convolution").name()
    assert sum(mark.fill == blue for mark in of("box", far)) == 6


def test_a_collapsed_block_and_one_that_is_empty_show_nothing_inside():
    assert words(marks_of(face_of(Inception(), collapsed=True))) == ["block"]
    empty = face_of(LAYERS["Custom"]())
    assert card_height(empty) == CARD_HEIGHT


@pytest.mark.parametrize("block", [None, Inception()])
def test_in_a_network_that_goes_to_the_right_wires_come_in_at_the_left(block: Block | None) -> None:
    face = Face("add", "merge", inputs=3, flow="right") if block is None else face_of(block, flow="right")
    high = card_height(face)
    places = [mark.place.center() for mark in of("dot", marks_of(face))]
    assert places == [*(input_port(face, index) for index in range(face.inputs)), output_port(face)]
    assert all(place.x() == 0 and 0 < place.y() < high for place in places[:-1])
    assert (places[-1].x(), places[-1].y()) == (CARD_WIDTH, high / 2)


def test_ports_close_to_each_other_are_small():
    dots = of("dot", marks_of(Face("cat", "merge", inputs=8, flow="right")))[:-1]
    for one, other in itertools.pairwise(dots):
        assert not one.place.intersects(other.place)


def test_the_kind_of_layer_is_left_out_where_there_is_no_room_for_it():
    long = Face("conv1", "convolution", "Conv 2d · 64 · 7×7 · stride 2 · pad 3", brief="64 · 7×7 · stride 2 · pad 3")
    assert words(marks_of(long))[1] == "64 · 7×7 · stride 2 · pad 3"
    assert words(marks_of(long._replace(detail="Conv 2d · 64", brief="64")))[1] == "Conv 2d · 64"
    assert words(marks_of(long._replace(problem="No")))[1] == "No"
