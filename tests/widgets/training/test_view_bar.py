"""The controls of the curves, by hand and by keyboard, and how many of them there is room for."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.mouse import click, middle
from tests.seen import button_with
from tests.widgets.training.overlay_hands import level, own, settle, ways
from widgets.plot.view_options import ViewOptions
from widgets.training.curves import Curves
from widgets.training.smooth_popup import SmoothPopup

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def curves(qtbot: QtBot) -> Curves:
    curves = in_front(qtbot, Curves(), 1000, 560)
    own(curves)
    curves.set_ways(ways(6))
    return curves


@pytest.fixture
def chosen(curves: Curves) -> list[ViewOptions]:
    heard: list[ViewOptions] = []
    curves.view_changed.connect(heard.append)
    return heard


def in_sight(curves: Curves) -> list[QToolButton]:
    QApplication.processEvents()
    return [button for button in curves.findChildren(QToolButton) if button.isVisible()]


def named(curves: Curves) -> list[str]:
    """What stands on the buttons, from left to right or from the top to the bottom."""
    buttons = sorted(in_sight(curves), key=lambda button: (button.mapTo(curves, QPoint()).x() // 9,
                                                           button.mapTo(curves, QPoint()).y()))
    return [button.text() for button in buttons]


def menu_of(curves: Curves, button: QAbstractButton) -> QMenu:
    """The menu that a button opens by the keyboard."""
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    return next(menu for menu in curves.findChildren(QMenu) if menu.isVisible())


def popup_of(curves: Curves) -> SmoothPopup:
    return next(popup for popup in curves.findChildren(SmoothPopup) if popup.isVisible())


def test_they_stand_in_the_line_of_the_first_title(curves: Curves) -> None:
    assert named(curves) == ["Smooth", "Log", "Epochs ▾", "Save…"]
    curves.show_others([level("a", 0.5)])
    assert named(curves) == ["Validation ▾", "Smooth", "Log", "Epochs ▾", "Save…"]
    curves.set_view(ViewOptions("time", 0.6, True, "both"))
    assert named(curves) == ["Both ▾", "Smooth 0.6", "Log", "Time ▾", "Save…"]
    assert button_with(curves, "Log").isChecked()
    curves.show_others([])
    assert named(curves) == ["Smooth 0.6", "Log", "Time ▾", "Save…"]


def test_a_view_can_be_remembered(curves: Curves, chosen: list[ViewOptions]) -> None:
    view = ViewOptions("steps", 0.85, True, "training")
    curves.set_view(view)
    assert curves.view == view and chosen == [], "only what a hand does is told"
    assert ViewOptions(*tuple(view)) == view


@pytest.mark.parametrize(("given", "kept"), [(-1, 0), (0.6, 0.6), (0.995, 0.99), (5, 0.99), (0.123, 0.12),
                                             (float("nan"), 0.0)])
def test_smoothing_is_never_everything(curves: Curves, given: float, kept: float) -> None:
    curves.set_smoothing(given)
    assert curves.view.smoothing == kept


def test_the_axis_is_chosen_from_a_menu_by_the_keyboard(curves: Curves, chosen: list[ViewOptions]) -> None:
    menu = menu_of(curves, button_with(curves, "Epochs ▾"))
    assert [(action.text(), action.isChecked()) for action in menu.actions()] == [
        ("Epochs", True), ("Steps", False), ("Time", False)]
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(menu, key)
    assert chosen == [ViewOptions("time")] and curves.loss.full == (0, 60)
    menu = menu_of(curves, button_with(curves, "Time ▾"))
    menu.actions()[2].trigger()
    menu.close()
    assert len(chosen) == 1, "it is so already"


def test_which_curves_is_chosen_from_a_menu(curves: Curves, chosen: list[ViewOptions]) -> None:
    curves.show_others([level("a", 0.5)])
    menu = menu_of(curves, button_with(curves, "Validation ▾"))
    assert [action.text() for action in menu.actions()] == ["Validation", "Training", "Both"]
    menu.actions()[1].trigger()
    menu.close()
    assert chosen == [ViewOptions(what="training")] and curves.loss.view.what == "training"


def test_log_is_a_click(curves: Curves, chosen: list[ViewOptions]) -> None:
    click(curves, middle(button_with(curves, "Log")))
    click(curves, middle(button_with(curves, "Log")))
    assert [view.log for view in chosen] == [True, False] and not curves.loss.is_log


def test_smoothing_is_a_slider_that_the_keyboard_moves(curves: Curves, chosen: list[ViewOptions], qtbot: QtBot) -> None:
    button = button_with(curves, "Smooth")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    popup = popup_of(curves)
    slider = popup.findChild(QSlider)
    assert slider is popup.slider and slider.accessibleName() == "Smoothing" and slider.hasFocus()
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: bool(chosen))
    assert curves.view.smoothing == 0.11 and named(curves)[0] == "Smooth 0.11"
    assert [view.smoothing for view in chosen] == [0.11], "both steps at once"
    qtbot.keyClick(slider, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: curves.view.smoothing == 0.99)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: curves.view.smoothing == 0.0)
    qtbot.keyClick(slider, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not any(each.isVisible() for each in curves.findChildren(SmoothPopup)))


def test_what_was_moved_just_before_the_end_counts(curves: Curves, chosen: list[ViewOptions], qtbot: QtBot) -> None:
    button_with(curves, "Smooth").click()
    popup = popup_of(curves)
    qtbot.keyClick(popup.slider, Qt.Key.Key_PageUp)
    qtbot.keyClick(popup.slider, Qt.Key.Key_Escape)
    assert [view.smoothing for view in chosen] == [0.1]


def test_the_context_menu_has_all_of_it(curves: Curves, chosen: list[ViewOptions]) -> None:
    curves.show_others([level("a", 0.5)])
    menu = curves.context_menu()
    entries = {action.text(): action for action in menu.actions()}
    assert list(entries)[3:] == ["Axis", "Smoothing", "Other runs"]
    smoothing = entries["Smoothing"].menu().actions()
    assert [action.text() for action in smoothing] == ["None", "0.3", "0.6", "0.8", "0.9", "0.95", "Another…"]
    smoothing[2].trigger()
    entries["Axis"].menu().actions()[1].trigger()
    entries["Other runs"].menu().actions()[2].trigger()
    entries["Logarithmic axis"].trigger()
    assert chosen[-1] == curves.view == ViewOptions("steps", 0.6, True, "both") and len(chosen) == 4
    menu.close()


def test_each_control_has_a_name_and_is_reached_by_the_keyboard(curves: Curves) -> None:
    curves.show_others([level("a", 0.5)])
    buttons = in_sight(curves)
    assert len(buttons) == 5 and len({button.accessibleName() for button in buttons}) == 5
    assert all(button.accessibleName() and button.focusPolicy() == Qt.FocusPolicy.StrongFocus for button in buttons)


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("size", [(570, 400), (700, 420), (760, 500), (980, 520), (1080, 264), (780, 130)])
def test_they_lie_over_no_word_and_what_has_no_room_is_in_a_menu(curves: Curves, size: tuple[int, int]) -> None:
    curves.set_smoothing(0.99)
    curves.show_others([level("a", 0.5)])
    curves.resize(*size)
    buttons = in_sight(curves)
    places = [QRect(button.mapTo(curves, QPoint()), button.size()) for button in buttons]
    for plot in curves.plots:
        assert {"train", "validation"} <= {plot.surround.legend._name(kind, plot.surround.header(plot.area).style)
                                           for kind in (0, 1)} or plot.surround.header(plot.area).style.short
        header, corner = plot.surround.header(plot.area), plot.mapTo(curves, QPoint())
        legend = header.legend.translated(corner).toRect()
        legend.setLeft(legend.right() - int(plot.surround.legend.width(header.style)))
        places.append(legend)
    assert all(curves.rect().contains(each) for each in places)
    assert not any(one.intersects(other) for one, other in combinations(places, 2))
    shown = {button.text() for button in buttons}
    assert {"Log", "Save…"} <= shown
    assert len(shown) == 5 or "⋯" in shown or size[0] < 600
    assert len(shown) >= 4 or size[0] < 900 or size[1] < 200
    assert all(button.width() >= button.minimumSizeHint().width() for button in buttons)


def test_the_menu_of_what_has_no_room(curves: Curves, chosen: list[ViewOptions], qtbot: QtBot) -> None:
    curves.resize(600, 400)
    curves.show_others([level("a", 0.5)])
    QApplication.processEvents()
    menu = menu_of(curves, button_with(curves, "⋯"))
    assert "Smoothing" in [action.text() for action in menu.actions()]
    entry = next(action for action in menu.actions() if action.text() == "Smoothing")
    entry.menu().actions()[-1].trigger()
    menu.close()
    popup = popup_of(curves)
    assert QApplication.primaryScreen().availableGeometry().contains(popup.geometry())
    popup.close()


def test_buttons_do_not_move_while_points_arrive_or_one_reads(curves: Curves) -> None:
    curves.show_others([level("a", 0.5)])
    curves.set_smoothing(0.6)
    settle(curves)
    before = [button.geometry() for button in in_sight(curves)], curves.loss.area
    curves.add_points([(6.5, 0.2, 0.1)])
    curves.loss.hovered.emit(3.0)
    assert ([button.geometry() for button in in_sight(curves)], curves.loss.area) == before
