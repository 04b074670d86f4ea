"""Pages of the window: opened once, turned to, moved, closed; what is dropped; what the next start remembers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.document.document import Document
from app.features.documents import Documents
from app.features.outline import Outline
from app.features.problems import Problems
from app.gui import make_window
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.messages import say
from tests.app.windows import opened


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp", torch=False) as window:
        yield window


def names(window: MainWindow) -> list[str]:
    return [page.document.name for page in window.pages]


def problems_tab(window: MainWindow) -> str:
    """What stands on it."""
    bottom = window.places.bottom
    return next(bottom.tabText(at) for at in range(bottom.count()) if bottom.tabText(at).startswith("Problems"))


def test_pages_stand_as_their_tabs_do(window):
    places, documents = window.places, window.places.documents
    for name in ("lenet", "linreg"):
        window.feature(Documents).open(f"gallery:{name}")
    assert names(window) == ["mlp", "lenet", "linreg"] and window.page is window.pages[2]
    documents.moveTab(2, 0)
    assert names(window) == ["linreg", "mlp", "lenet"] and window.page.document.name == "linreg"
    assert [documents.tabText(index) for index in range(3)] == ["linreg.loom", "mlp.loom", "lenet.loom"]
    documents.setCurrentIndex(1)
    assert window.page.document.name == "mlp" and window.page.view.hasFocus()
    assert window.close_page(7) is True and window.close_page(-1) is True and len(window.pages) == 3
    assert window.close_page(0) and names(window) == ["mlp", "lenet"] and window.page.document.name == "mlp"
    assert places.new_document.text() == "+"
    places.new_document.click()
    assert window.page is None and places.stack.currentWidget() is places.start
    assert [widget.isVisible() for widget in (places.left, places.bottom, places.side)] == [False] * 3
    documents.tabBarClicked.emit(-1)
    assert window.page is None
    documents.tabBarClicked.emit(1)
    assert window.page is window.pages[1]
    assert [widget.isVisible() for widget in (places.left, places.bottom, places.side)] == [True] * 3
    documents.tabBarClicked.emit(0)
    assert window.page is window.pages[1], "a click on a tab turns by itself"
    documents.tabCloseRequested.emit(1)
    window.commands["close"].trigger()
    assert window.pages == [] and window.page is None and documents.count() == 0
    window.say(say("Nothing is open"))
    assert places.notice.isVisible() and places.notice.text.text() == "Nothing is open"


def test_a_page_that_comes_to_the_front_is_shown_on_every_panel(window):
    def problems() -> str:
        return bottom.tabText(place)

    outline, bottom = window.feature(Outline), window.places.bottom
    window.commands["outline"].trigger()
    bottom.bring(window.feature(Problems).tab)
    place = bottom.currentIndex()
    window.feature(Documents).open("gallery:lenet")
    first, second = window.pages
    assert outline.panel.model.index_of("conv1").isValid()
    second.scene.select(["conv2"])
    assert outline.panel.paths() == ["conv2"]
    first.scene.select(["fc2"])
    first.document.edit_graph("elsewhere", first.level.graph.without(["act1"]))
    assert outline.panel.paths() == ["conv2"] and problems() == "Problems"
    window.places.documents.setCurrentIndex(0)
    assert outline.panel.paths() == ["fc2"] and not outline.panel.model.index_of("act1").isValid()
    count = sum(problem.severity != "hint" for problem in first.problems)
    assert problems() == (f"Problems  {count}" if count else "Problems")
    window.places.show_layers()
    first.scene.select(["fc1"])
    assert outline.panel.paths() == ["fc2"], "it is not seen"
    window.places.left.bring(outline.tab)
    assert outline.panel.paths() == ["fc1"] and window.commands["outline"].isChecked()


def test_a_search_among_the_layers_ends_where_another_network_comes(window):
    window.feature(Documents).open("gallery:lenet")
    window.commands["search"].trigger()
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit) and window.places.palette.isAncestorOf(field)
    QTest.keyClicks(field, "conv")
    window.places.documents.setCurrentIndex(0)
    assert field.text() == "" and window.page.view.hasFocus()


def test_a_file_that_is_open_comes_to_the_front(window, tmp_path):
    path = tmp_path / "mine.loom"
    window.page.document.save(path)
    window.feature(Documents).open("gallery:lenet")
    window.open(Document.open(str(path)))
    assert names(window) == ["mine", "lenet"] and window.page is window.pages[0]
    window.open(Document.open("gallery:lenet"))
    assert names(window) == ["mine", "lenet", "lenet-2"], "of the gallery each is a new one, with a name of its own"


def test_only_what_can_be_opened_can_be_dropped(window, tmp_path):
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton

    def dropped(*urls: QUrl) -> tuple[bool, list[str]]:
        data = QMimeData()
        data.setUrls(list(urls))
        enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, left, none)
        enter.ignore()
        QApplication.sendEvent(window, enter)
        if enter.isAccepted():
            QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, left, none))
        return enter.isAccepted(), names(window)

    files = []
    for name in ("one.loom", "two.loom", "picture.gif"):
        (tmp_path / name).write_bytes(Path("resources/gallery/lenet.loom").read_bytes())
        files.append(QUrl.fromLocalFile(str(tmp_path / name)))
    assert dropped(files[2]) == (False, ["mlp"])
    assert dropped(QUrl("https://example.org/net.loom")) == (False, ["mlp"])
    assert dropped(*files) == (True, ["mlp", "one", "two"])


def test_the_next_window_is_where_this_one_was(window, tmp_path):
    window.page.document.history.mark_clean()
    window.resize(780, 640)
    size = (window.width(), window.height())
    window.close()
    again = make_window(Settings(tmp_path / "layerloom"))
    assert (again.width(), again.height()) == size
    again.open_at_start([])
    again.show()
    assert again.page is None
    again.close()
    again.deleteLater()
    other = make_window(Settings(tmp_path / "other"))
    room = other.screen().availableSize()
    assert (other.width(), other.height()) == (min(1600, room.width()), min(1000, room.height()))
    other.close()
    other.deleteLater()
