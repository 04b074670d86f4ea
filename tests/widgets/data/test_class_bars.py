"""Bars of classes: in how many columns, how long, in which colours, with which numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.painted import drawn
from tests.redrawn import is_redrawn
from widgets.data import class_bars as module
from widgets.data.class_bars import GAP, ROW, ClassBars
from widgets.data.values import ClassCount
from widgets.look import theme

PARTS = ("training", "validation", "test")
TWO = (ClassCount("cat", (600, 300, 300)), ClassCount("dog", (300, 0, 300)))


@pytest.fixture
def bars(qtbot: QtBot) -> Iterator[ClassBars]:
    bars = ClassBars()
    qtbot.addWidget(bars)
    bars.resize(300, 80)
    bars.show()
    qtbot.waitExposed(bars)
    bars.show_classes(TWO, PARTS)
    yield bars


def many(count: int) -> list[ClassCount]:
    return [ClassCount(f"class {index}", (index, 1, 2)) for index in range(count)]


def test_as_many_columns_as_fit_and_are_of_use(bars: ClassBars) -> None:
    one = bars.minimumSizeHint().width()
    for count, width, columns in ((8, 10 * one, 2), (8, 2 * one + GAP, 2), (8, 2 * one + GAP - 1, 1), (4, 10 * one, 1),
                                  (5, 10 * one, 2), (100, 10, 1), (100, 3 * one + 2 * GAP, 3), (0, 500, 1)):
        bars.show_classes(many(count), PARTS)
        assert bars.columns(width) == columns, (count, width)
        lines = -(-count // columns)
        assert bars.heightForWidth(width) == ROW * (1 + lines)
    assert bars.hasHeightForWidth()
    assert bars.minimumSizeHint().height() == ROW


def test_it_asks_for_two_columns_where_there_are_more_than_five(bars: ClassBars) -> None:
    one = bars.minimumSizeHint().width()
    for count, width in ((5, one), (6, 2 * one + GAP)):
        bars.show_classes(many(count), PARTS)
        assert bars.sizeHint().toTuple() == (width, bars.heightForWidth(width))


def test_classes_stand_below_each_other_column_by_column(bars: ClassBars) -> None:
    one = bars.minimumSizeHint().width()
    bars.resize(2 * one + GAP + 40, 200)
    bars.show_classes(many(7), PARTS)
    places = [bars.place(index) for index in range(7)]
    assert [place.top() for place in places] == [ROW * line for line in (1, 2, 3, 4, 1, 2, 3)]
    assert {place.left() for place in places[:4]} == {0}
    assert {place.left() for place in places[4:]} == {one + 20 + GAP}
    assert {(place.width(), place.height()) for place in places} == {(one + 20, ROW)}
    bars.resize(10 * one, 200)
    bars.show_classes(many(3), PARTS)
    assert bars.place(0).width() == 1.5 * one, "no longer than one can compare"


def shown(bars: ClassBars) -> QImage:
    QApplication.processEvents()
    return bars.grab().toImage()


def runs(bars: ClassBars, index: int) -> list[tuple[str, int]]:
    """The colours of the parts in one class's bar from left to right, and how long each is."""
    image, place = shown(bars), bars.place(index)
    names = {color.name(): part for color, part in zip(bars.colors, PARTS, strict=True)}
    found: list[tuple[str, int]] = []
    for x in range(round(place.left()), min(image.width(), round(place.right()))):
        part = names.get(image.pixelColor(x, round(place.top()) + ROW // 2 - 3).name())
        if part is not None:
            found = [*found[:-1], (part, found[-1][1] + 1)] if found and found[-1][0] == part else [*found, (part, 1)]
    return found


def test_each_part_has_its_length_and_colour(bars: ClassBars) -> None:
    first, second = runs(bars, 0), runs(bars, 1)
    assert [part for part, _ in first] == ["training", "validation", "test"]
    assert [part for part, _ in second] == ["training", "test"]
    whole = sum(length for _, length in first)
    assert 70 <= whole <= bars.width()
    assert [length for _, length in first] == pytest.approx([whole / 2, whole / 4, whole / 4], abs=3)
    assert [length for _, length in second] == pytest.approx([whole / 4, whole / 4], abs=3)


def test_a_class_without_examples_has_no_bar(bars: ClassBars) -> None:
    bars.show_classes([ClassCount("none", (0, 0, 0))], PARTS)
    assert runs(bars, 0) == []
    bars.show_classes([], ())
    assert len({shown(bars).pixelColor(x, y).name() for x in range(200) for y in range(60)}) == 1


def columns_with(bars: ClassBars, tone: QColor, top: int) -> list[int]:
    """In which columns of a line a colour is."""
    image = shown(bars)
    return [x for x in range(image.width()) if any(image.pixelColor(x, y) == tone for y in range(top, top + ROW))]


def test_the_legend_the_names_and_the_numbers(bars: ClassBars) -> None:
    marks = [columns_with(bars, color, 0) for color in bars.colors]
    assert all(7 <= max(mark) - min(mark) + 1 <= 8 for mark in marks)
    assert marks[0][0] == 0
    assert marks[0][-1] < marks[1][0] - 20 < marks[1][-1] < marks[2][0] - 20, "a word between them"
    dim = theme.color("dim")
    assert marks[0][-1] + 5 <= min(columns_with(bars, dim, 0)) < marks[1][0]
    image = shown(bars)
    ground = image.pixelColor(image.width() - 1, 79)
    names = [x for x in range(80) if any(image.pixelColor(x, y) != ground for y in range(ROW, 2 * ROW))]
    assert 10 < max(names) < 40
    number = columns_with(bars, dim, ROW)
    place = bars.place(0)
    assert place.right() - 50 < min(number) <= max(number) <= place.right()


@pytest.mark.parametrize(("at", "said"), [
    (QPoint(10, ROW + 5), "<qt>cat<br>training: 600<br>validation: 300<br>test: 300</qt>"),
    (QPoint(10, 2 * ROW + 5), "<qt>dog<br>training: 300<br>validation: 0<br>test: 300</qt>"),
    (QPoint(10, 5), None), (QPoint(10, 3 * ROW + 5), None),
])  # fmt: skip
def test_what_is_said_at_rest(at: QPoint, said: str | None, bars: ClassBars, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(module.QToolTip, "showText", lambda _at, text, _widget: told.append(text))
    QApplication.sendEvent(bars, QHelpEvent(QEvent.Type.ToolTip, at, bars.mapToGlobal(at)))
    assert told == ([said] if said else [])
    assert bars.accessibleDescription() == "cat 1200; dog 600"


def test_other_classes_are_drawn_at_once_and_get_the_room_they_need(bars: ClassBars, qtbot: QtBot) -> None:
    assert is_redrawn(bars, lambda: bars.show_classes(many(2), PARTS))
    host = QWidget()
    qtbot.addWidget(host)
    column = QVBoxLayout(host)
    column.addWidget(bars)
    column.addStretch(1)
    host.resize(400, 600)
    host.show()
    for count in (2, 20, 3):
        bars.show_classes(many(count), PARTS)
        QApplication.processEvents()
        assert bars.height() == bars.heightForWidth(bars.width())
    bars.setParent(None)


def test_long_names_and_large_numbers_keep_off_the_bars(bars: ClassBars) -> None:
    bars.resize(400, 80)
    bars.show_classes([ClassCount("a very long name of a class that nobody can read in full", (999_999, 0, 0)),
                       ClassCount("cat", (999_999, 0, 0))], PARTS)
    image, place = shown(bars), bars.place(0)
    accent, ground = bars.colors[0], image.pixelColor(image.width() - 1, 79)
    row = round(place.top()) + ROW // 2 - 3
    bar = [x for x in range(image.width()) if image.pixelColor(x, row) == accent]
    rows = range(round(place.top()) + 2, round(place.bottom()) - 1)
    inks = [x for x in range(image.width()) if x not in range(bar[0], bar[-1] + 1)
            and any(image.pixelColor(x, y) != ground for y in rows)]
    names, numbers = [x for x in inks if x < bar[0]], [x for x in inks if x > bar[-1] + 1]
    assert 50 < names[-1] <= bar[0] - 6, "it ends before the bar"
    width = QFontMetricsF(theme.mono_font(11)).horizontalAdvance("999 999")
    assert numbers[0] > place.right() - width - 2 > bar[-1] and place.right() - 3 <= numbers[-1] <= place.right()
    assert bar[0] == theme.letters(theme.ui_font(11), 13.6) + 8


def test_every_name_is_in_the_same_letters(bars: ClassBars) -> None:
    bars.show_classes([ClassCount("mill", (5, 1, 1)), ClassCount("mill", (5, 1, 1))], PARTS)
    image = shown(bars)
    first, second = (image.copy(0, round(bars.place(index).top()), 60, ROW) for index in (0, 1))
    assert first == second
    text = theme.color("text").lightness()
    assert max(first.pixelColor(x, y).lightness() for x in range(60) for y in range(ROW)) > 0.8 * text


def test_words_of_the_legend_are_apart_from_its_marks(bars: ClassBars) -> None:
    metrics = QFontMetricsF(theme.ui_font(11))
    lefts = [columns_with(bars, color, 0)[0] for color in bars.colors]
    for index, part in enumerate(PARTS[:2]):
        apart = lefts[index + 1] - lefts[index]
        assert apart == pytest.approx(8 + 6 + metrics.horizontalAdvance(part) + 16, abs=2)
    mark = [y for y in range(ROW) if shown(bars).pixelColor(4, y) == bars.colors[0]]
    assert mark[0] + mark[-1] == ROW - 1


def test_what_is_around_it_says_nothing_in_its_place(bars: ClassBars) -> None:
    assert bars.event(QHelpEvent(QEvent.Type.ToolTip, QPoint(10, 5), bars.mapToGlobal(QPoint(10, 5)))) is True


def test_names_are_words_and_numbers_are_digits_of_one_width(bars: ClassBars) -> None:
    fonts = {mark.text: mark.font.family() for mark in drawn(bars) if mark.kind == "text"}
    words, digits = theme.ui_font(11).family(), theme.mono_font(11).family()
    assert fonts["cat"] == fonts["dog"] == fonts["training"] == words
    assert fonts["1\u00a0200"] == fonts["600"] == digits != words
