"""What stands around the curves: numbers at the axes, title and legend, marks; scales and steps; hand and keys."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.painted import Mark, of, painted, words
from widgets.look import theme
from widgets.plot.frame import Frame, Header, Reading
from widgets.plot.legend import Legend, Style
from widgets.plot.line import FEW, Line, strokes
from widgets.plot.scales import LinearScale, LogScale, log_scale, logarithms
from widgets.plot.series import BLOCK, Series
from widgets.plot.span_view import SpanView
from widgets.plot.ticks import nice_range, nice_step, tick_values

DARK = theme.DARK
AREA = QRectF(60, 40, 400, 200)
RED = QColor("#ff0000")


@pytest.fixture
def frame(qapp: QApplication) -> Frame:
    theme.apply(qapp, DARK)
    frame = Frame("Loss", ("train", "validation"), "epoch {}")
    frame.colors = (QColor(DARK.accent), QColor(DARK.validation))
    return frame


def centers(marks: list[Mark]) -> dict[str, QPointF]:
    return {mark.text: mark.place.center() for mark in of("text", marks)}


def test_numbers_stand_beside_their_lines(frame: Frame):
    marks = painted(lambda painter: frame.paint_grid(painter, AREA))
    places = centers(marks)
    lines = [mark.place.top() for mark in of("area", marks)]
    assert lines == [240, 190, 140, 90, 40] and {mark.fill for mark in of("area", marks)} == {DARK.line}
    assert [places[text].y() for text in ("0.00", "0.25", "0.50", "0.75", "1.00")] == lines
    assert all(mark.place.left() == 60 and mark.place.width() == 400 for mark in of("area", marks))
    assert {mark.pen for mark in of("text", marks)} == {DARK.dim}
    assert (places["0"], places["2"]) == (QPointF(60, 253), QPointF(140, 253)) and places["10"].x() <= 460
    assert frame.point(AREA, 5, 0.5) == AREA.center()


def test_numbers_are_small_and_end_before_the_curves(frame: Frame):
    texts = of("text", painted(lambda painter: frame.paint_grid(painter, AREA)))
    assert {(mark.font.family(), mark.font.pixelSize()) for mark in texts} == {(theme.mono_font(10).family(), 10)}
    values, epochs = texts[:5], texts[5:]
    assert [mark.place for mark in values] == [QRectF(0, y - 8, 52, 16) for y in (240, 190, 140, 90, 40)]
    assert [mark.text for mark in epochs] == [str(epoch) for epoch in range(11)]
    assert {(mark.place.top(), mark.place.size().toTuple()) for mark in epochs} == {(245, (64, 16))}
    assert [mark.place.center().x() for mark in epochs[:-1]] == pytest.approx([60 + 40 * epoch for epoch in range(10)])
    wide = QFontMetricsF(theme.mono_font(10)).horizontalAdvance("10")
    assert epochs[-1].place.center().x() == pytest.approx(min(460, 468 - wide / 2)), "the last one is not cut"
    frame.x_range = (0.0, 1_000_000.0)
    last = of("text", painted(lambda painter: frame.paint_grid(painter, AREA)))[-1]
    wide = QFontMetricsF(theme.mono_font(10)).horizontalAdvance(last.text)
    assert last.place.center().x() + wide / 2 == pytest.approx(468)


@pytest.mark.parametrize("span", [(0.0, 10.0), (0.0, 3.0), (3.3, 3.301), (987.0, 987.001), (0.0, 12_345.0),
                                  (12_345.0, 12_345.01), (0.0, 5e6), (40.0, 60.0)])
@pytest.mark.parametrize("width", [100, 400, 900])
def test_numbers_of_epochs_never_touch_each_other(frame: Frame, span: tuple[float, float], width: int):
    frame.x_range = span
    area = QRectF(60, 40, width, 200)
    epochs = of("text", painted(lambda painter: frame.paint_grid(painter, area)))[5:]
    advance = QFontMetricsF(theme.mono_font(10)).horizontalAdvance
    boxes = [(mark.place.center().x() - advance(mark.text) / 2, mark.place.center().x() + advance(mark.text) / 2)
             for mark in epochs]
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(boxes)]
    assert all(gap > 6 for gap in gaps[:-1]) or width == 100
    assert 2 <= len(epochs) <= max(4, width / 40 + 1)
    assert len({mark.text for mark in epochs}) == len(epochs)


@pytest.mark.parametrize(("span", "texts"), [
    ((0.0, 3.0), ["0", "0.5", "1", "1.5", "2", "2.5", "3"]), ((0.0, 1.0), ["0", "0.5", "1"]),
    ((2.2, 2.6), ["2.20", "2.25", "2.30", "2.35", "2.40", "2.45", "2.50", "2.55", "2.60"])])
def test_of_few_epochs_halves_are_written_too(frame: Frame, span: tuple[float, float], texts: list[str]):
    frame.x_range = span
    assert words(painted(lambda painter: frame.paint_grid(painter, AREA)))[5:] == texts


def test_little_room_has_at_least_a_number_at_each_third(frame: Frame):
    frame.x_range = (0.0, 9.0)
    assert words(painted(lambda painter: frame.paint_grid(painter, QRectF(60, 40, 40, 200))))[5:] == ["0", "5"]


def test_the_curves_are_below_title_and_legend(frame: Frame):
    area = frame.area(QSize(500, 300))
    header = frame.header(area)
    assert area.top() == header.legend.bottom() + 8 and area.bottom() == 300 - 24 and area.right() == 500 - 8
    assert header.title.right() < header.legend.right() and header.style.names and header.style.numbers
    assert frame.area(QSize(1, 1)).size().toTuple() == (1, 1)
    narrow = frame.header(frame.area(QSize(frame.narrowest(), 300)))
    assert narrow.legend.top() == narrow.title.top() + 20, "in little room the legend is below"
    assert narrow.legend.height() == 40, "in two rows"
    frame.titles = ("A very long title of the plot beside it that takes much room " * 2,)
    assert frame.header(area).legend.top() == frame.header(area).title.top() + 20, "they begin at one height"


def test_title_and_legend_stand_beside_each_other_while_both_fit(frame: Frame):
    metrics, digit = QFontMetricsF(theme.ui_font(12, QFont.Weight.DemiBold)), QFontMetricsF(theme.mono_font(10))
    left = math.ceil(6.6 * digit.horizontalAdvance("0")) + 8
    word, below = metrics.horizontalAdvance("Loss"), Style(True, True).tight()._replace(rows=2)
    least = frame.legend.width(below)
    size = QSize(800, 300)
    area = frame.area(size)
    assert area == QRectF(left, 32, 800 - left - 8, 300 - 32 - 24)
    title, legend, style = frame.header(area)
    assert legend == QRectF(left, 4, area.width(), 20)
    assert title == QRectF(left, 4, area.width() - 14 - frame.legend.width(style), 20)
    both = math.ceil(least + 22 + word - left)  # from here on they stand beside each other

    def header(width: int) -> Header:
        return frame.header(QRectF(left, 32, width, 100))

    assert header(both).legend.top() == header(both).title.top() == 4 and header(both).style == below
    assert header(both).title.left() == 8, "the title gives way"
    assert header(math.ceil(least + 14 + word)).title.left() == left
    assert header(both - 1).legend == QRectF(8, 24, left + both - 1 - 8, 40)
    assert header(both - 1).title == QRectF(8, 4, left + both - 1 - 8, 20)
    frame.titles = ("Loss", "A longer title")
    longer = metrics.horizontalAdvance("A longer title")
    assert header(math.ceil(least + 22 + longer - left) - 1).legend.top() == 24
    assert header(math.ceil(least + 22 + longer - left)).legend.top() == 4
    frame.titles, frame.cursor_at = (), 1.0
    assert header(both - 1).legend.top() == 24 and header(both).legend.top() == 4, "nothing jumps while one reads"
    assert header(both).style.names and header(both).style.numbers


def test_another_theme_or_title_places_the_header_anew(frame: Frame, qapp: QApplication):
    area = frame.area(QSize(400, 300))
    before = frame.header(area)
    assert frame.header(area) is before, "measured once"
    frame.legend.is_key = True
    assert not frame.header(area).style.numbers
    frame.legend.is_key = False
    frame.title = "Mean squared error of the validation examples"
    assert frame.header(area) != before
    frame.title = "Loss"
    frame.restyle()
    assert frame.header(area) == before


@pytest.mark.parametrize("focused", [False, True])
def test_the_title_says_where_the_keyboard_is(frame: Frame, focused: bool):
    frame.readings = (Reading(1.0, 0.25), None)
    marks = painted(lambda painter: frame.paint_header(painter, frame.area(QSize(600, 300)), focused))
    title = next(mark for mark in marks if mark.text == "Loss")
    assert title.pen == (DARK.accent if focused else DARK.dim)
    assert [mark.fill for mark in of("area", marks)] == [DARK.accent] * focused
    assert {"train", "validation", "0.250", "–"} <= set(words(marks))
    assert (title.font.pixelSize(), title.font.weight()) == (12, QFont.Weight.DemiBold)
    if focused:
        wide = QFontMetricsF(title.font).horizontalAdvance("Loss")
        [line] = of("area", marks)
        assert line.place == QRectF(title.place.left(), title.place.bottom() - 1, wide, 2)
        frame.title = "A title that is much longer than its room " * 4
        long = painted(lambda painter: frame.paint_header(painter, frame.area(QSize(400, 300)), True))
        assert of("area", long)[0].place.width() == of("text", long)[0].place.width()


def test_marks_are_smooth_and_their_lines_fine(frame: Frame):
    frame.readings, frame.cursor_at = (Reading(5.0, 0.5), None), 4.99
    frame.best = ((Reading(2.5, 0.5), RED),)
    marks = painted(lambda painter: frame.paint_marks(painter, AREA, (False, False)))
    assert all(mark.smooth for mark in marks)
    thread, ring, dot, cursor, pill, text = marks
    assert (thread.width, ring.width, dot.width) == (1, 1.5, 1.5)
    assert ring.place.size().toTuple() == dot.place.size().toTuple() == (8, 8)
    assert cursor.place.left() == 260, "on whole pixels"
    wide = QFontMetricsF(theme.mono_font(10)).horizontalAdvance("epoch 5") + 16
    assert pill.place == QRectF(260 - wide / 2, 244, wide, 18) == text.place
    assert (text.font.family(), text.font.pixelSize()) == (theme.mono_font(10).family(), 10)
    frame.cursor_at = 10.0
    assert len(of("box", painted(lambda painter: frame.paint_marks(painter, AREA, (False, False))))) == 1
    frame.cursor_at = 0.0
    marks = painted(lambda painter: frame.paint_marks(painter, AREA, (False, False)))
    assert words(marks) == ["epoch 5"] and of("area", marks)[0].place.left() == 260, "it stands at what it says"
    frame.readings = ()
    marks = painted(lambda painter: frame.paint_marks(painter, AREA, (False, False)))
    assert words(marks) == ["epoch 1 · 0 %"] and of("area", marks)[0].place.left() == 60


def test_marks_are_shown_where_they_are_in_sight(frame: Frame):
    def marks(single: tuple[bool, bool] = (False, False)) -> list[Mark]:
        return painted(lambda painter: frame.paint_marks(painter, AREA, single))

    assert marks() == []
    frame.readings = (Reading(5.0, 0.5), Reading(10.0, 1.0))
    assert marks() == [] and len(of("dot", marks((True, False)))) == 1
    frame.cursor_at = 5.0
    first, second = of("dot", marks())
    assert (first.place.center(), first.fill, first.pen) == (AREA.center(), DARK.accent, DARK.panel)
    assert (second.place.center(), second.fill) == (AREA.topRight(), DARK.validation)
    [thread] = of("area", marks())
    assert thread.place == QRectF(260, 40, 1, 200) and thread.fill == DARK.wire
    [pill] = of("box", marks())
    assert pill.fill == DARK.raised and pill.pen == "" and pill.place.center().x() == pytest.approx(260, abs=1)
    assert words(marks()) == ["epoch 5"] and of("text", marks())[0].pen == DARK.text
    for at, edge in ((0.0, "left"), (10.0, "right")):
        frame.cursor_at, frame.readings = at, (Reading(at, 0.5), None)
        [pill] = of("box", marks())
        assert getattr(pill.place, edge)() == pytest.approx(getattr(AREA, edge)())
    frame.cursor_at, frame.readings = 11.0, (Reading(11.0, 0.5), None)
    assert of("area", marks()) == [] and words(marks()) == []
    frame.readings, frame.cursor_at = (Reading(11.0, 0.5), Reading(1.0, math.nan)), 5.0
    assert of("dot", marks()) == []
    frame.cursor_at, frame.readings = None, ()
    frame.best = ((Reading(2.5, 0.5), RED), (Reading(20.0, 0.5), RED))
    line, ring = marks()
    assert (ring.place.center(), ring.pen, ring.fill) == (QPointF(160, 140), RED.name(), DARK.panel)
    assert line.place == QRectF(160, 145, 0, 95) and line.pen == DARK.wire and line.style == Qt.PenStyle.DotLine


def test_a_legend_shows_as_much_as_there_is_room_for(qapp: QApplication):
    theme.apply(qapp, DARK)
    legend = Legend(("train", "validation"))
    full = Style(True, True)
    width = legend.width(full)
    assert legend.style(False, width) == (full, True)
    assert legend.style(False, width - 1) == (full.tight(), True)
    below = full.tight()._replace(rows=2)
    assert legend.style(False, legend.width(full.tight()) - 1) == (below, True)
    assert legend.style(False, legend.width(below) - 1) == (Style(True, False).tight()._replace(rows=2), True)
    assert legend.style(True, legend.width(below) - 1) == (Style(False, True).tight()._replace(rows=2), True)
    assert legend.style(False, 1) == (Style(True, False).tight()._replace(rows=2), False)
    row = QRectF(0, 0, 500, 20)
    marks = painted(lambda painter: legend.paint(painter, row, full, [0.5]))
    assert [(mark.text, mark.pen) for mark in of("text", marks)] == [
        ("train", DARK.dim), ("0.500", DARK.text), ("validation", DARK.dim), ("–", DARK.text)]
    solid, dashed = of("line", marks)
    assert solid.pen == DARK.accent and dashed.pen == DARK.validation
    assert solid.style == Qt.PenStyle.SolidLine and dashed.style == Qt.PenStyle.CustomDashLine
    assert solid.place.left() == 500 - width and solid.place.width() == 20 and solid.place.top() == 10
    assert dashed.place.left() > of("text", marks)[1].place.right()
    assert of("text", marks)[-1].place.right() == pytest.approx(500)
    fonts = [(mark.font.family(), mark.font.pixelSize()) for mark in of("text", marks)]
    ui, mono = theme.ui_font(11).family(), theme.mono_font(11).family()
    assert fonts == [(ui, 11), (mono, 11)] * 2
    assert solid.width == dashed.width == 2
    name, number = QFontMetricsF(theme.ui_font(11)), QFontMetricsF(theme.mono_font(11)).horizontalAdvance("0.000")
    wide = [20 + 8 + name.horizontalAdvance(text) + 8 + number for text in ("train", "validation")]
    assert width == pytest.approx(sum(wide) + 20)
    places = [mark.place for mark in of("text", marks)]
    assert places[0] == places[1] and places[2] == places[3]
    assert places[0].getRect() == pytest.approx((500 - width + 28, 0, wide[0] - 28, 20))
    assert places[2].left() == pytest.approx(dashed.place.left() + 28)
    assert dashed.place.left() == pytest.approx(500 - wide[1])
    for style, shown in ((Style(True, False), ["train", "validation"]), (Style(False, True), ["0.500", "–"])):
        assert words(painted(lambda painter, style=style: legend.paint(painter, row, style, [0.5]))) == shown
    tight = Style(True, True).tight()
    assert legend.width(tight) == pytest.approx(width - 2 * (8 + 2 * 3) - 10)
    legend.is_key = True
    assert legend.style(True, 1000) == (Style(True, False), True)
    assert {color.name() for color in legend.colors} == {DARK.dim}


@pytest.mark.parametrize(("style", "long"), [(Style(True, True), 8), (Style(True, True).tight(), 4)])
def test_a_dashed_piece_shows_two_dashes(qapp: QApplication, style: Style, long: int):
    theme.apply(qapp, DARK)
    legend, row = Legend(("train", "validation")), QRectF(0, 0, 500, 20)
    _, dashed = of("line", painted(lambda painter: legend.paint(painter, row, style, [])))
    image = QImage(500, 20, QImage.Format.Format_RGB32)
    image.fill(0)
    with QPainter(image) as painter:
        legend.paint(painter, row, style, [])
    left = round(dashed.place.left())
    inked = "".join("x" if image.pixelColor(x, 10).red() > 120 else " " for x in range(left, left + style.swatch + 1))
    dashes = inked.split()
    assert [len(dash) for dash in dashes] == pytest.approx([long + 1, long + 2], abs=1)


# -- scales -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("span", "intervals", "step"), [
    (10, 5, 2), (10, 4, 2.5), (1, 5, 0.2), (7, 5, 2), (100, 3, 50), (0.03, 3, 0.01), (9.9, 1, 10), (1, 1, 1),
    (51, 5, 20), (0.9, 9, 0.1),
])
def test_round_steps(span: float, intervals: int, step: float):
    assert nice_step(span, intervals) == pytest.approx(step)


@pytest.mark.parametrize(("low", "high", "found"), [
    (0, 1, (0, 1, 0.25)), (0.1, 0.9, (0, 1, 0.25)), (-1, 1, (-1, 1, 0.5)), (5, 5, (4.5, 5.5, 0.25)),
    (0, 0, (-0.5, 0.5, 0.25)), (-2, -2, (-2.2, -1.8, 0.1)), (1000, 1000 + 1e-7, (900, 1200, 100)),
    (0.9, 4.1, (0, 6, 2)), (1000, 1000.1, (1000, 1000.1, 0.025)), (-0.3, 0.1, (-0.3, 0.1, 0.1)), (1, 3, (1, 3, 0.5)),
])
def test_ranges_of_whole_steps(low: float, high: float, found: tuple[float, float, float]):
    assert nice_range(low, high, 4) == pytest.approx(found, abs=1e-9)


def test_ticks_include_both_ends():
    assert tick_values(0, 1, 0.25) == [0, 0.25, 0.5, 0.75, 1]
    assert tick_values(0.1, 0.9, 0.25) == [0.25, 0.5, 0.75] and tick_values(-1, 1, 1) == [-1, 0, 1]


def test_scales_place_values():
    linear, log = LinearScale(1.0, 3.0, 0.5), LogScale(0.01, 1.0, (0.01, 0.1, 1.0))
    assert [linear.place(value) for value in (1, 2, 3)] == [0, 0.5, 1] and linear.ends == [1, 3]
    assert [text for _, text in linear.ticks()] == ["1.0", "1.5", "2.0", "2.5", "3.0"]
    assert [log.place(value) for value in (0.01, 0.1, 1.0)] == pytest.approx([0, 0.5, 1]) and log.ends == [-2, 0]
    assert math.isnan(log.place(0)) and math.isnan(log.place(-1)) and len(log.ticks()) == 3
    assert np.array_equal(logarithms(np.array([1.0, 100.0, 0.0, -5.0])), [0, 2, np.nan, np.nan], equal_nan=True)


@pytest.mark.parametrize(("low", "high", "intervals", "marks"), [
    (0.011, 0.9, 6, (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)), (0.01, 1, 4, (0.01, 0.1, 1)),
    (1e-9, 1, 4, (1e-9, 1e-6, 1e-3, 1)), (2, 4, 4, (2, 2.5, 3, 3.5, 4)), (0.3, 1.4, 4, (0.2, 0.5, 1, 2)),
    (1, 5, 6, (1, 2, 5)), (1, 5, 2, (1, 2, 5)), (0.3, 3, 6, (0.2, 0.5, 1, 2, 5)), (0.011, 0.9, 3, (0.01, 0.1, 1)),
    (1e-5, 1, 4, (1e-5, 1e-3, 0.1, 10)), (0.001, 100, 5, (0.001, 0.01, 0.1, 1, 10, 100)), (3, 16, 5, (2, 5, 10, 20)),
    (2, 9.9, 4, (2, 4, 6, 8, 10)),
])
def test_logarithmic_marks(low: float, high: float, intervals: int, marks: tuple[float, ...] | None):
    scale = log_scale(low, high, intervals)
    assert scale.low <= low * (1 + 1e-9) and scale.high >= high * (1 - 1e-9) and scale.low > 0
    assert scale.low == scale.marks[0] and scale.high == scale.marks[-1]
    if marks is not None:
        assert scale.marks == pytest.approx(marks)


# -- points -----------------------------------------------------------------------------------------------------------


def series(*points: tuple[float, float]) -> Series:
    made = Series()
    made.extend(np.array([x for x, _ in points]), np.array([y for _, y in points]))
    return made


def test_the_nearest_point():
    made = series((1, 10), (2, 20), (4, 40))
    assert [made.nearest(at) for at in (-5, 1.4, 1.5, 1.6, 3.1, 99)] == [
        (1, 10), (1, 10), (1, 10), (2, 20), (4, 40), (4, 40)]
    assert Series().nearest(1) is None and (made.end, Series().end, len(made)) == (4, 0, 3)


def test_a_run_taken_up_again_replaces_what_it_goes_over():
    made = series((1, 10), (2, 20), (3, 30))
    made.extend(np.array([2.0, 3.0]), np.array([21.0, 31.0]))
    assert (made.x.tolist(), made.y.tolist(), made.version) == ([1, 2, 3], [10, 21, 31], 2)
    made.extend(np.array([4.0, 2.5, 5.0]), np.array([40.0, 25.0, 50.0]))
    assert (made.x.tolist(), made.y.tolist()) == ([1, 2, 2.5, 5], [10, 21, 25, 50])
    made.extend(np.array([]), np.array([]))
    assert len(made) == 4
    made.extend(np.array([5.0]), np.array([51.0]))
    assert (made.x.tolist()[3:], made.y.tolist()[3:]) == ([5, 5], [50, 51]), "two values at one place are both kept"
    long = Series()
    long.extend(np.arange(BLOCK * 40.0), np.zeros(BLOCK * 40))
    long.extend(np.arange(BLOCK * 10.0, BLOCK * 30.0), np.ones(BLOCK * 20))
    xs, ys = long.visible(0, 1e9, 24)
    assert len(long) == BLOCK * 30 and xs[-1] == BLOCK * 30 - 1 and set(ys[xs >= BLOCK * 10]) == {1.0}
    assert set(ys[xs < BLOCK * 10]) == {0.0}


def test_a_line_is_drawn_again_only_when_something_is_other(qapp: QApplication, monkeypatch: pytest.MonkeyPatch):
    line, made, drawn = Line(), series((1, 10), (2, 0), (3, math.nan), (4, 1000)), []
    monkeypatch.setattr(line, "setData", lambda x, y, **_: drawn.append((x.tolist(), y.tolist())))
    assert line.show_series(made, (0, 10), 100, False) == (0, 1000)
    assert line.show_series(made, (0, 10), 100, False) == (0, 1000) and len(drawn) == 1
    assert line.show_series(made, (0, 10), 100, True) == (1, 3) and len(drawn) == 2
    made.extend(np.array([5.0]), np.array([5000.0]))
    assert line.show_series(made, (0, 10), 100, False) == (0, 5000) and len(drawn) == 3
    assert line.show_series(Series(), (0, 10), 100, False) is None
    assert strokes(1.0, False) == [(0.0, 0.8)] and strokes(1.0, True) == [(0.0, 0.8), (0.8, 0.0)]
    assert [step for _, step in strokes(2.0, False)] == pytest.approx([0.4, 0.8, 1.2]) and FEW > 0


# -- hand and keys ----------------------------------------------------------------------------------------------------


class View(SpanView):
    """A plot, and what its gestures asked for."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.spans: list[tuple[float, float] | None] = []
        self.read: list[float | None] = []
        self.span_asked.connect(self.spans.append)
        self.hovered.connect(self.read.append)
        self.resize(500, 300)


@pytest.fixture
def view(frame: Frame, qtbot: QtBot) -> View:
    view = View(frame)
    qtbot.addWidget(view)
    view.show()
    return view


def mouse(view: View, kind: QEvent.Type, x: float, y: float = 150, button=Qt.MouseButton.LeftButton) -> None:
    at = QPointF(x, y)
    QApplication.sendEvent(view.viewport(), QMouseEvent(kind, at, at, button, button, Qt.KeyboardModifier.NoModifier))


@pytest.mark.parametrize(("key", "span"), [
    (Qt.Key.Key_Left, (-1, 9)), (Qt.Key.Key_Right, (1, 11)), (Qt.Key.Key_Plus, (1, 9)),
    (Qt.Key.Key_Minus, (-1.25, 11.25)), (Qt.Key.Key_Home, None),
])
def test_keys(view: View, key: Qt.Key, span: tuple[float, float] | None):
    QTest.keyClick(view, key)
    QTest.keyClick(view, Qt.Key.Key_X)
    assert len(view.spans) == 1 and (view.spans[0] == pytest.approx(span) if span else view.spans == [None])


@pytest.mark.parametrize(("turn", "span"), [
    (QPoint(0, 120), (1, 9)), (QPoint(0, -120), (-1.25, 11.25)), (QPoint(120, 0), (-1, 9)), (QPoint(-120, 60), (1, 11)),
    (QPoint(60, 120), (1, 9)), (QPoint(0, 0), None), (QPoint(120, 120), (1, 9)), (QPoint(-240, 0), (2, 12)),
    (QPoint(0, 240), (1.8, 8.2)),
])
def test_the_wheel(view: View, turn: QPoint, span: tuple[float, float] | None):
    at = QPointF(view.area.center())
    QApplication.sendEvent(view.viewport(), QWheelEvent(at, at, QPoint(), turn, Qt.MouseButton.NoButton,
                                                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
                                                        False))
    assert len(view.spans) == (span is not None) and (span is None or view.spans[0] == pytest.approx(span))


def test_dragging_pans_and_hovering_reads(view: View):
    area = view.area
    mouse(view, QEvent.Type.MouseMove, area.center().x(), button=Qt.MouseButton.NoButton)
    assert view.spans == [] and view.read == [pytest.approx(5)]
    for x, inside in ((area.left() - 3, False), (area.left(), True), (area.right(), True), (area.right() + 3, False)):
        mouse(view, QEvent.Type.MouseMove, x, button=Qt.MouseButton.NoButton)
        assert (view.read[-1] is not None) == inside
    mouse(view, QEvent.Type.MouseButtonPress, area.center().x(), button=Qt.MouseButton.RightButton)
    mouse(view, QEvent.Type.MouseMove, area.left())
    assert view.spans == []
    mouse(view, QEvent.Type.MouseButtonPress, area.center().x())
    mouse(view, QEvent.Type.MouseMove, area.left() + area.width() * 0.3)
    assert view.spans == [pytest.approx((2, 12))]
    assert view.viewport().cursor().shape() == Qt.CursorShape.ClosedHandCursor
    mouse(view, QEvent.Type.MouseButtonRelease, area.center().x())
    mouse(view, QEvent.Type.MouseMove, area.left(), button=Qt.MouseButton.NoButton)
    assert len(view.spans) == 1 and view.viewport().cursor().shape() != Qt.CursorShape.ClosedHandCursor
    mouse(view, QEvent.Type.MouseButtonDblClick, area.center().x())
    assert view.spans[1:] == [None]
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.read[-1] is None
    asked = []
    view.menu_asked.connect(asked.append)
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 6),
                                                              QPoint(50, 60)))
    assert asked == [QPoint(50, 60)]


def test_the_place_is_read_up_to_the_edge_of_the_curves(view: View):
    area, high = view.area, view.viewport().height()
    for x, y, inside in ((area.left() - 0.5, 150, True), (area.left() - 1.5, 150, False),
                         (area.right() + 0.5, 150, True), (area.right() + 1.5, 150, False),
                         (area.center().x(), 0.5, True), (area.center().x(), -0.5, False),
                         (area.center().x(), high - 0.5, True), (area.center().x(), high + 0.5, False)):
        mouse(view, QEvent.Type.MouseMove, x, y, button=Qt.MouseButton.NoButton)
        assert (view.read[-1] is not None) == inside
    view.span = (4.0, 6.0)
    mouse(view, QEvent.Type.MouseMove, area.left() + area.width() / 4, button=Qt.MouseButton.NoButton)
    assert view.read[-1] == pytest.approx(4.5)


def test_zooming_keeps_what_is_under_the_cursor(view: View):
    view.span = (2.0, 6.0)
    at = QPointF(view.area.left() + view.area.width() / 4, 100)
    QApplication.sendEvent(view.viewport(), QWheelEvent(at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                                                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
                                                        False))
    assert view.spans == [pytest.approx((2.2, 5.4))]
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.spans[1:] == [pytest.approx((2.4, 6.4)), pytest.approx((2.4, 5.6))]


def test_keys_that_mean_nothing_here_and_no_wheel_go_on_to_what_is_around(view: View, qtbot: QtBot):
    class Around(QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.got: list[object] = []

        def keyPressEvent(self, event: QKeyEvent) -> None:
            self.got.append(Qt.Key(event.key()))

        def wheelEvent(self, event: QWheelEvent) -> None:
            self.got.append("wheel")

    around = Around()
    qtbot.addWidget(around)
    view.setParent(around)
    around.show()
    QTest.keyClick(view, Qt.Key.Key_X)
    QTest.keyClick(view, Qt.Key.Key_Left)
    at = QPointF(view.area.center())
    QApplication.sendEvent(view.viewport(), QWheelEvent(at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                                                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
                                                        False))
    assert around.got == [Qt.Key.Key_X] and len(view.spans) == 2
    view.setParent(None)
