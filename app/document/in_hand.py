"""Which weights of a document there are to look at: initial, loaded, latest, best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.document.document import Document
from engine.experiment.experiment import Experiment
from engine.training.values import Weights


class Held(NamedTuple):
    """The network that weights belong to, and the weights; None: those that it begins with."""

    experiment: Experiment
    weights: Weights | None = None


def held(document: Document) -> Mapping[str, Held]:
    """All that there are, by their id."""
    found = {"initial": Held(document.experiment)}
    if document.loaded is not None:
        found["loaded"] = Held(document.loaded_into or document.experiment, document.loaded)
    run = document.trained
    if run is not None and run.latest is not None and run.best is not None:
        found |= {"latest": Held(run.experiment, run.latest), "best": Held(run.experiment, run.best)}
    return found


def newest(document: Document) -> str:
    """Those that count, where nobody has chosen others."""
    if document.weights_are_loaded:
        return "loaded"
    return "best" if "best" in held(document) else "initial"
