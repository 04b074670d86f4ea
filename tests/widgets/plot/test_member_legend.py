"""The chips of several runs: colours, words, what is hidden, where each stands."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.painted import drawn, of
from tests.redrawn import is_redrawn
from tests.seen import colors
from widgets.look import theme
from widgets.plot.member_legend import EDGE, SWATCH, Chip, MemberLegend
from widgets.plot.members import Member, member_color

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def legend(qtbot: QtBot) -> MemberLegend:
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
    legend.show_values([(None,), (0.5,), (None,)], ["Loss"])
    assert chip.values == (0.5,)
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


def test_the_face_of_a_chip(legend: MemberLegend) -> None:
    dark, chip = theme.DARK, legend.chips[1]
    legend.chips[0].setFocus()
    legend.show_values([(0.25,), (0.5,), (None,)], ["Loss"])
    line, title, number = (mark for mark in drawn(chip) if mark.kind != "box")
    assert (line.place, line.pen, line.width) == (QRectF(6, 12, 20, 0), member_color(1).name(), 3)
    room = QRectF(33, 0, chip.width() - 33 - 6, 24)
    assert (title.text, title.place, title.pen) == ("decay 3", room, dark.text)
    assert (number.text, number.place, number.pen) == ("0.500", room, dark.dim)
    assert (title.font.family(), title.font.pixelSize(), title.font.strikeOut()) == (
        theme.ui_font(11).family(), 11, False)
    assert (number.font.family(), number.font.pixelSize()) == (theme.mono_font(11).family(), 11)
    assert line.smooth
    [ring] = of("box", drawn(legend.chips[0]))
    assert (ring.place, ring.pen, ring.width) == (
        QRectF(0.5, 1.5, legend.chips[0].width() - 1, 21), dark.accent, 1)
    chip.setChecked(False)
    line, title = (mark for mark in drawn(chip) if mark.kind != "box")
    assert (line.pen, title.pen, title.font.strikeOut()) == (dark.line, dark.dim, True)
    assert [mark.text for mark in of("text", drawn(legend.chips[2]))][1] == "–"


@pytest.mark.parametrize(("under", "focused", "ring"), [
    (False, False, None), (True, False, "line"), (False, True, "accent"), (True, True, "accent")])
def test_the_ring_of_a_chip(legend: MemberLegend, monkeypatch: pytest.MonkeyPatch, under: bool, focused: bool,
                            ring: str | None) -> None:
    monkeypatch.setattr(Chip, "underMouse", lambda _self: under)
    (legend.chips[0] if focused else legend.chips[1]).setFocus()
    assert [mark.pen for mark in of("box", drawn(legend.chips[0]))] == [
        theme.color(token).name() for token in [ring] if token]


def test_a_chip_has_room_for_its_words_up_to_a_width(legend: MemberLegend) -> None:
    words = QFontMetricsF(theme.ui_font(11)).horizontalAdvance
    number = QFontMetricsF(theme.mono_font(11)).horizontalAdvance("0.000")
    for chip in legend.chips:
        widest = theme.letters(theme.ui_font(11), 28.7)
        wide = 12 + 20 + 14 + min(widest, words(chip.title)) + number
        assert chip.sizeHint().width() == pytest.approx(wide, abs=0.6)
        assert chip.minimumSizeHint() == chip.sizeHint() == QSize(chip.width(), 24)
        title, _ = of("text", drawn(chip))
        assert words(title.text) <= widest
        assert words(title.text) + 7 + number <= title.place.width() + 0.6, "they do not touch"
        assert chip.title in chip.toolTip() and "Click to hide or show this run" in chip.toolTip()
    assert of("text", drawn(legend.chips[2]))[0].text.endswith("…")
    assert of("text", drawn(legend.chips[1]))[0].text == "decay 3"


def test_a_number_is_drawn_when_it_is_another(legend: MemberLegend) -> None:
    first = legend.chips[0]
    assert is_redrawn(first, lambda: legend.show_values([(0.5,), (None,), (None,)], ["Loss"]))
    assert not is_redrawn(first, lambda: legend.show_values([(0.5,), (0.25,), (None,)], ["Loss"]))
    assert is_redrawn(first, lambda: legend.show_values([(None,)], ["Loss"]))
    assert legend.chips[1].values == (0.25,)


def test_keys_hide_a_run_too(legend: MemberLegend, qtbot: QtBot) -> None:
    first, second, _ = legend.chips
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    with qtbot.waitSignal(legend.toggled) as asked:
        QTest.keyClick(second, Qt.Key.Key_Space)
    assert asked.args == [1, False]
    QTest.mouseClick(first, LEFT)
    assert first.hasFocus()


def test_what_a_member_is_shown_as_is_what_its_chip_is(legend: MemberLegend) -> None:
    assert [chip.isChecked() for chip in legend.chips] == [True] * 3
    members = [Member(chip.title) for chip in legend.chips]
    members[1].is_shown = False
    legend.show_members(members)
    assert [chip.isChecked() for chip in legend.chips] == [True, False, True]
    legend.show_members([Member("a"), Member("b")])
    assert [chip.title for chip in legend.findChildren(Chip) if not chip.isHidden()] == ["a", "b"], "at once"
    QApplication.processEvents()
    assert [chip.geometry().topLeft() for chip in legend.chips] == [
        QPoint(58, 4), QPoint(58 + legend.chips[0].width() + 4, 4)]
