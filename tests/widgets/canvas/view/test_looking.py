"""What one looks at: zoom and its ends, fitting, the top, going back there; and what scrolls and glides by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from engine.graph.graph import Graph, Node
from engine.layers.activation import ReLU
from tests.widgets.canvas.desk import NONE, Stage, network
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.view.edge_scroll import BORDER, FASTEST, EdgeScroll
from widgets.canvas.view.motion import Glide, finish, glide
from widgets.canvas.view.scene_view import LARGEST, MARGIN, SMALLEST


def tower(count: int) -> Graph:
    return Graph.of([Node(f"act{row}", ReLU(), (40.0, 76.0 * row)) for row in range(count)])


def turn(stage: Stage, at: QPoint, steps: QPoint) -> None:
    place = QPointF(at)
    QApplication.sendEvent(stage.view.viewport(), QWheelEvent(
        place, stage.view.viewport().mapToGlobal(place), QPoint(), steps, Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False))


def seen(stage: Stage) -> QRectF:
    return stage.view.mapToScene(stage.view.viewport().rect()).boundingRect()


@pytest.mark.parametrize(("factor", "zoom"), [(1e-9, SMALLEST), (1e9, LARGEST), (1.0, None)])
def test_zoom_has_ends_and_keeps_what_is_under_the_mouse(stage, factor, zoom):
    before, at = stage.view.zoom(), QPoint(200, 300)
    place = stage.view.mapToScene(at)
    stage.view.zoom_at(factor, at)
    assert stage.view.zoom() == pytest.approx(before if zoom is None else zoom)
    assert (stage.view.mapToScene(at) - place).manhattanLength() * stage.view.zoom() < 2.5


@pytest.mark.parametrize(("steps", "factor"), [
    (QPoint(0, 120), 1.0015**120), (QPoint(0, -120), 1.0015**-120), (QPoint(120, 0), 1.0015**120),
    (QPoint(-120, 120), 1.0015**120),
])
def test_the_wheel(stage, steps, factor):
    before = stage.view.zoom()
    turn(stage, QPoint(200, 300), steps)
    assert stage.view.zoom() / before == pytest.approx(factor)


def test_fitting(qtbot):
    stage = Stage(qtbot, tower(40))
    stage.view.zoom_at(3, QPoint(10, 10))
    stage.view.fit()
    area, room = stage.scene.extent(), stage.view.viewport().height() - MARGIN
    assert stage.view.zoom() == pytest.approx(room / area.height())
    assert (stage.view.place().centre - area.center()).manhattanLength() * stage.view.zoom() < 3
    stage.show(Graph.of([Node(f"act{row}", ReLU(), (400.0 * row, 0)) for row in range(20)]))
    stage.view.fit()
    assert stage.view.zoom() == pytest.approx((stage.view.viewport().width() - MARGIN) / stage.scene.extent().width())
    stage.scene.select(["act3"])
    stage.view.fit(selection_only=True)
    assert stage.view.zoom() == 1.0, "never larger than life"
    assert (stage.view.place().centre - stage.scene.cards["act3"].body().center()).manhattanLength() < 3
    stage.show(Graph())
    stage.view.fit()
    assert stage.view.zoom() == 1.0 and seen(stage).contains(QRectF(0, 0, CARD_WIDTH, 46))


def test_from_the_top(qtbot):
    stage = Stage(qtbot, tower(3))
    stage.view.show_from_top()
    assert stage.view.zoom() == 1.0 and seen(stage).contains(stage.scene.extent())
    graph = tower(200)
    stage.show(graph.moved({"act0": (40.0, 7.0), "act7": (90.0, -60.0)}))
    stage.view.show_from_top()
    top = stage.scene.cards["act7"].body()
    assert stage.view.zoom() == 1.0 and abs(seen(stage).center().x() - top.center().x()) < 2
    assert abs(seen(stage).top() - (top.top() - MARGIN / 2)) < 3
    stage.show(Graph())
    stage.view.show_from_top()


def test_going_back_to_a_place(stage):
    stage.view.zoom_at(2, QPoint(100, 100))
    there = stage.view.place()
    stage.view.fit()
    assert stage.view.place().zoom != there.zoom
    stage.view.go_to(there)
    assert stage.view.zoom() == there.zoom
    assert (stage.view.place().centre - there.centre).manhattanLength() * there.zoom < 2.5


def test_looking_elsewhere_is_told(stage):
    told = []
    stage.view.looked.connect(lambda: told.append(True))
    for act in (lambda: stage.view.pan(5, 0), lambda: stage.view.pan(0, 5), stage.view.fit,
                lambda: stage.view.zoom_at(1.1, QPoint(9, 9)), lambda: stage.view.resize(700, 650)):
        told.clear()
        act()
        assert told


def test_panning_goes_with_the_mouse(stage):
    before = stage.view.mapFromScene(QPointF())
    stage.view.pan(30, -20)
    assert stage.view.mapFromScene(QPointF()) - before == QPoint(30, -20)


def test_many_cards_are_zoomed_as_a_picture(qtbot, monkeypatch):
    monkeypatch.setattr("widgets.canvas.view.scene_view.FEW", 2)
    stage = Stage(qtbot, tower(3))
    drawn = []
    monkeypatch.setattr(stage.scene, "drawBackground", lambda *_: drawn.append(True))
    turn(stage, QPoint(200, 200), QPoint(0, 120))
    stage.view.viewport().grab()
    drawn.clear()
    stage.view.viewport().grab()
    assert drawn == [], "the picture stands in"
    stage.view.settle()
    stage.view.viewport().grab()
    assert drawn
    drawn.clear()
    turn(stage, QPoint(200, 200), QPoint(0, 120))
    qtbot.waitUntil(lambda: bool(drawn), timeout=20_000)
    stage.show(tower(2))
    turn(stage, QPoint(200, 200), QPoint(0, 120))
    drawn.clear()
    stage.view.viewport().grab()
    assert drawn, "a few are painted truly"


def test_a_picture_that_stands_in_lies_where_the_cards_are(qtbot, monkeypatch):
    monkeypatch.setattr("widgets.canvas.view.scene_view.FEW", 0)
    stage = Stage(qtbot, tower(1))
    stage.view.fit()
    turn(stage, QPoint(450, 350), QPoint(0, -400))
    spot = stage.at(QPointF(40 + CARD_WIDTH - 20, 23))
    corner = QPoint(5, 5)
    picture = stage.view.viewport().grab().toImage()
    stage.view.settle()
    truly = stage.view.viewport().grab().toImage()
    assert picture.pixelColor(spot) == truly.pixelColor(spot)
    assert picture.pixelColor(corner) == truly.pixelColor(corner)


# -- by itself --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "y", "way"), [
    (300, 300, None), (BORDER, 300, None), (0, 300, (FASTEST, 0)), (-500, 300, (FASTEST, 0)),
    (BORDER // 2, 300, (FASTEST / 2, 0)), (900, 300, (-FASTEST, 0)), (900 - BORDER, 300, None),
    (300, 700, (0, -FASTEST)), (300, 0, (0, FASTEST)), (900 - BORDER // 2, 700 - BORDER // 2,
                                                         (-FASTEST / 2, -FASTEST / 2)),
])
def test_the_nearer_the_border_the_faster_it_scrolls(stage, qtbot, monkeypatch, x, y, way):
    pans, steps = [], []
    monkeypatch.setattr(stage.view, "pan", lambda *by: pans.append(by))
    stage.view.setFrameShape(stage.view.Shape.NoFrame)
    stage.view.resize(900, 700)
    scroll = EdgeScroll(stage.view, lambda: steps.append(True))
    scroll.look_at(QPoint(300, 300))
    scroll.look_at(QPoint(x, y))
    if way is None:
        qtbot.wait(30)
        assert pans == []
    else:
        qtbot.waitUntil(lambda: len(pans) >= 2)
        assert pans[0] == pytest.approx(way, abs=1) and len(steps) == len(pans)
    scroll.look_at(None)
    count = len(pans)
    qtbot.wait(25)
    assert len(pans) == count


def places(stage: Stage) -> dict[str, tuple[float, float]]:
    return {name: (card.x(), card.y()) for name, card in stage.scene.cards.items()}


def positions(graph: Graph) -> dict[str, tuple[float, float]]:
    return {name: node.position for name, node in graph.nodes.items()}


@pytest.fixture
def slow(monkeypatch) -> None:
    monkeypatch.setattr("widgets.canvas.view.motion.duration", lambda _widget: 60)
    monkeypatch.setattr("widgets.canvas.view.fade.duration", lambda _widget: 60)


@pytest.mark.usefixtures("slow")
def test_cards_in_sight_glide_to_their_places(stage, qtbot):
    stage.show(network())
    stage.view.fit()
    goal = network().moved({"act1": (150.0, 152.0), "fc1": (0.0, 300.0)})
    shown = []
    glide(stage.view, goal, lambda: stage.show(goal))
    assert places(stage)["act1"] == (0.0, 152.0), "it begins where it was"
    stage.scene.shown.connect(lambda: shown.append(True))
    qtbot.waitUntil(lambda: places(stage) == positions(goal), timeout=20_000)
    qtbot.waitUntil(lambda: shown == [True])
    qtbot.waitUntil(lambda: not stage.view.findChildren(Glide))


@pytest.mark.usefixtures("slow")
def test_another_graph_or_whoever_wants_it_ends_a_glide(stage):
    stage.show(network())
    stage.view.fit()
    for end in (lambda: finish(stage.view), lambda: stage.show(stage.scene.graph.with_marks(["fc1"], label="red"))):
        goal = stage.scene.graph.moved({"act1": (stage.scene.graph.nodes["act1"].position[0] + 50.0, 152.0)})
        glide(stage.view, goal, lambda goal=goal: stage.show(goal))
        assert places(stage) != positions(goal)
        end()
        assert places(stage) == positions(goal)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("why", ["out of sight", "refused", "far", "hidden", "many"])
def test_what_does_not_glide_is_there_at_once(stage, why, monkeypatch):
    stage.show(network())
    stage.view.fit()
    goal = network().moved({"act1": (150.0, 152.0)})
    fades = []
    monkeypatch.setattr(stage.view, "fade", lambda *_: fades.append(True))
    if why == "out of sight":
        stage.view.pan(5000, 0)
    elif why == "far":
        stage.view.zoom_at(0.3, QPoint(450, 350))
    elif why == "hidden":
        stage.view.hide()
    elif why == "many":
        monkeypatch.setattr("widgets.canvas.view.motion.MOST", 0)
    result = network() if why == "refused" else goal
    glide(stage.view, goal, lambda: stage.show(result))
    assert places(stage) == positions(result) and not stage.view.findChildren(Glide)
    assert fades == [True] * (why in ("far", "many"))
