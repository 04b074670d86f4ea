"""The palette's list by itself: where everything in a row is painted, what is kept of a model, and its manners."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

import engine.blocks  # noqa: F401 - fills the registry
from engine.layers.base import LAYERS, Layer
from tests.in_front import in_front
from tests.painted import Mark, of, painted, words
from widgets.look import theme
from widgets.palette import tree as module
from widgets.palette.tree import (
    CATEGORY,
    KIND,
    OWN,
    REST,
    LayerFilter,
    LayerTree,
    layer_model,
    paint_card,
    show_own,
)

DARK, STATE = theme.DARK, QStyle.StateFlag
POOLS = [LAYERS[kind] for kind in ("Input", "Conv2d", "MaxPool2d", "ReLU", "LeakyReLU", "Sigmoid", "Tanh", "GELU",
                                   "SiLU", "ELU", "Softmax")]


@pytest.fixture
def tree(qtbot: QtBot) -> LayerTree:
    theme.apply(QApplication.instance(), DARK)
    tree = LayerTree()
    kept = LayerFilter(tree)
    source = layer_model(POOLS)
    source.setParent(tree)
    kept.setSourceModel(source)
    tree.setModel(kept)
    tree.expandAll()
    return in_front(qtbot, tree, 240, 600)


def index(tree: LayerTree, text: str) -> QModelIndex:
    model = tree.model()
    [found] = model.match(model.index(0, 0), Qt.ItemDataRole.DisplayRole, text, 1,
                          Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    return found


def rest(tree: LayerTree) -> QModelIndex:
    heading = index(tree, "Activation")
    return tree.model().index(tree.model().rowCount(heading) - 1, 0, heading)


def marks(tree: LayerTree, row: QModelIndex, state: QStyle.StateFlag = STATE.State_None) -> list[Mark]:
    """What is painted of a row at 100, 30 high, in a tree of 240."""
    option = QStyleOptionViewItem()
    option.rect, option.state, option.widget = QRect(0, 100, 240, 30), state, tree
    return painted(lambda painter: tree.itemDelegate().paint(painter, option, row))


def letters(mark: Mark) -> tuple[str, int, QFont.Weight]:
    return mark.font.family(), mark.font.pixelSize(), mark.font.weight()


def test_a_layer_is_a_card_with_its_strip(tree: LayerTree) -> None:
    ground, strip, title = marks(tree, index(tree, "Conv 2d"))
    box = QRectF(14, 100, 212, 26)
    assert (ground.place, ground.fill, ground.smooth) == (box, DARK.raised, True)
    assert (strip.place, strip.fill) == (QRectF(14, 100, 5, 26), theme.category_color("convolution").name())
    assert (title.text, title.pen, title.place) == ("Conv 2d", DARK.text, QRectF(28, 100, 190, 26))
    assert letters(title) == (theme.ui_font(13).family(), 13, QFont.Weight.Normal)
    assert marks(tree, index(tree, "Conv 2d"), STATE.State_MouseOver)[0].fill == DARK.line
    tree.clearFocus()
    assert of("box", marks(tree, index(tree, "Conv 2d"), STATE.State_Selected)) == [], "no key acts on it"
    for has_focus, searching, pen in ((True, False, DARK.accent), (False, True, DARK.dim), (True, True, DARK.accent)):
        (tree.setFocus if has_focus else tree.clearFocus)()
        tree.is_searching = searching
        [outline] = of("box", marks(tree, index(tree, "Conv 2d"), STATE.State_Selected))
        assert (outline.place, outline.pen, outline.fill, outline.width) == (
            box.adjusted(0.5, 0.5, -0.5, -0.5), pen, "", 1)


def test_a_card_is_cut_to_round_corners_and_its_words_to_its_room(qapp: QApplication) -> None:
    theme.apply(qapp, DARK)
    box, ground = QRectF(10, 10, 100, 26), QColor("#ff00ff")

    def paint(painter: QPainter) -> None:
        painter.setFont(theme.mono_font(40))
        paint_card(painter, box, "A title that is much too long", "block", ground)

    card = painted(paint)
    assert letters(card[2]) == (theme.ui_font(13).family(), 13, QFont.Weight.Normal)
    assert [mark.kind for mark in card] == ["area", "area", "text"]
    assert card[1].fill == theme.category_color("block").name()
    assert card[2].text.endswith("…") and card[2].text.startswith("A ti")
    assert 50 < QFontMetrics(theme.ui_font(13)).horizontalAdvance(card[2].text) <= 100 - 14 - 8


def test_a_heading_has_an_arrow_and_bold_words(tree: LayerTree) -> None:
    heading = index(tree, "Activation")
    arrow, title = marks(tree, heading)
    assert (arrow.text, arrow.pen, arrow.fill, arrow.smooth) == ("14,113.5 19,113.5 16.5,117", "", DARK.dim, True)
    assert (title.text, title.pen, title.place) == ("Activation", DARK.dim, QRectF(28, 100, 198, 30))
    assert letters(title) == (theme.ui_font(12).family(), 12, QFont.Weight.DemiBold)
    tree.collapse(heading)
    assert marks(tree, heading)[0].text == "15,112.5 15,117.5 18.5,115"
    arrow, title = marks(tree, heading, STATE.State_MouseOver)
    assert arrow.fill == title.pen == DARK.text
    tree.setFocus()
    [outline] = of("box", marks(tree, heading, STATE.State_Selected))
    assert (outline.place, outline.pen, outline.fill, outline.width) == (
        QRectF(10.5, 103.5, 219, 23), DARK.accent, "", 1)


def test_the_row_that_shows_the_rest_is_words_alone(tree: LayerTree) -> None:
    [text] = marks(tree, rest(tree))
    assert (text.text, text.pen, text.place) == ("2 more…", DARK.dim, QRectF(28, 100, 198, 26))
    assert letters(text) == (theme.ui_font(12).family(), 12, QFont.Weight.Normal)
    assert marks(tree, rest(tree), STATE.State_MouseOver)[0].pen == DARK.text
    tree.setFocus()
    [outline] = of("box", marks(tree, rest(tree), STATE.State_Selected))
    assert (outline.place, outline.pen, outline.fill, outline.width) == (
        QRectF(14.5, 100.5, 211, 25), DARK.accent, "", 1)
    tree.model().show_rest("activation", True)
    assert words(marks(tree, rest(tree))) == ["Fewer"]
    assert tree.rest_text(rest(tree)) == "Fewer"


def test_rows_are_as_high_as_what_stands_in_them(tree: LayerTree) -> None:
    heights = [tree.visualRect(row).height() for row in (index(tree, "Activation"), index(tree, "Conv 2d"), rest(tree))]
    assert heights == [26, 30, 30]
    assert {tree.visualRect(row).left() for row in (index(tree, "Activation"), index(tree, "Conv 2d"))} == {0}
    assert tree.isHeaderHidden() and not tree.horizontalScrollBar().isVisible()


def test_the_list_scrolls_smoothly_a_row_at_a_time(tree: LayerTree) -> None:
    tree.resize(240, 120)
    QApplication.processEvents()
    first = tree.model().index(0, 0)
    tree.verticalScrollBar().setValue(7)
    assert tree.visualRect(first).top() == -7
    assert tree.verticalScrollBar().singleStep() == 30
    tree.resize(60, 120)
    QApplication.processEvents()
    assert not tree.horizontalScrollBar().isVisible()


def test_nothing_can_be_typed_over_and_a_double_click_folds_once(tree: LayerTree) -> None:
    heading = index(tree, "Activation")
    place = tree.visualRect(heading).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not tree.isExpanded(heading)
    QTest.mouseDClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    folded = tree.isExpanded(heading)
    QTest.mouseDClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert tree.isExpanded(heading) == folded, "a double click is Qt's for nothing"
    tree.setCurrentIndex(index(tree, "Conv 2d"))
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_F2)
    assert tree.state() == LayerTree.State.NoState
    assert tree.dragDropMode() == LayerTree.DragDropMode.DragOnly


@pytest.mark.parametrize(("width", "whole"), [(240, False), (90, True)])
@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_a_title_that_is_cut_is_said_whole(tree: LayerTree, monkeypatch: pytest.MonkeyPatch, width: int,
                                           whole: bool) -> None:
    said: list[str] = []
    monkeypatch.setattr(module.QToolTip, "showText", lambda _at, text, _view: said.append(text))
    tree.resize(width, 600)
    QApplication.processEvents()
    at = tree.visualRect(index(tree, "Leaky ReLU")).center()
    QApplication.sendEvent(tree.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, tree.viewport().mapToGlobal(at)))
    assert [text.startswith("<qt>Leaky ReLU<br>") and text.endswith("nn.LeakyReLU</qt>") and text.count("<qt>") == 1
            for text in said] == [True] * whole


# -- what is kept of the model --------------------------------------------------------------------------------------


def rows(tree: LayerTree, heading: str) -> list[str]:
    top = index(tree, heading)
    found = [tree.model().index(row, 0, top) for row in range(tree.model().rowCount(top))]
    return [f"+{row.data(REST)}" if row.data(REST) else row.data() for row in found]


def test_a_long_category_begins_with_six_and_a_shorter_one_is_whole(tree: LayerTree) -> None:
    assert rows(tree, "Activation") == ["ReLU", "Leaky ReLU", "Sigmoid", "Tanh", "GELU", "SiLU", "+2"]
    tree.model().show_rest("activation", True)
    assert len(rows(tree, "Activation")) == 9 and rows(tree, "Activation")[-1] == "+2"
    tree.model().show_rest("activation", False)
    assert len(rows(tree, "Activation")) == 7
    tree.model().search("softmax")
    assert "Softmax" in rows(tree, "Activation") and not any(row.startswith("+") for row in rows(tree, "Activation"))
    tree.model().search("  ")
    assert len(rows(tree, "Activation")) == 7
    seven = LayerFilter(tree)
    seven.setSourceModel(layer_model(POOLS[3:10]))
    assert seven.rowCount(seven.index(0, 0)) == 7, "one more than six is shown at once"


def test_what_does_not_belong_in_the_palette_is_left_out() -> None:
    class Hidden(LAYERS["ReLU"]):  # type: ignore[misc]
        in_palette = False

    class Shown(LAYERS["ReLU"]):  # type: ignore[misc]
        in_palette = True

    def kinds(*layers: type[Layer]) -> list[str]:
        model = layer_model(layers)
        headings = [model.item(row) for row in range(model.rowCount())]
        return [heading.child(row).data(KIND) for heading in headings for row in range(heading.rowCount())]

    assert kinds(LAYERS["Conv2d"], Hidden, Shown) == ["Conv2d", "Shown"]
    assert kinds(Hidden) == []


def test_own_blocks_replace_those_before_them() -> None:
    model = layer_model([LAYERS["Conv2d"]])
    for blocks in ([("A", "own:A")], [("B", "own:B"), ("C", "own:C")], []):
        show_own(model, "My blocks", blocks, "A block of your own")
        assert model.rowCount() == 1 + bool(blocks)
        if blocks:
            own = model.item(1)
            assert (own.text(), own.data(CATEGORY), own.rowCount()) == ("My blocks", OWN, len(blocks))
            assert [own.child(row).text() for row in range(own.rowCount())] == [label for label, _ in blocks]
    empty = layer_model([])
    show_own(empty, "My blocks", [], "")
    assert empty.rowCount() == 0


def test_only_layers_can_be_dragged(tree: LayerTree) -> None:
    drags = [bool(row.flags() & Qt.ItemFlag.ItemIsDragEnabled)
             for row in (index(tree, "Conv 2d"), index(tree, "Activation"), rest(tree))]
    assert drags == [True, False, False]
    for row in (index(tree, "Conv 2d"), index(tree, "Activation"), rest(tree)):
        assert row.flags() & Qt.ItemFlag.ItemIsEnabled and row.flags() & Qt.ItemFlag.ItemIsSelectable
        assert not row.flags() & Qt.ItemFlag.ItemIsEditable


@pytest.mark.parametrize(("typed", "first"), [("relu", "ReLU"), ("leaky", "Leaky ReLU"), ("conv", "Conv 2d"),
                                              ("rectifier", "ReLU"), ("max", "Max pool")])
def test_the_best_of_what_is_found_is_by_its_name_first(tree: LayerTree, typed: str, first: str) -> None:
    tree.model().search(typed)
    assert tree.model().best().data() == first
    assert all(found.data(KIND) is not None for found in tree.model().layer_indexes())
    tree.model().search("zzzz")
    assert not tree.model().best().isValid()


def test_the_card_that_is_dragged_is_sharp(tree: LayerTree, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []

    class Drag:
        def __init__(self, _source: LayerTree) -> None:
            pass

        def setMimeData(self, data: object) -> None:
            taken.append(data)

        def setPixmap(self, pixmap: object) -> None:
            taken.append(pixmap)

        def setHotSpot(self, spot: QPoint) -> None:
            taken.append(spot)

        def exec(self, action: Qt.DropAction) -> Qt.DropAction:
            taken.append(action)
            return Qt.DropAction.IgnoreAction

    monkeypatch.setattr(module, "QDrag", Drag)
    monkeypatch.setattr(LayerTree, "devicePixelRatioF", lambda _self: 2.0)
    tree.setCurrentIndex(index(tree, "Activation"))
    tree.startDrag(Qt.DropAction.CopyAction)
    assert taken == []
    tree.setCurrentIndex(index(tree, "Conv 2d"))
    tree.startDrag(Qt.DropAction.CopyAction)
    _, card, spot, action = taken
    assert (card.width(), card.height(), card.devicePixelRatio()) == (2 * 212, 2 * 26, 2.0)
    assert (spot, action) == (QPoint(20, 13), Qt.DropAction.CopyAction)
    image = card.toImage()
    assert image.pixelColor(4, 26).name() == theme.category_color("convolution").name()
    assert image.pixelColor(422, 26).name() == DARK.line and image.pixelColor(400, 26).name() == DARK.raised
    assert image.pixelColor(0, 0).alpha() == 0
