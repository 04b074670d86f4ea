"""The way into a block: steps that lead out, room for many of them, what is said about a level."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.seen import colors
from widgets.frame.breadcrumbs import HEIGHT, ROOM_FOR_NOTE, Breadcrumbs
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def crumbs(qtbot: QtBot) -> Breadcrumbs:
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


LONG = ["network", *(f"a_rather_long_name_{index}" for index in range(8))]


def hidden_titles(crumbs: Breadcrumbs) -> list[str]:
    return [action.text() for action in crumbs.more.menu().actions()]


def test_steps_go_into_the_menu_one_by_one_while_the_note_keeps_its_room(crumbs: Breadcrumbs) -> None:
    crumbs.show_levels(LONG)
    crumbs.show_note("Made from its parameters")
    counts = []
    for width in range(2000, 600, -7):
        crumbs.resize(width, crumbs.height())
        crumbs.layout().activate()
        gone = hidden_titles(crumbs)
        counts.append(len(gone))
        assert gone == LONG[1 : 1 + len(gone)] and crumbs.more.isVisible() == bool(gone)
        read = reading_order(crumbs)
        assert read == (["network", "›", *["…", "›"] * bool(gone)] + [
            word for title in LONG[1 + len(gone) : -1] for word in (title, "›")] + [LONG[-1]])
        if len(gone) < len(LONG) - 2:
            assert crumbs.note.width() >= ROOM_FOR_NOTE
        if gone:  # one more would not have had room
            step = crumbs.steps[len(gone)]
            assert crumbs.note.width() - step.sizeHint().width() < ROOM_FOR_NOTE + 60
    assert counts == sorted(counts) and set(counts) == set(range(max(counts) + 1)) and max(counts) > 4


@pytest.fixture
def crowded(crumbs: Breadcrumbs, qtbot: QtBot) -> Iterator[Breadcrumbs]:
    """With many levels and no room for any."""
    host = QWidget()
    qtbot.addWidget(host)
    crumbs.setParent(host)
    host.resize(60, crumbs.height())
    host.show()
    crumbs.show()
    crumbs.show_levels(LONG)
    crumbs.resize(60, crumbs.height())
    yield crumbs
    crumbs.setParent(None)


def test_in_no_room_at_all_the_first_and_the_last_stay(crowded: Breadcrumbs) -> None:
    crumbs = crowded
    assert reading_order(crumbs) == ["network", "›", "…", "›", LONG[-1]]
    assert hidden_titles(crumbs) == LONG[1:-1]


def test_the_menu_opens_at_once_and_each_of_its_levels_is_asked_for(crowded: Breadcrumbs) -> None:
    crumbs, asked = crowded, []
    crumbs.level_requested.connect(asked.append)
    for action in crumbs.more.menu().actions():
        action.trigger()
    assert asked == list(range(1, 8))
    assert crumbs.more.popupMode() == QToolButton.ToolButtonPopupMode.InstantPopup


def test_larger_letters_leave_room_for_fewer_steps(crumbs: Breadcrumbs) -> None:
    crumbs.show_levels(LONG[:5])
    crumbs.resize(1100, crumbs.height())
    assert hidden_titles(crumbs) == []
    crumbs.setStyleSheet("QPushButton { font-size: 26px; }")
    assert hidden_titles(crumbs)


def test_the_same_way_keeps_its_steps_and_another_leaves_none_behind(crumbs: Breadcrumbs) -> None:
    crumbs.show_levels(["lenet", "residual1", "conv"])
    steps = list(crumbs.steps)
    crumbs.show_levels(["lenet", "residual1", "conv"])
    assert crumbs.steps == steps and crumbs.titles == ("lenet", "residual1", "conv")
    crumbs.show_levels(["lenet", "stem"])
    shown = [button.text() for button in crumbs.findChildren(QPushButton) if button.isVisible() and button.text()]
    assert sorted(shown) == ["Make it my own", "lenet"]
    crumbs.show_levels([])
    assert (reading_order(crumbs), crumbs.steps, crumbs.here.text()) == ([""], [], "")


def test_a_name_is_shown_as_it_is_written_and_stands_out(crumbs: Breadcrumbs) -> None:
    crumbs.show_levels(["lenet", "<b>stem</b>"])
    metrics = QFontMetrics(crumbs.here.font())
    assert crumbs.here.font().weight() == QFont.Weight.DemiBold
    assert crumbs.here.sizeHint().width() >= metrics.horizontalAdvance("<b>stem</b>")


def test_the_note_stands_at_the_right_in_its_colour(crumbs: Breadcrumbs) -> None:
    look = theme.current()
    crumbs.show_levels(["lenet", "residual1"])
    for is_error, tone, other in ((False, look.dim, look.error), (True, look.error, look.dim), (False, look.dim,
                                                                                               look.error)):
        crumbs.show_note("MMMM", is_error)
        QApplication.processEvents()
        wide, high = crumbs.note.width(), crumbs.note.height()
        assert tone in colors(crumbs.note) and other not in colors(crumbs.note)
        assert len(colors(crumbs.note, QRect(0, 0, wide // 2, high))) == 1, "nothing at its left"
        assert len(colors(crumbs.note, QRect(wide - 60, 0, 60, high))) > 1
    crumbs.show_note("MMMM", offers_own=True)
    crumbs.layout().activate()
    right = crumbs.own.geometry()
    assert crumbs.note.geometry().right() < right.left() and right.right() > crumbs.width() - 20
    assert right.width() == crumbs.own.sizeHint().width()
    assert crumbs.steps[0].width() == crumbs.steps[0].sizeHint().width()


def test_a_line_parts_it_from_the_canvas(crumbs: Breadcrumbs) -> None:
    crumbs.show_levels(["lenet", "stem"])
    image, look = crumbs.grab().toImage(), theme.current()
    high, wide = crumbs.height(), crumbs.width()
    assert high == HEIGHT
    assert [image.pixelColor(x, high - 1).name() for x in (0, 300, wide - 1)] == [look.line] * 3
    assert [image.pixelColor(*spot).name() for spot in ((0, 0), (wide - 1, 0), (300, high - 2))] == [look.panel] * 3
