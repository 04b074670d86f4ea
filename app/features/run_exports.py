"""Runs taken elsewhere from the window: a table for a spreadsheet, event files for TensorBoard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from app.window.host import Feature, Host
from app.window.jobs import Jobs
from engine.formats import Format
from engine.messages import Message, say
from engine.runs.book.entry import Entry
from engine.runs.exporting import write_csv, write_tensorboard

CSV = Format(".csv", "Table")


class RunExports(Feature):
    """Asks where, and writes in the background."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._jobs = Jobs(self)

    def export(self, entries: Sequence[Entry], kind: str) -> None:
        """As “csv” or “tensorboard”."""
        if kind == "csv":
            self._table(entries)
        else:
            self._events(entries)

    def _table(self, entries: Sequence[Entry]) -> None:
        name = entries[0].folder.name if len(entries) == 1 else entries[0].network
        path = self.asking("runs").save(self.tr("Save the curves of these runs"), f"{name}.csv", [CSV])
        if path is not None:
            self._write(lambda: write_csv(entries, path), say("{name} is written", name=path.name))

    def _events(self, entries: Sequence[Entry]) -> None:
        folder = self.asking("tensorboard").folder(self.tr("Where TensorBoard shall find these runs"))
        if folder is not None:
            self._write(lambda: write_tensorboard(entries, folder),
                        say("See them with: tensorboard --logdir {folder}", folder=Path(folder)))

    def _write(self, write: Callable[[], object], done: Message) -> None:
        self._jobs.start(lambda _: write(), lambda _: self.host.say(done), partial(self._fail))

    def _fail(self, message: Message) -> None:
        self.host.say(message, "error")

    def finish(self) -> None:
        self._jobs.finish()
