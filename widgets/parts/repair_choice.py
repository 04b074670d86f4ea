"""The button of a repair: it says when the mouse or the keyboard is on it, so that its result can be shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal

from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedButton
from widgets.parts.still import pressed_once

_POINTS = {QEvent.Type.Enter: True, QEvent.Type.FocusIn: True, QEvent.Type.Leave: False, QEvent.Type.FocusOut: False,
           QEvent.Type.Hide: False}  # fmt: skip


@guarded
class RepairChoice(ElidedButton):
    """``pointed_at`` tells of each coming and going once."""

    pointed_at = Signal(bool)
    _points = False

    def event(self, event: QEvent) -> bool:
        """Mouse or keyboard come or go; a double click is one press, whatever is there after it."""
        with pressed_once(self, event):
            done = super().event(event)
        on = _POINTS.get(event.type(), self._points)
        if on != self._points:
            self._points = on
            self.pointed_at.emit(on)
        return done
