"""Data as the window sees it: samples and sizes of what is chosen, download, the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app import dialogs
from app.jobs import Job, Jobs
from app.settings import Settings
from engine.data.folder import missing_files, raw_folder
from engine.data.spec import DataSpec
from engine.messages import Message

STRIP = 96  # sample images sent to the panel


class Shown(NamedTuple):
    """What the data panel shows of loaded data."""

    samples: list[tuple[bytes, int, int, int, str]]  # pixels, channels, height, width, label
    train: int
    validation: int
    test: int


class Library(QObject):
    """Loads in the background; only the answer to the latest question is passed on."""

    shown = Signal(object)  # Shown
    missing = Signal(str)
    failed = Signal(object)  # Message
    downloading = Signal(str, object, object)  # text, done, total

    def __init__(self, window: QWidget, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._spec: DataSpec | None = None
        self.is_missing = False
        self._jobs = Jobs(self)
        self._download: Job | None = None

    def show(self, spec: DataSpec) -> None:
        """Load what the panel shows for these data, or say that they are missing."""
        if spec == self._spec:
            return
        self._spec = spec
        root = self._settings.data_root
        self.is_missing = bool(missing_files(spec.dataset, root))
        if self.is_missing:
            text = self.tr("{data} is not on this computer yet.") if root is None else self.tr(
                "{data} is not in this folder: {folder}")
            self.missing.emit(text.format(data=spec.info.title, folder=raw_folder(spec.dataset, root)))
            return

        def tell(shown: Shown) -> None:
            if spec == self._spec:
                self.shown.emit(shown)

        def fail(message: Message) -> None:
            if spec == self._spec:
                self.failed.emit(message)

        self._jobs.start(lambda _: _load(spec, root), tell, fail)

    def reload(self) -> None:
        """Look again: a download ended, or the folder changed."""
        spec, self._spec = self._spec, None
        if spec is not None:
            self.show(spec)

    def download(self) -> None:
        """Fetch the missing data set, with progress."""
        spec = self._spec
        if spec is None or self._download is not None:
            return
        root, text = self._settings.data_root, self.tr("Downloading {data}").format(data=spec.info.title)
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
        """Stop the download; what is complete stays."""
        if self._download is not None:
            self._download.cancel()

    def choose_folder(self) -> None:
        """Ask where data sets lie; a folder in torchvision's layout is used as it is."""
        start = self._settings.data_root or raw_folder("mnist").parent.parent
        chosen = dialogs.folder_path(self._window, self.tr("Folder with data sets"), start)
        if chosen is not None:
            self._settings.data_root = chosen
            self.reload()

    def finish(self) -> None:
        """Wait for what is running, before the window closes."""
        self._jobs.finish()


def _load(spec: DataSpec, root: Path | None) -> Shown:
    from engine.data.tensors import load_data

    data = load_data(spec, root)
    names = spec.info.classes
    images, labels = data.train.images[:STRIP], data.train.labels[:STRIP].tolist()
    channels, height, width = images.shape[1:]
    samples = [
        (image.permute(1, 2, 0).contiguous().numpy().tobytes(), channels, height, width, names[label])
        for image, label in zip(images, labels, strict=True)
    ]
    return Shown(samples, len(data.train.labels), len(data.validation.labels), len(data.test.labels))


def _fetch(spec: DataSpec, root: Path | None, job: Job) -> None:
    from engine.data.download import fetch

    for step in fetch(spec.dataset, root):
        if job.cancelled():
            return
        job.progress.emit(step.done, step.total)
