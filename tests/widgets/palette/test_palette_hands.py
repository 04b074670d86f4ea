"""The palette under one's hands: every key, the mouse, folding that is remembered, and what each row looks like."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QDrag, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import engine.blocks  # noqa: F401 - fills the registry
from engine.layers.base import LAYERS
from tests.in_front import in_front
from tests.seen import colors, texts
from widgets.look import theme
from widgets.palette import tree as palette_tree
from widgets.palette.palette import FOLDED, Palette
from widgets.palette.tree import CATEGORY, KIND, MARGIN, REST, LayerTree
from widgets.parts.layer_drag import LAYER_MIME

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
Keys = Qt.Key
FEW = [LAYERS[kind] for kind in ("Input", "Conv2d", "MaxPool2d", "AvgPool2d", "ReLU", "Linear")]
OWN = [("My stem", "own:My stem"), ("Tail", "own:Tail")]


class Desk(QWidget):
    """A palette with another field beside it, and what it said."""

    def __init__(self, layers: list[type]) -> None:
        super().__init__()
        self.palette_, self.beside = Palette(layers), QLineEdit()
        column = QVBoxLayout(self)
        column.addWidget(self.palette_, 1)
        column.addWidget(self.beside)
        self.resize(240, 700)
        self.tree, self.search = self.palette_.findChild(LayerTree), self.palette_.findChild(QLineEdit)
        self.activated: list[str] = []
        self.arranged: list[list[str]] = []
        self.menus: list[str] = []
        self.palette_.layer_activated.connect(self.activated.append)
        self.palette_.arranged.connect(self.arranged.append)
        self.palette_.own_menu_requested.connect(lambda kind, _: self.menus.append(kind))

    def rows(self) -> list[str]:
        """What stands in the rows that can be seen, from top to bottom."""
        index, found = self.tree.model().index(0, 0), []
        while index.isValid():
            found.append(self.tree.rest_text(index) if index.data(REST) else index.data())
            index = self.tree.indexBelow(index)
        return found

    def index(self, text: str) -> QModelIndex:
        model = self.tree.model()
        [found] = model.match(model.index(0, 0), Qt.ItemDataRole.DisplayRole, text, 1,
                              Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
        return found

    def rest(self, category: str) -> QModelIndex:
        model = self.tree.model()
        headings = [model.index(row, 0) for row in range(model.rowCount())]
        last = [model.index(model.rowCount(heading) - 1, 0, heading) for heading in headings]
        return next(row for row in last if row.data(REST) and row.data(CATEGORY) == category)

    def box(self, index: QModelIndex) -> QPoint:
        self.tree.scrollTo(index)
        return self.tree.visualRect(index).center()

    def click(self, index: QModelIndex, button: Qt.MouseButton = LEFT) -> None:
        QTest.mouseClick(self.tree.viewport(), button, pos=self.box(index))

    def current(self) -> str:
        return self.tree.currentIndex().data() or ""

    def type(self, text: str) -> None:
        self.palette_.focus_search()
        QTest.keyClicks(self.search, text)


def desk_of(qtbot: QtBot, layers: list[type]) -> Desk:
    desk = Desk(layers)
    in_front(qtbot, desk)
    desk.beside.setFocus()
    return desk


@pytest.fixture
def few(qtbot: QtBot) -> Iterator[Desk]:
    yield desk_of(qtbot, FEW)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    yield desk_of(qtbot, list(LAYERS.values()))


# -- the field ------------------------------------------------------------------------------------------------------


def test_its_key_is_shown_while_it_rests_and_is_empty(few: Desk) -> None:
    [key] = [label for label in few.search.findChildren(QLabel) if label.text() == "/"]
    assert key.isVisible()
    assert key.x() > few.search.width() / 2
    few.palette_.focus_search()
    assert not key.isVisible()
    QTest.keyClicks(few.search, "x")
    few.beside.setFocus()
    assert not key.isVisible()
    few.search.clear()
    assert key.isVisible()
    assert few.search.placeholderText() == "Search layers…"


def test_a_new_search_replaces_the_last_one(few: Desk) -> None:
    few.type("pool")
    few.beside.setFocus()
    few.type("relu")
    assert few.search.text() == "relu"


@pytest.mark.parametrize("key", [Keys.Key_Down, Keys.Key_Return, Keys.Key_Enter])
def test_without_words_the_keys_lead_into_the_list(key: Qt.Key, few: Desk) -> None:
    few.palette_.focus_search()
    QTest.keyClicks(few.search, "  ")
    QTest.keyClick(few.search, key)
    assert few.tree.hasFocus()
    assert (few.current(), few.activated) == ("Input", [])


def test_down_goes_to_what_is_current(few: Desk) -> None:
    few.tree.setCurrentIndex(few.index("ReLU"))
    few.palette_.focus_search()
    QTest.keyClick(few.search, Keys.Key_Down)
    assert few.current() == "ReLU"


def test_escape_without_words_is_left_to_others(few: Desk) -> None:
    got = []
    few.keyPressEvent = lambda event: got.append(event.key())
    few.type("relu")
    QTest.keyClick(few.search, Keys.Key_Escape)
    assert (got, few.search.text()) == ([], "")
    QTest.keyClick(few.search, Keys.Key_Escape)
    assert got == [Keys.Key_Escape]


def test_enter_takes_what_is_marked(few: Desk) -> None:
    few.type("pool")
    assert few.current() == "Max pool"
    few.tree.setCurrentIndex(few.index("Average pool"))
    QTest.keyClick(few.search, Keys.Key_Return)
    assert (few.activated, few.search.text()) == (["AvgPool2d"], "")
    few.type("pool")
    few.tree.setCurrentIndex(few.index("Pooling"))
    QTest.keyClick(few.search, Keys.Key_Enter)
    assert few.activated == ["AvgPool2d", "MaxPool2d"], "a heading is no layer"


def test_what_is_found_and_what_is_not(few: Desk) -> None:
    few.type(" zzz ")
    assert "No layer matches “zzz”." in texts(few)
    assert not few.tree.isVisible()
    QTest.keyClick(few.search, Keys.Key_Return)
    QTest.keyClick(few.search, Keys.Key_Down)
    assert (few.activated, few.search.hasFocus()) == ([], True)
    few.search.clear()
    assert few.tree.isVisible()
    assert not any("matches" in text for text in texts(few))
    assert few.current() == ""
    few.type("pool")
    assert few.rows() == ["Convolution", "Conv 2d", "Pooling", "Max pool", "Average pool"]
    few.palette_.end_search()
    assert (few.search.text(), few.current(), few.search.hasFocus()) == ("", "", True)


# -- folding --------------------------------------------------------------------------------------------------------


def test_a_search_shows_all_and_leaves_what_is_folded(desk: Desk) -> None:
    folded = [row for row in desk.rows() if row in ("Sequences", "Attention", "Arithmetic")]
    assert len(folded) == len(FOLDED)
    assert "LSTM" not in desk.rows()
    desk.type("lstm")
    assert "LSTM" in desk.rows()
    assert not any("more" in row for row in desk.rows())
    desk.search.clear()
    assert "LSTM" not in desk.rows()
    assert desk.arranged == [], "only a person's own folding is told"


@pytest.mark.parametrize("how", ["click", "return", "enter"])
def test_a_heading_folds_and_unfolds(how: str, few: Desk) -> None:
    few.tree.setFocus()
    for row, told in (("Pooling", ["-attention", "-math", "-pooling", "-sequence"]),
                      ("Pooling", ["-attention", "-math", "-sequence"])):
        if how == "click":
            few.click(few.index(row))
        else:
            few.tree.setCurrentIndex(few.index(row))
            QTest.keyClick(few.tree, Keys.Key_Return if how == "return" else Keys.Key_Enter)
        assert few.arranged[-1] == told
        assert ("Max pool" in few.rows()) == ("-pooling" not in told)
    assert (len(few.arranged), few.activated) == (2, [])


def test_folding_while_one_searches_is_not_remembered(few: Desk) -> None:
    few.type("pool")
    few.click(few.index("Pooling"))
    assert (few.rows(), few.arranged) == (["Convolution", "Conv 2d", "Pooling"], [])
    few.search.clear()
    assert "Max pool" in few.rows()


@pytest.mark.parametrize("how", ["click", "return"])
def test_the_row_that_shows_the_rest_keeps_the_keyboard(how: str, desk: Desk) -> None:
    desk.tree.setFocus()
    short = desk.rows()
    for text, told in (("Fewer", True), (f"{desk.rest('activation').data(REST)} more…", False)):
        if how == "click":
            desk.click(desk.rest("activation"))
        else:
            desk.tree.setCurrentIndex(desk.rest("activation"))
            QTest.keyClick(desk.tree, Keys.Key_Return)
        assert desk.tree.currentIndex() == desk.rest("activation")
        assert desk.tree.rest_text(desk.tree.currentIndex()) == text
        assert ("+activation" in desk.arranged[-1]) == told
    assert desk.rows() == short
    assert len(desk.arranged) == 2


def test_one_more_than_fit_is_shown_at_once(qtbot: QtBot) -> None:
    activations = [layer for layer in LAYERS.values() if layer.category == "activation"][:8]
    for count, said in ((7, []), (8, ["2 more…"])):
        desk = desk_of(qtbot, activations[:count])
        assert [row for row in desk.rows() if "more" in row] == said
        assert len(desk.rows()) == 1 + (7 if count == 7 else 6 + 1)


# -- own blocks -----------------------------------------------------------------------------------------------------


def test_own_blocks_come_and_go(few: Desk) -> None:
    before = few.rows()
    few.palette_.show_own_blocks(OWN)
    assert few.rows() == [*before, "My blocks", "My stem", "Tail"]
    few.palette_.show_own_blocks(OWN[1:])
    assert few.rows() == [*before, "My blocks", "Tail"]
    few.type("block of your own")
    assert few.rows()[-2:] == ["My blocks", "Tail"]
    assert few.current() == "Tail"
    few.palette_.show_own_blocks([])
    assert "My blocks" not in few.rows()
    few.search.clear()
    assert few.rows() == before


def test_own_blocks_alone(qtbot: QtBot) -> None:
    alone = desk_of(qtbot, [])
    assert alone.rows() == []
    for _ in range(2):
        alone.palette_.show_own_blocks(OWN)
        assert alone.rows() == ["My blocks", "My stem", "Tail"]
    alone.palette_.show_own_blocks([])
    assert alone.rows() == []


def test_only_own_blocks_have_a_menu(few: Desk) -> None:
    few.palette_.show_own_blocks(OWN)
    for text in ("ReLU", "My blocks", "Pooling", "Tail"):
        few.tree.customContextMenuRequested.emit(few.box(few.index(text)))
    assert few.menus == ["own:Tail"]


# -- activating and dragging ----------------------------------------------------------------------------------------


def test_an_activated_layer_ends_the_search(few: Desk) -> None:
    few.type("pool")
    QTest.mouseDClick(few.tree.viewport(), LEFT, pos=few.box(few.index("Pooling")))
    assert few.activated == []
    few.search.setText("pool")
    few.beside.setFocus()
    QTest.mouseClick(few.tree.viewport(), LEFT, pos=few.box(few.index("Average pool")))
    QTest.mouseDClick(few.tree.viewport(), LEFT, pos=few.box(few.index("Average pool")))
    assert (few.activated, few.search.text(), few.search.hasFocus()) == (["AvgPool2d"], "", True)
    few.tree.setFocus()
    few.tree.setCurrentIndex(few.index("ReLU"))
    QTest.keyClick(few.tree, Keys.Key_Enter)
    assert (few.activated[1:], few.tree.hasFocus()) == (["ReLU"], True), "there was no search to end"


def test_other_keys_go_through_the_list(few: Desk) -> None:
    few.tree.setFocus()
    few.tree.setCurrentIndex(few.index("Conv 2d"))
    QTest.keyClick(few.tree, Keys.Key_Up)
    assert few.current() == "Convolution"
    few.tree.setCurrentIndex(QModelIndex())
    QTest.keyClick(few.tree, Keys.Key_Return)
    assert few.activated == []
    few.tree.setCurrentIndex(few.tree.model().index(0, 0))
    QTest.keyClick(few.tree, Keys.Key_Down)
    assert few.current() == "Input"
    assert few.tree.currentIndex().data(KIND) == "Input"
    assert few.tree.hasFocus()


class Answered(QDrag):
    """A drag that ends at once, with this answer."""

    answer = Qt.DropAction.CopyAction
    seen: list[QDrag]

    def exec(self, *actions: Qt.DropAction) -> Qt.DropAction:
        self.seen.append((bytes(self.mimeData().data(LAYER_MIME).data()), self.pixmap().toImage(), self.hotSpot()))
        return self.answer


@pytest.mark.parametrize(("answer", "left"), [(Qt.DropAction.CopyAction, ""), (Qt.DropAction.IgnoreAction, "relu")])
def test_a_search_ends_where_a_drag_arrives(answer: Qt.DropAction, left: str, few: Desk,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    Answered.answer, Answered.seen = answer, []
    monkeypatch.setattr(palette_tree, "QDrag", Answered)
    few.type("relu")
    for text in ("Activation", "ReLU"):
        few.tree.setCurrentIndex(few.index(text))
        few.tree.startDrag(Qt.DropAction.CopyAction)
    assert few.search.text() == left
    [(kind, image, spot)] = Answered.seen
    assert kind == b"ReLU"
    assert image.width() == few.tree.width() - 2 * MARGIN
    assert image.rect().contains(spot)
    middle = image.height() // 2
    assert image.pixelColor(2, middle).name() == QColor(theme.category_color("activation")).name()
    assert image.pixelColor(image.width() - 20, middle).name() == QColor(theme.color("raised")).name()
    assert image.pixelColor(image.width() // 2, 0).name() == QColor(theme.color("line")).name()
    assert image.pixelColor(0, 0).alpha() == 0


# -- what rows look like --------------------------------------------------------------------------------------------


def picture(desk: Desk, index: QModelIndex) -> QImage:
    """A row as it is drawn."""
    desk.tree.scrollTo(index)
    QApplication.processEvents()
    return desk.tree.viewport().grab(desk.tree.visualRect(index)).toImage()


def tone(name: str) -> str:
    return QColor(theme.color(name)).name()


def test_a_layers_row(few: Desk) -> None:
    image = picture(few, few.index("Conv 2d"))
    middle = (image.height() - 4) // 2
    assert image.pixelColor(MARGIN + 2, middle).name() == QColor(theme.category_color("convolution")).name()
    assert image.pixelColor(image.width() - MARGIN - 20, middle).name() == tone("raised")
    assert tone("text") in colors(image)
    assert tone("accent") not in colors(image)
    QTest.mouseMove(few.tree.viewport(), few.box(few.index("Conv 2d")))
    assert picture(few, few.index("Conv 2d")).pixelColor(image.width() - MARGIN - 20, middle).name() == tone("line")
    few.palette_.show_own_blocks(OWN)
    own = picture(few, few.index("Tail"))
    assert own.pixelColor(MARGIN + 2, middle).name() == QColor(theme.category_color("block")).name()


@pytest.mark.parametrize("row", ["heading", "layer", "rest"])
def test_the_current_row_is_outlined_while_keys_act_on_it(row: str, desk: Desk) -> None:
    index = {"heading": desk.index("Pooling"), "layer": desk.index("Conv 2d"), "rest": desk.rest("activation")}[row]
    desk.tree.setCurrentIndex(index)
    plain = picture(desk, index)
    assert tone("accent") not in colors(plain)
    desk.tree.setFocus()
    focused = picture(desk, index)
    assert tone("accent") in colors(focused)
    middle = QPoint(focused.width() - MARGIN - 20, focused.height() // 2)
    assert focused.pixelColor(middle) == plain.pixelColor(middle), "it is not filled"


def test_the_best_find_is_outlined_while_one_types(few: Desk) -> None:
    few.type("pool")
    assert tone("dim") in colors(picture(few, few.index("Max pool")))
    assert tone("dim") not in colors(picture(few, few.index("Average pool")))
    few.search.clear()
    assert tone("dim") not in colors(picture(few, few.index("Max pool")))


def test_a_heading_and_the_rest_are_dim_until_the_mouse_is_there(desk: Desk) -> None:
    for index in (desk.index("Pooling"), desk.rest("activation")):
        box = desk.box(index)
        QTest.mouseMove(desk.tree.viewport(), QPoint(2, 2))
        image = picture(desk, index)
        assert tone("dim") in colors(image)
        assert tone("text") not in colors(image)
        QTest.mouseMove(desk.tree.viewport(), box)
        assert tone("text") in colors(picture(desk, index))


def test_a_heading_points_down_while_it_is_open(few: Desk) -> None:
    QTest.mouseMove(few.tree.viewport(), QPoint(2, 2))
    ground = picture(few, few.index("Pooling")).pixelColor(1, 1)

    def arrow() -> tuple[int, int]:
        image = picture(few, few.index("Pooling"))
        spots = [(x, y) for x in range(MARGIN, MARGIN + 8) for y in range(image.height())
                 if abs(image.pixelColor(x, y).lightness() - ground.lightness()) > 25]
        return len({x for x, _ in spots}), len({y for _, y in spots})

    wide = arrow()
    few.tree.setExpanded(few.index("Pooling"), False)
    high = arrow()
    assert wide[0] > wide[1]
    assert high[1] > high[0]


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_a_title_that_fits_is_not_said_again(few: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(palette_tree.QToolTip, "showText", lambda *args: said.append(args[1]))
    for text in ("Conv 2d", "Pooling"):
        at = few.box(few.index(text))
        QApplication.sendEvent(few.tree.viewport(), QHelpEvent(QEvent.Type.ToolTip, at,
                                                               few.tree.viewport().mapToGlobal(at)))
    assert said == [], "Qt says what it says of it"
    assert few.index("Conv 2d").data(Qt.ItemDataRole.ToolTipRole).endswith("<br>nn.Conv2d</qt>")
    few.palette_.show_own_blocks(OWN)
    assert few.index("Tail").data(Qt.ItemDataRole.ToolTipRole) == "<qt>Tail<br>A block of your own</qt>"


def test_a_search_that_is_called_for_again_is_typed_over(few: Desk) -> None:
    few.palette_.focus_search()
    QTest.keyClicks(few.search, "re")
    few.palette_.focus_search()
    assert few.search.selectedText() == "re"
    QTest.keyClicks(few.search, "li")
    assert few.search.text() == "li" and few.search.hasFocus()


def test_the_list_has_all_the_room_below_the_search(few: Desk) -> None:
    for _ in range(2):
        QApplication.processEvents()
    top = few.search.mapTo(few.palette_, QPoint(0, few.search.height())).y()
    assert few.tree.geometry().bottom() == few.palette_.height() - 1 and few.tree.y() - top < 12
    assert few.tree.width() == few.palette_.width()
    few.type("zzz")
    for _ in range(2):
        QApplication.processEvents()
    assert few.search.mapTo(few.palette_, QPoint()).y() < 20, "it stays at the top"
