"""The curves: what arrives is drawn once, extremes stay, mouse and keyboard zoom."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QFont, QFontMetricsF, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import painted, words
from tests.seen import button_with, colors, texts
from widgets.look import theme
from widgets.plot.plot import Plot
from widgets.plot.ticks import nice_range, tick_values
from widgets.training.curves import Curves

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def curves(qtbot: QtBot) -> Curves:
    return in_front(qtbot, Curves(), 1080, 264)


def fill(curves: Curves, count: int = 500, epochs: int = 5) -> np.ndarray:
    rng = np.random.default_rng(0)
    at = np.linspace(0.01, epochs, count)
    loss = 2 * np.exp(-at) + rng.normal(0, 0.05, count)
    curves.add_points(list(zip(at.tolist(), loss.tolist(), (1 - loss / 3).tolist(), strict=True)))
    for epoch in range(1, epochs + 1):
        value = 2 * np.exp(-epoch) + 0.1
        curves.add_epoch(epoch, value, 0.5, value, 1 - value / 3, epoch == 4)
    QApplication.processEvents()
    return loss


def drawn(plot: Plot, index: int = 0) -> np.ndarray:
    return plot.lines[index].yData


def at(plot: Plot, epoch: float, height: float = 0.5) -> QPointF:
    area = plot.area
    low, high = plot.span
    return QPointF(area.left() + (epoch - low) / (high - low) * area.width(), area.top() + height * area.height())


def wheel(plot: Plot, point: QPointF, turns: int) -> None:
    event = QWheelEvent(point, QPointF(plot.viewport().mapToGlobal(point.toPoint())), QPoint(), QPoint(0, 120 * turns),
                        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(plot.viewport(), event)
    QApplication.processEvents()


def mouse(plot: Plot, kind: QEvent.Type, point: QPointF, buttons: Qt.MouseButton = LEFT) -> None:
    event = QMouseEvent(kind, point, QPointF(plot.viewport().mapToGlobal(point.toPoint())), buttons, buttons, NONE)
    QApplication.sendEvent(plot.viewport(), event)


def test_an_empty_page_says_what_to_do(curves: Curves) -> None:
    assert curves.is_empty
    hint = "Press Train: the curves draw themselves here"
    assert texts(curves) == [hint]
    fill(curves)
    assert hint not in texts(curves)
    curves.clear(10)
    assert texts(curves) == [hint]


def test_each_call_draws_once(curves: Curves, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(curves)  # the first time also lays the page out
    count: list[Plot] = []
    redraw = Plot.redraw
    monkeypatch.setattr(Plot, "redraw", lambda plot: (count.append(plot), redraw(plot)))
    curves.clear(10)
    curves.add_points([(0.1, 2.0, 0.1), (0.2, 1.9, 0.2)])
    curves.add_epoch(1, 1.5, 0.4, 1.4, 0.5, True)
    curves.show_all([(0.1, 2.0, 0.1)], [(1, 1.5, 0.4, 1.4, 0.5, True)])
    assert len(count) == 2 * 4
    curves.add_points([])
    assert len(count) == 2 * 4


def test_extremes_stay_at_any_zoom(curves: Curves) -> None:
    curves.clear(10)
    x = np.linspace(0.001, 10, 100_000)
    y = np.random.default_rng(1).normal(1, 0.1, len(x))
    y[33_333], y[77_777] = 9.0, -3.0
    curves.add_points(np.stack([x, y, y], axis=1).tolist())
    assert len(drawn(curves.loss)) <= 800
    assert drawn(curves.loss).max() == 9.0
    assert drawn(curves.loss).min() == -3.0
    curves.loss.span_asked.emit((3.3, 3.4))
    inside = y[(x >= 3.3) & (x <= 3.4)]
    assert drawn(curves.loss).max() == inside.max() == 9.0
    assert drawn(curves.loss).min() <= inside.min()
    curves.loss.span_asked.emit((5.0, 5.01))  # so close that every point is drawn
    near = (x >= 5.0) & (x <= 5.01)
    assert set(y[near]) <= set(drawn(curves.loss))


def test_nan_and_infinity_break_the_line_and_nothing_else(curves: Curves) -> None:
    curves.add_points([(0.1, 2.0, 0.1), (0.2, float("nan"), 0.2), (0.3, float("inf"), float("nan")), (0.4, 1.0, 0.4)])
    QApplication.processEvents()
    assert curves.loss.surround.y_scale[:2] == (0.0, 2.0)
    curves.clear(10)
    curves.add_points([(0.1, float("nan"), float("nan"))])
    curves.add_epoch(1, float("nan"), float("nan"), float("nan"), float("nan"), True)
    QApplication.processEvents()
    assert not curves.is_empty


def test_wheel_zooms_at_the_cursor_in_both_plots(curves: Curves) -> None:
    fill(curves)
    wheel(curves.loss, at(curves.loss, 4.0), 3)
    low, high = curves.loss.span
    assert 0 < low < 4 < high < 10
    assert (4 - low) / (high - low) == pytest.approx(0.4, abs=0.01)
    assert curves.accuracy.span == (low, high)
    wheel(curves.accuracy, at(curves.accuracy, 4.0), -30)
    assert curves.loss.span == (0, 10)


def test_drag_pans_and_double_click_shows_everything(curves: Curves) -> None:
    fill(curves)
    plot = curves.loss
    plot.span_asked.emit((2.0, 4.0))
    start = at(plot, 3.0)
    mouse(plot, QEvent.Type.MouseButtonPress, start)
    mouse(plot, QEvent.Type.MouseMove, start + QPointF(plot.area.width() / 4, 0))
    mouse(plot, QEvent.Type.MouseButtonRelease, start)
    assert plot.span == pytest.approx((1.5, 3.5), abs=0.02)
    mouse(plot, QEvent.Type.MouseButtonDblClick, start)
    assert plot.span == (0, 10)
    mouse(plot, QEvent.Type.MouseButtonPress, start)
    mouse(plot, QEvent.Type.MouseMove, start + QPointF(100, 0))
    mouse(plot, QEvent.Type.MouseButtonRelease, start)
    assert plot.span == (0, 10)  # there is nothing beyond


def test_keys_zoom_and_pan(curves: Curves, qtbot: QtBot) -> None:
    fill(curves)
    qtbot.keyClick(curves.loss, Qt.Key.Key_Plus)
    zoomed = curves.loss.span
    assert zoomed == pytest.approx((1.0, 9.0))
    qtbot.keyClick(curves.loss, Qt.Key.Key_Right)
    assert curves.loss.span[0] > zoomed[0]
    qtbot.keyClick(curves.loss, Qt.Key.Key_Home)
    assert curves.loss.span == (0, 10)


def test_hover_reads_values_and_leaving_shows_the_last(curves: Curves) -> None:
    loss = fill(curves)
    plot = curves.loss
    assert plot.surround.readings[0].y == loss[-1]
    mouse(plot, QEvent.Type.MouseMove, at(plot, 2.1), Qt.MouseButton.NoButton)
    train, validation = plot.surround.readings
    assert train.x == pytest.approx(2.1, abs=0.02)
    assert validation.x == 2
    assert curves.accuracy.cursor_at == pytest.approx(2.1, abs=0.02)
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.cursor_at is None
    assert plot.surround.readings[0].y == loss[-1]


def test_the_best_epoch_is_marked(curves: Curves) -> None:
    fill(curves)
    ((best, _),) = curves.loss.surround.best
    assert best.x == curves.accuracy.surround.best[0][0].x == 4
    point = curves.loss.surround.point(curves.loss.area, *best)
    around = QRectF(point.x() - 8, point.y() - 8, 16, 16).toRect()
    assert theme.DARK.validation in colors(curves.loss, around)


def test_a_whole_run_keeps_the_axis_and_a_longer_one_widens_it(curves: Curves) -> None:
    curves.clear(20)
    curves.show_all([(1.0, 2.0, 0.1), (2.0, 1.0, 0.4)], [(1, 2.0, 0.1, 1.5, 0.5, False), (2, 1.0, 0.4, 1.2, 0.6, True)])
    assert curves.loss.full == (0, 20)
    assert [reading.x for reading, _ in curves.loss.surround.best] == [2]
    curves.add_points([(20.5, 0.5, 0.8)])
    assert curves.loss.full == (0, 21)


def test_epochs_alone_are_drawn_too(curves: Curves) -> None:
    curves.show_all([], [(1, 2.0, 0.1, 1.5, 0.5, False), (2, 1.0, 0.4, 1.2, 0.6, True)])
    assert drawn(curves.loss).tolist() == [2.0, 1.0]
    assert drawn(curves.loss, 1).tolist() == [1.5, 1.2]


def test_scales_only_grow_while_a_run_goes_on(curves: Curves) -> None:
    scales = []
    for index in range(1, 60):
        curves.add_points([(index / 10, 2.4 - index / 30, index / 70)])
        scales.append((curves.loss.surround.y_scale, curves.accuracy.surround.y_scale))
    assert set(scales) == {((0.0, 2.5, 0.5), (0.0, 1.0, 0.25))}


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_our_own_menu_and_the_save_button(curves: Curves, qtbot: QtBot) -> None:
    fill(curves)
    with qtbot.waitSignal(curves.save_requested):
        qtbot.mouseClick(button_with(curves, "Save…"), LEFT)
    point = at(curves.loss, 2.0).toPoint()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, curves.loss.viewport().mapToGlobal(point))
    QApplication.sendEvent(curves.loss.viewport(), event)
    menu = next(menu for menu in curves.findChildren(QMenu) if menu.isVisible())
    save, everything, *_ = menu.actions()
    assert not everything.isEnabled()
    with qtbot.waitSignal(curves.save_requested):
        save.trigger()
    menu.close()
    curves.loss.span_asked.emit((1.0, 2.0))
    menu = curves.context_menu()
    menu.actions()[1].trigger()
    assert curves.loss.span == (0, 10)
    menu.close()


def test_colours_follow_the_theme(curves: Curves) -> None:
    fill(curves)
    for look in (theme.LIGHT, theme.DARK):
        theme.apply(QApplication.instance(), look)
        QApplication.processEvents()
        other = {theme.LIGHT: theme.DARK, theme.DARK: theme.LIGHT}[look]
        for part in (curves, *curves.plots):
            assert {look.panel, look.accent, look.validation} <= colors(part)
            assert not {other.panel, other.accent, other.validation} & colors(part)
        assert curves.loss.lines[0].opts["pen"].color().name() == look.accent
        assert curves.loss.lines[1].opts["pen"].color().name() == look.validation


@pytest.mark.parametrize("width", [400, 780, 3600])
def test_any_width_is_drawn(curves: Curves, width: int) -> None:
    fill(curves)
    curves.resize(width, 200)
    QApplication.processEvents()
    assert curves.width() == width
    assert curves.accuracy.geometry().right() <= width
    for plot in curves.plots:
        assert {theme.DARK.accent, theme.DARK.validation} <= colors(plot), "both curves are seen"


@pytest.mark.parametrize(("low", "high", "expected"), [
    (0, 2.43, (0, 2.5, 0.5)), (0, 0.9, (0, 1.0, 0.2)), (0.91, 0.97, (0.9, 0.98, 0.02)), (5, 5, (4.5, 5.5, 0.25)),
    (0, 0, (-0.5, 0.5, 0.25)), (-3, 9, (-5, 10, 5)),
])  # fmt: skip
def test_nice_ranges(low: float, high: float, expected: tuple[float, float, float]) -> None:
    bottom, top, step = nice_range(low, high, 5)
    assert bottom <= low
    assert top >= high
    assert len(tick_values(bottom, top, step)) <= 6
    assert (bottom, top, step) == pytest.approx(expected)


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [420, 460, 520, 780, 1080])
@pytest.mark.parametrize("cursor", [None, 2.0])
def test_the_legend_never_runs_into_the_title(curves: Curves, width: int, cursor: float | None) -> None:
    fill(curves)
    curves.resize(width, 220)
    QApplication.processEvents()
    curves.loss.hovered.emit(cursor)
    for plot in curves.plots:
        frame, area = plot.surround, plot.area
        title, row, style = frame.header(area)
        legend = QRectF(row.right() - frame.legend.width(style), row.top(), frame.legend.width(style), row.height())
        assert not title.intersects(legend)
        assert title.width() >= QFontMetricsF(theme.ui_font(12, QFont.Weight.DemiBold)).horizontalAdvance(frame.title)
        assert legend.left() >= 8
        assert max(title.bottom(), legend.bottom()) < area.top()
    assert curves.loss.area.top() == curves.accuracy.area.top()


@pytest.mark.usefixtures("font")
def test_both_plots_have_names_and_numbers_in_the_same_rows(curves: Curves) -> None:
    """At every width that a window leaves; where they do not fit beside the title they fit below it."""
    fill(curves)
    seen = set()
    for width in range(420, 1100, 20):
        curves.resize(width, 220)
        QApplication.processEvents()
        headers = [plot.surround.header(plot.area) for plot in curves.plots]
        assert all(header.style.names and header.style.numbers for header in headers), width
        assert len({(header.style, header.legend.top()) for header in headers}) == 1, width
        seen.add(headers[0].style.rows)
    assert seen == {1, 2}


@pytest.mark.usefixtures("font")
def test_the_curves_do_not_jump_while_one_reads(curves: Curves) -> None:
    fill(curves)
    for width in range(420, 700, 20):
        curves.resize(width, 220)
        QApplication.processEvents()
        before = curves.loss.area
        curves.loss.hovered.emit(2.0)
        assert curves.loss.area == before
        curves.loss.hovered.emit(None)


def test_a_failing_paint_is_logged_and_harmless(curves: Curves, unforeseen: list[str]) -> None:
    fill(curves)
    before = curves.accuracy.grab().toImage()
    curves.loss.surround.paint_grid = None
    assert theme.DARK.accent in colors(curves.loss), "the lines are drawn all the same"
    assert "drawBackground" in unforeseen[0]
    assert curves.accuracy.grab().toImage() == before
    unforeseen.clear()
    del curves.loss.surround.paint_grid


def test_the_empty_place_can_say_something_else(curves: Curves) -> None:
    curves.set_hint("Getting ready…")
    assert texts(curves) == ["Getting ready…"]
    curves.set_hint()
    assert texts(curves) == ["Press Train: the curves draw themselves here"]


# -- what is seen of a run ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "shown"), [
    ((2.0, 4.0), (2.0, 4.0)), ((-1.0, 1.0), (0.0, 2.0)), ((9.0, 12.0), (7.0, 10.0)), ((5.0, 5.0), (5.0, 5.001)),
    ((0.0, 10.0), None), ((-5.0, 15.0), None), ((0.0, 9.99), (0.0, 9.99)), (None, None),
    ((9.9999, 10.0), (9.999, 10.0)),
])  # fmt: skip
def test_one_zooms_within_the_run(curves: Curves, asked: tuple[float, float] | None,
                                  shown: tuple[float, float] | None) -> None:
    fill(curves)
    curves.accuracy.span_asked.emit((1.0, 2.0))
    curves.loss.span_asked.emit(asked)
    for plot in curves.plots:
        assert plot.span == pytest.approx(shown or (0.0, 10.0))
    menu = curves.context_menu()
    assert menu.actions()[1].isEnabled() == (shown is not None)
    menu.close()


@pytest.mark.parametrize("forget", ["clear", "show_all", "show_series", "begin_member"])
def test_another_run_begins_with_the_whole_axis(curves: Curves, forget: str) -> None:
    fill(curves)
    curves.loss.span_asked.emit((1.0, 2.0))
    curves.loss.hovered.emit(1.5)
    rows = [(1, 1.0, 0.5, 1.0, 0.5, True)]
    arguments = {"clear": (4,), "show_all": ([], rows), "show_series": ([("a", [], rows)],), "begin_member": (0, "a")}
    getattr(curves, forget)(*arguments[forget])
    end = 4.0 if forget == "clear" else 10.0
    assert [(plot.span, plot.full, plot.cursor_at) for plot in curves.plots] == [((0, end), (0, end), None)] * 2
    assert curves.is_empty == (forget in ("clear", "begin_member"))


def test_the_shortest_axis_is_one_epoch(curves: Curves) -> None:
    curves.clear(0)
    assert curves.loss.full == (0, 1)
    curves.add_points([(1.0, 1.0, 0.5)])
    assert curves.loss.full == (0, 1)
    curves.add_points([(1.01, 1.0, 0.5)])
    assert curves.loss.full == (0, 2)


def test_plots_stand_side_by_side_with_their_buttons(curves: Curves) -> None:
    fill(curves)
    save, log = button_with(curves, "Save…"), button_with(curves, "Log")

    def left(widget: QWidget) -> int:
        return widget.mapTo(curves, QPoint()).x()

    assert left(curves.loss) == 16
    assert left(curves.accuracy) - left(curves.loss) - curves.loss.width() == 32
    assert abs(curves.loss.width() - curves.accuracy.width()) <= 1
    assert left(save) > left(curves.accuracy) + curves.accuracy.width()
    assert save.geometry().bottom() < log.y()
    assert save.mapTo(curves, QPoint()).y() < 20
    assert (save.height(), log.height()) == (28, 28)
    assert save.width() == log.width()
    assert [button.toolTip() == button.accessibleName() for button in (save, log)] == [True, True]
    assert log.isCheckable() and not log.isChecked()
    for width, gap, seen in ((840, 32, True), (839, 16, True), (560, 16, True), (559, 16, False)):
        curves.resize(width, 264)
        QApplication.processEvents()
        assert left(curves.accuracy) - left(curves.loss) - curves.loss.width() == gap
        assert save.isVisible() == seen
    assert curves.accuracy.height() > 200


def test_the_second_plot_is_named_and_may_be_missing(curves: Curves) -> None:
    fill(curves)
    assert [plot.surround.titles for plot in curves.plots] == [("Loss", "Accuracy")] * 2
    assert (curves.loss.is_share, curves.accuracy.is_share) == (False, True)
    curves.set_second("RMSE")
    assert curves.loss.surround.titles == ("Loss", "RMSE")
    assert not curves.accuracy.is_share
    curves.set_second(None)
    assert curves.loss.surround.titles == ("Loss",)
    curves.set_second("Accuracy", True)
    assert curves.accuracy.isVisible() and curves.accuracy.is_share


def test_the_key_is_shown_for_a_series_alone(curves: Curves) -> None:
    fill(curves)
    assert not curves.loss.surround.legend.is_key
    assert curves.legend.chips == []
    curves.begin_member(3, "late")
    assert [chip.title for chip in curves.legend.chips] == ["late"]
    curves.add_points([(0.5, 3.0, 0.25), (1.0, 2.0, 0.5)])
    assert curves.loss.surround.legend.is_key and curves.accuracy.surround.legend.is_key
    assert [chip.values for chip in curves.legend.chips] == [(2.0, 0.5)], "not judged yet"
    curves.accuracy.hovered.emit(0.5)
    assert [chip.values for chip in curves.legend.chips] == [(3.0, 0.25)]
    curves.add_epoch(1, 1.0, 0.5, 7.0, 0.75, False)
    curves.accuracy.hovered.emit(None)
    assert [chip.values for chip in curves.legend.chips] == [(7.0, 0.75)]


def test_the_menu_says_how_the_axis_is(curves: Curves) -> None:
    fill(curves)
    for on in (False, True, False):
        curves.set_log(on)
        menu = curves.context_menu()
        assert menu.actions()[2].isChecked() == button_with(curves, "Log").isChecked() == on
        assert (curves.loss.is_log, curves.accuracy.is_log) == (on, False)
        menu.close()
    curves.set_second("RMSE")
    curves.set_log(True)
    assert curves.accuracy.is_log


def test_a_single_run_has_no_legend_above_it(curves: Curves) -> None:
    fill(curves)
    assert not curves.legend.isVisible()
    assert curves.loss.mapTo(curves, QPoint()).y() == 8
    curves.begin_member(0, "a")
    curves.add_points([(0.5, 1.0, 0.5)])
    for _ in range(2):
        QApplication.processEvents()
    assert curves.legend.isVisible()
    assert curves.legend.geometry().bottom() < curves.loss.mapTo(curves, QPoint()).y()
    assert curves.loss.height() > 180


def test_the_words_of_an_empty_page_stand_in_the_middle(curves: Curves) -> None:
    QApplication.processEvents()
    image = curves.grab().toImage()
    ground = image.pixelColor(2, 2)
    spots = [(x, y) for x in range(0, curves.width(), 2) for y in range(curves.height())
             if image.pixelColor(x, y) != ground]
    across, down = [x for x, _ in spots], [y for _, y in spots]
    assert (min(across) + max(across)) / 2 == pytest.approx(curves.width() / 2, abs=5)
    assert (min(down) + max(down)) / 2 == pytest.approx(curves.height() / 2, abs=8)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_saves_shows_all_and_turns_the_axis(curves: Curves, qtbot: QtBot) -> None:
    fill(curves)
    menu = curves.context_menu()
    assert [action.text() for action in menu.actions()] == [
        "Save…", "Show the whole run", "Logarithmic axis", "Axis", "Smoothing"]
    menu.actions()[2].trigger()
    assert curves.loss.is_log and button_with(curves, "Log").isChecked()
    menu.close()
    qtbot.mouseClick(button_with(curves, "Log"), LEFT)
    assert not curves.loss.is_log and not button_with(curves, "Log").isChecked()
    qtbot.keyClick(button_with(curves, "Save…"), Qt.Key.Key_Tab)
    assert [button_with(curves, text).focusPolicy() for text in ("Save…", "Log")] == [Qt.FocusPolicy.StrongFocus] * 2


def test_the_cursor_is_in_both_plots_and_so_are_its_values(curves: Curves) -> None:
    curves.begin_member(0, "a")
    curves.add_epoch(1, 5.0, 0.1, 6.0, 0.2, False)
    curves.add_epoch(2, 4.0, 0.3, 3.0, 0.4, False)
    for plot in curves.plots:
        plot.hovered.emit(1.0)
        assert [each.cursor_at for each in curves.plots] == [1.0, 1.0]
        assert curves.legend.chips[0].values == (6.0, 0.2)
    curves.accuracy.hovered.emit(0.0)
    assert [each.cursor_at for each in curves.plots] == [0.0, 0.0] and curves.legend.chips[0].values == (6.0, 0.2)
    curves.accuracy.hovered.emit(None)
    assert curves.legend.chips[0].values == (3.0, 0.4), "at the end"


# -- one meaning a number ---------------------------------------------------------------------------------------------


def legend_values(plot: Plot) -> list[float | None]:
    return [reading.y if reading else None for reading in plot.surround.readings]


def painted_words(plot: Plot) -> list[str]:
    """All that stands around the curves."""
    QApplication.processEvents()
    frame, area = plot.surround, plot.area
    single = [False] * len(plot.lines)
    paints = (lambda painter: frame.paint_grid(painter, area), lambda painter: frame.paint_header(painter, area, False),
              lambda painter: frame.paint_marks(painter, area, single))
    return [word for paint in paints for word in words(painted(paint))]


def test_a_run_that_was_stopped_within_its_first_epoch_has_no_best_one(curves: Curves) -> None:
    curves.clear(9)
    curves.add_points([(0.01, 2.3, 0.1), (0.02, 2.2, 0.1)])
    curves.add_epoch(0.02, 2.25, 0.1, 2.2, 0.12, True)
    curves.set_over(True)
    assert curves.loss.surround.rest == (0.02, "stopped at epoch 1 · 2 %")


def test_changes_of_the_rate_that_are_close_together_are_all_named(curves: Curves) -> None:
    curves.resize(900, 260)
    curves.clear(10)
    curves.add_points([(place, 2.0, 0.1) for place in range(10)])
    for place, rate in ((2.0, "0.01"), (2.1, "0.003"), (7.0, "0.1")):
        curves.add_mark(place, f"lr {rate}", holds=True)
    assert [word for word in painted_words(curves.loss) if word.startswith("lr")] == ["lr 0.01", "lr 0.003", "lr 0.1"]


def test_when_a_run_is_over_the_legend_has_the_best_epochs_own_numbers(curves: Curves) -> None:
    curves.clear(3)
    curves.add_points([(0.5, 3.0, 0.1), (1.0, 2.0, 0.2), (2.0, 0.9, 0.5), (3.0, 0.7, 0.6)])
    for epoch, (loss, validation) in enumerate(((2.5, 2.2), (1.4, 1.1), (0.8, 1.3)), 1):
        curves.add_epoch(epoch, loss, 0.1 * epoch, validation, 0.2 * epoch, epoch <= 2)
    assert legend_values(curves.loss) == [0.7, 1.3] and curves.loss.surround.rest.text == "latest"
    curves.set_over(True)
    assert legend_values(curves.loss) == [1.4, 1.1], "the mean of the epoch, as the tables have it"
    assert legend_values(curves.accuracy) == [0.2, 0.4]
    assert curves.loss.surround.rest == (2.0, "best epoch 2")
    curves.loss.hovered.emit(3.0)
    assert legend_values(curves.loss) == [0.7, 1.3]
    assert "epoch 3" in painted_words(curves.loss) and "best epoch 2" not in painted_words(curves.loss)
    curves.loss.hovered.emit(None)
    assert "best epoch 2" in painted_words(curves.loss)
    curves.clear(3)
    assert curves.loss.surround.rest is None


def test_without_validation_there_is_one_curve_and_the_last_epoch_counts(curves: Curves) -> None:
    nan = float("nan")
    curves.show_all([], [(1, 2.0, 0.1, nan, nan, False), (2, 1.0, 0.4, nan, nan, False)])
    curves.set_over(True)
    assert len(curves.loss.lines) == 1 and legend_values(curves.loss) == [1.0]
    assert curves.loss.surround.rest == (2.0, "epoch 2")


def test_what_was_asked_for_beside_validation_has_curves_of_its_own(curves: Curves) -> None:
    nan = float("nan")
    curves.show_all([], [(1, 2.0, 0.1, 1.9, 0.2, False, 1.8, 0.3, 1.7, 0.4), (2, 1.0, 0.5, 0.9, 0.6, True, 0.8, 0.7,
                                                                             0.75, 0.65)])
    curves.set_over(True)
    assert [line.yData.tolist() for line in curves.loss.lines] == [[2.0, 1.0], [1.9, 0.9], [1.8, 0.8], [1.7, 0.75]]
    assert legend_values(curves.accuracy) == [0.5, 0.6, 0.7, 0.65]
    said = painted_words(curves.loss)
    assert all(name in said for name in ("train", "validation", "train after", "test"))
    patterns = [tuple(line.opts["pen"].dashPattern()) for line in curves.loss.lines]
    assert len(set(patterns)) == 4, "told apart without colours"
    curves.show_all([], [(1, 2.0, 0.1, 1.9, 0.2, True, nan, nan, 1.7, 0.4)])
    assert [line.yData.tolist() for line in curves.loss.lines] == [[2.0], [1.9], [1.7]]


@pytest.mark.parametrize("width", [420, 600, 1080])
def test_four_names_and_numbers_find_room(qtbot: QtBot, width: int) -> None:
    curves = in_front(qtbot, Curves(), width, 264)
    curves.show_all([], [(1, 2.0, 0.1, 1.9, 0.2, True, 1.8, 0.3, 1.7, 0.4)])
    for plot in curves.plots:
        header = plot.surround.header(plot.area)
        assert header.legend.right() - plot.surround.legend.width(header.style) >= -1
        assert header.legend.bottom() <= plot.area.top()


def test_a_changed_learning_rate_is_marked_and_read(curves: Curves) -> None:
    fill(curves)
    curves.add_mark(2.5, "lr 0.01", holds=True)
    assert "lr 0.01" in painted_words(curves.loss) and "lr 0.01" in painted_words(curves.accuracy)
    mouse(curves.loss, QEvent.Type.MouseMove, at(curves.loss, 2.0), Qt.MouseButton.NoButton)
    assert not any(" · lr" in text for text in painted_words(curves.loss)), "not changed yet"
    mouse(curves.loss, QEvent.Type.MouseMove, at(curves.loss, 3.0), Qt.MouseButton.NoButton)
    assert any(text.endswith(" · lr 0.01") for text in painted_words(curves.loss))
    curves.clear(5)
    fill(curves)
    assert "lr 0.01" not in painted_words(curves.loss)


def test_no_number_of_the_axis_is_half_hidden_by_the_epoch_that_is_read(curves: Curves) -> None:
    fill(curves, epochs=5)
    curves.set_over(True)
    said = painted_words(curves.loss)
    assert "best epoch 4" in said and "4" not in said and "0" in said
