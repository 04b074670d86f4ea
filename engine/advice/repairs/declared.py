"""What mends a layer of which the code says something else of its input than what arrives."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.repairs.repair import Case, Repair, mends
from engine.analysis.declared import DeclaredError
from engine.messages import say


@mends(DeclaredError)
def use_what_arrives(case: Case) -> Iterator[Repair]:
    """The layer takes what arrives, and what the code says is forgotten."""
    error, name = case.fault.error, case.name
    if isinstance(error, DeclaredError):
        yield Repair(say("Use {arrives}", arrives=error.arrives), lambda graph: graph.with_declared(name, ()))
