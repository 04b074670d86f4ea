"""Is a run going well? What its first epochs and its end say, in words. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from statistics import fmean

from engine.experiment.recipe import Recipe
from engine.messages import Message, say
from engine.training.doctor.kinds import CAUSES
from engine.training.judge.rates import lower_rate
from engine.training.values import Metrics, Remark, RemarkKind
from engine.units import measure_text, share_text, typed_text, value_text

# Outputs of a network whose steps were too large no longer depend on its input: on MNIST they differ between examples
# by less than 0.05 of what they did before training. On the long plateau of a sigmoid network they keep 0.6 of it.
COLLAPSED = 0.1
PULLED = 0.05  # share of the weights that each step takes away
RISEN = 2.0  # times the loss before training
NOISE = 3.0  # standard errors
SWAPPED_MARGIN, SWAPPED_EPOCHS = 0.02, 3
VERDICT_AFTER = 3  # epochs
GAP, RATIO, JUDGED_AT_LEAST = 0.03, 2.0, 20  # overfitting: of accuracy; of unexplained variance, with so many examples
LITTLE = 0.6  # underfitting: share of the way from chance to perfect
EXPLAINED = 0.75  # … or of the variance of numbers
LARGE = 1000.0  # deviation of targets that no network of usual weights reaches with usual steps
TREND, FALLS = 5, 0.01  # epochs that are compared with as many before; the share that is more than chance
EARLY: frozenset[RemarkKind] = frozenset({"not converging", "rising"})  # what a later epoch may prove wrong


@dataclass(frozen=True)
class Setting:
    """What the judgement depends on beside the numbers."""

    recipe: Recipe
    train_examples: int
    validation_examples: int
    test_examples: int
    classes: int  # 0: numbers
    chance: float = 0.0  # validation accuracy of answering always the same class
    noisy: bool = False  # dropout or augmentation make training harder than judging
    same_data: bool = False  # there is no validation data of its own
    can_augment: bool = True  # images that do not vary yet
    can_drop: bool = True  # there is no dropout yet
    raw_spread: float = 0.0  # deviation of a table's positive targets, learned as they are; 0: no logarithm to take


@dataclass
class HealthState:
    """What was heard so far; no more of it than is asked for again, however long a run is."""

    loss: float = math.nan  # before training
    spread: float = math.nan
    last: float = math.nan  # validation accuracy of the epoch before
    above: int = 0  # epochs in a row whose training accuracy was below it
    said: list[RemarkKind] = field(default_factory=list)
    trend: list[tuple[float, float]] = field(default_factory=list)  # of the last epochs: validation loss, and the gap
    lowest: float = math.inf  # validation loss of all epochs


class Health:
    """Hears of every epoch, and says each kind of remark once."""

    def __init__(self, setting: Setting, state: HealthState | None = None) -> None:
        self.setting, self.state = setting, state or HealthState()

    def begin(self, loss: float, spread: float) -> None:
        """What the network gives before it is trained."""
        self.state.loss, self.state.spread = loss, spread

    def at_chance(self, validation: Metrics) -> bool:
        """Whether the network does no better than answering always the same class; never true of numbers."""
        return validation.accuracy <= self.setting.chance + 0.02

    def after_epoch(self, epoch: int, train: Metrics, validation: Metrics, spread: float, lr: float) -> list[Remark]:
        """New remarks; ``spread`` is asked for where ``at_chance``, and nan elsewhere."""
        state = self.state
        state.trend = [*state.trend, (validation.loss, self._gap(train, validation))][-2 * TREND:]
        state.lowest = min(state.lowest, validation.loss)
        early = [*self._collapse(epoch, validation, spread, lr)] or [*self._rise(train, validation, lr)]
        return self.new([*early, *self._swap(epoch, train, validation)])

    def new(self, found: Iterable[Remark]) -> list[Remark]:
        """Those of a kind that was not said yet."""
        fresh = [remark for remark in found if remark.kind not in self.state.said]
        self.state.said += [remark.kind for remark in fresh]
        return fresh

    def _collapse(self, epoch: int, validation: Metrics, spread: float, lr: float) -> Iterator[Remark]:
        if self.at_chance(validation) and spread < COLLAPSED * self.state.spread:
            if self.setting.recipe.weight_decay * lr >= PULLED:
                yield Remark("same answers", say(
                    "Not converging: after {epoch} of training, every example gets the same answer. A weight decay of "
                    "{decay} pulls all weights to 0", epoch=_epochs(epoch),
                    decay=typed_text(self.setting.recipe.weight_decay)))
                return
            less = lower_rate(self.setting.recipe, lr)
            yield Remark("not converging", say(
                "Not converging: after {epoch} of training, every example gets the same answer. The steps were too "
                "large. Start again with a lower learning rate, such as {lr}", epoch=_epochs(epoch),
                lr=typed_text(less)), ("lr", less))

    def _rise(self, train: Metrics, validation: Metrics, lr: float) -> Iterator[Remark]:
        start = self.start
        if train.loss > RISEN * start and self._is_risen(validation) and "not converging" not in self.state.said:
            less = lower_rate(self.setting.recipe, lr)
            yield Remark("rising", say(
                "Not converging: the loss is {now}, higher than the {before} before training. Start again with a lower "
                "learning rate, such as {lr}", now=value_text(validation.loss, 3), before=value_text(start, 3),
                lr=typed_text(less)), ("lr", less))

    @property
    def start(self) -> float:
        """The loss before training; of classes at least that of guessing."""
        guesses = self.setting.recipe.loss_row.classes_only and self.setting.classes
        return max(self.state.loss, math.log(self.setting.classes)) if guesses else self.state.loss

    def _is_risen(self, validation: Metrics) -> bool:
        """Whether it is worse than before training, and than guessing."""
        r2 = validation.named.get("r2", -1.0)
        return validation.loss > self.start and (self.setting.classes > 0 or r2 < 0)

    def _swap(self, epoch: int, train: Metrics, validation: Metrics) -> Iterator[Remark]:
        """Compared with the epoch before: training can only have got better since that was judged."""
        state, setting = self.state, self.setting
        before, state.last = state.last, validation.accuracy
        above = _is_above((before, setting.validation_examples), (train.accuracy, setting.train_examples),
                          SWAPPED_MARGIN)
        state.above = state.above + 1 if above else 0
        if state.above == SWAPPED_EPOCHS and not setting.noisy and not setting.same_data:
            yield Remark("swapped", say(
                "Validation accuracy ({validation} after epoch {before}) stays above training accuracy ({train} in "
                "epoch {epoch}): are training and test data swapped?", validation=measure_text(before),
                before=epoch - 1, train=measure_text(train.accuracy), epoch=epoch))

    # -- at the end ---------------------------------------------------------------------------------------------

    def verdict(self, epoch: int, train: Metrics, validation: Metrics, test: Metrics, best: int,
                best_validation: Metrics) -> list[Remark]:
        """Remarks about the whole run: the last epoch's metrics, and the test of the best epoch's weights.

        What was said early is taken back where the end proves it wrong.
        """
        warned = not EARLY.isdisjoint(self.state.said)
        if warned and (self.at_chance(validation) or self._is_risen(validation)):
            return []
        found: list[Remark] = []
        if epoch >= VERDICT_AFTER:
            found = self.new([*self._test_above(train, test, best_validation),
                               *self._fit(epoch, train, validation, best)])
        if warned and not found and self.state.said[-1] in EARLY and not self._underfits(train):
            found = self.new([Remark("recovered", say("It recovered: {validation} on the validation data at the end",
                                                       validation=self._quality(validation)))])
        return found

    def _test_above(self, train: Metrics, test: Metrics, validation: Metrics) -> Iterator[Remark]:
        """Without validation data nothing tells it from training accuracy that lags behind, a mean while learning."""
        setting = self.setting
        others = (validation.accuracy, setting.validation_examples), (train.accuracy, setting.train_examples)
        above = all(_is_above((test.accuracy, setting.test_examples), other, GAP) for other in others)
        if above and not setting.noisy and not setting.same_data:
            yield Remark("swapped", say(
                "Test accuracy ({test}) is above training accuracy ({train} in the last epoch): are training and test "
                "data swapped, or test examples among the training data?", test=measure_text(test.accuracy),
                train=measure_text(train.accuracy)))

    def _fit(self, epoch: int, train: Metrics, validation: Metrics, best: int) -> Iterator[Remark]:
        shrinks = self._still_falls() or (best == epoch and _falls([gap for _, gap in self.state.trend]))
        if not shrinks and self._overfits(train, validation):  # classes learned badly may still be learned by heart
            yield Remark("overfitting", self._overfitting(epoch, train, validation, best))
        elif self._underfits(train) and (CAUSES - EARLY).isdisjoint(self.state.said):
            yield Remark("underfitting", self._underfitting(train))

    def _overfitting(self, epoch: int, train: Metrics, validation: Metrics, best: int) -> Message:
        """With what is not in use yet against it, and the best epoch where it is not the last."""
        setting = self.setting
        ways = [(True, say("more data")), (setting.can_augment, say("augmentation")),
                (setting.can_drop, say("dropout")), (not setting.recipe.weight_decay, say("weight decay"))]
        remedies = reduce(lambda some, one: say("{some}, {one}", some=some, one=one),
                          [way for is_left, way in ways if is_left])
        parts = {"train": self._quality(train), "validation": self._quality(validation), "remedies": remedies}
        if best == epoch:
            return say("Overfitting: {train} on the training data, {validation} on the validation data in the last "
                       "epoch. To close the gap: {remedies}", **parts)
        return say("Overfitting: {train} on the training data, {validation} on the validation data in the last epoch. "
                   "To close the gap: {remedies}; epoch {best} was the best", **parts, best=best)

    def _underfitting(self, train: Metrics) -> Message:
        if self.setting.raw_spread > LARGE:
            return say("Underfitting: in the last epoch only {train} even on the training data. The numbers to predict "
                       "are large (deviation {spread}): switch Log target on", train=self._quality(train),
                       spread=value_text(self.setting.raw_spread, 3))
        return say("Underfitting: in the last epoch only {train} even on the training data. Train longer, or try a "
                   "larger network, another learning rate or other initial weights", train=self._quality(train))

    def _gap(self, train: Metrics, validation: Metrics) -> float:
        return train.accuracy - validation.accuracy if self.setting.classes else validation.loss - train.loss

    def _still_falls(self) -> bool:
        """Whether the validation loss is at its lowest, and not by chance."""
        losses = [loss for loss, _ in self.state.trend]
        return _falls(losses) and self.state.lowest in losses[-TREND:]

    def _overfits(self, train: Metrics, validation: Metrics) -> bool:
        count = self.setting.validation_examples
        if self.setting.same_data or count < JUDGED_AT_LEAST:
            return False
        if self.setting.classes:
            return train.accuracy - validation.accuracy > max(GAP, NOISE * _error(validation.accuracy, count))
        # of the variance, since few large numbers may make one part's loss several times the other's
        missing = [1 - metrics.named.get("r2", math.nan) for metrics in (train, validation)]
        return not self._underfits(train) and missing[1] > RATIO * missing[0]

    def _underfits(self, train: Metrics) -> bool:
        if self.setting.classes:
            return train.accuracy - self.setting.chance < LITTLE * (1 - self.setting.chance)
        return train.named.get("r2", 1.0) < EXPLAINED

    def _quality(self, metrics: Metrics) -> Message:
        if self.setting.classes:
            return say("accuracy {accuracy}", accuracy=measure_text(metrics.accuracy))
        if "r2" in metrics.named and 0 <= metrics.named["r2"] < EXPLAINED:
            return say("{share} of the variance explained", share=share_text(metrics.named["r2"]))
        return say("loss {loss}", loss=value_text(metrics.loss, 3))


def _falls(values: Sequence[float]) -> bool:
    """Whether the last few are lower than as many before them."""
    count = min(TREND, len(values) // 2)
    if not count:
        return False
    before = fmean(values[-2 * count:-count])
    return fmean(values[-count:]) < before - FALLS * abs(before)


def _is_above(one: tuple[float, int], other: tuple[float, int], margin: float) -> bool:
    """Whether a share of so many examples is above another by more than the margin, and not by chance."""
    error = math.hypot(*(_error((share * count + 1) / (count + 2), count) for share, count in (one, other)))
    return one[0] - other[0] > max(margin, NOISE * error)  # of few examples even 0 and 1 are uncertain


def _error(share: float, count: int) -> float:
    """The standard error of a share among so many examples."""
    return math.sqrt(max(0.0, share * (1 - share)) / max(1, count))


def _epochs(count: int) -> Message:
    return say("an epoch") if count == 1 else say("{count} epochs", count=count)
