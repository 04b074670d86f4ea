"""Data as the window sees it: samples and sizes of what is chosen, download, the data folder."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.window import dialogs
from app.window.jobs import Job, Jobs
from app.window.settings import Settings
from engine.data.errors import StoppedError
from engine.data.fetching.folder import data_folder, download_folder, missing_files
from engine.data.spec.spec import DataSpec
from engine.files import why_not_named
from engine.messages import Message
from widgets.look.text import message_text

if TYPE_CHECKING:
    from engine.data.options.corrections import ExampleId
    from engine.data.tensors.samples import Rows, Stored
    from engine.data.tensors.statistics import Statistics
    from engine.data.tensors.table_views import Entered, Pairs

STRIP = 96  # sample images sent to the panel
ROWS = 20  # rows of numbers
AT_ONCE = 0.3  # seconds that reading may take before it is said


class Shown(NamedTuple):
    """What the data panel shows of loaded data."""

    samples: list[tuple[bytes, int, int, int, str]]  # pixels, channels, height, width, label; none of tables
    train: int
    validation: int
    test: int
    rows: Rows  # of what is no image
    entered: Entered | None = None  # of a table
    pairs: Pairs | None = None
    corrected: Mapping[ExampleId, Stored] = {}  # examples that were corrected, as they are stored


class Library(QObject):
    """Loads in the background; only the answer to the latest question is passed on."""

    shown = Signal(object)  # Shown
    described = Signal(object)  # Statistics; its spec has what was found in a person's file
    missing = Signal(str)
    failed = Signal(object)  # Message
    folder_chosen = Signal()  # data sets lie elsewhere: others may be there
    downloading = Signal(str, object, object)  # text, done, total; also while many files are read

    def __init__(self, window: QWidget, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._spec: DataSpec | None = None
        self.is_missing = False
        self._jobs = Jobs(self)
        self._download: Job | None = None
        self._reading: Job | None = None
        self._lacks_files = False

    @property
    def can_download(self) -> bool:
        """Whether what is missing can be fetched; a person's own files cannot."""
        return self._spec is not None and not self._spec.source.takes_path

    def show(self, spec: DataSpec) -> None:
        """Load what the panel shows for these data, or say that they are missing."""
        if self._is_same(spec):
            self._spec = spec
            return
        self._stop_reading()
        self._spec = spec
        root = self._settings.data_root
        self.is_missing = self._lacks_files = bool(missing_files(spec.files, root))
        if self.is_missing:
            text = self.tr("{data} is not on this computer yet.") if root is None else self.tr(
                "{data} is not in this folder: {folder}")
            self.missing.emit(text.format(data=spec.source.title, folder=download_folder(spec.files, root)))
            return
        self._read(spec, root)

    def _is_same(self, spec: DataSpec) -> bool:
        """Whether these are the data that are shown, but for what was found in them."""
        return self._spec is not None and spec.model_copy(update={"known": None}) == self._spec.model_copy(
            update={"known": None})

    def _read(self, spec: DataSpec, root: Path | None) -> None:
        def tell(read: tuple[Shown, Statistics] | None) -> None:
            if job is not self._reading:
                return
            self._reading = None
            if read is None:
                self._cannot_show(self.tr("Reading {data} was stopped.").format(data=spec.source.title))
                return
            self.shown.emit(read[0])
            self.described.emit(read[1])

        def fail(message: Message) -> None:
            if job is not self._reading:
                return
            self._reading = None
            if spec.source.takes_path:
                self._cannot_show(message_text(message))
            else:
                self.failed.emit(message)

        def show_progress(done: int, total: int) -> None:
            if job is self._reading and time.monotonic() - begun > AT_ONCE:
                self.downloading.emit(self.tr("Reading {data}").format(data=spec.source.title), done, total)

        begun = time.monotonic()
        job = self._reading = self._jobs.start(lambda job: _load(spec, root, job), tell, fail)
        job.progress.connect(show_progress)

    def _cannot_show(self, text: str) -> None:
        """Say in place of the samples why there are none."""
        self.is_missing = True
        self.missing.emit(text)

    def _stop_reading(self) -> None:
        job, self._reading = self._reading, None
        if job is not None:
            job.cancel()

    def look_again(self) -> None:
        """Whether files that were missing have come by another way than from here."""
        if self._lacks_files and self._download is None and self._spec is not None and (
                not missing_files(self._spec.files, self._settings.data_root)):
            self.reload()

    def reload(self) -> None:
        """Look again: a download ended, or the folder changed."""
        spec, self._spec = self._spec, None
        if spec is not None:
            self.show(spec)

    def download(self) -> None:
        """Fetch the missing data set, with progress; a person's own files are only looked at again."""
        spec = self._spec
        if spec is None or self._download is not None:
            return
        if not missing_files(spec.files, self._settings.data_root):
            self.reload()
            return
        root, text = self._settings.data_root, self.tr("Downloading {data}").format(data=spec.source.title)
        self.downloading.emit(text, 0, 0)
        self._download = self._jobs.start(lambda job: _fetch(spec, root, job), self._end_download, self._fail_download)
        self._download.progress.connect(lambda done, total: self.downloading.emit(text, done, total))

    def _end_download(self, _result: object) -> None:
        self._download = None
        self.reload()

    def _fail_download(self, message: Message) -> None:
        cancelled = self._download is not None and self._download.cancelled()
        self._end_download(None)
        if not cancelled:
            self.failed.emit(message)

    def cancel(self) -> None:
        """Stop the download, or the reading; what is complete stays."""
        for job in (self._download, self._reading):
            if job is not None:
                job.cancel()

    def choose_folder(self) -> None:
        """Ask where data sets lie; a folder in torchvision's layout is used as it is."""
        start = self._settings.data_root or data_folder()
        chosen = dialogs.folder_path(self._window, self.tr("Folder with data sets"), start)
        if chosen is None:
            return
        if (reason := why_not_named(chosen)) is not None:
            self.failed.emit(reason)
            return
        self._settings.data_root = chosen
        self.reload()
        self.folder_chosen.emit()

    def finish(self) -> None:
        """Wait for what is running, before the window closes."""
        self._jobs.finish()


def _load(spec: DataSpec, root: Path | None, job: Job) -> tuple[Shown, Statistics] | None:
    """None: it was cancelled."""
    from engine.data.tensors.loading import load_data  # loads torch
    from engine.data.tensors.samples import corrected_samples, rows, samples
    from engine.data.tensors.statistics import statistics
    from engine.data.tensors.table_views import entered, pairs

    try:
        data = load_data(spec, root, job.progress.emit, job.cancelled)
    except StoppedError:
        return None
    images = [(one.pixels, one.channels, one.height, one.width, one.label) for one in samples(data, STRIP)]
    shown = Shown(images, len(data.train), len(data.validation), len(data.test), rows(data, ROWS),
                  entered(data), pairs(data), corrected_samples(data))
    return shown, statistics(data)


def _fetch(spec: DataSpec, root: Path | None, job: Job) -> None:
    from engine.data.fetching.download import fetch  # needed only when something is fetched

    for step in fetch(spec.files, root):
        if job.cancelled():
            return
        job.progress.emit(step.done, step.total)
