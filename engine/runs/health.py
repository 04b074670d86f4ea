"""What the doctor saw of a run, as lines of its folder. No torch."""

from __future__ import annotations

import json
import math
from dataclasses import astuple

from engine.runs.texts import UNREADABLE
from engine.training.doctor.values import LayerHealth
from engine.training.events import Examined


def examined_line(event: Examined) -> str:
    """What a step showed of every layer, in the order of LayerHealth's fields; null where there is no number."""
    layers = {place: [_four(value) for value in astuple(layer)] for place, layer in event.layers.items()}
    return json.dumps({"epoch": event.epoch, "batch": event.batch, "position": round(event.position, 6),
                       "examples": event.examples, "layers": layers}, ensure_ascii=False)


def _four(value: float) -> float | str | None:
    """Four digits."""
    if math.isnan(value):
        return None
    return float(f"{value:.4g}") if math.isfinite(value) else "inf" if value > 0 else "-inf"


def examined_read(text: str) -> list[Examined]:
    """The lines of health.jsonl; what cannot be read is left out."""
    found = []
    for line in text.split("\n"):
        try:
            raw = json.loads(line)
            layers = {str(place): LayerHealth(*(math.nan if value is None else float(value) for value in values))
                      for place, values in raw["layers"].items()}
            found.append(Examined(int(raw["epoch"]), int(raw["batch"]), float(raw["position"]), layers,
                                  int(raw.get("examples", 0))))
        except UNREADABLE:
            continue
    return found
