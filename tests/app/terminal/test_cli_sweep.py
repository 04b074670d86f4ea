"""The command “sweep”: what is asked for, what it prints, and how it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import engine.runs.sweeping.sweep as sweeping
from app.terminal import cli
from engine.data.options.options import Synthetic
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import save_experiment
from engine.runs.names import NETWORK
from engine.runs.opened import open_run
from engine.runs.sweeping.crew import CrewError
from engine.runs.sweeping.opened import open_sweep
from tests.app.terminal.test_cli import Say, program, say
from tests.engine.cases import experiment
from tests.engine.runs.sweeping.conftest import InlineCrew, inline

__all__ = ["inline", "say"]  # fixtures

NUMBERS = DataSpec(dataset="linear", synthetic=Synthetic(rows=64, validation_rows=32, test_rows=16))
LINEAR = experiment(("fc1", "Linear", {"out_features": 1}), data=NUMBERS, loss="mse", optimizer="sgd", lr=0.03,
                    batch_size=4, epochs=2)


@pytest.fixture
def network(tmp_path: Path) -> Path:
    save_experiment(LINEAR, tmp_path / "line.loom")
    return tmp_path / "line.loom"


def test_a_sweep_is_a_table_with_the_best_first(say: Say, network: Path, inline: type[InlineCrew]) -> None:
    code, out, errors = say("sweep", network, "--over", "lr=0.001,0.03,1000", "--over", "seed=0..2", "--over",
                            "fc1.out_features=1", "--epochs", "3", "--out", "here")
    assert (code, errors) == (cli.DONE, "")
    assert "lr=0.03,seed=0,fc1.out_features=1: best validation loss" in out
    rows = [line for line in out.splitlines() if re.match(r"(0\.001|0\.03|1000) ", line)]
    assert [row.split()[0] for row in rows] == ["0.03"] * 3 + ["0.001"] * 3 + ["1000"] * 3
    assert all("The loss became" in row for row in rows[6:]) and all(row.split()[-1] == "done" for row in rows[:6])
    assert "Of the differences in the best validation loss, each field by itself explains:" in out
    for _ in range(2):  # read, and from the index
        shown = say("runs", "show", "here", "--in", ".")[1]
        assert re.search(r"state +ended", shown) and "lr 0.03 → 1000 · The loss became" in " ".join(shown.split())
    found = open_sweep("here")
    assert found.winner is not None and f"Run folder: {found.winner.folder}" in out
    assert open_run(found.winner.folder).experiment.recipe.epochs == 3
    code, out, _ = say("sweep", "--out", "here")  # without a file: the one that is there
    assert code == cli.DONE and "9 runs are over already" in out
    assert open_sweep("here").members == found.members
    code, _, errors = say("train", network, "--out", "here")
    assert code == cli.UNREADABLE and "here has a sweep in it" in errors
    for options in (["--lr", "0.5"], ["--over", "lr=1"], ["--halving"]):
        code, _, errors = say("sweep", "--out", "here", *options)
        assert code == cli.UNREADABLE and "needs FILE" in errors


def test_losers_are_stopped_with_a_reason(say: Say, network: Path, inline: type[InlineCrew]) -> None:
    code, out, _ = say("sweep", network, "--over", "lr=1e-6,1e-5,0.01,0.03", "--halving", "--epochs", "4",
                       "--out", "here")
    assert code == cli.DONE
    assert re.search(r"lr=1e-6: stopped after epoch [12] of 4: \d.*, the best 2 of 4 have \d+\.\d+ and less", out)


def test_where_nobody_says_over_what_it_is_said(say: Say, network: Path, inline: type[InlineCrew]) -> None:
    code, out, _ = say("sweep", network, "--runs", "3", "--out", "here")
    assert code == cli.DONE and out.startswith("Swept over: lr=") and len(open_sweep("here").members) == 3


def test_a_time_is_an_end(say: Say, network: Path, inline: type[InlineCrew]) -> None:
    code, out, _ = say("sweep", network, "--over", "lr=1e-4..0.1", "--minutes", "0.005", "--out", "here")
    assert code == cli.DONE and "Run folder: " in out and open_sweep("here").seconds >= 0.3


def test_where_no_run_comes_to_anything_it_ends_with_1(say: Say, network: Path, inline: type[InlineCrew]) -> None:
    code, out, _ = say("sweep", network, "--over", "fc1.out_features=2,3", "--out", "here")
    assert code == cli.WRONG and "Run folder" not in out and "fc1" in out


@pytest.mark.parametrize(("options", "says"), [
    (["--over", "lr=0.1"], "--out"), (["--over", "lrr=0.1", "--out", "x"], "did you mean lr"),
    (["--out", "x"], "--over lr=0.01,0.1"), (["--over", "lr=0.1..1.0", "--out", "x"], "--runs 20"),
    (["--over", "lr=0.1", "--minutes", "-1", "--out", "x"], "no number of minutes"),
    (["--over", "lr=0.1", "--minutes", "soon", "--out", "x"], "no number of minutes"),
    (["--over", "lr=0.1", "--runs", "0", "--out", "x"], "at least 1"),
    (["--over", "lr=0.1", "--halving", "1", "--out", "x"], "from 2 to 10"),
    (["--over", "lr=0.1", "--set", "folds=3", "--out", "x"], "3 folds"),
    (["--over", "lr=,;", "--out", "x"], "A field with its values is wanted"),
    (["--over", "lr=0.1", "--out", " "], "it names no folder"),
    (["--over", "lr=0.1", "--runs", "9" * 5000, "--out", "x"], "at least 1"),
    (["--over", "weight_d=0.1", "--out", "x"], "did you mean weight_decay?"),
    (["--over", "lr=0.1", "--out", "line.loom/below"], "could not be made"),
])  # fmt: skip
def test_what_cannot_be_is_a_sentence(say: Say, network: Path, options: list[str], says: str) -> None:
    code, _, errors = say("sweep", network, *options)
    assert code == cli.UNREADABLE and says in errors and not Path("x").exists()


def test_what_is_missing_is_asked_for(say: Say) -> None:
    code, _, errors = say("sweep", "--out", "nothing")
    assert code == cli.UNREADABLE and "FILE is needed: in nothing no sweep was begun" in errors


def test_another_sweep_in_the_folder_is_refused(say: Say, network: Path, inline: type[InlineCrew]) -> None:
    say("sweep", network, "--over", "seed=0,1", "--out", "here")
    code, _, errors = say("sweep", network, "--over", "seed=0,2", "--out", "here")
    assert code == cli.UNREADABLE and "over seed=0,1" in errors
    assert (Path("here") / NETWORK).exists()


def test_no_process_is_a_sentence(say: Say, network: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoCrew(InlineCrew):
        def hire(self) -> Any:
            raise CrewError("No process could be started: {reason}", reason="too many")

    monkeypatch.setattr(sweeping, "Crew", NoCrew)
    code, _, errors = say("sweep", network, "--over", "seed=0,1", "--out", "here")
    assert code == cli.WRONG and errors == "error: No process could be started: too many\n"


def test_ctrl_c_ends_it_cleanly(network: Path, tmp_path: Path) -> None:
    """As a program, with a process of its own below it, which hears Ctrl+C as well."""
    process = program("sweep", network, "--over", "seed=0..3", "--epochs", "100000", "--processes", "1", "--out",
                      "here", cwd=tmp_path)
    end = time.monotonic() + 60
    while time.monotonic() < end and not list(tmp_path.glob("here/001-*/metrics.csv")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (cli.DONE, "")
    assert "Stopped: what was learned so far is kept." in out
    assert "Not begun: 3; begun and not at their end: 1" in out
    run = open_run(open_sweep(tmp_path / "here").members[0].folder)
    assert run.state.was_stopped and run.checkpoint() is not None


def test_the_terminal_waits_for_no_torch(tmp_path: Path) -> None:
    code = "import sys; import app.terminal.sweep; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
