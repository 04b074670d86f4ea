"""The recipe on the command line: options of their own, and ``--set`` for every field."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.terminal import cli
from engine.experiment.experiment import load_experiment, save_experiment
from engine.experiment.recipe import Recipe
from tests.engine.cases import experiment

SET: dict[str, tuple[str, object]] = {
    "loss": ("bce", "bce"), "reduction": ("mean", "mean"), "label_smoothing": ("0.1", 0.1),
    "class_weights": ("none", "none"), "optimizer": ("rmsprop:momentum=0.5,centered=yes",
                                                     "rmsprop:momentum=0.5,centered=yes"),
    "lr": ("0.002", 0.002), "schedule": ("multi_step:at=1+3", "multi_step:at=1+3"), "schedule_by": ("batch", "batch"),
    "warmup": ("0.5", 0.5), "warmup_start": ("0", 0.0), "momentum": ("0.5", 0.5), "weight_decay": ("1e-4", 1e-4),
    "l1": ("1e-5", 1e-5), "decay_biases": ("no", False), "clip_norm": ("2", 2.0), "clip_value": ("1.5", 1.5),
    "batch_size": ("100", 100), "accumulate": ("3", 3), "epochs": ("1", 1), "early_stop": ("4", 4),
    "best_by": ("validation_f1", "validation_f1"), "averaging": ("ema:decay=0.9", "ema:decay=0.9"),
    "folds": ("0", 0), "seed": ("7", 7), "device": ("cpu", "cpu"), "precision": ("float32", "float32"),
    "deterministic": ("false", False), "initialization": ("xavier_uniform", "xavier_uniform"),
    "train_curve": ("yes", True), "test_curve": ("true", True),
}  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Path:
    save_experiment(experiment(), tmp_path / "small.loom")
    return tmp_path / "small.loom"


def trained(small: Path, *options: str) -> tuple[int, Recipe]:
    code = cli.main(["train", str(small), "--out", str(small.parent / "run"), *options])
    return code, load_experiment(small.parent / "run" / "experiment.loom").recipe


def test_every_field_is_set(small: Path) -> None:
    assert set(SET) == set(Recipe.model_fields)
    code, recipe = trained(small, *(f"--set={name}={text}" for name, (text, _) in SET.items()))
    assert code == 0 and dict(recipe) == {name: value for name, (_, value) in SET.items()}


def test_what_is_asked_most_has_an_option_of_its_own(small: Path) -> None:
    code, recipe = trained(
        small, "--epochs", "2", "--optimizer", "adam:beta1=0.8,amsgrad=yes", "--schedule", "one_cycle:rise=0.4",
        "--clip-norm", "0.5", "--early-stop", "3", "--precision", "float32")
    assert code == 0 and recipe == experiment().recipe.with_options(
        optimizer="adam:beta1=0.8,amsgrad=yes", schedule="one_cycle:rise=0.4", clip_norm=0.5, early_stop=3)


def test_an_early_end_is_told(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trained(small, "--lr", "1e-9", "--epochs", "9", "--set", "best_by=validation_accuracy", "--early-stop", "2")
    out = capsys.readouterr().out.replace("\n", " ")
    assert "The run ended early, after epoch 3: validation accuracy was best in epoch 1" in out
    assert "Stopped" not in out and "ended early; 9 were planned" in out


@pytest.mark.parametrize(("options", "said"), [
    (("--optimizer", "adm"), "there is no optimizer “adm”: did you mean adam? There are sgd, momentum"),
    (("--optimizer", "adam:beta1=1"), "beta1 should be at least 0 and below 1"),
    (("--schedule", "cosin"), "there is no schedule “cosin”: did you mean cosine?"),
    (("--clip-norm", "-1"), "Clip norm must be at least 0"),
    (("--early-stop", "-1"), "Early stop must be at least 0"),
    (("--set", "averaging=emma"), "there is no averaging “emma”: did you mean ema?"),
    (("--set", "decay_biases=perhaps"), "Decay biases must be"),
    (("--set", "best_by=test_loss"), "Best epoch by must be 'auto'"),
    (("--precision", "tf32", "--device", "cpu"), "tf32 is computed by NVIDIA's GPUs alone: choose float32 on cpu"),
    (("--set", "best_by=validation_r2"), "validation r2, which there is only where numbers are predicted"),
])
def test_what_cannot_be_is_refused_in_words(small: Path, options: tuple[str, ...], said: str,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", str(small), "--out", str(small.parent / "run"), *options]) in (1, 2)
    assert said in capsys.readouterr().err
    assert not (small.parent / "run" / "experiment.loom").exists()
