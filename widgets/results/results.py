"""What came out: the gallery's notes, reported numbers beside one's own, runs compared, what was learned."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from engine.experiment.notes import Notes
from engine.units import measure_text
from widgets.look.measures import difference_text, measure_title
from widgets.look.text import translated
from widgets.parts.flow import Flow
from widgets.parts.number_table import NumberTable
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.parts.section import Section
from widgets.results.values import MOST_VALUES, Parameter, ReportedRow, RunRow
from widgets.tensors.kernel_picture import KernelPicture

MOST_PARAMETERS = 10  # the others are only counted
BELOW = 280  # pixels at least for words below a table
LAST_STEPS = 12  # of a kernel that is shown step by step, beside the first


class Results(QWidget):
    """Sections side by side; those without contents are not there."""

    run_variants_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Results"))
        self.comparison = NumberTable(self.tr("Reported and yours"))
        self.measures = NumberTable(self.tr("Measures"))
        self.series = NumberTable(self.tr("Runs"))
        self.parameters = NumberTable(self.tr("Parameters"))
        self.kernel, self.steps = KernelPicture(), NumberTable(self.tr("Kernel, epoch by epoch"))
        self.run_all = QPushButton()
        self.run_all.clicked.connect(self.run_variants_requested)
        self._more, self.whose = _text("small"), _text("small")
        self.measured, self.compared = _below(), _below()  # what the numbers of a table are of
        self._assemble()
        self.clear()

    def _assemble(self) -> None:
        self._about, self._book, self._look, self._tries = _text(), _text("small"), _text(), _text()
        self._tries_title = _text("small")
        self._tries_title.setText(self.tr("Try"))
        self._notes = Section(self.tr("What to look at"), self._about, self._book, self._look, self._tries_title,
                              self._tries,
                              width=320, widest=480)
        self._sections = {
            "notes": self._notes,
            "measures": Section(self.tr("Measures"), self.measures, self.measured),
            "comparison": Section(self.tr("Reported and yours"), self.comparison, self.whose),
            "series": Section(self.tr("Runs"), self.run_all, self.series, self.compared),
            "kernel": Section(self.tr("Kernel"), self.kernel, self.steps),
            "parameters": Section(self.tr("Learned and true"), self.parameters, self._more),
        }
        content = QWidget()
        flow = Flow(content, gap=40, row_gap=24, stretch=True)
        flow.setContentsMargins(16, 16, 16 - BAR, 16)
        for section in self._sections.values():
            flow.addWidget(section)
        scroll = ScrollPanel()
        scroll.setWidget(content)
        empty = QVBoxLayout()
        self._empty = _text("dim")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setText(self.tr("Train the network: what it reaches is shown here"))
        self._pages = QStackedLayout(self)
        page = QWidget()
        page.setLayout(empty)
        empty.addStretch(1)
        empty.addWidget(self._empty)
        empty.addStretch(1)
        self._pages.addWidget(page)
        self._pages.addWidget(scroll)

    # -- what to show -------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Nothing is known: another network is in front."""
        self.show_notes(Notes())
        self.show_comparison(())
        self.show_measures((), ())
        self.offer_series("", 0)
        self.show_series(())
        self.show_parameters(())
        self.show_kernel(())
        self.show_kernel_steps(())

    def show_notes(self, notes: Notes, about: str = "") -> None:
        """What the network is, section of the book, what to look at, things to try."""
        tries = "\n".join(f"•  {translated(text)}" for text in notes.tries)
        for label, text in ((self._about, translated(about)), (self._book, translated(notes.section)),
                            (self._look, translated(notes.look)), (self._tries, tries)):
            label.setText(text)
            label.setVisible(bool(text))
        self._tries_title.setVisible(bool(tries))
        self._show("notes", bool(about or notes.section or notes.look or tries))

    def show_comparison(self, rows: Sequence[ReportedRow], whose: str = "") -> None:
        """Reported numbers beside one's own; ``whose`` says what they are of where that differs."""
        self.whose.setText(whose)
        self.whose.setVisible(bool(whose))
        lines = [(measure_title(row.name), measure_text(row.reported), measure_text(row.yours),
                  difference_text(row.reported, row.yours)) for row in rows]
        self.comparison.show_rows(("", self.tr("Reported"), self.tr("Yours"), self.tr("Difference")), lines)
        self._show("comparison", bool(rows))

    def show_measures(self, parts: Sequence[str], rows: Sequence[tuple[str, Sequence[float]]],
                      about: Sequence[str] = ()) -> None:
        """All measures, one column for each part of the data (“train”, “validation”, “test”), and what they are of."""
        self.measured.setText("\n".join(about))
        self.measured.setVisible(bool(about))
        lines = [(measure_title(name), *(measure_text(value) for value in values)) for name, values in rows]
        self.measures.show_rows(("", *map(translated, parts)), lines)
        self._show("measures", bool(rows))

    def offer_series(self, kind: str, count: int, enabled: bool = True) -> None:
        """What can be run one after the other: “variants”, “folds”, or “”: nothing."""
        texts = {"variants": self.tr("Run all {count} variants"), "folds": self.tr("Run {count} folds")}
        if count == 2:
            texts["variants"] = self.tr("Run both variants")
        self.run_all.setText(texts.get(kind, "").format(count=count))
        self.run_all.setEnabled(enabled)
        self.run_all.setVisible(bool(kind))
        self._sections["series"].title.setText({"variants": self.tr("Variants"), "folds": self.tr("Folds")}.get(
            kind, self.tr("Runs")))
        self._show("series", bool(kind) or len(self.series.texts) > 1)

    def show_series(self, rows: Sequence[RunRow], mean: RunRow | None = None, sd: RunRow | None = None,
                    about: str = "") -> None:
        """Runs compared; of folds also the mean with the standard deviation; and what the numbers are of."""
        self.compared.setText(about)
        self.compared.setVisible(bool(about and rows))
        names = [name for name, _ in rows[0].others] if rows else []
        heading = ("", self.tr("Epochs"), self.tr("Train loss"), self.tr("Validation loss"), *map(measure_title, names))
        lines = [_line(row, [measure_text(value) for value in _numbers(row)]) for row in rows]
        if mean is not None and sd is not None:
            pairs = zip(_numbers(mean), _numbers(sd), strict=True)
            spread = [f"{measure_text(middle)} ± {measure_text(off)}" for middle, off in pairs]
            lines.append((self.tr("Mean ± sd"), "", *spread))
        self.series.show_rows(heading, lines, strong=int(mean is not None))
        self.series.setVisible(bool(rows))
        self._show("series", bool(rows) or not self.run_all.isHidden())

    def show_parameters(self, rows: Sequence[Parameter]) -> None:
        """Learned against true; of many the first ones, and the largest error of all."""
        shown = rows if len(rows) <= MOST_PARAMETERS else rows[: MOST_PARAMETERS - 2]
        lines = [(row.name, measure_text(row.learned, 4), measure_text(row.true, 4),
                  measure_text(row.learned - row.true, 4)) for row in shown]
        self.parameters.show_rows(("", self.tr("Learned"), self.tr("True"), self.tr("Error")), lines)
        worst = max((abs(row.learned - row.true) for row in rows), default=0.0)
        text = self.tr("and {count} more; the largest error is {error}")
        self._more.setText(text.format(count=len(rows) - len(shown), error=measure_text(worst, 4)))
        self._more.setVisible(len(shown) < len(rows))
        self._show("parameters", bool(rows))

    def show_kernel(self, rows: Sequence[Sequence[float]]) -> None:
        """A kernel as it is now; empty: none."""
        self.kernel.show_rows(rows)
        self._show("kernel", bool(rows) or not self.steps.isHidden())

    def show_kernel_steps(self, steps: Sequence[tuple[int, Sequence[Sequence[float]]]]) -> None:
        """How a small kernel came to be: each as epoch and rows; the first one and the last ones are shown."""
        shown = [*steps[:1], *steps[1:][-LAST_STEPS:]]
        kernel = steps[0][1] if steps else ()
        places = [f"[{row}, {column}]" for row, values in enumerate(kernel) for column in range(len(values))]
        there = 0 < len(places) <= MOST_VALUES
        lines = [(str(epoch), *(measure_text(value, 4) for row in rows for value in row)) for epoch, rows in shown]
        self.steps.show_rows((self.tr("Epoch"), *places) if there else ("",), lines if there else ())
        self.steps.setVisible(there)
        self._show("kernel", there or bool(self.kernel.rows))

    def _show(self, name: str, there: bool) -> None:
        self._sections[name].setVisible(there)
        self._pages.setCurrentIndex(any(not section.isHidden() for section in self._sections.values()))


def _numbers(row: RunRow) -> list[float]:
    return [row.train_loss, row.validation_loss, *(value for _, value in row.others)]


def _line(row: RunRow, numbers: list[str]) -> tuple[str, ...]:
    return (row.title, "" if row.epochs is None else str(row.epochs), *numbers)


def _below() -> QLabel:
    """Words below a table, as wide as that is."""
    label = _text("small")
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    label.setMinimumWidth(BELOW)
    return label


def _text(role: str = "") -> QLabel:
    label = QLabel(wordWrap=True)
    label.setProperty("role", role)
    return label
