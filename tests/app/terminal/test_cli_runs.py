"""The command line: series of runs, other data, code, reported numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.terminal import cli
from engine.data.sources import source_for
from engine.experiment.experiment import Variant, load_experiment, save_experiment
from engine.experiment.notes import Notes, Reported
from tests.engine.cases import MLP, experiment
from tests.engine.data.data_cases import SUFFIXES, own_file

Say = Callable[..., tuple[int, str, str]]
LINE = (r"^best epoch \d+ of \d+: train loss \d\.\d{3}, train acc \d\.\d{3}, "
        r"validation acc \d\.\d{3}, test acc \d\.\d{3}, [\d\xa0]+ examples/s on cpu$")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in an empty folder; exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str | Path) -> tuple[int, str, str]:
        code = cli.main([str(word) for word in argv])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A file with a network that trains in a moment."""
    save_experiment(experiment(epochs=2), tmp_path / "small.loom")
    return tmp_path / "small.loom"


def test_variants_are_trained_one_after_the_other(say: Say, tmp_path: Path) -> None:
    variants = (Variant(title="slow", recipe={"lr": 0.001}), Variant(title="fast", recipe={"lr": 0.01}))
    save_experiment(replace(experiment(epochs=2), variants=variants), tmp_path / "two.loom")
    code, out, _ = say("train", tmp_path / "two.loom", "--out", "run")
    assert code == 0 and "slow (1 of 2)" in out and "fast (2 of 2)" in out
    rows = {line.split()[0]: line.split() for line in out.splitlines() if re.match(r"(slow|fast) +\d\.", line)}
    table = json.loads((tmp_path / "run" / "series.json").read_text())
    assert float(rows["fast"][1]) == pytest.approx(table["members"][1]["train loss"], rel=1e-3)
    assert load_experiment(tmp_path / "run" / "1-slow" / "experiment.loom").recipe.lr == 0.001
    code, out, errors = say("train", tmp_path / "two.loom", "--out", "run", "--no-variants")
    assert code == 0 and re.match(LINE, out.splitlines()[-2]) and errors == "Replacing the run in run\n"


def test_cross_validation_ends_with_mean_and_deviation(say: Say, small: Path, tmp_path: Path) -> None:
    code, out, _ = say("train", small, "--k-fold", "3", "--epochs", "1", "--out", "run")
    assert code == 0 and "fold 3 of 3 (3 of 3)" in out and re.search(r"mean +\d\.\d+ .*\n± sd +\d\.\d+ ", out)
    table = json.loads((tmp_path / "run" / "series.json").read_text())
    assert len(table["members"]) == 3 and 0 < table["std"]["validation accuracy"] < 0.2


def test_reported_numbers_stand_beside_own(say: Say, tmp_path: Path) -> None:
    notes = Notes(reported=(Reported("test accuracy", 0.822), Reported("‖w‖", 13.73)))
    save_experiment(replace(experiment(), notes=notes), tmp_path / "known.loom")
    code, out, _ = say("train", tmp_path / "known.loom", "--out", "run")
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert code == 0 and re.search(r"reported +yours", out)
    own = re.search(r"test accuracy +0\.822 +(0\.\d+)", out)
    assert own and float(own[1]) == pytest.approx(summary["test"]["accuracy"], abs=1e-4)


def test_other_data_are_resized_to_what_the_network_was_drawn_for(say: Say, tmp_path: Path) -> None:
    code, _, _ = say("train", "gallery:lenet", "--data", "digits", "--epochs", "1", "--device", "cpu", "--out", "run")
    assert code == 0 and load_experiment(tmp_path / "run" / "experiment.loom").data.sample_shape == (1, 28, 28)


def test_a_table_is_data(say: Say, tmp_path: Path) -> None:
    rows = [f"{x},{'red' if x % 3 else 'blue'},{2 * x + 1}" for x in range(60)]
    (tmp_path / "numbers.csv").write_text("\n".join(["x,colour,y", *rows]) + "\n")
    base = experiment(("fc1", "Linear", {"out_features": 1}), loss="mse", lr=0.1, epochs=5)
    save_experiment(base, tmp_path / "line.loom")
    code, out, errors = say("train", tmp_path / "line.loom", "--data", "numbers.csv", "--target", "y", "--out", "run")
    assert code == 0, errors
    assert re.search(r"^best epoch \d of 5: train loss [\d.e+]+, validation loss [\d.e+]+, test loss ", out,
                     re.MULTILINE) and " acc" not in out
    spec = load_experiment(tmp_path / "run" / "experiment.loom").data
    assert spec.dataset == "table" and spec.table.target == "y" and spec.is_known
    code, _, errors = say("train", tmp_path / "line.loom", "--data", "numbers.csv", "--target", "z")
    assert code == 2 and "z" in errors


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_file_that_the_window_takes_is_data(suffix: str, say: Say, tmp_path: Path) -> None:
    save_experiment(experiment(("fc1", "Linear", {"out_features": 1}), loss="mse", epochs=1), tmp_path / "line.loom")
    own = own_file(tmp_path / f"numbers{suffix}")
    code, _, errors = say("train", "line.loom", "--data", own.name, "--out", "run")
    assert code == 0, errors
    spec = load_experiment(tmp_path / "run" / "experiment.loom").data
    assert (spec.source, spec.sample_shape, spec.path) == (source_for(own), (2,), str(own))


def test_help_names_what_can_be_data(capsys: pytest.CaptureFixture[str], say: Say,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # names are not broken at their hyphens
    with pytest.raises(SystemExit):
        say("train", "--help")
    words = " ".join(capsys.readouterr().out.split())
    assert "digits, mnist, fashion-mnist" in words
    assert ("or your own: a folder of images by class, a table (.csv, .tsv, .txt, .data, .dat, .tab, .gz, .bz2, .xz, "
            ".zip), tensors (.npz, .pt, .pth)") in words


CODE = '''class Twice(nn.Module):
    def forward(self, x):
        return 2 * x
'''


def test_code_runs_only_when_that_is_said(say: Say, tmp_path: Path) -> None:
    save_experiment(experiment(MLP[0], ("twice", "Code", {"source": CODE}), *MLP[1:]), tmp_path / "code.loom")
    for words in (("train", "code.loom"), ("export", "code.loom", "net.py")):
        code, _, errors = say(*words)
        assert code == 1 and "This network contains code, which is not run" in errors and "--allow-code" in errors
    code, out, errors = say("check", "code.loom")
    assert code == 1 and "agree to run it first" in out and "--allow-code" in errors
    assert say("check", "code.loom", "--allow-code")[0] == 0
    assert say("train", "code.loom", "--allow-code", "--epochs", "1")[0] == 0


def test_check_names_the_data(say: Say) -> None:
    assert "data: Digits, 1×28×28, 10 classes" in say("check", "gallery:lenet-digits")[1]


def test_what_others_reported_of_other_data_is_not_compared(say: Say) -> None:
    out = say("train", "gallery:lenet", "--data", "digits", "--epochs", "1", "--device", "cpu", "--out", "run")[1]
    assert "reported" not in out


@pytest.mark.parametrize(("name", "kernel"), [("edge-kernel", True), ("linreg", False)])
def test_learned_parameters_stand_beside_the_true_ones(name: str, kernel: bool, say: Say) -> None:
    code, out, _ = say("train", f"gallery:{name}", "--device", "cpu", "--out", "run")
    rows = re.findall(r"^(?:weight \d|bias) +(\S+) +(\S+) +(\S+)$", out, re.MULTILINE)
    assert code == 0 and len(rows) == (2 if kernel else 3) and ("kernel" in out) == kernel
    for learned, true, error in rows:
        assert abs(float(learned) - float(true)) == pytest.approx(float(error), abs=2e-3)
        assert float(error) < (0.15 if kernel else 0.002)


def test_long_tables_are_cut(say: Say) -> None:
    code, out, _ = say("train", "gallery:weight-decay", "--device", "cpu", "--out", "run")
    assert code == 0 and out.count("… 201 in all, on average") == 2 and "weight 9 " not in out
    norms = [float(line.split()[-1]) for line in out.splitlines() if re.match(r"λ = \d +\d", line)]
    assert len(norms) == 2 and norms[0] > 10 and norms[1] < 0.6


def test_all_examples_are_learned_from_and_the_test_set_is_watched_when_asked_for(say: Say, tmp_path: Path) -> None:
    code, out, _ = say("train", "gallery:lenet-digits", "--epochs", "2", "--validation", "0", "--test-curve",
                       "--train-curve", "--out", "run")
    assert code == 0 and "1\xa0527 examples, 2 epochs" in out
    assert "hint: You are looking at the test set." in out and "number would be worthless" in out
    assert len(re.findall(r"^epoch   \d   train loss \S+ acc \S+   train after loss \S+ acc \S+   test loss \S+ acc "
                          r"\S+$", out, re.MULTILINE)) == 2
    assert "Epoch 2 of 2, the last one: there are no validation data to choose by" in out
    assert re.search(r"^epoch 2 of 2: train loss \d", out, re.MULTILINE)
    head = (tmp_path / "run" / "metrics.csv").read_text().split("\n")[0].split(",")
    assert {"test_loss", "test_accuracy", "after_train_loss", "after_train_accuracy"} <= set(head)


def test_a_batch_larger_than_the_data_is_said(say: Say) -> None:
    code, out, _ = say("train", "gallery:lenet-digits", "--epochs", "1", "--batch-size", "5000", "--out", "run")
    assert code == 0 and "hint: A batch of 5\xa0000 is more than there are training examples (1\xa0374)" in out


@pytest.mark.parametrize(("share", "source", "words"), [
    ("1", "lenet-digits", "Validation share must be less than 1"), ("-0.1", "lenet-digits", "must be at least 0"),
    ("0", "linreg", "--validation sets examples aside, but Linear (synthetic) has parts of its own")])
def test_a_share_that_cannot_be_is_a_sentence(say: Say, share: str, source: str, words: str) -> None:
    code, _, errors = say("train", f"gallery:{source}", "--validation", share)
    assert code == 2 and words in errors
