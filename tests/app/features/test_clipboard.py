"""Copy and paste by keys, texts that are pasted, and files of code: read off the window's thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.clipboard import Clipboard
from app.features.documents import Documents
from app.window.window import MainWindow
from tests.app.windows import opened

CTRL = Qt.KeyboardModifier.ControlModifier
ENDLESS = "import torch.nn as nn\nx = [0] * 9999\nwhile True:\n    x.index(0)\n"
CODE = "import torch.nn as nn\nnet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", torch=False) as window:
        yield window


def paste(window: MainWindow, qtbot, text: str) -> None:
    """Paste by keys, and wait until it was read."""
    QApplication.clipboard().setText(text)
    QTest.keyClick(window.page.view, Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(lambda: not window.feature(Clipboard).readings.is_reading)


def test_what_is_no_layer_is_not_pasted_and_that_is_said(window, qtbot):
    graph = window.page.document.experiment.graph
    paste(window, qtbot, "three blind mice")
    assert window.page.document.experiment.graph is graph
    assert window.page.notice.isVisible() and window.page.notice.text.text()


def test_what_is_copied_is_pasted_and_selected(window):
    page = window.page
    page.scene.select(["conv1", "act1"])
    for key in (Qt.Key.Key_C, Qt.Key.Key_V):
        QTest.keyClick(page.view, key, CTRL)
    new = page.scene.selected_names()
    assert [type(page.scene.graph.nodes[name].layer).__name__ for name in new] == ["Conv2d", "Sigmoid"]
    assert not {"conv1", "act1"} & set(new)


def test_code_pasted_into_a_new_network_follows_its_input(window, qtbot):
    window.feature(Documents).new()
    paste(window, qtbot, CODE)
    graph, analysis = window.page.document.experiment.graph, window.page.analysis
    assert [graph.nodes[name].layer.kind() for name in graph.order] == ["Input", "Flatten", "Linear"]
    assert analysis.output_shape == (10,) and not analysis.faults
    assert not any(node.declared for node in graph.nodes.values()), "it agrees: nothing is left of what the code says"
    places = [graph.nodes[name].position for name in graph.order]
    assert len({x for x, _ in places}) == 1 and places == sorted(places), "one below another"
    view = window.page.view
    shown = view.mapToScene(view.viewport().rect()).boundingRect()
    assert all(shown.contains(card.sceneBoundingRect().center()) for card in window.page.scene.cards.values())


def test_what_code_says_of_its_input_and_is_not_so_is_an_error_with_a_repair(window, qtbot):
    window.feature(Documents).new()
    paste(window, qtbot, CODE.replace("784", "100"))
    page = window.page
    problem = next(problem for problem in page.problems if problem.node == "fc1")
    assert str(problem.message) == "The code says 100 inputs, 784 arrive"
    assert str(problem.repairs[0].text) == "Use 784"
    page.repair(problem.repairs[0])
    assert not page.analysis.faults and page.analysis.params == 7850
    page.document.undo()
    assert page.analysis.faults


def test_reading_goes_on_beside_the_window_and_can_be_stopped(window, qtbot, monkeypatch):
    monkeypatch.setattr("engine.reading.context.MOST_STEPS", 10**12)
    graph = window.page.document.experiment.graph
    QApplication.clipboard().setText(ENDLESS)
    QTest.keyClick(window.page.view, Qt.Key.Key_V, CTRL)
    notice, readings = window.page.notice, window.feature(Clipboard).readings
    qtbot.waitUntil(lambda: notice.isVisible() and bool(notice.buttons))
    assert notice.text.text() == "Reading the code…" and readings.is_reading
    notice.buttons[0].click()
    qtbot.waitUntil(lambda: not readings.is_reading)
    assert not notice.isVisible() and window.page.document.experiment.graph is graph


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_a_file_of_code_opens_as_a_new_network(window, qtbot, tmp_path: Path, suffix: str):
    path = tmp_path / f"small{suffix}"
    cells = {"cells": [{"cell_type": "code", "source": [CODE]}], "nbformat": 4}
    path.write_text(CODE if suffix == ".py" else json.dumps(cells))
    window.feature(Documents).open(str(path))
    qtbot.waitUntil(lambda: len(window.pages) == 2)
    document = window.page.document
    assert document.name == "small" and document.path is None and document.dirty
    assert [node.layer.kind() for node in document.experiment.graph.nodes.values()] == ["Input", "Flatten", "Linear"]


def test_a_file_that_is_no_network_says_why(window, qtbot, tmp_path: Path):
    path = tmp_path / "bad.py"
    path.write_text("import torch\nnet = frob(3)\n")
    window.feature(Documents).open(str(path))
    qtbot.waitUntil(lambda: window.page.notice.isVisible())
    assert window.page.notice.text.text() == "bad.py: Line 2: “frob” is not defined in this code: add what defines it"
