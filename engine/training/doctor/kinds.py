"""Kinds of remarks about a run: how each is called in a few words, and how much it matters. No torch."""

from __future__ import annotations

from typing import Literal, NamedTuple

from engine.training.values import RemarkKind

Severity = Literal["error", "warning", "note"]


class Kind(NamedTuple):
    """A kind of remark; only what ails a run is a finding."""

    title: str
    severity: Severity = "warning"
    is_finding: bool = True


KINDS: dict[RemarkKind, Kind] = {
    "not converging": Kind("Every example gets the same answer", "error"),
    "same answers": Kind("Every example gets the same answer", "error"),
    "rising": Kind("The loss rises", "error"),
    "copies": Kind("All units are alike", "error"),
    "exploding": Kind("Gradients explode", "error"),
    "vanishing": Kind("Gradients vanish", "error"),
    "dead": Kind("Units that never answer"),
    "saturated": Kind("Units at their ends"),
    "large steps": Kind("Steps are too large"),
    "small steps": Kind("Steps are too small"),
    "flat": Kind("The loss stays where it was"),
    "plateau": Kind("The loss falls no more"),
    "small batches": Kind("Batch norm with tiny batches"),
    "drifting": Kind("Batch norm's averages do not fit"),
    "imbalance": Kind("Some classes are rare"),
    "unscaled": Kind("Numbers of another size go in"),
    "wrong loss": Kind("The end does not suit the loss"),
    "swapped": Kind("Training and test data swapped?"),
    "overfitting": Kind("Overfitting"),
    "underfitting": Kind("Underfitting"),
    "large batch": Kind("One step an epoch", "note"),
    "test watched": Kind("The test data are watched", "note", is_finding=False),
    "recovered": Kind("It recovered", "note", is_finding=False),
    "early stop": Kind("Ended early", "note", is_finding=False),
    "left out": Kind("Files were left out", "note", is_finding=False),
    "written again": Kind("Its folder was removed", "note", is_finding=False),
    "not followed": Kind("A change was not followed", "note", is_finding=False),
}
CAUSES: frozenset[RemarkKind] = frozenset(
    {"copies", "exploding", "vanishing", "dead", "saturated", "large steps", "small steps", "flat", "not converging",
     "same answers", "rising", "wrong loss", "unscaled", "drifting", "small batches"})
"""What explains that a network learns little: where one of them was said, that needs no more words."""


def severity_of(kind: RemarkKind) -> Severity:
    """How much it matters."""
    return KINDS[kind].severity
