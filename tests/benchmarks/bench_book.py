"""The book of a thousand runs: how soon it is there, and what keeping a run costs beside learning it."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import torch

from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment, load_experiment
from engine.runs.book.book import read_book
from engine.runs.book.index import INDEX
from engine.runs.folder import record
from engine.training import fit
from engine.training.events import Event
from tests.benchmarks.targets import Figures, ms
from tests.engine.cases import made_data, with_recipe
from tests.engine.runs.book.kept import kept

RUNS, TRIES = 1000, 3
EXAMPLES = 60_000  # as MNIST has


def write_runs(root: Path) -> None:
    """Two hundred settings with five seeds each."""
    base = replace(load_experiment("gallery:lenet"), variants=())
    for number in range(RUNS):
        each = with_recipe(base, lr=0.01 * (1 + number // 5), seed=number % 5)
        kept(root, number, each, (0.5, 0.6 + number / 4000, 0.7))


def reading(figures: Figures, root: Path) -> None:
    """Cold: the index is made; it is none that the disk is slow."""
    def cold(told: bool) -> float:
        (root / INDEX).unlink(missing_ok=True)
        return ms(lambda: read_book([root], told=told))

    figures.add("1 000 runs, nothing known: the table", [cold(False) for _ in range(TRIES)], below=500)
    figures.add("… with what each has changed", [cold(True) for _ in range(TRIES)])
    figures.add("… known from another time", [ms(lambda: read_book([root])) for _ in range(TRIES)], below=500)


def lenet(name: str, epochs: int) -> Experiment:
    """As small batches as people take."""
    base = replace(load_experiment(f"gallery:{name}"), variants=())
    return with_recipe(base, batch_size=32, epochs=epochs)


class Timed:
    """Events that pass, and how long it took to learn what they tell."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events, self.seconds = iter(events), 0.0

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        begun = time.perf_counter()
        try:
            return next(self._events)
        finally:
            self.seconds += time.perf_counter() - begun


def share_of_keeping(base: Experiment, folder: Path, data: Data | None) -> float:
    """The time that an epoch takes beside its learning, in percent of that."""
    learning = Timed(fit(base, data=data))
    begun = time.perf_counter()
    for _ in record(learning, base, folder):
        pass
    return 100 * ((time.perf_counter() - begun) / learning.seconds - 1)


def keeping(figures: Figures) -> None:
    """Both within one run: what else the computer does meets them alike."""
    for name, epochs, examples in (("lenet", 2, EXAMPLES), ("lenet-digits", 50, 0)):
        base = lenet(name, epochs)
        data = made_data(examples, base.data, size=28) if examples else None
        with tempfile.TemporaryDirectory() as folder:
            shares = [share_of_keeping(base, Path(folder) / str(number), data) for number in range(TRIES)]
        figures.add(f"keeping {name} at batch 32, beside learning it", shares, "%", below=1 if examples else 2)


def main() -> int:
    torch.set_num_threads(1)
    figures = Figures("The book of all runs")
    with tempfile.TemporaryDirectory() as folder:
        write_runs(Path(folder))
        reading(figures, Path(folder))
    keeping(figures)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
