"""A run ends while one is elsewhere: the window asks for a look; the task bar is told how far it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from app.features import calling
from app.features.training import Training
from app.window.window import MainWindow
from engine.messages import say
from engine.training.events import Finished, MemberStarted, Progress, SeriesFinished
from engine.training.values import Metrics, Summary
from tests.app.windows import opened

SUMMARY = Summary(2, 2, Metrics(1.0), Metrics(1.0), Metrics(1.0), 1000.0, "cpu", 10, 0)


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp", torch=False) as window:
        yield window


def test_the_end_of_a_run_calls_whoever_is_elsewhere(window, monkeypatch):
    called: list[Any] = []
    monkeypatch.setattr(calling.QApplication, "alert", called.append)
    trainer = window.feature(Training).trainer
    finished = Finished(SUMMARY, stopped=False)
    trainer.event_arrived.emit(finished)
    assert called == []  # one looks at it
    monkeypatch.setattr(type(window), "isActiveWindow", lambda _window: False)
    trainer.event_arrived.emit(Finished(SUMMARY, stopped=True))
    assert called == []  # by one's own hand
    trainer.event_arrived.emit(finished)
    trainer.failed.emit(say("No memory"))
    assert called == [window, window]
    trainer.event_arrived.emit(MemberStarted(1, 2, "a", window.page.document.experiment))
    trainer.event_arrived.emit(finished)
    assert len(called) == 2  # there is another to come
    trainer.event_arrived.emit(SeriesFinished((), {}, {}))
    assert len(called) == 3


def test_the_task_bar_is_told_now_and_then_and_at_the_end(window, monkeypatch):
    sent: list[Any] = []
    now = [100.0]
    monkeypatch.setattr(calling, "has_session_bus", lambda: True)
    monkeypatch.setattr(calling, "monotonic", lambda: now[0])
    monkeypatch.setattr(calling, "_send", lambda values: sent.append(tuple(values.values())))
    trainer = window.feature(Training).trainer
    trainer.event_arrived.emit(Progress(1, 2, 0.25, 1000.0, 3.0))
    trainer.event_arrived.emit(Progress(1, 2, 0.26, 1000.0, 3.0))
    now[0] += calling.OFTEN
    trainer.event_arrived.emit(MemberStarted(2, 4, "b", window.page.document.experiment))
    trainer.event_arrived.emit(Progress(1, 2, 0.5, 1000.0, 3.0))
    trainer.state_changed.emit("idle")
    assert sent == [(0.25, True), (0.375, True), (0.0, False)]


def test_without_a_desktop_nothing_is_sent(monkeypatch, tmp_path):
    monkeypatch.setattr(calling.sys, "platform", "linux")
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert not calling.has_session_bus()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert not calling.has_session_bus()
    (tmp_path / "bus").touch()
    assert calling.has_session_bus()
    monkeypatch.setattr(calling.sys, "platform", "win32")
    assert not calling.has_session_bus()
    monkeypatch.setattr(calling.sys, "platform", "linux")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={os.devnull}/nowhere")
    calling.show_in_task_bar(0.5)  # a bus that does not answer
