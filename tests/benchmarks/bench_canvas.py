"""How fast the canvas is at 100, 500 and 2 000 nodes: opening, editing, undo, frames of gestures; and what grows."""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.document.page import Page
from engine.experiment.experiment import Experiment
from engine.layers.convolution import Conv2d
from tests.benchmarks.graphs import LEFT, MIDDLE, SIZES, WINDOW, frames_ms, held, median_ms, network, wheeled
from widgets.canvas.cards.sizes import CARD_HEIGHT
from widgets.look import theme

OPENINGS, UNDOS = 200, 1000


def main() -> None:
    app = QApplication.instance() or QApplication([])
    theme.apply(app, theme.DARK)
    print(f"{'nodes':>6} {'what':<38} {'median ms':>9} {'worst':>7}  target")
    for count in SIZES:
        start = time.perf_counter()
        page = opened(count)
        show(count, "open", [1000 * (time.perf_counter() - start)], 1500)
        measure_edits(page, count)
        measure_gestures(page, count)
        page.close()
    grows()


def opened(count: int) -> Page:
    """A page with a network of so many nodes, on the screen."""
    page = Page(Document(Experiment(network(count)), "bench"))
    page.resize(*WINDOW)
    page.show()
    QApplication.processEvents()
    return page


def show(count: int, what: str, times: list[float], target: float) -> None:
    """One line; the target is for the median."""
    print(f"{count:>6} {what:<38} {median(times):>9.1f} {max(times):>7.1f}  < {target:g}"
          f"{'' if median(times) < target else '   MISSED'}")


def measure_edits(page: Page, count: int) -> None:
    """Model, analysis and canvas together."""
    document = page.document
    graph = document.experiment.graph

    def edit(index: int) -> None:
        kernel = Conv2d(out_channels=2 + index % 2, kernel_size=3, padding=1)
        document.edit_graph("edit", document.experiment.graph.with_layer("conv0", kernel))

    def restructure(index: int) -> None:
        if index % 2:
            document.undo()
        else:
            document.edit_graph("delete", document.experiment.graph.without([f"act{count // 8}"]))

    target = 16 if count <= 500 else 60
    page.view.fit()
    show(count, "edit near the input, seen from afar", frames_ms(edit), target)
    document.edit_graph("back", graph)
    page.view.show_from_top()
    show(count, "edit near the input, seen from near", frames_ms(edit), target)
    show(count, "delete and undo one", frames_ms(restructure), target)
    many = list(graph.nodes)[1 : 1 + max(count // 2, 1)]
    document.edit_graph("back", graph)
    took = []
    for _ in range(5):
        document.edit_graph("delete", graph.without(many))
        QApplication.processEvents()
        took += frames_ms(lambda _: document.undo(), 1)
    show(count, f"undo of deleting {len(many)}", took, 150)


def measure_gestures(page: Page, count: int) -> None:
    """Frames of what the mouse does, by real events."""
    view = page.view
    view.show_from_top()
    QApplication.processEvents()
    middle = QPoint(WINDOW[0] // 2, WINDOW[1] // 2)
    show(count, "pan", held(view, MIDDLE, middle, QPoint(7, 5)), 16.6)
    view.show_from_top()
    show(count, "drag a card", held(view, LEFT, spot(page, "conv1"), QPoint(3, 2)), 8)
    page.document.undo()
    page.scene.select(list(page.scene.graph.nodes)[4:54])
    show(count, "drag 50 cards", held(view, LEFT, spot(page, "conv1"), QPoint(3, 2)), 16.6)
    page.document.undo()
    page.scene.select([])
    show(count, "zoom, from near", wheeled(view, middle), 5)
    view.fit()
    QApplication.processEvents()
    show(count, "zoom, everything in sight", wheeled(view, middle), 5)
    view.fit()
    QApplication.processEvents()
    show(count, "pan, everything in sight", held(view, MIDDLE, middle, QPoint(7, 5)), 16.6)
    view.fit()
    show(count, "drag a card, everything in sight", held(view, LEFT, spot(page, "conv1"), QPoint(3, 2)), 8)
    page.document.undo()


def spot(page: Page, name: str) -> QPoint:
    """Where to take hold of a card."""
    return page.view.mapFromScene(page.scene.cards[name].pos() + QPointF(60, CARD_HEIGHT / 2))


def grows() -> None:
    """Items and memory after many openings and many steps to and fro."""
    page = opened(500)
    document, graph = page.document, page.document.experiment.graph
    document.edit_graph("delete", graph.without(list(graph.nodes)[100:110]))

    def to_and_fro(index: int) -> None:
        document.undo() if index % 2 == 0 else document.redo()

    median_ms(to_and_fro, 20)
    items, memory = len(page.scene.items()), resident()
    median_ms(to_and_fro, UNDOS)
    print(f"{UNDOS} undo/redo: items {items} → {len(page.scene.items())}, memory {resident() - memory:+.1f} MB")
    page.close()
    for _ in range(OPENINGS):  # until what is remembered on purpose is full
        open_and_close()
    before, memory = living(), resident()
    for _ in range(OPENINGS):
        open_and_close()
    print(f"{OPENINGS} openings: living objects {living() - before:+d}, memory {resident() - memory:+.1f} MB")


def open_and_close() -> None:
    page = opened(100)
    page.close()
    page.deleteLater()
    QApplication.sendPostedEvents(None, 52)  # QEvent.Type.DeferredDelete
    QApplication.processEvents()


def living() -> int:
    """Objects that Python knows of."""
    gc.collect()
    return len(gc.get_objects())


def resident() -> float:
    """Memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
