"""All small experiments, in the order in which they are shown."""

from __future__ import annotations

from engine.experiment.experiment import Experiment
from engine.inspect.lens import Lens
from engine.inspect.trying import (
    dropout_on,
    equal_start,
    modes,
    one_value,
    order_examples,
    order_layers,
    order_pixels,
    saturating,
    shifted,
    without_activations,
)
from engine.inspect.trying.base import TRYOUTS, Tryout
from engine.messages import LayerloomError, Message

_SHOWN = (equal_start, order_examples, order_pixels, order_layers, one_value, shifted, without_activations, dropout_on,
          saturating, modes)
_by_file = sorted(TRYOUTS.values(), key=lambda tryout: [each.__name__ for each in _SHOWN].index(tryout.__module__))
TRYOUTS.clear()
TRYOUTS.update({tryout.id: tryout for tryout in _by_file})

__all__ = ["TRYOUTS", "Tryout", "reasons"]


def reasons(experiment: Experiment) -> dict[str, Message | None]:
    """Of every experiment why it does not apply to this network; None: it does."""
    try:
        lens = Lens(experiment)
    except LayerloomError as error:
        return dict.fromkeys(TRYOUTS, error.message)
    return {id: tryout.why_not(experiment, lens) for id, tryout in TRYOUTS.items()}
