"""The book of all runs in the window: read in the background, again whenever a run begins, learns or ends."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from operator import is_
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QFile, QStandardPaths, QTimer, Signal

from app.features.training import Training
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs
from engine.files import real
from engine.messages import LayerloomError, Message, say
from engine.runs.book.book import Book, read_book, remembered
from engine.runs.book.entry import Entry
from engine.runs.book.marks import mark
from engine.runs.book.seeds import Seeds, rows_of
from engine.runs.book.tidying import remove, spare_in
from engine.runs.claim import is_being_written
from engine.runs.naming import HERE, are_few
from engine.training.events import EpochEnded, Event
from engine.units import bytes_text, grouped

APART_MS = 1000  # between two looks while a run learns: its epochs may be short
SHARE = 5  # and so many times what a look takes: of thousands of runs that is a while


class RunBook(Feature):
    """``book`` is what was found last; whoever shows runs hears of another by ``changed``."""

    changed = Signal()

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.book = Book()
        self.is_read = False  # for the first time
        self._jobs = Jobs(self)
        self._job: Job | None = None
        self._is_wanted = False  # once more, when the job has ended
        self._looked_at = 0.0
        self._took = 0  # milliseconds, when it was read last
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)
        trainer = host.feature(Training).trainer
        trainer.state_changed.connect(self._follow)
        trainer.event_arrived.connect(self._hear)

    @property
    def places(self) -> list[Path]:
        """Where runs lie: the window's own folder, and the one where the terminal writes."""
        return [self.host.settings.runs, HERE]

    def begin(self) -> None:
        """Seen at once, while torch is loaded: as it was last; the first time of all, which takes 0.2 s for a thousand
        runs and in a thread beside torch would take seconds, as it is. What each has changed follows."""
        self.book = remembered(self.places)
        if not self.book.entries and are_few(self.places):
            self.book, self.is_read = read_book(self.places, told=False), True
        self.changed.emit()
        self.refresh()

    def _follow(self, state: str) -> None:
        if state in ("running", "idle"):
            self.refresh()
        if state == "idle":
            self._tidy()

    def _hear(self, event: Event) -> None:
        if isinstance(event, EpochEnded):
            self.refresh()

    # -- reading ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look again soon; while a run learns not too often."""
        waits = max(APART_MS, SHARE * self._took) - round(1000 * (monotonic() - self._looked_at))
        if not self._timer.isActive():
            self._timer.start(max(0, waits) if self.is_read else 0)

    def _look(self) -> None:
        if self._job is not None:
            self._is_wanted = True
            return
        self._looked_at = monotonic()
        self._start(told=self.is_read)

    def _start(self, told: bool) -> None:
        """At first without what takes long; what each run has changed follows."""
        places, known = self.places, self.book
        self._job = self._jobs.start(lambda _: _as_known(read_book(places, told=told), known),
                                     partial(self._take, told), self._fail)

    def _take(self, told: bool, book: Book) -> None:
        self._job, self.is_read = None, True
        self._took = round(1000 * (monotonic() - self._looked_at)) if told else 0
        if book is not self.book:
            self.book = book
            self.changed.emit()
        if not told:
            self._start(told=True)
        elif self._is_wanted:
            self._is_wanted = False
            self.refresh()

    def _fail(self, message: Message) -> None:
        self._job = None
        self.host.say(message, "error")

    def entry(self, folder: Path) -> Entry | None:
        """The line of the run in a folder."""
        named = (run for entry in self.book for run in (entry, *entry.runs) if run.folder.name == folder.name)
        return next((run for run in named if real(run.folder) == real(folder)), None)  # asking the disk takes a while

    # -- writing ------------------------------------------------------------------------------------------------

    def mark(self, folders: Sequence[Path], star: bool | None = None, note: str | None = None) -> None:
        """Set a star, or write a note."""
        try:
            for folder in folders:
                mark(folder, star, note)
        except LayerloomError as error:
            self.host.say(error.message, "error")
        self.refresh()

    def delete(self, entries: Sequence[Entry]) -> None:
        """Move runs to the bin; one that goes on, maybe since a moment and elsewhere, is none of them."""
        running = [entry for entry in entries if any(
            is_being_written(each.folder) for each in (entry, *entry.runs))]
        if running:
            self.host.say(say("Run {number} goes on: stop it before you delete it", number=running[0].number), "error")
            return
        failed = [entry for entry in entries if not _to_bin(entry.folder)]
        done = len(entries) - len(failed)
        if failed:
            self.host.say(say("{count} runs could not be moved to the bin. They are still there", count=len(failed)),
                          "error", [(self.tr("Delete for good"), partial(self._delete_for_good, failed))])
        elif done == 1:
            self.host.say(say("Run {number} is in the bin", number=entries[0].number))
        else:
            self.host.say(say("{count} runs are in the bin", count=grouped(done)))
        self.refresh()

    def _delete_for_good(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            with suppress(OSError):
                shutil.rmtree(entry.folder)
        left = [entry for entry in entries if entry.folder.exists()]
        if left:
            self.host.say(say("{folder} could not be deleted", folder=left[0].folder), "error")
        self.refresh()

    # -- room on the disk ---------------------------------------------------------------------------------------

    def _tidy(self) -> None:
        """After each run: what all of them take stays within its bounds, and what goes for that is said."""
        places, most = self.places, self.host.settings.runs_limit
        self._jobs.start(lambda _: _tidied(places, most), self._tell_tidied, self._fail)

    def _tell_tidied(self, found: tuple[int, int, int]) -> None:
        removed, freed, size = found
        limit = self.host.settings.runs_limit
        if removed:
            said = say("To keep all runs below {limit}, checkpoints and moments of {count} old ones went ({freed}). "
                       "Their networks, curves and weights stay", limit=bytes_text(limit), count=grouped(removed),
                       freed=bytes_text(freed))
            self.host.say(said, waits=True)
            self.refresh()
        elif size > limit:
            self.host.say(say("All runs take {size}, more than {limit}: delete some in the table of runs",
                              size=bytes_text(size), limit=bytes_text(limit)), waits=True)

    def finish(self) -> None:
        self._timer.stop()
        self._jobs.finish()


def _as_known(book: Book, known: Book) -> Book:
    """With the same objects for what is as it was: nobody shows that anew. In a job's thread."""
    if sum(isinstance(row, Seeds) for row in rows_of(book.entries)) > 1:
        import scipy.special  # noqa: F401  # they will be compared, and it takes 0.2 s to load
    before = {entry.folder: entry for entry in known}
    entries = tuple(before[entry.folder] if before.get(entry.folder) == entry else entry for entry in book)
    is_same = len(entries) == len(known) and all(map(is_, entries, known))
    return known if is_same else Book(entries)


def _to_bin(folder: Path) -> bool:
    with suppress(OSError):  # where nothing was ever deleted the place of the bin may not be there, and Qt makes none
        Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)).mkdir(
            parents=True, exist_ok=True)
    found: bool | tuple[bool, str] = QFile.moveToTrash(str(folder))
    return found[0] if isinstance(found, tuple) else found


def _tidied(places: Sequence[Path], most: int) -> tuple[int, int, int]:
    """Of how many runs something went, how many bytes that freed, how many are left; in a job's thread."""
    book = read_book(places, told=False)
    spares = spare_in(book, most)
    freed = remove(spares)
    return len({spare.run.folder for spare in spares}), freed, book.size - freed


