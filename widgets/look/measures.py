"""How measures are called and how their numbers are written in tables."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from widgets.look.text import QT_TRANSLATE_NOOP, UNKNOWN, grouped, translated

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
    "validation": QT_TRANSLATE_NOOP("Measure", "Validation {measure}"),
    "test": QT_TRANSLATE_NOOP("Measure", "Test {measure}"),
}  # fmt: skip
SHARES = frozenset({"accuracy", "top5", "precision", "recall", "f1"})  # in 0 … 1


def measure_title(name: str) -> str:
    """What a measure is called, with the part of the data it is of (“test accuracy”); an unknown one keeps its name."""
    part, _, measure = name.partition(" ")
    if part in _PARTS and measure:
        title = measure_title(measure)
        title = title if title[:2].isupper() or title[1:2].isdigit() or "²" in title else title[:1].lower() + title[1:]
        return QCoreApplication.translate("Measure", _PARTS[part]).format(measure=title)
    return QCoreApplication.translate("Measure", _NAMES[name]) if name in _NAMES else translated(name)


def number_text(value: float | None, decimals: int = 3) -> str:
    """A number for a table: 0.822, 13.730, 0.000248, 35 726; “–” for what is not known."""
    if value is None or math.isnan(value):
        return UNKNOWN
    sign = "−" if value < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    if size >= 1e7 or 0 < size < 1e-6:
        return f"{sign}{size:.2e}"
    if size >= 1000:
        return f"{sign}{grouped(round(size))}"
    text = f"{size:.{decimals}f}"
    if 0 < size < 10.0 ** (1 - decimals):
        text = f"{size:.{math.ceil(-math.log10(size)) + 2}f}".rstrip("0")  # three digits that say something
    return text if float(text) == 0 else f"{sign}{text}"


def difference_text(reported: float | None, yours: float | None) -> str:
    """“+0.009”, “−0.1”: by how much yours is more than theirs."""
    if reported is None or yours is None or not math.isfinite(yours - reported):
        return ""
    off = yours - reported
    text = number_text(off if max(abs(reported), abs(yours)) < 0.01 else round(off, 3))
    return text if text.startswith("−") else f"+{text}"
