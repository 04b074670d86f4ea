"""The parameter browser: rows, sorting, filtering, slices, typed values, and tensors too large to be copied."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from engine.inspect.tensor_info import TensorInfo
from engine.units import value_text
from tests.in_front import in_front
from tests.seen import colors
from widgets.look import theme
from widgets.tensors.browser import ParameterBrowser
from widgets.tensors.value_grid import ValueModel

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier

ARRAYS: dict[str, np.ndarray[Any, Any]] = {
    "conv1.weight": np.linspace(-1, 2, 6 * 2 * 3 * 4, dtype=np.float32).reshape(6, 2, 3, 4),
    "conv1.bias": np.array([0.5, -0.25, 3.0, 0.0, -4.0, 1e-5], np.float32),
    "bn1.running_mean": np.zeros(6, np.float32),
    "bn1.num_batches_tracked": np.array(7, np.int64),
    "fc.weight": np.arange(20, dtype=np.float32).reshape(4, 5) - 10,
    "fc.empty": np.zeros((0, 3), np.float32),
}
KINDS = {"bn1.running_mean": "buffer", "bn1.num_batches_tracked": "buffer", "fc.weight": "frozen"}


def info(key: str, array: np.ndarray[Any, Any], gradient: float | None = None) -> TensorInfo:
    plain = TensorInfo(key, array.shape, str(array.dtype), KINDS.get(key, "weight"), array.size,  # type: ignore[arg-type]
                       gradient_norm=gradient)
    if not array.size:
        return plain
    counts, edges = np.histogram(array, 64)
    return TensorInfo(key, array.shape, str(array.dtype), plain.kind, array.size, float(array.min()),
                      float(array.max()), float(array.mean()), float(array.std()), tuple(map(int, counts)),
                      tuple(map(float, edges)), 0, gradient)


INFOS = [info(key, array, {"conv1.weight": 0.5, "fc.weight": 12.0}.get(key)) for key, array in ARRAYS.items()]


@pytest.fixture
def browser(qtbot: QtBot) -> ParameterBrowser:
    browser = ParameterBrowser()
    browser.values_requested.connect(lambda key: key in ARRAYS and browser.show_values(key, ARRAYS[key]))
    browser.resize(1100, 400)
    browser.set_sources([("initial", "Before training"), ("latest", "Latest")], "initial")
    browser.set_editable(True)
    browser.show_tensors(INFOS)
    return in_front(qtbot, browser)


def cell(browser: ParameterBrowser, key: str, title: str) -> str:
    model = browser.table.model()
    column = next(c for c in range(model.columnCount())
                  if model.headerData(c, Qt.Orientation.Horizontal) == title)
    return str(model.index(browser.table.shown_keys().index(key), column).data()).replace("\u00a0", " ")


def click_heading(qtbot: QtBot, browser: ParameterBrowser, title: str) -> None:
    header = browser.table.horizontalHeader()
    column = next(c for c in range(header.count())
                  if browser.table.model().headerData(c, Qt.Orientation.Horizontal) == title)
    place = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)


def click_row(qtbot: QtBot, browser: ParameterBrowser, key: str, double: bool = False) -> None:
    index = browser.table.model().index(browser.table.shown_keys().index(key), 0)
    place = browser.table.visualRect(index).center()
    qtbot.mouseClick(browser.table.viewport(), LEFT, pos=place)
    if double:
        qtbot.mouseDClick(browser.table.viewport(), LEFT, pos=place)


# -- the table ----------------------------------------------------------------------------------------------------


def test_every_tensor_is_told_in_short(browser: ParameterBrowser) -> None:
    assert browser.table.shown_keys() == list(ARRAYS)
    titles = ("Shape", "Type", "Values", "Learns", "Least", "Largest", "Mean", "SD", "Gradient")
    assert [cell(browser, "fc.weight", title) for title in titles] == [
        "4×5", "float32", "20", "frozen", "−10", "9", "−0.5", "5.77", "12"]
    assert [cell(browser, "bn1.num_batches_tracked", title) for title in titles] == [
        "1", "int64", "1", "buffer", "7", "7", "7", "0", "–"]
    assert [cell(browser, "fc.empty", title) for title in titles] == [
        "0×3", "float32", "0", "trainable", "–", "–", "–", "–", "–"]
    assert browser.total.text() == "177 values in 6 tensors".replace(" ", " ")


def test_headings_sort_and_a_third_click_brings_the_order_back(qtbot: QtBot, browser: ParameterBrowser) -> None:
    click_heading(qtbot, browser, "Values")
    sizes = [ARRAYS[key].size for key in browser.table.shown_keys()]
    assert sizes == sorted(sizes)
    click_heading(qtbot, browser, "Values")
    assert [ARRAYS[key].size for key in browser.table.shown_keys()] == sorted(sizes, reverse=True)
    click_heading(qtbot, browser, "Values")
    assert browser.table.shown_keys() == list(ARRAYS)
    click_heading(qtbot, browser, "Gradient")
    click_heading(qtbot, browser, "Gradient")
    assert browser.table.shown_keys()[:2] == ["fc.weight", "conv1.weight"]  # unknown is less than any


@pytest.mark.parametrize(("typed", "left"), [
    ("conv", ["conv1.weight", "conv1.bias"]), ("BUFFER", ["bn1.running_mean", "bn1.num_batches_tracked"]),
    ("fc frozen", ["fc.weight"]), ("2×3", ["conv1.weight"]), ("int64", ["bn1.num_batches_tracked"]), ("zzz", []),
])
def test_typing_filters(qtbot: QtBot, browser: ParameterBrowser, typed: str, left: list[str]) -> None:
    browser.filter.setFocus()
    browser.filter.insert(typed)
    assert browser.table.shown_keys() == left
    qtbot.keyClick(browser.filter, Qt.Key.Key_Escape)
    assert browser.table.shown_keys() == list(ARRAYS)


def test_the_down_arrow_leads_from_the_filter_into_the_table(qtbot: QtBot, browser: ParameterBrowser) -> None:
    browser.filter.setFocus()
    with qtbot.waitSignal(browser.values_requested) as asked:
        qtbot.keyClicks(browser.filter, "fc")
    assert asked.args == ["fc.weight"]
    assert browser.filter.hasFocus()
    qtbot.keyClick(browser.filter, Qt.Key.Key_Down)
    assert browser.table.hasFocus()
    with qtbot.waitSignal(browser.node_requested) as asked:
        qtbot.keyClick(browser.table, Qt.Key.Key_Return)
    assert asked.args == ["fc"]


def test_a_click_asks_for_values_and_a_double_click_for_the_node(qtbot: QtBot, browser: ParameterBrowser) -> None:
    with qtbot.waitSignal(browser.values_requested) as asked:
        click_row(qtbot, browser, "conv1.bias")
    assert asked.args == ["conv1.bias"]
    with qtbot.waitSignal(browser.node_requested) as asked:
        click_row(qtbot, browser, "bn1.running_mean", double=True)
    assert asked.args == ["bn1"]


def test_a_node_on_the_canvas_selects_its_first_tensor(browser: ParameterBrowser) -> None:
    browser.show_node("fc")
    assert browser.title.text() == "fc.weight"
    browser.table.select_key("fc.empty")
    browser.show_node("fc")  # already one of its tensors
    assert browser.title.text() == "fc.empty"
    browser.show_node("nowhere")
    assert browser.title.text() == "fc.empty"


def test_new_numbers_keep_the_selection_and_ask_for_its_values_again(qtbot: QtBot, browser: ParameterBrowser) -> None:
    click_row(qtbot, browser, "fc.weight")
    browser.filter.setText("weight")
    with qtbot.waitSignal(browser.values_requested) as asked:
        browser.show_tensors([info(key, array + 1) for key, array in ARRAYS.items()])
    assert asked.args == ["fc.weight"]
    assert cell(browser, "fc.weight", "Largest") == "10"
    assert browser.table.selected().key == "fc.weight"
    asked_for: list[str] = []
    browser.values_requested.connect(asked_for.append)
    browser.filter.clear()
    browser.show_tensors(INFOS[:2])  # another network
    assert browser.table.selected().key == "conv1.weight"
    assert asked_for == ["conv1.weight"]


def test_other_weights_are_asked_for(qtbot: QtBot, browser: ParameterBrowser) -> None:
    browser.source.setFocus()
    with qtbot.waitSignal(browser.source_chosen) as asked:
        qtbot.keyClick(browser.source, Qt.Key.Key_Down)
    assert asked.args == ["latest"]


def test_nothing_to_show_is_said(browser: ParameterBrowser) -> None:
    browser.show_tensors([])
    assert browser.message.isVisible()
    assert browser.message.text() == "No tensors: this network has no layer with weights."
    assert not browser.table.isVisible()
    browser.show_message("Train the network first.")
    assert browser.message.text() == "Train the network first."
    browser.show_tensors(INFOS)
    assert browser.table.isVisible()
    assert browser.grid.values.rowCount() == 3


def test_values_that_are_not_finite_are_counted(browser: ParameterBrowser) -> None:
    bad = TensorInfo("w", (3,), "float32", "weight", 3, not_finite=3)
    browser.show_tensors([bad])
    browser.show_values("w", np.array([math.nan, math.inf, -math.inf], np.float32))
    assert browser.bad.text() == "3 NaN or ∞"
    assert not browser.histogram.isVisible()
    assert [browser.grid.values.index(row, 0).data() for row in range(3)] == ["NaN", "∞", "−∞"]


# -- the histogram ------------------------------------------------------------------------------------------------


def test_bars_are_as_high_as_their_counts_and_can_be_read(qtbot: QtBot, browser: ParameterBrowser) -> None:
    histogram = browser.histogram
    histogram.show_counts((0, 4, 1, 2), (-1.0, -0.5, 0.0, 0.5, 1.0))
    heights = [histogram.bar(index).height() for index in range(4)]
    assert heights[0] == 0
    assert heights[1] == pytest.approx(4 * heights[2]) == pytest.approx(2 * heights[3])
    assert histogram.bar_text(1) == "−0.5 … 0: 4 values"
    place = QPoint(int(histogram.bar(3).center().x()), histogram.height() // 2)
    qtbot.mouseMove(histogram, place)
    bars = [histogram.bar(index).toRect().adjusted(1, 2, -1, -1) for index in (1, 2, 3)]
    assert [colors(histogram, bar) for bar in bars] == [
        {theme.color(token).name()} for token in ("accent", "accent", "text")], "the one under the mouse is bright"


# -- values -------------------------------------------------------------------------------------------------------


def shown_values(browser: ParameterBrowser) -> list[list[str]]:
    model = browser.grid.values
    return [[model.index(row, column).data() for column in range(model.columnCount())]
            for row in range(model.rowCount())]


def test_two_dimensions_are_the_grid_and_fewer_are_a_column(browser: ParameterBrowser) -> None:
    browser.table.select_key("fc.weight")
    assert shown_values(browser) == [[value_text(float(value)) for value in row] for row in ARRAYS["fc.weight"]]
    browser.table.select_key("conv1.bias")
    assert shown_values(browser) == [["0.5"], ["−0.25"], ["3"], ["0"], ["−4"], ["1e-5".replace("-", "−")]]
    browser.table.select_key("bn1.num_batches_tracked")
    assert shown_values(browser) == [["7"]]
    browser.table.select_key("fc.empty")
    assert shown_values(browser) == []
    assert not browser.grid.fields


def test_more_dimensions_are_seen_slice_by_slice(qtbot: QtBot, browser: ParameterBrowser) -> None:
    browser.table.select_key("conv1.weight")
    first, second = browser.grid.fields
    array = ARRAYS["conv1.weight"]
    assert shown_values(browser)[2][3] == value_text(float(array[0, 0, 2, 3]))
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Up)
    qtbot.keyClick(first, Qt.Key.Key_Up)
    second.setFocus()
    second.selectAll()
    qtbot.keyClicks(second, "1")
    assert shown_values(browser)[2][3] == value_text(float(array[2, 1, 2, 3]))
    second.selectAll()
    qtbot.keyClicks(second, "2")  # there are two: 0 and 1
    assert second.property("bad")
    assert shown_values(browser)[2][3] == value_text(float(array[2, 1, 2, 3]))
    qtbot.keyClick(second, Qt.Key.Key_Escape)
    browser.show_values("conv1.weight", array * 2)
    assert shown_values(browser)[2][3] == value_text(float(2 * array[2, 1, 2, 3]))
    assert browser.grid.fields == [first, second]


def type_value(qtbot: QtBot, browser: ParameterBrowser, row: int, column: int, text: str) -> None:
    view = browser.grid.view
    place = view.visualRect(view.model().index(row, column)).center()
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(view.viewport(), LEFT, pos=place)
    [editor] = [found for found in view.viewport().findChildren(QLineEdit) if found.isVisible()]
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # Qt takes the text when the key is dealt with


@pytest.mark.parametrize(("text", "value"), [("0.125", 0.125), ("-3", -3.0), ("1e-3", 1e-3), ("0,5", 0.5)])
def test_a_value_is_typed_over(qtbot: QtBot, browser: ParameterBrowser, text: str, value: float) -> None:
    browser.table.select_key("conv1.weight")
    browser.grid.fields[0].setFocus()
    qtbot.keyClick(browser.grid.fields[0], Qt.Key.Key_Up)
    before = ARRAYS["conv1.weight"].copy()
    with qtbot.waitSignal(browser.value_edited) as edited:
        type_value(qtbot, browser, 0, 2, text)
    assert edited.args == ["conv1.weight", (1, 0, 0, 2), value]
    assert shown_values(browser)[0][2] == value_text(value)
    assert np.array_equal(ARRAYS["conv1.weight"], before)  # whoever answers changes it
    browser.show_values("conv1.weight", before)
    assert shown_values(browser)[0][2] == value_text(float(before[1, 0, 0, 2]))


def test_a_value_that_could_mean_two_is_refused_in_words(qtbot: QtBot, browser: ParameterBrowser) -> None:
    browser.table.select_key("fc.weight")
    with qtbot.assertNotEmitted(browser.value_edited):
        type_value(qtbot, browser, 0, 0, "1,000")
    assert browser.grid.note.text() == "Write 1000 or 1.0: 1,000 could mean either"


@pytest.mark.parametrize(("key", "text"), [("fc.weight", "abc"), ("fc.weight", "inf"), ("fc.weight", "1_0"),
                                           ("bn1.num_batches_tracked", "1.5")])
def test_what_is_no_value_is_refused_in_words(qtbot: QtBot, browser: ParameterBrowser, key: str, text: str) -> None:
    browser.table.select_key(key)
    before = shown_values(browser)
    with qtbot.assertNotEmitted(browser.value_edited):
        type_value(qtbot, browser, 0, 0, text)
    assert shown_values(browser) == before
    assert browser.grid.note.text() == f"“{text}” is not a number that fits here"
    with qtbot.waitSignal(browser.value_edited):
        type_value(qtbot, browser, 0, 0, "4")
    assert not browser.grid.note.isVisible()


def test_the_same_value_again_is_no_edit(qtbot: QtBot, browser: ParameterBrowser) -> None:
    browser.table.select_key("fc.weight")
    with qtbot.assertNotEmitted(browser.value_edited):
        type_value(qtbot, browser, 0, 0, "-10")


def test_values_that_cannot_be_edited_say_why(qtbot: QtBot, browser: ParameterBrowser) -> None:
    browser.set_editable(False, "Choose the weights from before training.")
    browser.table.select_key("fc.weight")
    view = browser.grid.view
    qtbot.mouseDClick(view.viewport(), LEFT, pos=view.visualRect(view.model().index(0, 0)).center())
    assert view.viewport().findChild(QLineEdit) is None
    assert browser.grid.note.text() == "Choose the weights from before training."


def test_values_are_copied_for_a_spreadsheet(qtbot: QtBot, browser: ParameterBrowser) -> None:
    browser.table.select_key("fc.weight")
    browser.grid.view.setFocus()
    browser.grid.view.selectAll()
    qtbot.keyClick(browser.grid.view, Qt.Key.Key_C, CTRL)
    rows = [[float(part) for part in line.split("\t")] for line in QGuiApplication.clipboard().text().splitlines()]
    assert np.array_equal(np.array(rows), ARRAYS["fc.weight"])


def test_values_of_a_tensor_that_is_not_selected_are_not_shown(browser: ParameterBrowser) -> None:
    browser.table.select_key("fc.weight")
    browser.show_values("conv1.bias", ARRAYS["conv1.bias"])
    assert browser.grid.values.shape == (4, 5)


def test_a_cell_shows_its_sign_as_a_colour(browser: ParameterBrowser) -> None:
    browser.table.select_key("fc.weight")
    model = browser.grid.values
    low, high, small = (model.index(*place).data(Qt.ItemDataRole.BackgroundRole) for place in ((0, 0), (3, 4), (1, 4)))
    assert (low.red() > low.blue(), high.blue() > high.red()) == (True, True)
    assert small.alpha() < high.alpha() <= low.alpha()


def test_of_a_large_tensor_only_what_is_in_sight_is_read(browser: ParameterBrowser,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    """VGG's first linear layer has 103 million values."""
    read, value = [], ValueModel.value
    monkeypatch.setattr(ValueModel, "value", lambda model, place: (read.append(place), value(model, place))[1])
    array = np.broadcast_to(np.float32(0.5), (4096, 25088))
    large = TensorInfo("fc6.weight", array.shape, "float32", "weight", array.size, 0.5, 0.5, 0.5, 0.0)
    browser.show_tensors([large])
    browser.show_values("fc6.weight", array)
    browser.grid.view.scrollToBottom()
    browser.grid.grab()
    assert 0 < len(set(read)) < 2000
    last = browser.grid.values.index(4095, 25087, QModelIndex())
    assert (last.data(), last.data(Qt.ItemDataRole.ToolTipRole)) == ("0.5", "fc6.weight[4095, 25087] = 0.5")


def test_both_themes_can_be_painted(qtbot: QtBot, browser: ParameterBrowser) -> None:
    browser.table.select_key("fc.weight")
    for look in (theme.LIGHT, theme.DARK):
        theme.apply(QApplication.instance(), look)
        QApplication.processEvents()
        for part in (browser.table, browser.grid):
            assert {look.panel, look.text} <= colors(part) or {look.canvas, look.text} <= colors(part)


@pytest.mark.usefixtures("font")
def test_no_heading_and_no_number_is_cut(browser: ParameterBrowser) -> None:
    table, header = browser.table, browser.table.horizontalHeader()
    for sorted_by in (-1, *range(header.count())):
        header.setSortIndicator(sorted_by, Qt.SortOrder.AscendingOrder)
        for section in range(header.count()):
            model = table.model()
            title = str(model.headerData(section, Qt.Orientation.Horizontal))
            assert table.columnWidth(section) >= header.fontMetrics().horizontalAdvance(title) + 14
            for row in range(model.rowCount() if section else 0):  # the first may be shortened, with a tooltip
                index = model.index(row, section)
                font = index.data(Qt.ItemDataRole.FontRole) or table.font()
                assert table.columnWidth(section) >= QFontMetricsF(font).horizontalAdvance(str(index.data())) + 8


@pytest.mark.usefixtures("font")
def test_a_cell_has_room_for_every_number(browser: ParameterBrowser) -> None:
    browser.table.select_key("fc.weight")
    metrics = QFontMetricsF(browser.grid.view.font())
    for value in (-0.0733812, -4.115e-4, 12345678.0):
        assert metrics.horizontalAdvance(value_text(value)) <= browser.grid.view.columnWidth(0) - 8


# -- where everything stands ----------------------------------------------------------------------------------------


def place(browser: ParameterBrowser, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(browser, QPoint()), widget.size())


def test_a_line_above_the_table_and_beside_it_one_tensor(browser: ParameterBrowser) -> None:
    browser.table.select_key("conv1.weight")
    for _ in range(2):
        QApplication.processEvents()
    head = [place(browser, widget) for widget in (browser.source, browser.filter, browser.total)]
    assert all(one.right() < other.left() for one, other in pairwise(head))
    assert head[1].width() <= 240
    assert head[2].right() > 1050, "how many there are stands at the right"
    table = place(browser, browser.table)
    details = [place(browser, widget) for widget in (browser.title, browser.histogram, browser.grid)]
    assert max(box.bottom() for box in head) < table.top() < 60
    assert table.bottom() > 370
    assert table.width() > 600
    assert all(box.left() > table.right() for box in details)
    assert all(one.bottom() < other.top() for one, other in pairwise(details))
    assert details[2].height() > 150
    heading = [place(browser, widget) for widget in (browser.title, browser.bad, browser.facts)]
    assert heading[0].right() < heading[2].left()
    assert heading[2].right() > 1050
    assert (browser.facts.text(), browser.bad.text()) == ("6×2×3×4 · float32", "")


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [480, 760, 1080, 2040])
def test_no_column_is_cut_and_the_room_that_is_left_is_the_tensor_s(browser: ParameterBrowser, width: int) -> None:
    browser.resize(width, 300)
    browser.table.select_key("fc.weight")
    QApplication.processEvents()
    header, table = browser.table.horizontalHeader(), browser.table
    ends = [header.sectionViewportPosition(section) + header.sectionSize(section) for section in range(header.count())
            if not table.isColumnHidden(section)]
    free = [table.viewport().width() - end for end in ends]
    assert any(0 <= each <= 12 for each in free) or width == 480, "no half of a column"
    assert browser.grid.view.width() >= 160 and browser.width() - 16 <= place(browser, browser.grid).right()
    if width == 2040:
        assert ends[-1] <= table.viewport().width() and browser.grid.view.width() > 900
    split = browser.findChild(QSplitter)
    assert sum(split.sizes()) + 1 == split.width()


def test_a_long_key_is_whole_where_there_is_room(browser: ParameterBrowser) -> None:
    key = "encoder.layers.first.attention.projection.of.the.values.weight"
    browser.show_tensors([info(key, ARRAYS["fc.weight"])])
    need = browser.table.fontMetrics().horizontalAdvance(key)
    for width, whole in ((700, False), (2000, True)):
        browser.resize(width, 300)
        QApplication.processEvents()
        assert (browser.table.columnWidth(0) > need) == whole


def test_what_a_hand_has_moved_stays(browser: ParameterBrowser) -> None:
    split = browser.findChild(QSplitter)
    split.moveSplitter(500, 1)
    split.splitterMoved.emit(500, 1)
    before = split.sizes()[0]
    browser.show_tensors(INFOS)
    assert split.sizes()[0] == before == 500


def test_a_message_stands_at_the_top(browser: ParameterBrowser) -> None:
    browser.show_message("Nothing")
    QApplication.processEvents()
    assert place(browser, browser.message).top() < 60
    assert (browser.total.text(), browser.title.isVisible()) == ("", False)
    assert browser.message.alignment() & Qt.AlignmentFlag.AlignTop


def test_a_constant_tensor_has_no_tint_of_another(browser: ParameterBrowser) -> None:
    browser.table.select_key("bn1.running_mean")
    assert browser.grid.values.index(0, 0).data(Qt.ItemDataRole.BackgroundRole) is None
    browser.table.select_key("conv1.bias")
    tints = [browser.grid.values.index(row, 0).data(Qt.ItemDataRole.BackgroundRole).alpha() for row in (2, 4)]
    assert tints[1] == 90 > tints[0], "the largest of both ends counts"


def test_values_of_the_last_tensor_go_at_once(browser: ParameterBrowser) -> None:
    browser.values_requested.disconnect()
    browser.table.select_key("fc.weight")
    assert browser.grid.values.rowCount() == 0
    browser.show_values("fc.weight", ARRAYS["fc.weight"])
    assert browser.grid.values.rowCount() == 4
    browser.show_tensors([info(key, array + 1) for key, array in ARRAYS.items()])
    assert browser.grid.values.rowCount() == 4, "the same one keeps them until others come"
    asked: list[str] = []
    browser.values_requested.connect(asked.append)
    browser.show_node("conv1")
    assert asked == ["conv1.weight"]
    browser.show_message("Nothing")
    browser.show_values("conv1.weight", ARRAYS["conv1.weight"])
    assert browser.grid.values.rowCount() == 0
    browser.grid.value_edited.emit((0,), 1.0)  # nothing is selected


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Down])
def test_keys_lead_from_the_filter_into_the_table(key: Qt.Key, qtbot: QtBot, browser: ParameterBrowser) -> None:
    browser.filter.setFocus()
    qtbot.keyClicks(browser.filter, "bias")
    qtbot.keyClick(browser.filter, key)
    assert browser.table.hasFocus()
    browser.filter.setText("conv1")
    assert browser.table.selected().key == "conv1.bias", "what is selected and shown stays"


def test_which_weights_are_shown_is_said(browser: ParameterBrowser) -> None:
    browser.set_sources([("initial", "Before"), ("latest", "Latest"), ("best", "Best")], "best")
    assert browser.source.currentText() == "Best"
    assert browser.source.count() == 3


def test_a_hair_stands_between_the_table_and_the_tensor_and_neither_can_be_pushed_away(
        browser: ParameterBrowser) -> None:
    browser.table.select_key("conv1.weight")
    QApplication.processEvents()
    assert place(browser, browser.title).left() - place(browser, browser.table).right() == 14
    split = browser.findChild(QSplitter)
    for sizes in ([2000, 0], [0, 2000]):
        split.setSizes(sizes)
        assert min(split.sizes()) > 40
    assert (browser.title.font().pixelSize(), browser.title.font().weight()) == (13, QFont.Weight.DemiBold)


def test_a_long_message_takes_more_lines(browser: ParameterBrowser) -> None:
    browser.resize(500, 400)
    browser.show_message("Train the network to see what it has learned. " * 6)
    for _ in range(2):
        QApplication.processEvents()
    assert browser.width() == 500
    assert browser.message.heightForWidth(browser.message.width()) > 2 * browser.message.fontMetrics().lineSpacing()


def test_a_tensor_that_is_finite_again_has_its_histogram_back(browser: ParameterBrowser) -> None:
    browser.show_tensors([TensorInfo("w", (3,), "float32", "weight", 3, not_finite=3)])
    assert not browser.histogram.isVisible()
    browser.show_tensors(INFOS)
    assert browser.histogram.isVisible()
    assert browser.bad.text() == ""
    assert browser.histogram.accessibleDescription() == "From −1 to 2"


def test_the_tensors_of_another_node_are_selected_from_the_canvas(browser: ParameterBrowser) -> None:
    asked: list[str] = []
    browser.values_requested.connect(asked.append)
    browser.show_node("fc")
    browser.show_node("fc")
    browser.show_node("conv1")
    assert asked == ["fc.weight", "conv1.weight"]
    assert browser.table.selected().key == "conv1.weight"
