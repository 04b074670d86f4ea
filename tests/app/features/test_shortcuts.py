"""The card of shortcuts, and commands that are given other keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.features.boxes import Boxes
from app.features.shortcuts import Shortcuts
from app.window.commands import MENUS
from app.window.settings import Settings
from app.window.window import MainWindow
from tests.app.windows import opened
from tests.legible import cut_words
from tests.seen import colors
from widgets.canvas.gestures.keys import CANVAS_KEYS, bindings
from widgets.frame.shortcut_card import ShortcutCard
from widgets.look import theme

NONE, CTRL, SHIFT, ALT = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
                          Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier)  # fmt: skip


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", torch=False) as window:
        yield window


def card(window: MainWindow) -> ShortcutCard:
    """The card, opened by its key."""
    if window.feature(Shortcuts).card is None:
        QTest.keyClick(window.page.view, Qt.Key.Key_Question)
    assert window.feature(Shortcuts).card is not None
    return window.feature(Shortcuts).card


def change(window: MainWindow, id: str, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Enter on the command's row, then the new keys."""
    row = card(window).rows[id]
    row.setFocus()
    QTest.keyClick(row, Qt.Key.Key_Return)
    assert row.is_listening
    QTest.keyClick(row, key, modifiers)


def test_no_key_belongs_to_two_commands(window):
    keys = [key for command in window.commands.rows.values() for key in command.keys] + list(bindings())
    assert len(keys) == len(set(keys))


def test_the_card_shows_every_command_and_the_gestures(window):
    shown = card(window)
    assert set(shown.rows) == {*window.commands.rows, *CANVAS_KEYS}
    titles = [label.text() for label in shown.findChildren(QLabel) if label.property("role") == "section"]
    assert len(titles) == len(MENUS) + 2
    assert all(row.accessibleName() for row in shown.rows.values())
    QTest.keyClick(shown.filter, Qt.Key.Key_Escape)
    assert window.feature(Shortcuts).card is None and window.page.view.hasFocus()


def test_a_command_or_a_key_is_found_by_typing(window):
    shown = card(window)
    QTest.keyClicks(shown.filter, "duplic")
    assert set(shown.rows) == {"duplicate"}
    QTest.keyClick(shown.filter, Qt.Key.Key_Return)
    assert shown.rows["duplicate"].hasFocus()
    shown.filter.setText("ctrl+d")
    assert "duplicate" in shown.rows and "arrange" not in shown.rows


def test_another_key_works_at_once_is_shown_everywhere_and_is_kept(window, qtbot, tmp_path):
    change(window, "select_all", Qt.Key.Key_J)
    shown = card(window)
    assert shown.rows["select_all"].keys == ["J"] and shown.rows["select_all"].changed
    shown.close_card()
    assert window.commands["select_all"].shortcut().toString() == "J"
    assert window.commands.key_now("Ctrl+A") == "J"
    window.page.view.setFocus()
    QTest.keyClick(window.page.view, Qt.Key.Key_A, CTRL)
    assert window.page.scene.selected_names() == []
    QTest.keyClick(window.page.view, Qt.Key.Key_J)
    assert len(window.page.scene.selected_names()) == len(window.page.scene.cards)
    with opened(qtbot, tmp_path / "layerloom", torch=False) as other:
        assert other.commands.keys("select_all") == ["J"], "at the next start too"


def test_the_context_menu_shows_the_key_that_works_now(window):
    from widgets.canvas.view.menu import context_menu

    change(window, "duplicate", Qt.Key.Key_J, CTRL | SHIFT)
    card(window).close_card()
    window.page.scene.select(["conv1"])
    menu = context_menu(window.page.view, QPointF())
    texts = [action.text() for action in menu.actions()]
    menu.deleteLater()
    assert any(text.endswith("\tCtrl+Shift+J") for text in texts)
    assert not any(text.endswith("\tCtrl+D") for text in texts)


def test_a_key_of_another_command_is_asked_about_and_taken_over(window):
    change(window, "arrange", Qt.Key.Key_D, CTRL)
    shown = card(window)
    assert "Duplicate" in shown.said.text() and shown.take.isVisible()
    assert window.commands.keys("arrange") == ["L"], "nothing has changed yet"
    QTest.mouseClick(shown.take, Qt.MouseButton.LeftButton)
    assert window.commands.keys("arrange") == ["Ctrl+D"] and window.commands.keys("duplicate") == []
    assert shown.rows["duplicate"].keys == []
    assert window.settings.shortcuts == {"arrange": ["Ctrl+D"], "duplicate": []}


def test_escape_leaves_the_keys_as_they_are(window):
    shown = card(window)
    row = shown.rows["arrange"]
    row.setFocus()
    QTest.keyClick(row, Qt.Key.Key_Return)
    assert row.is_listening and shown.said.text()
    QTest.keyClick(row, Qt.Key.Key_Escape)
    assert not row.is_listening and shown.isVisible()
    assert window.commands.keys("arrange") == ["L"] and window.settings.shortcuts == {}


def test_what_the_canvas_does_by_itself_can_have_other_keys_too(window, qtbot, tmp_path):
    page, view = window.page, window.page.view
    change(window, "go_out", Qt.Key.Key_U)
    change(window, "nudge_right", Qt.Key.Key_Right, ALT)
    assert "Layer to the right" in card(window).said.text()
    QTest.mouseClick(card(window).take, Qt.MouseButton.LeftButton)
    change(window, "hand", Qt.Key.Key_G)
    card(window).close_card()
    view.setFocus()
    page.scene.select(["conv1"])
    x = page.scene.cards["conv1"].x()
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert page.scene.cards["conv1"].x() == x, "the arrow alone does nothing now"
    QTest.keyClick(view, Qt.Key.Key_Right, ALT)
    assert page.scene.cards["conv1"].x() == x + 8 and page.scene.selected_names() == ["conv1"]
    with qtbot.waitSignal(view.out_requested):
        QTest.keyClick(view, Qt.Key.Key_U)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert window.feature(Boxes).box is None
    QTest.keyClick(view, Qt.Key.Key_G)
    assert window.feature(Boxes).box is not None
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    page.document.history.mark_clean()
    with opened(qtbot, tmp_path / "layerloom", torch=False) as other:
        assert other.page.view.bindings["G"] == "hand" and "Space" not in other.page.view.bindings


def test_a_key_of_the_canvas_can_be_taken_over_by_a_command(window):
    change(window, "arrange", Qt.Key.Key_Backspace)
    shown = card(window)
    assert "Out of a block" in shown.said.text()
    QTest.mouseClick(shown.take, Qt.MouseButton.LeftButton)
    assert "Backspace" not in window.page.view.bindings
    QTest.mouseClick(shown.reset_all, Qt.MouseButton.LeftButton)
    assert window.page.view.bindings["Backspace"] == "go_out" and window.settings.shortcuts == {}


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
def test_tab_stays_inside_the_card(window, key):
    shown = card(window)
    QTest.keyClicks(shown.filter, "snap")
    seen = set()
    for _ in range(13):
        QTest.keyClick(window.focusWidget(), key)
        seen.add(window.focusWidget())
        assert shown.isAncestorOf(window.focusWidget())
    assert {shown.filter, shown.rows["snap"], shown.reset_all} <= seen
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert shown.isHidden() and window.page.view.hasFocus()


def test_a_click_elsewhere_closes_the_card(window):
    shown = card(window)
    window.page.view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert shown.isHidden() and window.feature(Shortcuts).card is None


def test_one_and_all_are_set_back(window):
    first = {id: window.commands.keys(id) for id in window.commands.rows}
    for id, key in (("arrange", Qt.Key.Key_Y), ("comment", Qt.Key.Key_L), ("bypass", Qt.Key.Key_C)):
        change(window, id, key)
        if card(window).take.isVisible():
            card(window).take.click()
    assert len(window.settings.shortcuts) == 3
    change(window, "bypass", Qt.Key.Key_Escape)
    shown = card(window)
    QTest.mouseClick(shown.reset, Qt.MouseButton.LeftButton)
    assert window.commands.keys("bypass") == ["M"] and "bypass" not in window.settings.shortcuts
    QTest.mouseClick(shown.reset_all, Qt.MouseButton.LeftButton)
    assert {id: window.commands.keys(id) for id in window.commands.rows} == first
    assert window.settings.shortcuts == {}


def test_a_command_can_do_without_keys(window):
    change(window, "duplicate", Qt.Key.Key_Escape)
    QTest.mouseClick(card(window).remove, Qt.MouseButton.LeftButton)
    assert window.commands.keys("duplicate") == [] and window.settings.shortcuts == {"duplicate": []}


@pytest.mark.usefixtures("font")
def test_it_fits_the_window_in_both_themes(window):
    shown = card(window)
    for look in (theme.LIGHT, theme.DARK):
        theme.apply(QApplication.instance(), look)
        for size in ((1280, 720), (1900, 1150)):
            window.resize(*size)
            assert window.rect().contains(shown.geometry()) and cut_words(shown) == []
            assert look.text in colors(shown)


def test_damaged_settings_count_for_nothing(tmp_path):
    settings, file = Settings(tmp_path), QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    for text in ("{", "[1]", "[" * 5000, '{"arrange": 3, "comment": ["X", 4]}'):
        file.setValue("shortcuts", text)
        assert settings.shortcuts in ({}, {"comment": ["X"]})
    settings.shortcuts = {"arrange": ["Ctrl+L"]}
    assert Settings(tmp_path).shortcuts == {"arrange": ["Ctrl+L"]}
