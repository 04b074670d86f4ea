"""What changes on the canvas is painted anew, where it was and where it is, from near and from afar."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication

from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.inputs import Input
from tests.widgets.canvas.desk import Desk, Stage, network
from widgets.canvas.gestures.loose_wire import LooseWire
from widgets.canvas.ground.highlight import Highlight

FRAMED = network().with_frames([Frame("In", ("act1",))])


@pytest.fixture(params=["near", "far"])
def stage(qtbot, request) -> Stage:
    stage = Stage(qtbot, FRAMED)
    if request.param == "far":
        stage.view.zoom_at(0.2 / stage.view.zoom(), QPoint(450, 350))
    settle()
    return stage


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def changed_by(scene, act: Callable[[], object]) -> QRectF:
    """The area that is painted anew after this."""
    settle()
    areas: list[QRectF] = []
    scene.changed.connect(areas.extend)
    act()
    settle()
    scene.changed.disconnect(areas.extend)
    found = QRectF()
    for area in areas:
        found = found.united(area)
    return found


def warm(stage: Stage) -> None:
    stage.scene.decorations[:] = [lambda face: face._replace(heat=0.5, heat_text="1", count="1")]
    stage.scene.redress()


ACTS: list[tuple[str, Callable[[Stage], object], tuple[str, ...]]] = [
    ("redressed", warm, ("input", "conv1", "act1", "fc1", "add1")),
    ("highlight", lambda stage: stage.scene.show_highlight(Highlight({"fc1"})), ("conv1", "act1")),
    ("selected", lambda stage: stage.scene.select(["act1"]), ("act1",)),
    ("moved", lambda stage: stage.show(FRAMED.moved({"add1": (600.0, 300.0)})), ("add1",)),
    ("removed", lambda stage: stage.show(FRAMED.without(["fc1"])), ("fc1",)),
    ("layer", lambda stage: stage.show(FRAMED.with_layer("act1", network().nodes["fc1"].layer)), ("act1",)),
    ("folded", lambda stage: stage.show(FRAMED.with_marks(["conv1"], collapsed=True)), ("conv1",)),
]


@pytest.mark.parametrize(("act", "names"), [act[1:] for act in ACTS], ids=[act[0] for act in ACTS])
def test_cards_that_look_otherwise_are_painted_anew(stage, act, names):
    before = [stage.scene.cards[name].sceneBoundingRect().center() for name in names]
    area = changed_by(stage.scene, lambda: act(stage))
    after = [stage.scene.cards[name].sceneBoundingRect().center() for name in names if name in stage.scene.cards]
    assert all(area.contains(place) for place in [*before, *after])


@pytest.mark.parametrize("act", [
    lambda stage: stage.show(FRAMED.with_edge(Edge("act1", "fc1"))),
    lambda stage: stage.show(FRAMED.without_edges([Edge("conv1", "act1")])),
    lambda stage: stage.scene.show_highlight(Highlight({"fc1"}, {Edge("conv1", "act1")})),
], ids=["added", "removed", "lit"])
def test_wires_that_look_otherwise_are_painted_anew(stage, act):
    area = changed_by(stage.scene, lambda: act(stage))
    assert area.contains((stage.scene.cards["act1"].in_point(0) + stage.scene.cards["conv1"].out_point()) / 2) or (
        area.contains((stage.scene.cards["fc1"].in_point(0) + stage.scene.cards["act1"].out_point()) / 2))


def test_a_wire_leaves_the_place_where_it_was(qtbot):
    stage = Stage(qtbot, Graph.of([Node("input", Input(), (-400.0, 0.0)), Node("act1", ReLU(), (-400.0, 300.0))],
                                  [Edge("input", "act1")]))
    middle = stage.scene.wires[Edge("input", "act1")].path.pointAtPercent(0.5)
    settle()
    areas: list[QRectF] = []
    stage.scene.changed.connect(areas.extend)
    stage.show(stage.scene.graph.moved({"act1": (500.0, 300.0)}))
    settle()
    assert any(area.contains(middle) for area in areas)


def test_where_many_cards_come_and_go_all_that_is_in_sight_is_painted_anew(stage):
    many = Graph.of([Node(f"n{i}", ReLU(), (240.0 * (i % 12), 76.0 * (i // 12))) for i in range(150)])
    watch, port = Paintings(), stage.view.viewport()
    port.installEventFilter(watch)
    for graph in (many, many.without([f"n{i}" for i in range(20, 140)]), many):
        settle()
        watch.area = QRegion()
        stage.show(graph)
        settle()
        assert watch.area.boundingRect() == port.rect()


class Paintings(QObject):
    """What is painted of a widget."""

    def __init__(self) -> None:
        super().__init__()
        self.area = QRegion()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.area += event.region()
        return False


def test_the_same_is_not_painted_anew(stage):
    highlight = Highlight({"fc1"})
    stage.scene.show_highlight(highlight)
    assert changed_by(stage.scene, lambda: stage.scene.show_highlight(Highlight({"fc1"}))).isEmpty()
    assert changed_by(stage.scene, lambda: stage.scene.show_caption(stage.scene.caption)).isEmpty()


def test_a_wire_in_the_hand_leaves_the_place_where_it_was(qtbot):
    desk = Desk(qtbot, network())
    wire = LooseWire(desk.graph, desk.scene.cards["act1"], -1, None)
    desk.scene.addItem(wire)
    wire.move_to(QPointF(700, 500), None)
    before = wire.sceneBoundingRect()
    area = changed_by(desk.scene, lambda: wire.move_to(QPointF(-300, 500), None))
    assert area.contains(before) and area.contains(wire.sceneBoundingRect())
    assert not before.contains(wire.sceneBoundingRect())


def test_what_rests_while_something_is_held_stands_where_it_stood_to_the_pixel(qtbot):
    stage = Stage(qtbot, network())
    stage.view.zoom_at(0.2 / stage.view.zoom(), QPoint(450, 350))

    def edges() -> set[tuple[int, int]]:
        """Where the card that rests is seen to be."""
        settle()
        image = stage.view.viewport().grab().toImage()
        place = stage.view.mapFromScene(stage.scene.cards["fc1"].sceneBoundingRect()).boundingRect()
        place = place.adjusted(-4, -4, 4, 4)
        ground = image.pixelColor(place.topLeft()).lightness()
        return {(x, y) for x in range(place.left(), place.right()) for y in range(place.top(), place.bottom())
                if abs(image.pixelColor(x, y).lightness() - ground) > 60}

    whole = edges()
    stage.scene.lift([stage.scene.cards["add1"]])
    assert whole and edges() == whole
    stage.scene.lift([])
    assert edges() == whole
