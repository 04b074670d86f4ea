"""A double click presses what is there, never what comes under the mouse by the first press."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from app.window.window import MainWindow
from tests.app.windows import opened
from tests.mouse import double_click, interval, middle

LONG_MS = 600_000


@pytest.fixture(autouse=True)
def _long() -> Iterator[None]:
    with interval(LONG_MS):
        yield


@pytest.fixture
def start(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "", size=(1280, 720)) as window:
        yield window


@pytest.fixture
def block(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:residual-small", size=(1280, 720)) as window:
        window.page.go(("residual1",))
        yield window


def is_searching(window: MainWindow) -> bool:
    return any(type(part).__name__ == "SearchBox" and part.isVisible() for part in window.findChildren(QWidget))


@pytest.mark.parametrize("at", [QPoint(470, 250), QPoint(700, 380), QPoint(93, 210)], ids=["card", "other", "new"])
def test_a_network_is_opened_and_nothing_else_is_done(start, qtbot, at):
    double_click(start, at)
    qtbot.waitUntil(lambda: len(start.pages) == 1)
    assert not is_searching(start) and start.page.scene.selected_names() == [] and start.page.level.path == ()


def test_one_goes_out_of_a_block_and_nothing_else_is_done(block):
    page, step = block.page, block.page.crumbs.steps[0]
    at = middle(step)
    graph = page.document.experiment.graph
    double_click(block, at)
    assert page.level.path == () and not is_searching(block) and page.document.experiment.graph is graph


def test_the_find_line_is_closed_and_nothing_else_is_done(block):
    block.commands["find"].trigger()
    bar = next(part for part in block.findChildren(QWidget) if type(part).__name__ == "FindBar" and part.isVisible())
    double_click(block, middle(bar.close_button))
    assert not bar.isVisible() and not is_searching(block)
