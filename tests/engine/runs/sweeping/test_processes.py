"""Sweeps in processes: the same numbers as singly, whatever is killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import psutil
import pytest
import torch
from safetensors.torch import load_file

from engine.experiment.sweep.setting import applied
from engine.runs.folder import record
from engine.runs.sweeping import crew
from engine.runs.sweeping.crew import MODULE, CrewError
from engine.runs.sweeping.events import RunAdvanced, RunBegan, SweepEnded
from engine.runs.sweeping.log import write_plan
from engine.runs.sweeping.opened import Sweep, open_sweep
from engine.runs.sweeping.sweep import sweep
from engine.training import fit
from tests.conftest import ENDS_S
from tests.engine.runs.sweeping.conftest import BASE, plan, same_files

ROOT = Path(__file__).parents[4]
SWEEP = """
import sys
from pathlib import Path
from engine.runs.sweeping.sweep import sweep
from engine.runs.sweeping.log import plan_in
folder = Path(sys.argv[1])
for event in sweep(plan_in(folder), folder, processes=2):
    print(type(event).__name__, flush=True)
"""


def workers(parent: int) -> list[psutil.Process]:
    return [each for each in psutil.Process(parent).children() if MODULE in each.cmdline()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """Twelve runs in two processes, one of which is killed on the way."""
    killed, last = False, None
    for last in sweep(plan(), tmp_path_factory.mktemp("sweep") / "whole", processes=2):
        if isinstance(last, RunAdvanced) and not killed and len(here := workers(os.getpid())) == 2:
            os.kill(here[1].pid, signal.SIGKILL)
            killed = True
    assert killed and isinstance(last, SweepEnded) and not workers(os.getpid())
    return last.sweep


@pytest.fixture(scope="module")
def singly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, one after the other, as training does it."""
    folder = tmp_path_factory.mktemp("singly")
    for index, setting in enumerate(plan().settings(), 1):
        made = applied(BASE, setting)
        for _ in record(fit(made), made, folder / str(index)):
            pass
    return folder


def test_twelve_runs_in_two_processes_are_those_that_are_trained_singly(whole: Sweep, singly: Path) -> None:
    assert [member.state for member in whole.members] == ["done"] * 12
    assert [member.setting for member in whole.members] == list(plan().settings())
    for member in whole.members:
        assert same_files(member.folder, singly / str(member.index), ("metrics.csv", "experiment.loom"))
        for name in ("best.safetensors", "last.safetensors"):
            mine, theirs = (load_file(each / name) for each in (member.folder, singly / str(member.index)))
            assert mine.keys() == theirs.keys() and all(torch.equal(mine[key], theirs[key]) for key in mine)


def test_a_sweep_is_read_back_as_it_ended(whole: Sweep) -> None:
    again = open_sweep(whole.folder)
    assert again.members == whole.members and again.plan == whole.plan
    assert again.winner == again.ranked[0]
    assert again.best(again.ranked[0]) == max(again.best(member) for member in again.members)
    assert again.importance.shares[0].field == "lr"


def test_a_sweep_that_is_over_trains_nothing(whole: Sweep) -> None:
    events = list(sweep(plan(), whole.folder))
    assert [type(event).__name__ for event in events] == ["SweepBegan", "SweepEnded"]


def test_killed_at_any_moment_it_goes_on_with_what_is_missing(tmp_path: Path, whole: Sweep) -> None:
    folder, random = tmp_path / "sweep", Random(4)
    folder.mkdir()
    write_plan(plan(), folder, "")
    process = subprocess.Popen([sys.executable, "-c", SWEEP, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    ends = 0
    for line in process.stdout:
        ends += line.strip() == "RunEnded"
        if ends == 4:
            break
    time.sleep(0.1 * random.random())
    left = workers(process.pid)
    process.kill()
    process.wait()
    process.stdout.close()
    before = {member.index: member for member in open_sweep(folder).members}
    assert left and not psutil.wait_procs(left, ENDS_S)[1]  # none outlives the one that gave it orders

    written = {index: (member.folder / "summary.json").stat().st_mtime_ns
               for index, member in before.items() if member.state == "done"}
    began = [event.member.index for event in sweep(plan(), folder, processes=1) if isinstance(event, RunBegan)]
    assert len(written) >= 4 and not set(began) & set(written)
    assert {*began, *written} == set(range(1, 13))
    assert all((before[index].folder / "summary.json").stat().st_mtime_ns == at for index, at in written.items())
    assert all(same_files(mine.folder, theirs.folder) for mine, theirs in zip(
        open_sweep(folder).members, whole.members, strict=True))


def test_processes_that_do_not_start_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "MODULE", "engine.runs.sweeping.nothing_of_this_name")
    with pytest.raises(CrewError, match=r"its process ended with 1: .*No module named"):
        list(sweep(plan(), tmp_path))
