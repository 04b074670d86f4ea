"""What stands around the curves: numbers at the axes, title and legend, marks; scales and steps; hand and keys."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.painted import Mark, of, painted, words
from widgets.look import theme
from widgets.plot.frame import Frame, Reading
from widgets.plot.gestures import Gestures
from widgets.plot.legend import Legend, Style
from widgets.plot.line import FEW, Line, _strokes
from widgets.plot.scales import LinearScale, LogScale, log_scale, logarithms
from widgets.plot.series import BLOCK, Series
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


def test_the_curves_are_below_title_and_legend(frame: Frame):
    area = frame.area(QSize(500, 300))
    header = frame.header(area)
    assert area.top() == header.legend.bottom() + 8 and area.bottom() == 300 - 24 and area.right() == 500 - 8
    assert header.title.right() < header.legend.right() and header.style.names and header.style.numbers
    assert frame.area(QSize(1, 1)).size().toTuple() == (1, 1)
    narrow = frame.header(frame.area(QSize(frame.narrowest() + 30, 300)))
    assert narrow.legend.top() == narrow.title.top() + 20, "in little room the legend is below"
    frame.titles = ("A very long title of the plot beside it that takes much room " * 2,)
    assert frame.header(area).legend.top() == frame.header(area).title.top() + 20, "they begin at one height"


@pytest.mark.parametrize("focused", [False, True])
def test_the_title_says_where_the_keyboard_is(frame: Frame, focused: bool):
    frame.readings = (Reading(1.0, 0.25), None)
    marks = painted(lambda painter: frame.paint_header(painter, frame.area(QSize(600, 300)), focused))
    title = next(mark for mark in marks if mark.text == "Loss")
    assert title.pen == (DARK.accent if focused else DARK.dim)
    assert [mark.fill for mark in of("area", marks)] == [DARK.accent] * focused
    assert {"train", "validation", "0.250", "–"} <= set(words(marks))


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
    assert words(marks()) == ["epoch 5.00"] and of("text", marks())[0].pen == DARK.text
    for at, edge in ((0.0, "left"), (10.0, "right")):
        frame.cursor_at = at
        [pill] = of("box", marks())
        assert getattr(pill.place, edge)() == pytest.approx(getattr(AREA, edge)())
    frame.cursor_at = 11.0
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
    assert legend.style(False, legend.width(full.tight()) - 1)[0][:2] == (True, False)
    assert legend.style(True, legend.width(full.tight()) - 1)[0][:2] == (False, True)
    assert legend.style(False, 1) == (Style(True, False).tight(), False)
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
    legend.is_key = True
    assert legend.style(True, 1000) == (Style(True, False), True)
    assert {color.name() for color in legend.colors} == {DARK.dim}


# -- scales -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("span", "intervals", "step"), [
    (10, 5, 2), (10, 4, 2.5), (1, 5, 0.2), (7, 5, 2), (100, 3, 50), (0.03, 3, 0.01), (9.9, 1, 10),
])
def test_round_steps(span: float, intervals: int, step: float):
    assert nice_step(span, intervals) == pytest.approx(step)


@pytest.mark.parametrize(("low", "high", "found"), [
    (0, 1, (0, 1, 0.25)), (0.1, 0.9, (0, 1, 0.25)), (-1, 1, (-1, 1, 0.5)), (5, 5, (4.5, 5.5, 0.25)),
    (0, 0, (-0.5, 0.5, 0.25)), (-2, -2, (-2.2, -1.8, 0.1)),
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
    (1e-9, 1, 4, (1e-9, 1e-6, 1e-3, 1)), (2, 4, 4, (2, 2.5, 3, 3.5, 4)), (0.3, 1.4, 4, None), (1, 5, 6, (1, 2, 5)),
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
    long = Series()
    long.extend(np.arange(BLOCK * 40.0), np.zeros(BLOCK * 40))
    long.extend(np.arange(BLOCK * 10.0, BLOCK * 30.0), np.ones(BLOCK * 20))
    xs, ys = long.visible(0, 1e9, 24)
    assert len(long) == BLOCK * 30 and xs[-1] == BLOCK * 30 - 1 and set(ys[xs >= BLOCK * 10]) == {1.0}
    assert set(ys[xs < BLOCK * 10]) == {0.0}


def test_a_line_is_drawn_again_only_when_something_is_other(qapp: QApplication):
    line, made, drawn = Line(), series((1, 10), (2, 0), (3, math.nan), (4, 1000)), []
    line._show = lambda x, y: drawn.append((x.tolist(), y.tolist()))
    assert line.show_series(made, (0, 10), 100, False) == (0, 1000)
    assert line.show_series(made, (0, 10), 100, False) == (0, 1000) and len(drawn) == 1
    assert line.show_series(made, (0, 10), 100, True) == (1, 3) and len(drawn) == 2
    made.extend(np.array([5.0]), np.array([5000.0]))
    assert line.show_series(made, (0, 10), 100, False) == (0, 5000) and len(drawn) == 3
    assert line.show_series(Series(), (0, 10), 100, False) is None
    assert _strokes(1.0, False) == [(0.0, 0.8)] and _strokes(1.0, True) == [(0.0, 0.8), (0.8, 0.0)]
    assert len(_strokes(2.0, False)) == 3 and FEW > 0


# -- hand and keys ----------------------------------------------------------------------------------------------------


class View(Gestures):
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
    (QPoint(60, 120), (1, 9)), (QPoint(0, 0), None),
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
