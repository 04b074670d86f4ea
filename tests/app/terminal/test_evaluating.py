"""“evaluate” as a person types it: tables, JSON, notes, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from app import program
from app.terminal import cli
from engine import DataSpec, build_module, load_data, open_run, record, save_experiment
from engine.training import fit
from tests.engine.cases import MLP, experiment

Say = Callable[..., tuple[int, str, str]]
CODE = """class TwiceToBeJudged(nn.Module):
    def forward(self, x):
        return 2 * x
"""


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in an empty folder; exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str | Path) -> tuple[int, str, str]:
        try:
            code = cli.main([str(word) for word in argv])
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
        out, errors = capsys.readouterr()
        assert "Traceback" not in out + errors
        return code, out, errors

    return run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Of two epochs."""
    base = experiment()
    for _ in record(fit(base), base, tmp_path / "run"):
        pass
    return tmp_path / "run"


def predicted(run: Path, part: str) -> tuple[list[int], list[int], float]:
    """What plain torch says of a part: true, predicted, loss."""
    module, split = build_module(experiment()).eval(), getattr(load_data(DataSpec()), part)
    module.load_state_dict(open_run(run).best_weights())
    with torch.no_grad():
        outputs = module(split.inputs / 255)
    return split.targets.tolist(), outputs.argmax(1).tolist(), float(
        torch.nn.functional.cross_entropy(outputs, split.targets))


@pytest.mark.parametrize("part", ["validation", "train", "test"])
def test_json_is_exactly_as_promised(part: str, say: Say, run: Path) -> None:
    code, out, errors = say("evaluate", "run", "--json", *(["--split", part] if part != "validation" else []))
    found, (true, called, loss) = json.loads(out), predicted(run, part)
    assert code == 0 and list(found) == ["examples", "loss", "accuracy", "classes", "confusion", "per_class"]
    assert found["examples"] == len(true) and found["loss"] == pytest.approx(loss, rel=1e-5)
    assert found["accuracy"] == pytest.approx(sum(a == b for a, b in zip(true, called, strict=True)) / len(true))
    assert found["confusion"] == confusion_matrix(true, called, labels=range(10)).tolist()
    rows = zip(*precision_recall_fscore_support(true, called, labels=range(10), zero_division=0), strict=True)
    for each, name, row in zip(found["per_class"], "0123456789", rows, strict=True):
        assert list(each) == ["class", "precision", "recall", "f1", "support"] and each["class"] == name
        assert list(each.values())[1:] == pytest.approx(list(row))
    assert ("makes their number worthless" in errors) == (part == "test") and errors.count("\n") == (part == "test")


def test_as_tables(say: Say, run: Path) -> None:
    code, out, errors = say("evaluate", "run")
    true, called, _ = predicted(run, "validation")
    lines = out.splitlines()
    right = sum(a == b for a, b in zip(true, called, strict=True))
    assert (code, errors) == (0, "") and lines[0].startswith(f"{len(true)} validation examples: accuracy 0.")
    assert f"({right} right), loss " in lines[0] and "calibration error" in lines[1]
    heads = [index for index, line in enumerate(lines) if not line.strip()]
    assert [lines[index + 1].split()[0] for index in heads] == ["class", "true", "confused"]
    matrix = confusion_matrix(true, called, labels=range(10)).tolist()
    begin = heads[1] + 2
    assert [[int(cell) for cell in line.split()] for line in lines[begin : begin + 10]] == [
        [number, *row] for number, row in enumerate(matrix)]


def test_numbers_have_least_squares_beside_them(say: Say) -> None:
    code, out, _ = say("evaluate", "gallery:linreg")
    rows = [line.split() for line in out.splitlines()[2:]]
    assert code == 0 and "validation examples: loss " in out and "R² " in out
    assert rows[0] == ["weight", "learned", "least", "squares"]
    assert [row[0] for row in rows[1:]] == ["x1", "x2", "bias", "loss"]
    closed = [float(row[2].replace("−", "-")) for row in rows[1:4]]
    assert closed == pytest.approx([2, -3.4, 4.2], abs=0.01)
    code, out, _ = say("evaluate", "gallery:linreg", "--json")
    assert json.loads(out)["accuracy"] is None and {"mae", "rmse", "r2"} <= set(json.loads(out))


def test_other_data_and_weights(say: Say, run: Path, tmp_path: Path) -> None:
    save_experiment(experiment(), tmp_path / "net.loom")
    whole = json.loads(say("evaluate", "run", "--json")[1])
    assert json.loads(say("evaluate", "net.loom", "--weights", "run/best.safetensors", "--json")[1]) == whole
    half = json.loads(say("evaluate", "run", "--set", "validation=0.5", "--json")[1])
    assert half["examples"] > 4 * whole["examples"]
    loss = json.loads(say("evaluate", "run", "--set", "loss=mse", "--json")[1])
    assert loss["confusion"] == whole["confusion"] and loss["loss"] != whole["loss"]


@pytest.mark.parametrize(("words", "code", "said"), [
    (("gone.loom",), 2, "gone.loom"), (("net.loom", "--split", "all"), 2, "invalid choice"),
    (("net.loom", "--weights", "net.loom"), 2, "net.loom"), (("net.loom", "--set", "zork=3"), 2, "nothing called zork"),
    (("net.loom", "--weights", "other.safetensors"), 1, "fc1.weight"),
    (("net.loom", "--data", "linear"), 1, "ends in 10, but 1"),
    (("none.loom",), 1, "There are no validation examples: ask for train or test"),
    (("none.loom", "--split", "train"), 0, ""), (("code.loom",), 1, "--allow-code"),
    (("code.loom", "--allow-code"), 0, ""), (("three.loom",), 1, "ends in 3, but there are 10"),
])
def test_exit_codes(words: tuple[str, ...], code: int, said: str, say: Say, tmp_path: Path) -> None:
    base = experiment()
    save_experiment(base, tmp_path / "net.loom")
    save_experiment(replace(base, data=base.data.with_options(validation=0.0)), tmp_path / "none.loom")
    own = CODE + f"# {words}\n"
    save_experiment(experiment(*MLP, ("own", "Code", {"source": own})), tmp_path / "code.loom")
    save_experiment(experiment(*MLP[:1], ("fc", "Linear", {"out_features": 3})), tmp_path / "three.loom")
    save_file({"fc1.weight": torch.ones(3, 7)}, tmp_path / "other.safetensors")
    got, out, errors = say("evaluate", *words)
    untrained = "note: the network is judged with its initial weights: --weights gives it others\n"
    assert got == code and said in errors and (errors == untrained) == (code == 0) == bool(out)


def test_a_csv_of_another_shape_is_the_same_to_predict_and_look(say: Say, tmp_path: Path) -> None:
    save_experiment(experiment(), tmp_path / "net.loom")
    (tmp_path / "rows.csv").write_text("1,2,3\n4,5,6\n")
    codes = [say("predict", "net.loom", "rows.csv"), say("look", "net.loom", "--sample", "rows.csv", "o.npz")]
    assert [code for code, _, _ in codes] == [2, 2] and all("the network takes" in errors for _, _, errors in codes)


def test_it_is_a_command_of_the_program() -> None:
    assert "evaluate" in program.COMMANDS
