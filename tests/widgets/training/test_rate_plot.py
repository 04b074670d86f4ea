"""The learning rate of a run: its line, its extremes, where it is or was left, and what the mouse reads."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import drawn, of, words
from tests.seen import colors
from widgets.look import theme
from widgets.training.rate_plot import RatePlot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
RATES = [(0.0, 0.02), (1.0, 0.1), (10.0, 0.001)]


@pytest.fixture
def plot(qtbot: QtBot) -> RatePlot:
    plot = in_front(qtbot, RatePlot(), 280, 104)
    plot.show_rates(RATES)
    return plot


def said(plot: RatePlot) -> list[str]:
    return words(drawn(plot))


def move(plot: RatePlot, epoch: float) -> None:
    at = plot.point(epoch, 0.05).toPoint()
    QTest.mouseMove(plot, at + QPoint(0, 1))
    QTest.mouseMove(plot, at)


def test_extremes_are_labelled_and_the_line_lies_between_them(plot: RatePlot) -> None:
    assert {"0.1", "0.001", "10 epochs"} <= set(said(plot))
    points = [plot.point(*each) for each in RATES]
    assert all(plot.area.adjusted(-1, -1, 1, 1).contains(point) for point in points)
    assert points[1].y() == pytest.approx(plot.area.top()) and points[2].y() == pytest.approx(plot.area.bottom())
    assert points[0].x() == pytest.approx(plot.area.left()) and points[2].x() == pytest.approx(plot.area.right())
    assert "0.001" in plot.accessibleDescription() and "0.1" in plot.accessibleDescription()


def test_equal_factors_are_equal_steps_where_that_is_asked(plot: RatePlot) -> None:
    plot.show_rates([(0, 0.1), (1, 0.01), (2, 0.001)], log=True)
    high, middle, low = (plot.point(*each).y() for each in ((0, 0.1), (1, 0.01), (2, 0.001)))
    assert middle - high == pytest.approx(low - middle) and high < middle
    plot.show_rates([(0, 0.0), (1, 0.1), (2, math.nan), (3, 0.01)], log=True)
    assert {"0.1", "0.01"} <= set(said(plot)), "what has no logarithm is no point"


def test_the_mouse_reads_the_value_and_leaving_it_gives_back_the_runs(plot: RatePlot) -> None:
    assert plot.readout == ""
    plot.show_now(1.0)
    assert plot.readout == "epoch 1 · 0.1" and plot.readout in said(plot)
    move(plot, 0.5)
    epoch, percent, rate = plot.readout.removeprefix("epoch ").split(" · ")
    assert epoch == "1" and int(percent.removesuffix(" %")) == pytest.approx(50, abs=3)
    assert float(rate) == pytest.approx(0.06, abs=0.003), "between two points"
    QTest.mouseMove(plot, QPoint(-50, 50))
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.readout == "epoch 1 · 0.1"
    plot.show_now(None)
    assert plot.readout == ""


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_a_line_from_top_to_bottom_says_where_the_run_is(plot: RatePlot, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    assert {look.accent, look.line, look.panel} <= colors(plot)
    plot.show_now(6.0)
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    x = round(plot.point(6.0, 0.05).x())
    column = [image.pixelColor(x, y).name() for y in range(image.height())]
    assert column.count(theme.color("text").name()) > 0.6 * image.height()


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_where_a_run_was_left_there_is_a_dim_line_that_says_so(plot: RatePlot, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    plot.show_left(6.0)
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    x = round(plot.point(6.0, 0.05).x())
    column = [image.pixelColor(x, y).name() for y in range(image.height())]
    assert column.count(theme.color("dim").name()) > 0.6 * image.height()
    asked = [(QPoint(x + 2, 50), "Continue begins here"), (QPoint(x - 40, 50), "")]
    for place, told in asked:
        QApplication.sendEvent(plot, QHelpEvent(QEvent.Type.ToolTip, place, plot.mapToGlobal(place)))
        assert told in QToolTip.text() and plot.told_at(place.x()) == told
    plot.show_left(None)
    assert plot.told_at(x) == "" and plot.readout == ""


def test_at_a_jump_it_reads_what_came_before_it(plot: RatePlot) -> None:
    plot.show_rates([(0.0, 0.1), (5.0, 0.1), (5.0, 0.5), (10.0, 0.5)])
    for at, rate in ((4.99, "0.1"), (5.0, "0.1"), (5.01, "0.5"), (10.0, "0.5"), (0.0, "0.1")):
        plot.show_now(at)
        assert plot.readout.endswith(f" · {rate}")


def test_a_rate_that_never_changes_is_a_line_in_the_middle_and_is_said_once(plot: RatePlot) -> None:
    plot.show_rates([(0, 0.003), (10, 0.003)])
    assert said(plot).count("0.003") == 1
    assert plot.point(5, 0.003).y() == pytest.approx(plot.area.center().y(), abs=1)


@pytest.mark.parametrize("rates", [[], [(0.0, 0.1)], [(0.0, 0.0), (3.0, 0.0)], [(2.0, math.inf)], [(0, 1e-30), (1, 1)]])
@pytest.mark.parametrize("log", [False, True])
def test_whatever_there_is_can_be_shown_and_read(plot: RatePlot, rates: list[tuple[float, float]], log: bool) -> None:
    plot.show_rates(rates, log=log)
    plot.show_now(0.5)
    QTest.mouseMove(plot, QPoint(100, 50))
    assert colors(plot) and isinstance(plot.readout, str)


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [160, 280, 600])
def test_words_have_room(plot: RatePlot, width: int) -> None:
    plot.resize(width, 104)
    plot.show_now(3.0)
    assert {"0.1", "0.001", "10 epochs"} <= set(said(plot))


def test_the_lowest_rate_is_a_number_as_one_would_write_it(plot: RatePlot) -> None:
    for rates, log, lowest in (([(0, 0.0018), (1, 1.97e-5)], False, "2e-5"), ([(0, 0.1), (1, 2.47e-7)], False, "≈ 0"),
                               ([(0, 0.1), (1, 1.7841e-6)], True, "1.8e-6"), ([(0, 0.1), (1, 0.0)], False, "0"),
                               ([(0, 0.123), (1, 0.0625)], False, "0.062")):
        plot.show_rates(rates, log=log)
        assert lowest in said(plot)


@pytest.mark.usefixtures("font")
def test_in_little_room_it_says_the_epoch_alone(plot: RatePlot) -> None:
    plot.show_rates([(0.0, 0.000123), (16.0, 0.000456)])
    plot.show_now(10.651)
    plot.resize(300, 104)
    assert plot.readout.startswith("epoch 11 · 65 % · 0.000")
    assert "0.000456" in said(plot)
    plot.resize(160, 104)
    assert plot.readout.startswith("epoch 11 · ") and plot.readout.endswith(" · 0.000345")
    assert QFontMetricsF(theme.mono_font(10)).horizontalAdvance(plot.readout) <= 160 - 16
    assert "0.000456" not in said(plot), "it would lie on it"


def test_no_word_lies_on_the_line_or_where_the_run_is(plot: RatePlot) -> None:
    plot.show_now(0.2)
    marks = drawn(plot)
    written = [mark.place for mark in of("text", marks)]
    line = [mark.place for mark in of("area", marks) if mark.place.width() == 1]
    assert line and not any(each.adjusted(0, 1, 0, -1).intersects(line[0]) for each in written)
    assert not any(each.adjusted(0, 1, 0, -1).intersects(plot.area.adjusted(0, -1, 0, 1)) for each in written)
