"""The way into a block: steps that lead out, room for many of them, what is said about a level."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.seen import colors
from widgets.frame.breadcrumbs import Breadcrumbs
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def crumbs(qtbot: QtBot) -> Breadcrumbs:
    theme.apply(QApplication.instance(), theme.DARK)
    crumbs = Breadcrumbs()
    qtbot.addWidget(crumbs)
    crumbs.resize(900, crumbs.height())
    crumbs.show()
    return crumbs


def reading_order(crumbs: Breadcrumbs) -> list[str]:
    """What one reads from left to right."""
    signs = [label for label in crumbs.findChildren(QLabel) if label.text() == "›"]
    shown = [widget for widget in (*crumbs.steps, *signs, crumbs.more, crumbs.here) if widget.isVisible()]
    crumbs.layout().activate()
    return [widget.text() for widget in sorted(shown, key=lambda widget: widget.x())]


def test_steps_are_read_in_order_and_lead_out(qtbot: QtBot, crumbs: Breadcrumbs) -> None:
    crumbs.show_levels(["lenet", "residual1 ×2", "a & b"])
    assert reading_order(crumbs) == ["lenet", "›", "residual1 ×2", "›", "a & b"]
    for depth in (1, 0):
        with qtbot.waitSignal(crumbs.level_requested) as asked:
            QTest.mouseClick(crumbs.steps[depth], LEFT)
        assert asked.args == [depth]
    crumbs.show_levels(["lenet", "stem"])
    assert reading_order(crumbs) == ["lenet", "›", "stem"]
    crumbs.show_levels(["a & b", "stem"])
    assert crumbs.steps[0].text() == "a && b", "no letter becomes a shortcut"


def test_many_levels_leave_the_first_and_the_last(qtbot: QtBot, crumbs: Breadcrumbs) -> None:
    titles = ["network", *(f"a_rather_long_name_{index}" for index in range(8))]
    crumbs.show_levels(titles)
    read = reading_order(crumbs)
    assert read[0] == "network" and read[-1] == titles[-1] and "…" in read
    assert crumbs.here.geometry().right() < crumbs.width() - 100
    hidden = crumbs.more.menu().actions()
    assert [action.text() for action in hidden] == titles[1 : 1 + len(hidden)]
    assert set(read) - {"›", "…"} | {action.text() for action in hidden} == set(titles)
    with qtbot.waitSignal(crumbs.level_requested) as asked:
        hidden[1].trigger()
    assert asked.args == [2]
    crumbs.resize(3000, crumbs.height())
    assert [word for word in reading_order(crumbs) if word not in "›…"] == titles


def test_a_note_stands_at_the_right_with_the_button_where_it_helps(qtbot: QtBot, crumbs: Breadcrumbs) -> None:
    crumbs.show_levels(["lenet", "residual1"])
    crumbs.show_note("Made from its parameters", offers_own=True)
    assert crumbs.own.isVisible() and crumbs.note.property("role") == "dim"
    with qtbot.waitSignal(crumbs.own_requested):
        QTest.mouseClick(crumbs.own, LEFT)
    crumbs.show_note("The network has 2 ends", is_error=True)
    assert not crumbs.own.isVisible() and crumbs.note.property("role") == "error"
    assert crumbs.note.geometry().left() > crumbs.here.geometry().right()


def test_it_follows_the_theme(crumbs: Breadcrumbs) -> None:
    crumbs.show_levels(["lenet", "residual1"])
    for look, other in ((theme.LIGHT, theme.DARK), (theme.DARK, theme.LIGHT)):
        theme.apply(QApplication.instance(), look)
        assert {look.panel, look.text} <= colors(crumbs) and other.panel not in colors(crumbs)
