"""Undo and redo lead to where something is to be seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, Qt

from app.window.window import MainWindow
from tests.app.windows import CTRL, Keyboard, opened


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path, torch=False) as window:
        yield window


def in_sight(window: MainWindow, name: str) -> bool:
    view, card = window.page.view, window.page.scene.cards[name]
    return view.viewport().rect().contains(view.mapFromScene(card.body()).boundingRect())


def test_when_everything_is_undone_the_input_is_in_sight(window):
    hands = Keyboard(window)
    first, last = hands.graph, next(name for name in hands.graph.nodes if not hands.graph.outputs[name])
    hands.select(last)
    for kind in ("ReLU", "Linear", "ReLU", "Linear"):
        window.page.view.append(kind)
    assert not in_sight(window, "input"), "one draws at the end"
    for _ in range(4):
        hands.key(Qt.Key.Key_Z, CTRL)
    assert hands.graph == first and in_sight(window, "input")


def test_where_an_undo_or_a_redo_leaves_nothing_in_sight_one_is_led_back(window):
    hands, view = Keyboard(window), window.page.view
    for _ in range(2):
        view.append("ReLU")
    for key in (Qt.Key.Key_Z, Qt.Key.Key_Y):
        view.centerOn(QPointF(9000, 9000))
        hands.key(key, CTRL)
        assert in_sight(window, "input")
    view.centerOn(view.canvas.cards["fc3"].body().center())
    place = view.place()
    hands.key(Qt.Key.Key_Z, CTRL)
    assert view.place() == place, "nothing jumps where something is seen"
