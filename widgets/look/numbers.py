"""Numbers of tensors as people read them, and as they type them."""

from __future__ import annotations

import math
import re


def number_text(value: float | None, digits: int = 4) -> str:
    """``0.0123``, ``−1.5``, ``2.5e−6``, ``∞``; “–” for None."""
    if value is None:
        return "–"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    small = 0 < abs(value) < 1e-3
    text = f"{value:.{digits - 1}e}" if small else f"{value:.{digits}g}"
    if "e" in text:
        mantissa, power = text.split("e")
        text = f"{float(mantissa):g}e{int(power)}"
    return text.replace("-", "−")


def typed_number(text: str) -> float:
    """The number that a text means. Raises ValueError for anything but a finite number."""
    plain = re.sub(r"\s", "", text).replace("−", "-").replace(",", ".")
    value = float(plain)
    if not math.isfinite(value) or "_" in plain:
        raise ValueError(text)
    return value
