"""The card of shortcuts over a plain widget: what it says, which keys are wanted, and where the keyboard goes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.seen import texts
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
    theme.apply(QApplication.instance(), theme.DARK)
    host = QWidget()
    host.below = QPushButton("below", host)
    qtbot.addWidget(host)
    host.resize(1000, 700)
    host.show()
    with qtbot.waitActive(host):
        host.activateWindow()
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
        bench.card._take_over()
        assert bench.asked == []


def test_keys_are_removed_and_reset(bench: Bench):
    card = bench.card
    for button in (card.remove, card.reset):
        button.click()
    assert bench.asked == [], "no command is chosen"
    card.rows["paste"].setFocus()
    bench.press(ENTER)
    assert bench.buttons() == ["Remove keys", "Reset", "Reset all"]
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
