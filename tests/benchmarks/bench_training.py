"""How fast training is, as ratios within one run: against the book's way, and against hand-written modules."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from engine.data.folder import missing_files
from engine.data.sources import Arrays, read_arrays
from engine.data.spec import DataSpec
from engine.data.tensors import Batches, split_data
from engine.data.torchvision_import import torchvision
from engine.experiment import load_experiment
from engine.training.learner import Learner, loss_of
from engine.training.meters import Totals
from engine.weights import initial_module

ROOT = Path(__file__).parents[3] / "shared" / "data"
CPU = torch.device("cpu")
BATCH, BATCHES, ROUNDS = 256, 20, 12  # short pieces, in turns: a busy host disturbs few of them
READ_EVERY = 10  # batches, about the 100 ms at which a run reads


def mnist() -> Arrays:
    """Real images where they are, else noise of the same shape."""
    if not missing_files("mnist", ROOT):
        return read_arrays("mnist", ROOT)
    images = np.random.default_rng(0).integers(0, 256, (20_000, 1, 28, 28), dtype=np.uint8)
    return Arrays(images, (np.arange(20_000) % 10).astype(np.uint8))


class Pictures(Dataset):  # type: ignore[type-arg]
    """Images one by one through PIL and ToTensor, as the book and torchvision do it."""

    def __init__(self, arrays: Arrays, resize: int | None = None) -> None:
        transforms = torchvision().transforms
        steps = ([transforms.Resize(resize)] if resize else []) + [transforms.ToTensor()]
        self.images, self.labels = arrays.images[:, 0], arrays.labels
        self.transform = transforms.Compose(steps)

    def __len__(self) -> int:
        return BATCH * BATCHES

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])


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


def epoch() -> Ratios:
    """Part of an epoch of LeNet on MNIST: the book's way over ours."""
    lenet, arrays = load_experiment("gallery:lenet"), mnist()
    learner, data = Learner(lenet, CPU), split_data(DataSpec(), arrays)
    batches = Batches(data.train, data, CPU)

    def ours() -> None:
        totals = Totals(CPU)
        order = learner.order(1, len(batches))
        for number in range(BATCHES):
            learner.learn(batches, order[number * BATCH : (number + 1) * BATCH], totals)
            if number % READ_EVERY == 0:
                totals.read()

    net, loader = hand_written(), DataLoader(Pictures(arrays), BATCH, shuffle=True)
    optimizer, loss = torch.optim.SGD(net.parameters(), lr=0.9), nn.CrossEntropyLoss()

    def book() -> None:
        total = correct = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            outputs = net(x)
            value = loss(outputs, y)
            value.backward()
            optimizer.step()
            total += value.item() * len(y)
            correct += (outputs.argmax(1) == y).sum().item()

    return Ratios(ours, book)


def data_part() -> Ratios:
    """Batches at 96×96 alone: the book's way over ours."""
    arrays = mnist()
    data = split_data(DataSpec(resize=96), arrays)
    batches = Batches(data.train, data, CPU)
    loader = DataLoader(Pictures(arrays, 96), BATCH, shuffle=True)

    def ours() -> None:
        for index in torch.randperm(len(batches))[: BATCH * BATCHES].split(BATCH):
            batches.take(index)

    return Ratios(ours, lambda: [None for _ in loader])


def compiled() -> Ratios:
    """The compiled network's time over the hand-written one's, training at batch 32 in the same loop."""
    data = split_data(DataSpec(), mnist())
    batches = Batches(data.train, data, CPU)
    ready = [batches.take(torch.arange(n * 32, n * 32 + 32)) for n in range(40)]

    def loop(net: nn.Module) -> Callable[[], None]:
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

        def run() -> None:
            for x, y in ready:
                optimizer.zero_grad()
                loss_of("cross_entropy", net(x), y).backward()  # type: ignore[no-untyped-call]
                optimizer.step()

        return run

    return Ratios(loop(hand_written()), loop(initial_module(load_experiment("gallery:lenet"))), 30)


def main() -> None:
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}")
    for what, measured, target in (
        ("LeNet epoch on MNIST, faster than the book's way", epoch(), "≥ 2.5"),
        ("its data part at 96×96", data_part(), "≥ 7"),
        ("compiled network, time against hand-written, batch 32", compiled(), "≤ 1.03"),
    ):
        print(f"{what:<54} {measured.median:6.2f} ×  (best times {measured.of_best:.2f})   target {target}")


if __name__ == "__main__":
    main()
