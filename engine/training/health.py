"""Is a run going well? What its first epochs and its end say, in words. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.messages import Message, say
from engine.recipe import CLASSES_ONLY, Recipe
from engine.training.events import Advice, AdviceKind, Metrics

# Outputs of a network whose steps were too large no longer depend on its input: on MNIST they differ between examples
# by less than 0.05 of what they did before training. On the long plateau of a sigmoid network they keep 0.6 of it.
COLLAPSED = 0.1
RISEN = 2.0  # times the loss before training
NOISE = 3.0  # standard errors
SWAPPED_MARGIN, SWAPPED_EPOCHS = 0.02, 3
VERDICT_AFTER = 3  # epochs
GAP, RATIO, JUDGED_AT_LEAST = 0.03, 2.0, 20  # overfitting: of accuracy; of unexplained variance, with so many examples
LITTLE = 0.6  # underfitting: share of the way from chance to perfect
EXPLAINED = 0.75  # … or of the variance of numbers


@dataclass(frozen=True)
class Setting:
    """What the judgement depends on beside the numbers."""

    recipe: Recipe
    validation_examples: int
    classes: int  # 0: numbers
    chance: float = 0.0  # validation accuracy of answering always the same class
    noisy: bool = False  # dropout or augmentation make training harder than judging
    same_data: bool = False  # there is no validation data of its own


@dataclass
class Health:
    """Hears of every epoch, and says each kind of advice once."""

    setting: Setting
    loss: float = math.nan  # before training
    spread: float = math.nan
    last: float = math.nan  # validation accuracy of the epoch before
    above: int = 0  # epochs in a row whose training accuracy was below it
    said: list[AdviceKind] = field(default_factory=list)

    def begin(self, loss: float, spread: float) -> None:
        """What the network gives before it is trained."""
        self.loss, self.spread = loss, spread

    def stored(self) -> dict[str, Any]:
        """Plain values for a checkpoint."""
        return {"loss": self.loss, "spread": self.spread, "last": self.last, "above": self.above,
                "said": list(self.said)}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Go on from what ``stored`` gave."""
        self.loss, self.spread = stored["loss"], stored["spread"]
        self.last, self.above, self.said = stored["last"], stored["above"], list(stored["said"])

    def at_chance(self, validation: Metrics) -> bool:
        """Whether the network does no better than answering always the same class; never true of numbers."""
        return validation.accuracy <= self.setting.chance + 0.02

    def after_epoch(self, epoch: int, train: Metrics, validation: Metrics, spread: float, lr: float) -> list[Advice]:
        """New advice; ``spread`` is asked for where ``at_chance``, and nan elsewhere."""
        found = [*self._collapse(epoch, validation, spread, lr), *self._rise(train, validation, lr),
                 *self._swap(train, validation)]
        return self._new(found)

    def _new(self, found: list[Advice]) -> list[Advice]:
        fresh = [advice for advice in found if advice.kind not in self.said]
        self.said += [advice.kind for advice in fresh]
        return fresh

    def _collapse(self, epoch: int, validation: Metrics, spread: float, lr: float) -> Iterator[Advice]:
        if self.at_chance(validation) and spread < COLLAPSED * self.spread:
            yield Advice("not converging", say(
                "Not converging: after {epoch} of training, every example gets the same answer. The steps were too "
                "large. Start again with a lower learning rate, such as {lr}", epoch=_epochs(epoch), lr=_lower(lr)),
                ("lr", _lower(lr)))

    def _rise(self, train: Metrics, validation: Metrics, lr: float) -> Iterator[Advice]:
        start, r2 = self.loss, validation.named.get("r2", -1.0)
        if self.setting.recipe.loss in CLASSES_ONLY and self.setting.classes:
            start = max(start, math.log(self.setting.classes))
        worse_than_guessing = validation.loss > start and (self.setting.classes or r2 < 0)
        if train.loss > RISEN * start and worse_than_guessing and "not converging" not in self.said:
            yield Advice("rising", say(
                "Not converging: the loss is {now}, higher than the {before} before training. Start again with a lower "
                "learning rate, such as {lr}", now=_text(validation.loss), before=_text(start), lr=_lower(lr)),
                ("lr", _lower(lr)))

    def _swap(self, train: Metrics, validation: Metrics) -> Iterator[Advice]:
        """Compared with the epoch before: training can only have got better since that was judged."""
        before, self.last = self.last, validation.accuracy
        above = before - train.accuracy > self._margin(before)
        self.above = self.above + 1 if above else 0
        if self.above == SWAPPED_EPOCHS and not self.setting.noisy:
            yield Advice("swapped", say(
                "Validation accuracy ({validation}) stays above training accuracy ({train}): are training and test "
                "data swapped?", validation=_share(before), train=_share(train.accuracy)))

    def _margin(self, accuracy: float) -> float:
        return max(SWAPPED_MARGIN, NOISE * _error(accuracy, self.setting.validation_examples))

    # -- at the end ---------------------------------------------------------------------------------------------

    def verdict(self, epoch: int, train: Metrics, validation: Metrics, test: Metrics, best: int,
                best_validation: Metrics) -> list[Advice]:
        """Advice about the whole run: the last epoch's metrics, and the test of the best epoch's weights."""
        if epoch < VERDICT_AFTER or "not converging" in self.said or "rising" in self.said:
            return []
        return self._new([*self._test_above(train, test, best_validation), *self._fit(train, validation, best)])

    def _test_above(self, train: Metrics, test: Metrics, validation: Metrics) -> Iterator[Advice]:
        above = min(test.accuracy - validation.accuracy, test.accuracy - train.accuracy)
        if above > max(GAP, self._margin(validation.accuracy)) and not self.setting.noisy:
            yield Advice("swapped", say(
                "Test accuracy ({test}) is above training accuracy ({train}): are training and test data swapped, or "
                "test examples among the training data?", test=_share(test.accuracy), train=_share(train.accuracy)))

    def _fit(self, train: Metrics, validation: Metrics, best: int) -> Iterator[Advice]:
        if self._overfits(train, validation):  # classes that are learned badly may still be learned by heart
            yield Advice("overfitting", say(
                "Overfitting: {train} on the training data, {validation} on the validation data. More data, "
                "augmentation, dropout or weight decay close the gap; epoch {best} was the best",
                train=self._quality(train), validation=self._quality(validation), best=best))
        elif self._underfits(train):
            yield Advice("underfitting", say(
                "Underfitting: only {train} even on the training data. Train longer, or try a larger network, another "
                "learning rate or other initial weights", train=self._quality(train)))

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
            return say("accuracy {accuracy}", accuracy=_share(metrics.accuracy))
        if "r2" in metrics.named and 0 <= metrics.named["r2"] < EXPLAINED:
            return say("{share} % of the variance explained", share=round(100 * metrics.named["r2"]))
        return say("loss {loss}", loss=_text(metrics.loss))


def _error(share: float, count: int) -> float:
    """The standard error of a share among so many examples."""
    return math.sqrt(max(0.0, share * (1 - share)) / max(1, count))


def _lower(lr: float) -> float:
    """A tenth, in one figure."""
    return float(f"{lr / 10:.1g}")


def _text(value: float) -> str:
    return f"{value:.3g}"


def _share(value: float) -> str:
    return f"{value:.3f}"


def _epochs(count: int) -> Message:
    return say("an epoch") if count == 1 else say("{count} epochs", count=count)
