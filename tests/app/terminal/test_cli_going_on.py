"""``train --resume``: the options with which a run was begun still count, and a run that is over is not trained."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.terminal import cli, console
from engine.experiment.experiment import Variant, load_experiment, save_experiment
from engine.runs.continuing import going_on
from engine.runs.folder import record
from engine.runs.names import CHECKPOINT, LAST, METRICS, RUN, SERIES, SUMMARY
from engine.runs.opened import given_in, open_run
from engine.training import fit, run
from engine.training.control import Control
from tests.engine.cases import experiment, with_recipe

Say = Callable[..., tuple[int, str, str]]
TABLE = "x,z,y\n" + "".join(f"{i % 7}.5,{i % 5},{i % 11}.25\n" for i in range(40))


@pytest.fixture(autouse=True)
def kept_after_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "KEEP_SHARE_AFTER", 0)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in an empty folder; exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    base = replace(experiment(epochs=4), variants=(Variant(title="a"), Variant(title="b", recipe={"seed": 7})))
    save_experiment(base, tmp_path / "two.loom")
    save_experiment(experiment(epochs=2), tmp_path / "net.loom")
    (tmp_path / "a.csv").write_text(TABLE)

    def called(*argv: str | Path) -> tuple[int, str, str]:
        try:
            code = cli.main([str(word) for word in argv])
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
        return code, *capsys.readouterr()

    return called


@pytest.fixture
def say_and_stop(say: Say, monkeypatch: pytest.MonkeyPatch) -> Say:
    """The same, stopped after the first epoch."""

    @contextmanager
    def stopped(control: Control) -> Iterator[None]:
        control.stop_after_epoch()
        yield

    def called(*argv: str | Path) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            patch.setattr(console, "stopped_by_ctrl_c", stopped)
            return say(*argv)

    return called


def edited(file: Path, **options: object) -> None:
    save_experiment(with_recipe(load_experiment(file), **options), file)


@pytest.mark.parametrize("words", [
    ("net.loom", "--epochs", "3", "--lr", "0.002"), ("net.loom", "--schedule", "cosine", "--set", "warmup=1"),
    ("net.loom", "--optimizer", "adam:amsgrad=yes", "--clip-norm", "0", "--seed", "0", "--early-stop", "9",
     "--batch-size", "50", "--precision", "float32", "--device", "cpu", "--train-curve", "--test-curve"),
    ("net.loom", "--k-fold", "2"), ("two.loom", "--no-variants", "--lr", "0.01"), ("two.loom", "--epochs", "2"),
    ("gallery:linreg", "--data", "a.csv", "--target", "z", "--validation", "0", "--set", "header=yes", "--set",
     "task=regression", "--set", "test=0.3", "--epochs", "2"),
], ids=lambda words: " ".join(words[1:3]))
@pytest.mark.parametrize("by", ["file", "nothing", "folder"])
def test_what_a_run_was_begun_with_still_counts(words: tuple[str, ...], by: str, say: Say, say_and_stop: Say,
                                                monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert say("train", *words, "--out", "whole")[0] == 0
    assert say_and_stop("train", *words, "--out", "parts")[0] == 0
    begun = (tmp_path / "parts" / "experiment.loom").read_bytes()
    file = {"file": [words[0] if ":" in words[0] else tmp_path / words[0]], "nothing": [],
            "folder": [tmp_path / "parts"]}[by]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    code, out, errors = say("train", *file, "--resume", "--out", tmp_path / "parts")
    assert (code, errors) == (0, "") and "Another recipe" not in out and "epochs, from epoch 2" in out
    one, other = open_run(tmp_path / "whole"), open_run(tmp_path / "parts")
    assert one.has_ended and other.has_ended and not other.states.was_stopped
    assert (tmp_path / "parts" / "experiment.loom").read_bytes() == begun
    name = SERIES if one.members else METRICS
    assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()
    assert given_in(tmp_path / "parts") == given_in(tmp_path / "whole") and len(given_in(tmp_path / "parts")) == 1


def test_what_is_given_now_counts_more_and_from_then_on(say: Say, say_and_stop: Say, tmp_path: Path) -> None:
    say_and_stop("train", "net.loom", "--schedule", "cosine", "--set", "warmup=1", "--lr", "0.01", "--out", "a")
    code, out, _ = say_and_stop("train", "net.loom", "--resume", "--epochs", "5", "--set", "lr=0.02", "--out", "a")
    assert code == 0 and "Another recipe (lr 0.01 → 0.02, 2 → 5 epochs): a new run in a-2 begins where a was" in out
    assert "5 epochs, from epoch 2" in out
    other = open_run(tmp_path / "a-2")
    assert other.state.experiment is not None
    recipe = other.state.experiment.recipe
    assert (recipe.epochs, recipe.lr, recipe.warmup, recipe.schedule) == (5, 0.02, 1, "cosine")
    code, out, _ = say("train", "net.loom", "--resume", "--out", "a-2")
    assert code == 0 and "Another recipe" not in out and "5 epochs, from epoch 3" in out
    assert [row.epoch for row in open_run(tmp_path / "a-2").state.epochs] == [1, 2, 3, 4, 5]


def test_back_to_what_it_was_begun_with_is_another_recipe_too(say: Say, say_and_stop: Say, tmp_path: Path) -> None:
    say_and_stop("train", "net.loom", "--lr", "0.01", "--epochs", "4", "--out", "a")
    say_and_stop("train", "net.loom", "--lr", "0.02", "--resume", "--out", "a")
    code, out, _ = say("train", "net.loom", "--lr", "0.01", "--resume", "--out", "a-2")
    assert code == 0 and "Another recipe (lr 0.02 → 0.01): a new run in a-2-2" in out


def test_an_edit_of_the_file_is_another_recipe_as_before(say: Say, say_and_stop: Say, tmp_path: Path) -> None:
    say_and_stop("train", "net.loom", "--epochs", "3", "--out", "a")
    edited(tmp_path / "net.loom", lr=0.5, epochs=9)
    code, out, _ = say("train", "net.loom", "--resume", "--out", "a")
    assert code == 0 and "→ 0.5): a new run in a-2" in out and "3 epochs, from epoch 2" in out


def test_repeated_options_do_not_take_back_what_was_steered_by_hand(say: Say, tmp_path: Path) -> None:
    words = ("train", "net.loom", "--lr", "0.01", "--epochs", "3", "--out", "a")
    say(*words)
    base, control = load_experiment(tmp_path / "a" / "experiment.loom"), Control()
    given = given_in(tmp_path / "a")
    control.steer({"lr": 0.05})
    control.stop_after_epoch()
    list(record(fit(base, control), base, tmp_path / "a", about=going_on(tmp_path / "a", base).about))
    assert given_in(tmp_path / "a") == given and open_run(tmp_path / "a").state.was_stopped
    code, out, _ = say(*words, "--resume")
    assert code == 0 and "Another recipe" not in out
    after = open_run(tmp_path / "a").state.experiment
    assert after is not None and after.recipe.lr == 0.05


@pytest.mark.parametrize("odd", [None, 3, ["x", {"lr": "fast", "epochs": None, "set": 3, "new": 1, "data": ["a"]}]])
def test_a_folder_without_such_a_record_goes_on_as_before(odd: object, say: Say, say_and_stop: Say,
                                                           tmp_path: Path) -> None:
    say_and_stop("train", "net.loom", "--lr", "0.01", "--out", "a")
    about = json.loads((tmp_path / "a" / RUN).read_text())
    del about["given"]
    (tmp_path / "a" / RUN).write_text(json.dumps(about if odd is None else {**about, "given": odd}))
    code, out, _ = say("train", "net.loom", "--resume", "--lr", "0.01", "--out", "a")
    assert code == 0 and "Another recipe" not in out
    say_and_stop("train", "net.loom", "--out", "b")
    assert "given" not in json.loads((tmp_path / "b" / RUN).read_text())


def test_a_run_of_the_window_goes_on(say: Say, tmp_path: Path) -> None:
    base, control = experiment(epochs=3), Control()
    control.stop_after_epoch()
    list(record(fit(base, control), base, tmp_path / "a"))
    code, out, _ = say("train", "--resume", "--out", "a")
    assert code == 0 and "from epoch 2" in out and open_run(tmp_path / "a").has_ended


# -- nothing to learn -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "words"), [
    (("--epochs", "1"), "This run has learned 2 epochs already, more than 1: raise the epochs to go on"),
    (("--lr", "0.5"), "This run has learned all of its 2 epochs: raise the epochs to go on")])
def test_another_run_without_an_epoch_to_learn_is_refused(options: tuple[str, ...], words: str, say: Say,
                                                          tmp_path: Path) -> None:
    say("train", "net.loom", "--out", "a")
    before = {path.name: path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file()}
    code, out, errors = say("train", "net.loom", "--resume", "--out", "a", *options)
    assert (code, out, errors) == (2, "", f"error: {words}\n") and not (tmp_path / "a-2").exists()
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file()} == before


def test_fewer_epochs_than_a_run_that_was_left_has_learned_are_refused(say: Say, say_and_stop: Say,
                                                                       tmp_path: Path) -> None:
    say_and_stop("train", "net.loom", "--out", "a", "--epochs", "5")
    say_and_stop("train", "net.loom", "--out", "a", "--resume")
    for epochs in (1, 2):
        code, _, errors = say("train", "net.loom", "--resume", "--out", "a", "--epochs", str(epochs))
        assert code == 2 and "raise the epochs to go on" in errors and not (tmp_path / "a-2").exists()


def test_a_run_that_ended_early_needs_more_patience(say: Say, tmp_path: Path) -> None:
    words = ("train", "net.loom", "--lr", "1e-9", "--epochs", "9", "--early-stop", "1", "--out", "a")
    say(*words, "--set", "best_by=validation_accuracy")
    assert len(open_run(tmp_path / "a").state.epochs) == 2
    code, _, errors = say("train", "net.loom", "--resume", "--lr", "1e-8", "--out", "a")
    assert code == 2 and "This run ended early, after 2 epochs: raise the early stop" in errors
    assert not (tmp_path / "a-2").exists()
    code, out, _ = say("train", "net.loom", "--resume", "--early-stop", "2", "--out", "a")
    assert code == 0 and "Another recipe (early stop 1 → 2)" in out and "epoch   3" in out


def test_a_run_that_is_over_says_so_and_what_it_came_to(say: Say, tmp_path: Path) -> None:
    _, first, _ = say("train", "net.loom", "--out", "a")
    before = {path.name: path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file()}
    code, out, errors = say("train", "net.loom", "--resume", "--out", "a")
    assert (code, errors) == (0, "") and "Training on" not in out
    assert out.splitlines()[0] == "This run has learned all of its 2 epochs: raise the epochs to go on"
    assert "Best epoch 2 of 2" in out and {out.splitlines()[1], out.splitlines()[-1]} < set(first.splitlines())
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file()} == before
    (tmp_path / "a" / LAST).unlink()
    assert say("train", "net.loom", "--resume", "--out", "a")[0] == 0 and (tmp_path / "a" / LAST).exists()
    (tmp_path / "a" / SUMMARY).write_text("{")
    assert say("train", "net.loom", "--resume", "--out", "a")[0] == 0 and open_run(tmp_path / "a").has_ended


# -- without its checkpoint -------------------------------------------------------------------------------------------


def test_without_its_checkpoint_a_run_begins_anew_and_says_where(say: Say, say_and_stop: Say, tmp_path: Path) -> None:
    say_and_stop("train", "net.loom", "--lr", "0.01", "--out", "run")
    before = (tmp_path / "run" / METRICS).read_bytes()
    (tmp_path / "run" / CHECKPOINT).unlink()
    code, out, _ = say("train", "net.loom", "--out", "run", "--resume")
    assert code == 0 and "has no checkpoint.pt any more: the run begins anew in run-2" in out
    assert (tmp_path / "run" / METRICS).read_bytes() == before and given_in(tmp_path / "run-2") == ({"lr": 0.01},)
    assert (tmp_path / "run-2" / METRICS).read_bytes().startswith(before), "it is the same recipe"
    code, out, _ = say("train", "net.loom", "--out", "run", "--resume", "--epochs", "1")
    assert code == 0 and "Another recipe (2 → 1 epochs): a new run in run-3" in out and "begins where" not in out
    (tmp_path / "run-2" / CHECKPOINT).unlink()
    code, _, errors = say("train", "net.loom", "--out", "run-2", "--resume")
    assert code == 2 and "Move the folder away to train it anew" in errors


# -- the command ------------------------------------------------------------------------------------------------------


def test_a_network_is_asked_for_unless_a_run_goes_on(say: Say) -> None:
    code, _, errors = say("train", "--epochs", "3")
    assert code == 2 and errors.startswith("usage: ") and "the following arguments are required: FILE" in errors
    assert say("train", "--resume")[::2] == (2, "error: --resume needs --out: the folder of the run to continue\n")
    code, _, errors = say("train", "--resume", "--out", "nowhere")
    assert code == 2 and errors == "error: nowhere is not a run: there is no experiment.loom in it\n"
    code, _, errors = say("train", "--epochs", "1", "net.loom", "--out", "a")
    assert code == 0 and errors == ""


def test_every_option_is_kept_but_those_of_the_moment(say: Say) -> None:
    options = {name.replace("-", "_") for name in re.findall(r"--([a-z]+(?:-[a-z]+)*)", say("train", "--help")[1])}
    assert options - {"help", "out", "resume", "changed_data", "allow_code", "no_doctor"} == set(cli.GIVEN)


def test_a_link_to_itself_is_a_sentence_wherever_a_folder_is_named(say: Say, tmp_path: Path) -> None:
    small = tmp_path / "net.loom"
    say("train", small, "--epochs", "1", "--out", tmp_path / "run")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for words in (("replay", tmp_path / "run", "--out", loop), ("replay", loop, "--out", tmp_path / "x"),
                  ("train", small, "--out", loop), ("train", "--resume", "--out", loop), ("train", loop)):
        code, _, errors = say(*words)
        assert code and errors.strip() and "Traceback" not in errors, words
