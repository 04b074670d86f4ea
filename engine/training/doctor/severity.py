"""How grave what was found is. No torch."""

from __future__ import annotations

from typing import Literal

from engine.training.values import RemarkKind

Severity = Literal["warning", "error", "note"]
_GRAVE: frozenset[RemarkKind] = frozenset({"not converging", "rising"})
_NOTES: frozenset[RemarkKind] = frozenset({"recovered", "left out", "written again", "large batch", "test watched",
                                           "early stop", "not followed"})


def severity_of(kind: RemarkKind) -> Severity:
    """A note says what happened; a warning and an error say that something is wrong."""
    if kind in _GRAVE:
        return "error"
    return "note" if kind in _NOTES else "warning"
