"""What a layer's output can be wired to, as rows to pick from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from engine.analysis.analysis import Analysis
from engine.graph.linking import Link
from engine.layers.base import LAYERS
from engine.units import shape_text
from widgets.look.text import title_of, translated
from widgets.parts.row_list import Row


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("LinkBox", text)


def link_rows(analysis: Analysis, sources: Sequence[str], links: Sequence[Link]) -> list[Row]:
    """A row for each link, what would not fit last; its key is the link's place in the list."""
    shapes = [analysis.nodes[name].output_shape for name in sources]
    rows = [_row(str(index), link, analysis, shapes) for index, link in enumerate(links)]
    return sorted(rows, key=lambda row: bool(row.sign))


def _row(key: str, link: Link, analysis: Analysis, shapes: Sequence[object]) -> Row:
    if link.how == "together":
        layer = LAYERS[link.kind]
        return Row(key, tr("New {layer}").format(layer=translated(layer.title)), tr("joins them"),
                   category=layer.category)
    node = analysis.graph.nodes[link.name]
    shape = analysis.nodes[link.name].output_shape
    if link.how == "into":
        most = node.layer.max_inputs
        where = "" if most == 1 else tr("input {number}").format(number=link.port + 1)
        words = " · ".join(filter(None, (title_of(node.layer), where)))
        return Row(key, link.name, words, category=node.layer.category)
    same = shape is None or shapes[0] is None or shape == shapes[0]
    return Row(key, link.name, tr("shortcut: a new Add behind it"),
               shape_text(shape) if shape is not None else "", LAYERS[link.kind].category, sign="" if same else "≠",
               tone="" if same else "warn",
               tip="" if same else tr("The shapes differ: a 1×1 convolution can match them afterwards"))
