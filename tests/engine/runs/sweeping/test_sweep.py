"""What becomes of a sweep's runs, and how it goes on; in this process."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import engine.runs.sweeping.sweep as sweeping
from engine.data.options.options import Synthetic
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, Variant
from engine.experiment.sweep.halving import rungs
from engine.experiment.sweep.plan import Plan, PlanError
from engine.experiment.sweep.setting import applied
from engine.files import WriteError
from engine.runs.book.entry import Entry
from engine.runs.book.reading import entry_of
from engine.runs.book.scanning import scan
from engine.runs.claim import ClaimedError, claim
from engine.runs.folder import record
from engine.runs.lines import Lines
from engine.runs.names import SWEEP
from engine.runs.naming import run_folder, run_folders
from engine.runs.opened import RunError, open_run
from engine.runs.sweeping.events import RunAdvanced, RunBegan, RunEnded, RunHeld, SweepBegan, SweepEnded, SweepEvent
from engine.runs.sweeping.log import MEMBERS, SweepError
from engine.runs.sweeping.opened import Member, Sweep, open_sweep
from engine.runs.sweeping.sweep import rest_of, sweep
from engine.training import fit
from engine.training.control import Control
from tests.engine.cases import MLP, experiment, of_type, with_recipe
from tests.engine.runs.sweeping.conftest import BASE, InlineCrew, plan, same_files

NUMBERS = DataSpec(dataset="linear", synthetic=Synthetic(rows=64, validation_rows=32, test_rows=16))
LINEAR = experiment(("fc1", "Linear", {"out_features": 1}), data=NUMBERS, loss="mse", optimizer="sgd", lr=0.03,
                    batch_size=16, epochs=2)


def ended(events: Sequence[SweepEvent]) -> Sweep:
    assert isinstance(events[-1], SweepEnded)
    return events[-1].sweep


def titled(sweep: Sweep) -> dict[str, Member]:
    return {member.setting.title: member for member in sweep.members}


# -- runs that come to nothing -----------------------------------------------------------------------------------------


def test_a_network_that_breaks_and_a_loss_that_diverges_end_no_series(inline: type[InlineCrew], tmp_path: Path) -> None:
    found = ended(list(sweep(plan("lr=0.03,1000", "fc1.out_features=1,2", base=LINEAR), tmp_path)))
    members = titled(found)
    assert {title: (member.state, member.failure) for title, member in members.items()} == {
        "lr=0.03,fc1.out_features=1": ("done", None), "lr=0.03,fc1.out_features=2": ("failed", "broken"),
        "lr=1000,fc1.out_features=1": ("failed", "diverged"), "lr=1000,fc1.out_features=2": ("failed", "broken")}
    assert "fc1" in str(members["lr=0.03,fc1.out_features=2"].reason)
    assert "too large" in str(members["lr=1000,fc1.out_features=1"].reason)
    assert not (members["lr=0.03,fc1.out_features=2"].folder).exists()  # it was never run
    assert found.measure.id == "validation_loss" and found.ranked[0] == found.winner
    again = list(sweep(plan("lr=0.03,1000", "fc1.out_features=1,2", base=LINEAR), tmp_path))
    assert not of_type(again, RunBegan, RunEnded)  # type: ignore[arg-type]


def test_a_setting_that_makes_no_network_says_why(inline: type[InlineCrew], tmp_path: Path) -> None:
    base = experiment(("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}), *MLP, epochs=1)
    found = titled(ended(list(sweep(plan("conv1.kernel_size=3,30", "optimizer=sgd", base=base), tmp_path))))
    assert found["conv1.kernel_size=3,optimizer=sgd"].state == "done"
    assert "conv1" in str(found["conv1.kernel_size=30,optimizer=sgd"].reason)


def test_a_process_that_ends_under_its_run_costs_one_try(inline: type[InlineCrew], tmp_path: Path) -> None:
    tries: dict[int, int] = {}

    def dies(run: int) -> bool:
        tries[run] = tries.get(run, 0) + 1
        return run == 2 or (run == 3 and tries[run] == 1)

    inline.dies = staticmethod(dies)
    found = ended(list(sweep(plan("seed=0..3"), tmp_path)))
    assert [member.state for member in found.members] == ["done", "failed", "done", "done"]
    assert str(found.members[1].reason) == "twice its process ended" and tries == {1: 1, 2: 2, 3: 2, 4: 1}
    inline.dies = staticmethod(lambda _: False)  # the reason may be over: it is tried again with the next start
    assert [member.state for member in ended(list(sweep(plan("seed=0..3"), tmp_path))).members] == ["done"] * 4


def test_whatever_a_run_raises_is_its_own_affair(inline: type[InlineCrew], tmp_path: Path,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    import engine.runs.sweeping.worker as worker

    def fails(made: Experiment, *args: Any, **options: Any) -> Any:
        if made.recipe.seed == 1:
            raise ZeroDivisionError("of nobody's making")
        return fit(made, *args, **options)

    monkeypatch.setattr(worker, "fit", fails)
    found = ended(list(sweep(plan("seed=0..2"), tmp_path)))
    assert [member.state for member in found.members] == ["done", "failed", "done"]
    assert str(found.members[1].reason) == "ZeroDivisionError: of nobody's making"


# -- halving -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each run of the halved sweep below, trained singly to its end."""
    folder, found = tmp_path_factory.mktemp("full"), {}
    for setting in plan(*HALVED).settings():
        made = applied(BASE, setting)
        found[setting.title] = folder / setting.title
        for _ in record(fit(made), made, found[setting.title]):
            pass
    return found


def in_the_book(folder: Path) -> Entry:
    """The line of a sweep among all runs."""
    run = run_folder(folder, SWEEP)
    assert run is not None
    return entry_of(run, scan(folder))


HALVED = ("lr=0.00001,0.0003,0.003,0.01", "seed=0..2")


def test_those_that_go_on_are_the_runs_that_are_trained_singly(inline: type[InlineCrew], tmp_path: Path,
                                                               full: dict[str, Path]) -> None:
    events = list(sweep(plan(*HALVED, halving=2), tmp_path))
    found = ended(events)
    stopped = [member for member in found.members if member.state == "stopped"]
    assert {member.setting.value("lr") for member in stopped} >= {1e-5} and len(stopped) % 3 == 0
    for member in found.members:
        if member.state == "done":
            assert same_files(member.folder, full[member.setting.title])
        else:
            assert member.epochs in rungs(4, 2, 4) and str(member.reason).startswith(
                f"stopped after epoch {member.epochs} of 4: ")
    singly = {title: max(row.validation.accuracy for row in open_run(folder).state.epochs)
              for title, folder in full.items()}
    best = {lr: sum(singly[f"lr={lr},seed={seed}"] for seed in range(3)) for lr in ("1e-5", "0.0003", "0.003", "0.01")}
    winner = max(best, key=lambda lr: best[lr])
    assert all(titled(found)[f"lr={winner},seed={seed}"].state == "done" for seed in range(3))
    assert of_type(events, RunHeld)  # type: ignore[arg-type]
    assert in_the_book(tmp_path).state == "ended", "losers that were stopped are over"


def test_halving_goes_on_where_it_was_killed(inline: type[InlineCrew], tmp_path: Path) -> None:
    whole = ended(list(sweep(plan(*HALVED, halving=2), tmp_path / "whole")))
    is_over, left = False, 0
    while not is_over:  # left each time that five more runs have come to a rung, as if it were killed there
        going = sweep(plan(*HALVED, halving=2), tmp_path / "parts")
        held = itertools.count(1)
        is_over = any(isinstance(event, SweepEnded) for event in itertools.takewhile(
            lambda event, held=held: not isinstance(event, RunHeld) or next(held) < 5, going))  # type: ignore[misc]
        left += 1
        going.close()
    assert left > 3
    parts = open_sweep(tmp_path / "parts")
    assert [(member.state, str(member.reason)) for member in parts.members] == [
        (member.state, str(member.reason)) for member in whole.members]
    assert all(same_files(mine.folder, theirs.folder)
               for mine, theirs in zip(parts.members, whole.members, strict=True))


def test_a_run_that_diverges_is_out_at_once_and_the_rest_is_halved(inline: type[InlineCrew], tmp_path: Path) -> None:
    base = with_recipe(LINEAR, epochs=4, batch_size=4)
    found = titled(ended(list(sweep(plan("lr=0.001,0.03,0.1,1000", base=base, halving=2), tmp_path))))
    assert found["lr=1000"].failure == "diverged" and found["lr=0.001"].state == "stopped"
    assert any(member.state == "done" for member in found.values())


def test_an_early_stop_is_an_end(inline: type[InlineCrew], tmp_path: Path) -> None:
    base = with_recipe(BASE, early_stop=1, lr=1e-9, epochs=8)
    found = ended(list(sweep(plan("seed=0..3", base=base, halving=2), tmp_path)))
    assert all(member.state in ("done", "stopped") for member in found.members)


# -- time, and stopping ------------------------------------------------------------------------------------------------


def test_a_time_ends_it_and_more_time_goes_on(inline: type[InlineCrew], tmp_path: Path,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(sweeping.time, "monotonic", lambda: float(next(clock)))
    drawn = plan("lr=1e-4..0.1", base=with_recipe(BASE, epochs=1), minutes=1.0)
    first = ended(list(sweep(drawn, tmp_path)))
    assert first.members and all(member.state == "done" for member in first.members) and first.seconds >= 60
    assert not ended(list(sweep(drawn, tmp_path))).members[len(first.members):]
    more = ended(list(sweep(replace(drawn, minutes=2.0), tmp_path)))
    assert len(more.members) > len(first.members) and more.members[:len(first.members)] == first.members
    assert [member.setting for member in more.members] == list(itertools.islice(drawn.settings(), len(more.members)))


def test_of_a_grid_that_time_ends_it_is_said_what_is_left(inline: type[InlineCrew], tmp_path: Path,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(sweeping.time, "monotonic", lambda: float(next(clock)))
    found = ended(list(sweep(plan(base=with_recipe(BASE, epochs=1), minutes=0.5), tmp_path)))
    waiting = sum(member.state == "waiting" for member in found.members)
    assert 0 < waiting < 12 and str(rest_of(found)) == (
        f"Not begun: {waiting}; begun and not at their end: 0. Its 0.5 minutes are over: the same command with more of "
        "them goes on")
    assert [member.setting.value("seed") for member in found.members] == [0] * 4 + [1] * 4 + [2] * 4


def test_stopped_by_hand_it_goes_on_later(inline: type[InlineCrew], tmp_path: Path) -> None:
    control, events = Control(), []
    for event in sweep(plan("seed=0..4"), tmp_path, control):
        events.append(event)
        if isinstance(event, RunEnded) and event.member.index == 2:
            control.stop()
    assert isinstance(events[-1], SweepEnded) and events[-1].stopped
    assert in_the_book(tmp_path).state == "stopped", "runs that are held are not over"
    assert [member.state for member in events[-1].sweep.members] == ["done", "done", "waiting", "waiting", "waiting"]
    began = [event.member.index for event in sweep(plan("seed=0..4"), tmp_path) if isinstance(event, RunBegan)]
    assert began == [3, 4, 5]


# -- its folder --------------------------------------------------------------------------------------------------------


def test_each_run_is_an_ordinary_one_and_the_sweep_itself_is_none(inline: type[InlineCrew], tmp_path: Path) -> None:
    base = replace(BASE, variants=(Variant(title="other", recipe={"lr": 0.5}),))
    found = ended(list(sweep(plan("seed=0,7", base=base), tmp_path / "sweep")))
    assert [member.folder.name for member in found.members] == ["001-seed=0", "002-seed=7"]
    run = open_run(found.members[1].folder)
    assert run.experiment.recipe.seed == 7 and not run.experiment.variants and run.has_ended
    assert not run_folders([tmp_path]) and len(run_folders([tmp_path / "sweep"])) == 2


def test_a_sweep_with_more_runs_goes_on(inline: type[InlineCrew], tmp_path: Path) -> None:
    first = ended(list(sweep(plan("lr=1e-4..0.1", runs=2), tmp_path)))
    more = ended(list(sweep(plan("lr=1e-4..0.1", runs=4), tmp_path)))
    assert more.members[:2] == first.members and len(more.members) == 4
    assert open_sweep(tmp_path).plan.runs == 4


@pytest.mark.parametrize(("other", "says"), [
    (plan("seed=0,2"), "over seed=0,1"), (plan("seed=0,1", halving=2), "with another halving"),
    (plan("seed=0,1", seed=5), "with another seed"), (plan("seed=0,1", runs=1), "of draws, or of a grid"),
    (plan("seed=0,1", minutes=5), "in another order"),
    (plan("seed=0,1", base=with_recipe(BASE, lr=0.5)), "made with another recipe"),
    (plan("seed=0,1", base=with_recipe(BASE, epochs=9)), "with 4 epochs, not 9"),
    (plan("seed=0,1", base=replace(BASE, graph=experiment(*MLP[:2], MLP[3]).graph)), "made with another network"),
])  # fmt: skip
def test_another_plan_in_its_folder_is_refused(inline: type[InlineCrew], tmp_path: Path, other: Plan,
                                               says: str) -> None:
    begun = sweep(plan("seed=0,1"), tmp_path)
    next(begun)
    begun.close()
    with pytest.raises(RunError, match=says):
        list(sweep(other, tmp_path))


def test_places_that_will_not_do_are_said_in_one_sentence(inline: type[InlineCrew], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="could not be made"):
        list(sweep(plan("seed=0"), tmp_path / "file" / "sweep"))
    with pytest.raises(WriteError, match="no file can be called so"):
        list(sweep(plan("seed=0"), tmp_path / "a\0b"))
    for _ in record(fit(BASE), BASE, tmp_path / "run"):
        pass
    with pytest.raises(SweepError, match="has a run in it already"):
        list(sweep(plan("seed=0"), tmp_path / "run"))
    held = claim(tmp_path / "held")
    assert held is not None
    with pytest.raises(ClaimedError, match="another run is being written there"):
        list(sweep(plan("seed=0"), tmp_path / "held"))
    held.release()
    with pytest.raises(PlanError):
        list(sweep(Plan(BASE, ()), tmp_path / "nothing"))
    assert not (tmp_path / "nothing").exists()
    with pytest.raises(SweepError, match="is no sweep"):
        open_sweep(tmp_path / "run")


def test_a_disk_that_fills_up_ends_it_with_a_sentence(inline: type[InlineCrew], tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    flush = Lines.flush

    def full(lines: Lines) -> None:
        if lines.path.name == MEMBERS and (tmp_path / "001-seed=0" / "summary.json").exists():
            raise WriteError("{path} could not be written: no space left on device", path=lines.path)
        flush(lines)

    monkeypatch.setattr(sweeping, "NOTED_EVERY", 0.0)
    monkeypatch.setattr(Lines, "flush", full)
    with pytest.raises(WriteError, match="no space left"):
        list(sweep(plan("seed=0..3"), tmp_path))
    monkeypatch.setattr(Lines, "flush", flush)
    assert [member.state for member in ended(list(sweep(plan("seed=0..3"), tmp_path))).members] == ["done"] * 4


def test_a_line_that_was_cut_off_is_left_out(inline: type[InlineCrew], tmp_path: Path) -> None:
    list(sweep(plan("seed=0,1"), tmp_path))
    lines = (tmp_path / MEMBERS).read_text(encoding="utf-8")
    (tmp_path / MEMBERS).write_text(lines + '{"run": 1, "fail', encoding="utf-8")
    (tmp_path / "002-seed=1" / "summary.json").unlink()  # it was killed just before it was written
    assert [member.state for member in open_sweep(tmp_path).members] == ["done", "left"]
    list(sweep(plan("seed=0,1"), tmp_path))
    for line in (tmp_path / MEMBERS).read_text(encoding="utf-8").splitlines():
        json.loads(line)


def test_a_line_that_was_damaged_is_written_anew(inline: type[InlineCrew], tmp_path: Path) -> None:
    first = ended(list(sweep(plan("seed=0..2"), tmp_path)))
    lines = (tmp_path / MEMBERS).read_text(encoding="utf-8").splitlines()
    elsewhere = lines[1].replace('"folder": "', '"folder": "../')
    (tmp_path / MEMBERS).write_text("\n".join([lines[0], elsewhere, *lines[2:], ""]), encoding="utf-8")
    assert [member.index for member in open_sweep(tmp_path).members] == [1, 3]
    events = list(sweep(plan("seed=0..2"), tmp_path))
    assert not of_type(events, RunBegan)
    assert [(member.folder, member.state, member.rows) for member in ended(events).members] == [
        (member.folder, member.state, member.rows) for member in first.members]


def test_what_is_shown_while_it_goes_on_is_what_comes_out(inline: type[InlineCrew], tmp_path: Path) -> None:
    shown: Sweep | None = None
    last: dict[int, RunAdvanced] = {}
    for event in sweep(plan("lr=1e-4..0.1", runs=3), tmp_path):
        if isinstance(event, SweepBegan):
            shown = event.sweep
        elif isinstance(event, (RunBegan, RunHeld, RunEnded)):
            assert shown is not None
            shown = shown.with_member(event.member)
        elif isinstance(event, RunAdvanced):
            last[event.index] = event
    assert shown is not None
    found = open_sweep(tmp_path)
    assert shown.members == found.members
    for member in found.members:
        assert last[member.index].best == pytest.approx(found.best(member), abs=1e-6)
        assert last[member.index].last == pytest.approx(found.last(member), abs=1e-6)


def test_runs_are_compared_by_what_the_recipe_chooses(inline: type[InlineCrew], tmp_path: Path) -> None:
    found = ended(list(sweep(plan("loss=mse,huber", base=LINEAR), tmp_path / "mixed")))
    assert found.measure.id == "validation_rmse"  # losses of two kinds say nothing together
    base = replace(with_recipe(LINEAR, best_by="train_loss"), data=NUMBERS)
    assert ended(list(sweep(plan("seed=0", base=base), tmp_path / "train"))).measure.id == "train_loss"
