"""The data: which, how prepared, how many, and what they look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from engine.data.formats.preview import Preview
from engine.data.options.corrections import ExampleId, corrections_words
from engine.data.sources.base import Page
from engine.data.spec.spec import DataSpec
from engine.units import grouped
from widgets.data.corrections import DataCorrections, correction_row
from widgets.data.facts import DataFacts
from widgets.data.form import DataForm
from widgets.data.missing import Download, Missing
from widgets.data.rows import DataRows
from widgets.data.rule import DataRule
from widgets.data.sample_strip import Sample
from widgets.data.samples import DataSamples
from widgets.data.scatter import DataScatter
from widgets.data.steps import DataSteps
from widgets.data.table import DataTable
from widgets.data.values import Facts, Pairs, Rows, Step, StoredExample
from widgets.fields.option_grid import OptionGrid, OptionPage
from widgets.look.guarded import guarded
from widgets.look.text import message_text, translated
from widgets.parts.elided import ElidedButton
from widgets.parts.inner_tabs import InnerTabs
from widgets.parts.scroll import BAR, ScrollPanel

WIDTH, LEAST, LOWEST = 300, 190, 80


@guarded
class _Side(ScrollPanel):
    """As wide as it reads well; in little room its fields stand below each other."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(LEAST)
        self.setMaximumWidth(WIDTH)

    def sizeHint(self) -> QSize:
        """What it asks for."""
        return QSize(WIDTH, super().sizeHint().height())


class DataPanel(QWidget):
    """Shows a DataSpec and what is known of its data; asks for another spec, a file, a download, a folder."""

    spec_changed = Signal(object, str)  # DataSpec, the field that changed
    file_requested = Signal(str)  # the source that takes it
    steps_requested = Signal(int)  # which image of the training part
    download_requested = Signal()
    folder_requested = Signal()
    cancel_requested = Signal()
    restore_asked = Signal(object)  # ids of corrected examples

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = DataSpec()
        self.form = DataForm(self)
        self.sizes = QLabel()
        self.sizes.setProperty("role", "small")
        self.sizes.setWordWrap(True)
        self.corrected = ElidedButton()  # how many examples were; shows which
        self.corrected.setProperty("role", "quiet")
        self.corrections = DataCorrections()
        self._stored: Mapping[ExampleId, StoredExample] = {}
        self.samples, self.facts, self.steps = DataSamples(), DataFacts(), DataSteps()
        self.rows, self.scatter = DataRows(), DataScatter()
        self.augment, self.table, self.rule = OptionGrid(140), DataTable(), DataRule()
        self.preparation = OptionGrid(156, self._words(), skip=("target", "kinds"))
        self.strip = self.samples.strip
        self.missing, self.download, self.tabs = Missing(), Download(), InnerTabs()
        self._assemble()
        self._connect()
        self.show_spec(self._spec)

    def _assemble(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 8, 16 - BAR, 8)
        column.setSpacing(10)
        column.addWidget(self.form)
        column.addWidget(self.sizes)
        column.addWidget(self.corrected, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        scroll = _Side()
        scroll.setWidget(left)
        self._add_pages()
        self._right = QStackedWidget()
        self._right.setMinimumHeight(LOWEST)
        for page in (self.tabs, self.missing, self.download):
            self._right.addWidget(page)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(scroll)
        right = QVBoxLayout()
        right.setContentsMargins(8, 8, 12, 4)
        right.addWidget(self._right)
        row.addLayout(right, 1)

    def _add_pages(self) -> None:
        self.variations = OptionPage(self.augment, self.tr(
            "Training images vary at random, anew each time they are seen. Validation and test images never do."))
        self.preparing = OptionPage(self.preparation, self.tr(
            "How the columns become numbers. Means, deviations and categories are those of the training rows."))
        pages = ((self.samples, self.tr("Samples")), (self.table, self.tr("Columns")), (self.rows, self.tr("Rows")),
                 (self.scatter, self.tr("Against the target")),
                 (self.preparing, self.tr("Preparation")), (self.rule, self.tr("Rule")),
                 (self.facts, self.tr("Numbers")), (self.variations, self.tr("Augmentation")),
                 (self.steps, self.tr("Step by step")), (self.corrections, self.tr("Corrections")))  # fmt: skip
        for page, title in pages:
            self.tabs.add(page, title)
        for page in (self.rows, self.scatter):
            self.tabs.set_there(page, False)  # until a table is read
        self._optional: dict[Page, QWidget] = {
            "columns": self.table, "preparation": self.preparing, "rule": self.rule, "augmentation": self.variations,
            "steps": self.steps,
        }  # fmt: skip

    def _words(self) -> dict[str, str]:
        return {
            "missing_numbers.category": self.tr("Mean and a mark"), "missing_numbers.drop": self.tr("Drop the row"),
            "missing_categories.category": self.tr("Own category"), "missing_categories.drop": self.tr("Drop the row"),
            "missing_categories.always": self.tr("Always a category"), "task.auto": self.tr("As it looks"),
            "delimiter.auto": self.tr("As it looks"), "header.auto": self.tr("As it looks"),
            "decimal.auto": self.tr("As it looks"), "decimal.point": self.tr("Point: 1.5"),
            "decimal.comma": self.tr("Comma: 1,5"),
        }  # fmt: skip

    def _connect(self) -> None:
        self.form.edited.connect(lambda field, _: self._ask(self.form.value, field))
        self.form.file_requested.connect(self.file_requested)
        self.augment.edited.connect(lambda field, _: self._ask_part("augment", self.augment.value, field))
        self.preparation.edited.connect(lambda field, _: self._ask_part("table", self.preparation.value, field))
        self.table.edited.connect(lambda table, field: self._ask_part("table", table, field))
        self.rule.edited.connect(lambda made, field: self._ask_part("synthetic", made, field))
        self.steps.steps_requested.connect(self.steps_requested)
        self.corrections.restore_asked.connect(self.restore_asked)
        self.corrected.clicked.connect(self._bring_corrections)
        self.tabs.bar.currentChanged.connect(lambda _: self._fill())
        self.missing.download_requested.connect(self.download_requested)
        self.missing.folder_requested.connect(self.folder_requested)
        self.missing.file_requested.connect(lambda: self.file_requested.emit(self._spec.dataset))
        self.download.cancel_requested.connect(self.cancel_requested)

    # -- asking ---------------------------------------------------------------------------------------------------

    def _ask_part(self, part: str, value: object, field: str) -> None:
        self._ask(self._spec.with_options(**{part: value}), f"{part}.{field}")

    def _ask(self, spec: DataSpec, field: str) -> None:
        """Every edit leaves as a whole spec, and the next one begins with it."""
        self.show_spec(spec)
        self.spec_changed.emit(spec, field)

    def _fill(self) -> None:
        """A page is filled when somebody looks: forms take long to make, and steps long to work out."""
        page, spec = self.tabs.current, self._spec
        if page is self.variations:
            self.augment.show_value(spec.augment)
        elif page is self.preparing:
            self.preparation.show_value(spec.table)
        elif page is self.rule:
            self.rule.show_spec(spec)
        else:
            self._ask_for_steps()

    def _ask_for_steps(self) -> None:
        if self.tabs.current is self.steps and self._right.currentWidget() is self.tabs:
            self.steps.ask(self.steps.index)

    # -- what to show -------------------------------------------------------------------------------------------

    def show_spec(self, spec: DataSpec) -> None:
        """Show a spec; what is being typed stays. Of another source nothing is known yet."""
        before, self._spec = self._spec, spec
        if (before.dataset, before.path, before.emnist) != (spec.dataset, spec.path, spec.emnist):
            self._forget()
        self.form.show_value(spec)
        self._show_corrections()
        self.table.show_table(spec.table)
        there = spec.source.pages(spec)
        for name, page in self._optional.items():
            self.tabs.set_there(page, name in there)
        if self.tabs.current is not self.steps:  # which come with the samples
            self._fill()

    def _show_corrections(self) -> None:
        corrections = self._spec.corrections
        words = corrections_words(corrections)
        text = message_text(words) if words is not None else ""
        self.corrected.setText(text)
        self.corrected.setVisible(bool(corrections))
        self.tabs.set_there(self.corrections, bool(corrections))
        self.corrections.show_rows(text, [correction_row(each, self._stored.get(each.id)) for each in corrections])

    def show_corrected(self, stored: Mapping[ExampleId, StoredExample]) -> None:
        """Corrected examples as they are stored."""
        self._stored = stored
        self._show_corrections()

    def _bring_corrections(self) -> None:
        self.tabs.show_page(self.corrections)
        self._turn_to(self.tabs)
        self.corrections.list.setFocus()

    def _forget(self) -> None:
        self._stored = {}
        self.sizes.setText("")
        self.samples.show_images([])
        self.tabs.set_there(self.samples, True)
        self.show_table_views(None, None)
        self.show_facts(Facts())
        self.table.show_preview(None)
        self.steps.index = 0
        self.steps.show_steps([])

    def forget_typing(self) -> None:
        """Drop what is typed and not yet asked for, before another document is shown."""
        for form in (self.form, self.augment, self.preparation, self.rule.form):
            form.restore()

    def show_sizes(self, train: int, validation: int, test: int) -> None:
        """How many examples each part has."""
        text = self.tr("{train} training · {validation} validation · {test} test")
        sizes = {"train": grouped(train), "validation": grouped(validation), "test": grouped(test)}
        self.sizes.setText(text.format(**sizes))

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Show images, each as (pixels row by row with channels last, channels, height, width, label).

        None: the data are no images, and ``show_rows`` may show them as numbers.
        """
        self.form.show_here(True)
        self.samples.show_images(samples)
        self.tabs.set_there(self.samples, bool(samples))
        self._turn_to(self.tabs)
        self._ask_for_steps()

    def show_rows(self, heading: Sequence[str], rows: Sequence[Sequence[float]]) -> None:
        """Show examples that are no images: the names of inputs and targets, and some rows of numbers."""
        self.form.show_here(True)
        self.samples.show_rows(heading, rows)
        self.tabs.set_there(self.samples, True)
        self._turn_to(self.tabs)

    def show_table_views(self, rows: Rows | None, pairs: Pairs | None) -> None:
        """The rows of a table before and after they are prepared, and its columns against the target."""
        self.rows.show_rows(rows, self._spec.table.standardize)
        self.scatter.show_pairs(pairs)
        self.tabs.set_there(self.rows, rows is not None)
        self.tabs.set_there(self.scatter, pairs is not None)
        if rows is not None:
            self.tabs.set_there(self.samples, False)  # they say it better

    def show_question(self, spec: DataSpec, preview: Preview) -> None:
        """A table that cannot be used as it is: what else can be chosen."""
        self.show_spec(spec)
        self.form.show_here(True)
        self.show_preview(preview)
        self.tabs.show_page(self.table)
        self._turn_to(self.tabs)

    def leave_download(self) -> None:
        """What was read or fetched is there, or never will be."""
        if self._right.currentWidget() is self.download:
            self._turn_to(self.tabs)

    def show_facts(self, facts: Facts) -> None:
        """Counts, shapes, statistics and notes of the data."""
        self.facts.show_facts(facts)
        self.samples.show_note(self._of_skipped(facts.skipped) or (
            self.tr("There are notes on these data: see Numbers") if facts.notes else ""))

    def _of_skipped(self, count: int) -> str:
        words = {0: "", 1: self.tr("1 image could not be read: see Numbers")} if self._spec.is_image else {
            0: "", 1: self.tr("1 file could not be read: see Numbers")}
        many = self.tr("{count} images could not be read: see Numbers") if self._spec.is_image else self.tr(
            "{count} files could not be read: see Numbers")
        return words.get(count, many.format(count=count))

    def show_preview(self, preview: Preview | None) -> None:
        """What was found in a table; None: it is not read yet."""
        self.table.show_preview(preview)

    def show_truth(self, truth: Mapping[str, Sequence[float]]) -> None:
        """The true parameters of made numbers, where they are not those that were typed."""
        self.rule.show_truth(truth)

    def show_steps(self, steps: Sequence[Step], label: str = "") -> None:
        """One image after each transform, and its class."""
        self.steps.show_steps(steps, label, self._spec.augment.is_active)

    def show_missing(self, text: str, can_download: bool) -> None:
        """Say that the data are not there, and offer what helps."""
        self.form.show_here(False)
        self.sizes.setText("")
        own = self._spec.source.own
        self.missing.show_text(text, can_download, translated(own.choose) if own is not None else "")
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
