"""What a search or a typed line is shown as: rows for layers found, for the chain to be, for what could come next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from engine.analysis.analysis import Analysis
from engine.graph.graph import Graph
from engine.layers.base import Layer, Shape
from engine.line.line import Completion
from engine.messages import LayerloomError
from engine.search.search import Found
from engine.units import grouped, shape_text
from widgets.look.text import sentence_text, title_of, translated
from widgets.parts.row_list import Row


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("SearchBox", text)


def found_rows(found: Sequence[Found], shape: Shape | None) -> list[Row]:
    """A row for each layer found; its key is its place in the list."""
    return [_found_row(str(index), each, shape) for index, each in enumerate(found)]


def _found_row(key: str, found: Found, shape: Shape | None) -> Row:
    layer, out = found.layer, ""
    summary = layer.summary() if layer != type(layer)() else ""
    detail = " · ".join(filter(None, (layer.torch, summary, translated(found.why))))
    own = found.is_own
    if not found.fits and shape is not None:
        tip = tr("Does not take {shape}").format(shape=shape_text(shape))
        return Row(key, _title(found), detail, shape_text(shape), layer.category, sign="≠", dim=True, tip=tip)
    if shape is not None and not own and layer.min_inputs == 1:
        out = _output(layer, shape)
    detail = tr("Your own block") if own else detail
    return Row(key, _title(found), detail, out, layer.category)


def _title(found: Found) -> str:
    return found.title if found.is_own else translated(found.title)


def _output(layer: Layer, shape: Shape) -> str:
    if layer.kind() == "Code":  # nothing is run for a list
        return ""
    try:
        return shape_text(layer.output_shape((shape,)))
    except LayerloomError:
        return ""


def chain_rows(graph: Graph, names: Sequence[str], analysis: Analysis) -> list[Row]:
    """A row for each layer of the chain to be, with the shape that comes out of it or what is wrong with it."""
    wrong = {fault.node: sentence_text(fault.error.message) for fault in analysis.faults if fault.node is not None}
    return [_chain_row(graph, name, analysis, wrong.get(name, "")) for name in names]


def _chain_row(graph: Graph, name: str, analysis: Analysis, wrong: str) -> Row:
    layer, facts = graph.nodes[name].layer, analysis.nodes[name].facts
    if wrong:
        return Row(name, title_of(layer), layer.summary(), wrong, layer.category, sign="!", tone="error")
    right = f"→ {shape_text(facts.output_shape)}" if facts is not None else ""
    return Row(name, title_of(layer), layer.summary(), right, layer.category)


def completion_rows(completions: Sequence[Completion]) -> list[Row]:
    """A row for each thing that could be typed next; its key is its place in the list."""
    return [Row(str(index), each.insert, translated(each.title)) for index, each in enumerate(completions)]


def totals(names: Sequence[str], analysis: Analysis) -> str:
    """How much the chain is: layers, parameters, and what comes out at its end."""
    reports = [analysis.nodes[name] for name in names]
    known = [report.facts for report in reports if report.facts is not None]
    layers = tr("1 layer") if len(names) == 1 else tr("{count} layers").format(count=len(names))
    params = tr("{count} parameters").format(count=grouped(sum(facts.params for facts in known)))
    end = reports[-1].output_shape if reports else None
    return " · ".join(filter(None, (layers, params, f"→ {shape_text(end)}" if end is not None else "")))
