"""Whether code that was read back is the same network: its layers, wires, names and shapes. No torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.analysis.analysis import Analysis, analyze
from engine.layers.base import Layer, Shape, call, literal
from engine.messages import Message, say
from engine.reading.exact import Followed, expect, follow
from engine.reading.values import Module, ReadingError
from engine.units import shape_text

SHOWN = 3  # names in a sentence
ABSENT = object()


def difference(source: str, analysis: Analysis) -> Message | None:
    """In what the network of the source is another, or None. Raises ReadingError where reading cannot decide it."""
    wanted, shape = expect(analysis), analysis.nodes[analysis.input or ""].output_shape
    before = analyze(wanted.graph, shape)
    if before.faults or (before.output_shape, before.params) != (analysis.output_shape, analysis.params):
        raise ReadingError("This network is more than can be read")
    found = follow(source)
    return (_in_names(wanted, found) or _in_layers(wanted, found) or _in_beginnings(wanted, found)
            or _in_shapes(wanted, found, before, shape))


def _in_names(wanted: Followed, found: Followed) -> Message | None:
    """What one keeps and the other does not."""
    if missing := [path for path in wanted.kept if path not in found.kept]:
        return say("missing: {keys}", keys=_some(missing))
    if more := [path for path in found.kept if path not in wanted.kept]:
        return say("unexpected: {keys}", keys=_some(more))
    return None


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" … ({len(names)} in all)" if len(names) > SHOWN else "")


def _in_layers(wanted: Followed, found: Followed) -> Message | None:
    """The first place, from the output up, where another layer stands or reads something else."""
    there: dict[str, str] = {}
    for one, two in _pairs(wanted, found):
        mine, its = _written(wanted, one), _written(found, two)
        if _is_other(wanted, found, one, two):
            return say("{found} stands where {wanted} should", found=its, wanted=mine)
        same_place = there.setdefault(one, two) == two
        if not same_place or len(wanted.sources(one)) != len(found.sources(two)):
            return say("{layer} reads something else", layer=mine)
    if len(set(there.values())) < len(there):
        return say("one layer stands where two should")
    alike = len(wanted.sheet.nodes) == len(found.sheet.nodes)
    return None if alike else say("other layers lead nowhere")


def _pairs(wanted: Followed, found: Followed) -> Iterator[tuple[str, str]]:
    """Nodes that stand in the same place, from the outputs up, once for every wire between pairs not met before."""
    met, waiting = set[tuple[str, str]](), [(wanted.output.node, found.output.node)]
    while waiting:
        pair = waiting.pop()
        yield pair
        if pair not in met:
            met.add(pair)
            waiting += zip(wanted.sources(pair[0]), found.sources(pair[1]), strict=False)


def _is_other(wanted: Followed, found: Followed, one: str, two: str) -> bool:
    layer, its = wanted.graph.nodes[one].layer, found.graph.nodes[two].layer
    if layer != its or wanted.path(one) != found.path(two):
        return True
    mine, other = wanted.module(one), found.module(two)
    if mine is None or other is None:
        return mine is not other
    return mine.made_as != other.made_as or _are_other(layer, mine, other)


def _are_other(layer: Layer, mine: Module, its: Module) -> bool:
    """Whether the arguments differ, of which those that are torch's defaults need not be written."""
    names = {*mine.arguments, *its.arguments}
    return any(literal(_argument(layer, mine, name)) != literal(_argument(layer, its, name)) for name in names)


def _argument(layer: Layer, module: Module, name: str) -> Any:
    field = None if name in layer.required or name in layer.ours else type(layer).model_fields.get(name)
    return module.arguments.get(name, ABSENT if field is None else field.default)


def _written(network: Followed, node: str) -> str:
    """The layer with its arguments and its name, for people."""
    module, layer, path = network.module(node), network.graph.nodes[node].layer, network.path(node)
    text = layer.title if module is None else call(f"nn.{module.made_as}", module.arguments, layer.positional)
    return f"{path} = {text}" if path else text


def _in_beginnings(wanted: Followed, found: Followed) -> Message | None:
    """The first module whose weights begin or learn otherwise."""
    other = next((path for path, own in wanted.settings.items() if found.settings.get(path) != own), None)
    return None if other is None else say("{layer} begins or learns otherwise", layer=other)


def _in_shapes(wanted: Followed, found: Followed, before: Analysis, shape: Shape | None) -> Message | None:
    after = analyze(found.graph, shape)
    for one, two in _pairs(wanted, found):
        mine, its = before.nodes[one].output_shape, after.nodes[two].output_shape
        if mine != its:
            return say("{layer} gives {found}, not {wanted}", layer=_written(found, two), found=shape_text(its or ()),
                       wanted=shape_text(mine or ()))
    return None
