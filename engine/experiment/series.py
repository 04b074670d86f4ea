"""Whether an experiment asks for several runs, one after the other, and for which. No torch."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, NamedTuple

from engine.experiment.experiment import Experiment

Kind = Literal["", "variants", "folds"]


class Series(NamedTuple):
    """Of what kind several runs are, and how many; no kind: there is one run."""

    kind: Kind = ""
    runs: int = 0


def series_of(experiment: Experiment) -> Series:
    """The runs an experiment asks for: its variants, or else the folds of its recipe."""
    if experiment.variants:
        return Series("variants", len(experiment.variants))
    return Series("folds", experiment.recipe.folds) if experiment.recipe.folds >= 2 else Series()


def is_series(experiment: Experiment) -> bool:
    """Whether it asks for several runs."""
    return bool(series_of(experiment).kind)


def without_variants(experiment: Experiment) -> Experiment:
    """The network as it is drawn, of an experiment that comes with variants: one run, or its folds."""
    return replace(experiment, variants=())


class Fold(NamedTuple):
    """One of the folds of a cross-validation."""

    folds: int
    number: int  # from 0

    @property
    def title(self) -> str:
        """What its run is called."""
        return f"fold {self.number + 1} of {self.folds}"


def folds_of(experiment: Experiment) -> list[Fold]:
    """Those that its recipe asks for, in order."""
    count = experiment.recipe.folds
    return [Fold(count, number) for number in range(count)] if count >= 2 else []


def fold_called(experiment: Experiment, title: str) -> Fold | None:
    """The fold whose run has this title, whichever others there are still; None: it is none of them."""
    return next((fold for fold in folds_of(experiment) if fold.title == title), None)
