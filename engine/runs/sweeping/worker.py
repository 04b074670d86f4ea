"""A process that trains a sweep's runs one after the other: ``python -m engine.runs.sweeping.worker``.

Orders come in as lines of JSON, and what happens goes out as others. Torch is loaded once, and data are kept while the
next run has the same. When orders end, whoever gave them is gone: nothing is left running.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from engine.advice.advice import AdviceError
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment, from_json
from engine.experiment.trust import allow_digests
from engine.layers.base import LayerError
from engine.messages import LayerloomError, Message, say
from engine.runs.claim import is_being_written
from engine.runs.folder import About, record
from engine.runs.names import EXPERIMENT
from engine.runs.resuming import LostCheckpointError, load_checkpoint
from engine.runs.sweeping.log import Failure
from engine.runs.texts import message_stored
from engine.training.checkpoint import Checkpoint
from engine.training.control import Control
from engine.training.events import EpochEnded, Event, Finished, Progress, RunNotSaved, Started
from engine.training.failures import DataShapeError, DivergedError, NothingToLearnError
from engine.training.loop import fit, prepare
from engine.training.values import Metrics

Order = dict[str, Any]
Send = Callable[[dict[str, Any]], None]
PATIENCE = 10.0  # seconds until whoever wrote into a run's folder before has noticed that its sweep is gone
LEAVES = 5.0  # seconds that a run has to end once nobody listens
EVERY = 0.1  # seconds between two lines about how far a run is
BROKEN = (AdviceError, DataShapeError, NothingToLearnError, LayerError)


def main() -> None:
    """Serve until orders end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is meant for whoever gives orders
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a layer's own code prints is no line of ours
    Worker(sys.stdin, out).serve()
    sys.stderr.flush()
    os._exit(0)  # all is written: to take torch apart in good order would take another second


class Worker:
    """Trains what it is told to, one run at a time; meanwhile another thread hears whether it is to stop."""

    def __init__(self, orders: IO[str], out: IO[str]) -> None:
        self._orders, self._out = orders, out
        self._jobs: SimpleQueue[Order | None] = SimpleQueue()
        self._control = Control()
        self._data: tuple[DataSpec, Path | None, Data] | None = None

    def serve(self) -> None:
        """Until orders end."""
        threading.Thread(target=self._listen, daemon=True).start()
        self._send({"ready": True})
        while (job := self._jobs.get()) is not None:
            self.train(job)

    def _listen(self) -> None:
        for line in self._orders:
            order = json.loads(line)
            if "train" in order:
                self._control = Control()
                self._jobs.put(order["train"])
            elif "stop" in order:
                self._control.stop()
            elif "end" in order:
                self._control.stop_after_epoch()
        self._control.abandon()
        self._jobs.put(None)
        time.sleep(LEAVES)
        os._exit(1)  # something does not end, as code of a person's own may

    def _send(self, line: dict[str, Any]) -> None:
        try:
            self._out.write(json.dumps(line) + "\n")
            self._out.flush()
        except OSError:  # nobody listens any more
            self._control.abandon()

    def train(self, job: Order) -> None:
        """One run, to where the order says; whatever goes wrong is said of it."""
        index, control = job["run"], self._control
        try:
            allow_digests(job["allowed"])
            ending = self._run(job, from_json(job["experiment"]), control)
        except LayerloomError as error:
            self._send({"run": index, "failed": _kind(error), "reason": message_stored(error.message)})
        except Exception as error:
            self._send({"run": index, "failed": "failed", "reason": message_stored(_words(error))})
        else:
            self._send({"run": index, **ending})

    def _run(self, job: Order, experiment: Experiment, control: Control) -> dict[str, Any]:
        """Train it to its end, or to where the order says; what is to be said of that."""
        folder, until, index = Path(job["folder"]), int(job["until"]), job["run"]
        root = Path(job["root"]) if job["root"] else None
        _wait_for(folder)
        checkpoint = _checkpoint(folder, experiment)
        about = About(parent=str(job.get("parent", "")), base=str(job.get("base", "")),
                      given=tuple(job["given"]) if checkpoint is None else ())
        told = _Told(index, until, control, self._send)
        with closing(record(self._events(experiment, root, control, checkpoint, told), experiment, folder, checkpoint,
                            about=about)) as events:
            for event in events:
                told.hear(event)
                if isinstance(event, RunNotSaved):  # what is learned from here on would be lost
                    return {"failed": "failed", "reason": message_stored(event.message)}
        return {"ended": told.finished is not None and not told.finished.stopped}

    def _events(self, experiment: Experiment, root: Path | None, control: Control, checkpoint: Checkpoint | None,
                told: _Told) -> Iterator[Event]:
        if self._data is None or self._data[:2] != (experiment.data, root):
            self._data = None  # two of them may not fit
            data = yield from prepare(experiment.data, root, control)
            self._data = experiment.data, root, data
        data = self._data[2]
        told.examples = len(data.validation) or len(data.train)
        yield from fit(experiment, control, data=data, root=root, resume=checkpoint)


class _Told:
    """What is said of a run while it goes on; at the rung it is told to end with its epoch."""

    def __init__(self, index: int, until: int, control: Control, send: Send) -> None:
        self._index, self._until, self._control, self._send = index, until, control, send
        self._at = 0.0
        self.examples = 0
        self.finished: Finished | None = None

    def hear(self, event: Event) -> None:
        if isinstance(event, Started):
            self._send({"run": self._index, "began": event.position, "examples": self.examples,
                        "train_examples": event.train_examples, "threads": event.threads, "device": event.device})
        elif isinstance(event, Progress):
            if event.epoch == self._until:
                self._control.stop_after_epoch()
            if time.perf_counter() - self._at >= EVERY:
                self._at = time.perf_counter()
                self._send({"run": self._index, "at": event.fraction * event.epochs})
        elif isinstance(event, EpochEnded) and event.complete:
            self._send({"run": self._index, "epoch": event.epoch, "train": _plain(event.train),
                        "validation": _plain(event.validation)})
        elif isinstance(event, Finished):
            self.finished = event


def _plain(metrics: Metrics) -> list[Any]:
    return [metrics.loss, metrics.accuracy, [list(pair) for pair in metrics.others]]


def _kind(error: LayerloomError) -> Failure:
    return "diverged" if isinstance(error, DivergedError) else "broken" if isinstance(error, BROKEN) else "failed"


def _words(error: Exception) -> Message:
    return say("{kind}: {reason}", kind=type(error).__name__, reason=str(error) or "–")


def _wait_for(folder: Path) -> None:
    """A process of the sweep before may be about to end, and hold the folder till then."""
    end = time.monotonic() + PATIENCE
    while is_being_written(folder) and time.monotonic() < end:
        time.sleep(0.1)


def _checkpoint(folder: Path, experiment: Experiment) -> Checkpoint | None:
    """Where the run goes on; None: it begins, as it does where its checkpoint is gone: it will become the same."""
    if not (folder / EXPERIMENT).exists():
        return None
    try:
        return load_checkpoint(folder, experiment)
    except LostCheckpointError:
        return None


if __name__ == "__main__":
    main()
