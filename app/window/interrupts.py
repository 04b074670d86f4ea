"""Signals of the terminal and the system: Ctrl+C, and the end of the session."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal

ASKED = [kind for name in ("SIGINT", "SIGTERM", "SIGHUP") if (kind := getattr(signal, name, None)) is not None]


class Interrupts(QObject):
    """Hears the first of them in Qt's event loop, which Python's own handlers would have to wait for.

    From then on they do what they do in any program.
    """

    heard = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._wake = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._before = {kind: signal.signal(kind, lambda *_: None) for kind in ASKED}
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._hear)

    def _hear(self) -> None:
        kinds = self._read.recv(64)
        self.forget()
        if kinds:
            self.heard.emit(kinds[0])

    def forget(self) -> None:
        """Everything as it was before."""
        if not self._notifier.isEnabled():
            return
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wake)
        for kind, before in self._before.items():
            signal.signal(kind, before)
        for end in (self._read, self._write):
            end.close()
