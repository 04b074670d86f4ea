"""A model that learns: its weights, its optimizer, and what happens with one batch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.amp import GradScaler

from engine.data.tensors.batches import Batches
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.experiment.trust import sources_of
from engine.network.following import follow_layers
from engine.network.ready import ready
from engine.network.watched import watched
from engine.network.weights import RANDOM, on_cpu
from engine.training.backend import Backend, Plain
from engine.training.doctor.born import Born, Place, find
from engine.training.doctor.examining import Examination
from engine.training.doctor.guard import Guard
from engine.training.doctor.values import LayerHealth
from engine.training.losses import Criterion, balanced_weights
from engine.training.meters import Totals
from engine.training.numerics import Numerics
from engine.training.observer import Batch
from engine.training.stepping import Steps
from engine.training.values import Metrics, Weights

DRIFT = 256  # examples whose own mean is like that of all
PROBE = 32  # examples that show whether a network still answers differently to different inputs
_LARGE = 2**63
Feed = Iterator[tuple[Tensor, Tensor]]  # batches: inputs B×…, targets B or B×…


class Learner:
    """The compiled network on its device: ``model``."""

    def __init__(self, experiment: Experiment, device: torch.device, weights: Weights | None = None,
                 labels: Tensor | None = None, numerics: Numerics | None = None,
                 backend: Backend | None = None) -> None:
        """``labels`` are those of the training examples: balanced class weights follow from them."""
        if device.type == "cuda":  # one seed, one run
            torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
        recipe, self.numerics = experiment.recipe, numerics or Numerics()
        last = self.numerics.channels_last and len(experiment.data.sample_shape) == 3
        self.network = ready(experiment, weights, device, channels_last=last)
        self.backend = backend or Plain(device, recipe.precision_row)
        self.device, self._seed, self.model = device, recipe.seed, self.network.module
        self._called: nn.Module = self.backend.setup(self.network.module)
        self._steps = Steps(recipe, self.model, self.network.settings, self._scaler)
        are_classes = labels is not None and not labels.is_floating_point() and experiment.data.num_classes > 0
        self._balanced = balanced_weights(labels, experiment.data.num_classes).to(device) if (
            are_classes and labels is not None) else None
        self._take_recipe(recipe)
        self._guard: Guard | None = None
        self._has_code = bool(sources_of(experiment.graph))
        self._examination: Examination | None = None
        self._is_examined = False  # the step that is being taken
        self.params = sum(weight.numel() for weight in self.model.parameters())

    def _take_recipe(self, recipe: Recipe) -> None:
        self._is_plain = not recipe.precision_row.is_mixed
        self._criterion = Criterion(recipe, self._balanced if recipe.class_weights == "balanced" else None)

    def follow(self, experiment: Experiment) -> None:
        """Learn by another recipe from the next step on, drop other shares, hold other layers still.

        The optimizer keeps what it remembers unless it is another; of weights that are frozen it forgets it.
        The scale of a loss stays with its precision.
        """
        recipe = experiment.recipe
        self._seed = recipe.seed
        if isinstance(self.backend, Plain) and self.backend.precision != recipe.precision_row:
            self.backend = Plain(self.device, recipe.precision_row)
        follow_layers(self.network, experiment)
        self._take_recipe(recipe)
        self._steps.follow(recipe, self.network.settings, self._scaler)
        if self._examination is not None:
            self.be_watched()

    @property
    def _scaler(self) -> GradScaler | None:
        return self.backend.scaler if isinstance(self.backend, Plain) else None

    # -- one seed, one run --------------------------------------------------------------------------------------

    def order(self, epoch: int, count: int, seed: int | None = None) -> Tensor:
        """The order of the examples in this epoch, which follows from the seed and the epoch's number.

        ``seed``: another than the one that holds now.
        """
        generator = torch.Generator().manual_seed(self._seed_of(epoch, seed=seed))
        return torch.randperm(count, generator=generator).to(self.device)

    def _seed_of(self, epoch: int, batch: int = 0, seed: int | None = None) -> int:
        """Dropout and augmentation draw anew in every batch: a run that goes on needs no stored state."""
        of_epoch = (self._seed if seed is None else seed) * 1_000_003 + epoch
        return (of_epoch * 2_000_003 + batch if batch else of_epoch) % _LARGE

    # -- batches ------------------------------------------------------------------------------------------------

    def learn(self, feed: Feed, epoch: int, number: int, totals: Totals) -> None:
        """One step, with the next batch of the feed, which is the epoch's so-and-so-many-th.

        Where batches are gathered there is a step with the last of them.
        """
        self._steps.begin_batch(epoch, number)
        with RANDOM:  # augmentation and Dropout draw
            self.backend.seed(self._seed_of(epoch, number))
            x, targets = next(feed)
            if self._guard is not None:
                self._guard.before()
            outputs = self._called(x) if self._is_plain else self._mixed(x)
        self._follow(Place(epoch, number, x, targets), outputs, totals)

    def learn_observed(self, feed: Feed, epoch: int, number: int, totals: Totals, *, wants_layers: bool) -> Batch:
        """The same, and what there was to see."""
        self._steps.begin_batch(epoch, number)
        layers: dict[str, Tensor] = {}
        with RANDOM:
            self.backend.seed(self._seed_of(epoch, number))
            x, targets = next(feed)
            if self._guard is not None:
                self._guard.before()
            if wants_layers:
                with self.backend.autocast():
                    outputs, layers = watched(self.network.module, x)
                outputs = outputs.float()
            else:
                outputs = self._called(x) if self._is_plain else self._mixed(x)
        loss = self._follow(Place(epoch, number, x, targets), outputs, totals)
        return Batch(epoch, number, x, targets, outputs.detach(), loss, self.model,
                     {place: value.detach() for place, value in layers.items()})

    def _mixed(self, x: Tensor) -> Tensor:
        with self.backend.autocast():
            outputs: Tensor = self._called(x)
        return outputs.float()

    def _follow(self, at: Place, outputs: Tensor, totals: Totals) -> Tensor:
        loss, guard = self._criterion(outputs, at.targets), self._guard
        if guard is not None:
            guard.check_loss(loss, self._criterion, at)
        self.backend.backward(loss)
        if guard is not None and self._scaler is None:  # which leaves such steps out by itself
            guard.check_gradients(self._criterion, at)
        if self._is_examined:
            assert self._examination is not None
            scale = 1.0 if self._scaler is None else self._scaler.get_scale()
            self._examination.take_gradients(scale * (self._steps.gathered + 1))
        self._steps.after_batch(at.batch)
        loss = loss.detach()
        totals.add(loss, self._criterion.weight(at.targets), outputs.detach(), at.targets)
        return loss

    # -- the doctor ---------------------------------------------------------------------------------------------

    def be_watched(self) -> None:
        """From here on a batch that gives what is no number ends before its step, and steps can be examined."""
        self._examination = Examination(self.network.module)
        if self.device.type == "cpu":  # elsewhere asking would wait for the device
            self._guard = Guard(self.network.module, draws=self.is_noisy or self._has_code)

    def learn_examined(self, feed: Feed, epoch: int, number: int,
                       totals: Totals) -> tuple[Batch, dict[str, LayerHealth]]:
        """As ``learn_observed``, and the numbers of every layer. After ``be_watched``."""
        assert self._examination is not None
        self._examination.begin()
        self._is_examined = True
        try:
            batch = self.learn_observed(feed, epoch, number, totals, wants_layers=True)
        finally:
            self._is_examined = False
        return batch, self._examination.read(batch.layers)

    def copied_layers(self) -> list[str]:
        """Layers whose units all have the same weights. After ``be_watched``."""
        return self._examination.copied_layers() if self._examination is not None else []

    @torch.no_grad()
    def drift(self, batches: Batches) -> tuple[float, float]:
        """The mean loss of some examples as the network predicts and as it learns; nan without batch norm.

        Nothing is changed by it.
        """
        norms = [part for part in self.model.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)
                 and part.running_mean is not None]
        count = min(DRIFT, len(batches))
        if not norms or count < 2 or self._steps.averages:  # which lag behind what batch norm has measured
            return math.nan, math.nan
        x, targets = batches.take(torch.linspace(0, len(batches) - 1, count, device=self.device).round().long())
        weight = 1 / count if self._criterion.is_summed else 1.0
        self.mode(training=False)
        kept = [(each, each.detach().clone()) for each in self.model.buffers()]  # own code may count its calls
        try:
            predicting = float(self._criterion(self._predicted(x, 0), targets)) * weight
            for part in norms:
                part.train()
            learning = float(self._criterion(self._predicted(x, 0), targets)) * weight
        finally:
            for part in norms:
                part.eval()
            for buffer, before in kept:
                buffer.data.copy_(before)
        return predicting, learning

    def born_in(self, at: Place) -> Born | None:
        """Where a batch gives what is no number, as the network is now."""
        return find(self.network.module, self._criterion, at)


    def totals(self, scores: Any, *, classes: bool) -> Totals:
        """Sums for a pass over its batches."""
        return Totals(self.device, scores, classes=classes, is_summed=self._criterion.is_summed,
                      reduce=self.backend.reduce)

    @torch.no_grad()
    def judge(self, x: Tensor, targets: Tensor, number: int, totals: Totals) -> None:
        """The metrics of a batch, the so-and-so-many-th, without learning."""
        outputs = self._predicted(x, number)
        totals.add(self._criterion(outputs, targets), self._criterion.weight(targets), outputs, targets)

    @torch.no_grad()
    def probe(self, batches: Batches) -> tuple[float, float]:
        """Of the first few examples: the mean loss, and the deviation of the output that differs most between them."""
        count = min(PROBE, len(batches))
        if count < 2:
            return math.nan, math.nan
        self.mode(training=False)
        x, targets = batches.take(torch.arange(count, device=self.device))
        outputs = self._predicted(x, 0)
        loss = float(self._criterion(outputs, targets))
        return (loss / count if self._criterion.is_summed else loss), float(outputs.flatten(1).std(0).max())

    def _predicted(self, x: Tensor, number: int) -> Tensor:
        """A network's own code may draw, also when it only predicts."""
        with RANDOM:
            self.backend.seed(self._seed_of(0, number + 1))
            outputs: Tensor = self._called(x) if self._is_plain else self._mixed(x)
        return outputs

    def mode(self, training: bool) -> None:
        """As it learns, or as it predicts: with the averaged weights, where there are some."""
        self._steps.show_average(not training)
        self.network.train(training)

    @property
    def is_noisy(self) -> bool:
        """Whether learning sees less than judging: there is dropout."""
        return self.network.draws

    # -- the learning rate --------------------------------------------------------------------------------------

    @property
    def lr(self) -> float:
        """The recipe's learning rate now, before the schedule and the nodes' own multiples."""
        return self._steps.lr

    def set_lr(self, lr: float, factor: float | None = None) -> None:
        """Another one, and what the schedule multiplies it by."""
        self._steps.set_lr(lr, factor)

    def begin_epoch(self, epoch: int, batches: int, whole: int = 0) -> None:
        """From here on the batches of this epoch, of which there are so many; again where their number has changed.

        ``whole``: how many an epoch has of the size that they have now, where that has changed on the way.
        """
        self._steps.begin_epoch(epoch, batches, whole)

    def end_epoch(self, train: Metrics, validation: Metrics) -> None:
        """It was learned and judged whole: a schedule may follow that."""
        self._steps.end_epoch(train, validation)

    # -- what it has come to ------------------------------------------------------------------------------------

    def weights(self) -> dict[str, Tensor]:
        """A copy of the state dict on the CPU; the averaged one, where there is one."""
        before = self._steps.show_average(True)
        found = on_cpu(self.model.state_dict())
        self._steps.show_average(before)
        return found

    def take_weights(self, weights: Weights) -> None:
        """Predict with these: nothing is averaged any more."""
        self._steps.average_no_more()
        self.model.load_state_dict(weights)

    def optimizer_state(self) -> dict[str, Any]:
        """A copy of what steps depend on beside the weights, on the CPU.

        That is what the optimizer remembers, gradients that are gathered for a step, what a schedule has measured,
        and the weights that learn where ``weights`` are averaged.
        """
        return dict(_copied(self._steps.state()))

    def take_optimizer_state(self, state: Mapping[str, Any]) -> None:
        """Continue with what ``optimizer_state`` gave."""
        self._steps.take_state(state)


def _copied(state: Any) -> Any:
    """Nested dicts and lists anew, with every tensor on the CPU."""
    if isinstance(state, Tensor):
        return state.detach().to("cpu").clone()
    if isinstance(state, dict):
        return {key: _copied(value) for key, value in state.items()}
    if isinstance(state, list):
        return [_copied(value) for value in state]
    return state


def together(batches: Batches, order: Tensor, places: list[tuple[int, int]], first: int,
             backend: Backend, since: int = 0) -> Feed:
    """The batches of a pass from number ``first`` on; small ones are fetched several at once.

    Always the same ones together, from number ``since`` on, where they were cut: where in memory a batch begins may
    change the last digit of what comes of it.
    """
    if since >= len(places):
        return
    many = batches.together(places[since][1] - places[since][0])
    for start in range(first - (first - since) % many, len(places), many):
        group = places[start:start + many]
        indices = [backend.share(order[begin:end]) for begin, end in group] if backend.world > 1 else [
            order[group[0][0]:group[-1][1]]]
        sizes = [end - begin for begin, end in group] if backend.world == 1 else [len(index) for index in indices]
        x, targets = batches.take(indices[0] if len(indices) == 1 else torch.cat(indices))
        parts = [(x, targets)] if len(sizes) == 1 else list(
            zip(torch.split(x, sizes), torch.split(targets, sizes), strict=True))
        yield from parts[max(0, first - start):]
