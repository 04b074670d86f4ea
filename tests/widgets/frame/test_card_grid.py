"""Cards in rows: where each stands, which the arrows go to, and what is typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from widgets.frame.card_grid import ABOVE, GAP, HEADING, NARROWEST, CardGrid
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


def test_without_cards_there_is_nothing(qtbot: QtBot):
    grid = CardGrid()
    qtbot.addWidget(grid)
    assert (grid.columns, grid.matching, grid.headings) == (1, [], {})
    grid.show_cards([])
    assert (grid.rows, grid.minimumHeight()) == ([], 0)


def test_headings_keep_apart_from_what_is_above_and_near_what_is_below(grid: CardGrid):
    cards, headings = grid.cards, grid.headings
    assert cards[0].y() == 0, "nothing stands above the first"
    for above, group, below in ((cards[3], "Vision", cards[4]), (cards[4], "Text", cards[5])):
        box = headings[group].geometry()
        assert box.top() - above.geometry().bottom() - 1 == ABOVE
        assert below.y() - box.bottom() - 1 == GAP // 2
        assert (box.left(), box.width()) == (0, grid.width())
    grid.show_matching("vision")
    assert headings["Vision"].y() == 0 and cards[4].y() == HEADING + GAP // 2


def test_a_row_is_as_high_as_its_highest_card(grid: CardGrid):
    words = ["short", "a longer text that wraps " * 4, "x", "y"]
    grid.show_cards([Card(f"n{n}", f"N {n}", text, QPixmap(), None, "", grid) for n, text in enumerate(words)])
    heights = [card.heightForWidth(NARROWEST) for card in grid.cards]
    assert heights[1] > heights[0]
    assert [card.height() for card in grid.cards] == [heights[1]] * 3 + [heights[3]]
    assert grid.cards[3].y() == heights[1] + GAP and grid.minimumHeight() == heights[1] + GAP + heights[3]


def test_cards_that_are_replaced_are_gone_at_once(grid: CardGrid):
    old, headings = grid.cards, list(grid.headings.values())
    grid.show_matching("net 4")
    grid.show_cards([Card("net40", "Net 40", "", QPixmap(), None, "Vision", grid),
                     Card("other", "Other", "", QPixmap(), None, "More", grid)])
    assert not any(each.isVisible() for each in (*old, *headings))
    assert [card.id for card in grid.matching] == ["net40"], "words that were typed still count"
    assert [heading.isVisible() for heading in grid.headings.values()] == [True, False]


def test_what_is_called_so_comes_first_and_its_group_with_it(grid: CardGrid):
    facts = [("a", "Alpha", "of a net", "One"), ("b", "Beta", "net", "One"), ("c", "Net c", "", "Two"),
             ("d", "Delta", "net", "Two"), ("e", "Net e", "", "One")]
    grid.show_cards([Card(id, title, about, QPixmap(), None, section, grid) for id, title, about, section in facts])
    assert [card.id for card in grid.matching] == ["a", "b", "e", "c", "d"]
    grid.show_matching("delta")
    assert [card.id for card in grid.matching] == ["d"]
    grid.show_matching("net")
    assert [card.id for card in grid.matching] == ["e", "a", "b", "c", "d"]
    grid.show_matching("net c")
    assert [card.id for card in grid.matching] == ["c"]
    grid.show_matching("two")
    assert [card.id for card in grid.matching] == ["c", "d"]


@pytest.mark.parametrize(("key", "modifiers"), [
    (Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier), (Qt.Key.Key_A, Qt.KeyboardModifier.MetaModifier),
    (Qt.Key.Key_Backspace, NONE), (Qt.Key.Key_Insert, NONE),
])
def test_what_is_no_letter_is_for_others(grid: CardGrid, key: Qt.Key, modifiers: Qt.KeyboardModifier):
    grid.cards[0].setFocus()
    QTest.keyClick(grid.cards[0], key, modifiers)
    assert grid.told == [] and key in grid.below.keys


def test_a_letter_in_capitals_is_typed_too_and_without_a_card_arrows_do_nothing(grid: CardGrid):
    grid.cards[0].setFocus()
    QTest.keyClicks(grid.cards[0], "A")
    assert grid.told == ["typed A"]
    grid.cards[0].clearFocus()
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.told == ["typed A"] and grid.below.keys[-1] == Qt.Key.Key_Right
