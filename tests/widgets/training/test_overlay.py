"""Other runs behind the run in hand: what is drawn, what a hand finds there, and on which axis."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.mouse import click
from tests.painted import painted, words
from tests.seen import colors, texts
from tests.widgets.training.overlay_hands import level, move, own, place, point_at, settle, ways
from widgets.look import theme
from widgets.plot.overlaid import Band, Overlaid
from widgets.plot.plot import Plot
from widgets.plot.run_colors import mixed, run_color
from widgets.plot.ways import Ways
from widgets.training.curves import Curves


@pytest.fixture
def curves(qtbot: QtBot) -> Curves:
    curves = in_front(qtbot, Curves(), 1000, 560)
    own(curves)
    curves.set_ways(ways(6))
    return curves


def shown(curves: Curves, *others: Overlaid) -> Curves:
    curves.show_others(others)
    settle(curves)
    return curves


def three(curves: Curves) -> Curves:
    return shown(curves, level("a", 0.4, 0), level("b", 0.6, 1), level("c", 0.85, 2))


def area(plot: Plot) -> QImage:
    return plot.viewport().grab(plot.area.toRect()).toImage()


def heard(curves: Curves) -> tuple[list[str], list[str]]:
    """The runs that are hovered and clicked from now on."""
    hovered, clicked = [], []
    curves.run_hovered.connect(hovered.append)
    curves.run_clicked.connect(clicked.append)
    return hovered, clicked


def said(plot: Plot) -> list[str]:
    return words(painted(lambda painter: plot.surround.paint_grid(painter, plot.area)))


def ink(plot: Plot, tone: QColor, x: float, y: float, reach: int = 2) -> bool:
    """Whether this colour is around a point of the data, or as it looks where a thin line lies between two pixels."""
    at = plot.surround.point(plot.area, x, y).toPoint()
    found = map(QColor, colors(plot.viewport(), QRect(at - QPoint(reach, reach), at + QPoint(reach, reach))))
    tones = [mixed(tone, share).getRgb() for share in np.linspace(0.45, 1, 12)]
    return any(max(abs(a - b) for a, b in zip(each.getRgb(), wanted, strict=True)) < 16
               for each in found for wanted in tones)


# -- what is drawn --------------------------------------------------------------------------------------------------


def test_each_other_run_is_a_thin_line_where_its_numbers_say(curves: Curves) -> None:
    three(curves)
    for index, height in enumerate((0.4, 0.6, 0.85)):
        assert ink(curves.loss, run_color(index), 8.25, height)
        assert ink(curves.accuracy, run_color(index), 8.25, height / 2)
        assert not ink(curves.loss, run_color(index), 8.25, height + 0.1)
    assert ink(curves.loss, QColor(theme.DARK.accent), 3.0, 0.2), "the run in hand keeps its colour"


def test_without_other_runs_everything_is_as_it_was(curves: Curves) -> None:
    settle(curves)
    before = [area(plot) for plot in curves.plots]
    three(curves)
    assert [area(plot) for plot in curves.plots] != before
    shown(curves)
    assert [area(plot) for plot in curves.plots] == before


@pytest.mark.parametrize(("what", "judged", "learned"), [
    ("validation", True, False), ("training", False, True), ("both", True, True)])
def test_one_curve_of_each_or_both(curves: Curves, what: str, judged: bool, learned: bool) -> None:
    three(curves)
    curves.set_what(what)
    settle(curves)
    found = {height: any(ink(curves.loss, mixed(run_color(0), share), 8.25, height, 6) for share in (1.0, 0.65))
             for height in (0.4, 0.5)}
    assert found == {0.4: judged, 0.5: learned}


def test_the_axes_hold_all_of_them(curves: Curves) -> None:
    shown(curves, level("a", 3.0, epochs=20))
    assert curves.loss.full == (0, 20) and curves.loss.surround.y_scale.ends[1] >= 3.0
    shown(curves, level("a", 0.5, epochs=3))
    assert curves.loss.full == (0, 10), "and no less than the run in hand"
    assert curves.loss.surround.y_scale.ends[1] < 1
    curves.clear(7)
    assert curves.loss.full == (0, 3), "where that is empty the others decide"
    assert not curves.loss.isHidden() and texts(curves) == []
    shown(curves)
    assert curves.is_empty and curves.loss.full == (0, 7) and texts(curves)


def test_they_stay_while_another_run_is_taken_in_hand(curves: Curves) -> None:
    three(curves)
    curves.show_series([("x", [], [(1, 1.0, 0.5, 0.9, 0.5, True)]), ("y", [], [(2, 1.0, 0.5, 0.7, 0.5, True)])])
    settle(curves)
    assert ink(curves.loss, run_color(2), 8.25, 0.85) and len(curves.loss.runs) == 2
    curves.begin_member(0, "z")
    curves.add_points([(0.5, 0.9, 0.5)])
    settle(curves)
    assert ink(curves.loss, run_color(2), 8.25, 0.85)


def test_what_is_told_by_the_same_object_is_not_made_again(curves: Curves) -> None:
    told = level("a", 0.4), level("b", 0.6)
    shown(curves, *told)
    before = curves.loss.others
    shown(curves, level("c", 0.5), *told)
    assert curves.loss.others[1:] == before


def test_points_that_arrive_leave_the_picture_of_the_others_alone(curves: Curves, monkeypatch: pytest.MonkeyPatch
                                                                  ) -> None:
    three(curves)
    monkeypatch.setattr("widgets.plot.backdrop.paint_stroke", None)
    for at in np.linspace(6.1, 7, 5):
        curves.add_points([(float(at), 0.2, 0.1)])
        settle(curves)
    assert ink(curves.loss, run_color(2), 8.25, 0.85)


def test_several_seeds_are_a_line_in_a_band(curves: Curves) -> None:
    epochs = np.arange(1, 11.0)
    band = Band(epochs, np.full(10, 0.5), np.full(10, 0.2))
    shown(curves, Overlaid("s", "5 seeds", 0, bands=(band, None)))
    assert ink(curves.loss, run_color(0), 8.25, 0.5)
    image, ground = curves.loss.viewport().grab().toImage(), QColor(theme.DARK.panel)
    tints = {height: QColor(image.pixel(curves.loss.surround.point(curves.loss.area, 8.25, height).toPoint()))
             for height in (0.31, 0.45, 0.65, 0.75)}
    assert all(tints[height].green() > ground.green() + 20 for height in (0.31, 0.45, 0.65)), "from 0.3 to 0.7"
    assert tints[0.75] == ground


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK])
def test_colours_follow_the_theme(curves: Curves, look: theme.Theme) -> None:
    three(curves)
    theme.apply(QApplication.instance(), look)
    settle(curves)
    with theme.painting_as({theme.LIGHT: theme.DARK, theme.DARK: theme.LIGHT}[look]):
        others = {run_color(index).name() for index in range(3)}
    found = colors(area(curves.loss))
    assert not others & found
    assert all(ink(curves.loss, run_color(index), 8.25, height) for index, height in enumerate((0.4, 0.6, 0.85)))


def test_a_second_measure_that_is_not_there_costs_nothing(curves: Curves) -> None:
    curves.set_second(None)
    three(curves)
    assert curves.accuracy.others == () and len(curves.loss.others) == 3
    curves.set_second("RMSE")
    assert len(curves.accuracy.others) == 3


def test_a_logarithmic_axis_is_for_all(curves: Curves) -> None:
    shown(curves, level("a", 0.004))
    curves.set_log(True)
    settle(curves)
    low, _ = curves.loss.surround.y_scale.ends
    assert low <= math.log10(0.004) and ink(curves.loss, run_color(0), 8.25, 0.004)


# -- a hand over them -----------------------------------------------------------------------------------------------


def test_the_mouse_lights_one_up_and_reads_it(curves: Curves) -> None:
    three(curves)
    hovered, _ = heard(curves)
    scales = [(plot.surround.y_scale, plot.area, plot.span) for plot in curves.plots]
    point_at(curves, curves.loss, 8.3, 0.6, QPointF(0, 4))
    assert hovered == ["b"] and {plot.lit for plot in curves.plots} == {"b"}
    assert ink(curves.loss, run_color(1), 8.7, 0.6) and ink(curves.accuracy, run_color(1), 8.7, 0.3)
    assert not ink(curves.loss, run_color(0), 8.7, 0.4), "the others are dim"
    assert not ink(curves.loss, QColor(theme.DARK.accent), 3.0, 0.2), "the run in hand, too"
    label = curves.loss.label
    assert label is not None and (label.title, label.numbers, label.x) == ("run b", "0.600", 8)
    assert curves.accuracy.label is None and curves.loss.accessibleDescription() == "run b: 0.600"
    assert [(plot.surround.y_scale, plot.area, plot.span) for plot in curves.plots] == scales, "nothing jumps"
    point_at(curves, curves.loss, 8.3, 0.7)
    assert hovered == ["b", ""] and curves.loss.lit == "" and curves.loss.label is None
    assert ink(curves.loss, run_color(0), 8.7, 0.4)


def test_the_nearest_is_meant_and_nothing_beyond_six_pixels(curves: Curves) -> None:
    three(curves)
    hovered, _ = heard(curves)
    for distance, found in ((5, "a"), (8, ""), (-5, "a"), (-8, "")):
        point_at(curves, curves.accuracy, 7.5, 0.2, QPointF(0, distance))
        assert curves.accuracy.run_at(curves.accuracy.surround.point(curves.accuracy.area, 7.5, 0.2)
                                      + QPointF(0, distance)) == found
    assert hovered == ["a", "", "a", ""]


def test_a_click_on_a_curve_means_its_run(curves: Curves) -> None:
    three(curves)
    _, clicked = heard(curves)
    click(curves, place(curves, curves.loss, 8.3, 0.85) + QPoint(0, 3))
    click(curves, place(curves, curves.accuracy, 4.2, 0.3))
    assert clicked == ["c", "b"]
    click(curves, place(curves, curves.loss, 8.3, 0.7))
    click(curves, place(curves, curves.loss, 3.0, 0.2))
    assert clicked == ["c", "b"], "nothing is there, and the run in hand has no name"
    curves.name_own("own")
    click(curves, place(curves, curves.loss, 3.0, 0.2))
    assert clicked == ["c", "b", "own"]


def test_a_drag_is_no_click(curves: Curves) -> None:
    three(curves)
    curves.loss.span_asked.emit((2.0, 8.0))
    settle(curves)
    _, clicked = heard(curves)
    start, window = place(curves, curves.loss, 5.0, 0.6), curves.windowHandle()
    QTest.mousePress(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for step in (5, 20, 60):
        QTest.mouseMove(window, start + QPoint(step, 0))
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(60, 0))
    QApplication.processEvents()
    assert clicked == [] and curves.loss.span[0] < 2.0
    QTest.mouseClick(window, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, start)
    assert clicked == []


def test_a_run_is_lit_from_elsewhere(curves: Curves) -> None:
    three(curves)
    before = area(curves.loss)
    curves.light("c")
    assert ink(curves.loss, run_color(2), 8.7, 0.85) and not ink(curves.loss, run_color(0), 8.7, 0.4)
    for key in ("nobody", None):
        curves.light(key)
        assert area(curves.loss) == before
    curves.name_own("own")
    curves.light("own")
    assert ink(curves.loss, QColor(theme.DARK.accent), 3.0, 0.2) and not ink(curves.loss, run_color(0), 8.7, 0.4)
    curves.light("c")
    shown(curves, level("a", 0.4))
    assert curves.loss.lit == "", "it is there no more"


def test_the_keyboard_goes_through_the_runs(curves: Curves, qtbot: QtBot) -> None:
    three(curves)
    hovered, clicked = heard(curves)
    curves.loss.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(curves.loss, key)
    assert hovered == ["a", "b", "a", "c"]
    assert curves.loss.label is not None and curves.loss.accessibleDescription() == "run c: 0.850"
    qtbot.keyClick(curves.loss, Qt.Key.Key_Return)
    assert clicked == ["c"]
    qtbot.keyClick(curves.loss, Qt.Key.Key_Escape)
    assert hovered[-1] == "" and curves.loss.lit == ""
    qtbot.keyClick(curves.loss, Qt.Key.Key_Return)
    assert clicked == ["c"]
    shown(curves)
    qtbot.keyClick(curves.loss, Qt.Key.Key_Down)
    assert hovered[-1] == ""


def test_a_run_that_goes_while_it_is_pointed_at_is_said_to_go(curves: Curves, qtbot: QtBot) -> None:
    three(curves)
    hovered, _ = heard(curves)
    qtbot.keyClick(curves.loss, Qt.Key.Key_Down)
    shown(curves, level("b", 0.6))
    assert hovered == ["a", ""] and curves.loss.label is None and curves.loss.lit == ""
    shown(curves, level("x", 0.6, known=Ways()))
    curves.set_axis("time")
    qtbot.keyClick(curves.loss, Qt.Key.Key_Down)
    assert hovered == ["a", ""], "no other run is drawn"


def test_a_band_says_mean_and_sd(curves: Curves) -> None:
    band = Band(np.arange(1, 11.0), np.full(10, 0.968), np.full(10, 0.003))
    shown(curves, Overlaid("s", "5 seeds", 0, bands=(band, None)))
    point_at(curves, curves.loss, 8.2, 0.968)
    assert curves.loss.label is not None and curves.loss.label.numbers == "0.968 ± 0.003"


def test_the_label_stays_in_the_plot(curves: Curves) -> None:
    told = level("a", 0.85)
    shown(curves, Overlaid("a", "a title that is longer than there is room for in such a box " * 3, 0, (), told.epochs))
    for x in (1.0, 5.0, 9.99):
        point_at(curves, curves.loss, x, 0.85)
        marks = painted(lambda painter: curves.loss.drawForeground(painter, curves.loss.sceneRect()))
        boxes = [mark.place for mark in marks if mark.kind == "box" and mark.pen]
        assert len(boxes) == 1 and curves.loss.area.adjusted(-1, -1, 1, 1).contains(boxes[0])


def test_where_a_value_is_no_number_the_label_has_no_place(curves: Curves) -> None:
    """Qt would warn, and the test would fail."""
    rows = [(1, 1.0, 0.5, 0.6, 0.3, False), (2, 1.0, 0.5, 0.6, 0.3, False), (3, 1.0, 0.5, math.inf, math.inf, False)]
    shown(curves, Overlaid("a", "run a", 0, (), rows))
    move(curves, place(curves, curves.loss, 1.98, 0.6))
    assert curves.loss.lit == "a"
    curves.loss.hovered.emit(2.9)
    curves.loss.pointed.emit(curves.loss.surround.point(curves.loss.area, 1.98, 0.6))
    assert curves.loss.label is not None and curves.loss.label.numbers == "∞"
    settle(curves)


def test_leaving_puts_everything_back(curves: Curves) -> None:
    three(curves)
    before = area(curves.loss)
    point_at(curves, curves.loss, 8.3, 0.6)
    assert area(curves.loss) != before
    move(curves, QPoint(2, 2))
    assert area(curves.loss) == before and curves.loss.accessibleDescription() == ""


# -- smoothing ------------------------------------------------------------------------------------------------------


def noisy(curves: Curves, spike: float = 2.0) -> np.ndarray:
    curves.clear(10)
    at = np.linspace(0.01, 6, 3000)
    loss = 0.5 + np.random.default_rng(0).uniform(-0.1, 0.1, 3000)
    loss[1500] = spike
    rows = [(epoch, 0.5, 0.5, 0.6, 0.5, epoch == 3) for epoch in range(1, 7)]
    curves.show_all(np.stack([at, loss, loss / 3], axis=1).tolist(), rows)
    return loss


def test_the_raw_curve_stays_faintly_behind_the_smoothed_one(curves: Curves) -> None:
    loss = noisy(curves)
    settle(curves)
    ends, lines = curves.loss.surround.y_scale.ends, len(curves.loss.lines)
    curves.set_smoothing(0.9)
    settle(curves)
    assert curves.loss.surround.y_scale.ends == ends and len(curves.loss.lines) == lines, "no extreme is lost"
    accent, faint = QColor(theme.DARK.accent), mixed(QColor(theme.DARK.accent), 0.3)
    x = float(np.linspace(0.01, 6, 3000)[1500])
    assert ink(curves.loss, faint, x, 1.95) and not ink(curves.loss, accent, x, 1.5)
    assert curves.loss.lines[0].yData.max() < 1.2 and curves.loss._faint[0].yData.max() == loss.max()
    curves.set_smoothing(0.0)
    assert ink(curves.loss, accent, x, 1.95) and not curves.loss._faint


def test_the_true_value_is_read_beside_the_smoothed_one(curves: Curves) -> None:
    loss = noisy(curves)
    curves.set_smoothing(0.9)
    x = float(np.linspace(0.01, 6, 3000)[1500])
    curves.loss.hovered.emit(x)
    frame = curves.loss.surround
    assert frame.readings[0] is not None and frame.readings[0].y == loss[1500] == 2.0
    assert 0.5 < frame.smoothed[0] < 1.0 and frame.smoothed[1] is None, "judged epochs are as they are"
    header = words(painted(lambda painter: frame.paint_header(painter, curves.loss.area, False)))
    assert "2.000" in header and f"~{frame.smoothed[0]:.3f}" in header
    curves.set_smoothing(0.0)
    curves.loss.hovered.emit(x)
    assert not any(word.startswith("~") for word in words(painted(
        lambda painter: frame.paint_header(painter, curves.loss.area, False))))


def test_of_another_run_both_are_said(curves: Curves) -> None:
    three(curves)
    curves.set_view(curves.view._replace(what="training", smoothing=0.9))
    settle(curves)
    told = curves.loss.others[1].curves(0, curves.view)[0]
    at = float(told.series.x[400])
    point_at(curves, curves.loss, at, float(told.series.y[400]))
    label = curves.loss.label
    assert label is not None and told.raw is not None
    index = int(np.abs(told.raw.x - label.x).argmin())
    assert label.numbers == f"{told.raw.y[index]:.3f} · smoothed {told.series.y[index]:.3f}"


def test_smoothed_points_arrive_one_after_the_other(curves: Curves) -> None:
    curves.clear(10)
    curves.set_smoothing(0.5)
    values = np.random.default_rng(1).uniform(0, 1, 200)
    for index, value in enumerate(values):
        curves.add_points([(0.01 * (index + 1), float(value), 0.5)])
    weights = 0.5 ** np.arange(200)[::-1]
    assert curves.loss.lines[0].yData[-1] == pytest.approx((weights * values).sum() / weights.sum())


# -- the axis below -------------------------------------------------------------------------------------------------


def test_by_steps_and_by_time_each_run_goes_its_own_way(curves: Curves) -> None:
    shown(curves, level("a", 0.6, known=ways(10, steps=200, seconds=30)))
    for axis, unit, end in (("steps", 100, 200), ("time", 6, 30)):
        curves.set_axis(axis)
        settle(curves)
        assert curves.loss.full == (0, 10 * end)
        assert curves.loss.lines[0].xData[-1] == pytest.approx(6 * unit)
        assert curves.loss.surround.best[0][0].x == pytest.approx(6 * unit)
        assert ink(curves.loss, run_color(0), 8.25 * end, 0.6)
    assert {"0:00", "0:15", "5:00"} <= set(said(curves.loss))
    curves.set_axis("steps")
    assert {"0", "1\u00a0000", "2\u00a0000"} <= set(said(curves.loss))
    curves.set_axis("epochs")
    assert curves.loss.full == (0, 10) and {"0", "1", "10"} <= set(said(curves.loss))


def test_marks_cursor_and_zoom_follow_the_axis(curves: Curves) -> None:
    curves.add_mark(3.0, "lr 0.1", holds=True)
    curves.loss.span_asked.emit((2.0, 4.0))
    curves.set_axis("steps")
    assert curves.loss.span == curves.accuracy.span == pytest.approx((200, 400))
    assert [mark.position for mark in curves.loss.surround.marks] == [300]
    curves.loss.hovered.emit(350.0)
    assert curves.loss.surround.readings[0].x == pytest.approx(350, abs=1)
    assert curves.loss.surround._pill(curves.loss.area)[1] == "step 350 · lr 0.1"
    curves.set_axis("time")
    assert curves.loss.span == pytest.approx((12, 24)) and curves.loss.cursor_at is None
    curves.loss.hovered.emit(15.0)
    assert curves.loss.surround._pill(curves.loss.area)[1].startswith("after 0:15")
    curves.loss.span_asked.emit((15.0, 15.0))
    low, high = curves.loss.span
    assert 0 < high - low < 0.1, "as near as in epochs"
    curves.loss.span_asked.emit(None)
    assert curves.loss.span == curves.loss.full == (0, 60)


def test_what_is_zoomed_to_is_always_on_the_axis(curves: Curves) -> None:
    shown(curves, level("a", 0.6, epochs=40))
    curves.loss.span_asked.emit((20.0, 30.0))
    shown(curves)
    assert curves.loss.full == (0, 10) and curves.loss.span == (0, 10)
    at = np.arange(7.0)
    curves.set_ways(Ways(seconds=(at, [0, 1, 5, 5, 5, 5, 6])))
    curves.loss.span_asked.emit((3.0, 4.0))
    curves.set_axis("time")
    low, high = curves.loss.span
    assert low <= 5 <= high and 0 < high - low < 0.1, "the clock stood still there"


def test_a_run_that_does_not_know_its_times_is_left_out_and_that_is_said(curves: Curves) -> None:
    nowhere = [level(key, height, known=Ways()) for key, height in (("x", 0.5), ("y", 0.7))]
    shown(curves, level("a", 0.6), *nowhere)
    curves.set_axis("time")
    assert texts(curves) == ["2 runs have no times, and are not shown"]
    assert not ink(curves.loss, run_color(0), 8.25 * 6, 0.5) and ink(curves.loss, run_color(0), 8.25 * 6, 0.6)
    curves.show_others([level("a", 0.6), nowhere[0]])
    curves.set_axis("steps")
    assert texts(curves) == ["1 run has no steps, and is not shown"]
    curves.light("x")
    assert curves.loss.lit == "", "what is not drawn does not dim the others"
    curves.set_axis("epochs")
    assert texts(curves) == []


def test_where_nobody_knows_times_the_axis_shows_epochs(curves: Curves) -> None:
    curves.set_ways(Ways())
    curves.set_axis("time")
    assert texts(curves) == ["The times are not known here: the axis shows epochs"]
    assert curves.loss.full == (0, 10) and curves.view.axis == "time" and "10" in said(curves.loss)
    curves.set_ways(ways(6))
    assert texts(curves) == [] and curves.loss.full == (0, 60)


def test_the_run_in_hand_may_be_the_one_that_is_left_out(curves: Curves) -> None:
    curves.set_ways(Ways())
    three(curves)
    curves.set_axis("time")
    settle(curves)
    assert texts(curves) == ["1 run has no times, and is not shown"] and curves.loss.runs == ()
    assert ink(curves.loss, run_color(1), 8.25 * 6, 0.6)
    curves.loss.hovered.emit(10.0)
    curves.add_points([(6.5, 0.2, 0.1)])
    assert curves.loss.runs == ()


def test_a_run_goes_on_along_time_and_its_end_is_foreseen(curves: Curves) -> None:
    curves.set_axis("time")
    assert curves.loss.full == (0, 60)
    curves.add_points([(6.5, 0.2, 0.1)])
    assert curves.loss.lines[0].xData[-1] == pytest.approx(39), "on at the pace so far"
    at = np.arange(8.0)
    curves.set_ways(Ways(seconds=(at, at * 6.1)))
    assert curves.loss.full[1] >= 61 and curves.loss.full[1] % 5 == 0


def test_a_series_lies_on_any_axis(curves: Curves) -> None:
    rows = [(at, 1.0, 0.5, 0.9, 0.5, at == 2) for at in range(1, 5)]
    curves.show_series([("a", [], rows), ("b", [], rows)])
    curves.set_ways(ways(4, seconds=10), member=0)
    curves.set_ways(ways(4, seconds=20), member=1)
    curves.set_axis("time")
    assert [line.xData[-1] for line in curves.loss.lines] == pytest.approx([40, 40, 80, 80])
    three(curves)
    assert curves.loss.runs[1].color == 1 and ink(curves.loss, run_color(1), 8.25 * 6, 0.6)
    curves.loss.hovered.emit(40.0)
    assert [chip.values[0] for chip in curves.legend.chips] == [0.9, 0.9]


def test_no_label_is_in_the_way_of_notes(curves: Curves) -> None:
    three(curves)
    assert [label.isVisible() for label in curves.findChildren(QLabel)].count(True) == 0
