"""Tables in the terminal: what reading noticed, options by name, data that changed since."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from app.terminal import cli
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import load_experiment, save_experiment
from tests.engine.cases import experiment

Say = Callable[..., tuple[int, str, str]]
TABLE = "x,z,y\n" + "".join(f"{i % 7}.5,{i % 5},{i % 11}.25\n" for i in range(40))


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in an empty folder; exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str | Path) -> tuple[int, str, str]:
        code = cli.main([str(word) for word in argv])
        return code, *capsys.readouterr()

    return run


def test_what_reading_noticed_is_said_by_check_and_train(say: Say, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE.replace("3.5,", "oops,", 1))
    note = "note: “x”, row 4 (line 5): “oops” is not a number a network can take: it counts as missing"
    code, out, _ = say("check", "gallery:linreg", "--data", "a.csv")
    assert code == 0 and note in out.splitlines()
    _, out, _ = say("check", "gallery:linreg", "--data", "a.csv", "--json")
    assert json.loads(out)["notes"] == [note.removeprefix("note: ")]
    code, out, _ = say("train", "gallery:linreg", "--data", "a.csv", "--epochs", "1", "--out", "run")
    assert code == 0 and out.splitlines().count(note) == 1


def test_skipped_images_are_named_by_train(say: Say, tmp_path: Path) -> None:
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for index in range(6):
            Image.new("RGB", (8, 8), (20 * index, 90, 200)).save(tmp_path / "pets" / label / f"{index}.png")
    (tmp_path / "pets" / "cat" / "broken.png").write_bytes(b"no image")
    save_experiment(experiment(("flat", "Flatten", {}), ("fc1", "Linear", {"out_features": 2})), tmp_path / "net.loom")
    _, out, errors = say("train", "net.loom", "--data", "pets", "--epochs", "1", "--out", "run")
    assert "broken.png is left out: " in out, errors


def test_options_are_set_by_name(say: Say, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("".join(f"{i % 7}.5,{i % 5},{i % 11}.25\n" for i in range(40)))
    code, _, _ = say("train", "gallery:linreg", "--data", "a.csv", "--set", "header=yes", "--set", "lr=0.5", "--set",
                     "kind.0.5=ignore", "--set", "validation=0.2", "--epochs", "1", "--out", "run")
    saved = load_experiment(tmp_path / "run" / "experiment.loom")
    assert code == 0 and (saved.data.table.header, saved.recipe.lr, saved.data.validation) == ("yes", 0.5, 0.2)
    assert saved.data.known is not None and saved.data.known.examples == 39 and saved.data.sample_shape == (1,)
    for words, reason in ((["colour=red"], "There is nothing called colour to set. There are: "),
                          (["header"], "--set wants FIELD=VALUE, not header"), (["header=maybe"], "Header")):
        for command in ("check", "train"):
            code, _, errors = say(command, "gallery:linreg", "--data", "a.csv", "--set", *words)
            assert code == 2 and reason in errors


def test_a_target_of_names_is_asked_about(say: Say, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,name\n" + "".join(f"{i % 7}.5,person {i}\n" for i in range(40)))
    code, _, errors = say("check", "gallery:linreg", "--data", "a.csv")
    assert code == 2 and "40 different texts in 40 rows" in errors and "Choose another target, or set Task" in errors
    code, out, _ = say("check", "gallery:linreg", "--data", "a.csv", "--set", "task=classification")
    assert code == 1 and "40 classes" in out
    assert say("check", "gallery:linreg", "--data", "a.csv", "--target", "x")[0] == 2  # names are left out


def test_a_run_is_not_continued_with_other_data_unless_it_is_said(say: Say, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE)
    words = ("train", "gallery:linreg", "--data", "a.csv", "--out", "run")
    assert say(*words, "--epochs", "1")[0] == 0
    assert say(*words, "--epochs", "2", "--resume")[0] == 0
    (tmp_path / "a.csv").write_text(TABLE + "1.5,2,3.25\n")
    code, _, errors = say(*words, "--epochs", "3", "--resume")
    assert code == 2 and f"a.csv has changed since it was read: it had {len(TABLE)} bytes" in errors
    assert "--changed-data" in errors
    code, out, _ = say(*words, "--epochs", "3", "--resume", "--changed-data")
    assert code == 0 and "epoch   3" in out


def test_a_network_says_when_its_data_changed(say: Say, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE)
    assert say("train", "gallery:linreg", "--data", "a.csv", "--epochs", "1", "--out", "run")[0] == 0
    assert "has changed" not in say("check", "run/experiment.loom")[2]
    (tmp_path / "a.csv").write_text(TABLE + "1.5,2,3.25\n")
    code, _, errors = say("check", "run/experiment.loom")
    assert code == 0 and errors.startswith("note: a.csv has changed since it was read: it had ")
    old = load_experiment(tmp_path / "run" / "experiment.loom")
    assert isinstance(old.data, DataSpec) and old.data.known is not None
    unmarked = replace(old, data=old.data.with_options(known=old.data.known.with_options(fingerprint=None)))
    save_experiment(unmarked, tmp_path / "old.loom")  # of an earlier version: nothing is known
    assert say("check", "old.loom")[2] == ""
