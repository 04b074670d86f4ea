"""What is wrong or unwise in an experiment, in words, with the repairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from engine.advice import fit, style
from engine.advice.problem import Problem, Rule, Severity
from engine.advice.repairs.repair import Repair
from engine.advice.repairs.repairs import repairs
from engine.advice.repairs.wires import without_loose
from engine.analysis.analysis import Analysis, analyze
from engine.analysis.faults import Fault, is_unfinished
from engine.blocks.base import Block
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from engine.layers.base import Shape, numel
from engine.layers.normalization import BatchNorm
from engine.messages import LayerloomError, say

__all__ = ["AdviceError", "Problem", "Repair", "Severity", "advise"]


MENDED = 100  # faults that come with repairs: whoever has more begins with these, and each takes a search


class AdviceError(LayerloomError):
    """A problem that forbids training, as an error to raise."""


def advise(experiment: Experiment, analysis: Analysis | None = None) -> tuple[Problem, ...]:
    """Every problem, errors first; with none of severity “error” the experiment can be trained."""
    analysis = (analysis or analyze(experiment.graph, experiment.data.sample_shape)).active
    problems = [_of_fault(experiment, analysis, fault, number < MENDED) for number, fault in enumerate(analysis.faults)]
    for rule in _RULES:
        problems.extend(rule(experiment, analysis))
    rank = {"error": 0, "warning": 1, "hint": 2}
    problems.sort(key=lambda problem: (rank[problem.severity], problem.unfinished))
    return tuple(problem.at() for problem in problems)


def _of_fault(experiment: Experiment, analysis: Analysis, fault: Fault, is_mended: bool) -> Problem:
    loose = fault.node is not None and fault.node not in analysis.members
    return Problem("warning" if loose else "error", fault.node, fault.error.message,
                   repairs(analysis, fault, experiment) if is_mended else (), is_unfinished(fault))


# -- rules about the whole ----------------------------------------------------------------------------------------

def _inplace_is_safe(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    """An in-place layer may not overwrite what another layer still reads, or what its maker needs for gradients."""
    owners = analysis.memory.owners(predicting=False)
    for name in owners:
        if not vars(analysis.graph.nodes[name].layer).get("inplace"):  # a missing attribute takes pydantic long
            continue
        source = _overwritten(analysis, name, owners)
        if source is not None:
            message = say("In place, {name} would overwrite the output of {source}, which is still needed",
                          name=name, source=source)
            yield Problem("error", name, message, (Repair(say("Turn “in place” off"), _turn_off_inplace(name)),))


def _overwritten(analysis: Analysis, name: str, owners: Mapping[str, str]) -> str | None:
    """The node above whose output is lost while it is needed, following views up to the memory they share."""
    graph, above = analysis.graph, name
    while True:
        above = graph.inputs[above][0].source
        facts = analysis.nodes[above].facts
        assert facts is not None
        read_again = len(graph.outputs[above]) > 1 or not graph.inputs[above]
        if read_again or (facts.saves_output and owners[above] == owners[name]):
            return above
        if not facts.is_view and not facts.is_view_predicting:
            return None


def _turn_off_inplace(name: str) -> Callable[[Graph], Graph]:
    return lambda graph: graph.with_layer(name, graph.nodes[name].layer.with_options(inplace=False))


def _batch_norm_needs_a_batch(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    if experiment.recipe.batch_size > 1:
        return
    for name in analysis.graph.order:
        shapes = _normalized(analysis, name) if name in analysis.members else []
        # One value to a channel has no variance: torch refuses it. With more it is each image's own.
        if any(numel(shape[1:]) == 1 for shape in shapes):
            message = say("Batch norm learns nothing from a batch of 1: raise the batch size")
            yield Problem("error", name, message, (_LARGER_BATCH,))
        elif shapes:
            message = say("With a batch of 1, batch norm sees a single image: use a larger one")
            yield Problem("warning", name, message, (_LARGER_BATCH,))


def _normalized(analysis: Analysis, name: str) -> list[Shape]:
    """Shapes that batch norms receive at this node, or inside it."""
    layer, shapes = analysis.graph.nodes[name].layer, analysis.nodes[name].input_shapes
    if shapes is None or analysis.nodes[name].facts is None:
        return []
    if isinstance(layer, Block):
        inner = layer.inside(shapes)
        return [shape for inside in inner.nodes for shape in _normalized(inner, inside)]
    return [shapes[0]] if isinstance(layer, BatchNorm) else []


def _with_batch_size(experiment: Experiment, size: int = 32) -> Experiment:
    return replace(experiment, recipe=experiment.recipe.with_options(batch_size=size))


_LARGER_BATCH = Repair(say("Set the batch size to {size}", size=32), change=_with_batch_size)


def _loose_layers(experiment: Experiment, analysis: Analysis) -> Iterator[Problem]:
    """What no data comes to, and what leads only into inputs that a bypassed layer does not pass on."""
    if analysis.input is None or len(analysis.members) == len(analysis.graph.nodes):
        return
    for name in analysis.graph.order:
        edges = analysis.graph.inputs[name]
        if name in analysis.members:
            continue
        if not edges:
            message = say("{name} is not connected: it is left out of the network", name=name)
            yield Problem("hint", name, message, tuple(without_loose(analysis, name)))
        elif any(edge.source in analysis.members for edge in edges):
            yield Problem("hint", name, say("{name} leads only into a bypassed layer: it is left out of the network",
                                            name=name))


_RULES: tuple[Rule, ...] = (
    *fit.RULES, _inplace_is_safe, _batch_norm_needs_a_batch, _loose_layers, *style.RULES,
)  # fmt: skip
