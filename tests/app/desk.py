"""For tests of the page: a network with blocks on the screen, used with real mouse and keys."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.document.editing import Editing
from app.document.page import Page
from engine.blocks.custom import Custom
from engine.blocks.residual import Residual
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from widgets.canvas.cards.sizes import CARD_HEIGHT
from widgets.look import theme

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def chain(*nodes: Node) -> Graph:
    """Nodes one below the other, each wired to the next."""
    placed = [Node(n.name, n.layer, (0.0, 76.0 * row), n.parameters, n.shares) for row, n in enumerate(nodes)]
    return Graph.of(placed, [Edge(a.name, b.name) for a, b in pairwise(placed)])


def inner() -> Graph:
    return chain(Node("input", Input()), Node("conv1", Conv2d(out_channels=8, padding=1)), Node("act1", ReLU()))


def network() -> Graph:
    """An own block in an own block, and a repeated built-in one."""
    outer = chain(Node("input", Input()), Node("small", Custom(label="Small", graph=inner())),
                  Node("conv2", Conv2d(out_channels=8, kernel_size=1)))
    return chain(Node("input", Input()), Node("outer", Custom(label="Outer", graph=outer)),
                 Node("residual1", Residual(num_channels=8, repeat=3)), Node("flat", Flatten()),
                 Node("fc1", Linear(out_features=10)))


class Desk:
    """A page on the screen, with real mouse and keys."""

    def __init__(self, qtbot, graph: Graph) -> None:
        theme.apply(QApplication.instance(), theme.DARK)
        self.document = Document(Experiment(graph, DataSpec(dataset="mnist")), "lenet")
        self.page = Page(self.document)
        qtbot.addWidget(self.page)
        self.page.resize(900, 800)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.view.fit()
        self.editing = Editing(self.page, lambda: self.page)

    @property
    def path(self) -> tuple[str, ...]:
        return self.page.level.path

    @property
    def graph(self) -> Graph:
        return self.document.experiment.graph

    def at(self, *path: str) -> Graph:
        """The own graph at a path."""
        graph = self.graph
        for name in path:
            graph = graph.nodes[name].layer.own_graph
        return graph

    def spot(self, name: str) -> QPoint:
        card = self.page.scene.cards[name]
        return self.page.view.mapFromScene(card.pos() + QPointF(40, CARD_HEIGHT / 2))

    def click(self, name: str) -> None:
        QTest.mouseClick(self.page.view.viewport(), LEFT, NONE, self.spot(name))

    def enter(self, *names: str) -> None:
        """Double-click the way in, from the top."""
        self.page.go(())
        for name in names:
            port, spot = self.page.view.viewport(), self.spot(name)
            QTest.mouseClick(port, LEFT, NONE, spot)
            QTest.mouseDClick(port, LEFT, NONE, spot)

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.page.view, key)

    def drag(self, name: str, by: QPoint) -> None:
        port, start = self.page.view.viewport(), self.spot(name)
        QTest.mousePress(port, LEFT, NONE, start)
        for step in range(1, 5):
            QTest.mouseMove(port, start + by * step / 4)
        QTest.mouseRelease(port, LEFT, NONE, start + by)

    def notice(self) -> str:
        return self.page.notice.text.text() if self.page.notice.isVisible() else ""

    def check(self) -> None:
        """The canvas shows the level that the document has at the path."""
        shown = self.page.level.graph
        assert set(self.page.scene.cards) == set(shown.nodes)
        assert set(self.page.scene.wires) == set(shown.edges)
        for name, card in self.page.scene.cards.items():
            assert card.node == shown.nodes[name]
            assert (card.x(), card.y()) == shown.nodes[name].position
        assert self.page.analysis.graph is self.graph
        assert self.page.crumbs.isVisible() is bool(self.path)

    def there_and_back(self, steps: int = 1) -> None:
        """Undo so many steps, redo them: the document is as it was, and the canvas follows."""
        last = self.graph
        for _ in range(steps):
            self.document.undo()
            self.check()
        assert self.graph != last
        for _ in range(steps):
            self.document.redo()
            self.check()
        assert self.graph == last
