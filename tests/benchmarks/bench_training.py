"""How fast training is, as ratios within one run: against the book's way, and against hand-written modules."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from engine.data.fetching.folder import missing_files, raw_folder
from engine.data.fetching.torchvision_import import torchvision
from engine.data.sources.mnist import FILES
from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches, ranges
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import load_experiment
from engine.experiment.recipe import Recipe
from engine.network.weights import initial_module
from engine.training.learner import Learner, together
from engine.training.losses import Criterion
from engine.training.meters import Totals
from tests.benchmarks.targets import Figures
from tests.engine.cases import idx

ROOT = Path(__file__).parents[3] / "shared" / "data"
CPU = torch.device("cpu")
BATCH, BATCHES, TEST_BATCHES, ROUNDS = 256, 24, 4, 12  # 235 : 40, the epoch's proportions, in short pieces
READ_EVERY = 10  # batches, about the 100 ms at which a run reads


@contextmanager
def mnist() -> Iterator[Path]:
    """The folder with real MNIST, else with noise of the same shape."""
    if not missing_files(DataSpec(dataset="mnist").files, ROOT):
        yield ROOT
        return
    with tempfile.TemporaryDirectory() as folder:
        raw = raw_folder(DataSpec(dataset="mnist").files, Path(folder))
        raw.mkdir(parents=True)
        for name, count in zip(FILES, (60_000, 60_000, 10_000, 10_000), strict=True):
            shape = (count, 28, 28) if "images" in name else (count,)
            most = 256 if "images" in name else 10
            (raw / name).write_bytes(idx(np.random.default_rng(0).integers(0, most, shape, dtype=np.uint8)))
        yield Path(folder)


def book_loader(root: Path, train: bool, size: int = 28) -> DataLoader:  # type: ignore[type-arg]
    """Images one by one through PIL, Resize and ToTensor: ``d2l.FashionMNIST``, with MNIST."""
    transforms = torchvision().transforms
    each = transforms.Compose([transforms.Resize((size, size)), transforms.ToTensor()])
    return DataLoader(torchvision().datasets.MNIST(str(root), train=train, transform=each), BATCH, shuffle=train)


def hand_written() -> nn.Sequential:
    """LeNet as the book writes it."""
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2), nn.Flatten(),
        nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Ratios:
    """Their time over ours, taken in turns; the first round warms up and does not count."""

    def __init__(self, ours: Callable[[], object], theirs: Callable[[], object], rounds: int = ROUNDS) -> None:
        pairs = [(seconds(theirs), seconds(ours)) for _ in range(rounds + 1)][1:]
        self.median = statistics.median(a / b for a, b in pairs)
        self.of_best = min(a for a, _ in pairs) / min(b for _, b in pairs)


def epoch(root: Path) -> Ratios:
    """Training and judging LeNet on MNIST: the book's way over ours."""
    learner, data = Learner(load_experiment("gallery:lenet"), CPU), load_data(DataSpec(dataset="mnist"), root)
    train, test = Batches(data.train, data, CPU), Batches(data.test, data, CPU)

    def ours() -> None:
        totals, judged = Totals(CPU), Totals(CPU)
        learner.mode(training=True)
        feed = together(train, learner.order(1, len(train)), ranges(len(train), BATCH)[:BATCHES], 0, learner.backend)
        for number in range(1, BATCHES + 1):
            learner.learn(feed, 1, number, totals)
            if number % READ_EVERY == 0:
                totals.read()
        learner.mode(training=False)
        places = ranges(len(test), BATCH)[:TEST_BATCHES]
        for number, (x, y) in enumerate(together(test, torch.arange(len(test)), places, 0, learner.backend)):
            learner.judge(x, y, number, judged)
        judged.read()

    net, loss = hand_written(), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.9)
    train_loader, test_loader = book_loader(root, train=True), book_loader(root, train=False)

    def book() -> None:
        total = correct = 0.0
        net.train()
        for x, y in first(train_loader, BATCHES):
            optimizer.zero_grad()
            outputs = net(x)
            value = loss(outputs, y)
            value.backward()
            optimizer.step()
            total += value.item() * len(y)
            correct += (outputs.argmax(1) == y).sum().item()
        net.eval()
        with torch.no_grad():
            for x, y in first(test_loader, TEST_BATCHES):
                correct += (net(x).argmax(1) == y).sum().item()

    return Ratios(ours, book)


def first(loader: Iterable[tuple[Tensor, Tensor]], count: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The first batches alone."""
    for _, batch in zip(range(count), loader, strict=False):
        yield batch


def data_part(root: Path) -> Ratios:
    """Batches at 96×96 alone: the book's way over ours."""
    data = load_data(DataSpec(dataset="mnist", resize=96), root)
    batches, loader = Batches(data.train, data, CPU), book_loader(root, train=True, size=96)

    def ours() -> None:
        order = torch.randperm(len(batches))
        for begin, end in ranges(len(batches), BATCH)[:BATCHES]:
            batches.take(order[begin:end])

    return Ratios(ours, lambda: list(first(loader, BATCHES)))


def compiled(root: Path) -> Ratios:
    """The compiled network's time over the hand-written one's, training at batch 32 in the same loop."""
    data = load_data(DataSpec(dataset="mnist"), root)
    batches = Batches(data.train, data, CPU)
    ready = [batches.take(torch.arange(n * 32, n * 32 + 32)) for n in range(40)]

    def loop(net: nn.Module) -> Callable[[], None]:
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

        def run() -> None:
            for x, y in ready:
                optimizer.zero_grad()
                Criterion(Recipe())(net(x), y).backward()  # type: ignore[no-untyped-call]
                optimizer.step()

        return run

    return Ratios(loop(hand_written()), loop(initial_module(load_experiment("gallery:lenet"))), 30)


def main() -> int:
    figures = Figures(f"Training, against others in the same run: {torch.get_num_threads()} threads, "
                      f"torch {torch.__version__}, each warmed up by one round")
    with mnist() as root:
        for what, measure, limits in (
            ("LeNet epoch on MNIST, faster than the book's way", epoch, {"above": 2.5}),
            ("its data part at 96×96", data_part, {"above": 7}),
            ("compiled network, time over hand-written, batch 32", compiled, {"below": 1.03}),
        ):
            ratios = measure(root)
            figures.add(what, ratios.median, "×", **limits)
            figures.add("    of the best times", ratios.of_best, "×")
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
