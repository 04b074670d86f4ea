"""Runs of milliseconds: kept after every epoch, as longer ones are, and computed in the order most networks are."""

from __future__ import annotations

import pytest

from engine.training import run, tuning


@pytest.fixture(autouse=True)
def as_longer_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "KEEP_SHARE_AFTER", 0)
    monkeypatch.setattr(tuning, "prefers_channels_last", lambda *_: True)
