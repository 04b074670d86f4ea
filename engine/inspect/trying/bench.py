"""Where experiments are made: a copy of the network, a few examples, and short lessons; nothing outside changes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from math import nan
from time import perf_counter

import torch
from torch import Tensor, nn

from engine.data.tensors.batches import Batches
from engine.data.tensors.data import Data, Split
from engine.experiment.experiment import Experiment
from engine.inspect.answers import probabilities
from engine.inspect.lens import Lens, no_answer
from engine.inspect.steps.curves import CURVES
from engine.inspect.steps.scene import plan
from engine.inspect.trying.values import Progress, StoppedError
from engine.training.checks.trial import BACKWARD, work_of
from engine.training.judge.setting import classes_of
from engine.training.losses import Criterion
from engine.training.threads import threads_as_before

WORK = 60_000_000_000  # multiply-adds of all lessons of an experiment: some seconds of two cores
JUDGING = 15_000_000_000  # of one look at examples to count what is right
CLEAR = 0.05  # of all examples: a smaller difference may be chance
FEWEST_STEPS, MOST_STEPS = 4, 200
FEWEST_EXAMPLES, BATCH, JUDGED = 4, 32, 400
LONGEST = 8.0  # seconds of all lessons
LR = 0.003  # of Adam, with which most networks learn something in so few steps
UNITS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
NORMS = (nn.modules.batchnorm._BatchNorm,)
Weights = Mapping[str, Tensor]
Working = Generator[Progress, None, Lens]


@dataclass(frozen=True)
class Score:
    """The mean loss of some examples, and the share that is right; nan where numbers are learned."""

    loss: float
    accuracy: float


@contextmanager
def one_thread() -> Iterator[None]:
    """Several wait for each other where others hold a core, and another number of them gives other last digits."""
    with threads_as_before():
        torch.set_num_threads(1)
        yield


class Bench:
    """Where one experiment is made. ``lessons``: how often a network is to learn in it.

    All lessons have as many ``steps``: by the network's work, fewer where the first shows that the computer is slow.
    """

    def __init__(self, experiment: Experiment, weights: Weights | None, data: Data, cancelled: Callable[[], bool],
                 lessons: int = 1) -> None:
        self.experiment, self.weights, self.data = experiment, weights, data
        self.cancelled, self.lessons = cancelled, lessons
        affordable = WORK // (self.lessons * self.batch * work_of(self.experiment))
        self.steps = max(FEWEST_STEPS, min(MOST_STEPS, affordable))

    @property
    def classes(self) -> int:
        """How many there are; 0 where numbers are learned."""
        return classes_of(self.experiment)

    @property
    def batch(self) -> int:
        """Examples of a step: fewer where the network is large."""
        affordable = WORK // (self.lessons * FEWEST_STEPS * 2 * work_of(self.experiment))
        return max(FEWEST_EXAMPLES, min(BATCH, affordable, len(self.data.train)))

    # -- examples -------------------------------------------------------------------------------------------------

    def examples(self, count: int) -> tuple[Tensor, Tensor]:
        """Some that it does not learn from, always the same: float32 B×… and their targets."""
        part = self.data.validation if len(self.data.validation) else self.data.train
        return self._taken(part, count, 1)

    def judged(self) -> tuple[Tensor, Tensor]:
        """As many of them as can be looked at in no time."""
        count = JUDGING * BACKWARD // work_of(self.experiment)
        return self.examples(max(2 * FEWEST_EXAMPLES, min(JUDGED, count)))

    def learned(self, count: int) -> tuple[Tensor, Tensor]:
        """So many training examples, always the same."""
        return self._taken(self.data.train, count, 2)

    def _taken(self, part: Split, count: int, seed: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(part), generator=generator)[:count]
        return Batches(part, self.data, torch.device("cpu"), channels_last=False).take(order)

    # -- networks -------------------------------------------------------------------------------------------------

    def fresh(self, experiment: Experiment | None = None) -> Lens:
        """The network as it begins by its seed, or another."""
        return Lens(experiment or self.experiment)

    def grown(self) -> Working:
        """The network with its weights; without any it has a short lesson first."""
        if self.weights is not None:
            return Lens(self.experiment, self.weights, partly=True)
        lens = self.fresh()
        yield from self.lesson(lens)
        return lens

    def lesson(self, lens: Lens, *, examples: tuple[Tensor, Tensor] | None = None, shuffled: bool = True,
               losses: list[float] | None = None, done: int = 0) -> Generator[Progress, None, None]:
        """Let it learn for ``steps`` of Adam; ``losses`` is given the loss of each, before it is made.

        ``done``: lessons before this one. Raises StoppedError.
        """
        x, targets = examples or self.learned(min(len(self.data.train), self.batch * self.steps))
        learning = {key: weight for key, weight in lens.module.named_parameters() if weight.requires_grad}
        optimizer = torch.optim.Adam(learning.values(), lr=LR)
        lens.train(True)
        generator = torch.Generator().manual_seed(3)
        order = torch.randperm(len(x), generator=generator) if shuffled else torch.arange(len(x))
        step, start = 0, perf_counter()
        while step < self.steps:
            self.go_on()
            index = order.roll(-step * self.batch)[: self.batch]
            with one_thread():
                back = lens.back(x[index], partial(self.loss_of, targets[index]), seed=step)
                for key, weight in learning.items():
                    weight.grad = back.weights.get(key)
                optimizer.step()
            if losses is not None:
                losses.append(back.value)
            step += 1
            if not done and step >= FEWEST_STEPS and perf_counter() - start > LONGEST / self.lessons:
                self.steps = step
            yield Progress(done * self.steps + step, self.lessons * self.steps)
        self._settle(lens, x)

    def _settle(self, lens: Lens, x: Tensor) -> None:
        """Running averages of batch norm, which stay while it is looked at, become those of what was learned."""
        norms = [part for part in lens.module.modules() if isinstance(part, NORMS) and part.track_running_stats]
        lens.train(False)
        if not norms:
            return
        momenta = [part.momentum for part in norms]
        for part in norms:
            part.reset_running_stats()
            part.momentum = None  # the plain mean of all that is seen
            part.train()
        for begin in range(0, min(len(x), 4 * self.batch) - 1, self.batch):
            lens.look(x[begin: begin + self.batch])
        for part, momentum in zip(norms, momenta, strict=True):
            part.momentum = momentum
            part.eval()

    def go_on(self) -> None:
        """Raises StoppedError where it is to end."""
        if self.cancelled():
            raise StoppedError("The experiment was stopped")

    # -- answers --------------------------------------------------------------------------------------------------

    def loss(self, answer: Tensor, targets: Tensor) -> Tensor:
        """The recipe's, as a mean and without weights of classes."""
        return Criterion(self.experiment.recipe.with_options(reduction="mean", class_weights="none"))(answer, targets)

    def loss_of(self, targets: Tensor, answer: Tensor) -> Tensor:
        """The same, of what is asked first."""
        return self.loss(answer, targets)

    def answer(self, lens: Lens, x: Tensor, seed: int = 0) -> Tensor:
        """What it gives for B×…. Raises NoAnswerError."""
        self.go_on()
        with one_thread():
            look = lens.look(x, seed=seed)
        if look.answer is None:
            raise no_answer(look)
        return look.answer

    def shares(self, answer: Tensor) -> Tensor:
        """Probabilities of classes B×C; of numbers the answer itself, flat."""
        found = probabilities(answer, self.experiment)
        return answer.flatten(1) if found is None else found

    def score(self, lens: Lens, x: Tensor, targets: Tensor) -> Score:
        """How well it does as it predicts."""
        lens.train(False)
        answer = self.answer(lens, x)
        right = float((answer.argmax(1) == targets).float().mean()) if self.classes else nan
        return Score(float(self.loss(answer, targets)), right)

    def has_learned(self, accuracy: float, targets: Tensor) -> bool:
        """Whether more is right than always the same class would have."""
        return accuracy >= int(torch.bincount(targets).max()) / len(targets) + CLEAR

    def class_name(self, number: int) -> str:
        """Of a class; of numbers which one."""
        names = self.data.spec.classes
        return str(names[number]) if self.classes and number < len(names) else str(number)


def units(lens: Lens) -> dict[str, nn.Module]:
    """The layers that are made of units with weights, by place, in the order of computing."""
    return {place: part for place in lens.places if isinstance(part := lens.modules.get(place), UNITS)}


def curves(lens: Lens) -> dict[str, nn.Module]:
    """The activations that are functions of one number, by place, inside blocks too."""
    known = plan(lens)
    return {place: lens.modules[place] for place in lens.places
            if place in known and place in lens.modules and known[place].layer.category == "activation"
            and known[place].layer.kind() in CURVES}


def replaced(lens: Lens, make: Callable[[], nn.Module]) -> None:
    """Every such activation by another, in this copy."""
    chosen = {id(part) for part in curves(lens).values()}
    names = [name for name, part in lens.module.named_modules(remove_duplicate=False) if id(part) in chosen]
    for name in names:
        owner, _, last = name.rpartition(".")
        setattr(lens.module.get_submodule(owner), last, make())
    for place in curves(lens):
        lens.modules[place] = make()


def as_data_say(experiment: Experiment, data: Data) -> Experiment:
    """The experiment with what was found in the data."""
    return replace(experiment, data=data.spec)
