"""The minimap: there when it helps, looks where one clicks, shows what is selected, wrong and running."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.view import CanvasView
from widgets.frame.minimap import HEIGHT, WIDTH, Minimap
from widgets.look import theme

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def tower(count: int, kernel_size: int = 3) -> Graph:
    nodes = [Node("input", Input())]
    for index in range(1, count):
        layer = Conv2d(out_channels=4, kernel_size=kernel_size, padding=1) if index % 2 else ReLU()
        layer = {count - 2: Flatten(), count - 1: Linear(out_features=10)}.get(index, layer)
        nodes.append(Node(f"layer{index}", layer, (0.0, 76.0 * index)))
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


class Stand:
    """A canvas with its minimap."""

    def __init__(self, qtbot, graph: Graph) -> None:
        theme.apply(QApplication.instance(), theme.DARK)
        self.scene = CanvasScene()
        self.view = CanvasView(self.scene)
        qtbot.addWidget(self.view)
        self.scene.setParent(self.view)
        self.show(graph)
        self.view.resize(800, 500)
        self.map = Minimap(self.view)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.view.show_from_top()
        self.map.set_wanted(True)
        self.qtbot = qtbot

    def show(self, graph: Graph) -> None:
        experiment = Experiment(graph, DataSpec(dataset="mnist"))
        analysis = analyze(graph, experiment.data.sample_shape)
        self.scene.show_graph(graph)
        self.scene.show_analysis(analysis, advise(experiment, analysis))

    def middle(self) -> QPointF:
        return self.view.place().centre

    def has(self, tone: str) -> bool:
        """Whether the picture has this very colour."""
        picture, wanted = self.map.grab().toImage(), QColor(tone)
        return any(picture.pixelColor(x, y) == wanted for x in range(picture.width()) for y in range(picture.height()))


@pytest.fixture
def stand(qtbot):
    return Stand(qtbot, tower(20))


def test_it_is_there_while_not_everything_is_in_view(stand):
    assert stand.map.isVisible()
    assert stand.map.geometry().right() < stand.view.width() and stand.map.geometry().bottom() < stand.view.height()
    stand.view.fit()
    assert not stand.map.isVisible()
    stand.view.zoom_at(4, QPoint(400, 250))
    assert stand.map.isVisible()
    stand.map.set_wanted(False)
    assert not stand.map.isVisible()


def test_it_keeps_to_the_corner(stand):
    stand.view.resize(1000, 400)
    assert stand.map.x() + WIDTH + 16 == 1000 and stand.map.y() + HEIGHT + 16 == 400


@pytest.mark.parametrize("name", ["input", "layer10", "layer19"])
def test_a_click_looks_there(stand, name):
    card = stand.scene.cards[name]
    spot = stand.map.spot(card.sceneBoundingRect().center())
    zoom = stand.view.zoom()
    QTest.mouseClick(stand.map, LEFT, NONE, spot.toPoint())
    assert abs(stand.middle().y() - card.sceneBoundingRect().center().y()) < 40
    assert stand.view.zoom() == zoom
    assert stand.scene.selected_names() == []  # the click is not the canvas'


def test_a_drag_and_the_wheel(stand):
    start = stand.map.spot(stand.middle()).toPoint()
    QTest.mousePress(stand.map, LEFT, NONE, start)
    before = stand.middle().y()
    for step in range(1, 5):
        QTest.mouseMove(stand.map, start + QPoint(0, 5 * step))
    QTest.mouseRelease(stand.map, LEFT, NONE, start + QPoint(0, 20))
    assert stand.middle().y() > before + 100
    zoom, at = stand.view.zoom(), QPointF(20, 20)
    event = QWheelEvent(at, QPointF(stand.map.mapToGlobal(at)), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                        NONE, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(stand.map, event)
    assert stand.view.zoom() < zoom


def test_spot_and_point_are_inverse(stand):
    for point in (QPointF(0, 0), QPointF(114, 700), QPointF(-300, 1500)):
        there = stand.map.point(stand.map.spot(point))
        assert (there - point).manhattanLength() < 0.01


def test_what_is_wrong_selected_and_running(stand):
    look = theme.current()
    stand.map.resize(WIDTH, HEIGHT)
    assert not stand.has(look.error)
    stand.show(tower(20, kernel_size=40))
    stand.view.centerOn(stand.scene.cards["layer19"])
    stand.view.looked.emit()
    stand.qtbot.waitUntil(lambda: stand.has(look.error))
    before = stand.map.grab().toImage()
    stand.map.show_running(True)
    assert stand.map.grab().toImage() != before
    before = stand.map.grab().toImage()
    stand.scene.select(["layer4"])
    stand.qtbot.waitUntil(lambda: stand.map.grab().toImage() != before)


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_both_themes_and_two_thousand_cards(qtbot, look):
    stand = Stand(qtbot, tower(2000))
    theme.apply(QApplication.instance(), look)
    assert stand.map.isVisible()
    assert stand.has(look.accent)
    spot = stand.map.spot(stand.scene.cards["layer1000"].sceneBoundingRect().center())
    assert 0 <= spot.x() <= WIDTH and abs(spot.y() - HEIGHT / 2) < 2


def test_an_empty_network_has_none(qtbot):
    assert not Stand(qtbot, Graph()).map.isVisible()
