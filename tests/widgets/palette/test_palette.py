"""The palette: finding a layer, folding categories, activating and dragging."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QDrag, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

import engine.blocks  # noqa: F401 - fills the registry
from engine.layers.base import LAYERS
from tests.in_front import in_front
from tests.seen import colors
from widgets.look import theme
from widgets.palette import tree as palette_tree
from widgets.palette.palette import FOLDED, Palette
from widgets.palette.tree import CATEGORY, FIRST, KIND, OFTEN, OFTEN_USED, REST, TONE, LayerTree, layer_model
from widgets.parts.layer_drag import LAYER_MIME

OFFERED = [layer for layer in LAYERS.values() if getattr(layer, "in_palette", True)]

# Said by the offscreen platform, which has no windows to size; no window system says it.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    return in_front(qtbot, Palette(list(LAYERS.values())), 220, 800)


def tree(palette: Palette) -> LayerTree:
    found = palette.findChild(LayerTree)
    assert found is not None
    return found


def search(palette: Palette) -> QLineEdit:
    found = palette.findChild(QLineEdit)
    assert found is not None
    return found


def shown(palette: Palette) -> list[str]:
    """Kinds that a person sees in their categories, from top to bottom."""
    view, index, kinds = tree(palette), tree(palette).model().index(0, 0), []
    while index.isValid():
        kinds += [index.data(KIND)] if index.data(KIND) and index.data(CATEGORY) != OFTEN else []
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


def everything(palette: Palette) -> list[str]:
    """Kinds that show once every category is unfolded and complete."""
    palette.arrange([f"+{layer.category}" for layer in OFFERED])
    return shown(palette)


def test_every_layer_that_is_offered_is_there_and_no_other(palette: Palette) -> None:
    assert sorted(everything(palette)) == sorted(layer.kind() for layer in OFFERED)
    assert shown(palette)[0] == "Input"
    assert "Custom" not in shown(palette), "a person's own blocks have a category of their own"


def often(palette: Palette) -> list[QModelIndex]:
    """The rows of what is used often, if that is on top."""
    model = tree(palette).model()
    top = model.index(0, 0)
    return [model.index(row, 0, top) for row in range(model.rowCount(top))] if top.data(CATEGORY) == OFTEN else []


def test_what_is_used_often_is_on_top_in_its_own_colours(palette: Palette) -> None:
    assert tree(palette).model().index(0, 0).data() == "Often used"
    assert [row.data(KIND) for row in often(palette)] == list(OFTEN_USED)
    assert [row.data(TONE) for row in often(palette)] == [LAYERS[kind].category for kind in OFTEN_USED]
    assert all(tree(palette).visualRect(row).bottom() < 280 for row in often(palette))


def test_what_is_used_often_is_dragged_found_once_and_folded(qtbot: QtBot, palette: Palette,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    RecordedDrag.started = []
    monkeypatch.setattr(palette_tree, "QDrag", RecordedDrag)
    [started] = drag(qtbot, palette, "Linear")
    assert bytes(started.mimeData().data(LAYER_MIME).data()) == b"Linear"
    qtbot.keyClicks(search(palette), "flatten")
    assert often(palette) == [] and shown(palette).count("Flatten") == 1
    search(palette).clear()
    with qtbot.waitSignal(palette.arranged) as told:
        qtbot.mouseClick(tree(palette).viewport(), Qt.MouseButton.LeftButton, pos=middle(palette, "Often used"))
    assert f"-{OFTEN}" in told.args[0]


def test_long_categories_show_their_beginning_and_on_a_click_the_rest(qtbot: QtBot, palette: Palette) -> None:
    activations = [layer.kind() for layer in OFFERED if layer.category == "activation"]
    assert len(activations) > FIRST + 1
    assert [kind for kind in shown(palette) if kind in activations] == activations[:FIRST]
    with qtbot.waitSignal(palette.arranged) as told:
        qtbot.mouseClick(tree(palette).viewport(), Qt.MouseButton.LeftButton, pos=rest_of(palette, "activation"))
    assert [kind for kind in shown(palette) if kind in activations] == activations
    assert "+activation" in told.args[0]
    qtbot.mouseClick(tree(palette).viewport(), Qt.MouseButton.LeftButton, pos=rest_of(palette, "activation"))
    assert [kind for kind in shown(palette) if kind in activations] == activations[:FIRST]


def rest_of(palette: Palette, category: str) -> QPoint:
    """The middle of the row that shows a category's rest."""
    model = tree(palette).model()
    headings = [model.index(row, 0) for row in range(model.rowCount())]
    last = [model.index(model.rowCount(heading) - 1, 0, heading) for heading in headings]
    row = next(row for row in last if row.data(REST) and row.data(CATEGORY) == category)
    tree(palette).scrollTo(row)
    return tree(palette).visualRect(row).center()


def test_the_arrangement_is_remembered(qtbot: QtBot, palette: Palette) -> None:
    assert {f"-{name}" for name in FOLDED} == set(palette.arrangement())
    with qtbot.waitSignal(palette.arranged) as told:
        qtbot.mouseClick(tree(palette).viewport(), Qt.MouseButton.LeftButton, pos=middle(palette, "Pooling"))
    assert "-pooling" in told.args[0]
    other = Palette(list(LAYERS.values()))
    qtbot.addWidget(other)
    other.arrange(told.args[0])
    assert shown(other) == shown(palette) and "MaxPool2d" not in shown(other)
    assert other.arrangement() == palette.arrangement()


def test_own_blocks_have_a_category_are_found_dragged_and_go(qtbot: QtBot, palette: Palette,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    palette.show_own_blocks([("My stem", "own:My stem"), ("Tail", "own:Tail")])
    assert shown(palette)[-2:] == ["own:My stem", "own:Tail"]
    assert index_of(palette, "My blocks").isValid()
    RecordedDrag.started = []
    monkeypatch.setattr(palette_tree, "QDrag", RecordedDrag)
    [started] = drag(qtbot, palette, "My stem")
    assert bytes(started.mimeData().data(LAYER_MIME).data()) == b"own:My stem"
    with qtbot.waitSignal(palette.own_menu_requested) as asked:
        at = middle(palette, "Tail")
        QApplication.sendEvent(tree(palette).viewport(), QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, at, tree(palette).viewport().mapToGlobal(at)))
    assert asked.args[0] == "own:Tail"
    qtbot.keyClicks(search(palette), "stem")
    assert shown(palette)[0] == "own:My stem"
    palette.show_own_blocks([])
    search(palette).clear()
    assert not any(kind.startswith("own:") for kind in shown(palette))


def test_synonyms_find_and_unknown_categories_come_last(qtbot: QtBot) -> None:
    class Rotate(LAYERS["ReLU"]):
        title, category, synonyms = "Rotate", "geometry", ("spin", "turn around")

    palette = Palette([Rotate, *LAYERS.values()])
    qtbot.addWidget(palette)
    assert shown(palette)[-1] == "Rotate"
    for typed in ("spin", "around", "geometry"):
        search(palette).setText(typed)
        assert tree(palette).currentIndex().data(KIND) == "Rotate"
    assert layer_model([Rotate]).item(0).text() == "geometry"
    palette.grab()  # its colour is not known either


@pytest.mark.parametrize(
    ("typed", "first"),
    [("conv", "Conv2d"), ("nn.Linear", "Linear"), ("add", "Add"), ("pool", "MaxPool2d"), ("probabilities", "Softmax"),
     ("normalization", "BatchNorm2d"), ("batch 2d", "BatchNorm2d"), ("RELU", "ReLU")],
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
    before = shown(palette)
    qtbot.keyClicks(search(palette), "tanh")
    assert shown(palette)[0] == "Tanh" and "Conv2d" not in shown(palette)
    qtbot.keyClick(search(palette), Qt.Key.Key_Down)
    qtbot.keyClick(tree(palette), Qt.Key.Key_Up)
    qtbot.keyClick(tree(palette), Qt.Key.Key_Up)
    assert search(palette).hasFocus()
    qtbot.keyClick(search(palette), Qt.Key.Key_Escape)
    assert search(palette).text() == ""
    assert shown(palette) == before


def test_finding_nothing_is_said(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(search(palette), "zzz")
    assert not tree(palette).isVisible()
    [said] = [label for label in palette.findChildren(QLabel) if label.text() == "No layer matches “zzz”."]
    assert said.isVisible() and said.y() > search(palette).geometry().bottom() and said.width() > 150
    qtbot.keyClick(search(palette), Qt.Key.Key_Down)
    assert search(palette).hasFocus()


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
    carried = started.pixmap().toImage()
    assert carried.width() > 100
    assert {theme.category_color("convolution").name(), theme.color("raised").name()} <= colors(carried)
    RecordedDrag.started = []
    assert drag(qtbot, palette, "Merge") == []


def test_many_layers_are_cheap(qtbot: QtBot) -> None:
    palette = Palette(list(LAYERS.values()) * 8)
    qtbot.addWidget(palette)
    assert len(everything(palette)) == 8 * len(OFFERED)
    assert len(palette.findChildren(QLineEdit)) == 1


def test_after_enter_the_whole_list_is_back_and_the_next_search_can_be_typed(qtbot: QtBot, palette: Palette) -> None:
    before = shown(palette)
    palette.focus_search()
    qtbot.keyClicks(search(palette), "sigm")
    qtbot.keyClick(search(palette), Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.layer_activated) as activated:
        qtbot.keyClick(tree(palette), Qt.Key.Key_Return)
    assert activated.args == ["Sigmoid"]
    assert shown(palette) == before
    assert search(palette).hasFocus()
    qtbot.keyClicks(search(palette), "dropout")
    assert shown(palette)[0] == "Dropout"


def test_enter_adds_the_best_find_at_once(qtbot: QtBot, palette: Palette) -> None:
    before = shown(palette)
    palette.focus_search()
    for typed, kind in (("conv2d", "Conv2d"), ("relu", "ReLU")):
        qtbot.keyClicks(search(palette), typed)
        with qtbot.waitSignal(palette.layer_activated) as activated:
            qtbot.keyClick(search(palette), Qt.Key.Key_Return)
        assert activated.args == [kind]
        assert (search(palette).text(), shown(palette)) == ("", before)
        assert search(palette).hasFocus()
    qtbot.keyClicks(search(palette), "zzz")
    with qtbot.assertNotEmitted(palette.layer_activated):
        qtbot.keyClick(search(palette), Qt.Key.Key_Return)


def test_a_search_ends_with_a_double_click_with_a_drag_and_with_another_network(
        qtbot: QtBot, palette: Palette, monkeypatch: pytest.MonkeyPatch) -> None:
    qtbot.keyClicks(search(palette), "flatten")
    place = middle(palette, "Flatten")
    qtbot.mouseClick(tree(palette).viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(tree(palette).viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert search(palette).text() == ""
    RecordedDrag.started = []
    monkeypatch.setattr(palette_tree, "QDrag", RecordedDrag)
    qtbot.keyClicks(search(palette), "flatten")
    assert len(drag(qtbot, palette, "Flatten")) == 1
    assert search(palette).text() == ""
    qtbot.keyClicks(search(palette), "flatten")
    palette.end_search()
    assert search(palette).text() == ""


@pytest.mark.parametrize("font", ["usual", "wide"], indirect=True)
def test_a_shortened_title_is_said_at_rest(font: str, palette: Palette, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(palette_tree.QToolTip, "showText", lambda _at, text, _view: said.append(text))
    palette.resize(180, 800)
    QApplication.processEvents()
    view = tree(palette)
    at = view.visualRect(index_of(palette, "Adaptive average pool")).center()
    event = QHelpEvent(QEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    assert len(said) == 1 and said[0].startswith("<qt>Adaptive average pool<br>") and "nn.AdaptiveAvgPool2d" in said[0]
