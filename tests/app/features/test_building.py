"""Building a network from nothing, step by step: what is only unfinished is not wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.window.window import MainWindow
from tests.app.windows import opened
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.palette.tree import LayerTree

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", (1280, 720), torch=False) as window:
        window.commands["new"].trigger()
        yield window


def double_click(window: MainWindow, title: str) -> None:
    """A layer of the palette, by a real double click."""
    tree = window.places.palette.findChild(LayerTree)
    index = next(index for row in range(tree.model().rowCount())
                 for index in tree.model().match(tree.model().index(0, 0, tree.model().index(row, 0)),
                                                 Qt.ItemDataRole.DisplayRole, title, 1, Qt.MatchFlag.MatchExactly))
    tree.scrollTo(index)
    at = tree.visualRect(index).center()
    QTest.mouseClick(tree.viewport(), LEFT, pos=at)
    QTest.mouseDClick(tree.viewport(), LEFT, pos=at)


def test_while_one_builds_no_card_is_red_or_wider(window):
    page, count = window.page, 1
    for title in ("Conv 2d", "ReLU", "Max pool", "Conv 2d", "ReLU", "Max pool", "Flatten", "Linear", "ReLU", "Linear"):
        double_click(window, title)
        QApplication.processEvents()
        count += 1
        assert len(page.scene.cards) == count
        for name, card in page.scene.cards.items():
            assert card.face.severity not in ("error", "warning"), (name, card.face.problem)
            assert card.body().width() == CARD_WIDTH, name
        [last] = page.scene.selected_names()
        seen = page.view.mapToScene(page.view.viewport().rect()).boundingRect()
        assert seen.contains(page.scene.cards[last].body()), "what comes next is in sight"
        assert page.view.hasFocus(), "Tab searches for the next"
    assert any(problem.severity == "error" and problem.unfinished for problem in page.problems), "said all the same"


def test_what_is_wrong_is_red_at_once(window):
    double_click(window, "Conv 2d")
    double_click(window, "Linear")
    [last] = window.page.scene.selected_names()
    assert window.page.scene.cards[last].face.severity == "error"
    assert window.page.scene.cards[last].body().width() > CARD_WIDTH


def test_often_used_layers_are_in_sight_at_first(window):
    tree = window.places.palette.findChild(LayerTree)
    for title in ("Conv 2d", "Linear", "ReLU", "Flatten", "Max pool"):
        found = tree.model().match(tree.model().index(0, 0, tree.model().index(0, 0)), Qt.ItemDataRole.DisplayRole,
                                   title, 1, Qt.MatchFlag.MatchExactly)
        assert found and tree.viewport().rect().contains(tree.visualRect(found[0]).center() + QPoint(0, 8)), title
