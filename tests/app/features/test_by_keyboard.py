"""Whole networks from an empty canvas, trained and inspected, with nothing but real keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.training import Training
from app.window.window import MainWindow
from engine.analysis.analysis import analyze
from engine.experiment.experiment import DEFAULT, load_experiment
from engine.graph.graph import Graph
from tests.app.windows import opened

READY_MS = 60_000
CTRL = Qt.KeyboardModifier.ControlModifier


class Typist:
    """Presses keys where the keyboard is, and counts: a key or shortcut is one action, so is one text."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.actions = window, 0

    @property
    def focus(self):
        return QApplication.focusWidget() or self.window

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.actions += 1
        QTest.keyClick(self.focus, key, modifiers)

    def type(self, text: str) -> None:
        self.actions += 1
        QTest.keyClicks(self.focus, text)

    def line(self, text: str) -> None:
        """Tab, a line, Enter."""
        self.press(Qt.Key.Key_Tab)
        self.type(text)
        self.press(Qt.Key.Key_Return)

    @property
    def graph(self) -> Graph:
        return self.window.page.document.experiment.graph


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", torch=False) as window:
        yield window


@pytest.fixture
def typist(window) -> Typist:
    typist = Typist(window)
    typist.press(Qt.Key.Key_N, CTRL)
    assert len(typist.graph.nodes) == 1, "an empty canvas: only where the data come in"
    return typist


def sizes(graph: Graph, shape: tuple[int, ...]) -> tuple[int, tuple[int, ...] | None, list]:
    analysis = analyze(graph, shape)
    return analysis.params, analysis.output_shape, list(analysis.faults)


def test_lenet_in_at_most_twelve_actions(typist):
    before = load_experiment(DEFAULT)
    typist.line("conv 6 5x5 p2, sigmoid, avgpool 2, conv 16 5x5, sigmoid, avgpool 2, flatten")
    typist.line("linear 120, sigmoid, linear 84, sigmoid, linear 10")
    assert typist.actions <= 12
    assert sizes(typist.graph, (1, 28, 28)) == (61_706, (10,), [])
    built = [type(node.layer) for node in map(typist.graph.nodes.get, typist.graph.order)]
    assert built == [type(before.graph.nodes[name].layer) for name in before.graph.order]
    experiment = typist.window.page.document.experiment
    assert (experiment.data, experiment.recipe) == (before.data, before.recipe), "neither was touched"


def test_lenet_layer_by_layer_through_the_list(typist):
    """The same without the line form: names only, Enter after each."""
    for name in ("conv2d", "sigmoid", "avgpool", "flatten"):
        typist.line(name)
    assert [node.layer.kind() for node in typist.graph.nodes.values()] == [
        "Input", "Conv2d", "Sigmoid", "AvgPool2d", "Flatten"]
    assert not analyze(typist.graph, (1, 28, 28)).faults


def test_resnet18_in_at_most_twenty_five_actions(typist):
    """The oracle is torchvision's resnet18: 11 689 512 parameters with 1000 classes, batch norm in each shortcut."""
    typist.line("input 3x224x224, conv 64 7x7 s2 p3 nobias, bn, relu, maxpool 3x3 s2 p1, residual 64 nobias x2")
    for width in (128, 256, 512):
        typist.line(f"(conv {width} 3x3 s2 p1 nobias, bn, relu, conv {width} 3x3 p1 nobias, bn"
                    f" + conv {width} 1x1 s2 nobias, bn), relu, residual {width} nobias")
    typist.line("gap, flatten, linear 1000")
    assert typist.actions <= 25
    assert sizes(typist.graph, (3, 224, 224)) == (11_689_512, (1000,), [])


def test_the_books_resnet18_in_one_line(typist):
    typist.line("conv 64 7x7 s2 p3, bn, relu, maxpool 3 s2 p1, residual 64 x2, residual 128 s2 x2, residual 256 s2 x2,"
                " residual 512 s2 x2, gap, flatten, linear 10")
    gallery = load_experiment("gallery:resnet18")
    shape = gallery.data.sample_shape
    assert sizes(typist.graph, shape) == sizes(gallery.graph, shape) and typist.actions == 4


def test_a_shortcut_is_drawn_with_two_keys(typist):
    typist.line("conv 8 3x3 p1, relu, conv 8 3x3 p1")
    typist.window.page.scene.select(["act1"])
    graph = typist.graph
    typist.press(Qt.Key.Key_W)
    typist.type("conv2")
    typist.press(Qt.Key.Key_Return)
    assert {edge.source for edge in typist.graph.inputs["add1"]} == {"conv2", "act1"}
    typist.press(Qt.Key.Key_Z, CTRL)
    assert typist.graph == graph
    typist.press(Qt.Key.Key_Y, CTRL)
    assert "add1" in typist.graph.nodes


def test_training_begins_and_a_layer_is_inspected(typist, qtbot, monkeypatch):
    qtbot.waitUntil(lambda: typist.window.is_ready, timeout=READY_MS)
    typist.line("flatten, linear 10")
    started = []
    monkeypatch.setattr(typist.window.feature(Training).trainer, "start", lambda *args: started.append(args))
    typist.press(Qt.Key.Key_Return, CTRL)
    assert len(started) == 1
    typist.press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)  # the layer before
    assert len(typist.window.page.scene.selected_names()) == 1
    typist.press(Qt.Key.Key_F2)
    assert typist.window.places.inspector.isAncestorOf(QApplication.focusWidget())
