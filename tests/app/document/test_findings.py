"""Undo and redo lead back to what is known; what is looked at twice is looked at anew."""

from __future__ import annotations

from app.document.findings import Findings
from engine.experiment.experiment import Experiment
from tests.app.desk import Desk, chain, network


def test_undo_and_redo_find_what_is_known(qtbot) -> None:
    desk = Desk(qtbot, network())
    page = desk.page
    before = page.analysis, page.problems
    desk.document.edit_graph("delete", desk.graph.without(["flat"]))
    after = page.analysis, page.problems
    assert after[0].graph is desk.graph and page.problems
    for act, known in ((desk.document.undo, before), (desk.document.redo, after)) * 2:
        act()
        assert (page.analysis, page.problems) == known and page.analysis is known[0]


def test_more_may_be_known_of_what_is_looked_at_again() -> None:
    """And then also of the one before it."""
    one, other, findings = Experiment(network()), Experiment(chain()), Findings()
    first, second = findings.look(one), findings.look(other)
    assert findings.look(one) is first and findings.look(other) is second
    again = findings.look(other)
    assert again is not second and again.problems == second.problems
    assert findings.look(one) is not first
