"""The chips of several runs: colours, words, what is hidden, where each stands."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.seen import colors
from widgets.look import theme
from widgets.plot.member_legend import EDGE, SWATCH, MemberLegend
from widgets.plot.members import Member, member_color

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def legend(qtbot: QtBot) -> MemberLegend:
    theme.apply(QApplication.instance(), theme.DARK)
    legend = MemberLegend()
    legend.resize(360, 120)
    qtbot.addWidget(legend)
    legend.show_members([Member("decay 0"), Member("decay 3"), Member("a very long title of a run that is cut")])
    with qtbot.waitActive(legend):
        legend.activateWindow()
    return legend


def test_each_run_has_a_chip_of_its_own_in_its_colour(legend: MemberLegend) -> None:
    places = [QRect(chip.mapTo(legend, QPoint()), chip.size()) for chip in legend.chips]
    assert [chip.title for chip in legend.chips] == ["decay 0", "decay 3", "a very long title of a run that is cut"]
    assert all(chip.isVisible() for chip in legend.chips) and all(legend.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for one, other in combinations(places, 2))
    for index, chip in enumerate(legend.chips):
        swatch = colors(chip, QRect(EDGE, 0, SWATCH, chip.height()))
        assert member_color(index).name() in swatch and member_color(index + 1).name() not in swatch


def test_a_hidden_run_is_dim_and_its_number_is_gone(legend: MemberLegend, qtbot: QtBot) -> None:
    chip = legend.chips[1]
    legend.show_values([None, 0.5, None])
    assert chip.value == 0.5
    with qtbot.waitSignal(legend.toggled) as asked:
        qtbot.mouseClick(chip, LEFT)
    assert asked.args == [1, False]
    seen = colors(chip)
    assert member_color(1).name() not in seen and QColor(theme.current().text).name() not in seen
    with qtbot.waitSignal(legend.toggled) as asked:
        qtbot.mouseClick(chip, LEFT)
    assert asked.args == [1, True] and member_color(1).name() in colors(chip)


def test_where_the_keyboard_is_there_is_a_ring(legend: MemberLegend) -> None:
    first, second, _ = legend.chips
    first.setFocus()
    accent = QColor(theme.current().accent).name()
    edge = QRect(first.width() // 2, 0, 20, 4)
    assert accent in colors(first, edge) and accent not in colors(second, edge)


def test_other_runs_take_the_place_of_the_ones_before(legend: MemberLegend) -> None:
    before = legend.chips
    legend.show_members([Member("decay 0"), Member("decay 3"), Member("a very long title of a run that is cut")])
    assert legend.chips is before, "the same titles: the same chips"
    hidden = Member("k = 1")
    hidden.is_shown = False
    legend.show_members([hidden])
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [(chip.title, chip.isChecked(), chip.isVisible()) for chip in legend.chips] == [("k = 1", False, True)]
    legend.show_members([])
    assert not legend.isVisible()
