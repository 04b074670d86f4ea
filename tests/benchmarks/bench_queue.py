"""Two small networks, one after the other in this process, and meanwhile: one here, the other in a process of its own.

Where a process has to be started first, that counts. ``python -m tests.benchmarks.bench_queue [SECONDS]``
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from threading import Thread

from PySide6.QtCore import QCoreApplication

from app.document.document import Document, Pinned
from app.features.beside import Beside
from app.features.waiting import Order
from app.window.jobs import stand_back
from engine.experiment.experiment import Experiment
from engine.runs.folder import record
from engine.training import fit
from engine.training.devices import useful_threads
from tests.benchmarks.targets import Figures
from tests.engine.cases import experiment

ROUNDS = 3


def main(seconds: float = 15.0) -> int:
    figures = Figures("Two small networks on this computer, meanwhile instead of one after the other")
    app = QCoreApplication.instance() or QCoreApplication([])
    network = _as_long_as(seconds)
    print(f"  each step is worth {useful_threads(network)} thread; {network.recipe.epochs} epochs")
    with tempfile.TemporaryDirectory() as folder:
        ratios, waits = [], []
        for _ in range(ROUNDS):
            after = _learned(network, Path(folder)) + _learned(network, Path(folder))
            meanwhile, wait = _meanwhile(app, network, Path(folder))
            ratios.append(after / meanwhile)
            waits.append(wait)
    figures.add(f"{seconds:.0f} seconds each: times as fast together", ratios, "×", above=1.1)
    figures.add("until the process learns", waits, "s")
    return figures.status()


def _as_long_as(seconds: float) -> Experiment:
    """The same network with so many epochs that it takes about so long by itself."""
    few = experiment(epochs=20)
    _learned(few, Path(tempfile.mkdtemp()))  # the data are read
    one = _learned(few, Path(tempfile.mkdtemp())) / 20
    return replace(few, recipe=few.recipe.with_options(epochs=max(1, round(seconds / one))))


def _here(network: Experiment, folder: Path) -> Thread:
    """In a thread that stands back, as the window trains."""
    def train() -> None:
        stand_back()
        for _ in record(fit(network), network, folder / f"{time.time_ns()}"):
            pass

    thread = Thread(target=train)
    thread.start()
    return thread


def _learned(network: Experiment, folder: Path) -> float:
    """Seconds."""
    began = time.perf_counter()
    _here(network, folder).join()
    return time.perf_counter() - began


def _meanwhile(app: QCoreApplication, network: Experiment, folder: Path) -> tuple[float, float]:
    """Seconds until both have ended, and until the process had begun to learn."""
    began, begun, beside = time.perf_counter(), [0.0], Beside(app)
    beside.advanced.connect(lambda _one: begun.__setitem__(0, begun[0] or time.perf_counter() - began))
    beside.begin(Document(network, "beside"), Order(Pinned(network)), folder, None)
    here = _here(network, folder)
    while beside.running or here.is_alive():
        app.processEvents()
        time.sleep(0.01)
    took = time.perf_counter() - began
    beside.finish()
    return took, begun[0]


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:2])))
