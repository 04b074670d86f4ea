"""The card of shortcuts over a plain widget: what it says, which keys are wanted, and where the keyboard goes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.legible import cut_words
from tests.seen import label_with, texts
from widgets.frame.shortcut_card import HIGHEST, MARGIN, WIDEST, Entry, ShortcutCard
from widgets.look import theme

NONE, CTRL, SHIFT = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
                     Qt.KeyboardModifier.ShiftModifier)
ENTER, ESC, TAB = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab
SECTIONS = [
    ("Edit", [Entry("copy", "Copy", ("Ctrl+C",)), Entry("paste", "Paste", ("Ctrl+V", "Shift+Ins"), True),
              Entry("none", "Nothing yet", ())]),
    ("Mouse", [Entry("", "Pan", ("Middle button",))]),
    ("View", [Entry("fit", "Show everything", ("Home",))]),
]
USUAL = "Choose a command to give it other keys. * marks those that were changed."


class Bench:
    """A card that is open, and what it asked for."""

    def __init__(self, host: QWidget) -> None:
        self.asked: list[object] = []
        self.card = ShortcutCard(host, SECTIONS, lambda keys, id: "Undo" if keys == "Ctrl+Z" else None)
        self.card.keys_chosen.connect(self._give)
        self.card.reset_requested.connect(lambda id: self.asked.append(("reset", id)))
        self.card.closed.connect(lambda: self.asked.append("closed"))
        self.card.open()

    def _give(self, id: str, keys: list[str]) -> None:
        self.asked.append((id, keys))
        self.card.show_keys(id, keys, True)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(QApplication.focusWidget(), key, modifiers)

    def buttons(self) -> list[str]:
        card = self.card
        return [each.text() for each in (card.take, card.remove, card.reset, card.reset_all) if each.isVisible()]

    def focus(self) -> str:
        focus = QApplication.focusWidget()
        return getattr(focus, "words", "") or focus.accessibleName()


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    host = QWidget()
    host.below = QPushButton("below", host)
    in_front(qtbot, host, 1000, 700)
    host.below.setFocus()
    return host


@pytest.fixture
def bench(host: QWidget) -> Bench:
    return Bench(host)


def test_it_lies_in_the_middle_and_says_all(host: QWidget, bench: Bench):
    card = bench.card
    assert card.geometry().getRect() == (MARGIN, MARGIN, 1000 - 2 * MARGIN, 700 - 2 * MARGIN)
    assert card.filter.hasFocus() and {"Keyboard shortcuts", "Edit", "Mouse", "View", USUAL} <= set(texts(card))
    assert list(card.rows) == ["copy", "paste", "none", "fit"] and bench.buttons() == ["Reset all"]
    assert [row.accessibleName() for row in card.rows.values()] == [
        "Copy: Ctrl+C", "Paste: Ctrl+V, Shift+Ins", "Nothing yet: no keys", "Show everything: Home"]
    assert [row.accessibleDescription() for row in card.rows.values()] == ["", "Changed", "", ""]
    told = [row for row in card.findChildren(QPushButton) if getattr(row, "words", "") == "Pan"]
    assert not told[0].isEnabled() and told[0].accessibleName() == "Pan: Middle button"
    host.resize(3000, 2000)
    assert (card.width(), card.height()) == (WIDEST, HIGHEST) and card.x() == (3000 - WIDEST) // 2


@pytest.mark.parametrize(("typed", "rows", "sections"), [
    ("copy", ["copy"], ["Edit"]), ("edit", ["copy", "paste", "none"], ["Edit"]), ("home", ["fit"], ["View"]),
    ("shift+ins", ["paste"], ["Edit"]), ("middle", [], ["Mouse"]), ("zzzz", [], []),
])
def test_the_filter_finds_words_keys_and_sections(bench: Bench, typed: str, rows: list[str], sections: list[str]):
    QTest.keyClicks(bench.card.filter, typed)
    assert list(bench.card.rows) == rows
    assert [text for text in texts(bench.card) if text in ("Edit", "Mouse", "View")] == sections
    bench.press(Qt.Key.Key_Down)
    assert bench.focus() == (bench.card.rows[rows[0]].words if rows else "Find a command or a key")


def test_new_keys_are_pressed_and_said(bench: Bench):
    bench.card.rows["copy"].setFocus()
    bench.press(ENTER)
    row = bench.card.rows["copy"]
    assert row.is_listening and bench.card.said.text() == "Press the new keys for “Copy”. Esc: leave it."
    assert bench.buttons() == ["Remove keys", "Reset all"]
    bench.press(Qt.Key.Key_Shift, SHIFT)
    assert row.is_listening and bench.asked == []
    bench.press(Qt.Key.Key_J, CTRL)
    assert bench.asked == [("copy", ["Ctrl+J"])] and not row.is_listening and row.hasFocus()
    assert bench.card.said.text() == "Copy: Ctrl+J" and row.keys == ["Ctrl+J"]
    assert bench.buttons() == ["Remove keys", "Reset", "Reset all"]
    QTest.keyClicks(bench.card.filter, "ctrl+j")
    assert list(bench.card.rows) == ["copy"], "it is found by them"


def test_escape_leaves_the_keys_and_only_then_closes(bench: Bench):
    bench.card.rows["none"].setFocus()
    bench.press(ENTER)
    assert bench.buttons() == ["Reset all"]
    bench.press(ESC)
    assert not bench.card.rows["none"].is_listening and bench.card.isVisible()
    assert bench.card.said.text() == "“Nothing yet” is marked: press Enter to change its keys."
    bench.press(ESC)
    assert bench.asked == ["closed"] and not bench.card.isVisible()


@pytest.mark.parametrize("take", [True, False])
def test_keys_of_another_command_are_taken_over_only_when_wanted(bench: Bench, take: bool):
    bench.card.rows["copy"].setFocus()
    bench.press(ENTER)
    bench.press(Qt.Key.Key_Z, CTRL)
    assert bench.asked == [] and bench.card.said.text() == "Ctrl+Z belongs to “Undo”. Take it over?"
    assert bench.card.take.hasFocus() and bench.buttons()[0] == "Take over"
    if take:
        bench.press(ENTER)
        assert bench.asked == [("copy", ["Ctrl+Z"])] and "Take over" not in bench.buttons()
    else:
        bench.card.rows["paste"].setFocus()
        bench.press(ENTER)
        assert "Take over" not in bench.buttons() and bench.asked == []
        bench.card.take.click()
        assert bench.asked == []


def test_keys_are_removed_and_reset(bench: Bench):
    card = bench.card
    for button in (card.remove, card.reset):
        button.click()
    assert bench.asked == [], "no command is chosen"
    card.rows["paste"].setFocus()
    bench.press(ENTER)
    assert bench.buttons() == ["Remove keys", "Reset", "Reset all"]
    card.remove.setFocus()
    card.remove.click()
    assert bench.asked == [("paste", [])] and card.said.text() == "Paste: no keys"
    assert bench.buttons() == ["Reset", "Reset all"] and card.rows["paste"].hasFocus()
    card.reset_requested.connect(lambda id: card.show_keys(id, ["Ctrl+V"], False) if id else None)
    card.reset.click()
    assert bench.asked[1:] == [("reset", "paste")] and card.said.text() == "Paste: Ctrl+V"
    assert bench.buttons() == ["Remove keys", "Reset all"] and card.rows["paste"].hasFocus()
    card.reset_all.click()
    assert bench.asked[2:] == [("reset", "")] and bench.buttons() == ["Reset all"]
    assert card.said.text() == "Every command has the keys that it came with."


def test_tab_goes_round_inside(bench: Bench):
    order = ["Find a command or a key", "Copy", "Paste", "Nothing yet", "Show everything", "Reset all", "Close"]
    went = [bench.focus()]
    for _ in range(7):
        bench.press(TAB)
        went.append(bench.focus())
    assert went == [*order, order[0]]
    bench.press(Qt.Key.Key_Backtab, SHIFT)
    assert bench.focus() == "Close"


@pytest.mark.parametrize("how", ["cross", "elsewhere"])
def test_it_closes_and_the_keyboard_is_where_it_was_or_went(host: QWidget, bench: Bench, how: str):
    other = QPushButton("other", host)
    other.show()
    if how == "cross":
        [cross] = [each for each in bench.card.findChildren(QWidget) if each.toolTip() == "Close"]
        QTest.mouseClick(cross, Qt.MouseButton.LeftButton)
        assert host.below.hasFocus()
    else:
        other.setFocus()
        assert other.hasFocus()
    assert bench.asked == ["closed"] and not bench.card.isVisible()
    bench.card.close_card()
    assert bench.asked == ["closed"]


def test_while_one_types_rows_go_and_the_keyboard_stays_in_the_card(host: QWidget, bench: Bench):
    bench.card.rows["copy"].setFocus()
    host.resize(900, 600)
    assert bench.card.filter.hasFocus() and bench.card.isVisible()
    assert bench.card.width() == 900 - 2 * MARGIN


def test_what_is_changed_listened_to_or_usual_looks_other(bench: Bench):
    look = theme.DARK

    def has(id: str, tone: str) -> bool:
        image = bench.card.rows[id].grab().toImage()
        return any(image.pixelColor(x, y).name() == tone for x in range(image.width()) for y in range(image.height()))

    assert has("copy", look.line) and not has("copy", look.accent) and has("paste", look.accent)
    bench.card.rows["copy"].click()
    assert has("copy", look.accent)
    assert isinstance(bench.card.said, QLabel)


# -- room, order and manners ------------------------------------------------------------------------------------------


def many(*lengths: int) -> list[tuple[str, list[Entry]]]:
    return [(f"Part {index}", [Entry(f"c{index}.{row}", f"Command {index}.{row}", ("F1",)) for row in range(length)])
            for index, length in enumerate(lengths)]


def opened(host: QWidget, sections: list[tuple[str, list[Entry]]]) -> ShortcutCard:
    card = ShortcutCard(host, sections, lambda keys, id: None)
    card.open()
    QApplication.processEvents()
    return card


def columns(card: ShortcutCard) -> list[list[str]]:
    """The rows as they stand, column by column, each from above."""
    places = {id: row.mapTo(card, QPoint()) for id, row in card.rows.items()}
    found: dict[int, list[str]] = {}
    for id in sorted(places, key=lambda id: (places[id].x(), places[id].y())):
        found.setdefault(places[id].x(), []).append(id)
    return list(found.values())


@pytest.mark.parametrize(("width", "lengths", "counts"), [
    (500, (3, 3, 3), [9]),  # there is room for one column
    (735, (4, 4, 4, 4), [8, 8]),
    (800, (4, 4, 4, 4), [8, 8]), (1000, (4, 4, 4), [4, 4, 4]), (1400, (4, 4, 4, 4), [4, 4, 4, 4]),
    (3000, (2,) * 8, [4, 4, 4, 4]), (1000, (10, 1, 1), [10, 2]), (1000, (1, 10), [1, 10]), (3000, (5,), [5]),
    (800, (2, 6, 2), [8, 2]), (800, (3, 2, 9), [5, 9]),
])  # fmt: skip
def test_sections_stand_in_columns_of_about_one_length(host: QWidget, width: int, lengths: tuple[int, ...],
                                                       counts: list[int]) -> None:
    host.resize(width, 900)
    card = opened(host, many(*lengths))
    assert [len(column) for column in columns(card)] == counts
    in_order = [id for column in columns(card) for id in column]
    assert in_order == list(card.rows), "read down, then across"


def test_its_parts_from_above_to_below(host: QWidget, bench: Bench) -> None:
    card = bench.card
    title, cross = label_with(card, "Keyboard shortcuts"), button_named(card, "Close")
    first, last = card.rows["copy"], card.rows["fit"]

    def place(widget: QWidget) -> QRect:
        return QRect(widget.mapTo(card, QPoint()), widget.size())

    assert place(title).right() < place(card.filter).left() and place(card.filter).right() < place(cross).left()
    assert place(cross).right() > card.width() - 40 and place(cross).top() < 30
    assert place(title).bottom() < place(first).top() and place(last).bottom() < place(card.said).top()
    assert place(card.said).right() < place(card.reset_all).left() and place(card.said).width() > 500
    assert place(card.reset_all).bottom() > card.height() - 30
    bench.card.rows["paste"].click()
    bench.press(Qt.Key.Key_Z, CTRL)
    QApplication.processEvents()
    assert all(place(one).right() < place(other).left() for one, other in pairwise(
        (card.said, card.take, card.remove, card.reset, card.reset_all)))
    heading = label_with(card, "Edit")
    assert place(heading).bottom() < place(first).top() and place(heading).left() == place(first).left()
    assert cut_words(card) == []


def button_named(card: ShortcutCard, name: str) -> QAbstractButton:
    [found] = [each for each in card.findChildren(QAbstractButton) if each.accessibleName() == name]
    return found


def test_long_sentences_wrap_and_long_lists_scroll_within_the_card(host: QWidget) -> None:
    host.resize(600, 400)
    card = opened(host, [("Edit", [Entry(f"c{row}", f"A rather long command {row}", ("F1",)) for row in range(30)])])
    card.rows["c0"].click()
    QApplication.processEvents()
    assert card.said.height() > 1.5 * card.said.fontMetrics().height() and cut_words(card) == []
    bars = [bar for bar in card.findChildren(QScrollBar) if bar.isVisible()]
    assert [bar.orientation() for bar in bars] == [Qt.Orientation.Vertical]
    area = card.findChild(QScrollArea)
    assert area.widget().width() == area.viewport().width(), "rows are as wide as there is room"
    assert area.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_it_lies_above_what_came_later(host: QWidget) -> None:
    card = ShortcutCard(host, SECTIONS, lambda keys, id: None)
    later = QWidget(host)
    later.setGeometry(host.rect())
    later.show()
    card.open()
    assert host.childAt(host.rect().center()) is not later


def test_down_and_enter_in_the_filter_go_to_the_first_row(bench: Bench) -> None:
    for key in (Qt.Key.Key_Down, ENTER):
        bench.card.filter.setFocus()
        bench.card.filter.setText("p")
        bench.press(key)
        assert bench.card.rows["copy"].hasFocus(), key
    assert not bench.card.rows["copy"].is_listening and bench.asked == []


def test_enter_presses_the_button_that_has_the_keyboard(bench: Bench) -> None:
    for key in (ENTER, Qt.Key.Key_Enter):
        bench.asked.clear()
        bench.card.reset_all.setFocus()
        bench.press(key)
        assert bench.asked == [("reset", "")]
    bench.asked.clear()
    button_named(bench.card, "Close").setFocus()
    bench.press(Qt.Key.Key_F7)
    assert bench.asked == [] and bench.card.isVisible()


def test_no_command_of_the_window_is_done_meanwhile(host: QWidget, bench: Bench) -> None:
    done: list[bool] = []
    for keys in ("Ctrl+K", "Del", "F7"):
        action = QAction(host)
        action.setShortcut(keys)
        action.triggered.connect(lambda: done.append(True))
        host.addAction(action)
    bench.card.reset_all.setFocus()
    for key, modifiers in ((Qt.Key.Key_K, CTRL), (Qt.Key.Key_Delete, NONE), (Qt.Key.Key_F7, NONE)):
        bench.press(key, modifiers)
    assert done == []
    bench.press(ESC)
    host.below.setFocus()
    bench.press(Qt.Key.Key_K, CTRL)
    assert done == [True]


def test_the_keyboard_goes_back_only_where_it_can(host: QWidget) -> None:
    card = ShortcutCard(host, SECTIONS, lambda keys, id: None)
    card.open()
    host.below.setEnabled(False)
    card.close_card()
    assert not host.below.hasFocus() and not card.isVisible()


def test_another_row_that_is_chosen_ends_the_first(bench: Bench) -> None:
    bench.card.rows["copy"].click()
    bench.card.rows["fit"].click()
    assert not bench.card.rows["copy"].is_listening and bench.card.rows["fit"].is_listening
    assert bench.card.said.text() == "Press the new keys for “Show everything”. Esc: leave it."
    bench.press(Qt.Key.Key_J, CTRL)
    assert bench.asked == [("fit", ["Ctrl+J"])] and bench.card.rows["fit"].hasFocus()


def test_what_is_asked_about_keys_ends_with_another_command(bench: Bench) -> None:
    card = bench.card
    card.rows["copy"].click()
    bench.press(Qt.Key.Key_Z, CTRL)
    assert not card.rows["copy"].is_listening
    card.rows["none"].click()
    assert bench.buttons() == ["Reset all"] and not card.take.isVisible()
    bench.press(ESC)
    card.rows["copy"].click()
    bench.press(Qt.Key.Key_Z, CTRL)
    card.reset_all.click()
    assert card.said.text() == "Every command has the keys that it came with." and bench.buttons() == ["Reset all"]
    card.rows["copy"].click()
    bench.press(Qt.Key.Key_Z, CTRL)
    card.filter.setText("p")
    assert card.said.text() == USUAL and bench.buttons() == ["Reset all"]
    card.remove.click()
    assert ("copy", []) not in bench.asked, "no command is chosen"


def test_while_one_filters_the_rows_are_others_and_the_keyboard_is_in_the_line(bench: Bench) -> None:
    bench.card.rows["fit"].setFocus()
    bench.card.filter.setText("copy")
    assert bench.card.filter.hasFocus() and bench.card.isVisible() and bench.asked == []
    bench.card.reset_all.setFocus()
    bench.card.filter.setText("")
    assert bench.card.reset_all.hasFocus(), "what is not among the rows keeps it"


def test_keys_that_are_none_of_the_shown_ones_are_kept(bench: Bench) -> None:
    bench.card.filter.setText("copy")
    bench.card.show_keys("fit", ["F9"], True)
    bench.card.filter.setText("")
    assert (bench.card.rows["fit"].keys, bench.card.rows["fit"].changed) == (["F9"], True)
    assert (bench.card.rows["copy"].keys, bench.card.rows["copy"].changed) == (["Ctrl+C"], False)


def test_tab_goes_backwards_from_the_filter_to_the_cross(bench: Bench) -> None:
    bench.press(Qt.Key.Key_Backtab, SHIFT)
    assert bench.focus() == "Close"
    bench.press(Qt.Key.Key_Backtab, SHIFT)
    assert bench.focus() == "Reset all"
    bench.press(TAB)
    bench.press(TAB)
    assert bench.focus() == "Find a command or a key"
