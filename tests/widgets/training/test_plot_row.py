"""Plots side by side or below each other, by the shape of their place; marks, the rate in use and more epochs."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import painted, words
from tests.seen import button_with, colors
from widgets.look import theme
from widgets.plot.plot import Plot
from widgets.training.curves import Curves


@pytest.fixture
def curves(qtbot: QtBot) -> Curves:
    return shown(in_front(qtbot, Curves(), 1000, 560))


def shown(curves: Curves) -> Curves:
    curves.clear(10)
    curves.add_points([(0.5, 2.0, 0.1), (1.0, 1.8, 0.2), (2.0, 1.0, 0.5)])
    curves.add_epoch(1, 1.9, 0.15, 1.8, 0.2, False)
    curves.add_epoch(2, 1.2, 0.4, 1.1, 0.5, True)
    QApplication.processEvents()
    return curves


def said(plot: Plot) -> list[str]:
    frame, area = plot.surround, plot.area
    return [word for paint in (lambda painter: frame.paint_grid(painter, area),
                               lambda painter: frame.paint_header(painter, area, False),
                               lambda painter: frame.paint_marks(painter, area, [False] * 9))
            for word in words(painted(paint))]


def place(curves: Curves, widget) -> QRect:
    return QRect(widget.mapTo(curves, QPoint()), widget.size())


@pytest.mark.parametrize(("width", "height", "tall"), [
    (1000, 560, True), (736, 400, True), (1960, 860, True), (600, 330, True),
    (776, 260, False), (1700, 300, False), (1080, 264, False), (1600, 400, False)])
def test_their_direction_follows_the_shape(curves: Curves, width: int, height: int, tall: bool) -> None:
    curves.resize(width, height)
    QApplication.processEvents()
    loss, accuracy = (place(curves, plot) for plot in curves.plots)
    assert (loss.left() == accuracy.left()) == tall and (loss.top() == accuracy.top()) == (not tall)
    assert not loss.intersects(accuracy)
    assert curves.loss.area.width() == pytest.approx(curves.accuracy.area.width(), abs=1.0)


def test_it_can_be_made_low_again_whatever_its_direction(curves: Curves) -> None:
    least = curves.minimumSizeHint()
    curves.resize(1600, 300)
    QApplication.processEvents()
    assert least == curves.minimumSizeHint() and least.height() <= 120


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [570, 640, 800, 1000, 1900])
def test_buttons_lie_over_no_word_of_the_plots(curves: Curves, width: int) -> None:
    curves.set_rate("0.0612")
    curves.resize(width, 560)
    QApplication.processEvents()
    buttons = [place(curves, button_with(curves, text)) for text in ("Log", "Save…")]
    header = curves.loss.surround.header(curves.loss.area)
    corner = place(curves, curves.loss).topLeft()
    legend = header.legend.translated(corner).toRect()
    legend.setLeft(legend.right() - int(curves.loss.surround.legend.width(header.style)))
    for one, other in combinations([*buttons, legend], 2):
        assert not one.intersects(other)
    assert all(curves.rect().contains(button) for button in buttons)


def test_the_rate_in_use_stands_at_the_end_of_the_last_plots_title(curves: Curves) -> None:
    assert "Learning rate" not in said(curves.accuracy)
    curves.set_rate("0.0612")
    assert {"Learning rate", "0.0612"} <= set(said(curves.accuracy)) and "Learning rate" not in said(curves.loss)
    before = curves.accuracy.surround.header(curves.accuracy.area)
    curves.set_rate("0.06")
    assert curves.accuracy.surround.header(curves.accuracy.area) == before, "nothing moves"
    curves.set_second(None)
    assert {"Learning rate", "0.06"} <= set(said(curves.loss))
    curves.set_rate("")
    assert "Learning rate" not in said(curves.loss)
    curves.set_rate("0.1")
    curves.clear(10)
    shown(curves)
    assert "Learning rate" not in said(curves.loss), "it was of another run"


def test_in_little_room_the_rate_goes_before_the_legend(curves: Curves) -> None:
    curves.set_rate("0.0612")
    curves.resize(700, 200)
    QApplication.processEvents()
    assert "Learning rate" not in said(curves.accuracy) and {"train", "validation"} <= set(said(curves.accuracy))


def test_marks_of_any_kind_stand_on_both_plots_and_only_some_are_read_later(curves: Curves) -> None:
    curves.add_mark(0.6, "lr 0.06", holds=True)
    curves.add_mark(0.61, "conv1 frozen")
    curves.add_mark(1.4, "saved", "ok")
    for plot in curves.plots:
        assert {"lr 0.06", "conv1 frozen", "saved"} <= set(said(plot))
        assert {theme.DARK.warn, theme.DARK.ok} <= colors(plot)
    curves.loss.hovered.emit(1.9)
    assert "epoch 1.90 · lr 0.06" in said(curves.loss)


def test_the_best_epoch_is_named_once(curves: Curves) -> None:
    assert "best" in said(curves.loss)
    curves.set_over(True)
    assert "best" not in said(curves.loss) and "best epoch 2" in said(curves.loss)
    curves.loss.hovered.emit(0.5)
    assert "best" in said(curves.loss)


def test_several_runs_have_rings_and_no_word(curves: Curves) -> None:
    rows = [(1, 1.9, 0.1, 1.8, 0.2, True), (2, 1.2, 0.4, 1.9, 0.1, False)]
    curves.show_series([("a", [], rows), ("b", [], rows)])
    assert "best" not in said(curves.loss)


def test_the_axis_goes_on_as_far_as_the_run(curves: Curves) -> None:
    drawn = curves.loss.lines[0].yData.copy()
    curves.set_epochs(20)
    assert curves.loss.full == curves.accuracy.full == (0.0, 20.0)
    assert (curves.loss.lines[0].yData == drawn).all() and "20" in said(curves.loss)
    curves.set_epochs(1)
    assert curves.loss.full == (0.0, 2.0), "what was learned is seen"
    curves.add_points([(2.5, 0.9, 0.6)])
    assert curves.loss.full == (0.0, 3.0)


def test_of_many_epochs_whole_ones_are_written(curves: Curves) -> None:
    curves.resize(1900, 800)
    QApplication.processEvents()
    assert {"1", "3", "4", "10"} <= set(said(curves.loss)) and "1.5" not in said(curves.accuracy)
