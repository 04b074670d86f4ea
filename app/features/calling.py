"""A run is heard of while one is elsewhere: its window asks for a look when it ends, the task bar shows how far."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from PySide6.QtWidgets import QApplication

from app.features.training import Training
from app.window.host import Feature, Host
from engine.messages import Message
from engine.training.events import Finished, MemberStarted, Progress, SeriesFinished
from engine.training.listening import Listener

APP, PLACE = "application://layerloom.desktop", "/com/layerloom/progress"
LAUNCHER = "com.canonical.Unity.LauncherEntry"  # what GNOME's dock, KDE's task bar and Unity listen to
OFTEN = 0.5  # seconds between two signals


class Calling(Feature, Listener):
    """Says nothing itself: what came of a run stands on its page."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._member = (0, 1)  # which run of how many
        self._told_at = 0.0
        trainer = host.feature(Training).trainer
        trainer.event_arrived.connect(self.hear)
        trainer.failed.connect(self._fail)
        trainer.state_changed.connect(self._follow)
        host.feature(Training).beside.ended.connect(lambda _document, _reason: self._call())

    def _call(self) -> None:
        if not self.host.widget.isActiveWindow():
            QApplication.alert(self.host.widget)

    def _fail(self, _message: Message) -> None:
        self._call()

    def _follow(self, state: str) -> None:
        if state == "idle":
            self._member = (0, 1)
            show_in_task_bar(None)

    def on_member_started(self, event: MemberStarted) -> None:
        self._member = (event.index - 1, event.count)

    def on_progress(self, event: Progress) -> None:
        if monotonic() - self._told_at >= OFTEN:
            self._told_at = monotonic()
            done, count = self._member
            show_in_task_bar((done + event.fraction) / count)

    def on_finished(self, event: Finished) -> None:
        if self._member[1] == 1 and not event.stopped:
            self._call()

    def on_series_finished(self, event: SeriesFinished) -> None:
        if not event.stopped:
            self._call()


def show_in_task_bar(fraction: float | None) -> None:
    """How far it is, where the desktop's task bar shows it; None: nothing goes on."""
    if has_session_bus():
        _send({"progress": fraction or 0.0, "progress-visible": fraction is not None})


def has_session_bus() -> bool:
    """Whether programs of the desktop can hear one another, without starting what they would do it by."""
    if sys.platform != "linux":
        return False
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return bool(folder) and Path(folder or "", "bus").exists()


def _send(values: Mapping[str, object]) -> None:
    try:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage  # not in every build of Qt
    except ImportError:
        return
    bus = QDBusConnection.sessionBus()
    if bus.isConnected():
        signal = QDBusMessage.createSignal(PLACE, LAUNCHER, "Update")
        signal.setArguments([APP, dict(values)])
        bus.send(signal)
