"""Weights averaged over steps or epochs, beside those that learn: as torch's AveragedModel, buffers included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn, get_swa_avg_fn

from engine.experiment.recipe import Recipe
from engine.training.groups import expect_shape

Follow = Callable[[list[Tensor], list[Tensor], Tensor], None]  # the averages, the weights now, how many there were


class Average:
    """The averages of a model's weights and buffers; while they are shown, the model has them in place of its own."""

    def __init__(self, recipe: Recipe, model: nn.Module) -> None:
        choice = recipe.averaging_choice
        self._by_epoch, self._start = choice.row.by_epoch, choice.options.get("start", 0.0)
        self._follow: Follow = _moving(choice.options["decay"]) if choice.row.id == "ema" else _mean
        named = {**dict(model.named_parameters()), **dict(model.named_buffers())}
        self._names, self._own = list(named), [tensor.detach() for tensor in named.values()]
        self._aside = [tensor.clone() for tensor in self._own]
        self._count = torch.tensor(0)
        self._is_shown = False

    def after_step(self, epoch: int, epochs: int, *, ends: bool) -> None:
        """A step of an epoch was taken, perhaps its last. Of a mean of epochs the last ``1 - start`` of them count."""
        if self._by_epoch and not (ends and epoch > self._start * epochs):
            return
        if self._count:
            for own, averages in self._alike():
                self._follow(averages, own, self._count)
        else:
            _copy(self._own, self._aside)
        self._count += 1

    def _alike(self) -> list[tuple[list[Tensor], list[Tensor]]]:
        """Those of one device and type together."""
        found: dict[object, tuple[list[Tensor], list[Tensor]]] = {}
        for own, average in zip(self._own, self._aside, strict=True):
            pair = found.setdefault((own.device, own.dtype), ([], []))
            pair[0].append(own)
            pair[1].append(average)
        return list(found.values())

    def show(self, shown: bool) -> None:
        """The model has the averages, or its own weights again; before there are any it keeps its own."""
        if shown == self._is_shown or not self._count:
            return
        before = [tensor.clone() for tensor in self._own]
        _copy(self._aside, self._own)
        _copy(before, self._aside)
        self._is_shown = shown

    @property
    def is_shown(self) -> bool:
        """Whether the model has the averages."""
        return self._is_shown

    def state(self) -> dict[str, Any]:
        """How many there were, and the weights that learn: a run keeps the averages as its weights."""
        own = self._aside if self._is_shown else self._own
        return {"count": int(self._count), "learning": dict(zip(self._names, own, strict=True)) if self._count else {}}

    def take_state(self, state: Mapping[str, Any]) -> None:
        """Go on with it in a model that has the averages."""
        self._count = torch.tensor(int(state["count"]))
        if self._count:
            learning = [state["learning"][name] for name in self._names]
            for own, kept in zip(self._own, learning, strict=True):
                expect_shape(own, kept)
            _copy(self._own, self._aside)
            _copy(learning, self._own)


@torch.no_grad()
def _copy(these: list[Tensor], into: list[Tensor]) -> None:
    for one, other in zip(these, into, strict=True):
        other.copy_(one)


def _moving(decay: float) -> Follow:
    follow: Follow = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
    return follow


@torch.no_grad()
def _mean(averages: list[Tensor], weights: list[Tensor], count: Tensor) -> None:
    follow = get_swa_avg_fn()  # type: ignore[no-untyped-call]
    for average, weight in zip(averages, weights, strict=True):
        average.copy_(follow(average, weight, count))
