"""For tests of looking inside: a person with a mouse, keys and eyes in the workspace of a real window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.features.documents import Documents
from app.features.inside import Inside, PageInside
from app.features.layer_in_hand import LayerInHand
from app.features.probing import Probing
from app.window.window import MainWindow
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, save_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import Init, NodeParameters, ValueEdit
from engine.layers.base import Layer, Shape
from engine.layers.inputs import Input
from tests.app.windows import CTRL, shared
from widgets.canvas.outputs.item import OutputItem
from widgets.inside.lattice import Unit
from widgets.inside.maps_page import ScaledMaps
from widgets.inside.panel import LayerPanel
from widgets.probe.panel import ProbePanel

LEFT, NONE, ENTER = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.Key.Key_Return
DIGITS = DataSpec(dataset="digits")


def network(shape: Shape | None, *layers: Layer, **weights: NodeParameters) -> Graph:
    """Layers one below the other, named by their kinds in small letters; an input of this shape before them."""
    nodes, counts = [Node("input", Input(shape=shape))], dict[str, int]()
    for row, layer in enumerate(layers, 1):
        kind = layer.kind().lower()
        counts[kind] = counts.get(kind, 0) + 1
        name = f"{kind}{counts[kind]}"
        nodes.append(Node(name, layer, (0.0, 76.0 * row), weights.get(name, NodeParameters())))
    return Graph.of(nodes, [Edge(one.name, other.name) for one, other in pairwise(nodes)])


def by_hand(values: list[tuple[tuple[int, ...], float]], bias: float = 0.0) -> NodeParameters:
    """A weight whose numbers are set one by one, and a bias."""
    edits = tuple(ValueEdit(key="weight", index=index, value=value) for index, value in values)
    return NodeParameters(weight=Init(kind="constant"), bias=Init(kind="constant", value=bias), edits=edits)


def rested(window: MainWindow, qtbot) -> None:
    """All that was asked for is seen."""
    inside = window.feature(Inside)

    def at_rest() -> bool:
        QApplication.processEvents()
        return not inside.is_busy

    for _ in range(2):  # what was seen may have been the reason for another question
        QApplication.processEvents()
        qtbot.waitUntil(at_rest)
        QApplication.processEvents()


class Looking:
    """Looks into the network in front; what it reads is what stands on the screen."""

    def __init__(self, window: MainWindow, qtbot) -> None:
        self.window, self.page, self._qtbot = window, window.page, qtbot
        QTest.keyClick(window.page.view, Qt.Key.Key_3, CTRL)
        assert window.places.panels.workspace == "inside"
        self.settle()

    @property
    def probe(self) -> ProbePanel:
        panel = self.window.feature(Probing).panel
        assert panel is not None
        return panel

    @property
    def panel(self) -> LayerPanel:
        panel = self.window.feature(LayerInHand).panel
        assert panel is not None
        return panel

    @property
    def now(self) -> PageInside:
        return self.window.feature(Inside).of(self.page)

    def settle(self) -> None:
        """All that was asked for is seen."""
        rested(self.window, self._qtbot)

    # -- hands --------------------------------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Into the typed row, in the place of what stands there."""
        line = self.probe.typed_row.line
        self.probe.ensureWidgetVisible(line)
        QTest.mouseClick(line.viewport(), LEFT, NONE, line.viewport().rect().center())
        assert line.hasFocus()
        QTest.keyClick(line, Qt.Key.Key_A, CTRL)
        for row, each in enumerate(text.split("\n")):
            if row:
                QTest.keyClick(line, ENTER, Qt.KeyboardModifier.ShiftModifier)
            QTest.keyClicks(line, each)
        QTest.keyClick(line, ENTER)
        self.settle()

    def take(self, name: str) -> None:
        """Click a card."""
        self.click(self.page.scene.cards[name].pos() + QPointF(40, 20))
        self.settle()
        assert self.now.card == name

    def click(self, at: QPointF) -> None:
        """A place of the canvas."""
        QTest.mouseClick(self.page.view.viewport(), LEFT, NONE, self.spot(at))

    def spot(self, at: QPointF) -> QPoint:
        """Where a place of the canvas is seen; it is brought there if need be."""
        view = self.page.view
        if not view.viewport().rect().adjusted(2, 2, -2, -2).contains(view.mapFromScene(at)):
            view.centerOn(at)
            QApplication.processEvents()
        return view.mapFromScene(at)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        QApplication.processEvents()

    def turn_to(self, page: str) -> None:
        """A page of the layer in hand, by its tab."""
        bar = self.panel.tabs.bar
        index = next(i for i in range(bar.count()) if bar.tabText(i) == page)
        QTest.mouseClick(bar, LEFT, NONE, bar.tabRect(index).center())
        self.settle()

    def press(self, button: QWidget) -> None:
        """A button, wherever it is."""
        QTest.mouseClick(button, LEFT, NONE, button.rect().center())
        self.settle()

    # -- eyes ---------------------------------------------------------------------------------------------------

    def output(self, name: str) -> OutputItem:
        """What is drawn beside a card."""
        return self.now.outputs.items[name]

    def beside(self, name: str, tile: int = 0) -> str:
        """What is said where the mouse is over a map, bar or number beside a card."""
        item = self.output(name)
        at = item.mapToScene(item.tiles()[tile].center())
        spot, port = self.spot(at), self.page.view.viewport()
        QTest.mouseMove(port, spot - QPoint(2, 2))
        QTest.mouseMove(port, spot)
        QApplication.processEvents()
        return item.toolTip()

    def maps(self) -> list[float]:
        """The numbers of the layer in hand, each as it is read where the mouse is over it."""
        if self.panel.page != "maps":
            self.turn_to("Maps")
        return self.numbers(self.panel.maps.maps)

    def numbers(self, scaled: ScaledMaps) -> list[float]:
        """Of maps, bars or a kernel, each as it is read where the mouse is over it."""
        values, found = scaled.grid.values, []
        assert values is not None and scaled.isVisible()
        for channel, row, column in ((c, y, x) for c in range(values.units.shape[0])
                                     for y in range(values.units.shape[1]) for x in range(values.units.shape[2])):
            spot = scaled.grid.place(Unit(channel, row, column)).center().toPoint()
            QTest.mouseMove(scaled.grid, spot)
            found.append(_number("".join(scaled.readout.shown_lines())))
        QTest.mouseMove(scaled.grid, QPoint(-1, -1))
        self.settle()
        return found

    def header(self) -> str:
        """The shape in the header of the layer in hand."""
        return read(self.panel.header.facts).split(" · ")[0]

    def flows(self, name: str) -> set[str]:
        """What stands beside the wires that leave a card."""
        return {wire.text for edge, wire in self.page.scene.wires.items() if edge.source == name}

    def answer(self) -> str:
        """The answer, in words."""
        answers = self.probe.answers
        for part in (answers.number, answers.message):
            if part.isVisible():
                return read(part)
        return answers.bars.accessibleDescription() if answers.bars.isVisible() else ""


def read(label: QLabel) -> str:
    """Its words, without where they may break; none where it is not seen."""
    return label.text().replace("\u200b", "") if label.isVisible() else ""


def _number(words: str) -> float:
    """Of “channel 0, row 1, column 0: −1.5”."""
    return float(words.rsplit(": ", 1)[1].replace("−", "-").replace("\u202f", "").replace("\u00a0", ""))


@contextmanager
def looking_window(request: pytest.FixtureRequest) -> Iterator[MainWindow]:
    """One window for all tests of a file, with an empty network that stays: arranging it anew takes longest."""
    with shared(request) as window:
        window.feature(Documents).new()
        window.commands["workspace_inside"].trigger()
        window.feature(Inside).rest()
        yield window


@contextmanager
def looking(window: MainWindow, qtbot, source: str) -> Iterator[Looking]:
    """A network is opened and looked into; afterwards it is closed, with all that was opened beside it."""
    tab, bottom = window.places.bottom.currentIndex(), window.places.bottom
    window.feature(Documents).open(source)
    with qtbot.waitActive(window):
        window.activateWindow()
    window.page.view.setFocus()
    yield Looking(window, qtbot)
    window.settle()
    bottom.setCurrentIndex(tab)
    window.commands["workspace_inside"].trigger()
    for page in window.pages:
        page.document.history.mark_clean()
        page.document.mark = None  # whatever has become of its file
    while len(window.pages) > 1:
        assert window.close_page(1)
    rested(window, qtbot)
    window.feature(Inside).rest()
    qtbot.waitUntil(lambda: not any(thread.isRunning() for thread in window.findChildren(QThread)))
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def written(folder: Path, graph: Graph, data: DataSpec = DIGITS, **recipe: object) -> str:
    """A file with this network."""
    experiment = Experiment(graph, data)
    path = folder / "network.loom"
    save_experiment(Experiment(graph, data, experiment.recipe.with_options(**recipe)), path)
    return str(path)
