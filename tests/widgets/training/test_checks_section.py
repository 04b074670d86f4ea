"""Checks below the recipe: their buttons, what they say, and the loss over the learning rate."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.legible import cut_words
from tests.painted import drawn, of, words
from tests.seen import colors
from widgets.look import theme
from widgets.training.check_line import CheckState
from widgets.training.checks_section import ChecksSection
from widgets.training.range_plot import RangePlot

LEFT = Qt.MouseButton.LeftButton
SPAN = (1e-6, 10.0)
CURVE = [(10.0**exponent, loss) for exponent, loss in ((-6, 2.3), (-4, 2.2), (-2, 1.0), (-1, 0.5), (0, 9.0))]


@pytest.fixture
def plot(qtbot: QtBot) -> RangePlot:
    plot = in_front(qtbot, RangePlot(), 280, 120)
    plot.show_curve(CURVE, SPAN, 0.01)
    return plot


def test_the_curve_lies_over_powers_of_ten_and_what_blows_up_is_cut(plot: RangePlot) -> None:
    area = plot.area
    assert plot.place(1e-6, 2.3).x() == pytest.approx(area.left())
    assert plot.place(10.0, 2.3).x() == pytest.approx(area.right())
    assert plot.place(10**-2.5, 1.0).x() == pytest.approx(area.center().x())
    assert plot.place(0.1, 0.5).y() == pytest.approx(area.bottom())
    assert area.top() < plot.place(1e-6, 2.3).y() < area.top() + 10 and plot.place(1.0, 9.0).y() < area.top()
    assert {"1e-6", "0.01", "1", "learning rate"} <= set(words(drawn(plot)))
    assert "0.01" in plot.accessibleDescription()


def test_the_mouse_reads_the_nearest_point(plot: RangePlot) -> None:
    at = plot.place(0.1, 0.5).toPoint()
    QTest.mouseMove(plot, at + QPoint(1, -20))
    QTest.mouseMove(plot, at + QPoint(2, -20))
    assert plot.readout == "0.1 · loss 0.500" and plot.readout in words(drawn(plot))
    plot.show_curve(CURVE[:2], SPAN)
    assert plot.readout == ""
    QTest.mouseMove(plot, at)
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.readout == "" and "loss" in words(drawn(plot))


def test_what_is_no_number_is_left_out_and_an_old_curve_is_grey(plot: RangePlot) -> None:
    assert theme.color("accent").name() in colors(plot)
    plot.show_curve(CURVE, SPAN, 0.01, old=True)
    assert theme.color("accent").name() not in colors(plot)
    plot.show_curve([(1e-3, math.nan), (1e-2, 1.0), (0.1, 1.0)], SPAN)
    assert plot.points == ((1e-2, 1.0), (0.1, 1.0)) and words(drawn(plot))
    plot.show_curve([], SPAN)
    QTest.mouseMove(plot, QPoint(40, 40))
    assert plot.readout == "" and words(drawn(plot))


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [160, 244, 304, 500])
@pytest.mark.parametrize("scale", [1.0, 1000.0, 1e-3])
def test_losses_stand_beside_the_curve_and_powers_of_ten_below_it(plot: RangePlot, width: int, scale: float) -> None:
    plot.resize(width, plot.height())
    plot.show_curve([(rate, loss * scale) for rate, loss in CURVE], SPAN, 0.01)
    losses, rates, written = plot.losses(), plot.rates(), of("text", drawn(plot))
    assert 2 <= len(losses) <= 5 and {1e-6, 1e-4, 1e-2} & {round(rate, 9) for rate, _ in rates}
    places = {mark.text: mark.place for mark in written}
    for value, text in losses:
        assert places[text].center().y() == pytest.approx(plot.place(1e-6, value).y(), abs=1)
        assert places[text].right() < plot.area.left()
    for rate, text in rates:
        assert places[text].center().x() == pytest.approx(plot.place(rate, scale).x(), abs=4)
    below = [places[text] for _, text in rates]
    assert all(one.right() < other.left() for one, other in pairwise(below))
    [ring] = of("dot", drawn(plot))
    assert ring.place.center() == plot.place(0.01, scale), "the proposed rate on the curve"
    assert "0.01" in places and places["learning rate"].top() >= below[0].bottom()


def test_before_there_is_a_curve_the_rates_are_there(plot: RangePlot) -> None:
    plot.show_curve([], SPAN)
    assert plot.losses() == [] and {"1e-6", "0.01"} <= set(words(drawn(plot)))
    plot.show_curve([(1e-3, 2.0), (1e-2, 2.0)], SPAN)
    assert plot.losses() == [(2.0, "2.000")] and "2.000" in words(drawn(plot))


@pytest.mark.parametrize("width", [244, 304])
@pytest.mark.usefixtures("font")
def test_every_word_can_be_read_and_each_press_asks_for_one_thing(qtbot: QtBot, width: int) -> None:
    section, heard = in_front(qtbot, ChecksSection(), width, 500), list[str]()
    line = section.rate
    for name in ("asked", "stopped", "taken"):
        getattr(line, name).connect(lambda name=name: heard.append(name))
    QTest.mouseClick(line.button, LEFT)
    line.show_state(CheckState(running=True, beside="at 0.0001"))
    assert line.button.text() == "Stop" and cut_words(section) == []
    line.button.setFocus()
    QTest.keyClick(line.button, Qt.Key.Key_Space)
    line.show_state(CheckState(beside="suggests 0.00025", action="Use", words="A learning rate of 0.00025, a tenth of "
                               "that with the lowest loss (81 batches of 256, 3.05 s)", tone="plain"))
    section.plot.show()
    QApplication.processEvents()
    assert cut_words(section) == []
    line.action.setFocus()
    QTest.keyClick(line.action, Qt.Key.Key_Space)
    assert heard == ["asked", "stopped", "taken"] and line.action.accessibleName() == "Find a rate… Use"
    line.show_state(CheckState(reason="Something is missing"))
    assert not line.button.isEnabled() and "Something is missing" in line.button.toolTip()
    assert not line.words.isVisible() and not line.action.isVisible() and not line.beside.isVisible()
