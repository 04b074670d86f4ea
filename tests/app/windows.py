"""For tests of the running program: its window, open and ready, and closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.features.documents import Documents
from app.gui import make_window
from app.window.host import Feature
from app.window.panel import TabPanel
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import DEFAULT
from engine.graph.graph import Graph

CTRL = Qt.KeyboardModifier.ControlModifier
READY_MS = 60_000


class Keyboard:
    """The network that is in front, and keys pressed where the keyboard is."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.page = window, window.page

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget(), key, modifiers)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)

    def select(self, *names: str) -> None:
        """Select layers; the canvas has the keyboard."""
        self.page.scene.select(names)
        self.page.view.setFocus()

    @property
    def graph(self) -> Graph:
        return self.page.document.experiment.graph

    @property
    def chosen(self) -> list[str]:
        return self.page.scene.selected_names()

    def there_and_back(self, before: Graph) -> None:
        """Undo and redo by their keys lead to equal graphs, in one step."""
        after = self.graph
        assert after != before
        self.key(Qt.Key.Key_Z, CTRL)
        assert self.graph == before and set(self.page.scene.cards) == set(before.nodes)
        self.key(Qt.Key.Key_Y, CTRL)
        assert self.graph == after and set(self.page.scene.cards) == set(after.nodes)


_ended: list[QObject] = []


def let_go() -> None:
    """Of windows that have ended: in a process of hundreds, what connections still hold of each adds up to minutes."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for part in _ended:
        if not isValid(part):
            vars(part).clear()
    _ended.clear()


@contextmanager
def opened(qtbot, folder: Path, source: str = DEFAULT, size: tuple[int, int] = (1500, 950), torch: bool = True
           ) -> Iterator[MainWindow]:
    """The window with a network ("": with none); ``torch``: ready to train, else only complete.

    The canvas has the keyboard.
    """
    window = make_window(Settings(folder))
    window.resize(*size)
    window.open_at_start([source] if source else [])
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.waitUntil(lambda: window.is_ready if torch else window.is_complete, timeout=READY_MS)
    if window.page is not None:
        window.page.view.setFocus()
    yield window
    window.settle()
    for page in window.pages:
        page.document.history.mark_clean()
        page.document.mark = None  # whatever has become of its file
    window.close()
    window.deleteLater()
    _ended.extend((*window.features, window.places, window.commands, window))


@contextmanager
def shared(request: pytest.FixtureRequest, size: tuple[int, int] = (1500, 950), torch: bool = True
           ) -> Iterator[MainWindow]:
    """One window for all tests of a file, each of which is ``lent`` it: to make one takes longer than most of them."""
    folder = request.getfixturevalue("tmp_path_factory").mktemp("shared") / "layerloom"
    request.getfixturevalue("qapp")
    with opened(QtBot(request), folder, "", size, torch) as window:
        yield window


@contextmanager
def lent(window: MainWindow, qtbot: QtBot, source: str = DEFAULT) -> Iterator[MainWindow]:
    """A shared window with a network as it was opened, and with none of it afterwards: the panels are as before."""
    places, size = window.places, window.size()
    tabs, panels = (places.left, places.bottom), places.panels
    before, states = [panel.currentIndex() for panel in tabs], panels.states()
    window.feature(Documents).open(source)
    with qtbot.waitActive(window):
        window.activateWindow()
    QApplication.processEvents()
    window.page.view.setFocus()
    yield window
    window.settle()
    for page in window.pages:
        page.document.history.mark_clean()
        page.document.mark = None  # whatever has become of its file
    while window.pages:
        assert window.close_page(0)
    qtbot.waitUntil(lambda: not any(thread.isRunning() for thread in window.findChildren(QThread)))
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for panel, index in zip(tabs, before, strict=True):
        panel.setCurrentIndex(index)
    if panels.states() != states:
        panels.restore(panels.workspace, states)
    window.resize(size)


def brought(window: MainWindow, kind: type[Feature]) -> Any:
    """The panel of a feature, its tab in front."""
    feature = window.feature(kind)
    window.places.bottom.bring(feature.tab)
    return feature.panel


def turn_to(window: MainWindow, title: str) -> None:
    """The tab with this title comes to the front."""
    bottom = window.places.bottom
    bottom.setCurrentIndex(next(index for index in range(bottom.count()) if _title(bottom, index) == title))


def titles(window: MainWindow) -> list[str]:
    """Of the tabs that are seen below."""
    bottom = window.places.bottom
    return [_title(bottom, index) for index in range(bottom.count()) if bottom.isTabVisible(index)]


def in_front(window: MainWindow) -> str:
    """The title of the tab that is in front."""
    return _title(window.places.bottom, window.places.bottom.currentIndex())


def _title(bottom: TabPanel, index: int) -> str:
    """Without the count beside it."""
    return bottom.tabText(index).partition("  ")[0]
