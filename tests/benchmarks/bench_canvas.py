"""How fast the canvas is at 100, 500 and 2 000 nodes: opening, editing, undo, frames of gestures; what 10 000 nodes
take of which 1 000 go; and what grows."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.document.page import Page
from engine.experiment.experiment import Experiment
from engine.layers.convolution import Conv2d
from tests.benchmarks.graphs import LEFT, MIDDLE, SIZES, WINDOW, frames_ms, held, let_go, median_ms, network, wheeled
from tests.benchmarks.targets import Figures, cold, ms
from widgets.canvas.cards.sizes import CARD_HEIGHT
from widgets.look import theme

MANY, GONE = 10_000, 1000
OPENINGS, UNDOS = 200, 1000
ITEMS, MEGABYTES, OBJECTS = 10, 20, 2000  # more than these is a leak


def main() -> int:
    application()
    figures = Figures("The canvas; what is painted is waited for")
    for count in SIZES:
        figures.add(f"{count} nodes: open, the first in a new process", cold("bench_canvas", f"first({count})", 3),
                    below=1500)
        page = opened(count)
        measure_edits(figures, page, count)
        measure_gestures(figures, page, count)
        page.close()
    measure_many(figures)
    grows(figures)
    return figures.status()


def application() -> QApplication:
    app = QApplication.instance() or QApplication([])
    theme.apply(app, theme.DARK)
    return app


def first(count: int) -> float:
    """How long it takes to open the first network of this process, in milliseconds."""
    app = application()
    took = ms(lambda: opened(count))
    app.closeAllWindows()
    return took


def opened(count: int) -> Page:
    """A page with a network of so many nodes, on the screen."""
    page = Page(Document(Experiment(network(count)), "bench"))
    page.resize(*WINDOW)
    page.show()
    QApplication.processEvents()
    return page


def measure_edits(figures: Figures, page: Page, count: int) -> None:
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
    figures.add(f"{count} nodes: edit near the input, seen from afar", frames_ms(edit), below=target)
    document.edit_graph("back", graph)
    page.view.show_from_top()
    figures.add(f"{count} nodes: edit near the input, seen from near", frames_ms(edit), below=target)
    figures.add(f"{count} nodes: delete and undo one", frames_ms(restructure), below=target)
    many = list(graph.nodes)[1 : 1 + max(count // 2, 1)]
    document.edit_graph("back", graph)
    took = []
    for _ in range(5):
        document.edit_graph("delete", graph.without(many))
        QApplication.processEvents()
        took += frames_ms(lambda _: document.undo(), 1)
    figures.add(f"{count} nodes: undo of deleting {len(many)}", took, below=150)


def measure_gestures(figures: Figures, page: Page, count: int) -> None:
    """Frames of what the mouse does, by real events."""
    view = page.view
    view.show_from_top()
    QApplication.processEvents()
    middle = QPoint(WINDOW[0] // 2, WINDOW[1] // 2)
    figures.add(f"{count} nodes: pan", held(view, MIDDLE, middle, QPoint(7, 5)), below=16.6)
    view.show_from_top()
    figures.add(f"{count} nodes: drag a card", held(view, LEFT, spot(page, "conv1"), QPoint(3, 2)), below=8)
    page.document.undo()
    dropped = []
    for _ in range(10):
        dropped.append(let_go(view, spot(page, "conv1"), QPoint(12, 9)))
        page.document.undo()
    figures.add(f"{count} nodes: let go of a card", dropped, below=16.6 if count <= 500 else 60)
    page.scene.select(list(page.scene.graph.nodes)[4:54])
    figures.add(f"{count} nodes: drag 50 cards", held(view, LEFT, spot(page, "conv1"), QPoint(3, 2)), below=16.6)
    page.document.undo()
    page.scene.select([])
    figures.add(f"{count} nodes: zoom, from near", wheeled(view, middle), below=5)
    view.fit()
    QApplication.processEvents()
    figures.add(f"{count} nodes: zoom, everything in sight", wheeled(view, middle), below=5)
    view.fit()
    QApplication.processEvents()
    figures.add(f"{count} nodes: pan, everything in sight", held(view, MIDDLE, middle, QPoint(7, 5)), below=16.6)
    view.fit()
    dragged = held(view, LEFT, spot(page, "conv1"), QPoint(3, 2))
    figures.add(f"{count} nodes: drag a card, everything in sight", dragged, below=8)
    page.document.undo()


def measure_many(figures: Figures) -> None:
    """Very many cards go and come back, seen from near and from afar."""
    page = opened(MANY)
    document = page.document
    gone = list(document.experiment.graph.nodes)[1 : 1 + GONE]
    gc.disable()  # as in the window, where a timer looks for garbage
    for where, look in (("near", page.view.show_from_top), ("afar", page.view.fit)):
        look()
        QApplication.processEvents()
        went, came = [], []
        for _ in range(5):
            went += frames_ms(lambda _: document.edit_graph("delete", document.experiment.graph.without(gone)), 1)
            came += frames_ms(lambda _: document.undo(), 1)
        figures.add(f"{MANY} nodes: delete {GONE}, seen from {where}", went, below=150)
        figures.add(f"{MANY} nodes: undo of deleting {GONE}, seen from {where}", came, below=150)
    gc.enable()
    page.close()


def spot(page: Page, name: str) -> QPoint:
    """Where to take hold of a card."""
    return page.view.mapFromScene(page.scene.cards[name].pos() + QPointF(60, CARD_HEIGHT / 2))


def grows(figures: Figures) -> None:
    """Items and memory after many openings and many steps to and fro."""
    page = opened(500)
    document, graph = page.document, page.document.experiment.graph
    document.edit_graph("delete", graph.without(list(graph.nodes)[100:110]))

    def to_and_fro(index: int) -> None:
        document.undo() if index % 2 == 0 else document.redo()

    median_ms(to_and_fro, 20)
    items, memory = len(page.scene.items()), resident()
    median_ms(to_and_fro, UNDOS)
    figures.add(f"items after {UNDOS} undo and redo", len(page.scene.items()) - items, "more", below=ITEMS)
    figures.add(f"memory after {UNDOS} undo and redo", resident() - memory, "MB", below=MEGABYTES)
    page.close()
    for _ in range(OPENINGS):  # until what is remembered on purpose is full
        open_and_close()
    before, memory = living(), resident()
    for _ in range(OPENINGS):
        open_and_close()
    figures.add(f"living objects after {OPENINGS} openings", living() - before, "more", below=OBJECTS)
    figures.add(f"memory after {OPENINGS} openings", resident() - memory, "MB", below=MEGABYTES)


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
    sys.exit(main())
