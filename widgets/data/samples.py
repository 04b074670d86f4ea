"""Some examples: images with their labels, or rows of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from engine.units import measure_text
from widgets.data.sample_strip import Sample, SampleStrip
from widgets.parts.number_table import NumberTable
from widgets.parts.scroll import BAR, ScrollPanel

MOST = 12  # columns


class DataSamples(QWidget):
    """Shows whichever the data are, below a line on what is not there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip, self.rows = SampleStrip(), NumberTable(self.tr("Examples"))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 16 - BAR, 8)
        column.addWidget(self.rows)
        column.addStretch(1)
        self._scroll = ScrollPanel()
        self._scroll.setWidget(content)
        self.note, self._pages = QLabel(), QStackedWidget()
        self.note.setProperty("role", "warning")
        for page in (self.strip, self._scroll):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.note)
        layout.addWidget(self._pages, 1)
        self.show_note("")

    def show_note(self, text: str) -> None:
        """One line on files that are left out; nothing: all of them are there."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def show_images(self, samples: Sequence[Sample]) -> None:
        """Images."""
        self.strip.show_samples(samples)
        self._pages.setCurrentWidget(self.strip)

    def show_rows(self, heading: Sequence[str], rows: Sequence[Sequence[float]]) -> None:
        """Numbers; of many columns the first ones and the last, which is the target."""
        if len(heading) > MOST:
            heading = [*heading[: MOST - 2], "…", heading[-1]]
        lines = [[str(index), *self._texts(row)] for index, row in enumerate(rows, 1)]
        self.rows.show_rows(["", *heading], lines)
        self._pages.setCurrentWidget(self._scroll)

    def _texts(self, row: Sequence[float]) -> list[str]:
        if len(row) > MOST:
            return [*map(measure_text, row[: MOST - 2]), "…", measure_text(row[-1])]
        return [measure_text(value) for value in row]
