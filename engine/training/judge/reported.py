"""The numbers that a run came to under the names that notes use, beside those that others reported. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from engine.experiment.notes import Notes
from engine.training.values import Summary

NORM = "‖w‖"  # the length of a network's only weight matrix


class ReportedRow(NamedTuple):
    """A number that others reported beside one's own; None: there is none."""

    name: str
    reported: float
    yours: float | None


class Own(NamedTuple):
    """One's own run, or one of a series under its title; ``norm`` where the network has one weight matrix."""

    summary: Summary | None  # None: it is still going on
    norm: float | None = None
    title: str = ""


def own_numbers(latest: Own, members: Iterable[Own] = (), mean: Mapping[str, float] | None = None) -> dict[str, float]:
    """All that one's own run came to: ``test accuracy``, ``examples/s``, of variants also ``λ = 3: ‖w‖``.

    ``mean`` is that of a cross-validation, of which no single fold counts; empty as long as folds are missing.
    """
    found = dict(_numbers(latest) if mean is None else mean)
    if latest.summary is not None:
        found["examples/s"] = latest.summary.examples_per_second
    for member in members if mean is None else ():
        found |= {f"{member.title}: {name}": value for name, value in _numbers(member).items()}
    return found


def _numbers(own: Own) -> dict[str, float]:
    found: dict[str, float] = {}
    if own.summary is not None:
        parts = own.summary.parts
        found = {f"{part} {name}": value for part, metrics in parts.items() for name, value in metrics.named.items()}
    return found if own.norm is None else {**found, NORM: own.norm}


def reported_rows(notes: Notes, yours: Mapping[str, float]) -> list[ReportedRow]:
    """The notes' reported numbers, each beside one's own; none where the notes report none."""
    return [ReportedRow(reported.name, reported.value, yours.get(reported.name)) for reported in notes.reported]
