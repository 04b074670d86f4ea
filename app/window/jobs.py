"""Work off the window's thread: a job for anything that takes long, and the training."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QThread, QTimer, Signal

from app.window.leaving import forget_ended, leave
from engine.layers.code.patience import Work
from engine.layers.code.running import StoppedCodeError, interrupt
from engine.messages import LayerloomError, Message, say
from engine.training.control import Control
from engine.training.events import Event
from engine.training.observer import Observer
from widgets.look.guarded import guarded, report

BEHIND, LIVE = 10, 6  # of 19: what takes long, and what one waits for
PATIENCE = 3.0  # seconds for a person's own code in what nobody waits for any more

if TYPE_CHECKING:
    from engine.runs.continuing import Going
    from engine.training.devices import Device


def message_of(error: BaseException) -> Message:
    """What to show for an exception; one that nobody foresaw is logged in full."""
    if isinstance(error, LayerloomError):
        return error.message
    if isinstance(error, StoppedCodeError):
        return say("The code of a layer did not end: it was interrupted")
    report(error, "what was computed")
    return say("Something unforeseen went wrong: {reason}", reason=str(error).strip() or type(error).__name__)


def _nothing(_: object) -> None:
    """What a job does that is over."""


@guarded
class Job(QThread):
    """Runs one function; what it ends with is told in the window's thread, unless nobody waits for it any more."""

    progress = Signal(object, object)  # done, total
    _done = Signal(object)
    _failed = Signal(object)  # Message

    def __init__(self, parent: QObject, work: Callable[[Job], Any], done: Callable[[Any], object],
                 failed: Callable[[Message], object]) -> None:
        super().__init__(parent)
        self._work, self._tell_result, self._tell_error = work, done, failed
        self._cancel, self._working = threading.Event(), Work()
        self._is_dropped = self.is_told = False
        self._done.connect(self._end)
        self._failed.connect(self._fail)

    def cancel(self) -> None:
        """Ask it to end soon."""
        self._cancel.set()

    def cancelled(self) -> bool:
        """Whether it was asked to end."""
        return self._cancel.is_set()

    def drop(self) -> None:
        """Ask it to end and leave it; nothing is told any more, not even what is on its way. A person's own code in it
        that does not end is broken off."""
        self._is_dropped = True
        self.cancel()
        self._working.end_within(PATIENCE)
        leave(self)

    def run(self) -> None:
        try:
            with self._working:
                result = self._work(self)
        except BaseException as error:  # a person's own code may raise what it likes
            self._failed.emit(message_of(error))
        else:
            self._done.emit(result)

    def _end(self, result: object) -> None:
        self._tell(self._tell_result, result)

    def _fail(self, message: Message) -> None:
        self._tell(self._tell_error, message)

    def _tell(self, tell: Callable[[Any], object], what: object) -> None:
        """Once; what it was about is let go."""
        self.is_told = True
        self._work = self._tell_result = self._tell_error = _nothing
        if not self._is_dropped:
            tell(what)


class Jobs(QObject):
    """The jobs of one part of the window, to be left before it closes."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []
        self._is_over = False

    def start(self, work: Callable[[Job], Any], done: Callable[[Any], object],
              failed: Callable[[Message], object]) -> Job:
        """Begin ``work`` in a thread of its own; one of the two is called in the window's thread.

        While the window closes nothing begins any more.
        """
        self._forget_finished()
        job = Job(self, work, done, failed)
        if self._is_over:
            job.setParent(None)
            return job
        self._jobs.append(job)
        job.start()
        return job

    def _forget_finished(self) -> None:
        forget_ended()
        over = [job for job in self._jobs if job.isFinished() and job.is_told]
        self._jobs = [job for job in self._jobs if job not in over]
        for job in over:
            job.deleteLater()

    def finish(self) -> None:
        """Ask every job to end, and leave it: the window waits a moment for all of them together."""
        self._is_over = True
        for job in self._jobs:
            job.drop()
        self._jobs.clear()


@guarded
class TrainingThread(QThread):
    """Iterates ``fit`` over its own copy of the network; events wait in ``events`` until the window takes them."""

    def __init__(self, parent: QObject, going: Callable[[], Going], sources: Collection[str], root: Path | None,
                 series: bool = False, observers: Sequence[Observer] = (), doctor: bool = True) -> None:
        """``going`` says, in the thread, how the run begins or goes on; ``sources`` are of the code in its network;
        ``doctor``: its layers are examined."""
        super().__init__(parent)
        self.events: deque[Event | Message] = deque()
        self.control = Control()
        self._going, self._sources, self._root = going, sources, root
        self._series, self._observers, self._doctor, self._ident = series, observers, doctor, 0

    def run(self) -> None:
        from engine.runs.folder import record  # loads torch

        self._ident = threading.get_ident()
        stand_back()
        try:
            going = self._going()
            for event in record(self._fit(going), going.experiment, going.folder, going.checkpoint, going.begun,
                                going.about):
                self.events.append(event)
        except StoppedCodeError:  # just outside of ``fit``
            pass
        except BaseException as error:
            self.events.append(message_of(error))
        finally:
            self._ident = 0

    def _fit(self, going: Going) -> Iterator[Event]:
        from engine.training import fit  # loads torch
        from engine.training.series import fit_series

        if self._series or going.is_series:
            return fit_series(going.experiment, self.control, root=self._root, weights=going.about.weights,
                              observers=self._observers, resume=going.begun, doctor=self._doctor)
        return fit(going.experiment, self.control, root=self._root, weights=going.about.weights,
                   resume=going.checkpoint, observers=self._observers, noted=going.about.noted, doctor=self._doctor)

    def interrupt(self) -> None:
        """Break off a person's own code that does not end; nothing else is ever interrupted."""
        if self._ident and self._sources:
            interrupt(self._ident)


def stand_back(behind: int = BEHIND) -> None:
    """Whoever uses the window comes first: its thread takes a core from this one, and all others are left to it.

    Fewer threads would do the same, but the last digits of a result depend on their number.
    """
    if sys.platform == "linux" and threading.current_thread() is not threading.main_thread():
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), behind)


def load_torch(job: Job) -> list[Device]:
    """Import what trains, without stalling the window; returns the devices to choose from.

    Nothing of Qt may be imported here: its types are made when first touched, which is not safe in two threads.
    """
    sys.setswitchinterval(0.0005)  # the import holds the interpreter; hand it over more often
    spec = importlib.util.find_spec("torch")
    if sys.platform == "linux" and spec is not None and spec.origin is not None:
        library = Path(spec.origin).parent / "lib" / "libtorch_cpu.so"
        if library.exists():
            # A foreign call lets go of the interpreter: most of the import happens while the window goes on.
            ctypes.CDLL(str(library), mode=os.RTLD_NOW | os.RTLD_GLOBAL)
    import torch  # loads torch

    from engine.training import fit  # noqa: F401  (the name is loaded when first used)
    from engine.training.devices import devices

    # One core stays with the window; training, which stands back, takes all.
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
    return devices()


SLICE = 0.004  # seconds


class Warmth(QTimer):
    """Touches every Qt type, a few at a time while nothing else is to do.

    pyqtgraph's import touches them all at once, which would hold the window for a third of a second.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent, interval=0)
        self._left = [(module, name) for module in (QtCore, QtGui, QtWidgets) for name in dir(module)]
        self.timeout.connect(self._touch_some)

    def _touch_some(self) -> None:
        end = time.perf_counter() + SLICE
        while self._left and time.perf_counter() < end:
            module, name = self._left.pop()
            getattr(module, name)
        if not self._left:
            self.stop()
