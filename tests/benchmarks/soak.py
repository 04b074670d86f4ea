"""A person who tries everything in the window, without a pause: ``python -m tests.benchmarks.soak SECONDS SEED``.

Real keys and mouse under the real event loop. It ends with status 1 after any exception, also one that the program
survived, after any of Qt's warnings, and where something grew; a crash or a hang is told with the last gestures.
The child process does the work, so that whoever counts survives it.
"""

from __future__ import annotations

import faulthandler
import gc
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter, deque
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.benchmarks.soak_hands import Hands

ROOT = Path(__file__).parents[2]
REST = 60.0  # seconds of gestures between two looks at what has grown
PATIENCE = 120.0  # seconds more than asked for until it counts as hanging
LAST = 40  # gestures that are told after a fault
GESTURE, LINE = "»", "·"  # what a line of the child begins with
SEEN_MS, ANSWER_MS = 2, 10  # between two gestures, two answers


class Sizes(NamedTuple):
    """What the process holds, at rest: one network is open, nothing runs."""

    megabytes: float
    threads: int
    handles: int
    widgets: int
    qobjects: int
    objects: int

    def __str__(self) -> str:
        return (f"{self.megabytes:.0f} MB, {self.threads} threads, {self.handles} handles, {self.widgets} widgets, "
                f"{self.qobjects} QObjects, {self.objects} Python objects")


# What some gestures load, once, up to 71 MB: it is there before anything is counted.
LATE = ("torch._dynamo", "matplotlib.backends.backend_pdf", "matplotlib.backends.backend_svg", "fontTools.subset")
# More than these since the warm-up is growth. How much there happens to be to see is less; a page that stays with each
# closed tab is far more.
ALLOWED = Sizes(80, 2, 4, 250, 400, 120_000)


def main(argv: list[str]) -> int:
    """Run the child, keep its last words, and say how it ended."""
    seconds, seed = float(argv[1]), int(argv[2])
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
                   "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "tests.benchmarks.soak", str(seconds), str(seed), "child"]
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace")
    watch = threading.Timer(seconds * 1.5 + PATIENCE, lambda: child.send_signal(signal.SIGABRT))  # it says where it is
    watch.daemon = True
    watch.start()
    last: deque[str] = deque(maxlen=LAST)
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith(GESTURE):
            last.append(line[1:].strip())
        else:
            print(line, end="", flush=True)
            if line.startswith("FAULT"):
                print(f"  seed {seed}, after: {', '.join(last)}", flush=True)
    watch.cancel()
    status = child.wait()
    if status not in (0, 1):
        print(f"CRASH: seed {seed}, status {status}, after: {', '.join(last)}", flush=True)
    return 1 if status else 0


class Faults(logging.Handler):
    """Counts and prints whatever went wrong: exceptions, caught by the guard or not, and Qt's warnings."""

    KNOWN = ("propagateSizeHints", "This plugin does not support")  # what the offscreen platform says of every window

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def listen(self) -> None:
        from PySide6.QtCore import QtMsgType, qInstallMessageHandler

        from widgets.look.guarded import report_the_rest

        def qt(kind: QtMsgType, _context: object, text: str) -> None:
            if kind != QtMsgType.QtDebugMsg and not any(known in text for known in self.KNOWN):
                self.add(f"Qt: {text}\n{''.join(traceback.format_stack(limit=8)[:-1])}")

        qInstallMessageHandler(qt)
        report_the_rest()
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.add(logging.Formatter("%(message)s").format(record))

    def add(self, text: str) -> None:
        with self._lock:
            self.count += 1
            key = text.strip().splitlines()[-1]
            self._seen[key] += 1
            if self._seen[key] <= 3:
                print(f"\n{text.strip()}\nFAULT {self.count}", flush=True)

    def __str__(self) -> str:
        return "; ".join(f"{count}× {text}" for text, count in self._seen.most_common(8)) or "none"


def child(seconds: float, seed: int) -> int:
    """The window, its event loop, and a timer that makes a gesture whenever there is time."""
    faulthandler.enable()
    from app.system import share_memory

    share_memory()
    from engine.data.fetching.torchvision_import import torchvision

    torchvision()
    for late in LATE:
        import_module(late)
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    import engine.experiment.experiment  # noqa: F401  (before Qt, as the program has it)
    from app.gui import make_window
    from app.window.settings import Settings
    from engine.experiment.experiment import DEFAULT
    from tests.benchmarks.soak_hands import Hands

    faults, folder = Faults(), Path(tempfile.mkdtemp(prefix="layerloom-soak-"))
    os.environ["XDG_DATA_HOME"] = os.environ["XDG_CONFIG_HOME"] = str(folder / "home")
    os.chdir(folder)
    application = QApplication([])
    application.setApplicationName("Layerloom")
    faults.listen()
    window = make_window(Settings(folder / "home"))
    window.resize(1400, 900)
    window.open_at_start([DEFAULT])
    window.show()
    hands = Hands(window, folder, seed, tell=lambda text: print(f"{GESTURE}{text}", flush=True))
    course = Course(hands, faults, seconds)
    window.ready.connect(lambda: QTimer.singleShot(300, course.begin))
    application.exec()
    print(course.report(), flush=True)
    return 1 if faults.count or course.grown() else 0


class Course:
    """Gestures for so many seconds, now and then a rest in which everything is closed and counted."""

    def __init__(self, hands: Hands, faults: Faults, seconds: float) -> None:
        from PySide6.QtCore import QTimer

        self._hands, self._faults, self._seconds = hands, faults, seconds
        self.sizes: list[Sizes] = []
        self.kinds: list[Counter[str]] = []  # of what Python knows, at each rest
        self._rest = min(REST, seconds / 6)
        self._next = 0.0
        self._timer = QTimer(interval=SEEN_MS)
        self._timer.timeout.connect(self._step)
        self._is_over = False
        self._is_resting = self._is_closing = False
        self._slow: list[tuple[float, str]] = []

    def begin(self) -> None:
        self._start = time.monotonic()
        self._next = self._rest
        self._timer.start()
        self._answer()

    def _answer(self) -> None:
        """Each by a timer of its own: one waits until what it began has ended, and a dialog ends by an answer."""
        from PySide6.QtCore import QTimer

        if not self._is_over:
            QTimer.singleShot(ANSWER_MS, self._answer)
            self._hands.answer()

    @property
    def _time(self) -> float:
        return time.monotonic() - self._start

    def _step(self) -> None:
        hands = self._hands
        if hands.is_asked:
            return
        if self._is_resting:
            if hands.rest():
                self._end_rest()
            return
        if self._time > self._next:
            self._is_resting = True
            return
        if hands.tour():
            return
        start = time.monotonic()
        name = hands.gesture()
        took = time.monotonic() - start
        if took > 1.0:
            self._slow.append((round(took, 1), name))

    def _end_rest(self) -> None:
        self._is_resting = False
        self.sizes.append(sizes(self._hands))
        self.kinds.append(Counter(f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.get_objects()))
        hands = self._hands
        print(f"{LINE} {self._time:5.0f} s: {hands.count} gestures, {hands.runs} runs, {self._faults.count} faults; "
              f"{self.sizes[-1]}", flush=True)
        if self._time > self._seconds:
            self._timer.stop()
            self._is_over = True
            self._end()
        else:
            self._next = self._time + self._rest

    def _end(self) -> None:
        """Close the window; it must not take longer than a moment."""
        from PySide6.QtWidgets import QApplication

        start = time.monotonic()
        self._hands.close()
        took = time.monotonic() - start
        if took > 1.0:
            self._faults.add(f"closing took {took:.1f} s")
        QApplication.quit()

    def grown(self) -> list[str]:
        """What is larger at the end than after the warm-up, by more than is allowed."""
        if len(self.sizes) < 3:
            return []
        third = max(1, len(self.sizes) // 3)  # the first fills what is remembered on purpose
        after = Sizes(*map(max, zip(*self.sizes[third : 2 * third], strict=True)))
        return [f"{name} {before:.0f} → {now:.0f}" for name, before, now, most in zip(
            Sizes._fields, after, self.sizes[-1], ALLOWED, strict=True) if now - before > most]

    def _kinds_grown(self) -> str:
        more = self.kinds[-1] - self.kinds[max(1, len(self.kinds) // 3)]
        ours = Counter({kind: count for kind, count in more.items() if not kind.startswith("builtins.")})
        return ", ".join(f"{count}× {kind}" for kind, count in (*more.most_common(6), *ours.most_common(24)))

    def report(self) -> str:
        hands, sizes = self._hands, self.sizes
        slow = ", ".join(f"{name} {took} s" for took, name in sorted(self._slow, reverse=True)[:6])
        return "\n".join([
            f"{LINE} gestures: {dict(hands.counts.most_common())}",
            f"{LINE} slower than a second: {slow or 'none'}",
            f"{LINE} faults: {self._faults}",
            f"{LINE} start {sizes[0]}" if sizes else "",
            f"{LINE} after the warm-up {sizes[max(1, len(sizes) // 3)]}" if len(sizes) > 2 else "",
            f"{LINE} end {sizes[-1]}" if sizes else "",
            f"{LINE} grown: {', '.join(self.grown()) or 'nothing'}",
            f"{LINE} what there is more of: {self._kinds_grown()}" if len(sizes) > 2 else "",
            f"{'FAILED' if self._faults.count or self.grown() else 'PASSED'}: seed {hands.seed}, "
            f"{self._seconds:.0f} s, {hands.count} gestures, {hands.runs} runs, {self._faults.count} faults",
        ])  # fmt: skip


def sizes(hands: Hands) -> Sizes:
    """What there is now."""
    import ctypes

    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication

    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)  # what is free and was not given back is no growth
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    # The last fonts that matplotlib has drawn with, up to 64, stay open: that is its cache.
    handles = [name for name in map(_target, Path("/proc/self/fd").iterdir()) if not name.endswith(".ttf")]
    return Sizes(int(status["VmRSS"].split()[0]) / 1024, int(status["Threads"]), len(handles),
                 len(QApplication.allWidgets()), len(hands.window.findChildren(QObject)), len(gc.get_objects()))


def _target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:  # the one that reads the folder
        return ""

if __name__ == "__main__":
    if sys.argv[3:] == ["child"]:
        status = child(float(sys.argv[1]), int(sys.argv[2]))
        sys.stdout.flush()
        sys.exit(status)  # as the program ends: a thread that is left must not end it otherwise
    sys.exit(main(sys.argv))
