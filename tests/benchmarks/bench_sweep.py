"""Sweeps of real networks on the bundled digits: whether halving ever loses the best, what it saves, and what two
processes gain.

    python -m tests.benchmarks.bench_sweep [SWEEPS]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.experiment.experiment import Experiment, load_experiment
from engine.experiment.sweep.axes import axes_of
from engine.experiment.sweep.halving import mean_score
from engine.experiment.sweep.plan import Plan
from engine.runs.sweeping.events import SweepEnded
from engine.runs.sweeping.opened import Sweep, by_setting, key_of
from engine.runs.sweeping.sweep import sweep
from tests.benchmarks.targets import Figures
from tests.engine.cases import MLP, experiment, with_recipe

CONVOLUTION = (("conv1", "Conv2d", {"out_channels": 8, "kernel_size": 3}), ("act0", "ReLU", {}), *MLP)
DEEP = (("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 32}), ("act1", "Sigmoid", {}),
        ("fc2", "Linear", {"out_features": 32}), ("act2", "Sigmoid", {}), ("fc3", "Linear", {"out_features": 10}))


@dataclass(frozen=True)
class Case:
    """A sweep that is run in full and halved."""

    title: str
    base: Experiment
    over: tuple[str, ...]
    runs: int = 0


CASES = (
    Case("MLP, Adam, lr", experiment(epochs=8), ("lr=0.0001,0.0003,0.001,0.003,0.01,0.03,0.1,0.3",)),
    Case("MLP, SGD, lr × batch", experiment(epochs=8, optimizer="sgd"),
         ("lr=0.01,0.03,0.1,0.3", "batch_size=16,32,64,128")),
    Case("MLP, drawn", experiment(epochs=8), ("lr=1e-4..0.3", "batch_size=8.0..256.0", "optimizer=adam,momentum,sgd"),
         runs=16),
    Case("convolution, activation × lr", experiment(*CONVOLUTION, epochs=8),
         ("ReLU=ReLU,Sigmoid,Tanh,GELU", "lr=0.001,0.003,0.01")),
    Case("deep sigmoid, which begins slowly", experiment(*DEEP, epochs=16, batch_size=32),
         ("lr=0.0003,0.001,0.003,0.01,0.03", "optimizer=adam,rmsprop,momentum")),
    Case("LeNet, as in the book", with_recipe(load_experiment("gallery:lenet-digits"), epochs=8, optimizer="adam"),
         ("lr=0.0003,0.001,0.003,0.01", "conv1.out_channels=4,8", "schedule=constant,cosine")),
)
SEEDS = (0, 1, 2)


def run(base: Experiment, case: Case, folder: Path, halving: int, processes: int = 0,
        seeds: Sequence[int] = ()) -> Sweep:
    over = [*case.over, *([f"seed={','.join(map(str, seeds))}"] if seeds else [])]
    plan = Plan(base, axes_of(base, over), case.runs * max(1, len(seeds)), halving=halving)
    *_, last = sweep(plan, folder, processes=processes)
    assert isinstance(last, SweepEnded)
    return last.sweep


def epochs_of(found: Sweep) -> int:
    return sum(member.epochs for member in found.members)


def lost(full: Sweep, halved: Sweep) -> tuple[bool, bool, float]:
    """Whether the setting that wins in full was stopped; whether that was said; and by how much the halved winner is
    worse."""
    epochs = full.plan.experiment.recipe.epochs
    scores = {key: mean_score(curves, epochs) for key, curves in by_setting(full).items()}
    best = max(scores.values())
    done = {key_of(member, halved.plan) for member in halved.members if member.state == "done"}
    winners = {key for key, score in scores.items() if score == best}
    is_lost = not winners & done
    said = " ".join(map(str, halved.doubts))
    return is_lost, any(winner in said for winner in winners), best - max(scores[key] for key in done)


def compared(case: Case, figures: Figures, place: Path) -> None:
    full_epochs = halved_epochs = missed = unsaid = 0
    behind: list[float] = []
    variants: list[tuple[Experiment, Sequence[int]]] = [(with_recipe(case.base, seed=seed), ()) for seed in SEEDS]
    variants.append((case.base, SEEDS))  # and judged over all seeds together
    for number, (base, seeds) in enumerate(variants):
        full, halved = (run(base, case, place / f"{number}-{halving}", halving, seeds=seeds) for halving in (0, 2))
        is_lost, is_said, worse = lost(full, halved)
        full_epochs, halved_epochs = full_epochs + epochs_of(full), halved_epochs + epochs_of(halved)
        missed, unsaid = missed + is_lost, unsaid + (is_lost and not is_said)
        behind.append(worse)
    figures.add(f"{case.title}: epochs, beside all", halved_epochs / full_epochs, "×", below=1.0)
    figures.add(f"{case.title}: winners lost of {len(variants)}", float(missed), "", below=0.5)
    figures.add(f"{case.title}: of these without a word", float(unsaid), "", below=0.5)
    figures.add(f"{case.title}: worse than the winner by", behind, "", below=0.01)


def processes(figures: Figures, place: Path) -> None:
    """Two against one, in turns; and what the sweep itself finds out."""
    case = Case("", experiment(*CONVOLUTION, epochs=30, batch_size=32), ("lr=0.001,0.01", "seed=0..3"))
    seconds: dict[int, list[float]] = {0: [], 1: [], 2: []}
    for turn in range(3):
        for count in seconds:
            start = time.perf_counter()
            found = run(case.base, case, place / f"{turn}-{count}", 0, count)
            seconds[count].append(time.perf_counter() - start)
            if not count:
                print(f"    {found.at_once}", flush=True)
    ratio = [one / two for one, two in zip(seconds[1], seconds[2], strict=True)]
    found = [min(one, two) / chosen for one, two, chosen in zip(seconds[1], seconds[2], seconds[0], strict=True)]
    figures.add("one process, seconds", seconds[1], "s")
    is_free = (os.cpu_count() or 1) >= 2 and os.getloadavg()[0] < 2.5
    figures.add("two processes, times as fast as one", ratio, "×", above=1.2 if is_free else None)
    figures.add("as many as are found to pay, beside the better of both", found, "×", above=0.6 if is_free else None)


def main() -> int:
    figures = Figures("Sweeps")
    cases = CASES[:int(sys.argv[1])] if len(sys.argv) > 1 else CASES
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases):
            compared(case, figures, Path(folder) / str(number))
        processes(figures, Path(folder) / "processes")
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
