"""Copy and paste by keys, and what a clipboard without layers is answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.window.window import MainWindow
from tests.app.windows import opened

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", torch=False) as window:
        yield window


def test_what_is_no_layer_is_not_pasted_and_that_is_said(window):
    graph = window.page.document.experiment.graph
    QApplication.clipboard().setText("three blind mice")
    QTest.keyClick(window.page.view, Qt.Key.Key_V, CTRL)
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
