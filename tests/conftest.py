"""For all tests: no display needed, no network, settings and data of one's own, no thread left behind."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The window-system-free platform, unless a test starts the program on a display of its own.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same cases every time. To look for new ones: HYPOTHESIS_PROFILE=search make test
settings.register_profile("steady", derandomize=True)
settings.register_profile("search", derandomize=False, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

MNIST_ROOT = Path(__file__).parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder with real MNIST in torchvision's layout."""
    if not (MNIST_ROOT / "MNIST" / "raw").is_dir():
        pytest.skip(f"real MNIST is not at {MNIST_ROOT}")
    return MNIST_ROOT


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person's own is read or written."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LAYERLOOM_DATA", raising=False)


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    """A test that leaves a thread running has not cleaned up."""
    before = set(threading.enumerate())
    yield
    left = [
        thread for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not thread.daemon
        and not isinstance(thread, threading._DummyThread)
    ]  # fmt: skip
    assert not left, f"threads left running: {left}"


@pytest.fixture(scope="session", autouse=True)
def _clipboard_left_to_others() -> Iterator[None]:
    """What a test copied ends with it, as it does with the program."""
    yield
    if "PySide6.QtGui" in sys.modules:
        from PySide6.QtGui import QGuiApplication

        from widgets.canvas.gestures.clipboard import leave_text

        if QGuiApplication.instance() is not None:
            leave_text()
