"""``runs`` in the terminal: listed, shown, compared, exported, and every mistake as a sentence."""

from __future__ import annotations

import errno
import io
import json
import re
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from app import program
from app.terminal import cli, exits
from app.window.settings import Settings
from engine.experiment.experiment import save_experiment
from engine.runs.book.marks import mark
from engine.runs.folder import record
from engine.runs.naming import HERE, places
from engine.runs.opened import base_of, open_run
from engine.training import fit_series
from tests.engine.cases import experiment, with_recipe
from tests.engine.runs.book.kept import folder_of, kept

Say = Callable[..., tuple[int, str, str]]
BASE = experiment(epochs=3)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in an empty folder; exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def run(*argv: str | Path) -> tuple[int, str, str]:
        try:
            code = cli.main([str(word) for word in argv])
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
        out, errors = capsys.readouterr()
        assert "Traceback" not in out + errors
        return code, out.replace("\xa0", " "), errors

    return run


@pytest.fixture
def three(say: Say) -> Path:
    """The first run, with another rate, with another seed."""
    kept(HERE, 0, BASE)
    kept(HERE, 1, with_recipe(BASE, lr=0.05), (0.5, 0.95, 0.94))
    kept(HERE, 2, with_recipe(BASE, lr=0.05, seed=1), (0.5, 0.96, 0.94))
    return HERE


def test_without_runs_it_says_how_to_get_some(say: Say) -> None:
    code, out, _ = say("runs")
    assert code == 0 and out.startswith("There are no runs in runs, ") and "each “train” keeps one in runs" in out
    assert say("runs", "--json")[1] == "[]\n"


def test_the_list_has_a_row_for_a_setting_and_on_demand_for_each_seed(say: Say, three: Path) -> None:
    mark(folder_of(three, 0), star=True, note="the first try")
    code, out, _ = say("runs")
    lines = out.splitlines()
    assert code == 0 and lines[0].split() == ["run", "what", "changed", "best", "accuracy", "last", "train", "params",
                                             "time", "seed"]
    assert re.match(r"2 × 2 seeds +lr 0.005 → 0.05 +0\.955 ± 0\.007 .* 0–1 *$", lines[1])
    assert re.match(r"1 ★ +the first run · the first try +0\.9000 +0\.8000 +0\.8900 +1 234 +0:06 +0", lines[2])
    assert re.match(r"3 runs, .*B on the disk", lines[-1])
    lines = say("runs", "list", "--each")[1].splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["3", "2", "1"] and "seed 0 → 1" in lines[1]


def test_json_has_all_of_it(say: Say, three: Path) -> None:
    (new, _, first) = json.loads(say("runs", "list", "--json")[1])
    assert (new["run"], new["seed"], new["changed"], new["best"]["accuracy"]) == ("3", 1, ["seed 0 → 1"], 0.96)
    assert first["base"] is None and first["state"] == "ended" and first["versions"]["torch"]
    assert json.loads(say("runs", "show", "3", "--json")[1]) == {**new, "findings": []}
    assert json.loads(say("runs", "--json", "show", "3")[1]) == {**new, "findings": []}


def test_a_run_is_shown_with_all_that_made_it(say: Say, three: Path) -> None:
    code, out, _ = say("runs", "show", "net-2")
    assert code == 0
    for words in ("lr 0.005 → 0.05", "Digits", "torch", "epochs     3, best 2", "2026-03-01 12:01", "seed       0"):
        assert words in out
    assert re.search(r"accuracy +0\.9500 +0\.9400 +0\.9400 +0\.9000", out)


def test_only_what_differs_is_compared(say: Say, three: Path) -> None:
    rows = json.loads(say("runs", "compare", "1", "2", "3", "--json")[1])
    assert {row["what"]: row["values"] for row in rows if row["about"] == "recipe"} == {
        "Learning rate": ["0.005", "0.05", "0.05"], "Seed": ["0", "0", "1"]}
    best = next(row for row in rows if row["about"] == "results" and "best" in row["what"])
    assert best["values"] == ["0.9000", "0.9500", "0.9600"] and best["best"] == [2]
    code, out, _ = say("runs", "compare", "1", "2")
    assert code == 0 and "Learning rate" in out and "Seed" not in out and "network" not in out
    assert "Nothing differs" in say("runs", "compare", folder_of(three, 1), kept(HERE, 9, with_recipe(BASE, lr=0.05), (
        0.5, 0.95, 0.94)))[1]


def test_seeds_that_overlap_and_seeds_that_do_not(say: Say) -> None:
    for seed, (one, other, third) in enumerate(((0.90, 0.96, 0.905), (0.91, 0.95, 0.91), (0.92, 0.97, 0.9))):
        kept(HERE, seed, with_recipe(BASE, seed=seed), (one,))
        kept(HERE, 10 + seed, with_recipe(BASE, seed=seed, lr=0.05), (other,))
        kept(HERE, 20 + seed, with_recipe(BASE, seed=seed, batch_size=8), (third,))
    out = say("runs")[1]
    assert "7 and 1 overlap: no real difference" in out
    assert re.search(r"4 and 1 differ: 0\.0500, between 0\.0\d+ and 0\.0\d+ \(95 %\)", out)


def test_numbers_of_several_networks_are_told_with_their_names(say: Say) -> None:
    for seed, (one, other) in enumerate(((0.90, 0.95), (0.91, 0.89), (0.92, 0.93))):
        kept(HERE, seed, with_recipe(BASE, seed=seed), (one,), network="a")
        kept(HERE, 10 + seed, with_recipe(BASE, seed=seed, lr=0.05), (other,), network="b")
    assert "b 1 and a 1 overlap: no real difference" in say("runs")[1]


def test_folds_are_a_mean_and_each_stands_below(say: Say) -> None:
    folder = HERE / "net-20260301-120000"
    for _ in record(fit_series(with_recipe(BASE, epochs=1, folds=3)), with_recipe(BASE, epochs=1, folds=3), folder):
        pass
    values = [float(member.state.epochs[0].validation.accuracy) for member in open_run(folder).members]
    mean, deviation = statistics.fmean(values), statistics.stdev(values)
    assert f"{mean:.3f} ± " in say("runs")[1] and len(set(values)) > 1
    shown = float(re.findall(r"± ([\d.]+)", say("runs")[1])[0])
    assert shown == pytest.approx(deviation, rel=0.02)
    out = say("runs", "show", "1")[1]
    assert re.search(rf"1\.2 +fold 2 of 3 +{values[1]:.4f}", out) and "the same again" not in out
    assert "epochs  " not in out.split("disk")[0]
    kept(HERE, 5, BASE, (0.5,))
    best = next(row for row in json.loads(say("runs", "compare", "1", "2", "--json")[1]) if "best" in row["what"])
    assert best["values"][0].startswith(f"{mean:.3f} ± ") and best["values"][1] == "0.5000"


def test_long_names_and_orders_for_terminals_do_no_harm(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(HERE, 0, BASE, network="ü" * 60)
    folder = kept(HERE, 1, BASE)
    mark(folder, note="\n \x1b[31mred\x07\nsecond")
    folder.rename(HERE / "two\nlines")
    out = say("runs")[1]
    assert f"{'ü' * 23}… 1" in out and "two lines 1" in out and "the same again" in out and "0.9000" in out
    assert "?[31mred?" in out and "\x1b" not in say("runs", "show", "two\nlines")[1]
    monkeypatch.setattr(exits, "WIDTH", 60)
    assert "0.9000" in say("runs")[1] and "params" not in say("runs")[1]


def test_runs_are_exported_for_pandas_and_for_tensorboard(say: Say, three: Path) -> None:
    code, out, _ = say("runs", "export", "1", "2", "--csv", "both.csv")
    assert (code, out) == (0, "both.csv is written\n") and pd.read_csv("both.csv")["run"].nunique() == 2
    code, out, _ = say("runs", "export", "1", "--tensorboard", "board")
    assert code == 0 and "tensorboard --logdir board" in out and list(Path("board").glob("*/events.out.tfevents.*"))


@pytest.mark.parametrize(("words", "sentence"), [
    (["show", "9"], "There is no run 9"), (["show", "."], "There is no run ."), (["show", "nowhere/at/all"], "no run"),
    (["compare", "1"], "Name two runs"), (["compare", "1", "1"], "Name two runs"),
    (["export", "1"], "one of the arguments --csv --tensorboard is required"), (["compare"], "required: RUN"),
    (["export", "1", "--csv", "no/folder/x.csv"], "could not be written"), (["delete", "1"], "invalid choice"),
    (["export", "1", "--csv", "a.csv", "--tensorboard", "b"], "not allowed with argument"),
])  # fmt: skip
def test_every_mistake_is_a_sentence(say: Say, three: Path, words: list[str], sentence: str) -> None:
    code, _, errors = say("runs", *words)
    assert code == 2 and sentence in errors


def test_a_damaged_run_stands_in_the_list_and_says_why_where_it_is_asked_for(say: Say, three: Path) -> None:
    (folder_of(three, 1) / "experiment.loom").write_text("{", encoding="utf-8")
    code, out, _ = say("runs")
    assert code == 0 and "2 damaged" in out and "damaged" in out
    assert say("runs", "show", "2")[0] == 0
    code, _, errors = say("runs", "compare", "1", "2")
    assert code == 2 and "not readable as JSON" in errors


def test_runs_elsewhere_are_listed_together(say: Say, three: Path, tmp_path: Path) -> None:
    kept(tmp_path / "other", 5, network="else")
    out = say("runs", "--in", "runs", "--in", "other")[1]
    assert "else 1" in out and "net 2" in out
    assert "else" not in say("runs", "--network", "net", "--in", "runs", "--in", "other")[1]


def test_runs_of_the_window_are_listed_too(say: Say, three: Path, tmp_path: Path) -> None:
    kept(tmp_path / "data" / "Layerloom" / "runs", 5, network="drawn")
    out = say("runs")[1]
    assert "drawn 1" in out and "net 2" in out
    assert Settings().runs == places()[1]


def test_a_run_of_a_runs_own_network_names_it(say: Say, tmp_path: Path) -> None:
    folder = kept(tmp_path / "runs", 0, experiment(epochs=1))
    assert say("train", folder / "experiment.loom", "--lr", "0.1", "--out", "new")[0] == 0
    assert base_of(Path("new")) == str(folder)
    save_experiment(BASE, "net.loom")
    assert say("train", "net.loom", "--epochs", "1", "--out", "other")[0] == 0 and base_of(Path("other")) == ""


def test_the_program_knows_the_command() -> None:
    assert "runs" in program.COMMANDS


class _Full(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("words", [["runs"], ["runs", "--json"], ["runs", "show", "1"]])
def test_an_output_that_is_closed_or_full_is_no_traceback(say: Say, three: Path, words: list[str],
                                                          capsys: pytest.CaptureFixture[str]) -> None:
    out = sys.stdout
    try:
        sys.stdout = None
        assert cli.main(words) == cli.DONE
        sys.stdout = _Full()
        assert cli.main(words) == cli.UNREADABLE
    finally:
        sys.stdout = out
    assert capsys.readouterr().err == "error: the output could not be written: No space left on device\n"
