"""Numbers as people read them, the same in the window and in the terminal."""

from __future__ import annotations

SPACE = "\u00a0"  # no-break: a number never leaves its unit or its own digits


def grouped(number: int) -> str:
    """``61 706``."""
    return f"{number:,}".replace(",", SPACE).replace("-", "−")


def short_count(count: int) -> str:
    """Three digits and a unit: ``417 k``."""
    return _scaled(float(count), ("", "k", "M", "G", "T", "P"))


def bytes_text(count: int) -> str:
    """``312 B``, ``61.7 kB``, ``0.31 MB``, ``13.1 MB``: megabytes early, since most networks are told in them."""
    if 100_000 <= count < 1_000_000:
        return f"{count / 1e6:.2f}{SPACE}MB"
    return _scaled(float(count), ("B", "kB", "MB", "GB", "TB", "PB"))


def _scaled(value: float, units: tuple[str, ...]) -> str:
    index = 0
    while float(f"{value:.3g}") >= 1000 and index < len(units) - 1:
        value, index = value / 1000, index + 1
    number = f"{value:.3g}" if value < 1000 else f"{value:.0f}"
    return f"{number}{SPACE}{units[index]}".rstrip()
