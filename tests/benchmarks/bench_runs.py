"""What keeping a run costs: an epoch late in it beside an early one, and how soon it holds and stops."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path

import torch

from engine.data.options.options import Synthetic
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, load_experiment
from engine.runs.folder import record
from engine.training import fit
from engine.training.control import Control
from engine.training.events import EpochEnded, Finished, Paused, Point
from tests.benchmarks.targets import Figures
from tests.engine.cases import chain, experiment, with_recipe

EPOCHS, WINDOW = 50_000, 1000  # epochs; the whole takes two minutes
NUMBERS = DataSpec(dataset="linear", synthetic=Synthetic(rows=64, validation_rows=16, test_rows=16))
TRIES = 12


def long_run() -> Experiment:
    """So small that nothing else counts."""
    base = experiment(("fc1", "Linear", {"out_features": 1}), data=NUMBERS, loss="mse", optimizer="momentum", lr=1e-4,
                      batch_size=64, epochs=EPOCHS)
    return Experiment(chain(("fc1", "Linear", {"out_features": 1})), base.data, base.recipe)


def epoch_seconds(folder: Path) -> list[float]:
    """CPU time of each epoch of a run that is kept."""
    base = long_run()
    ends = [time.process_time() for event in record(fit(base), base, folder) if isinstance(event, EpochEnded)]
    return [later - earlier for earlier, later in pairwise(ends)]


def latency(act: str) -> float:
    """Seconds from asking to the answer, without those of the longest batch."""
    base, control = with_recipe(load_experiment("gallery:lenet-digits"), epochs=1000, batch_size=256), Control()
    asked, batches, last = 0.0, [0.0], time.perf_counter()
    for event in fit(base, control):
        now = time.perf_counter()
        if isinstance(event, Point):
            batches.append(now - last)
            if event.position > 2 and not asked:
                asked = now
                threading.Timer(0.01, control.pause if act == "pause" else control.stop).start()
        last = now
        if isinstance(event, (Paused, Finished)):
            control.abandon()
            return max(0.0, now - asked - 0.01 - max(batches))
    raise AssertionError


def main() -> int:
    torch.set_num_threads(1)
    figures = Figures("A run that is kept")
    with tempfile.TemporaryDirectory() as folder:
        seconds = epoch_seconds(Path(folder))
    early, late = (sum(part) for part in (seconds[WINDOW:2 * WINDOW], seconds[-WINDOW:]))
    figures.add(f"an epoch after {EPOCHS:,} beside one after {WINDOW:,}", late / early, "×", below=1.5)
    for act in ("pause", "stop"):
        figures.add(f"from asking to {act}, beyond a batch", [1000 * latency(act) for _ in range(TRIES)], "ms",
                    below=200)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
