"""A run for tests of what the doctor shows: examined by hand, as the training would tell it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from engine.messages import say
from engine.training.doctor.values import LayerHealth
from engine.training.events import Examined, Started
from engine.training.values import Remark

NAN = math.nan
STARTED = Started("cpu", 1210, 60, 4, 1)
WELL = {"conv": LayerHealth(0.1, 1.0, NAN, NAN, 0.5, 1e-3), "act": LayerHealth(0.3, 0.5, 0.0, NAN, NAN, NAN)}
DEAD = Remark("dead", say("{share} of the units of {place} give 0 for every example", share="41 %", place="act2"), None,
              "act2")
RISING = Remark("rising", say("The loss rises"), ("lr", 0.001))


def lenet(**others: LayerHealth) -> dict[str, LayerHealth]:
    """Its layers, all well but for these."""
    names = ("input", "conv1", "act1", "conv2", "act2", "fc1")
    return {name: WELL["conv" if name.startswith(("conv", "fc")) else "act"] for name in names} | others


def examined(layers: Mapping[str, LayerHealth], positions: Iterable[float] = (0.5,)) -> list[Examined]:
    """What was seen of them, at each of these moments."""
    return [Examined(int(at) + 1, 1, at, dict(layers)) for at in positions]
