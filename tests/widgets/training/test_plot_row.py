"""Plots side by side or below each other, by the shape of their place; marks, the rate in use and more epochs."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QFontMetricsF, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import Mark, of, painted, words
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


def over_curves(plot: Plot) -> list[Mark]:
    """What is painted over them."""
    return painted(lambda painter: plot.surround.paint_marks(painter, plot.area, [False] * 9))


def long_run(curves: Curves, *marks: tuple[float, str], best: int = 22, epochs: int = 24) -> None:
    """A loss that falls, an accuracy that rises."""
    curves.clear(30)
    for epoch in range(1, epochs + 1):
        curves.add_epoch(epoch, 2 / epoch, 1 - 1 / epoch, 2 / epoch, 1 - 1 / epoch, epoch == best)
    for position, text in marks:
        curves.add_mark(position, text, holds=True)
    QApplication.processEvents()


def told(plot: Plot, point: QPointF) -> str:
    """What is said where the mouse rests."""
    at = point.toPoint()
    QApplication.sendEvent(plot.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, plot.viewport().mapToGlobal(at)))
    return QToolTip.text()


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


@pytest.mark.usefixtures("font")
def test_the_rates_name_and_number_stand_together_and_do_not_move(curves: Curves) -> None:
    surround, places = curves.accuracy.surround, []
    for rate in ("0.0612", "0.003", "1.25e-5"):
        curves.set_rate(rate)
        header = painted(lambda painter: surround.paint_header(painter, curves.accuracy.area, False))
        found = {mark.text: mark.place for mark in of("text", header)}
        end = found["Learning rate"].left() + QFontMetricsF(theme.ui_font(11)).horizontalAdvance("Learning rate")
        assert 4 <= found[rate].left() - end <= 8
        assert found[rate].width() >= QFontMetricsF(theme.mono_font(11)).horizontalAdvance(rate), "all of it is read"
        places.append((found["Learning rate"].left(), found[rate].left()))
    assert len(set(places)) == 1, "nothing moves"


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
    assert "epoch 2 · lr 0.06" in said(curves.loss)


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


LONG = "lr 0.9 → 0.09, batch size 256 → 64, dropout 0.5 → 0.2"
CHANGES = (4.02, LONG), (4.3, "lr 0.09 → 0.03"), (9.0, LONG), (9.1, "epochs 40 → 30"), (20.0, LONG), (29.9, "lr 0.01")


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize(("width", "height"), [(640, 300), (500, 360), (1000, 200), (1100, 560), (1700, 900)])
@pytest.mark.parametrize("hovered", [None, 9.3])
def test_no_thread_runs_through_words(curves: Curves, width: int, height: int, hovered: float | None) -> None:
    long_run(curves, *CHANGES)
    curves.resize(width, height)
    QApplication.processEvents()
    curves.loss.hovered.emit(hovered)
    for plot in curves.plots:
        marks = [mark for mark in over_curves(plot) if plot.area.contains(mark.place.center())]
        written = [mark.place for mark in of("text", marks)]
        lines = [mark.place for mark in marks if mark.place.width() <= 1]
        assert written and len(lines) >= len(CHANGES)
        assert not any(QRectF(line.topLeft(), QPointF(line.x() + 1, line.bottom())).intersects(each)
                       for line in lines for each in written)
        assert not any(one.intersects(other) for one, other in combinations(written, 2))


@pytest.mark.usefixtures("font")
@pytest.mark.qt_log_ignore("This plugin does not support")
def test_every_change_can_be_read_where_its_words_have_no_room(curves: Curves, qtbot: QtBot) -> None:
    long_run(curves, *CHANGES)
    curves.resize(500, 360)
    QApplication.processEvents()
    assert LONG not in said(curves.loss)
    for plot in curves.plots:
        middle = plot.surround.y_scale.ends[1] / 2
        for position, text in CHANGES:
            assert text in told(plot, plot.surround.point(plot.area, position, middle))
        assert "epoch 5 · 2 %" in told(plot, plot.surround.point(plot.area, 4.02, middle))
        [first, *_] = [mark for mark in over_curves(plot) if mark.text.startswith("lr 0.9")]
        assert LONG in told(plot, first.place.center()), "by its words, too"
        told(plot, plot.surround.point(plot.area, 13, middle))
        qtbot.waitUntil(lambda: not QToolTip.isVisible())


@pytest.mark.parametrize("best", [3, 12, 23])
def test_best_is_written_where_no_curve_is(curves: Curves, best: int) -> None:
    long_run(curves, best=best)
    for plot in curves.plots:
        [word] = [mark.place for mark in over_curves(plot) if mark.text == "best"]
        thread = plot.surround.point(plot.area, best, 0).x()
        assert plot.area.contains(word) and min(abs(word.left() - thread), abs(word.right() - thread)) < 8
        for line in plot.lines:
            for x, y in zip(line.xData, line.yData, strict=True):
                assert not word.contains(plot.surround.point(plot.area, x, y))


def test_words_are_at_the_head_of_a_falling_curve_and_at_the_foot_of_a_rising_one(curves: Curves) -> None:
    long_run(curves, (8.0, LONG), (9.0, LONG))
    tops = [[mark.place.center().y() < plot.area.center().y() for mark in over_curves(plot) if mark.text == LONG]
            for plot in curves.plots]
    assert tops == [[True, True], [False, False]]


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [640, 1000, 1700])
@pytest.mark.parametrize("hovered", [None, 0.2, 7.7, 11.3, 22.0])
def test_no_number_of_the_axis_touches_the_epoch_that_is_read(curves: Curves, width: int, hovered: float | None
                                                             ) -> None:
    long_run(curves, CHANGES[0])
    curves.resize(width, 400)
    QApplication.processEvents()
    curves.loss.hovered.emit(hovered)
    plot = curves.loss
    [pill] = of("box", over_curves(plot))
    assert plot.area.left() <= pill.place.left() and pill.place.right() <= plot.area.right()
    for mark in of("text", painted(lambda painter: plot.surround.paint_grid(painter, plot.area))):
        half = QFontMetricsF(mark.font).horizontalAdvance(mark.text) / 2
        if mark.place.top() > plot.area.bottom():
            assert abs(mark.place.center().x() - pill.place.center().x()) >= half + pill.place.width() / 2 + 4


def test_the_mouse_says_an_epoch_or_how_much_of_one(curves: Curves) -> None:
    for at, words_said in ((1.9, "epoch 2"), (0.4, "epoch 1 · 50 %"), (7.0, "epoch 2")):
        curves.loss.hovered.emit(at)
        assert words_said in said(curves.loss) and words_said in said(curves.accuracy)
    long_run(curves)
    curves.loss.hovered.emit(7.48)
    assert "epoch 7" in said(curves.loss), "there are values of whole epochs alone"


def test_beyond_the_curves_the_mouse_reads_their_end(curves: Curves) -> None:
    long_run(curves, epochs=12, best=12)
    curves.loss.hovered.emit(29.0)
    [pill] = of("box", over_curves(curves.loss))
    assert "epoch 12" in said(curves.loss)
    assert pill.place.center().x() == pytest.approx(curves.loss.surround.point(curves.loss.area, 12, 0).x(), abs=1)


def test_what_the_best_epoch_came_to_stands_behind_the_last_title_where_there_is_room(curves: Curves) -> None:
    assert "".join(said(curves.accuracy)).count("best 0.500 at epoch 2") == 1
    assert " at epoch 2" not in said(curves.loss)
    curves.resize(420, 200)
    QApplication.processEvents()
    assert " at epoch 2" not in said(curves.accuracy)
    curves.resize(1000, 560)
    curves.set_second(None)
    QApplication.processEvents()
    assert "best 1.100 at epoch 2" in "".join(said(curves.loss))
    curves.add_epoch(3, 1.0, 0.5, 0.9, 0.6, True)
    assert "best 0.900 at epoch 3" in "".join(said(curves.loss))
    rows = [(1, 1.9, 0.1, 1.8, 0.2, True)]
    curves.show_series([("a", [], rows), ("b", [], rows)])
    assert " at epoch 1" not in said(curves.loss)
