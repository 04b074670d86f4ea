"""The data in numbers: parts, shapes and dtypes, classes, statistics of each channel, what was skipped."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.units import UNKNOWN, grouped, measure_text, shape_text
from widgets.data.class_bars import ClassBars
from widgets.data.values import Facts
from widgets.look.text import translated
from widgets.parts.flow import Flow
from widgets.parts.number_table import NumberTable
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.parts.section import Section

MOST = 12  # channels or columns in the table
CLASSES = 640  # pixels: enough for a row of its own where there is little room


class DataFacts(QWidget):
    """Sections side by side; those without contents are not there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts, self.channels = NumberTable(self.tr("Examples")), NumberTable(self.tr("Statistics"))
        self.bars, self.notes, self._more = ClassBars(), QLabel(wordWrap=True), QLabel()
        self.notes.setProperty("role", "warning")
        self._more.setProperty("role", "small")
        self._sections = {
            "parts": Section(self.tr("Examples"), self.parts),
            "channels": Section(self.tr("Training inputs"), self.channels, self._more),
            "classes": Section(self.tr("Classes"), self.bars, width=CLASSES),
        }
        content, sections = QWidget(), QWidget()
        flow = Flow(sections, gap=40, row_gap=16, stretch=True)
        for section in self._sections.values():
            flow.addWidget(section)
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 16 - BAR, 8)
        inner.setSpacing(8)
        inner.addWidget(self.notes)
        inner.addWidget(sections)
        inner.addStretch(1)
        scroll = ScrollPanel()
        scroll.setWidget(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        self.show_facts(Facts())

    def show_facts(self, facts: Facts) -> None:
        """Show what is known."""
        self.notes.setText("\n".join(facts.notes))
        self.notes.setVisible(bool(facts.notes))
        self._show_parts(facts)
        self._show_channels(facts)
        self.bars.show_classes(facts.classes, [translated(part.name) for part in facts.parts])
        for name, there in (("parts", facts.parts), ("channels", facts.channels), ("classes", facts.classes)):
            self._sections[name].setVisible(bool(there))

    def _show_parts(self, facts: Facts) -> None:
        heading = ("", self.tr("Examples"), self.tr("Input"), self.tr("Target"), self.tr("Stored as"))
        self.parts.show_rows(heading, [
            (translated(part.name), grouped(part.examples), shape_text(part.inputs) if part.inputs else UNKNOWN,
             shape_text(part.targets) if part.targets else self.tr("class") if facts.classes else "1", part.dtypes)
            for part in facts.parts
        ])  # fmt: skip

    def _show_channels(self, facts: Facts) -> None:
        heading = ("", self.tr("Mean"), self.tr("Deviation"), self.tr("Smallest"), self.tr("Largest"))
        shown = facts.channels[:MOST]
        self.channels.show_rows(heading, [(each.name, *map(measure_text, each[1:])) for each in shown])
        left = len(facts.channels) - len(shown)
        self._more.setText(self.tr("and {count} more").format(count=left))
        self._more.setVisible(left > 0)
