"""All small experiments, in the order in which they are shown."""

from __future__ import annotations

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

_SHOWN = (equal_start, order_examples, order_pixels, order_layers, one_value, shifted, without_activations, dropout_on,
          saturating, modes)
_by_file = sorted(TRYOUTS.values(), key=lambda tryout: [each.__name__ for each in _SHOWN].index(tryout.__module__))
TRYOUTS.clear()
TRYOUTS.update({tryout.id: tryout for tryout in _by_file})

__all__ = ["TRYOUTS", "Tryout"]
