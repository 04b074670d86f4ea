"""Judging 10 000 pictures with LeNet beside a bare forward pass over the same batches: CPU time of one thread."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import torch

from engine.data.tensors.batches import ranges
from engine.data.tensors.data import Data, Split
from engine.evaluation.calibration import calibration
from engine.evaluation.confusion import mistakes, most_confused
from engine.evaluation.judging import judged
from engine.evaluation.values import Evaluation
from engine.experiment.experiment import load_experiment
from engine.inspect.lens import Lens
from tests.benchmarks.targets import Figures

COUNT, ROUNDS, MOST = 10_000, 7, 1.2
SIZES = (64, 256)  # of batches


def given() -> tuple[Lens, Data]:
    """LeNet as it begins, and random pictures."""
    base = load_experiment("gallery:lenet")
    spec = base.data.with_options(dataset="mnist")
    made = Split(torch.randint(0, 256, (COUNT, 1, 28, 28), dtype=torch.uint8), torch.randint(0, 10, (COUNT,)))
    data = Data(spec, made, made, made, (0.1,), (0.3,))
    return Lens(replace(base, data=spec)), data


def bare(lens: Lens, data: Data, size: int) -> Callable[[], object]:
    """The network alone, over pictures that are ready for it."""
    ready, module = data.test.inputs.float() / 255, lens.module

    def run() -> None:
        with torch.no_grad():
            for begin, end in ranges(COUNT, size):
                module(ready[begin:end])

    return run


def judging(lens: Lens, data: Data, size: int) -> Evaluation:
    """All of it, with what is read off it."""
    steps = judged(lens, data, "test", batch_size=size)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Evaluation = end.value
            break
    calibration(found)
    mistakes(found)
    most_confused(found.confusion, 10)
    return found


def cpu_ms(act: Callable[[], object]) -> float:
    """What one call takes of a core, in milliseconds, whoever else is at work."""
    begin = time.process_time()
    act()
    return 1000 * (time.process_time() - begin)


def main() -> int:
    """All figures."""
    torch.set_num_threads(1)
    figures = Figures(f"evaluation: {COUNT} pictures of 28×28, LeNet")
    lens, data = given()
    for size in SIZES:
        forward = bare(lens, data, size)
        for _ in range(2):
            forward()
            judging(lens, data, size)
        plain, whole = list[float](), list[float]()
        for _ in range(ROUNDS):
            plain.append(cpu_ms(forward))
            whole.append(cpu_ms(lambda size=size: judging(lens, data, size)))
        figures.add(f"a bare forward pass, batches of {size}", plain)
        figures.add(f"judging, batches of {size}", whole)
        figures.add(f"judging beside it, batches of {size}",
                    [one / other for one, other in zip(whole, plain, strict=True)], "×", below=MOST)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
