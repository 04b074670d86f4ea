"""What a summary says beside its line: which epoch its numbers are of and why, times, the device. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.messages import Message, say
from engine.training.values import Metrics, Summary, cut_short
from engine.units import duration_text, grouped, short_measure

WHILE_LEARNING = say("Train: mean while the epoch is learned; everything else is judged after it")
OF_A_SERIES = say("Train and validation are of the last epoch, test of the best one; train is the mean while it was "
                  "learned")


def about(summary: Summary) -> Iterator[Message]:
    """Everything a person should know of its numbers."""
    yield chosen(summary)
    if summary.position < 1:  # how long a whole one takes, is not known
        yield say("{training} of training; {total} with judging", training=duration_text(summary.training_seconds),
                  total=duration_text(summary.total_seconds))
    elif not math.isnan(summary.training_seconds):
        yield say("{training} of training, {epoch} an epoch; {total} with judging",
                  training=duration_text(summary.training_seconds), epoch=duration_text(summary.epoch_seconds),
                  total=duration_text(summary.total_seconds))
    if summary.device_name:
        yield say("{name} ({device})", name=summary.device_name, device=summary.device)


def chosen(summary: Summary) -> Message:
    """Which epoch the numbers are of, and what chose it: ``Best epoch 7 of 10, by validation accuracy``."""
    if not summary.best_epoch:
        return say("Stopped within the first epoch: these are the numbers of that moment")
    counted = {"epoch": grouped(summary.best_epoch), "count": grouped(summary.epochs)}
    words = (say("Best epoch {epoch} of {count}, by {measure}", measure=say(summary.chosen_by), **counted)
             if summary.chosen_by else
             say("Epoch {epoch} of {count}, the last one: there are no validation data to choose by", **counted))
    last = cut_short(summary)
    if last is not None and summary.ended_early:
        return say("{words}; ended early, and {planned} were planned", words=words, planned=grouped(summary.planned))
    return words if last is None else say("{words}; stopped in epoch {last} of {planned}", words=words,
                                          last=grouped(last), planned=grouped(summary.planned))


def after(metrics: Metrics) -> Message:
    """The training examples after the epoch: ``train after the epoch: loss 0.412, acc 0.851``."""
    if math.isnan(metrics.accuracy):
        return say("train after the epoch: loss {loss}", loss=f"{metrics.loss:.4g}")
    return say("train after the epoch: loss {loss}, acc {accuracy}", loss=short_measure(metrics.loss),
               accuracy=short_measure(metrics.accuracy))
