"""Text for the screen: the engine's sentences translated, numbers as people read them, tooltips that wrap."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from engine.messages import Message

SPACE = "\u00a0"  # no-break: a number never leaves its unit or its own digits
UNKNOWN = "–"

_CATEGORIES = {
    "input": QT_TRANSLATE_NOOP("Category", "Input"),
    "convolution": QT_TRANSLATE_NOOP("Category", "Convolution"),
    "pooling": QT_TRANSLATE_NOOP("Category", "Pooling"),
    "normalization": QT_TRANSLATE_NOOP("Category", "Normalization"),
    "activation": QT_TRANSLATE_NOOP("Category", "Activation"),
    "linear": QT_TRANSLATE_NOOP("Category", "Linear"),
    "regularization": QT_TRANSLATE_NOOP("Category", "Regularization"),
    "merge": QT_TRANSLATE_NOOP("Category", "Merge"),
    "block": QT_TRANSLATE_NOOP("Category", "Blocks"),
}


def translated(text: str) -> str:
    """A text that the engine wrote (a title, a meaning, a template) in the person's language."""
    return QCoreApplication.translate("engine", text) if text else ""


def message_text(message: Message) -> str:
    """The sentence of a Message in the person's language."""
    values = {
        name: message_text(value) if isinstance(value, Message) else str(value) for name, value in message.values
    }
    return translated(message.template).format(**values)


def category_title(category: str) -> str:
    """A category's heading."""
    return QCoreApplication.translate("Category", str(_CATEGORIES.get(category, category)))


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


def tooltip(*lines: str) -> str:
    """Lines as a tooltip. Qt wraps only rich text, and a whole sentence on one line runs across the screen."""
    return "<qt>" + "<br>".join(escape(line) for line in lines if line) + "</qt>"
