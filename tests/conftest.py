"""For all tests: no display needed, no network, settings and data of one's own, no thread left behind."""

from __future__ import annotations

import atexit
import compileall
import gc
import logging
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from pytestqt.qtbot import QtBot

from tests import fonts
from tests.skipping import NO_MNIST, pytest_make_collect_report, pytest_runtest_makereport

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]  # hooks


gc.disable()  # what is collected, stays


def pytest_collection_finish() -> None:
    """What was collected stays to the end: thousands of tests, which no search for garbage need look through."""
    gc.collect()
    gc.freeze()
    gc.enable()


ROOT = Path(__file__).parents[1]
ROOM = 2 << 30  # bytes; a container may have a few MB


def _in_memory() -> str | None:
    """A folder of no disk, where there is one with room: some disks take minutes to delete thousands of files."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or os.statvfs(memory).f_flag & os.ST_NOEXEC or shutil.disk_usage(memory).free < ROOM:
        return None
    return str(memory) if os.access(memory, os.W_OK) else None


def _leave_the_desktop() -> None:
    """No settings, fonts, caches or language of the person's own, here and in every process started from here."""
    if memory := _in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)
    home = Path(tempfile.mkdtemp(prefix="layerloom-tests-", dir=memory))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in list(os.environ):
        if name.startswith(("QT_", "XDG_", "LC_", "GTK_")) or name in ("LANG", "LANGUAGE"):
            del os.environ[name]
    os.environ.update({"HOME": str(home), "USERPROFILE": str(home), "LC_ALL": "C.UTF-8"})
    fonts.use_only_ours(home)


if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker has left it with the process that started it
    _leave_the_desktop()


def pytest_configure(config: pytest.Config) -> None:
    """The hundreds of processes that a whole suite starts find the program compiled."""
    if getattr(config.option, "numprocesses", None):
        for room in ("app", "engine", "resources", "widgets"):
            compileall.compile_dir(ROOT / room, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)


# The window-system-free platform, unless a test starts the program on a display of its own.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same cases every time. To look for new ones: HYPOTHESIS_PROFILE=search make test
settings.register_profile("steady", derandomize=True)
settings.register_profile("search", derandomize=False, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

ENDS_S, WAITS_MS = 20, 20_000  # for what was told to end, and for what a test waits for: a bound for busy machines
MNIST_ROOT = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder with real MNIST in torchvision's layout."""
    if not (MNIST_ROOT / "MNIST" / "raw").is_dir():
        pytest.skip(f"{NO_MNIST}: it would be at {MNIST_ROOT}")
    return MNIST_ROOT


@pytest.fixture(scope="session")
def _more_fonts(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The narrow and the wide font are there beside the usual one."""
    from PySide6.QtGui import QFontDatabase

    folder = tmp_path_factory.mktemp("fonts")
    for name in fonts.FONTS:
        for file in fonts.made(name, folder) if name != "usual" else ():
            assert QFontDatabase.addApplicationFont(str(file)) >= 0


@pytest.fixture(params=fonts.FONTS)
def font(request: pytest.FixtureRequest, qapp: QApplication, _more_fonts: None,
         monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The desktop's fonts, one after the other: a layout that keeps every word under one must do so under all."""
    from PySide6.QtGui import QFont

    from widgets.canvas.ground.fonts import Fonts
    from widgets.look import theme

    letters, numbers = fonts.family(request.param)
    before, mono = qapp.font(), theme.mono_font
    with_family = QFont(before)
    with_family.setFamily(letters)

    def mono_font(pixels: int) -> QFont:
        made = mono(pixels)
        made.setFamily(numbers)
        return made

    monkeypatch.setattr(theme, "mono_font", mono_font)
    monkeypatch.setattr(Fonts, "made", None)
    qapp.setFont(with_family)
    yield request.param
    qapp.setFont(before)


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    """What is waited for may take its time on a busy machine: how long it takes belongs to ``tests/benchmarks``."""
    for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitActive, QtBot.waitExposed):
        assert wait.__kwdefaults__["timeout"] < WAITS_MS
        wait.__kwdefaults__["timeout"] = WAITS_MS


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nothing of the person's own is read or written; a folder of the test's own, made only by what writes there."""
    home = tmp_path_factory.getbasetemp() / f"home-{next(_homes)}"
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.delenv("LAYERLOOM_DATA", raising=False)
    yield home
    shutil.rmtree(home, ignore_errors=True)


_homes = count()


class _Heard(logging.Handler):
    """Keeps what is logged, with the exception it is about."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(_FULL.format(record))


_FULL = logging.Formatter("%(message)s")


@pytest.fixture(autouse=True)
def unforeseen() -> Iterator[list[str]]:
    """Exceptions that the program survived, though nobody foresaw them: any that is left in the end fails the test."""
    heard, log = _Heard(), logging.getLogger("widgets.look.guarded")
    log.addHandler(heard)
    yield heard.texts
    log.removeHandler(heard)
    assert not heard.texts, "\n".join(heard.texts)


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    """A test that leaves a thread running has not cleaned up; one that was told to end may take its time."""
    before = set(threading.enumerate())
    yield
    left = [
        thread for thread in threading.enumerate()
        if thread not in before and not thread.daemon and not isinstance(thread, threading._DummyThread)
    ]  # fmt: skip
    for thread in left:
        thread.join(ENDS_S)
    assert not any(thread.is_alive() for thread in left), f"threads left running: {left}"


@pytest.fixture(scope="session", autouse=True)
def _clipboard_left_to_others() -> Iterator[None]:
    """What a test copied ends with it, as it does with the program."""
    yield
    if "PySide6.QtGui" in sys.modules:
        from PySide6.QtGui import QGuiApplication

        from widgets.canvas.gestures.clipboard import leave_text

        if QGuiApplication.instance() is not None:
            leave_text()
