"""Whatever is going on can be left: a tab and the window close while it goes on. A test that waited would never end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.features.data import Data
from app.features.documents import Documents
from app.features.drawing import Drawing
from app.features.exporting import Exporting
from app.features.heating import Heating
from app.features.training import Training
from app.window.leaving import wait_for_left
from app.window.window import MainWindow
from engine.data.errors import StoppedError
from engine.data.fetching.folder import Official
from engine.data.sources.mnist import FILES
from engine.data.spec.spec import DataSpec
from tests.app.windows import opened
from tests.engine.data.data_cases import only_mirror


class Work:
    """What does not end, and never looks whether it should, until the test is over."""

    def __init__(self) -> None:
        self.begun, self.over = threading.Semaphore(0), threading.Event()

    def __call__(self, *_: object, **__: object) -> Any:
        self.begun.release()
        self.over.wait()
        raise StoppedError("The test is over")


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work()
    yield work
    work.over.set()
    assert wait_for_left(20_000)


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet-digits") as window:
        window.feature(Documents).open("gallery:mlp")
        yield window


def begin(window: MainWindow, what: str, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the window do this, and let it not end."""
    page = window.page
    experiment = page.document.experiment
    if what == "export":
        monkeypatch.setattr("engine.export.export.export", work)
        window.feature(Exporting).export(experiment, tmp_path / "a.onnx", None, "")
    elif what == "figure":
        monkeypatch.setattr("engine.figures.export.draw", work)
        window.feature(Drawing).draw(page, tmp_path / "a.pdf", "figure")
    elif what == "timing":
        monkeypatch.setattr("engine.inspect.timing.time_layers", work)
        window.feature(Heating).choose("time")
    elif what == "reading":
        monkeypatch.setattr("engine.data.tensors.loading.load_data", work)
        window.feature(Data).library.show(DataSpec(dataset="polynomial"))
    else:
        monkeypatch.setattr("engine.data.spec.reading.choosing", work)
        (tmp_path / "a.csv").write_text("a,b\n1,2\n")
        window.feature(Data).files.open(tmp_path / "a.csv")
    assert work.begun.acquire(timeout=20)


WORKS = ("export", "figure", "timing", "reading", "table")


@pytest.mark.parametrize("what", WORKS)
def test_a_tab_closes_whatever_is_done_for_it(window, work, what, tmp_path, monkeypatch):
    begin(window, what, work, tmp_path, monkeypatch)
    window.page.document.history.mark_clean()
    window.close_page(1)
    assert len(window.pages) == 1 and window.page is window.pages[0]


def test_the_window_closes_whatever_is_going_on(window, work, tmp_path, monkeypatch):
    for what in WORKS:
        begin(window, what, work, tmp_path, monkeypatch)
    for page in window.pages:
        page.document.history.mark_clean()
    assert window.close() and not window.isVisible()


@pytest.fixture
def long_batch(work, monkeypatch) -> Work:
    """A training that is in a batch for good."""
    def fit(*_: object, **__: object) -> Iterator[object]:
        work()
        yield from ()

    monkeypatch.setattr("engine.training.fit", fit)
    return work


def test_a_tab_closes_in_a_long_batch_and_another_network_can_be_trained(window, long_batch, qtbot, monkeypatch):
    training = window.feature(Training)
    training.train()
    assert long_batch.begun.acquire(timeout=20)
    trained = window.page.document
    window.close_page(1)
    assert training.trainer.state == "idle" and not training.trainer.trains(trained)
    monkeypatch.undo()
    document = window.page.document
    recipe = document.experiment.recipe.with_options(epochs=1, device="cpu")
    document.edit("", replace(document.experiment, recipe=recipe))
    training.train()
    assert training.trainer.state != "idle"
    qtbot.waitUntil(lambda: training.trainer.state == "idle", timeout=60_000)
    assert document.run.best is not None
    document.history.mark_clean()


def test_the_window_closes_in_a_long_batch(window, long_batch):
    window.feature(Training).train()
    assert long_batch.begun.acquire(timeout=20)
    assert window.close()


# -- a server that says nothing -------------------------------------------------------------------------------------


@pytest.fixture
def silent(monkeypatch) -> Iterator[None]:
    """The only mirror takes every connection and says nothing."""
    server = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr("engine.data.fetching.download.TIMEOUT", 1000.0)
    address = f"http://127.0.0.1:{server.getsockname()[1]}/"
    only_mirror(monkeypatch, lambda: Official([address], dict.fromkeys((f"{name}.gz" for name in FILES), "0" * 32)))
    yield
    server.close()


@pytest.mark.usefixtures("silent")
def test_a_silent_download_is_cancelled_by_its_button(window, qtbot):
    data = window.feature(Data)
    with qtbot.waitSignal(data.library.missing):
        data.library.show(DataSpec(dataset="mnist"))
    data.library.download()
    qtbot.wait(300)
    with qtbot.waitSignal(data.library.missing, timeout=20_000):
        data.library.cancel()


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("who", ["download", "training"])
def test_a_silent_download_keeps_no_window_open(window, qtbot, who):
    if who == "download":
        window.feature(Data).library.show(DataSpec(dataset="mnist"))
        window.feature(Data).library.download()
    else:
        document = window.page.document
        document.edit("", replace(document.experiment, data=DataSpec(dataset="mnist")))
        document.history.mark_clean()
        window.feature(Training).train()
    qtbot.wait(300)
    assert window.close()


# -- the process ----------------------------------------------------------------------------------------------------

PROGRAM = """
import sys, time
from PySide6.QtCore import QTimer
from app import gui
from app.window.jobs import Jobs

def endless(job):
    while True:
        {work}

def begin(window, jobs):
    for _ in range({count}):
        jobs.start(endless, print, print)
    QTimer.singleShot({after}, window, lambda: (window.close(), jobs.finish(), print("closed", flush=True)))

def made(settings, make=gui.make_window):
    window = make(settings)
    {when}(lambda: begin(window, Jobs(window)))
    return window

gui.make_window = made
sys.exit(gui.main(["layerloom", "gallery:mlp"]))
"""


@pytest.mark.parametrize("options", [
    {"work": "time.sleep(1000)"}, {"work": "time.sleep(0.001)"}, {"work": "sum(range(1000))"},
    {"when": "QTimer.singleShot", "count": 0, "after": 400},  # PyTorch is still loading, and cannot be asked to end
], ids=str)  # fmt: skip
def test_a_process_ends_well_with_threads_that_do_not(options, tmp_path):
    usual = {"work": "pass", "when": "window.ready.connect", "count": 3, "after": 200}
    code = PROGRAM.format(**usual | options).replace("singleShot(lambda", "singleShot(0, lambda")
    ran = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], text=True, capture_output=True,
                         env=os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
                         timeout=100)
    assert (ran.returncode, ran.stdout) == (0, "closed\n"), ran.stderr
    assert "Traceback" not in ran.stderr and "Destroyed" not in ran.stderr


def test_a_click_on_close_is_enough(window, work, tmp_path, monkeypatch):
    """By the tab's own button, while what it shows is being computed."""
    begin(window, "timing", work, tmp_path, monkeypatch)
    tabs = window.places.documents
    button = tabs.tabButton(1, tabs.ButtonPosition.RightSide) or tabs.tabButton(1, tabs.ButtonPosition.LeftSide)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(window.pages) == 1
