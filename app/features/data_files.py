"""Data of the person's own: chosen, read in the background, and taken only when they can be used."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.document.document import Document
from app.features.library import AT_ONCE
from app.window.asking import Asking
from app.window.jobs import Job, Jobs
from app.window.settings import Settings
from engine.data.formats.preview import Preview, UnusableTableError
from engine.data.sources import SOURCES
from engine.data.spec.spec import DataSpec
from engine.layers.base import OptionError
from engine.messages import Message, say
from widgets.look.text import translated


class DataFiles(QObject):
    """Turns a file or an edit of how it is read into a DataSpec that is known."""

    described = Signal(object, object, str)  # Document, DataSpec, the field that changed
    refused = Signal(object, object)  # Document, Message
    questioned = Signal(object, object, object)  # Document, DataSpec, Preview: a table needs another choice
    reading = Signal(object, object, object)  # DataSpec, done, total

    def __init__(self, window: QWidget, settings: Settings, front: Callable[[], Document | None]) -> None:
        super().__init__(window)
        self._window, self._settings, self._front = window, settings, front
        self._jobs = Jobs(self)
        self._job: Job | None = None
        self._asked: WeakKeyDictionary[Document, DataSpec] = WeakKeyDictionary()  # for each the last

    def choose(self, dataset: str) -> None:
        """Ask for the file or folder that this source takes."""
        own = SOURCES[dataset].own
        if own is None:
            return
        title, filters = translated(own.heading), " ".join(f"*{suffix}" for suffix in own.suffixes)
        if own.suffixes:
            path = next(iter(self._asking.open(title, f"{title} ({filters})")), None)
        else:
            path = self._asking.folder(title)
        if path is not None:
            self.open(path)

    @property
    def _asking(self) -> Asking:
        document = self._front()
        return Asking(self._window, self._settings, "data", document.path if document is not None else None)

    def open(self, path: Path) -> None:
        """Use a file or folder as data."""
        document = self._front()
        if document is None:
            return
        try:
            spec = document.experiment.data.with_file(path)
        except OptionError as error:
            self.refused.emit(document, error.message)
        else:
            self.change(spec, "path")

    def change(self, spec: DataSpec, field: str) -> None:
        """Pass an edit of the network in front on; what it makes of a file is found out first.

        What is found out belongs to that network, unless its data were changed once more in the meantime.
        """
        document = self._front()
        if document is None:
            return
        self._asked[document] = spec
        if spec.is_known or (spec.source.takes_path and not spec.path):
            self.described.emit(document, spec, field)
            return
        before, root = document.experiment.data, self._settings.data_root

        def is_wanted() -> bool:
            return self._asked.get(document) is spec and document.experiment.data == before

        def tell(known: DataSpec | None) -> None:
            if not is_wanted():
                return
            if known is None:
                self.refused.emit(document, say("Reading was stopped"))
            else:
                self.described.emit(document, known, field)

        def take(found: DataSpec | Question | None) -> None:
            if isinstance(found, Question):
                if is_wanted():
                    self.questioned.emit(document, spec, found.preview)
            else:
                tell(found)

        def refuse(message: Message) -> None:
            if is_wanted():
                self.refused.emit(document, message)

        def show_progress(done: int, total: int) -> None:
            if is_wanted() and time.monotonic() - begun > AT_ONCE:
                self.reading.emit(spec, done, total)

        begun = time.monotonic()
        self._stop()
        self._job = self._jobs.start(lambda job: _chosen(spec, before, root, job), take, refuse)
        self._job.progress.connect(show_progress)

    def cancel(self) -> None:
        """Stop reading; what was before stays."""
        self._stop()

    def _stop(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            with suppress(RuntimeError):  # it is long over, and gone
                job.cancel()

    def forget(self, document: Document) -> None:
        """It is closed: what is still being read for it is nobody's any more."""
        self._asked.pop(document, None)

    def finish(self) -> None:
        """Wait for what is running, before the window closes."""
        self._jobs.finish()


class Question(NamedTuple):
    """Why a table cannot be used as it is stands first among the notes."""

    preview: Preview


def _chosen(spec: DataSpec, before: DataSpec, root: Path | None, job: Job) -> DataSpec | Question | None:
    """None: it was cancelled."""
    from engine.data.spec.reading import choosing  # the window opens before anything is read

    try:
        with closing(choosing(spec, before, root)) as steps:
            while not job.cancelled():
                try:
                    step = next(steps)
                except StopIteration as end:
                    found: DataSpec = end.value
                    return found
                job.progress.emit(step.done, step.total)
    except UnusableTableError as error:
        return Question(replace(error.preview, notes=(error.message, *error.preview.notes)))
    return None
