"""Cards in rows: where each stands, which the arrows go to, and what is typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from widgets.frame.card_grid import GAP, HEADING, NARROWEST, CardGrid
from widgets.look import theme
from widgets.parts.tiles import Card

CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


class Below(QWidget):
    """Notes the keys that reach it."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(event.key())


@pytest.fixture
def grid(qtbot: QtBot) -> CardGrid:
    theme.apply(QApplication.instance(), theme.DARK)
    below = Below()
    qtbot.addWidget(below)
    grid = CardGrid(below)
    below.resize(800, 900)
    grid.resize(3 * NARROWEST + 2 * GAP, 900)
    sections = ["", "", "", "", "Vision", "Text"]
    grid.show_cards([Card(f"net{n}", f"Net {n}", f"words {n}", QPixmap(), None, section, grid)
                     for n, section in enumerate(sections)])
    grid.below, grid.told = below, []
    grid.entered.connect(lambda card: grid.told.append(card.id))
    grid.left_upwards.connect(lambda: grid.told.append("up"))
    grid.typed.connect(lambda text: grid.told.append(f"typed {text}"))
    below.show()
    with qtbot.waitActive(below):
        below.activateWindow()
    return grid


def test_cards_of_one_width_under_their_headings(grid: CardGrid):
    assert grid.columns == 3 and [[card.id for card in row] for row in grid.rows] == [
        ["net0", "net1", "net2"], ["net3"], ["net4"], ["net5"]]
    first, second, third, fourth, vision, text = grid.cards
    assert [card.x() for card in (first, second, third)] == [0, NARROWEST + GAP, 2 * (NARROWEST + GAP)]
    assert {card.width() for card in grid.cards} == {NARROWEST} and fourth.y() == first.geometry().bottom() + 1 + GAP
    assert list(grid.headings) == ["Vision", "Text"] and grid.headings["Vision"].property("role") == "section"
    heading = grid.headings["Vision"].geometry()
    assert fourth.geometry().bottom() < heading.top() and heading.height() == HEADING
    assert heading.bottom() < vision.y() < vision.geometry().bottom() < grid.headings["Text"].y() < text.y()
    assert grid.minimumHeight() == text.geometry().bottom() + 1
    grid.resize(3 * NARROWEST + 2 * GAP - 1, 900)
    assert grid.columns == 2
    grid.resize(100, 900)
    assert grid.columns == 1 and grid.cards[0].width() == 100


@pytest.mark.parametrize(("typed", "found"), [
    ("net 4", ["net4"]), ("vision", ["net4"]), ("words 2", ["net2"]), ("zzz", []),
    ("  ", [f"net{n}" for n in range(6)]),
])
def test_only_what_matches_is_shown(grid: CardGrid, typed: str, found: list[str]):
    grid.show_matching(typed)
    assert [card.id for card in grid.matching] == found == [card.id for card in grid.cards if card.isVisible()]
    assert grid.headings["Vision"].isVisible() == ("net4" in found)
    assert grid.minimumHeight() == (grid.matching[-1].geometry().bottom() + 1 if found else 0)


@pytest.mark.parametrize(("start", "key", "told"), [
    (0, Qt.Key.Key_Right, ["net1"]), (0, Qt.Key.Key_Left, []), (2, Qt.Key.Key_Right, ["net3"]),
    (5, Qt.Key.Key_Right, []), (3, Qt.Key.Key_Left, ["net2"]), (3, Qt.Key.Key_Home, ["net0"]),
    (3, Qt.Key.Key_End, ["net5"]), (1, Qt.Key.Key_Down, ["net3"]), (3, Qt.Key.Key_Down, ["net4"]),
    (5, Qt.Key.Key_Down, []), (3, Qt.Key.Key_Up, ["net0"]), (1, Qt.Key.Key_Up, ["up"]), (4, Qt.Key.Key_Up, ["net3"]),
])
def test_arrows_go_from_card_to_card_and_reach_nothing_else(grid: CardGrid, start: int, key: Qt.Key, told: list[str]):
    grid.cards[start].setFocus()
    QTest.keyClick(grid.cards[start], key)
    assert grid.told == told and grid.below.keys == []
    if told and told != ["up"]:
        assert QApplication.focusWidget().id == told[0]


@pytest.mark.parametrize(("key", "modifiers", "typed", "below"), [
    (Qt.Key.Key_A, NONE, ["typed a"], False), (Qt.Key.Key_A, CTRL, [], True), (Qt.Key.Key_F2, NONE, [], True),
])
def test_letters_are_for_the_filter_and_commands_for_others(grid: CardGrid, key: Qt.Key,
                                                            modifiers: Qt.KeyboardModifier, typed: list[str],
                                                            below: bool):
    grid.cards[0].setFocus()
    QTest.keyClick(grid.cards[0], key, modifiers)
    assert grid.told == typed and (key in grid.below.keys) == below
