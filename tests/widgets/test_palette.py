"""The palette: finding a layer, folding categories, activating and dragging."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

import engine.blocks  # noqa: F401 - fills the registry
from engine.layers.base import LAYERS
from widgets import palette_tree
from widgets.palette import LAYER_MIME, Palette
from widgets.palette_tree import KIND, LayerTree

# Said by the offscreen platform, which has no windows to size; no window system says it.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def palette(qtbot: QtBot) -> Iterator[Palette]:
    palette = Palette(list(LAYERS.values()))
    qtbot.addWidget(palette)
    palette.resize(220, 800)
    palette.show()
    with qtbot.waitActive(palette):
        palette.activateWindow()
    yield palette


def tree(palette: Palette) -> LayerTree:
    found = palette.findChild(LayerTree)
    assert found is not None
    return found


def search(palette: Palette) -> QLineEdit:
    found = palette.findChild(QLineEdit)
    assert found is not None
    return found


def shown(palette: Palette) -> list[str]:
    """Kinds that a person sees, from top to bottom."""
    view, index, kinds = tree(palette), tree(palette).model().index(0, 0), []
    while index.isValid():
        kinds += [index.data(KIND)] if index.data(KIND) else []
        index = view.indexBelow(index)
    return kinds


def index_of(palette: Palette, text: str) -> QModelIndex:
    model = tree(palette).model()
    found = model.match(model.index(0, 0), Qt.ItemDataRole.DisplayRole, text, 1,
                        Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    return found[0]


def middle(palette: Palette, text: str) -> QPoint:
    view = tree(palette)
    view.scrollTo(index_of(palette, text))
    return view.visualRect(index_of(palette, text)).center()


def test_every_registered_layer_is_there(palette: Palette) -> None:
    assert sorted(shown(palette)) == sorted(LAYERS)
    assert shown(palette)[0] == "Input"


@pytest.mark.parametrize(
    ("typed", "first"),
    [("conv", "Conv2d"), ("nn.Linear", "Linear"), ("add", "Add"), ("pool", "MaxPool2d"), ("probabilities", "Softmax"),
     ("normalization", "BatchNorm1d"), ("batch 2d", "BatchNorm2d"), ("RELU", "ReLU")],
)
def test_typing_finds_by_title_torch_name_meaning_and_category(qtbot: QtBot, palette: Palette, typed: str,
                                                               first: str) -> None:
    palette.focus_search()
    qtbot.keyClicks(search(palette), typed)
    assert first in shown(palette)
    assert len(shown(palette)) < len(LAYERS)
    qtbot.keyClick(search(palette), Qt.Key.Key_Down)
    assert tree(palette).hasFocus()
    with qtbot.waitSignal(palette.layer_activated) as asked:
        qtbot.keyClick(tree(palette), Qt.Key.Key_Return)
    assert asked.args == [first]


def test_escape_clears_the_search_and_up_returns_to_it(qtbot: QtBot, palette: Palette) -> None:
    palette.focus_search()
    qtbot.keyClicks(search(palette), "tanh")
    assert shown(palette) == ["Tanh"]
    qtbot.keyClick(search(palette), Qt.Key.Key_Return)
    qtbot.keyClick(tree(palette), Qt.Key.Key_Up)
    qtbot.keyClick(tree(palette), Qt.Key.Key_Up)
    assert search(palette).hasFocus()
    qtbot.keyClick(search(palette), Qt.Key.Key_Escape)
    assert search(palette).text() == ""
    assert len(shown(palette)) == len(LAYERS)


def test_finding_nothing_is_said(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(search(palette), "zzz")
    assert not tree(palette).isVisible()
    assert "zzz" in palette._none.text()
    assert palette._none.isVisible()
    qtbot.keyClick(search(palette), Qt.Key.Key_Down)
    assert search(palette).hasFocus() or not tree(palette).hasFocus()


def test_a_click_folds_a_category_and_a_search_looks_inside(qtbot: QtBot, palette: Palette) -> None:
    qtbot.mouseClick(tree(palette).viewport(), Qt.MouseButton.LeftButton, pos=middle(palette, "Pooling"))
    assert "MaxPool2d" not in shown(palette)
    qtbot.keyClicks(search(palette), "max")
    assert "MaxPool2d" in shown(palette)
    search(palette).clear()
    assert "MaxPool2d" not in shown(palette)
    qtbot.mouseClick(tree(palette).viewport(), Qt.MouseButton.LeftButton, pos=middle(palette, "Pooling"))
    assert "MaxPool2d" in shown(palette)


def test_a_double_click_activates_and_a_click_does_not(qtbot: QtBot, palette: Palette) -> None:
    view, place = tree(palette).viewport(), middle(palette, "Flatten")
    with qtbot.assertNotEmitted(palette.layer_activated):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(palette.layer_activated) as asked:
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=place)
    assert asked.args == ["Flatten"]


class RecordedDrag(QDrag):
    """A drag that is not carried out: exec would wait for the window system."""

    started: list[QDrag]

    def exec(self, *actions: object) -> Qt.DropAction:
        self.started.append(self)
        return Qt.DropAction.CopyAction


def drag(qtbot: QtBot, palette: Palette, text: str) -> list[QDrag]:
    view, place = tree(palette).viewport(), middle(palette, text)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=place)
    far = QApplication.startDragDistance() + 5
    for step in (far, 2 * far, 3 * far):
        qtbot.mouseMove(view, place + QPoint(step, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place)
    return RecordedDrag.started


def test_dragging_a_row_carries_its_kind(qtbot: QtBot, palette: Palette, monkeypatch: pytest.MonkeyPatch) -> None:
    RecordedDrag.started = []
    monkeypatch.setattr(palette_tree, "QDrag", RecordedDrag)
    [started] = drag(qtbot, palette, "Conv 2d")
    assert bytes(started.mimeData().data(LAYER_MIME).data()) == b"Conv2d"
    assert not started.pixmap().isNull()
    RecordedDrag.started = []
    assert drag(qtbot, palette, "Merge") == []


def test_many_layers_are_cheap(qtbot: QtBot) -> None:
    palette = Palette(list(LAYERS.values()) * 8)
    qtbot.addWidget(palette)
    assert len(shown(palette)) == 8 * len(LAYERS)
    assert len(palette.findChildren(QLineEdit)) == 1


def test_after_enter_the_whole_list_is_back_and_the_next_search_can_be_typed(qtbot: QtBot, palette: Palette) -> None:
    everything = shown(palette)
    palette.focus_search()
    qtbot.keyClicks(search(palette), "sigm")
    qtbot.keyClick(search(palette), Qt.Key.Key_Return)
    with qtbot.waitSignal(palette.layer_activated) as activated:
        qtbot.keyClick(tree(palette), Qt.Key.Key_Return)
    assert activated.args == ["Sigmoid"]
    assert shown(palette) == everything
    assert search(palette).hasFocus()
    qtbot.keyClicks(search(palette), "dropout")
    assert shown(palette)[0] == "Dropout"
