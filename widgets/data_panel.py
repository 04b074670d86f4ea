"""The data: which, how prepared, how many, and what they look like."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from engine.data.spec import DATASETS, DataSpec
from widgets.data_missing import Download, Missing
from widgets.editors import LineEditor
from widgets.form import Form, Row
from widgets.sample_strip import Sample, SampleStrip
from widgets.scroll import BAR, ScrollPanel
from widgets.text import grouped, translated

WIDTH = 300
_PLACES = {  # line, column, columns it spans
    "dataset": (0, 0, 2), "resize": (5, 0, 1), "normalize": (5, 1, 1), "validation": (9, 0, 1), "seed": (9, 1, 1),
}  # fmt: skip


class DataForm(Form):
    """The fields of a DataSpec, labels above them. Numbers count only when typed out: data are loaded anew for each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._here: set[str] = set()  # the data sets that were seen on this computer

    def _choice_name(self, name: str, choice: str) -> str:
        return translated(DATASETS[choice].title) if choice in DATASETS else super()._choice_name(name, choice)

    def _meaning_of_nothing(self, description: str) -> str:
        return self.tr("as it is")

    def _arrange(self, grid: QGridLayout) -> None:
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        self.about = QLabel()
        self.about.setProperty("role", "small")
        self.about.setWordWrap(True)
        grid.addWidget(self.about, 3, 0, 1, 2)
        for name, place in _PLACES.items():
            self._place(grid, self.rows[name], *place)
        for line in (4, 8):
            grid.setRowMinimumHeight(line, 6)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        for first, second in pairwise(self.rows[name].editor for name in _PLACES):
            QWidget.setTabOrder(first, second)

    def _place(self, grid: QGridLayout, row: Row, line: int, column: int, span: int) -> None:
        row.label.setProperty("role", "small")
        row.editor.setMinimumWidth(48)
        if isinstance(row.editor, LineEditor):
            row.editor.set_patient(True)
        grid.addWidget(row.label, line, column, 1, span)
        grid.addWidget(row.editor, line + 1, column, 1, span)
        grid.addWidget(row.error, line + 2, 0, 1, 2)

    def show_value(self, model: DataSpec) -> None:
        """The spec, and a line about its data set."""
        super().show_value(model)
        self._show_about()

    def show_here(self, here: bool) -> None:
        """Whether the data are on this computer; what is here needs no download."""
        (self._here.add if here else self._here.discard)(self.value.dataset)
        self._show_about()

    def _show_about(self) -> None:
        info = self.value.info
        download = info.download if self.value.dataset not in self._here else ""
        self.about.setText(" ".join(filter(None, map(translated, (info.about, download)))))


class DataPanel(QWidget):
    """Shows a DataSpec and what is known of its data; asks for another spec, a download, a folder."""

    spec_changed = Signal(object, str)
    download_requested = Signal()
    folder_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = DataForm(self)
        self.sizes = QLabel()
        self.sizes.setProperty("role", "small")
        self.sizes.setWordWrap(True)
        self.strip, self.missing, self.download = SampleStrip(), Missing(), Download()
        self._assemble()
        self.form.edited.connect(lambda field, _: self.spec_changed.emit(self.form.value, field))
        self.missing.download_requested.connect(self.download_requested)
        self.missing.folder_requested.connect(self.folder_requested)
        self.download.cancel_requested.connect(self.cancel_requested)
        self.form.show_value(DataSpec())

    def _assemble(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 8, 16 - BAR, 8)
        column.setSpacing(10)
        column.addWidget(self.form)
        column.addWidget(self.sizes)
        column.addStretch(1)
        scroll = ScrollPanel()
        scroll.setFixedWidth(WIDTH)
        scroll.setWidget(left)
        self._right = QStackedWidget()
        for page in (self.strip, self.missing, self.download):
            self._right.addWidget(page)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(scroll)
        row.addLayout(self._framed(self._right), 1)

    def _framed(self, widget: QWidget) -> QVBoxLayout:
        frame = QVBoxLayout()
        frame.setContentsMargins(16, 15, 12, 8)
        frame.addWidget(widget)
        return frame

    # -- what to show -------------------------------------------------------------------------------------------

    def show_spec(self, spec: DataSpec) -> None:
        """Show a spec; what is being typed stays."""
        self.form.show_value(spec)

    def forget_typing(self) -> None:
        """Drop what is typed and not yet asked for, before another document is shown."""
        self.form.restore()

    def show_sizes(self, train: int, validation: int, test: int) -> None:
        """How many examples each part has."""
        text = self.tr("{train} training · {validation} validation · {test} test")
        sizes = {"train": grouped(train), "validation": grouped(validation), "test": grouped(test)}
        self.sizes.setText(text.format(**sizes))

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Show images, each as (pixels row by row with channels last, channels, height, width, label)."""
        self.form.show_here(True)
        self.strip.show_samples(samples)
        self._turn_to(self.strip)

    def show_missing(self, text: str, can_download: bool) -> None:
        """Say that the data are not there, and offer what helps."""
        self.form.show_here(False)
        self.sizes.setText("")
        self.missing.show_text(text, can_download)
        self._turn_to(self.missing)

    def show_download(self, text: str, done: int, total: int) -> None:
        """How far the download is, in bytes; total 0: not known."""
        self.download.show_progress(text, done, total)
        self._turn_to(self.download)

    def _turn_to(self, page: QWidget) -> None:
        """Change the page; whoever worked with the old page by keyboard goes on in the new one."""
        before, focus = self._right.currentWidget(), self.focusWidget()
        self._right.setCurrentWidget(page)
        if before is not page and focus is not None and before is not None and before.isAncestorOf(focus):
            page.setFocus()
