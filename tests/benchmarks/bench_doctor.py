"""What the doctor costs: an epoch of LeNet with it and without, as ratios within one run; and how much it keeps."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.data.formats.arrays import Arrays
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment, load_experiment
from engine.runs.folder import record
from engine.runs.names import HEALTH
from engine.training import fit
from engine.training.events import Finished
from tests.benchmarks.targets import Figures
from tests.engine.cases import divided, experiment, made_data, of_type
from tests.engine.training.doctor.sick import layers

ROUNDS = 7


def pictures(base: Experiment, count: int) -> Data:
    """Noise of MNIST's shape."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8)
    return divided(base.data, Arrays(images, (np.arange(count) % 10).astype(np.uint8)))


def seconds(base: Experiment, data: Data, *, doctor: bool) -> float:
    """Of the steps of a run."""
    [end] = of_type(list(fit(base, data=data, doctor=doctor)), Finished)
    found: float = end.summary.training_seconds
    return found


def ratios(base: Experiment, data: Data) -> list[float]:
    """Time with the doctor over that without, one after the other, whoever begins taking turns."""
    seconds(base, data, doctor=True)
    found = []
    for number in range(ROUNDS):
        order = (True, False) if number % 2 else (False, True)
        times = {doctor: seconds(base, data, doctor=doctor) for doctor in order}
        found.append(times[True] / times[False])
    return found


def main() -> int:
    figures = Figures("The doctor: time of steps with it, over without")
    lenet = load_experiment("gallery:lenet-relu")
    lenet = replace(lenet, data=lenet.data.with_dataset("mnist"),
                    recipe=lenet.recipe.with_options(epochs=1, device="cpu"))
    for size, count, limit in ((256, 60_000, 1.03), (32, 20_000, 1.05)):
        base = replace(lenet, recipe=lenet.recipe.with_options(batch_size=size))
        figures.add(f"LeNet, batch {size}", ratios(base, pictures(base, count)), "×", below=limit)
    mlp = experiment(*layers("ReLU"), batch_size=32, epochs=20)
    small = made_data(1500)
    figures.add("a perceptron on digits, batch 32", ratios(mlp, small), "×")
    with tempfile.TemporaryDirectory() as folder:
        long = replace(mlp, recipe=mlp.recipe.with_options(epochs=200))
        list(record(fit(long, data=small), long, Path(folder)))
        figures.add("kept of 8 400 steps", (Path(folder) / HEALTH).stat().st_size / 1024, "KiB", below=512)
    return figures.status()



if __name__ == "__main__":
    sys.exit(main())
