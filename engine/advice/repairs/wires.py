"""What mends missing wires, parts that lead nowhere, and several Inputs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice

from engine.advice.repairs.edits import wired, without
from engine.advice.repairs.fitting import fits, shape_after, takes
from engine.advice.repairs.repair import Case, Repair, listed, mends
from engine.analysis.analysis import Analysis
from engine.analysis.faults import MissingInputError, NoInputError, NoOutputError
from engine.graph.edits import added, appended
from engine.graph.graph import Edge, Graph
from engine.graph.room import axis_of, before
from engine.graph.walks import most_above, upstream
from engine.layers.base import Shape
from engine.layers.inputs import Input
from engine.layers.linear import Flatten
from engine.layers.merge import Add, Concatenate
from engine.messages import say

NEAREST = 200  # layers that are tried as the source of a missing wire
WITH_WEIGHTS = ("convolution", "linear", "attention", "sequence", "block")


# -- Inputs -----------------------------------------------------------------------------------------------------------


@mends(NoInputError)
def input_again(case: Case) -> Iterator[Repair]:
    """The Input that is bypassed, used again."""
    off = _bypassed_inputs(case)[:1]
    if off:
        yield Repair(say("Use {name} again", name=off[0]), lambda graph: graph.with_marks(off, bypassed=False))


@mends(NoInputError)
def an_input(case: Case) -> Iterator[Repair]:
    """An Input above the first layer that has no wire."""
    graph = case.graph
    roots = [node for node in graph.nodes.values() if not graph.inputs[node.name] and node.layer.max_inputs != 0]
    if case.analysis.input is not None or _bypassed_inputs(case) or not roots:
        return
    root = roots[0]
    place = before(root, axis_of(graph))

    def edit(graph: Graph) -> Graph:
        graph, name = added(graph, Input(), place)
        return wired(name, root.name)(graph)

    yield Repair(say("Add an Input"), edit)


def _bypassed_inputs(case: Case) -> list[str]:
    """Where the network has no Input, those that only are not used."""
    if case.experiment is None or case.analysis.input is not None:
        return []
    return [node.name for node in case.experiment.graph.nodes.values()
            if node.bypassed and isinstance(node.layer, Input)]


@mends(NoInputError)
def one_input(case: Case) -> Iterator[Repair]:
    """All that other Inputs feed is fed by one; those that feed nothing go."""
    kept, nodes = case.analysis.input, case.graph.nodes
    others = [name for name, node in nodes.items() if isinstance(node.layer, Input) and name != kept]
    if kept is None or not others:
        return

    def edit(graph: Graph) -> Graph:
        led = [Edge(kept, edge.target, edge.port, edge.via) for name in others for edge in graph.outputs[name]]
        return graph.without(others).with_edges(led)

    yield Repair(say("Keep only {name}", name=kept), edit)


# -- missing wires ----------------------------------------------------------------------------------------------------


@mends(MissingInputError)
def missing_wire(case: Case) -> Iterator[Repair]:
    """A wire from what leads nowhere or, for a second input, from further up; or the layer removed."""
    analysis, graph, name, layer = case.analysis, case.graph, case.name, case.layer
    edges = graph.inputs[name]
    if not edges and (name not in analysis.members or layer.min_inputs != 1):
        return
    given = [analysis.nodes[edge.source].output_shape for edge in edges]
    if edges and len(edges) + 1 == layer.min_inputs and None not in given:
        known, after = [shape for shape in given if shape is not None], graph.downstream(name)
        ends = [other for other in analysis.ends if other not in after]
        for source in [*ends[:2], *_shortcuts(analysis, name)]:
            shape = analysis.nodes[source].output_shape
            if shape is not None and fits(layer, [*known, shape]):
                yield Repair(say("Connect {source} → {target}", source=source, target=name), wired(source, name))
                break
    if edges:
        yield Repair(say("Remove {name}", name=name), without(name))
    else:
        yield from _fed(analysis, name)


def _fed(analysis: Analysis, name: str) -> Iterator[Repair]:
    """A first wire from the last layer drawn before it whose output suits it and all that follows it."""
    drawn, nodes, axis = analysis.as_drawn, analysis.graph.nodes, axis_of(analysis.graph)
    here = bisect_left(drawn, nodes[name].position[axis], key=lambda n: nodes[n].position[axis])
    earlier = _that_do_not_follow(analysis, name, reversed(drawn[:here]))
    first = next(earlier, None)
    sources = chain([first], earlier) if first else _that_do_not_follow(analysis, name, reversed(drawn))
    for source in islice(sources, NEAREST):
        shape = analysis.nodes[source].output_shape
        made = shape_after((nodes[name].layer,), shape) if shape else None
        if made and all(takes(analysis, edge.target, name, made) for edge in analysis.graph.outputs[name]):
            yield Repair(say("Connect {source} → {target}", source=source, target=name), wired(source, name))
            return


def _that_do_not_follow(analysis: Analysis, name: str, others: Iterable[str]) -> Iterator[str]:
    """Those that the layer's output does not reach: most are known by their place in the order."""
    places, after = analysis.places, set[str]()
    for other in others:
        if places[other] >= places[name]:
            after = after or analysis.graph.downstream(name)
        if other not in after:
            yield other


def _shortcuts(analysis: Analysis, name: str) -> Iterator[str]:
    """Layers further up whose output has the shape that comes in already: from before two layers with weights first."""
    graph, source = analysis.graph, analysis.graph.inputs[name][0].source
    shape, weighted, found = analysis.nodes[source].output_shape, 0, []
    for _ in range(12):  # a residual connection spans few layers
        weighted += graph.nodes[source].layer.category in WITH_WEIGHTS
        if not graph.inputs[source]:
            break
        source = graph.inputs[source][0].source
        if analysis.nodes[source].output_shape == shape:
            found.append(source)
            if weighted >= 2:
                break
    yield from reversed(found)


# -- parts that lead nowhere ----------------------------------------------------------------------------------------


@mends(NoOutputError)
def one_end(case: Case) -> Iterator[Repair]:
    """A loose part joined on, or all ends but the longest removed, or the ends joined."""
    analysis, graph = case.analysis, case.graph
    ends = list(analysis.ends)
    if not ends:
        return
    if len(ends) == 1:
        yield from connections(analysis, ends[0])
        return
    main = most_above(graph, ends)
    others = [end for end in ends if end != main]
    yield _without_part(graph, upstream(graph, others) - upstream(graph, [main]), others)
    shapes = [analysis.nodes[end].output_shape for end in ends]
    known = [shape for shape in shapes if shape is not None]
    if len(known) == len(ends):
        yield from _joined(ends, main, known)


def _joined(ends: list[str], main: str, shapes: list[Shape]) -> Iterator[Repair]:
    ordered = [main, *(end for end in ends if end != main)]
    if fits(Add(), shapes):
        yield Repair(say("Add them up"), lambda graph: appended(graph, Add(), ordered)[0])
    elif fits(Concatenate(), shapes) and len(shapes[0]) > 1:
        yield Repair(say("Concatenate them"), lambda graph: appended(graph, Concatenate(), ordered)[0])


def _without_part(graph: Graph, gone: Collection[str], ends: list[str]) -> Repair:
    """Without the nodes, and without what is bypassed behind them."""

    def edit(graph: Graph) -> Graph:
        after = {name for end in ends for name in graph.downstream(end) if graph.nodes[name].bypassed}
        lonely = {name for name in after if all(edge.source in gone or edge.source in after
                                                for edge in graph.inputs[name])}
        return graph.without({*gone, *lonely})

    return Repair(say("Remove {name}", name=listed([name for name in graph.order if name in gone])), edit)


# -- a chain that is cut ----------------------------------------------------------------------------------------------


def loose_roots(analysis: Analysis) -> list[str]:
    """Layers without any wire into them that the Input does not reach, and that should have one."""
    graph = analysis.graph
    return [name for name in graph.order if name not in analysis.members and not graph.inputs[name]
            and graph.nodes[name].layer.min_inputs > 0]  # fmt: skip


def connections(analysis: Analysis, end: str) -> Iterator[Repair]:
    """A wire from the end to a loose layer that takes what it gives, with a Flatten where that is missing."""
    shape, nodes = analysis.nodes[end].output_shape, analysis.graph.nodes
    if shape is None:
        return
    # What leads to the most layers is the rest of the network.
    roots = sorted(loose_roots(analysis), key=lambda name: -len(analysis.graph.downstream(name)))
    for root in roots[:3]:
        layer = nodes[root].layer
        if layer.min_inputs != 1:
            continue
        if fits(layer, (shape,)):
            yield Repair(say("Connect {source} → {target}", source=end, target=root), wired(end, root))
            return
        flat = shape_after((Flatten(),), shape)
        if flat is not None and fits(layer, (flat,)):
            text = say("Connect {source} → Flatten → {target}", source=end, target=root)
            yield Repair(text, wired(end, root, Flatten()))
            return


def without_loose(analysis: Analysis, root: str) -> Iterator[Repair]:
    """Without a loose layer and those it leads to, unless that is most of what is drawn."""
    gone = {name for name in analysis.graph.downstream(root) if name not in analysis.members}
    if len(gone) <= len(analysis.members):
        yield _without_part(analysis.graph, gone, [])
