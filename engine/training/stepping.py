"""From gradients to weights: when there is a step, by which rate, and what is kept beside the weights for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.amp import GradScaler

from engine.experiment.moves import Moves, is_steady
from engine.experiment.recipe import Recipe
from engine.graph.parameters import NodeParameters
from engine.training.averaging import Average
from engine.training.groups import groups_of, like
from engine.training.optimizing import optimizer_over
from engine.training.plateau import Plateau, plateau_from
from engine.training.shaping import Shaping
from engine.training.values import Metrics


class Steps:
    """The steps of a model by a recipe; before each batch ``begin_batch``, after its gradients ``after_batch``."""

    def __init__(self, recipe: Recipe, model: nn.Module, settings: Mapping[str, NodeParameters],
                 scaler: GradScaler | None = None) -> None:
        self._model, self._settings, self._scaler = model, settings, scaler
        self._average = Average(recipe, model) if recipe.averaging_choice.row.copies else None
        self._plateau, self._gathered = Plateau(), 0  # batches whose gradients wait for a step
        self._epoch, self._batches, self._whole = 1, 0, 0
        self.lr, self._factor = recipe.lr, 1.0
        self._take_recipe(recipe)
        self.set_lr(recipe.lr, recipe.lr_factor(1))

    def _take_recipe(self, recipe: Recipe) -> None:
        self._recipe, self._is_steady, self._moves = recipe, is_steady(recipe), Moves(recipe)
        groups = groups_of(recipe, self._model, self._settings)
        self._optimizer, self._shaping = optimizer_over(recipe, groups, self._scaler), Shaping(recipe, groups)
        self._is_shaped = not self._shaping.is_idle or recipe.accumulate > 1

    def follow(self, recipe: Recipe, settings: Mapping[str, NodeParameters], scaler: GradScaler | None) -> None:
        """Go on by a changed one; the optimizer keeps what it remembers, unless it is another."""
        before, kept = self._recipe, self._optimizer.state()
        if scaler is not self._scaler:
            self._scale_gathered(_scale_of(scaler) / _scale_of(self._scaler))
        self._settings, self._scaler = settings, scaler
        if recipe.averaging != before.averaging:
            self._average_anew(recipe)
        if recipe.schedule != before.schedule:
            self._plateau = Plateau()
        self._take_recipe(recipe)
        if recipe.optimizer == before.optimizer:
            self._optimizer.take_state(kept)
        self.set_lr(recipe.lr)
        self.begin_epoch(self._epoch, self._batches, self._whole)

    def _scale_gathered(self, factor: float) -> None:
        """Gradients that wait become as large as those that come; where one is no number there is no step with them."""
        waiting = [weight.grad for weight in self._model.parameters() if self._gathered and weight.grad is not None]
        for gradient in waiting:
            gradient.mul_(factor)
        if not all(bool(gradient.isfinite().all()) for gradient in waiting):
            self._gathered = 0

    def _average_anew(self, recipe: Recipe) -> None:
        if self._average is not None:
            self._average.show(False)
        self._average = Average(recipe, self._model) if recipe.averaging_choice.row.copies else None

    # -- in their order -----------------------------------------------------------------------------------------

    def begin_epoch(self, epoch: int, batches: int, whole: int = 0) -> None:
        """From here on the batches of this epoch, of which there are so many; again where their number has changed.

        ``whole``: how many an epoch has of the size that they have now, where that has changed on the way.
        """
        self._epoch, self._batches, self._whole = epoch, batches, whole or batches
        self._move(epoch, 1)

    def begin_batch(self, epoch: int, number: int) -> None:
        """Its gradients come next: alone, or beside those that wait."""
        if not self._gathered:
            self._optimizer.clear()
        if not self._is_steady:
            self._move(epoch, number)

    def after_batch(self, number: int) -> None:
        """Its gradients are there: a step, with the last of those that are gathered or of the epoch."""
        self._gathered += 1
        ends = number == self._batches
        if self._gathered < self._recipe.accumulate and not ends:
            return
        if self._is_shaped:
            self._optimizer.unscale()
            self._shaping.shape(self._gathered)
        self._optimizer.step()
        self._gathered = 0
        if self._average is not None:
            self._average.after_step(self._epoch, self._recipe.epochs, ends=ends)

    @property
    def averages(self) -> bool:
        """Whether it predicts with averaged weights."""
        return self._average is not None

    @property
    def gathered(self) -> int:
        """Batches whose gradients wait for a step."""
        return self._gathered

    def end_epoch(self, train: Metrics, validation: Metrics) -> None:
        """It was learned and judged whole: a schedule may follow that."""
        self._plateau.after_epoch(self._recipe, train, validation)

    def _move(self, epoch: int, number: int) -> None:
        whole = max(1, self._whole)
        if self._batches:
            number = max(1, whole - (self._batches - number))  # from the end: before a change they had another size
        fallen = self._plateau.factor if self._recipe.schedule_choice.row.is_measured else 1.0
        self.set_lr(self.lr, self._moves.factor(epoch, number, whole) * fallen)

    def set_lr(self, lr: float, factor: float | None = None) -> None:
        """Another learning rate, and what the schedule multiplies it by."""
        self.lr, self._factor = lr, self._factor if factor is None else factor
        self._optimizer.set_lr(self.lr, self._factor)

    # -- averaged weights ---------------------------------------------------------------------------------------

    def show_average(self, shown: bool) -> bool:
        """The model has the averaged weights, where there are some, or its own; and which it had before."""
        if self._average is None:
            return shown
        before = self._average.is_shown
        self._average.show(shown)
        return before

    def average_no_more(self) -> None:
        """The model keeps what it has."""
        self._average = None

    # -- what is kept -------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Not a copy."""
        found = {**self._optimizer.state(), "lr": self.lr}
        if self._recipe.schedule_choice.row.is_measured:
            found["plateau"] = self._plateau.state()
        if self._gathered:
            found["gathered"] = {"batches": self._gathered, "gradients": {
                name: weight.grad for name, weight in self._model.named_parameters() if weight.grad is not None}}
        if self._average is not None:
            found["average"] = self._average.state()
        return found

    def take_state(self, state: Mapping[str, Any]) -> None:
        """Continue with what ``state`` gave; earlier versions kept the rate in the groups."""
        self._optimizer.take_state(state)
        groups = state.get("param_groups") or [{}]
        self.set_lr(float(state.get("lr", groups[0].get("base_lr", self.lr))))
        self._plateau = plateau_from(state.get("plateau", {}))
        if self._average is not None and "average" in state:
            self._average.take_state(state["average"])
        self._take_gathered(state.get("gathered", {}))

    def _take_gathered(self, gathered: Mapping[str, Any]) -> None:
        self._gathered = int(gathered.get("batches", 0))
        for name, weight in self._model.named_parameters():
            gradient: Tensor | None = gathered.get("gradients", {}).get(name)
            weight.grad = None if gradient is None else like(weight, gradient)


def _scale_of(scaler: GradScaler | None) -> float:
    return 1.0 if scaler is None else scaler.get_scale()
