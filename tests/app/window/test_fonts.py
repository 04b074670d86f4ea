"""The whole window with the usual, a narrow and a wide font: every word of every page can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QTabBar
from pytestqt.qtbot import QtBot

from app.features.documents import Documents
from app.window.window import MainWindow
from engine.messages import say
from tests.app.windows import opened
from tests.legible import cut_words
from widgets.data.panel import DataPanel
from widgets.training.recipe_form import RecipeForm

SMALL, USUAL, LARGE = (1280, 720), (1600, 1000), (2560, 1440)
every_font = pytest.mark.parametrize(("font", "size"), [
    ("usual", SMALL), ("narrow", SMALL), ("wide", SMALL), ("wide", USUAL), ("narrow", LARGE),
], indirect=["font"], ids=lambda value: value if isinstance(value, str) else "x".join(map(str, value)))  # fmt: skip


@pytest.fixture
def window(font: str, size: tuple[int, int], qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "home", size=size, torch=False) as window:
        window.page.scene.select(["conv1"])
        assert window.size().toTuple() == size
        yield window


def settle() -> None:
    """What is first shown asks for its layout while it is laid out."""
    for _ in range(5):
        QApplication.processEvents()


def cut_on_tabs(window: MainWindow, tabs: QTabBar) -> dict[str, list[str]]:
    """What is cut on each page of these tabs."""
    found = {}
    for index in range(tabs.count()):
        if tabs.isTabVisible(index):
            tabs.setCurrentIndex(index)
            settle()
            found[tabs.tabText(index)] = cut_words(window)
    return found


@every_font
def test_every_page_can_be_read(window: MainWindow) -> None:
    [form] = window.findChildren(RecipeForm)
    for fold in form.folds.values():
        fold.click()
    found = cut_on_tabs(window, window.places.bottom.tabBar())
    assert len(found) == 6
    for name in ("googlenet", "house-prices", "weight-decay"):
        window.feature(Documents).open(f"gallery:{name}")
        [data] = window.findChildren(DataPanel)
        window.places.bottom.setCurrentWidget(data)
        found |= {f"{name}, {page}": cut for page, cut in cut_on_tabs(window, data.tabs.bar).items()}
    window.say(say("{path} could not be read: it is no file of this program", path="/home/somebody/" * 8), "error")
    settle()
    found["notice"] = cut_words(window)
    window.show_start()
    settle()
    found["start page"] = cut_words(window)
    assert {page: cut for page, cut in found.items() if cut} == {} and len(found) > 14


@every_font
def test_progress_and_outcome_stand_in_the_top_bar(window: MainWindow) -> None:
    top = window.places.top
    top.show_progress(7, 10, 0.63, 35740.4, 21.2)
    settle()
    line = (top.progress.left, top.progress.right)
    assert [each.shown_lines() for each in line] == [[each.text()] for each in line]
    assert "left" in top.progress.right.text()  # how fast it goes stands there where there is room
    top.show_status("loss 0.473, train acc 0.823, test acc 0.827, 35726 examples/s on cuda:0",
                    shorter=("loss 0.473, train acc 0.823, test acc 0.827",))
    settle()
    assert "".join(top.progress.sentence.shown_lines()).endswith(("cuda:0", "0.827"))
    assert cut_words(window) == []


@every_font
def test_the_inspector_can_be_read_for_every_layer(window: MainWindow) -> None:
    found = {}
    for name in ("lenet", "resnet18", "my-linear"):
        window.feature(Documents).open(f"gallery:{name}")
        for node in list(window.page.scene.graph.nodes)[:12]:
            window.page.scene.select([node])
            settle()
            found[name, node] = cut_words(window.places.side)
    assert {layer: cut for layer, cut in found.items() if cut} == {} and len(found) > 20
