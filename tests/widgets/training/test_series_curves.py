"""Several runs over each other: colours, legend, logarithmic axis, second measures, and what it costs to draw them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.seen import button_with, colors
from widgets.look import theme
from widgets.plot.decimate import finite_bounds
from widgets.plot.line import Line
from widgets.plot.members import member_color
from widgets.plot.plot import Plot
from widgets.plot.scales import LogScale, log_scale
from widgets.training.curves import Curves

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def curves(qtbot: QtBot) -> Curves:
    return in_front(qtbot, Curves(), 1080, 264)


def begin(curves: Curves, titles: tuple[str, ...], count: int = 300) -> None:
    for index, title in enumerate(titles):
        curves.begin_member(index, title)
        at = np.linspace(0.01, 5, count)
        loss = (index + 1) * np.exp(-at) + 0.001
        curves.add_points(np.stack([at, loss, 1 - loss / 9], axis=1).tolist())
        for epoch in range(1, 6):
            curves.add_epoch(epoch, 0.5, 0.5, (index + 1) * math.exp(-epoch), 0.1 * epoch, epoch == 3)
    QApplication.processEvents()


def pens(curves: Curves) -> list[tuple[str, bool]]:
    """Of every line its colour and whether it is dashed."""
    lines = [line.opts["pen"] for line in curves.loss.lines]
    return [(pen.color().name(), pen.style() == Qt.PenStyle.CustomDashLine) for pen in lines]


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_each_run_has_one_colour_solid_and_dashed(curves: Curves, look: theme.Theme) -> None:
    begin(curves, ("degree 3", "degree 1", "degree 19"))
    theme.apply(QApplication.instance(), look)
    QApplication.processEvents()
    expected = [(member_color(index).name(), dashed) for index in range(3) for dashed in (False, True)]
    assert pens(curves) == expected
    assert len({color for color, _ in expected}) == 3
    assert {color for color, _ in expected} <= colors(curves)


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_colours_can_be_seen_and_told_apart(look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    colors = [member_color(index) for index in range(8)]
    assert all(contrast(color, QColor(look.panel)) >= 2.9 for color in colors)
    for blind in BLINDNESS:
        seen = [np.array(blind) @ linear(color) for color in colors[:5]]
        assert min(np.abs(a - b).max() for i, a in enumerate(seen) for b in seen[:i]) > 0.05


# Linear RGB as protanopes, deuteranopes and tritanopes see it (Viénot, Brettel, Mollon 1999; Machado et al. 2009).
BLINDNESS = (
    ((0.1124, 0.8876, 0.0), (0.1124, 0.8876, 0.0), (0.0040, -0.0040, 1.0)),
    ((0.2928, 0.7072, 0.0), (0.2928, 0.7072, 0.0), (-0.0223, 0.0223, 1.0)),
    ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9308, 0.1476), (0.0047, 0.6914, 0.3039)),
)


def linear(color: QColor) -> np.ndarray:
    values = np.array(color.getRgbF()[:3])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(a: QColor, b: QColor) -> float:
    low, high = sorted(float(linear(c) @ (0.2126, 0.7152, 0.0722)) + 0.05 for c in (a, b))
    return high / low


def plotted(plot: Plot) -> set[str]:
    """The colours in the area of the curves, without what is written around it."""
    return colors(plot, plot.area.toRect())


def test_the_single_run_needs_no_legend_and_comes_back(curves: Curves) -> None:
    curves.add_points([(0.5, 2.0, 0.1), (1.0, 1.0, 0.2)])
    assert not curves.legend.isVisible()
    begin(curves, ("a", "b"))
    assert curves.legend.isVisible()
    assert [chip.title for chip in curves.legend.chips] == ["a", "b"]
    curves.clear(10)
    curves.add_points([(0.5, 2.0, 0.1), (1.0, 1.0, 0.2)])
    assert not curves.legend.isVisible()
    assert [color for color, _ in pens(curves)] == [theme.DARK.accent, theme.DARK.validation]


def test_a_new_series_forgets_the_old_one_and_a_run_taken_again_replaces_itself(curves: Curves) -> None:
    begin(curves, ("a", "b", "c"))
    curves.begin_member(1, "b again")
    assert [chip.title for chip in curves.legend.chips] == ["a", "b again"]
    curves.begin_member(0, "first")
    assert [chip.title for chip in curves.legend.chips] == ["first"]
    assert curves.is_empty


def test_a_click_hides_a_run_and_brings_it_back(curves: Curves, qtbot: QtBot) -> None:
    begin(curves, ("small", "large"))
    top = curves.loss.surround.y_scale.high
    qtbot.mouseClick(curves.legend.chips[1], LEFT)
    assert len(curves.loss.lines) == 2
    assert pens(curves)[0][0] == member_color(0).name()
    assert curves.loss.surround.y_scale.high < top
    curves.legend.chips[1].setFocus()
    qtbot.keyClick(curves.legend.chips[1], Qt.Key.Key_Space)
    assert len(curves.loss.lines) == 4
    for chip in curves.legend.chips:
        qtbot.mouseClick(chip, LEFT)
    assert not {member_color(index).name() for index in range(2)} & colors(curves.loss)
    assert curves.legend.isVisible()


def test_the_legend_says_the_values_at_the_cursor(curves: Curves) -> None:
    begin(curves, ("a", "b"))
    assert [chip.values[0] for chip in curves.legend.chips] == pytest.approx([math.exp(-5), 2 * math.exp(-5)])
    assert all(len(chip.values) == 2 and chip.values[1] is not None for chip in curves.legend.chips), "accuracy, too"
    assert "Loss · Accuracy" in curves.legend.chips[0].toolTip()
    plot = curves.accuracy
    place = QPointF(plot.area.left() + plot.area.width() * 2 / 10, plot.area.center().y())
    move = QMouseEvent(QEvent.Type.MouseMove, place, plot.viewport().mapToGlobal(place), Qt.MouseButton.NoButton,
                       Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plot.viewport(), move)
    assert [chip.values[1] for chip in curves.legend.chips] == [0.2, 0.2]
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert curves.legend.chips[0].values[0] == pytest.approx(math.exp(-5))


def test_every_run_keeps_its_best_epoch(curves: Curves) -> None:
    begin(curves, ("a", "b", "c"))
    marks = curves.loss.surround.best
    assert [reading.x for reading, _ in marks] == [3, 3, 3]
    assert [color for _, color in marks] == [member_color(index) for index in range(3)]


def test_only_the_run_that_goes_on_costs(curves: Curves) -> None:
    begin(curves, tuple("abcdef"), count=5000)
    sizes = [len(line.xData) for line in curves.loss.lines[::2]]
    assert max(sizes[:3]) <= 200
    assert min(sizes[3:]) > 200
    drawn: list[Line] = []
    for line in (*curves.loss.lines, *curves.accuracy.lines):
        line.sigPlotChanged.connect(drawn.append)
    curves.add_points([(5.01, 1.0, 0.5)])
    last = {curves.loss.lines[-2], curves.accuracy.lines[-2]}
    ends = {line for plot in curves.plots for line in plot.lines if line.yData[-1] == 1.0 or line in last}
    assert last <= set(drawn) <= ends | set(drawn[:2] + drawn[-2:])
    assert len(drawn) == 2 or curves.loss.span[1] > 5.0  # a longer axis draws everything once more
    drawn.clear()
    curves.add_points([(5.02, 1.0, 0.5)])
    assert set(drawn) == last


def test_whole_series_are_shown_at_once(curves: Curves) -> None:
    rows = [(1, 2.0, 0.1, 1.5, 0.5, False), (2, 1.0, 0.4, 1.2, 0.6, True)]
    curves.show_series([("fold 1", [(0.5, 2.0, 0.1)], rows), ("fold 2", [], rows)])
    assert [chip.title for chip in curves.legend.chips] == ["fold 1", "fold 2"]
    assert curves.loss.lines[2].yData.tolist() == [2.0, 1.0]
    curves.show_all([(0.5, 2.0, 0.1)], rows)
    assert not curves.legend.isVisible()


def test_regression_shows_another_measure_or_only_the_loss(curves: Curves) -> None:
    curves.set_second(None)
    curves.add_points([(0.5, 2.0, math.nan), (1.0, 1.0, math.nan)])
    QApplication.processEvents()
    assert not curves.accuracy.isVisible()
    assert curves.loss.width() > 900
    curves.set_second("RMSE")
    curves.add_epoch(1, 1.0, 3.0, 1.2, 7.0, True)
    QApplication.processEvents()
    assert curves.accuracy.isVisible()
    assert curves.accuracy.surround.title == curves.accuracy.accessibleName() == "RMSE"
    assert curves.accuracy.surround.y_scale.high >= 7
    curves.set_second("Accuracy", is_share=True)
    assert curves.accuracy.is_share


def test_a_logarithmic_axis(curves: Curves, qtbot: QtBot) -> None:
    curves.set_second("RMSE")
    curves.add_points([(at, 10.0**-at, 10.0**-at) for at in (0.0, 1.0, 2.0, 3.0, 4.0)] + [(5.0, 0.0, -1.0)])
    qtbot.mouseClick(button_with(curves, "Log"), LEFT)
    frame, area = curves.loss.surround, curves.loss.area
    assert isinstance(frame.y_scale, LogScale)
    heights = [frame.point(area, 0, 10.0**-at).y() for at in range(5)]
    assert np.diff(heights) == pytest.approx(np.full(4, np.diff(heights)[0]))
    assert curves.loss.lines[0].yData[:5].tolist() == pytest.approx([0, -1, -2, -3, -4])
    assert np.isnan(curves.loss.lines[0].yData[5])
    assert theme.DARK.accent in colors(curves.loss)
    qtbot.mouseClick(button_with(curves, "Log"), LEFT)
    assert curves.loss.lines[0].yData[:2].tolist() == [1.0, 0.1]
    menu = curves.context_menu()
    menu.actions()[2].trigger()
    assert button_with(curves, "Log").isChecked()
    menu.close()


def test_a_share_has_no_logarithmic_axis_and_nothing_positive_does_no_harm(curves: Curves) -> None:
    curves.set_log(True)
    curves.add_points([(1.0, -1.0, 0.1), (2.0, 0.0, 0.2), (3.0, math.inf, 0.3)])
    QApplication.processEvents()
    assert not curves.accuracy.is_log
    assert theme.DARK.accent not in plotted(curves.loss), "there is nothing that such an axis can show"
    assert theme.DARK.accent in plotted(curves.accuracy)
    curves.add_points([(4.0, 1e-320, 0.1), (5.0, 1e300, 0.2), (6.0, 1.0, 0.3)])
    assert theme.DARK.accent in plotted(curves.loss)


@pytest.mark.parametrize(("low", "high"), [(1e-5, 3e2), (0.03, 2.4), (0.5, 0.52), (1, 1), (3e-9, 4e-9), (9, 11)])
@pytest.mark.parametrize("intervals", [2, 5])
def test_logarithmic_scales_hold_what_they_show(low: float, high: float, intervals: int) -> None:
    scale = log_scale(low, high, intervals)
    assert 0 < scale.low <= low * (1 + 1e-9)
    assert scale.high >= high * (1 - 1e-9)
    assert scale.high > scale.low
    assert 2 <= len(scale.ticks()) <= intervals + 2
    assert len({text for _, text in scale.ticks()}) == len(scale.ticks())


def test_what_is_not_finite_has_no_bounds() -> None:
    assert finite_bounds(np.array([np.nan])) is None


def test_of_many_runs_one_number_each_is_shown_that_of_the_plot_below_the_mouse(curves: Curves) -> None:
    begin(curves, tuple(f"fold {index} of 10" for index in range(1, 11)), count=20)
    curves.resize(456, 260)
    QApplication.processEvents()
    assert {len(chip.values) for chip in curves.legend.chips} == {1}
    curves.accuracy.hovered.emit(2.0)
    assert [chip.values for chip in curves.legend.chips] == [(0.2,)] * 10
    curves.accuracy.hovered.emit(None)
    curves.resize(1500, 260)
    QApplication.processEvents()
    assert {len(chip.values) for chip in curves.legend.chips} == {2}


def test_four_curves_have_their_numbers_in_the_width_of_a_small_window(curves: Curves) -> None:
    curves.begin_member(0, "a")
    curves.show_all([(1.0, 1.0, 0.5)], [(1, 2.0, 0.3, 2.1, 0.4, True, 1.9, 0.35, 2.2, 0.45)])
    curves.resize(456, 260)
    QApplication.processEvents()
    for plot in curves.plots:
        style = plot.surround.header(plot.area).style
        assert style.names and style.numbers


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [400, 900])
def test_ten_folds_fit_any_width(curves: Curves, width: int) -> None:
    begin(curves, tuple(f"fold {index}" for index in range(1, 11)), count=20)
    curves.resize(width, 260)
    QApplication.processEvents()
    boxes = [chip.geometry() for chip in curves.legend.chips]
    assert all(curves.legend.rect().contains(box) for box in boxes)
    assert not any(a.intersects(b) for index, a in enumerate(boxes) for b in boxes[:index])
    assert {member_color(index).name() for index in range(10)} <= colors(curves)


def test_the_axis_is_as_long_as_the_longest_run(curves: Curves) -> None:
    curves.clear(2)
    rows = [(epoch, 1.0, 0.5, 1.0, 0.5, epoch == 1) for epoch in range(1, 8)]
    curves.show_series([("short", [], rows[:3]), ("long", [], rows), ("none", [], [])])
    assert [plot.full for plot in curves.plots] == [(0, 7), (0, 7)]


def test_a_hidden_run_stays_hidden_while_others_go_on(curves: Curves) -> None:
    begin(curves, ("a", "b", "c"))
    curves.legend.toggled.emit(1, False)
    assert [run.color for run in curves.loss.runs] == [0, 2]
    curves.add_points([(5.5, 0.5, 0.5)])
    assert [run.color for run in curves.loss.runs] == [0, 2]
    assert [chip.isChecked() for chip in curves.legend.chips] == [True, False, True]
    curves.legend.toggled.emit(1, True)
    assert [run.color for run in curves.loss.runs] == [0, 1, 2]
