"""Metrics beside loss and accuracy: sums that stay on the device until the examples are all seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.training.values import Others

TOP = 5


def precise(device: torch.device) -> torch.dtype:
    """What to sum in; mps has no float64."""
    return torch.float32 if device.type == "mps" else torch.float64


def _same(sums: Tensor) -> Tensor:
    return sums


class Scores(Protocol):
    """Takes in batches, and is read once."""

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Take in a batch; nothing is read from the device."""

    def read(self, reduce: Callable[[Tensor], Tensor] = _same) -> Others:
        """Every metric by name; nan where it means nothing. ``reduce`` adds up over processes."""

    def state(self) -> list[Any]:
        """What was added up so far, on the CPU."""

    def take_state(self, state: list[Any]) -> None:
        """Continue with it."""


class ClassScores:
    """Top-5, and precision, recall and F1 as means over the classes that occur (scikit-learn's “macro”)."""

    def __init__(self, classes: int, device: torch.device) -> None:
        self._counts = torch.zeros(3, classes, dtype=torch.int64, device=device)  # of that class, called it, both
        self._near = torch.zeros((), dtype=torch.int64, device=device)
        self._examples = 0
        self._has_top = classes > TOP

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Take in outputs B×classes and labels B."""
        called, ones = outputs.argmax(1), torch.ones_like(targets)
        self._counts[0].index_add_(0, targets, ones)
        self._counts[1].index_add_(0, called, ones)
        self._counts[2].index_add_(0, targets, (called == targets).to(ones.dtype))
        if self._has_top:
            self._near.add_((outputs.topk(TOP, dim=1).indices == targets[:, None]).sum())
        self._examples += len(targets)

    def state(self) -> list[Any]:
        """Counts, answers near enough, examples."""
        return [self._counts.cpu(), self._near.cpu(), self._examples]

    def take_state(self, state: list[Any]) -> None:
        """Continue with it."""
        self._counts, self._near, self._examples = (*(part.to(self._counts.device) for part in state[:2]), state[2])

    def read(self, reduce: Callable[[Tensor], Tensor] = _same) -> Others:
        """``top5`` (with more than five classes), ``precision``, ``recall``, ``f1``."""
        real, called, both = reduce(self._counts.cpu().double())
        near, examples = reduce(torch.tensor([float(self._near), self._examples], dtype=torch.float64)).tolist()
        occurs = real + called > 0
        # no answer, or nothing to find: zero, as scikit-learn has it
        each = (both / called.clamp(min=1), both / real.clamp(min=1), 2 * both / (real + called).clamp(min=1))
        means = [float(value[occurs].mean()) for value in each]
        top = (("top5", near / examples),) if self._has_top else ()
        return (*top, *zip(("precision", "recall", "f1"), means, strict=True))


class ValueScores:
    """MAE, RMSE and log-RMSE over all the numbers of all outputs, and the mean of every output's own R².

    An output is a place in the targets' first dimension after the batch; R² as in scikit-learn (``r2_score``), except
    that outputs whose targets are all equal are left out.

    log-RMSE as in the book (Dive into Deep Learning, section 5.7): of logarithms, where an output below 1 counts as 1;
    it means nothing unless every target is at least 1. ``logarithms``: the targets are logarithms already.
    """

    def __init__(self, device: torch.device, *, logarithms: bool = False) -> None:
        self._sums = torch.zeros(2, dtype=precise(device), device=device)  # |e|, log error²
        self._each: Tensor | None = None  # of every output: e², y, y²
        self._least = torch.full((), math.inf, dtype=precise(device), device=device)
        self._count = 0
        self._logarithms = logarithms

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Take in outputs and targets, both B×…."""
        y, given = targets.to(self._sums.dtype), outputs.to(self._sums.dtype)
        error, logs = given - y, given.clamp(min=1).log() - y.clamp(min=1).log()
        self._sums += torch.stack([error.abs().sum(), logs.square().sum()])
        others = [place for place in range(y.dim()) if place != 1]
        each = torch.stack([error.square().sum(others), y.sum(others), y.square().sum(others)]).view(3, -1)
        self._each = each if self._each is None else self._each + each
        self._least = torch.minimum(self._least, y.min())
        self._count += y.numel()

    def state(self) -> list[Any]:
        """Sums, sums of every output, the least target, how many."""
        return [self._sums.cpu(), None if self._each is None else self._each.cpu(), self._least.cpu(), self._count]

    def take_state(self, state: list[Any]) -> None:
        """Continue with it."""
        device = self._sums.device
        self._sums, self._least, self._count = state[0].to(device), state[2].to(device), state[3]
        self._each = None if state[1] is None else state[1].to(device)

    def read(self, reduce: Callable[[Tensor], Tensor] = _same) -> Others:
        """``mae``, ``rmse``, ``log_rmse``, ``r2``."""
        if self._each is None:
            return ()
        # a target below 1 anywhere spoils the logarithms everywhere
        numbers = torch.stack([*self._sums.cpu().double(), torch.tensor(float(self._count), dtype=torch.float64),
                               (self._least.cpu() < 1).double()])
        absolute, logs, count, below = reduce(numbers).tolist()
        squared, total, squares = reduce(self._each.cpu().double())
        rmse = math.sqrt(float(squared.sum()) / count)
        log_rmse = math.nan if below else math.sqrt(logs / count)
        spread = squares - total**2 * len(total) / count
        # targets that are all equal have nothing to explain; what is left of them is rounding
        varies = spread > 1e-12 * squares
        r2 = float((1 - squared[varies] / spread[varies]).mean())  # nan where none does
        return (("mae", absolute / count), ("rmse", rmse), ("log_rmse", rmse if self._logarithms else log_rmse),
                ("r2", r2))
