"""What a step costs: a whole run here beside the best loop one would write by hand, in turns.

CPU time of one thread. By hand: tensors in memory, fused SGD, channels last where it pays, no metrics but the loss.
Lightning's Trainer stands beside where it is installed: ``make bench-beside`` installs it into .bench.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median

sys.path.append(os.environ.get("BESIDE", ".bench"))  # what is installed to be held against

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.data.fetching.torchvision_import import torchvision
from engine.data.tensors.data import Data, Split
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment, load_experiment
from engine.network.compile import build_module
from engine.network.watched import watched
from engine.training import fit
from engine.training.events import EpochEnded, Started
from engine.training.observer import Batch, Observer
from tests.benchmarks.bench_training import hand_written
from tests.benchmarks.targets import Figures

ROUNDS, LEAST = 7, 0.95
Loop = Callable[[], float]


def normed() -> nn.Sequential:
    """LeNet with batch norm, as the book writes it."""
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5), nn.BatchNorm2d(6), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), nn.BatchNorm2d(16), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Flatten(), nn.Linear(256, 120), nn.BatchNorm1d(120), nn.Sigmoid(), nn.Linear(120, 84), nn.BatchNorm1d(84),
        nn.Sigmoid(), nn.Linear(84, 10))


BY_HAND: dict[str, Callable[[], nn.Module]] = {
    "linreg": lambda: nn.Sequential(nn.Linear(2, 1)),
    "mlp": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)),
    "lenet": hand_written, "lenet-bn": normed,
}  # fmt: skip
CASES = (("linreg", 1, 3000), ("linreg", 10, 3000), ("mlp", 32, 600), ("mlp", 256, 150), ("lenet", 1, 1000),
         ("lenet", 32, 250), ("lenet", 256, 40), ("lenet-bn", 256, 40))  # network, batch, steps


def given(name: str, batch: int, steps: int) -> tuple[Experiment, Data]:
    """The gallery's network for one epoch of so many steps, and random data for it; next to nothing to judge."""
    base, count = load_experiment(f"gallery:{name}"), batch * steps
    data = load_data(base.data) if name == "linreg" else None
    if data is None:
        spec = base.data.with_options(dataset="mnist", validation=0.1)
        images = torch.randint(0, 256, (min(count, 6000), 1, 28, 28), dtype=torch.uint8)
        chosen = torch.arange(count) % len(images)
        train = Split(images[chosen], torch.randint(0, 10, (count,)))
        data = Data(spec, train, Split(train.inputs[:2], train.targets[:2]), Split(train.inputs[:0], train.targets[:0]),
                    (0.1,), (0.3,))
    else:
        chosen = torch.arange(count) % len(data.train)
        train = Split(data.train.inputs[chosen], data.train.targets[chosen])
        few = Split(train.inputs[:2], train.targets[:2])
        data = replace(data, train=train, validation=few, test=Split(train.inputs[:0], train.targets[:0]))
    recipe = base.recipe.with_options(optimizer="sgd", lr=0.01, batch_size=batch, epochs=1, device="cpu", folds=0,
                                         deterministic=False)
    return replace(base, data=data.spec, recipe=recipe, variants=()), data


def ours(experiment: Experiment, data: Data, observers: Iterable[Observer] = ()) -> Loop:
    """A whole run, from its start to the end of its epoch."""
    def run() -> float:
        begun = 0.0
        for event in fit(experiment, data=data, observers=tuple(observers)):
            if isinstance(event, Started):
                begun = time.process_time()
            elif isinstance(event, EpochEnded):
                return time.process_time() - begun
        raise AssertionError("no epoch has ended")

    return run


def by_hand(name: str, experiment: Experiment, data: Data, channels_last: bool) -> Loop:
    """The same steps."""
    net = BY_HAND[name]()
    x = data.train.inputs
    x = x.float() / 255 if x.dtype == torch.uint8 else x
    if channels_last:
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        x = x.contiguous(memory_format=torch.channels_last)
    y, batch, rate = data.train.targets, experiment.recipe.batch_size, experiment.recipe.lr
    loss = functional.cross_entropy if y.dtype == torch.int64 else functional.mse_loss
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, fused=True)

    def run() -> float:
        begun, total = time.process_time(), 0.0
        net.train()
        for index in torch.randperm(len(y)).split(batch):
            optimizer.zero_grad()
            value = loss(net(x.index_select(0, index)), y.index_select(0, index))
            value.backward()
            optimizer.step()
            total += value.item() * len(index)
        return time.process_time() - begun

    return run


def in_turns(loops: list[Loop], rounds: int = ROUNDS) -> list[list[float]]:
    """Each loop's times; the first round warms up and does not count."""
    times = [[loop() for loop in loops] for _ in range(rounds + 1)][1:]
    return [list(column) for column in zip(*times, strict=True)]


def lightning(experiment: Experiment, data: Data, name: str) -> Loop | None:
    """Lightning's Trainer with the same tensors, everything optional switched off; None: it is not installed."""
    if find_spec("lightning") is None:
        return None
    torchvision()  # beside a CPU-only torch its operators must be known before Lightning asks for it
    import lightning.pytorch as pl
    from torch.utils.data import DataLoader, TensorDataset

    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = BY_HAND[name]()

        def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
            x, y = batch
            loss = functional.cross_entropy if y.dtype == torch.int64 else functional.mse_loss
            return loss(self.net(x), y)

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=experiment.recipe.lr, fused=True)

    x = data.train.inputs
    x = x.float() / 255 if x.dtype == torch.uint8 else x
    loader = DataLoader(TensorDataset(x, data.train.targets), experiment.recipe.batch_size, shuffle=True)

    def run() -> float:
        trainer = pl.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False,
                             enable_progress_bar=False, enable_model_summary=False)
        begun = time.process_time()
        trainer.fit(Module(), loader)
        return time.process_time() - begun

    return run


def over(these: list[float], those: list[float]) -> list[float]:
    """Round by round, how many times as long."""
    return [a / b for a, b in zip(these, those, strict=True)]


def steps(figures: Figures) -> None:
    """Each network and batch, beside the better of both memory orders by hand."""
    for name, batch, count in CASES:
        experiment, data = given(name, batch, count)
        orders = (False, True) if name.startswith("lenet") else (False,)
        beside = lightning(experiment, data, name)
        loops = [ours(experiment, data), *(by_hand(name, experiment, data, last) for last in orders),
                 *([beside] if beside is not None else [])]
        mine, *theirs = in_turns(loops)
        hands = theirs[:len(orders)]
        best = min(hands, key=median)
        ratios = over(best, mine)
        took = [f"{1e6 * median(times) / count:.0f}" for times in (mine, best)]
        figures.add(f"{name}, batch {batch}: {took[0]} µs a step, by hand {took[1]}", ratios, "×", above=LEAST)
        if beside is not None:
            figures.add("    Lightning's Trainer over ours", over(theirs[-1], mine), "×")


class Nothing(Observer):
    """Is there, and looks at nothing."""


class Layers(Observer):
    """Reads every layer's output on every 20th step."""

    def wants_layers(self, epoch: int, number: int) -> bool:
        return number % 20 == 0

    def on_batch(self, batch: Batch) -> None:
        for value in batch.layers.values():
            float(value.mean())


def observers(figures: Figures) -> None:
    """What watching costs."""
    experiment, data = given("lenet", 256, 80)
    plain, watching, nothing = in_turns([ours(experiment, data), ours(experiment, data, [Layers()]),
                                         ours(experiment, data, [Nothing()])], 15)
    figures.add("lenet, batch 256: every layer read on every 20th step", [
        100 * (ratio - 1) for ratio in over(watching, plain)], "%", below=3)
    figures.add("an observer that looks at nothing", [100 * (ratio - 1) for ratio in over(nothing, plain)], "%")
    module, x = build_module(experiment.graph, experiment.data.sample_shape), torch.rand(256, 1, 28, 28)
    assert torch.equal(watched(module, x)[0], module(x))


@contextmanager
def busy_core() -> Iterator[None]:
    """Another program that wants one core whole."""
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        other.kill()
        other.wait()


def beside_another_program(figures: Figures) -> None:
    """Wall time of a step while another program holds a core, over that of one thread alone."""
    code = ("import sys, time, tests.benchmarks.bench_steps as here\n"
            "from engine.training import devices\n"
            "devices.ALL_THREADS = int(sys.argv[1])\n"
            "experiment, data = here.given('lenet', 256, 150)\n"
            "begun = None\n"
            "for event in here.fit(experiment, data=data):\n"
            "    if isinstance(event, here.Started): begun = time.perf_counter()\n"
            "    if isinstance(event, here.EpochEnded): print((time.perf_counter() - begun) / 150); break\n")

    def seconds(threads: int) -> float:
        done = subprocess.run([sys.executable, "-c", code, str(threads)], capture_output=True, text=True, check=True)
        return float(done.stdout.split()[-1])

    all_cores = os.cpu_count() or 1
    free, alone = [seconds(all_cores) for _ in range(3)], [seconds(1) for _ in range(3)]
    with busy_core():
        held = [seconds(all_cores) for _ in range(3)]
    figures.add(f"lenet, batch 256, one thread over all {all_cores} cores", over(alone, free), "×")
    figures.add("  with all while another program holds a core, over one thread", over(held, alone), "×", below=1.3)


def main() -> int:
    Path(os.environ.setdefault("LAYERLOOM_CACHE", "/tmp/layerloom-bench")).mkdir(exist_ok=True)
    torch.set_num_threads(1)
    figures = Figures(f"A step beside the best loop by hand, in turns, one thread; torch {torch.__version__}")
    beside_another_program(figures)
    from engine.training import devices

    devices.ALL_THREADS = 1
    steps(figures)
    observers(figures)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
