"""All curves on one axis: who leads, who was stopped, and whom the mouse finds."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests import mouse
from tests.in_front import in_front
from tests.redrawn import is_redrawn
from tests.seen import colors
from tests.widgets.sweep.cases import SMALL, curve, shows
from widgets.look import theme
from widgets.sweep.race import Race, limits
from widgets.sweep.tones import tone
from widgets.sweep.values import SweepShown

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


@pytest.fixture
def race(qtbot: QtBot) -> Race:
    race = in_front(qtbot, Race(), 480, 260)
    race.show_sweep(SMALL)
    QApplication.processEvents()
    return race


def around(point: QPointF, size: int = 9) -> QRect:
    return QRect(point.toPoint() - QPoint(size // 2, size // 2), QSize(size, size))


def move(race: Race, at: QPointF) -> None:
    QTest.mouseMove(race, at.toPoint() + QPoint(0, 1))
    QTest.mouseMove(race, at.toPoint())


def test_the_mouse_finds_a_curve_names_it_and_lets_it_go(race: Race) -> None:
    found: list[str] = []
    race.hovered.connect(found.append)
    assert race.readout.startswith("lr 0.1 · SGD") and race.readout.endswith("0.9500"), "the leader, at rest"
    move(race, race.point(2, 0.7))
    assert found == ["a"] and race.readout.startswith("lr 0.01 · SGD")
    move(race, race.point(3.5, 0.85))
    assert found == ["a"], "between two points of it"
    move(race, race.point(4, 0.6))
    assert found == ["a", ""]
    move(race, race.point(2, 0.6))
    assert found[-1] == "b"
    QApplication.sendEvent(race, QEvent(QEvent.Type.Leave))
    assert found[-1] == "" and race.readout.endswith("0.9500")


def test_a_click_selects_and_with_ctrl_one_more(race: Race) -> None:
    chosen: list[list[str]] = []
    opened: list[str] = []
    race.selected.connect(chosen.append)
    race.activated.connect(opened.append)
    mouse.click(race, race.point(2, 0.7).toPoint())
    QTest.mouseClick(race, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier,
                     race.point(3, 0.95).toPoint())
    assert chosen == [["a"], ["a", "d"]]
    QApplication.sendEvent(race, QEvent(QEvent.Type.Leave))
    assert shows(race, theme.DARK.accent, around(race.point(2, 0.7)))
    mouse.double_click(race, race.point(3, 0.95).toPoint())
    assert opened == ["d"]
    mouse.click(race, race.point(4, 0.6).toPoint())
    assert chosen[-1] == [], "beside all lines: none"


def test_what_ended_early_has_a_cross_and_what_trains_a_dot(race: Race) -> None:
    assert shows(race, theme.DARK.error, around(race.point(2, 0.3))), "diverged"
    assert shows(race, theme.DARK.dim, around(race.point(2, 0.6))), "stopped"
    assert shows(race, tone(1.0).name(), around(race.point(3, 0.95))), "the leader trains"
    assert not shows(race, theme.DARK.error, around(race.point(4, 0.9)))


def test_the_leader_is_drawn_stronger_than_the_others(race: Race) -> None:
    assert race.pen("d").widthF() > 1.5 * race.pen("a").widthF()
    theme_panel, stopped, done = theme.color("panel"), race.color("b"), race.color("a")
    assert abs(stopped.lightnessF() - theme_panel.lightnessF()) < abs(done.lightnessF() - theme_panel.lightnessF())


def test_the_axis_has_room_for_the_epochs_that_are_planned_and_for_results_but_outliers(race: Race) -> None:
    assert race.point(4, 0.9).x() == pytest.approx(race.area.right())
    low, high = limits(SMALL) or (0, 0)
    assert low <= 0.5 and high == 0.95
    wild = replace(SMALL.members[2], best=1e30, curve=curve(0.5, 1e30, math.inf, math.nan, -1e30))
    others = [replace(SMALL.members[0], key=f"x{at}", best=0.9 + at / 1000) for at in range(6)]
    race.show_sweep(replace(SMALL, members=(wild, *others), larger_is_better=False))
    race.grab()
    assert (limits(race.shown) or (0, 0))[1] < 1
    assert race.area.adjusted(-1, -1, 1, 1).contains(race.point(2, 1e30))
    move(race, race.point(4, 0.9))
    assert race.lit.startswith("x")


def test_nothing_yet_is_said(race: Race) -> None:
    race.show_sweep(SweepShown())
    image = race.grab().toImage()
    middle = image.copy(around(QPointF(race.rect().center()), 200).intersected(race.rect()))
    assert theme.DARK.dim in colors(middle)
    assert race.readout == "" and race.leading == ""
    move(race, QPointF(race.rect().center()))
    assert race.lit == ""


def test_only_what_differs_is_drawn_anew(race: Race) -> None:
    assert is_redrawn(race, lambda: race.show_sweep(replace(SMALL, members=SMALL.members[1:])))
    assert not is_redrawn(race, lambda: race.show_sweep(replace(SMALL, members=SMALL.members[1:])))
    assert is_redrawn(race, lambda: race.light("b"))
    assert not is_redrawn(race, lambda: race.light("b"))


def test_another_theme_is_put_on(race: Race) -> None:
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    assert {theme.LIGHT.panel, theme.LIGHT.line} <= colors(race) and theme.DARK.panel not in colors(race)


def test_it_is_as_sharp_as_the_screen(race: Race) -> None:
    image = QImage(race.size() * 2, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2)
    image.fill(0)
    race.render(image)
    assert race.grab().toImage().size() == race.size()
    assert tone(1.0).name() in colors(image)
