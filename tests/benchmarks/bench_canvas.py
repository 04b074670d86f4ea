"""How fast the canvas follows: edit → labels at 700 nodes, and frames while panning, dragging, zooming."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from app.document import Document
from app.pages import Page
from engine.experiment import Experiment
from engine.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm2d
from widgets import theme


def network(count: int) -> Graph:
    """Residual units in rows: conv, norm, activation, add."""
    nodes, edges, last = [Node("input", Input())], [], "input"
    for unit in range(count // 4):
        x, y = 280.0 * (unit // 12), 76.0 * 4 * (unit % 12)
        layers = {f"conv{unit}": Conv2d(out_channels=1, kernel_size=3, padding=1),
                  f"bn{unit}": BatchNorm2d(), f"act{unit}": ReLU(), f"add{unit}": Add()}
        before = last
        for row, (name, layer) in enumerate(layers.items()):
            nodes.append(Node(name, layer, (x, y + 76.0 * (row + 1))))
            edges.append(Edge(last, name))
            last = name
        edges.append(Edge(before, f"add{unit}", 1))
    return Graph.of(nodes, edges)


def median_ms(act: Callable[[int], object], times: int = 15) -> float:
    """The median of several calls, in milliseconds; pending paints are included."""
    results = []
    for index in range(times):
        start = time.perf_counter()
        act(index)
        QApplication.processEvents()
        results.append(1000 * (time.perf_counter() - start))
    return statistics.median(results)


def main() -> None:
    app = QApplication.instance() or QApplication([])
    theme.apply(app, theme.DARK)
    print(f"{'nodes':>6} {'what':<34} {'median ms':>9}  target")
    for count in (100, 700, 2000):
        start = time.perf_counter()
        document = Document(Experiment(network(count)), "bench")
        page = Page(document)
        page.resize(1600, 1000)
        page.show()
        app.processEvents()
        print(f"{count:>6} {'open':<34} {1000 * (time.perf_counter() - start):>9.1f}")
        measure(page, document, count)
        page.close()


def measure(page: Page, document: Document, count: int) -> None:
    """One size of network."""
    view, middle = page.view, QPoint(800, 500)
    graph = document.experiment.graph

    def edit(index: int) -> None:
        kernel = Conv2d(out_channels=2 + index % 2, kernel_size=3, padding=1)
        document.edit_graph("edit", document.experiment.graph.with_layer("conv0", kernel))

    def restructure(index: int) -> None:
        if index % 2:
            document.undo()
        else:
            document.edit_graph("delete", document.experiment.graph.without([f"act{count // 8}"]))

    view.fit()
    rows = [("edit near the input → labels, far", median_ms(edit), "< 16 (700)")]
    document.edit_graph("back", graph)
    view.show_from_top()
    rows += [
        ("edit near the input → labels, near", median_ms(edit), "< 16 (700)"),
        ("delete and undo a node → labels", median_ms(restructure), "< 16 (700)"),
        ("pan, near", median_ms(lambda i: view.translate(7, 5)), "< 16"),
        ("drag a card, near", median_ms(lambda i: page.scene.cards["conv1"].moveBy(3, 2)), "< 8"),
        ("zoom step, near", median_ms(lambda i: view.zoom_at(1.02 if i % 2 else 1 / 1.02, middle)), "< 16"),
    ]
    page.scene.show_graph(document.experiment.graph)
    view.fit()
    rows.append(("zoom step, far", median_ms(lambda i: view.zoom_at(1.02 if i % 2 else 1 / 1.02, middle)), "< 16"))
    for what, value, target in rows:
        print(f"{count:>6} {what:<34} {value:>9.1f}  {target}")


if __name__ == "__main__":
    main()
