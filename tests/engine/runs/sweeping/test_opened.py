"""What a sweep tells of its runs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.experiment.sweep.plan import Plan
from engine.runs.opened import RunError, open_run
from engine.runs.sweeping.log import MEMBERS, PLAN, SweepError, planned_line, write_plan
from engine.runs.sweeping.opened import Member, State, Sweep, open_sweep
from engine.training.state import EpochRow
from engine.training.values import Metrics
from tests.engine.cases import with_recipe
from tests.engine.runs.sweeping.conftest import BASE, plan


def rows(accuracies: Sequence[float]) -> tuple[EpochRow, ...]:
    return tuple(EpochRow(epoch, Metrics(1.0, 0.5), Metrics(1.0, accuracy), epoch)
                 for epoch, accuracy in enumerate(accuracies, 1))


def sweep_of(planned: Plan, *members: tuple[State, Sequence[float]]) -> Sweep:
    return Sweep(Path(), planned, tuple(
        Member(index, setting, Path(str(index)), state, rows=rows(values),
               failure="diverged" if state == "failed" else None)
        for index, (setting, (state, values)) in enumerate(zip(planned.settings(), members, strict=False), 1)))


def test_the_best_comes_first_and_failures_last() -> None:
    found = sweep_of(plan("lr=0.1,0.2,0.3,0.4"), ("failed", [0.99]), ("done", [0.5, 0.9, 0.7]), ("waiting", []),
                     ("done", [0.8, math.nan]))
    assert [member.index for member in found.ranked] == [2, 4, 1, 3]
    assert found.winner == found.members[1]
    assert (found.best(found.members[1]), found.last(found.members[1])) == (0.9, 0.7)
    assert math.isnan(found.best(found.members[2])) and found.measure.id == "validation_accuracy"


def test_of_a_loss_the_smallest_is_best() -> None:
    found = sweep_of(plan("lr=0.1,0.2", base=with_recipe(BASE, best_by="validation_loss")), ("done", [0.1, 0.2]),
                     ("done", [0.3]))
    assert found.best(found.members[0]) == found.last(found.members[0]) == 1.0
    assert found.ranked[0].index == 1  # of equals the one that has come further


def test_what_was_stopped_while_it_gained_is_said_to_be_in_doubt() -> None:
    halved = plan("lr=0.1,0.2,0.3", base=with_recipe(BASE, epochs=8), halving=2)
    found = sweep_of(halved, ("done", [0.5, 0.8, 0.85, 0.9, 0.9, 0.9, 0.9, 0.9]), ("stopped", [0.1, 0.5]),
                     ("stopped", [0.1, 0.11]))
    [line] = found.doubts
    assert str(line) == "These were stopped, but might have won had they gone on: lr=0.2 (after epoch 2)"
    assert not sweep_of(halved, ("done", [0.5, 0.9] * 4), ("stopped", [0.1, 0.11])).doubts


def test_importance_is_that_after_the_first_rung_where_runs_were_stopped() -> None:
    found = sweep_of(plan("lr=0.1,0.2", "seed=0..3", halving=2), *[("stopped", [0.1 + 0.001 * k]) for k in range(4)],
                     *[("done", [0.5 + 0.001 * k, 0.1]) for k in range(4)])
    head, first, second = map(str, found.importance_lines)
    assert head == "Of the differences in validation accuracy after epoch 1, each field by itself explains:"
    assert first.startswith("  lr") and "100" in first and second.startswith("  seed")


def test_a_run_that_diverged_counts_as_the_worst() -> None:
    found = sweep_of(plan("lr=0.1,0.2", "seed=0..3"), *[("done", [0.5 + 0.01 * k]) for k in range(4)],
                     *[("failed", [])] * 3, ("done", [0.1]))
    assert found.importance.runs == 8 and found.importance.shares[0].field == "lr"


@pytest.mark.parametrize("count", [1, 5])
def test_of_few_runs_it_is_said_how_many_it_takes(count: int) -> None:
    found = sweep_of(plan("lr=0.1,0.2", "seed=0..3"), *[("done", [0.5])] * count)
    assert [str(line) for line in found.importance_lines] == [
        f"How important each field is can be told from 7 runs on, not from {count}"]


GRID = plan("lr=0.1,0.2", "batch_size=8,16")
LINES = [planned_line(index, setting) for index, setting in enumerate(GRID.settings(), 1)]


@pytest.mark.parametrize("damage", [{"run": -5}, {"run": 7}, {"run": 10**30}, {"run": 3}, {"folder": "004-x"},
                                    {"setting": {"lr": 0.3, "batch_size": 8}}, {"setting": {"lr": 0.1}},
                                    {"setting": {"lr": [0.1], "batch_size": {}}}, {"setting": 3}])
def test_a_damaged_line_is_of_no_run(damage: dict[str, object], tmp_path: Path) -> None:
    write_plan(GRID, tmp_path, "")
    (tmp_path / MEMBERS).write_text("".join(json.dumps(line) + "\n" for line in (
        LINES[0], {**LINES[1], **damage}, *LINES[2:], {"seconds": math.nan}, {"seconds": math.inf}, {"seconds": 2.5})))
    found = open_sweep(tmp_path)
    assert [member.index for member in found.members] == [1, 3, 4] and found.seconds == 2.5
    assert found.importance_lines and not found.doubts
    with pytest.raises(RunError, match="is a sweep: open one of its runs"):
        open_run(tmp_path)


@pytest.mark.parametrize("damage", [{"runs": -1}, {"minutes": math.nan}, {"minutes": -1}, {"halving": 1}, {"seed": "x"},
                                    {"axes": ["seed=-5"]}, {"axes": [3]}, {"axes": None}, {"runs": 10**30}])
def test_a_damaged_plan_is_said_to_be_so(damage: dict[str, object], tmp_path: Path) -> None:
    write_plan(plan("lr=0.1,0.2"), tmp_path, "")
    raw = json.loads((tmp_path / PLAN).read_text())
    (tmp_path / PLAN).write_text(json.dumps({**raw, **damage}))
    with pytest.raises(SweepError, match="is damaged"):
        open_sweep(tmp_path)
