"""Runs in processes of their own, which are killed at any moment and go on in another."""

from __future__ import annotations

import signal
import time
from collections.abc import Generator
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from engine.experiment.experiment import Experiment
from engine.runs.continuing import Going, going_on
from engine.runs.folder import record
from engine.runs.names import EXPERIMENT
from engine.runs.resuming import load_checkpoint
from engine.training import fit, run, tuning
from engine.training.checkpoint import Checkpoint
from engine.training.events import Event, Point
from engine.training.series import fit_series

# torch is loaded once, in a process of which all others are forked
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__, "engine.training.loop"])
HOLD = 8  # points after which a run waits to be killed at last: a slow parent does not let it get away


def trained(base: Experiment, folder: Path) -> None:
    """A whole run, kept as seldom as usual."""
    child = PROCESSES.Process(target=_train, args=(base, folder))
    child.start()
    child.join()
    assert child.exitcode == 0


def killed(base: Experiment, folder: Path, random: Random, most: int, every: float = 0.0) -> float:
    """Go on in the folder, kept each time so many seconds are over, and be killed within ``most`` points or a little
    later; how far it was, in epochs."""
    here, there = PROCESSES.Pipe(duplex=False)
    points = random.randint(1, most)
    child = PROCESSES.Process(target=_train_often, args=(base, folder, there, points + HOLD, every))
    child.start()
    there.close()
    position = 0.0
    for _ in range(points):
        position = here.recv()
    time.sleep(0.01 * random.random())
    child.kill()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    return position


def kept(base: Experiment, folder: Path) -> Checkpoint | None:
    """What a run goes on from; None: it was killed before there was anything."""
    return load_checkpoint(folder, base) if (folder / EXPERIMENT).exists() else None


def _going(base: Experiment, folder: Path) -> Generator[Event, None, None]:
    """As the command goes on, or begins."""
    tuning.prefers_channels_last = lambda *_: True  # not measured: all processes compute in one order
    going = going_on(folder, base) if (folder / EXPERIMENT).exists() else Going(base, folder)
    events = fit_series(base, resume=going.begun) if going.is_series else fit(base, resume=going.checkpoint)
    return record(events, base, folder, going.checkpoint, going.begun)


def _train(base: Experiment, folder: Path) -> None:
    for _ in _going(base, folder):
        pass


def _train_often(base: Experiment, folder: Path, there: Connection, most: int, every: float) -> None:
    run.READ_EVERY, run.KEEP_EVERY, run.KEEP_SHARE, run.KEEP_SHARE_AFTER = 0.0, every, 0, 0
    numbers = count(1)
    for event in _going(base, folder):
        if isinstance(event, Point):
            there.send(event.position)
            if next(numbers) == most:
                time.sleep(60)
