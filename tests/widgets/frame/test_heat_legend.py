"""The legend of the heat map: its colours and marks where they belong, room for all it says, above what lies there."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.legible import cut_words
from tests.redrawn import is_redrawn
from tests.seen import colors
from widgets.canvas.cards.heat import heat_color
from widgets.frame.heat_legend import APART, EDGE, WIDTH, HeatLegend
from widgets.look import theme

MARKS = ("0", "20 %", "40 %")


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(700, 500)
    host.show()
    return host


@pytest.fixture
def legend(host: QWidget) -> HeatLegend:
    legend = HeatLegend(host)
    legend.show_scale("Parameters", MARKS, "61 706 in all", can_measure=True)
    QApplication.processEvents()
    return legend


def picture(widget: QWidget) -> QImage:
    QApplication.processEvents()
    return widget.grab().toImage()


def differs(one: QColor, other: QColor) -> int:
    return max(abs(one.red() - other.red()), abs(one.green() - other.green()), abs(one.blue() - other.blue()))


def test_the_bar_has_all_colours_in_a_frame(legend: HeatLegend) -> None:
    image = picture(legend.scale)
    wide, line = image.width(), QColor(theme.color("line"))
    for x in range(6, wide - 6, 10):
        assert differs(image.pixelColor(x, 6), heat_color(x / wide)) < 12, x
    for spot in ((0, 6), (wide - 1, 6), (wide // 2, 0), (wide // 2, 11)):
        assert differs(image.pixelColor(*spot), line) < 12, spot
    ground = image.pixelColor(0, 0)
    assert {image.pixelColor(x, 13).name() for x in range(wide)} == {ground.name()}


def inked(image: QImage) -> list[int]:
    """The columns below the bar in which something is written."""
    ground = image.pixelColor(0, 13)
    return [x for x in range(image.width())
            if any(image.pixelColor(x, y) != ground for y in range(14, image.height()))]


def test_each_mark_stands_where_its_colour_is(legend: HeatLegend) -> None:
    wide = legend.scale.width()
    for marks, place in (((MARKS[0], "", ""), "left"), (("", MARKS[1], ""), "middle"), (("", "", MARKS[2]), "right")):
        legend.scale.show_marks(marks)
        columns = inked(picture(legend.scale))
        first, last = columns[0], columns[-1]
        assert last - first < 60
        assert (first < 8) == (place == "left") and (last > wide - 8) == (place == "right")
        assert (abs(first + last - wide) < 6) == (place == "middle")
    image = picture(legend.scale)
    brightest = max(QColor(name).lightness() for name in colors(image, QRect(0, 14, wide, 16)))
    assert 2 * theme.color("line").lightness() < brightest <= theme.color("dim").lightness()


def test_other_marks_are_drawn_at_once_and_have_room(legend: HeatLegend) -> None:
    assert is_redrawn(legend.scale, lambda: legend.scale.show_marks(("0", "30 %", "60 %")))
    was = legend.width()
    legend.show_scale("Parameters", ("0", "a rather long middle", "1000 % of it all"), "61 706 in all", True)
    assert legend.width() > was and legend.scale.width() >= legend.scale.minimumSizeHint().width()
    words = QFontMetricsF(theme.mono_font(11)).horizontalAdvance
    for marks in (("0", "50 %", "a long one"), ("a long one", "50 %", "0")):
        legend.scale.show_marks(marks)
        apart = (legend.scale.minimumSizeHint().width() - words("50 %")) / 2 - words("a long one")
        assert APART <= apart <= APART + 1


def test_where_its_parts_stand(legend: HeatLegend) -> None:
    boxes = [QRect(part.mapTo(legend, QPoint()), part.size())
             for part in (legend.title, legend.scale, legend.note, legend.measure)]
    assert all(one.bottom() < other.top() for one, other in pairwise(boxes))
    close = legend.close_button.geometry()
    assert close.size().toTuple() == (28, 28)
    assert close.right() > legend.width() - 12 and close.top() < 12 and boxes[0].right() < close.left()
    assert boxes[0].left() == boxes[1].left() and boxes[1].width() > WIDTH - 30
    assert not any(box.intersects(close) for box in boxes)


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("note", ["", "short", "a sentence that is longer than the legend is wide " * 3])
def test_all_it_says_can_be_read(host: QWidget, note: str) -> None:
    legend = HeatLegend(host)
    for title in ("Times", "What takes the most of the time when training, forwards and back"):
        for can_measure in (True, False):
            legend.show_scale(title, MARKS, note, can_measure)
            QApplication.processEvents()
            assert cut_words(legend) == []
            assert legend.x() == EDGE and legend.geometry().bottom() == host.height() - EDGE - 1
    legend.show_scale("Times", MARKS)
    assert legend.width() == max(WIDTH, legend.layout().totalMinimumSize().width()), "it is narrow again"


def test_it_lies_above_what_came_later(host: QWidget, legend: HeatLegend) -> None:
    later = QWidget(host)
    later.setGeometry(host.rect())
    later.show()
    spot = legend.geometry().center()
    assert host.childAt(spot) is later
    legend.show_scale("Times", MARKS)
    assert host.childAt(spot) is not later


def test_tab_reaches_its_buttons_and_a_click_leaves_the_keyboard_where_it_is(legend: HeatLegend) -> None:
    assert legend.close_button.focusPolicy() == Qt.FocusPolicy.TabFocus
    assert legend.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_it_is_not_there_before_there_is_something_to_show(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    legend = HeatLegend(page)
    assert not legend.close_button.icon().isNull()
    page.show()
    assert page.isVisible() and not legend.isVisible()


def test_hidden_it_stays_hidden_and_events_reach_the_host(host: QWidget, qtbot: QtBot) -> None:
    legend = HeatLegend(host)
    assert is_redrawn(host, lambda: host.resize(640, 480))
    assert not legend.isVisible()
