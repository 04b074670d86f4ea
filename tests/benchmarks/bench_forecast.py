"""How well a run's time is foreseen: the forecast over the epochs that follow, on real MNIST, in turns."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

from engine.data.tensors.data import Data
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment, load_experiment
from engine.training import fit
from engine.training.checks.forecast import forecast
from engine.training.events import EpochEnded, Started, ThreadsChanged
from tests.benchmarks.bench_training import mnist
from tests.benchmarks.targets import Figures

ROUNDS, EPOCHS = 3, 2


def main() -> int:
    figures = Figures("A forecast over the measured epoch, learning and judging, of runs in between")
    with mnist() as root:
        for name in ("mlp", "lenet", "residual-small"):
            experiment = on_mnist(name)
            data = load_data(experiment.data, root)
            ratios, took = zip(*rounds(experiment, data), strict=True)
            figures.add(f"{name}: forecast over epoch", ratios, "×", above=0.75, below=1.25)
            figures.add("    finding it out", took, "s", below=5)
    return figures.status()


def on_mnist(name: str) -> Experiment:
    base = load_experiment(f"gallery:{name}")
    return replace(base, data=base.data.with_options(dataset="mnist"), recipe=base.recipe.with_options(epochs=EPOCHS))


def rounds(experiment: Experiment, data: Data) -> Iterator[tuple[float, float]]:
    """The forecast over each run's epoch; a run that others took cores from on the way is measured again."""
    done = 0
    while done < ROUNDS:
        found = forecast(experiment, data)
        if (seconds := epoch(experiment, data)) is not None:
            done += 1
            yield found.epoch_seconds / seconds, found.took


def epoch(experiment: Experiment, data: Data) -> float | None:
    """Seconds of a run's epochs in the mean; None where its threads changed."""
    start = end = perf_counter()
    for event in fit(experiment, data=data):
        if isinstance(event, ThreadsChanged) and event.position > 0:
            return None
        if isinstance(event, Started):
            start = perf_counter()
        if isinstance(event, EpochEnded):
            end = perf_counter()
    return (end - start) / EPOCHS


if __name__ == "__main__":
    sys.exit(main())
