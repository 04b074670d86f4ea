"""Killed at any moment, also while files are written, a run goes on inside the epoch and ends as others do."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.data.options.options import Augment, Synthetic
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, Variant
from engine.runs.continuing import going_on
from engine.runs.folder import record
from engine.runs.names import (
    BEST,
    CHECKPOINT,
    EXPERIMENT,
    HEALTH,
    LAST,
    METRICS,
    POINTS,
    REMARKS,
    SERIES,
    SERIES_ROWS,
    SERIES_TABLE,
)
from engine.runs.opened import RunError, open_run
from engine.runs.replaying import differences
from engine.runs.resuming import load_checkpoint, load_series
from engine.training import fit, run
from engine.training.events import MemberEnded, Point
from engine.training.series import fit_series
from tests.engine.cases import MLP, experiment
from tests.engine.runs.killing import kept, killed, trained

ROOT = Path(__file__).parents[3]
POINTS_UNTIL_KILLED = 22  # an epoch of most of these runs
NORMALISED = (("conv1", "Conv2d", {"out_channels": 4}), ("bn1", "BatchNorm2d", {}), *MLP)
CONVOLUTION = (("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}), *MLP)
DROPOUT = (*MLP[:-1], ("drop1", "Dropout", {"p": 0.3}), MLP[-1])
LINE = (("fc1", "Linear", {"out_features": 4}), ("act1", "Tanh", {}), ("fc2", "Linear", {"out_features": 1}))
VARIED = DataSpec(augment=Augment(crop=1, flip=True, rotate=10.0, erase=0.3))
NUMBERS = DataSpec(dataset="linear", synthetic=Synthetic(rows=601, validation_rows=200, test_rows=100, noise=0.3))
CASES: dict[str, Experiment] = {
    "sgd": experiment(epochs=4, optimizer="sgd", lr=0.2),
    "momentum": experiment(*CONVOLUTION, epochs=4, optimizer="momentum", lr=0.02, weight_decay=0.01),
    "adam": experiment(*CONVOLUTION, epochs=4),
    "dropout": experiment(*DROPOUT, epochs=4),
    "augmentation": experiment(*CONVOLUTION, data=VARIED, epochs=4),
    "batch norm": experiment(*NORMALISED, epochs=4),
    "regression": experiment(*LINE, data=NUMBERS, loss="mse", lr=0.01, batch_size=3, epochs=2),
    "balanced": experiment(class_weights="balanced", batch_size=60, epochs=4),
    "cosine": experiment(*DROPOUT, schedule="cosine", optimizer="momentum", lr=0.05, epochs=4),
    "small batches": experiment(*DROPOUT, batch_size=9, epochs=2),
    "one cycle, averaged": experiment(*CONVOLUTION, schedule="one_cycle", averaging="ema:decay=0.9", epochs=4),
    "gathered, clipped": experiment(*DROPOUT, optimizer="rmsprop", accumulate=3, clip_norm=0.5, lr=0.001, epochs=4),
    "plateau, early stop": experiment(*DROPOUT, schedule="plateau:patience=1", early_stop=2, lr=0.05, epochs=8),
}
SERIES_CASES: dict[str, Experiment] = {
    "folds": experiment(*DROPOUT, folds=3, epochs=2, batch_size=100),
    "variants": replace(experiment(*DROPOUT, epochs=2, batch_size=100), variants=(
        Variant(title="slow", recipe={"lr": 0.001}), Variant(title="varied", data={"augment": {"crop": 1}}))),
}


def results(folder: Path) -> dict[str, bytes]:
    """What must be equal for equal runs."""
    names = (METRICS, HEALTH, LAST, BEST, EXPERIMENT, *([REMARKS] if (folder / REMARKS).exists() else []))
    return {name: (folder / name).read_bytes() for name in names}


def positions(folder: Path) -> list[float]:
    return [float(line.split(",")[0]) for line in (folder / POINTS).read_text().splitlines()[1:]]


def most_points(base: Experiment) -> int:
    """Until a run is killed; twice as many and some more are no whole run."""
    return 150 if base.recipe.batch_size < 10 else POINTS_UNTIL_KILLED


@pytest.mark.parametrize("name", CASES)
def test_a_killed_run_ends_as_an_uninterrupted_one(name: str, tmp_path: Path) -> None:
    base, random = CASES[name], Random(name)
    trained(base, tmp_path / "whole")
    for every in (0.0, 0.01) if "dropout" in name or "cycle" in name else (random.choice([0.0, 0.01]),):
        reached = killed(base, tmp_path / "parts", random, most_points(base), every)
        checkpoint = kept(base, tmp_path / "parts")
        if not every and checkpoint is not None:  # kept at every point: no more than a batch is lost
            assert checkpoint.position >= reached - 1.5 / checkpoint.course.batches
    trained(base, tmp_path / "parts")
    assert results(tmp_path / "parts") == results(tmp_path / "whole")
    again, whole = open_run(tmp_path / "parts").state, open_run(tmp_path / "whole").state
    assert (again.epochs, again.best_epoch, again.was_stopped) == (whole.epochs, whole.best_epoch, False)
    assert positions(tmp_path / "parts") == sorted(set(positions(tmp_path / "parts")))


@pytest.mark.parametrize("name", SERIES_CASES)
def test_a_series_killed_again_and_again_ends_as_an_uninterrupted_one(name: str, tmp_path: Path) -> None:
    base, random = SERIES_CASES[name], Random(name)
    trained(base, tmp_path / "whole")
    for every in (0.0, 0.01, 0.0):
        killed(base, tmp_path / "parts", random, 9, every)
    trained(base, tmp_path / "parts")
    assert differences(tmp_path / "whole", tmp_path / "parts") == []
    for member in open_run(tmp_path / "whole").members:
        assert results(member.folder) == results(tmp_path / "parts" / member.folder.name)
    for name in (SERIES, SERIES_TABLE, SERIES_ROWS):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()


def test_a_run_killed_inside_an_epoch_goes_on_there(tmp_path: Path) -> None:
    base, inside = CASES["regression"], []
    for seed in range(3):
        killed(base, tmp_path, Random(seed), 50)
        checkpoint = kept(base, tmp_path)
        assert checkpoint is not None
        inside.append(checkpoint.position)
        assert checkpoint.sums is not None and checkpoint.sums.batches == checkpoint.course.done % 64
    assert inside == sorted(inside) and 0 < inside[0] < inside[-1] < 1


# -- at every single write, in one process ----------------------------------------------------------------------------


class Gone(BaseException):
    """What happens to a process in the middle of its work."""


class Power:
    """Fails once so many files were touched; from then on nothing is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left, self.touched = math.inf, 0
        for name in ("replace", "unlink", "open"):
            monkeypatch.setattr(Path, name, self._failing(getattr(Path, name)))

    def _failing(self, usual: Callable[..., Any]) -> Callable[..., Any]:
        def touch(path: Path, *arguments: Any, **options: Any) -> Any:
            if usual.__name__ != "open" or "r+b" in arguments:
                self.touched += 1
                if self.touched > self.left:
                    raise Gone
            return usual(path, *arguments, **options)

        return touch

    def lasts_for(self, touches: float) -> None:
        self.left, self.touched = touches, 0


@pytest.fixture
def power(monkeypatch: pytest.MonkeyPatch) -> Power:
    for name in ("READ_EVERY", "KEEP_EVERY", "KEEP_SHARE"):
        monkeypatch.setattr(run, name, 0.0)
    return Power(monkeypatch)


def broken_off(power: Power, base: Experiment, folder: Path, touches: float = math.inf) -> bool:
    """Go on in the folder until the power fails; whether it did."""
    checkpoint = kept(base, folder)
    power.lasts_for(touches)
    try:
        for _ in record(fit(base, resume=checkpoint), base, folder, checkpoint):
            pass
    except Gone:
        return True
    finally:
        power.lasts_for(math.inf)
    return False


def ends_broken_off(power: Power, base: Experiment, parts: Path) -> Iterator[dict[str, bytes]]:
    """What comes of a run that is broken off at the first write, at the second … and then goes on."""
    for touches in count():
        folder = parts / str(touches)
        if not broken_off(power, base, folder, touches):
            return
        broken_off(power, base, folder)
        yield results(folder)


def test_a_run_broken_off_at_any_write_ends_as_an_uninterrupted_one(power: Power, tmp_path: Path) -> None:
    base = experiment(*DROPOUT, epochs=2, batch_size=600)
    broken_off(power, base, tmp_path / "whole")
    ends = list(ends_broken_off(power, base, tmp_path / "parts"))
    assert len(ends) > 40 and all(end == results(tmp_path / "whole") for end in ends)


def test_a_series_broken_off_at_any_write_as_its_next_run_begins_goes_on(power: Power, tmp_path: Path) -> None:
    """Its folder may be there without its experiment."""
    base = experiment(*DROPOUT, folds=2, epochs=1, batch_size=600)
    for touches in count():
        folder, has_ended = tmp_path / str(touches), False
        try:
            for event in record(fit_series(base), base, folder):
                if isinstance(event, MemberEnded):
                    has_ended = True
                    power.lasts_for(math.inf if event.index == 2 else touches)
                elif has_ended and isinstance(event, Point):
                    power.lasts_for(math.inf)
                    break
        except Gone:
            power.lasts_for(math.inf)
        else:
            break
        assert [row.title for row in load_series(folder, base).rows] == ["fold 1 of 2"]
    assert touches > 3


def test_broken_off_before_its_first_checkpoint_it_begins_again_where_it_was(power: Power, tmp_path: Path) -> None:
    """Kept after a whole epoch only, as quick runs are."""
    run.KEEP_EVERY = math.inf
    base = experiment(epochs=1, batch_size=600)
    for touches in count():
        folder = tmp_path / str(touches)
        if not broken_off(power, base, folder, touches):
            break
        if (folder / EXPERIMENT).exists():
            assert going_on(folder, base).folder == folder
    assert touches > 15


def test_no_remark_is_lost(power: Power, tmp_path: Path) -> None:
    base = experiment(epochs=2, batch_size=600, optimizer="sgd", lr=900.0)
    broken_off(power, base, tmp_path / "whole")
    assert REMARKS in results(tmp_path / "whole")
    assert all(end == results(tmp_path / "whole") for end in ends_broken_off(power, base, tmp_path / "parts"))


def test_a_run_broken_off_as_it_begins_never_goes_on_from_another(power: Power, tmp_path: Path) -> None:
    old, base = experiment(epochs=1, batch_size=600, lr=0.5), experiment(epochs=2, batch_size=600, lr=0.01)
    broken_off(power, old, tmp_path / "old")
    for touches in range(15):
        folder = Path(shutil.copytree(tmp_path / "old", tmp_path / str(touches)))
        power.lasts_for(touches)
        with pytest.raises(Gone):
            list(record(fit(base), base, folder))
        power.lasts_for(math.inf)
        assert refused(base, folder)


def refused(base: Experiment, folder: Path) -> bool:
    """Whether there is nothing to go on from, or it is another run."""
    try:
        return load_checkpoint(folder, base) is None
    except RunError:
        return True


def test_nothing_is_left_of_a_write_that_was_broken_off(power: Power, tmp_path: Path) -> None:
    list(ends_broken_off(power, experiment(epochs=1, batch_size=600), tmp_path))
    assert [str(path) for path in tmp_path.glob("*/.*")] == []


# -- the command line -------------------------------------------------------------------------------------------------


def begun(folder: Path, cache: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "main.py", "train", "gallery:lenet-digits", "--out", str(folder), "--epochs", "3",
               "--seed", "0", *more]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "LAYERLOOM_CACHE": str(cache)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE)


def test_a_killed_command_is_continued(tmp_path: Path) -> None:
    whole, parts, cache = tmp_path / "whole", tmp_path / "parts", tmp_path / "cache"
    assert begun(whole, cache).wait() == 0
    with begun(parts, cache) as command:
        while not (parts / CHECKPOINT).exists() and command.poll() is None:
            time.sleep(0.005)
        command.kill()
    with begun(parts, cache, "--resume") as command:
        out, _ = command.communicate()
    assert command.returncode == 0 and re.search(r"3 epochs, (from|within) epoch \d$", out, re.MULTILINE), out
    assert results(parts) == results(whole)
