"""Does the order of two layers matter? Activation and pooling, batch norm and activation, exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.graph.graph import Edge, Graph
from engine.inspect.lens import Lens
from engine.inspect.steps.curves import CURVES
from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import Bench
from engine.inspect.trying.values import NotHereError, Numbers, Table
from engine.messages import Message, say
from engine.units import measure_text

PAIRS = {"activation ↔ pooling": ("activation", "pooling"), "batch norm ↔ activation": ("normalization", "activation")}
SAME = 1e-4  # of the answer's size


def neighbours(graph: Graph, kinds: tuple[str, str]) -> list[tuple[str, str]]:
    """Two layers of these categories one behind the other, in either order, with nothing between or beside them."""
    found = list[tuple[str, str]]()
    taken = set[str]()
    for name in graph.order:
        outputs = graph.outputs[name]
        if len(outputs) != 1 or len(graph.inputs[name]) != 1 or name in taken:
            continue
        other = outputs[0].target
        layers = graph.nodes[name].layer, graph.nodes[other].layer
        if (len(graph.inputs[other]) == 1 and {each.category for each in layers} == set(kinds)
                and all(each.category != "activation" or each.kind() in CURVES for each in layers)
                and all(each.category != "normalization" or each.kind().startswith("BatchNorm") for each in layers)):
            found.append((name, other))
            taken |= {name, other}
    return found


def exchanged(graph: Graph, pairs: list[tuple[str, str]]) -> Graph:
    """The graph with each of these pairs the other way round."""
    for first, second in pairs:
        turned = {first: second, second: first}
        graph = replace(graph, edges=tuple(_turned(edge, first, second, turned) for edge in graph.edges))
    return graph


def _turned(edge: Edge, first: str, second: str, turned: dict[str, str]) -> Edge:
    if (edge.source, edge.target) == (first, second):
        return replace(edge, source=second, target=first, via=())
    target = second if edge.target == first else edge.target
    source = first if edge.source == second else edge.source
    return edge if (source, target) == (edge.source, edge.target) else replace(edge, source=source, target=target)


@register
class OrderOfLayers(Tryout):
    """The network's own order against neighbours exchanged: with the same weights, and after the same lesson."""

    id = "order-layers"
    title = "The order of two layers"
    question = "Does it matter which of two neighbours comes first?"
    needs = "an activation beside a pooling or a batch norm"
    lessons = 3

    def check(self, lens: Lens) -> None:
        if not list(self._variants(lens.experiment.graph.active)):
            raise NotHereError("No activation here stands beside a pooling or a batch norm that it could change places "
                               "with")

    def _variants(self, graph: Graph) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        for name, kinds in PAIRS.items():
            if pairs := neighbours(graph, kinds):
                yield name, pairs

    def tried(self, bench: Bench) -> Trying:
        experiment, graph = bench.experiment, bench.experiment.graph.active
        x, targets = bench.judged()
        learned = bench.fresh()
        yield from bench.lesson(learned)
        score = bench.score(learned, x, targets)
        own = learned if bench.weights is None else Lens(experiment, bench.weights)
        plain, state = bench.answer(own, x), own.module.state_dict()
        rows, sentences = dict[str, Numbers](), list[Message]()
        rows["as it is"] = np.array([0.0, score.loss, score.accuracy])
        for number, (name, pairs) in enumerate(self._variants(graph)):
            other = replace(experiment, graph=exchanged(graph, pairs))
            turned = bench.answer(Lens(other, state), x)
            far = float((turned - plain).abs().max()) / max(float(plain.abs().max()), 1e-12)
            fresh = bench.fresh(other)
            yield from bench.lesson(fresh, done=number + 1)
            score = bench.score(fresh, x, targets)
            rows[name] = np.array([far, score.loss, score.accuracy])
            sentences.append(say("{pair}: the same answer to the last digits, so it does not matter.", pair=name)
                             if far < SAME else
                             say("{pair}: with the same weights the answer moves by {far} of its size, so it matters.",
                                 pair=name, far=measure_text(far)))
        sentence = sentences[0] if len(sentences) == 1 else say("{one} {other}", one=sentences[0], other=sentences[1])
        return self.found(sentence, Table((say("answer moves by"), say("loss after learning"),
                                           say("right after learning")), rows))
