"""How measures are called, and by how much two of them differ."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from engine.units import measure_text
from widgets.look.text import QT_TRANSLATE_NOOP, translated

_NAMES = {
    "loss": QT_TRANSLATE_NOOP("Measure", "Loss"),
    "accuracy": QT_TRANSLATE_NOOP("Measure", "Accuracy"),
    "top5": QT_TRANSLATE_NOOP("Measure", "Top-5 accuracy"),
    "precision": QT_TRANSLATE_NOOP("Measure", "Precision"),
    "recall": QT_TRANSLATE_NOOP("Measure", "Recall"),
    "f1": QT_TRANSLATE_NOOP("Measure", "F1"),
    "mae": QT_TRANSLATE_NOOP("Measure", "MAE"),
    "rmse": QT_TRANSLATE_NOOP("Measure", "RMSE"),
    "log_rmse": QT_TRANSLATE_NOOP("Measure", "Log RMSE"),
    "r2": QT_TRANSLATE_NOOP("Measure", "R²"),
    "examples/s": QT_TRANSLATE_NOOP("Measure", "Examples per second"),
}
_PARTS = {
    "train": QT_TRANSLATE_NOOP("Measure", "Train {measure}"),
    "after": QT_TRANSLATE_NOOP("Measure", "{measure} after the epoch"),
    "validation": QT_TRANSLATE_NOOP("Measure", "Validation {measure}"),
    "test": QT_TRANSLATE_NOOP("Measure", "Test {measure}"),
}  # fmt: skip
_ABBREVIATED = frozenset({"f1", "mae", "rmse", "r2"})  # also inside a title


def measure_title(name: str) -> str:
    """What a measure is called, with the part of the data it is of (“test accuracy”); an unknown one keeps its name."""
    part, _, measure = name.partition(" ")
    if part in _PARTS and measure:
        title = measure_title(measure)
        template = QCoreApplication.translate("Measure", _PARTS[part])
        begins = measure in _ABBREVIATED or template.startswith("{measure}")
        return template.format(measure=title if begins else title[:1].lower() + title[1:])
    return QCoreApplication.translate("Measure", _NAMES[name]) if name in _NAMES else translated(name)


def difference_text(reported: float | None, yours: float | None) -> str:
    """“+0.009”, “−0.1”: by how much yours is more than theirs."""
    if reported is None or yours is None or not math.isfinite(yours - reported):
        return ""
    off = yours - reported
    text = measure_text(off if max(abs(reported), abs(yours)) < 0.01 else round(off, 3))
    return text if text.startswith("−") else f"+{text}"
