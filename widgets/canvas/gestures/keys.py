"""Keys that the canvas itself understands, because they mean something while they are held or while one drags."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

LITTLE, FAR = 1.0, 8.0  # scene pixels of a nudge
CANVAS_KEYS: Mapping[str, tuple[str, ...]] = {  # what they do, and the keys it comes with
    "hand": ("Space",),
    "go_inside": ("Return", "Enter"),
    "go_out": ("Backspace",),
    "cancel": ("Esc",),
    **{f"nudge_{way.lower()}": (way,) for way in ("Left", "Right", "Up", "Down")},
    **{f"nudge_{way.lower()}_a_little": (f"Shift+{way}",) for way in ("Left", "Right", "Up", "Down")},
}
_WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_MODIFIERS = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr,
              Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock)  # fmt: skip


def bindings(keys: Mapping[str, tuple[str, ...] | list[str]] = CANVAS_KEYS) -> dict[str, str]:
    """What each key does."""
    return {key: id for id, own in keys.items() for key in own}


def keys_of(event: QKeyEvent) -> str:
    """What was pressed, as the settings write it; empty while only Ctrl, Shift or Alt are held."""
    key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if key in _MODIFIERS or key == Qt.Key.Key_unknown:
        return ""
    text = event.text()
    if text.isprintable() and text and not text.isalpha() and not text.isspace():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # it is in the sign already: ? is Shift and another key
    if key == Qt.Key.Key_Backtab:
        key, modifiers = Qt.Key.Key_Tab, modifiers | Qt.KeyboardModifier.ShiftModifier
    return _written(modifiers, key)


def meaning(event: QKeyEvent, bound: Mapping[str, str]) -> str:
    """What the canvas does with a key; "" leaves it to others. Whatever else is held, one can cancel."""
    found = bound.get(keys_of(event), "")
    if not found and bound.get(key_alone(event)) == "cancel":
        return "cancel"
    return found


def key_alone(event: QKeyEvent) -> str:
    """The key without what is held with it."""
    return _written(Qt.KeyboardModifier.NoModifier, Qt.Key(event.key()))


def _written(modifiers: Qt.KeyboardModifier, key: Qt.Key) -> str:
    return QKeySequence(modifiers.value | key.value).toString(QKeySequence.SequenceFormat.PortableText)


def nudge_of(id: str) -> tuple[float, float]:
    """How far ``nudge_…`` moves, across and down."""
    _, way, *little = id.split("_")
    across, down = _WAYS[way]
    size = LITTLE if little else FAR
    return across * size, down * size
