"""Which keys mean what on the canvas."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from widgets.canvas.gestures.keys import bindings, key_alone, keys_of, meaning, nudge_of

NONE, CTRL, SHIFT, ALT = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
                          Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier)
PAD = Qt.KeyboardModifier.KeypadModifier


def pressed(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, text: str = "") -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)


@pytest.mark.parametrize(("event", "keys", "means"), [
    (pressed(Qt.Key.Key_Space, text=" "), "Space", "hand"),
    (pressed(Qt.Key.Key_Space, SHIFT, " "), "Shift+Space", ""),
    (pressed(Qt.Key.Key_Return, text="\r"), "Return", "go_inside"),
    (pressed(Qt.Key.Key_Enter, PAD, "\r"), "Enter", "go_inside"),
    (pressed(Qt.Key.Key_Backspace, text="\b"), "Backspace", "go_out"), (pressed(Qt.Key.Key_Escape), "Esc", "cancel"),
    (pressed(Qt.Key.Key_Escape, SHIFT | CTRL), "Ctrl+Shift+Esc", "cancel"),
    (pressed(Qt.Key.Key_Left), "Left", "nudge_left"), (pressed(Qt.Key.Key_Up, PAD), "Up", "nudge_up"),
    (pressed(Qt.Key.Key_Down, SHIFT), "Shift+Down", "nudge_down_a_little"),
    (pressed(Qt.Key.Key_Right, CTRL), "Ctrl+Right", ""), (pressed(Qt.Key.Key_A, text="a"), "A", ""),
    (pressed(Qt.Key.Key_A, SHIFT, "A"), "Shift+A", ""), (pressed(Qt.Key.Key_Question, SHIFT, "?"), "?", ""),
    (pressed(Qt.Key.Key_Question, SHIFT | CTRL, "?"), "Ctrl+?", ""),
    (pressed(Qt.Key.Key_Backtab, SHIFT), "Shift+Tab", ""), (pressed(Qt.Key.Key_Tab, text="\t"), "Tab", ""),
    (pressed(Qt.Key.Key_Shift, SHIFT), "", ""), (pressed(Qt.Key.Key_Control, CTRL), "", ""),
    (pressed(Qt.Key.Key_unknown), "", ""), (pressed(Qt.Key.Key_CapsLock), "", ""),
])
def test_what_is_pressed_and_what_it_means(event: QKeyEvent, keys: str, means: str):
    assert (keys_of(event), meaning(event, bindings())) == (keys, means)


def test_other_keys_can_be_given():
    bound = bindings({"cancel": ("Ctrl+Q",), "hand": ["H", "J"]})
    assert bound == {"Ctrl+Q": "cancel", "H": "hand", "J": "hand"}
    assert meaning(pressed(Qt.Key.Key_J, text="j"), bound) == "hand"
    assert meaning(pressed(Qt.Key.Key_J, CTRL, ""), bound) == "", "what is held counts for all but to cancel"
    assert key_alone(pressed(Qt.Key.Key_J, CTRL | ALT)) == "J"


@pytest.mark.parametrize(("id", "way"), [
    ("nudge_left", (-8, 0)), ("nudge_right", (8, 0)), ("nudge_up", (0, -8)), ("nudge_down", (0, 8)),
    ("nudge_left_a_little", (-1, 0)), ("nudge_down_a_little", (0, 1)),
])
def test_how_far_a_nudge_goes(id: str, way: tuple[float, float]):
    assert nudge_of(id) == way
