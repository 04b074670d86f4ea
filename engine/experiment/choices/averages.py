"""Every way to average weights over steps that a recipe may name: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.experiment.choices.choice import Choice, Option, choice_of
from engine.messages import say


@dataclass(frozen=True)
class AveragingRow:
    """How the weights that are judged, kept and exported follow from those that learn."""

    id: str  # in .loom files and on the command line
    title: str
    about: str  # what it does, in a sentence
    options: tuple[Option, ...] = ()
    copies: int = 1  # of the weights that it keeps
    by_epoch: bool = False  # it takes the weights after each epoch; else after each step
    spans_run: bool = False  # its course depends on how many epochs there are


def averaging_of(text: str) -> Choice[AveragingRow]:
    """Read ``ema:decay=0.99``. Raises ImpossibleError."""
    return choice_of(AVERAGES, text, say("averaging"))


_ROWS = (
    AveragingRow("none", "None", "The weights are those of the last step.", copies=0),
    AveragingRow("ema", "Moving average", "A mean of the weights of the last steps, which forgets older ones.", (
        Option("decay", 0.999, 0, 1, title="Decay", about="Share of the mean that is kept in each step.",
               excludes=(1,)),)),
    AveragingRow("swa", "Mean of the last epochs", "The plain mean of the weights after each of the last epochs.", (
        Option("start", 0.75, 0, 1, title="Start", about="Share of the epochs that are learned before it begins.",
               excludes=(1,)),), by_epoch=True, spans_run=True),
)
AVERAGES: Mapping[str, AveragingRow] = {row.id: row for row in _ROWS}
