"""What is selected on a scene, what is told of it, and where everything is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF

from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph
from tests.widgets.canvas.desk import Stage, network
from widgets.canvas.scene.scene import SURROUNDINGS, UNDER, CanvasScene

HEAD = Frame("Head", ("conv1", "act1"))
NOTE = Frame("why", (), (-300.0, 40.0), (200.0, 90.0))


@pytest.fixture
def stage(qtbot) -> Stage:
    return Stage(qtbot, network().with_frames([HEAD, NOTE]))


@pytest.fixture
def told(stage) -> list[list[str]]:
    told: list[list[str]] = []
    stage.scene.names_selected.connect(told.append)
    return told


def test_names_come_in_the_graph_s_order_and_frames_stand_for_their_cards(stage):
    scene = stage.scene
    scene.select(["fc1", "input", "nobody"])
    assert scene.selected_names() == scene.chosen_names() == ["input", "fc1"] and scene.selected_frames() == []
    head, note = scene.frames.items
    scene.choose({head, scene.cards["input"], scene.wires[Edge("conv1", "act1")]})
    assert scene.selected_names() == ["input"] and scene.chosen_names() == ["input", "conv1", "act1"]
    assert scene.selected_frames() == [0] and scene.selected_edges() == [Edge("conv1", "act1")]
    scene.choose({note, scene.cards["fc1"]})
    assert scene.selected_frames() == [1] and scene.chosen_names() == ["fc1"]


def test_a_selection_is_told_of_once(stage, told):
    scene = stage.scene
    scene.select(["conv1", "act1"])
    assert told == [["conv1", "act1"]]
    scene.choose({scene.cards["conv1"], scene.cards["act1"]})
    assert len(told) == 1, "it is that already"
    scene.choose({scene.cards["fc1"], scene.cards["act1"]})
    assert told[1:] == [["act1", "fc1"]]
    with scene.selecting_once():
        with scene.selecting_once():
            scene.clearSelection()
        assert len(told) == 2 and scene.is_selecting
        scene.select(["input"])
    assert told[2:] == [["input"]] and not scene.is_selecting
    stage.show(scene.graph.without(["input"]))
    assert told[3:] == [[]] and scene.selected_names() == []
    scene.select(["conv1"])
    stage.show(scene.graph.moved({"fc1": (9.0, 9.0)}))
    assert told[4:] == [["conv1"]], "another place is no other selection"


def test_what_a_collapsed_frame_hides_is_selected_by_its_bar(stage):
    stage.show(network().with_frames([Frame("Head", ("conv1", "act1"), collapsed=True)]))
    stage.scene.select(["conv1", "fc1"])
    assert stage.scene.selected_frames() == [0] and stage.scene.selected_names() == ["fc1"]


def test_what_lies_under_the_mouse_is_selected_unless_it_is_already(stage, told):
    scene, cards = stage.scene, stage.scene.cards
    scene.select(["conv1", "act1"])
    scene.select_at(cards["act1"].body().center())
    assert scene.selected_names() == ["conv1", "act1"] and len(told) == 1
    scene.select_at(cards["fc1"].body().center())
    assert scene.selected_names() == ["fc1"]
    scene.select_at(scene.wires[Edge("input", "conv1")].path.pointAtPercent(0.5))
    assert scene.selected_names() == [] and scene.selected_edges() == [Edge("input", "conv1")]
    scene.select_at(scene.frames.items[0].title().center() + QPointF(100, 0))
    assert scene.selected_frames() == [0] and scene.selected_edges() == []
    scene.select_at(QPointF(900, 900))
    assert scene.selectedItems() == []


def test_how_much_room_everything_takes(stage):
    scene = stage.scene
    everything = QRectF()
    for item in (*scene.cards.values(), *scene.frames.items):
        everything = everything.united(item.sceneBoundingRect())
    assert scene.extent() == scene.extent(selection_only=True) == everything
    scene.select(["fc1"])
    assert scene.extent(selection_only=True) == scene.cards["fc1"].sceneBoundingRect() and scene.extent() == everything
    stage.show(network().with_frames([Frame("Head", ("conv1", "act1"), collapsed=True)]))
    scene.select(["conv1"])
    assert scene.extent(selection_only=True) == scene.frames.items[0].sceneBoundingRect()
    assert scene.extent().left() > everything.left(), "the note is gone"


def test_the_scene_goes_on_around_what_is_on_it(qtbot):
    stage = Stage(qtbot, Graph())
    assert stage.scene.extent().isEmpty()
    stage.show(network())
    room = stage.scene.sceneRect()
    assert room == QRectF(-SURROUNDINGS, -SURROUNDINGS, 300 + 2 * SURROUNDINGS, 260 + 2 * SURROUNDINGS)
    far = Frame("far", (), (-4000.0, 40.0), (200.0, 90.0))
    stage.show(network().with_frames([far]).without(["add1"]))
    assert stage.scene.sceneRect().left() < -4000 - SURROUNDINGS + 10


@pytest.mark.parametrize(("way", "found"), [
    ((0, 0), True), ((-19, 0), True), ((-UNDER + 2, 0), True), ((UNDER - 2, 0), True), ((UNDER + 9, 0), False),
    ((0, 60), False),
])
def test_the_wire_below_a_card_to_be(stage, way, found):
    wire = stage.scene.wires[Edge("conv1", "act1")]
    stage.show(network().moved({"act1": (0.0, 400.0), "fc1": (900.0, 900.0)}))
    bottom = wire.path.pointAtPercent(1) if way == (0, 60) else wire.path.pointAtPercent(0.5)
    assert (stage.scene.wire_at(bottom + QPointF(*way)) is wire) == found
    assert stage.scene.card_at(wire.path.pointAtPercent(0.5)) is None
    assert stage.scene.card_at(wire.path.pointAtPercent(1) + QPointF(0, 9)) is stage.scene.cards["act1"]


def test_only_the_input_says_what_the_data_are(stage):
    scene = stage.scene
    scene.show_caption("MNIST")
    assert scene.caption == "MNIST" and scene.cards["input"].face.detail == "MNIST"
    assert "MNIST" not in scene.cards["conv1"].face.detail
    before = scene.cards["input"].plain
    scene.show_caption("MNIST")
    assert scene.cards["input"].plain is before


def test_without_anyone_for_the_mouse_a_scene_only_selects(qtbot):
    scene = CanvasScene()
    assert not scene.is_holding and scene.pixel() == 1.0
    scene.cancel_gesture()
    scene.show_graph(network())
    assert set(scene.cards) == set(network().nodes)


def test_shapes_are_written_where_they_are_known(stage):
    stage.show(network().without_edges([Edge("input", "conv1")]))
    assert stage.scene.wires[Edge("conv1", "act1")].text == "" and stage.scene.cards["conv1"].face.loose
    shown = []
    stage.scene.shown.connect(lambda: shown.append(True))
    stage.show(network())
    assert stage.scene.wires[Edge("conv1", "act1")].text == "" and shown == [True]
    stage.view.zoom_at(0.5 / stage.view.zoom(), stage.view.rect().center())
    assert stage.scene.pixel() == pytest.approx(2)
