"""Text for the screen: the engine's sentences translated, tooltips that wrap."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.messages import Message, shown

if TYPE_CHECKING:
    from engine.layers.base import Layer


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark a text for translators, who look for this very name; Qt's own does not say that it gives back a text."""
    return text


_CATEGORIES = {
    "input": QT_TRANSLATE_NOOP("Category", "Input"),
    "convolution": QT_TRANSLATE_NOOP("Category", "Convolution"),
    "pooling": QT_TRANSLATE_NOOP("Category", "Pooling"),
    "normalization": QT_TRANSLATE_NOOP("Category", "Normalization"),
    "activation": QT_TRANSLATE_NOOP("Category", "Activation"),
    "linear": QT_TRANSLATE_NOOP("Category", "Linear"),
    "regularization": QT_TRANSLATE_NOOP("Category", "Regularization"),
    "merge": QT_TRANSLATE_NOOP("Category", "Merge"),
    "shape": QT_TRANSLATE_NOOP("Category", "Shape"),
    "sequence": QT_TRANSLATE_NOOP("Category", "Sequences"),
    "attention": QT_TRANSLATE_NOOP("Category", "Attention"),
    "math": QT_TRANSLATE_NOOP("Category", "Arithmetic"),
    "block": QT_TRANSLATE_NOOP("Category", "Blocks"),
    "code": QT_TRANSLATE_NOOP("Category", "Code"),
}


def translated(text: str) -> str:
    """A text that the engine wrote (a title, a meaning, a template) in the person's language."""
    return QCoreApplication.translate("engine", text) if text else ""


def title_of(layer: Layer) -> str:
    """What a layer is called; a person's own block by the person's own word."""
    label = getattr(layer, "label", "")
    return label if isinstance(label, str) and label else translated(layer.title)


def message_text(message: Message) -> str:
    """The sentence of a Message in the person's language."""
    values = {
        name: message_text(value) if isinstance(value, Message) else str(value) for name, value in message.values
    }
    return shown(translated(message.template).format(**values))


def sentence_text(message: Message) -> str:
    """The sentence of a Message with a capital first letter; a layer's name or a file's stays as it is written."""
    text = message_text(message)
    return text if _begins_with_name(message) else text[:1].upper() + text[1:]


def _begins_with_name(message: Message) -> bool:
    found = re.match(r"\{(\w+)\}", translated(message.template))
    place = found[1] if found else ""
    value = dict(message.values).get(place)
    if isinstance(value, Message) and place != "option":  # an option called α is not called Α there
        return _begins_with_name(value)
    return place not in ("", "reason")


def breakable(text: str) -> str:
    """A text for a label that wraps: words longer than a line may break where a person would not be surprised."""
    return re.sub(r"\S{25,}", lambda word: re.sub(r"(.{12})", "\\1\u200b", word[0]), text)


def category_title(category: str) -> str:
    """A category's heading."""
    return QCoreApplication.translate("Category", _CATEGORIES.get(category, category))


def tooltip(*lines: str) -> str:
    """Lines as a tooltip. Qt wraps only rich text, and a whole sentence on one line runs across the screen."""
    return "<qt>" + "<br>".join(escape(line) for line in lines if line) + "</qt>"
