"""For tests of the canvas: one that shows a graph, and one whose requests are granted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
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
from engine.layers.linear import Linear
from engine.layers.merge import Add
from widgets.canvas.cards.sizes import CARD_HEIGHT
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.view import CanvasView
from widgets.look import theme

DATA = DataSpec(dataset="mnist")
LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier
ALT, CTRL, SHIFT = (Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier,
                    Qt.KeyboardModifier.ShiftModifier)


def network() -> Graph:
    """A chain, and an Add beside it."""
    nodes = [Node("input", Input()), Node("conv1", Conv2d(out_channels=6), (0, 76)), Node("act1", ReLU(), (0, 152)),
             Node("fc1", Linear(out_features=10), (0, 260)), Node("add1", Add(), (300, 152))]
    return Graph.of(nodes, [Edge("input", "conv1"), Edge("conv1", "act1")])


def skipping() -> Graph:
    """Three layers of one kind, of which one could share, and a skip wire past all of them."""
    nodes = [Node("input", Input(shape=(16,))), Node("fc1", Linear(out_features=16), (0, 76)),
             Node("fc2", Linear(out_features=16), (0, 152)), Node("fc3", Linear(out_features=8), (0, 228)),
             Node("fc4", Linear(out_features=16), (0, 304)), Node("add", Add(), (0, 380))]
    names = [node.name for node in nodes]
    return Graph.of(nodes, [*map(Edge, names, names[1:]), Edge("input", "add", 1)])


class Stage:
    """A canvas on the screen that shows a graph."""

    def __init__(self, qtbot, graph: Graph | None = None) -> None:
        theme.apply(QApplication.instance(), theme.DARK)
        self.scene = CanvasScene()
        self.view = CanvasView(self.scene)
        qtbot.addWidget(self.view)
        self.view.resize(900, 700)
        self.view.show()
        qtbot.waitExposed(self.view)
        if graph is not None:
            self.show(graph)
            self.view.fit()

    def show(self, graph: Graph) -> None:
        self.scene.show_graph(graph)
        self.scene.show_analysis(analyze(graph), ())

    def tell(self, what: QEvent.Type, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        """What a window system says of the left button; QTest makes more of a double click at times."""
        port, held = self.view.viewport(), Qt.MouseButton.NoButton if what == QEvent.Type.MouseButtonRelease else LEFT
        QApplication.sendEvent(port, QMouseEvent(what, QPointF(at), QPointF(port.mapToGlobal(at)), LEFT, held, keys))

    def card(self, name: str) -> QPoint:
        """A place on the card that is no port."""
        return self.at(self.scene.cards[name].pos() + QPointF(40, CARD_HEIGHT / 2))

    def at(self, point: QPointF) -> QPoint:
        return self.view.mapFromScene(point)


class Desk(Stage):
    """A canvas whose requests are granted, with the history they leave."""

    def __init__(self, qtbot, graph: Graph) -> None:
        super().__init__(qtbot)
        self.history = [graph]
        self.keys: list[str] = []
        self.scene.edit_requested.connect(self.take)
        self.scene.repair_requested.connect(lambda repair: self.take("repair", repair.apply(self.graph), ""))
        self.show_last()
        self.view.fit()

    @property
    def graph(self) -> Graph:
        return self.history[-1]

    def take(self, _text: str, graph: Graph, key: str) -> None:
        self.history.append(graph)
        self.keys.append(key)
        self.show_last()

    def show_last(self) -> None:
        self.scene.show_graph(self.graph)
        analysis = analyze(self.graph, DATA.sample_shape)
        self.scene.show_analysis(analysis, advise(Experiment(self.graph, DATA), analysis))
        self.check()

    def check(self) -> None:
        """What is drawn is what the graph says."""
        assert set(self.scene.cards) == set(self.graph.nodes)
        assert set(self.scene.wires) == set(self.graph.edges)
        for name, card in self.scene.cards.items():
            assert card.node is self.graph.nodes[name]
            assert (card.x(), card.y()) == self.graph.nodes[name].position

    def out(self, name: str) -> QPoint:
        return self.at(self.scene.cards[name].out_point())

    def into(self, name: str, port: int = 0) -> QPoint:
        return self.at(self.scene.cards[name].in_point(port))

    def drag(self, start: QPoint, end: QPoint, button=LEFT, keys=Qt.KeyboardModifier.NoModifier, drop=True) -> None:
        port = self.view.viewport()
        QTest.mousePress(port, button, keys, start)
        for step in range(1, 5):
            at = QPointF(start + (end - start) * step / 4)
            QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, at, port.mapToGlobal(at),
                                                     Qt.MouseButton.NoButton, button, keys))
        if drop:
            QTest.mouseRelease(port, button, keys, end)

    def click(self, point: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, keys, point)

    def there_and_back(self) -> None:
        """Undo everything, redo everything: the scene follows by difference."""
        last = list(self.history)
        for graph in (*reversed(last), *last):
            self.history.append(graph)
            self.show_last()
