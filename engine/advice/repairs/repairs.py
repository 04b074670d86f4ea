"""What mends a fault: pure edits Graph → Graph, each behind a few words for a button."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.repairs.fitting import removal
from engine.advice.repairs.repair import Case, Repair, mendings
from engine.analysis.analysis import Analysis, analyze
from engine.analysis.faults import Fault
from engine.experiment.experiment import Experiment
from engine.layers.base import ShapeError

MOST = 4  # more buttons are no help
MOST_NODES = 150  # beyond, trying each repair would be felt while typing


def repairs(analysis: Analysis, fault: Fault, experiment: Experiment | None = None) -> tuple[Repair, ...]:
    """Every edit that makes this fault go away, the best first; none that breaks more than another."""
    case = Case(analysis, fault, experiment)
    if isinstance(fault.error, ShapeError) and not case.shapes:
        return ()
    return (*_best(case, tuple(_of_network(case))[:MOST]), *_found(case, by_data=True))


def _found(case: Case, *, by_data: bool) -> Iterator[Repair]:
    for mending in mendings(case, by_data=by_data):
        yield from mending(case)


def _of_network(case: Case) -> Iterator[Repair]:
    """Where nothing else helps, a layer that cannot take its input may go."""
    found = tuple(_found(case, by_data=False))
    yield from found or (removal(case) if isinstance(case.fault.error, ShapeError) else ())


def _best(case: Case, found: tuple[Repair, ...]) -> tuple[Repair, ...]:
    if len(found) < 2 or case.fault.node not in case.analysis.members or len(case.graph.nodes) > MOST_NODES:
        return found
    left = [_faults_after(case.analysis, repair) for repair in found]
    return tuple(repair for repair, count in zip(found, left, strict=True) if count == min(left))


def _faults_after(analysis: Analysis, repair: Repair) -> int:
    shape = analysis.nodes[analysis.input].output_shape if analysis.input else None
    return len(analyze(repair.apply(analysis.graph), shape).faults)
