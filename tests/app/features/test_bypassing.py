"""Bypassed layers in the real window: by key, in the panel of weights, in training and in what is exported."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.parameters import Parameters
from app.features.training import Training
from app.window.window import MainWindow
from engine.graph.edits import appended
from engine.graph.graph import Graph
from engine.network.weights import initial_module
from engine.writing.source import to_python
from tests.app.windows import opened, turn_to

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
READY_MS, TRAIN_MS = 60_000, 120_000


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet-digits") as window:
        yield window


def graph_of(window: MainWindow) -> Graph:
    return window.page.document.experiment.graph


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    window.page.view.setFocus()
    QTest.keyClick(window.page.view, key, modifiers)


def keys(window: MainWindow) -> list[str]:
    return [info.key for info in window.feature(Parameters).panel.table.tensors.infos]


def test_m_takes_a_layer_out_and_back(window, qtbot):
    before = graph_of(window)
    name = next(name for name, node in before.nodes.items() if node.layer.kind() == "Linear")
    turn_to(window, "Parameters")
    qtbot.waitUntil(lambda: f"{name}.weight" in keys(window), timeout=20_000)
    window.page.scene.select([name])
    press(window, Qt.Key.Key_M)
    after = graph_of(window)
    assert after.nodes[name].bypassed and window.page.scene.cards[name].face.bypassed
    qtbot.waitUntil(lambda: keys(window) == list(initial_module(window.page.document.experiment).state_dict()),
                    timeout=20_000)
    assert f"{name}.weight" not in keys(window)
    press(window, Qt.Key.Key_Z, CTRL)
    assert graph_of(window) == before
    press(window, Qt.Key.Key_Y, CTRL)
    assert graph_of(window) == after
    window.page.scene.select([name])
    press(window, Qt.Key.Key_M)
    assert graph_of(window) == before
    qtbot.waitUntil(lambda: f"{name}.weight" in keys(window), timeout=20_000)


def test_an_input_is_not_bypassed(window):
    before = graph_of(window)
    [name] = [name for name, node in before.nodes.items() if node.layer.kind() == "Input"]
    window.page.scene.select([name])
    press(window, Qt.Key.Key_M)
    assert graph_of(window) == before and window.page.notice.isVisible()
    press(window, Qt.Key.Key_A, CTRL)
    press(window, Qt.Key.Key_M)
    assert [node.name for node in graph_of(window).nodes.values() if not node.bypassed] == [name]
    press(window, Qt.Key.Key_Z, CTRL)
    assert graph_of(window) == before


def test_a_value_set_in_weights_whose_owner_is_bypassed(window, qtbot):
    """The weights are the owner's also while another layer uses them alone."""
    page, graph = window.page, graph_of(window)
    conv = next(name for name, node in graph.nodes.items() if node.layer.kind() == "Conv2d")
    layer = graph.nodes[conv].layer.with_options(out_channels=1, kernel_size=3, padding=1)
    graph, second = appended(graph.with_layer(conv, layer), layer, [conv])
    page.document.edit_graph("shared", graph.with_shares(second, conv))
    page.scene.select([conv])
    press(window, Qt.Key.Key_M)
    turn_to(window, "Parameters")
    qtbot.waitUntil(lambda: f"{second}.weight" in keys(window), timeout=20_000)
    window.feature(Parameters).panel.value_edited.emit(f"{second}.weight", (0, 0, 0, 0), 42.0)
    assert graph_of(window).nodes[conv].parameters.edits[0].value == 42
    panel = window.feature(Parameters).panel
    panel.table.select_key(f"{second}.weight")
    qtbot.waitUntil(lambda: panel.grid.values.index(0, 0).data() == "42", timeout=20_000)


def test_training_and_code_are_without_it(window, qtbot):
    page, graph = window.page, graph_of(window)
    name = next(name for name, node in graph.nodes.items() if node.layer.kind() in ("Sigmoid", "ReLU"))
    page.scene.select([name])
    press(window, Qt.Key.Key_M)
    experiment = page.document.experiment
    page.document.edit("one epoch", type(experiment)(experiment.graph, experiment.data,
                                                     experiment.recipe.with_options(epochs=1)))
    press(window, Qt.Key.Key_Return, CTRL)
    trainer = window.feature(Training).trainer
    qtbot.waitUntil(lambda: page.document.trained is not None and trainer.state == "idle", timeout=TRAIN_MS)
    assert list(page.document.trained.best) == list(initial_module(page.document.experiment).state_dict())
    press(window, Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
    text = QApplication.clipboard().text()
    assert text == to_python(graph.healed(name), experiment.data.sample_shape) and "class Network" in text
