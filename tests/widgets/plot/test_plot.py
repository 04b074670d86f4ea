"""One plot by itself: which points it draws, on which axis, in which colours, and what it reads."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.redrawn import is_redrawn
from tests.seen import colors
from widgets.look import theme
from widgets.plot.frame import Frame, Reading
from widgets.plot.line import Line
from widgets.plot.members import member_color
from widgets.plot.plot import Drawn, Plot
from widgets.plot.scales import LinearScale
from widgets.plot.series import Series

DARK = theme.DARK


def series(*points: tuple[float, float]) -> Series:
    made = Series()
    made.extend(np.array([x for x, _ in points], float), np.array([y for _, y in points], float))
    return made


def flat(height: float) -> Series:
    return series((0, height), (10, height))


@pytest.fixture
def plot(qtbot: QtBot) -> Iterator[Plot]:
    theme.apply(QApplication.instance(), DARK)
    stage = QWidget()
    column = QVBoxLayout(stage)
    column.setContentsMargins(0, 0, 0, 0)
    plot = Plot(Frame("Loss", ("train", "validation"), "epoch {}"), is_share=False)
    column.addWidget(plot)
    qtbot.addWidget(stage)
    stage.resize(500, 300)
    stage.show()
    qtbot.waitExposed(stage)
    yield plot


def show(plot: Plot, *runs: Drawn) -> None:
    plot.runs = runs
    plot.redraw()


def limits(plot: Plot) -> tuple[float, float, float]:
    scale = plot.surround.y_scale
    assert isinstance(scale, LinearScale)
    return scale.low, scale.high, scale.step


def shows(plot: Plot, tone: str, x: float, y: float, reach: int = 2) -> bool:
    """Whether this colour, or nearly it, is around a point of the data."""
    at, wanted = plot.surround.point(plot.area, x, y).toPoint(), QColor(tone)
    found = map(QColor, colors(plot.viewport(), QRect(at - QPoint(reach, reach), at + QPoint(reach, reach))))
    return any(max(abs(a - b) for a, b in zip(each.getRgb(), wanted.getRgb(), strict=True)) < 40 for each in found)


def test_a_curve_is_drawn_where_its_numbers_say(plot: Plot) -> None:
    show(plot, Drawn((flat(0.25), flat(0.75))))
    assert limits(plot) == (0, 0.8, 0.2)
    assert shows(plot, DARK.accent, 5, 0.25) and not shows(plot, DARK.validation, 5, 0.25)
    assert shows(plot, DARK.validation, 5, 0.75, 8) and not shows(plot, DARK.accent, 5, 0.75, 8)
    plot.span = (0.0, 5.0)
    show(plot, Drawn((series((0, 0), (5, 1)), Series())))
    assert shows(plot, DARK.accent, 2.5, 0.5), "half of the way"


def test_solid_and_dashed_in_the_colours_of_the_run(plot: Plot) -> None:
    show(plot, Drawn((flat(1), flat(2))))
    pens = [line.opts["pen"] for line in plot.lines]
    assert [pen.color().name() for pen in pens] == [DARK.accent, DARK.validation]
    assert [pen.style() for pen in pens] == [Qt.PenStyle.SolidLine, Qt.PenStyle.CustomDashLine]
    assert {pen.width() for pen in pens} == {1} and pens[1].dashPattern() == [7, 3]
    show(plot, Drawn((flat(1), flat(2)), color=3), Drawn((flat(3), flat(4)), color=1))
    pens = [line.opts["pen"] for line in plot.lines]
    assert [pen.color() for pen in pens] == [member_color(index) for index in (3, 3, 1, 1)]
    assert [pen.style() == Qt.PenStyle.CustomDashLine for pen in pens] == [False, True] * 2
    assert plot.surround.colors == tuple(member_color(index) for index in (3, 3, 1, 1))


def lines(plot: Plot) -> int:
    return sum(isinstance(item, Line) for item in plot.scene().items())


def test_there_are_as_many_lines_as_curves(plot: Plot) -> None:
    for count in (1, 4, 2, 0, 1):
        show(plot, *(Drawn((flat(1), flat(2)), color=index) for index in range(count)))
        assert len(plot.lines) == lines(plot) == 2 * count


@pytest.mark.parametrize(("width", "most"), [(900, 800), (400, 504), (250, 279), (100, 200)])
def test_the_last_runs_are_drawn_in_full_and_older_ones_in_short(plot: Plot, width: int, most: int) -> None:
    plot.window().resize(width, 300)
    QApplication.processEvents()
    rng = np.random.default_rng(0)
    many = [Series() for _ in range(5)]
    for each in many:
        each.extend(np.linspace(0, 10, 5000), rng.normal(size=5000))
    show(plot, *(Drawn((each, each), color=index) for index, each in enumerate(many)))
    counts = [len(line.xData) for line in plot.lines]
    room = int(max(200, min(800, 1.5 * plot.area.width())))
    assert max(counts[:4]) <= 200
    assert all(room / 2 - 4 < count <= room for count in counts[4:])
    assert room == pytest.approx(most, abs=90)


@pytest.mark.parametrize(("share", "zoomed", "heights", "expected"), [
    (False, False, (0.3, 0.7), (0, 0.8, 0.2)), (False, False, (-1, 3), (-1, 3, 1)),
    (False, True, (0.3, 0.7), (0.3, 0.7, 0.1)),
    (True, False, (0.3, 0.7), (0, 1, 0.25)), (True, False, (0.6, 0.7), (0.6, 1, 0.1)),
    (True, False, (0.5, 0.7), (0.5, 1, 0.1)), (True, True, (0.6, 0.7), (0.6, 0.7, 0.02)),
    (True, False, (0.3, 1.5), (0, 1.5, 0.25)), (True, False, (0.6, 1.2), (0.6, 1.2, 0.2)),
])
def test_the_axis_fits_what_is_drawn(plot: Plot, share: bool, zoomed: bool, heights: tuple[float, float],
                                     expected: tuple[float, float, float]) -> None:
    plot.is_share = share
    if zoomed:
        plot.span = (1.0, 9.0)
    show(plot, Drawn((flat(heights[0]), flat(heights[1]))))
    assert limits(plot) == pytest.approx(expected)
    assert plot.surround.x_range == plot.span


@pytest.mark.parametrize(("height", "share", "step"), [
    (300, True, 0.25), (190, True, 0.25), (170, True, 0.5), (100, True, 0.5), (300, False, 0.2), (160, False, 0.5),
    (100, False, 0.5),
])
def test_a_low_plot_has_fewer_lines(plot: Plot, height: int, share: bool, step: float) -> None:
    plot.is_share = share
    plot.window().resize(500, height)
    QApplication.processEvents()
    show(plot, Drawn((flat(0.0), flat(1.0))))
    assert limits(plot)[2] == step


def test_without_points_the_axis_is_from_nothing_to_one(plot: Plot) -> None:
    show(plot)
    assert limits(plot)[:2] == (0, 1)
    show(plot, Drawn((Series(), series((0, math.nan)))))
    assert limits(plot)[:2] == (0, 1)
    plot.is_log = True
    show(plot)
    assert plot.surround.y_scale.ends == pytest.approx([0, 1]), "from 1 to 10"


@pytest.mark.parametrize(("low", "high", "ends"), [(0.01, 1, (-2, 0)), (1e-320, 1e-310, None), (1, 1e305, None)])
def test_a_logarithmic_axis_holds_what_a_number_can(plot: Plot, low: float, high: float,
                                                    ends: tuple[float, float] | None) -> None:
    plot.is_log = True
    show(plot, Drawn((flat(low), flat(high))))
    found = plot.surround.y_scale.ends
    assert all(map(math.isfinite, found)) and found[0] < found[1]
    assert ends is None or found == pytest.approx(ends)
    if ends:
        assert shows(plot, DARK.accent, 5, low)


def test_the_last_values_are_read_and_under_the_cursor_those(plot: Plot) -> None:
    train, judged = series((1, 5), (2, 4), (12, 3)), series((1, 6), (2, 7))
    plot.full = (0.0, 12.0)
    show(plot, Drawn((train, judged), best=1.0), Drawn((Series(), judged), best=None, color=2))
    assert plot.surround.readings == (Reading(12, 3), Reading(2, 7), None, Reading(2, 7))
    assert plot.surround.best == ((Reading(1, 6), QColor(DARK.validation)),)
    assert plot.surround.cursor_at is None
    plot.cursor_at = 1.0
    assert is_redrawn(plot.viewport(), plot.read)
    assert plot.surround.readings == (Reading(1, 5), Reading(1, 6), None, Reading(1, 6))
    assert plot.surround.cursor_at == 1.0
    plot.cursor_at = 0.0
    plot.read()
    assert plot.surround.cursor_at == 0.0 and plot.surround.readings[0] == Reading(1, 5)
    show(plot, Drawn((train, Series()), best=1.0))
    assert plot.surround.best == ()


def test_what_stands_around_the_curves_is_drawn_anew_with_the_cursor(plot: Plot) -> None:
    show(plot, Drawn((series((0, 1), (10, 3)), series((0, 2), (10, 2)))))
    top = QRect(0, 0, plot.viewport().width(), int(plot.area.top()) - 2)
    before = plot.viewport().grab(top).toImage()
    plot.cursor_at = 1.0
    plot.read()
    assert plot.viewport().grab(top).toImage() != before, "other numbers in the legend"
    plot.cursor_at = None
    plot.read()
    assert plot.viewport().grab(top).toImage() == before


def test_a_curve_of_one_point_is_a_dot(plot: Plot) -> None:
    show(plot, Drawn((series((5, 1)), series((4, 2), (6, 2)))))
    assert shows(plot, DARK.accent, 5, 1)
    assert not shows(plot, DARK.validation, 5, 1)
    assert not shows(plot, DARK.validation, 6.1, 2, 1), "no dot at its end"


def test_ground_and_grid(plot: Plot) -> None:
    show(plot, Drawn((flat(0.5), flat(0.5))))
    assert colors(plot.viewport(), QRect(0, 0, 6, 3)) == {DARK.panel}
    at = plot.surround.point(plot.area, 0, 0.0).toPoint()
    assert DARK.line in colors(plot.viewport(), QRect(at.x() + 20, at.y() - 1, 40, 3))


def test_the_tab_key_reaches_it_and_a_click_does_not(plot: Plot, qtbot: QtBot) -> None:
    beside = QLineEdit()
    plot.window().layout().addWidget(beside)
    QApplication.processEvents()
    with qtbot.waitActive(plot.window()):
        plot.window().activateWindow()
    show(plot, Drawn((flat(0.5), flat(0.5))))
    beside.setFocus()
    title = plot.surround.header(plot.area).title.toRect()
    title.setWidth(30)
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton)
    assert beside.hasFocus() and DARK.accent not in colors(plot.viewport(), title)
    QTest.keyClick(beside, Qt.Key.Key_Tab)
    assert plot.hasFocus() and DARK.accent in colors(plot.viewport(), title)


def test_it_is_never_smaller_than_its_legend_and_follows_the_theme(plot: Plot) -> None:
    fresh = Plot(Frame("Loss", ("train", "validation"), "epoch {}"), is_share=False)
    for each in (fresh, plot):
        assert each.minimumSize().toTuple() == (each.surround.narrowest(), 96)
    show(plot, Drawn((flat(0.5), flat(0.6))))
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    assert [line.opts["pen"].color().name() for line in plot.lines] == [theme.LIGHT.accent, theme.LIGHT.validation]
    assert colors(plot.viewport(), QRect(0, 0, 6, 3)) == {theme.LIGHT.panel}
    assert plot.minimumSize().toTuple() == (plot.surround.narrowest(), 96)
    theme.apply(QApplication.instance(), DARK)
    QApplication.processEvents()
    plot.set_title("Accuracy")
    assert (plot.surround.title, plot.accessibleName()) == ("Accuracy", "Accuracy")


def test_a_resized_plot_keeps_its_curves_inside_its_numbers(plot: Plot) -> None:
    show(plot, Drawn((flat(0.25), flat(1.0))))
    plot.window().resize(800, 420)
    QApplication.processEvents()
    assert shows(plot, DARK.accent, 5, 0.25) and shows(plot, DARK.accent, 9.8, 0.25)
    left = QRect(0, int(plot.area.top()), int(plot.area.left()) - 1, int(plot.area.height()))
    assert QColor(DARK.accent).name() not in colors(plot.viewport(), left)
