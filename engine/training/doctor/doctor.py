"""The doctor of a run: hears of examined steps and of epochs, and says what ails the network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import chain

from engine.data.tensors.batches import Batches
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.messages import Message, say
from engine.training.doctor import signs
from engine.training.doctor.before import before
from engine.training.doctor.kinds import CAUSES
from engine.training.doctor.state import DoctorState
from engine.training.events import Examined
from engine.training.judge.health import LARGE, Health
from engine.training.judge.rates import higher_rate, lower_rate
from engine.training.values import Metrics, Remark, RemarkKind
from engine.units import typed_text, value_text

SLOW_START = 200  # steps in which a network of sigmoids may stand still before it learns
AT_FIRST = 64  # steps in which units may turn out to be alike
STILL = 0.7  # of the loss before training: not much was learned
SAME, STANDS = 0.02, 0.003  # of the loss: no more than chance; in an epoch
DRIFTED, GAP, EPOCHS = 3.0, 0.05, 2  # times the loss as it learns, of accuracy, and so often in a row
LONG, FALLS = 4, 0.01  # epochs that are compared with as many before; the share that is more than chance
THROWN: frozenset[RemarkKind] = frozenset({"not converging", "rising", "same answers"})
MOVES = 1e-3  # a step of weights that goes on without getting anywhere


class Doctor:
    """Says each kind of remark as often as it sees it: whoever asks leaves out what was said."""

    def __init__(self, experiment: Experiment, size: float, copied: Callable[[], list[str]],
                 drift: Callable[[], tuple[float, float]]) -> None:
        """``size``: of gradients, as large numbers to predict make them; ``copied``: layers whose units have the same
        weights now; ``drift``: the loss of the same examples as the network predicts and as it learns, where it has
        batch norm, nan elsewhere."""
        self.state = DoctorState()
        self._experiment, self._size, self._copied, self._drift = experiment, size, copied, drift

    def follow(self, experiment: Experiment) -> None:
        """It is trained by another recipe from here on."""
        self._experiment = experiment

    def before(self, data: Data, batches: Batches) -> Iterator[Remark]:
        """What is known before the first step."""
        return before(self._experiment, data, batches)

    # -- after a step -------------------------------------------------------------------------------------------

    def after_step(self, event: Examined, step: int, health: Health) -> Iterator[Remark]:
        """What the last examinations show; what follows from steps that were too large is not said beside them."""
        state, recipe = self.state, self._experiment.recipe
        state.take(dict(event.layers), event.examples)
        scale = self._size * (recipe.batch_size if recipe.reduction == "sum" else 1)
        if not THROWN.isdisjoint(health.state.said):
            return iter(())
        return chain(self._copies(step), signs.exploding(state.recent, scale), signs.saturated(state.recent),
                     signs.dead(state.recent, min(state.sizes[-signs.IN_A_ROW:])))

    def _copies(self, step: int) -> Iterator[Remark]:
        """Alike before and after steps: nothing will ever make them differ (section 5.4)."""
        if not 1 < step <= AT_FIRST:
            return
        learning = set(signs.weighted(self.state.recent[-1]))
        now = [place for place in self._copied() if place in learning]
        both = [place for place in now if place in self.state.copied]
        self.state.copied = now
        if both:
            yield Remark("copies", say("All of its units have the same weights and the same gradients, so that they "
                                       "stay one unit: let its weights start at random"), place=both[0])

    # -- after an epoch -----------------------------------------------------------------------------------------

    def after_epoch(self, epoch: int, step: int, train: Metrics, validation: Metrics, lr: float,
                    health: Health) -> Iterator[Remark]:
        """What the epochs show; ``validation`` is of what the network is judged by."""
        state = self.state
        state.losses = [*state.losses, train.loss][-2 * LONG :]
        if not state.recent or epoch <= self._experiment.recipe.warmup:
            return
        yield from self._drifting(train, validation)
        if not self._is_new(train, health):
            yield from self._plateau(train, lr, health)
            return
        if not CAUSES.isdisjoint(health.state.said) or health.setting.raw_spread > LARGE:  # what is known to be why
            return
        found = [*(signs.vanishing(state.recent) if health.at_chance(validation) else ()),
                 *self._small_steps(epoch, train, lr, health)]
        if not found and health.setting.classes:
            found = [*(self._flat(epoch, train, health) if step >= SLOW_START else ()),
                     *self._large_steps(epoch, train, lr)][:1]
        yield from found

    def _is_new(self, train: Metrics, health: Health) -> bool:
        """Whether it has learned next to nothing."""
        return not train.loss < STILL * health.start

    def _small_steps(self, epoch: int, train: Metrics, lr: float, health: Health) -> Iterator[Remark]:
        size, recipe = signs.largest_step(self.state.recent), self._experiment.recipe
        if size < signs.SMALL:
            more = higher_rate(recipe, lr)
            yield Remark("small steps", say("After {epoch} the loss is {loss}, {start} before training: each step "
                                            "changes the weights by {size} of their size at most. Try a learning "
                                            "rate of {lr}",
                                            epoch=_epochs(epoch), loss=value_text(train.loss, 3), lr=typed_text(more),
                                            start=value_text(health.start, 3), size=value_text(size, 2)), ("lr", more))

    def _flat(self, epoch: int, train: Metrics, health: Health) -> Iterator[Remark]:
        """Where it was, and not on its way: a slow start falls a little with each epoch."""
        still = abs(train.loss - health.start) < SAME * health.start
        before = self.state.losses[:-1]  # none where it goes on from what an earlier version kept
        if still and before and before[-1] - train.loss < STANDS * train.loss:
            yield Remark("flat", say("After {epochs} the loss is where it was before training, {loss}: nothing is "
                                     "learned",
                                     epochs=_epochs(epoch), loss=value_text(train.loss, 3)))

    def _large_steps(self, epoch: int, train: Metrics, lr: float) -> Iterator[Remark]:
        """Large ones are usual at first; later, and where the loss does not fall, they are not."""
        size, recipe = signs.steps(self.state.recent), self._experiment.recipe
        before = self.state.losses[:-1]
        if epoch > 2 and size > signs.LARGE and before and train.loss > min(before):
            less = lower_rate(recipe, lr)
            yield Remark("large steps", say("Each step changes the weights by {size} of their size, and the loss does "
                                            "not fall: the steps are too large. Try a learning rate of {lr}",
                                            lr=typed_text(less), size=value_text(size, 2)), ("lr", less))

    def _plateau(self, train: Metrics, lr: float, health: Health) -> Iterator[Remark]:
        """It moves on and gets nowhere: smaller steps would come further down."""
        losses, recipe = self.state.losses, self._experiment.recipe
        if len(losses) < 2 * LONG or recipe.schedule != "constant" or train.accuracy > 1 - SAME:
            return
        before, now = sum(losses[:LONG]) / LONG, sum(losses[LONG:]) / LONG
        if now > (1 - FALLS) * before and signs.steps(self.state.recent) > MOVES:
            less = lower_rate(recipe, lr, has_learned=True)
            yield Remark("plateau", say("The training loss stays at {loss} though the weights still move: steps are "
                                        "too large to come further down. Let the learning rate fall",
                                        loss=value_text(train.loss, 3)),
                         ("lr", less))

    def _drifting(self, train: Metrics, validation: Metrics) -> Iterator[Remark]:
        """It learns with each batch's own mean, and predicts with averages that do not fit (Ioffe and Szegedy 2015)."""
        gap = 1.0 if math.isnan(train.accuracy) else train.accuracy - validation.accuracy
        seems = validation.loss > DRIFTED * train.loss and gap > GAP
        predicting, learning = self._drift() if seems else (math.nan, math.nan)
        self.state.drifted = self.state.drifted + 1 if predicting > DRIFTED * learning else 0
        if self.state.drifted == EPOCHS:
            yield Remark("drifting", say("The loss of the same examples is {predicting} with batch norm's running "
                                         "averages and {learning} with the batch's own: the averages do not fit",
                                         predicting=value_text(predicting, 3), learning=value_text(learning, 3)))


def _epochs(count: int) -> Message:
    return say("1 epoch") if count == 1 else say("{count} epochs", count=count)


