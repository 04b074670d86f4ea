"""Two small networks, one after the other in this process, and meanwhile: one here, the other in a process of its own.

What the process takes to start counts. Where others are at work, time on the wall says little: then time on the cores
says what it would be with two that are free. ``python -m tests.benchmarks.bench_queue [SECONDS]``
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import NamedTuple

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


class Took(NamedTuple):
    """Seconds."""

    wall: float
    here: float  # on a core, in this process
    there: float = 0.0  # in the other one
    start: float = 0.0  # until that learns


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
    figures = Figures("Two small networks on this computer, meanwhile instead of one after the other")
    app = QCoreApplication.instance() or QCoreApplication([])
    with tempfile.TemporaryDirectory() as folder:
        network = _as_long_as(seconds, Path(folder))
        print(f"  each step is worth {useful_threads(network)} thread; {network.recipe.epochs} epochs")
        after, meanwhile = [], []
        for _ in range(ROUNDS):
            both = _here(network, Path(folder)), _here(network, Path(folder))
            after.append(Took(sum(took.wall for took in both), sum(took.here for took in both)))
            meanwhile.append(_meanwhile(app, network, Path(folder)))
    pairs = list(zip(after, meanwhile, strict=True))
    figures.add(f"{seconds:.0f} seconds each: times as fast together", [a.wall / b.wall for a, b in pairs], "×")
    figures.add("by time on the cores, as with two that are free",
                [a.here / max(b.here, b.there) for a, b in pairs], "×", above=1.3)
    figures.add("until the process learns", [took.start for took in meanwhile], "s")
    return figures.status()


def _as_long_as(seconds: float, folder: Path) -> Experiment:
    """The same network with so many epochs that it takes a core about so long."""
    few = experiment(epochs=100)
    _here(few, folder)  # the data are read
    return replace(few, recipe=few.recipe.with_options(epochs=round(100 * seconds / _here(few, folder).here)))


def _begin(network: Experiment, folder: Path) -> Thread:
    """In a thread that stands back, as the window trains."""
    def train() -> None:
        stand_back()
        for _ in record(fit(network), network, folder / f"{time.time_ns()}"):
            pass

    thread = Thread(target=train)
    thread.start()
    return thread


def _here(network: Experiment, folder: Path) -> Took:
    wall, core = time.perf_counter(), time.process_time()
    _begin(network, folder).join()
    return Took(time.perf_counter() - wall, time.process_time() - core)


def _meanwhile(app: QCoreApplication, network: Experiment, folder: Path) -> Took:
    wall, core, there = time.perf_counter(), time.process_time(), _of_children()
    starts: list[float] = []
    beside = Beside(app)
    beside.advanced.connect(lambda _one: starts.append(time.perf_counter() - wall))
    beside.begin(Document(network, "beside"), Order(Pinned(network)), folder, None)
    here = _begin(network, folder)
    while beside.running or here.is_alive():
        app.processEvents()
        time.sleep(0.02)
    took = Took(time.perf_counter() - wall, time.process_time() - core, _of_children() - there, starts[0])
    beside.finish()
    return took


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
