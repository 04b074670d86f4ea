"""Parallel coordinates: ranges are brushed, axes moved, lines lit and selected, by a real mouse."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests import mouse
from tests.in_front import in_front
from tests.widgets.sweep.cases import FIELDS, SMALL, large, shows
from widgets.look import theme
from widgets.sweep.fields_plot import RESULT, FieldsPlot
from widgets.sweep.values import FieldAxis, SweepShown

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
RATE, BATCH, OPTIMIZER = (field.title for field in FIELDS)


@pytest.fixture
def plot(qtbot: QtBot) -> FieldsPlot:
    plot = in_front(qtbot, FieldsPlot(), 620, 280)
    plot.show_sweep(SMALL)
    QApplication.processEvents()
    return plot


def drag(plot: FieldsPlot, start: QPointF, *ways: QPointF) -> None:
    begin = start.toPoint()
    QTest.mouseMove(plot, begin)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, begin)
    for way in ways:
        QTest.mouseMove(plot, way.toPoint())
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, ways[-1].toPoint())
    QApplication.processEvents()


def brush(plot: FieldsPlot, title: str, low: float | str | None, high: float | str | None) -> None:
    """From a little below one value to a little above another."""
    more = QPointF(0, 6)
    start, end = plot.spot(title, low) + more, plot.spot(title, high) - more
    drag(plot, start, (start + end) / 2, end)


def between(plot: FieldsPlot, *spots: tuple[str, float | str]) -> QPointF:
    """The middle of the way between two values of neighbours."""
    first, second = (plot.spot(*spot) for spot in spots)
    return (first + second) / 2


def test_equal_factors_are_equal_steps_and_words_stand_evenly(plot: FieldsPlot) -> None:
    heights = [plot.spot(RATE, value).y() for value in (0.001, 0.01, 0.1, 1.0)]
    steps = [before - after for before, after in pairwise(heights)]
    assert steps == pytest.approx([steps[0]] * 3) and steps[0] > 10
    assert plot.spot(BATCH, 64).y() > plot.spot(BATCH, 128).y()
    assert plot.spot(OPTIMIZER, "SGD").y() < plot.spot(OPTIMIZER, "Adam").y()
    assert plot.spot(RESULT, None).y() > plot.area.bottom(), "what has no result ends below the axis"


def test_a_brush_keeps_what_is_within_and_a_second_one_less(plot: FieldsPlot) -> None:
    told: list[object] = []
    plot.kept_changed.connect(lambda: told.append(plot.kept))
    brush(plot, RATE, 0.01, 0.1)
    assert plot.kept == {"a", "b", "d"} and told[-1] == plot.kept
    brush(plot, OPTIMIZER, "SGD", "SGD")
    assert plot.kept == {"a", "d"}
    paler = theme.color("panel").lightnessF()
    assert abs(plot.pen("b").color().lightnessF() - paler) < abs(plot.pen("d").color().lightnessF() - paler)
    assert shows(plot, theme.DARK.accent), "where it was brushed"
    mouse.click(plot, plot.spot(OPTIMIZER, "SGD").toPoint())
    assert plot.kept == {"a", "b", "d"}, "a click on the axis takes its brush away"
    plot.clear_brushes()
    assert plot.kept is None and told[-1] is None


def test_all_brushes_go_at_once(plot: FieldsPlot) -> None:
    brush(plot, RATE, 0.01, 0.1)
    brush(plot, OPTIMIZER, "SGD", "SGD")
    plot.clear_brushes()
    assert plot.brushes == {} and plot.kept is None


def test_what_is_brushed_away_is_not_found_by_the_mouse(plot: FieldsPlot) -> None:
    spot = between(plot, (BATCH, 64), (OPTIMIZER, "Adam"))
    assert plot.nearest(spot) == "b"
    brush(plot, OPTIMIZER, "SGD", "SGD")
    assert plot.nearest(spot) != "b"


def test_a_brush_means_values_while_more_results_come(plot: FieldsPlot) -> None:
    brush(plot, RESULT, 0.9, 0.95)
    assert plot.kept == {"a", "d"}
    better = replace(SMALL.members[4], state="done", best=0.99)
    plot.show_sweep(replace(SMALL, members=(*SMALL.members[:4], better)))
    QApplication.processEvents()
    plot.grab()
    assert plot.kept == {"a", "d"}, "the axis grew, the range did not"


def test_the_mouse_lights_a_line_and_a_click_selects_it(plot: FieldsPlot) -> None:
    lit: list[str] = []
    chosen: list[list[str]] = []
    plot.hovered.connect(lit.append)
    plot.selected.connect(chosen.append)
    spot = between(plot, (RATE, 0.01), (BATCH, 32)).toPoint()
    QTest.mouseMove(plot, spot + QPoint(0, 1))
    QTest.mouseMove(plot, spot)
    assert lit == ["a"] and plot.readout.startswith("lr 0.01")
    mouse.click(plot, spot)
    assert chosen == [["a"]] and shows(plot, theme.DARK.text)
    mouse.click(plot, plot.spot(RATE, 0.001).toPoint())
    assert chosen[-1] == ["e"], "on an axis without a brush too"


def test_an_axis_is_dragged_to_another_place_by_its_title(plot: FieldsPlot) -> None:
    assert plot.order == (RATE, BATCH, OPTIMIZER)
    title = QPointF(plot.x_of(OPTIMIZER) + 10, plot.area.top() - 12)
    assert plot.title_at(title) == OPTIMIZER
    drag(plot, title, QPointF(plot.x_of(BATCH), title.y()), QPointF(plot.x_of(RATE) - 4, title.y()))
    assert plot.order == (OPTIMIZER, RATE, BATCH)
    assert plot.x_of(OPTIMIZER) < plot.x_of(RATE) < plot.x_of(BATCH) < plot.x_of(RESULT)
    plot.show_sweep(replace(SMALL, fields=(*FIELDS, FieldAxis("Momentum", "linear"))))
    assert plot.order == (OPTIMIZER, RATE, BATCH, "Momentum"), "it stays there, and what is new comes last"
    drag(plot, title - QPointF(0, 0), QPointF(plot.width() + 50, title.y()))
    assert plot.order[-1] != RESULT and plot.columns[-1].title == RESULT, "the result stays last"


def test_what_ended_early_is_dashed(plot: FieldsPlot) -> None:
    dashed = [key for key in ("a", "b", "c", "d") if plot.pen(key).style() == Qt.PenStyle.CustomDashLine]
    assert dashed == ["b", "c"]


def test_a_title_without_room_is_told_whole(plot: FieldsPlot) -> None:
    plot.show_sweep(large(20))
    QApplication.processEvents()
    plot.grab()
    boxes = [QPointF(plot.x_of(title) + 5, y) for title in plot.order for y in range(24, 60)]
    assert {plot.title_at(box) for box in boxes} >= set(plot.order), "each can be taken hold of"
    at = next(box for box in boxes if plot.title_at(box) == "Weight decay").toPoint()
    QApplication.sendEvent(plot, QHelpEvent(QEvent.Type.ToolTip, at, plot.mapToGlobal(at)))
    assert "Weight decay" in QToolTip.text()
    QToolTip.hideText()


def test_less_is_better_is_written_at_the_result_and_decides_the_colours(plot: FieldsPlot) -> None:
    best = plot.pen("d").color()
    plot.show_sweep(replace(SMALL, larger_is_better=False, measure="Validation loss"))
    plot.grab()
    assert plot.pen("d").color() != best and plot.readout.startswith("lr 1")


def test_before_there_is_anything_it_says_so(plot: FieldsPlot) -> None:
    plot.show_sweep(SweepShown())
    plot.grab()
    assert plot.order == () and plot.nearest(QPointF(100, 100)) == ""
    plot.show_sweep(SweepShown(FIELDS, SMALL.members[4:], "Loss", False))
    plot.grab()
    mouse.click(plot, plot.rect().center())
    drag(plot, QPointF(40, 40), QPointF(200, 40))
    assert [column.title for column in plot.columns][-1] != RESULT, "nobody has a result yet"
