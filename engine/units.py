"""Numbers as people read them, the same in the window and in the terminal: one function for each kind."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

SPACE = "\u00a0"  # no-break: a number never leaves its unit or its own digits
UNKNOWN = "–"
MANY = 10_000_000  # from here on a count is written shortly
LEAST_SHARE = 1e-4  # less is not told in figures


# -- how many, how large, how long ----------------------------------------------------------------------------------


def grouped(number: float) -> str:
    """``61 706``; “–” for what is not finite."""
    return f"{round(number):,}".replace(",", SPACE).replace("-", "−") if math.isfinite(number) else UNKNOWN


def short_count(count: int) -> str:
    """Three digits and a unit: ``417 k``."""
    return _scaled(float(count), ("", "k", "M", "G", "T", "P"))


def count_text(count: int) -> str:
    """``61 706``, and ``61.7 M`` where every digit would be too many."""
    return grouped(count) if count < MANY else short_count(count)


def bytes_text(count: int) -> str:
    """``312 B``, ``61.7 kB``, ``0.31 MB``, ``13.1 MB``: megabytes early, since most networks are told in them."""
    if 100_000 <= count < 1_000_000:
        return f"{count / 1e6:.2f}{SPACE}MB"
    return _scaled(float(count), ("B", "kB", "MB", "GB", "TB", "PB"))


def seconds_text(seconds: float) -> str:
    """What was measured: ``1.2 ms``, ``35 µs``, ``2.5 s``."""
    scale, unit = next((pair for pair in ((1.0, "s"), (1e3, "ms")) if seconds * pair[0] >= 0.9995), (1e6, "µs"))
    value = seconds * scale
    return f"{value:.3g}{SPACE}{unit}" if value < 999.5 else f"{value:.0f}{SPACE}{unit}"


def clock_text(seconds: float) -> str:
    """What is left: ``0:21``, ``12:05``, ``1:02:09``."""
    if not math.isfinite(seconds) or seconds < 0:
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def duration_text(seconds: float) -> str:
    """What was spent: ``0.35 s``, ``12.3 s``, ``2:05 min``, ``1:02:09 h``."""
    if not math.isfinite(seconds) or seconds < 59.95:
        return seconds_text(seconds) if math.isfinite(seconds) else UNKNOWN
    return f"{clock_text(seconds)}{SPACE}{'min' if round(seconds) < 3600 else 'h'}"


def share_text(share: float) -> str:
    """``0.42 %``, ``5.3 %``, ``62 %`` of a whole that is 1."""
    if 0 < share < LEAST_SHARE:
        return f"<{SPACE}{100 * LEAST_SHARE:g}{SPACE}%"
    return f"{100 * share:.0f}{SPACE}%" if share >= 0.0995 else f"{100 * share:.2g}{SPACE}%"


def shape_text(shape: Sequence[object]) -> str:
    """``6×28×28``; of a single number ``1``."""
    return "×".join(map(str, shape)) or "1"


def _scaled(value: float, units: tuple[str, ...]) -> str:
    index = 0
    while float(f"{value:.3g}") >= 1000 and index < len(units) - 1:
        value, index = value / 1000, index + 1
    number = f"{value:.3g}" if value < 1000 else f"{value:.0f}"
    return f"{number}{SPACE}{units[index]}".rstrip()


# -- what was computed ----------------------------------------------------------------------------------------------


def measure_text(value: float | None, decimals: int = 3) -> str:
    """A measure for a table, where points stand below each other: 0.822, 13.730, 0.000248, 35 726; “–”: not known."""
    if value is None or math.isnan(value):
        return UNKNOWN
    size = abs(value)
    if math.isinf(size):
        return _infinite(value)
    if size >= 1e7 or 0 < size < 1e-6:
        return _plain(f"{value:.2e}")
    if size >= 1000:
        return grouped(value)
    text = f"{value:.{decimals}f}"
    if 0 < size < 10.0 ** (1 - decimals):
        text = f"{value:.{math.ceil(-math.log10(size)) + 2}f}".rstrip("0")  # three digits that say something
    return _plain(text if float(text) else text.lstrip("-"))


def short_measure(value: float | None) -> str:
    """A measure in five characters, for a legend: 0.473, 12.31, 2e−4, 1e5."""
    if value is None or not math.isfinite(value):
        return value_text(value)
    size = float(f"{abs(value):.4g}")
    if 0 < size < 5e-4 or size >= 1e5:
        return _plain(f"{value:.0e}")
    return _plain(f"{value:.{3 if size < 10 else max(0, 4 - len(str(int(size))))}f}")


def value_text(value: float | None, digits: int = 4) -> str:
    """A number by itself, as in a tensor: ``0.0123``, ``−1.5``, ``2.5e−6``, ``35 726``, ``∞``; “–” for None."""
    if value is None or math.isnan(value):
        return UNKNOWN if value is None else "NaN"
    if math.isinf(value):
        return _infinite(value)
    if 10**digits - 0.5 <= abs(value) < 1e6:
        return grouped(value)
    return _plain(f"{value:.{digits - 1}e}" if 0 < abs(value) < 1e-3 else f"{value:.{digits}g}")


def setting_text(value: float) -> str:
    """An option's number, as short as it can be told: ``0.5``, ``1e−5``, ``−3``, ``2 500 000``."""
    return grouped(value) if 1e6 <= abs(value) < 1e15 and value == round(value) else _plain(f"{value:g}")


def tick_text(value: float, step: float) -> str:
    """A number at an axis with the decimals that its step needs."""
    if max(abs(value), step) >= 1e5 or step < 1e-5:
        return _plain(f"{value:.3g}" if value else "0")
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
    if round(step, decimals) != round(step, decimals + 1):
        decimals += 1  # 0.25
    return _plain(f"{value if abs(value) > step * 1e-6 else 0.0:.{decimals}f}")


def power_text(value: float) -> str:
    """A number at an axis of powers: 0.02, 500, 2.5e−6."""
    return f"{value:.6g}" if 1e-4 <= value < 1e5 else _plain(f"{value:.2e}")


def _infinite(value: float) -> str:
    return "∞" if value > 0 else "−∞"


def _plain(text: str) -> str:
    """Python's ``-2.50e-06`` as ``−2.5e−6``."""
    if "e" in text:
        mantissa, power = text.split("e")
        text = f"{float(mantissa):g}e{int(power)}"
    return text.replace("-", "−")


# -- what a person types --------------------------------------------------------------------------------------------


def typed_text(value: float) -> str:
    """A number as one types it: ``0.1``, ``1e-5``, ``10``. Every digit counts, for it is read again."""
    return re.sub(r"e([+-])0*", lambda match: "e" + match[1].strip("+"), repr(value).removesuffix(".0"))


def readings(text: str, whole: bool = False) -> tuple[str, ...]:
    """What a number may mean, as Python reads it: usually one text, of “1,000” two, ``1000`` and ``1.0``.

    A point parts decimals here, so “1.000” is 1.0, and two things only where a whole number is wanted.
    """
    plain = joined(text).replace("−", "-")
    if found := _ONE_GROUP.fullmatch(plain):
        if found[2] == "," or whole:
            number = float(f"{found[1]}.{found[3]}")
            return found[1] + found[3], typed_text(number) if whole or number % 1 else f"{number:.1f}"
    elif found := _GROUPS.fullmatch(plain):
        return (f"{found[1]}{re.sub('[.,]', '', found[2])}" + (f".{found[4]}" if found[4] else ""),)
    return (plain.replace(",", "."),)


def joined(text: str) -> str:
    """Digits without what people put between thousands: spaces of any width, “1_000”, “1’000”."""
    return re.sub(r"(?<=\d)[_'’](?=\d{3}(?!\d))", "", "".join(text.split()))


_ONE_GROUP = re.compile(r"([-+]?[1-9]\d{0,2})([.,])(\d{3})")
_GROUPS = re.compile(r"([-+]?[1-9]\d{0,2})((?:,\d{3})+|(?:\.\d{3})+)([.,](\d+))?")


class TwoMeaningsError(ValueError):
    """A text may mean either of two numbers."""

    def __init__(self, text: str, first: str, second: str) -> None:
        super().__init__(f"{text}: {first} or {second}")
        self.text, self.first, self.second = text, first, second


def typed_number(text: str) -> float:
    """The number that a text means. Raises ValueError for anything but a finite number, and one at that."""
    found = readings(text)
    if len(found) > 1:
        raise TwoMeaningsError(text.strip(), *found)
    value = float(found[0])
    if not math.isfinite(value) or "_" in found[0]:
        raise ValueError(text)
    return value
