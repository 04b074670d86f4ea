"""The same graph and the same gestures on this canvas and on NodeGraphQt's, in turns; the ratio is what counts.

NodeGraphQt is no part of Layerloom: ``make bench-beside`` installs it into .bench and runs this.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_PREFERRED_BINDING", "PySide6")
sys.path.insert(0, os.environ.get("NODEGRAPHQT", ".bench"))

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication, QGraphicsView

from app.document.page import Page
from engine.graph.graph import Graph
from tests.benchmarks.bench_canvas import opened, spot
from tests.benchmarks.graphs import LEFT, MIDDLE, SIZES, WINDOW, held, network, wheeled
from tests.benchmarks.targets import Figures, ms
from widgets.look import theme

ROUNDS = 3
CENTRE = QPoint(WINDOW[0] // 2, WINDOW[1] // 2)
Act = Callable[[], list[float]]


def main() -> int:
    try:
        import NodeGraphQt  # noqa: F401
    except ImportError:
        print(__doc__)
        return 0
    app = QApplication.instance() or QApplication([])
    theme.apply(app, theme.DARK)
    figures = Figures("The same graph and gestures here and in NodeGraphQt, in turns: how many times as fast")
    for count in SIZES:
        for what, (ours, theirs) in contest(count).items():
            least = 0.25 if what.startswith("drag a card") else 1  # ours looks for others to snap to
            figures.add(f"{count} nodes: {what}, {ours:.1f} ms beside {theirs:.1f}", theirs / ours, "×", above=least)
    return figures.status()


def contest(count: int) -> dict[str, tuple[float, float]]:
    """Medians of each gesture, ours and theirs, measured in turns."""
    graph = network(count)
    pages: list[Page] = []
    others: list[Other] = []
    result = {"open": (ms(lambda: pages.append(opened(count))), ms(lambda: others.append(Other(graph))))}
    [page], [other] = pages, others

    def ours_at(near: bool) -> None:
        page.view.show_from_top() if near else page.view.fit()

    def drag(chosen: int) -> Act:
        def act() -> list[float]:
            page.scene.select(list(graph.nodes)[4 : 4 + chosen])
            took = held(page.view, LEFT, spot(page, "conv1"), QPoint(3, 2))
            page.document.undo()
            return took
        return act

    gestures: dict[str, tuple[Act, Act]] = {
        "pan": (lambda: held(page.view, MIDDLE, CENTRE, QPoint(7, 5)),
                lambda: held(other.view, MIDDLE, other.nowhere(), QPoint(7, 5))),
        "zoom": (lambda: wheeled(page.view, CENTRE), lambda: wheeled(other.view, CENTRE)),
        "drag a card": (drag(1), lambda: other.drag(1)),
        "drag 50 cards": (drag(50), lambda: other.drag(50)),
    }
    for near in (True, False):
        for what, (mine, its) in gestures.items():
            ours: list[float] = []
            theirs: list[float] = []
            for _ in range(ROUNDS):
                ours_at(near)
                QApplication.processEvents()
                ours.append(median(mine()))
                other.look(near)
                QApplication.processEvents()
                theirs.append(median(its()))
            result[what if near else f"{what}, everything in sight"] = (median(ours), median(theirs))
    page.close()
    other.close()
    return result


class Other:
    """NodeGraphQt with a graph of ours: as many nodes, at the same places, with the same wires."""

    def __init__(self, graph: Graph) -> None:
        from NodeGraphQt import BaseNode, NodeGraph

        class Layer(BaseNode):
            __identifier__, NODE_NAME = "bench", "layer"

            def __init__(self) -> None:
                super().__init__()
                self.add_input("a")
                self.add_input("b")
                self.add_output("out", multi_output=True)

        self._graph = NodeGraph()
        self._graph.register_node(Layer)
        self.view: QGraphicsView = self._graph.viewer()
        self._graph.widget.resize(*WINDOW)
        self._graph.widget.show()
        self._nodes = {name: self._graph.create_node("bench.Layer", name=name, pos=list(node.position), selected=False,
                                                     push_undo=False) for name, node in graph.nodes.items()}
        for edge in graph.edges:
            source, target = self._nodes[edge.source], self._nodes[edge.target]
            source.output(0).connect_to(target.input(edge.port), push_undo=False)
        QApplication.processEvents()

    def look(self, near: bool) -> None:
        """At the beginning at full size, or at everything."""
        self._graph.clear_selection()
        if near:
            self._graph.reset_zoom()
            self._graph.center_on([self._nodes["conv1"]])
        else:
            self._graph.fit_to_selection()  # nothing selected: everything

    def nowhere(self) -> QPoint:
        """A place without a node: from there the middle button pans."""
        places = (QPoint(x, y) for y in range(20, WINDOW[1], 40) for x in range(20, WINDOW[0], 40))
        return next(at for at in places if not self.view.items(at.x() - 25, at.y() - 25, 50, 50))

    def drag(self, count: int) -> list[float]:
        """Drag the first so many nodes."""
        for node in list(self._nodes.values())[4 : 4 + count]:
            node.set_selected(True)
        item = self._nodes["conv1"].view
        at = self.view.mapFromScene(item.scenePos() + QPointF(item.boundingRect().width() / 2, 12))
        took = held(self.view, LEFT, at, QPoint(3, 2))
        self._graph.undo_stack().undo()
        return took

    def close(self) -> None:
        self._graph.widget.close()


if __name__ == "__main__":
    sys.exit(main())
