"""The data of the network in front: the Data tab, what fills it, and where data come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.document.document import Document
from app.document.page import Page
from app.features.data_files import DataFiles
from app.features.inspecting import Inspecting
from app.features.library import Library, Shown
from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.jobs import Jobs
from app.window.panel import Tab
from engine.data.formats.preview import Preview
from engine.data.sources import source_for
from engine.data.spec.changes import difference
from engine.data.spec.spec import DataSpec
from engine.messages import Message, say
from widgets.look.text import message_text

if TYPE_CHECKING:
    from engine.data.tensors.statistics import Statistics
    from engine.data.tensors.steps import Transformed


class Data(Feature):
    """Loads what is looked at; shows one image step by step."""

    restore_asked = Signal(object)  # ids of examples that are to be as they are stored

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Data"), self._make, self._show_spec, rank=2)
        self.library = Library(host.widget, host.settings)
        self.files = DataFiles(host.widget, host.settings, self._front)
        self._count = 0
        self._seen: tuple[Page, DataSpec] | None = None
        self._questions: dict[Page, tuple[DataSpec, int]] = self.per_page()  # which data have changed, the message
        self._jobs = Jobs(self)
        self._take_back: Callable[[], object] = lambda: None

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("data_folder", "Choose data folder…", self.library.choose_folder, "Train", "results", rank=1)]

    def _make(self) -> QWidget:
        from widgets.data.panel import DataPanel  # not seen at first

        self.panel = panel = DataPanel()
        library = self.library
        panel.spec_changed.connect(self.files.change)
        panel.file_requested.connect(self.files.choose)
        panel.steps_requested.connect(self._show_steps)
        panel.restore_asked.connect(self.restore_asked)
        panel.download_requested.connect(library.download)
        panel.folder_requested.connect(library.choose_folder)
        panel.cancel_requested.connect(library.cancel)
        panel.cancel_requested.connect(self.files.cancel)
        library.missing.connect(lambda text: panel.show_missing(text, library.can_download))
        library.downloading.connect(panel.show_download)
        library.shown.connect(self._show_samples)
        library.described.connect(self._show_statistics)
        return panel

    def begin(self) -> None:
        self.library.failed.connect(self._fail)
        self.library.folder_chosen.connect(self.host.refresh)
        self.library.shown.connect(lambda _: self._take_back())
        self.files.described.connect(self.host.feature(Inspecting).editing.change_data_of)
        self.files.refused.connect(self._refuse)
        self.files.described.connect(lambda *_: self.panel.leave_download())
        self.files.questioned.connect(self._ask)
        self.files.reading.connect(self._show_reading)
        self.host.feature(Training).data_changed.connect(self._ask_for_changed)
        self.host.feature(Training).trainer.state_changed.connect(self._look_for_fetched)

    def _fail(self, message: Message) -> None:
        """It is said until the data are there."""
        self._take_back = self.host.say(message, "error")

    def opener(self, path: Path) -> Callable[[], object] | None:
        return (lambda: self.files.open(path)) if self.page is not None and source_for(path) is not None else None

    # -- showing ------------------------------------------------------------------------------------------------

    def _front(self) -> Document | None:
        return self.page.document if self.page is not None else None

    def _spec(self) -> DataSpec | None:
        document = self._front()
        return document.experiment.data if document is not None else None

    def show(self, page: Page) -> None:
        self._withdraw_question(page)
        if self.host.is_ready:
            self._show_spec(page)
            self.library.show(page.document.experiment.data)

    def _show_spec(self, page: Page) -> None:
        """An edit of the network leaves its data as they are."""
        spec = page.document.experiment.data
        if self._seen is None or self._seen[0] is not page or self._seen[1] is not spec:
            self._seen = page, spec
            self.panel.show_spec(spec)
        self.library.look_again()

    def _show_samples(self, shown: Shown) -> None:
        """What the data look like, and how many there are."""
        self.panel.show_samples(shown.samples)
        if shown.rows.values:
            self.panel.show_rows(shown.rows.names, shown.rows.values)
        from widgets.data.reading import pairs_of, rows_of, stored_of  # not seen at first

        self.panel.show_table_views(rows_of(shown.entered), pairs_of(shown.pairs))
        self.panel.show_sizes(shown.train, shown.validation, shown.test)
        self.panel.show_corrected(stored_of(shown.corrected))

    def _show_statistics(self, statistics: Statistics) -> None:
        from widgets.data.reading import facts_of  # not seen at first

        self.panel.show_facts(facts_of(statistics))
        self.panel.show_preview(statistics.preview)
        self.panel.show_truth(statistics.truth)
        self._count = statistics.parts[0].examples
        if self.page is not None:
            self._say_changes(self.page.document.experiment.data, statistics.spec)
            self.page.document.learn(statistics.spec)

    def _say_changes(self, before: DataSpec, now: DataSpec) -> None:
        """What was known of the files, perhaps since the network was saved, is so no more."""
        if before.known is None or now.known is None or before.path != now.path:
            return
        found = difference(before.known.fingerprint, now.known.fingerprint, now)
        if found is not None:
            self.host.say(say("{changes}. It was read again", changes=found), waits=True)

    def _show_steps(self, index: int) -> None:
        document, spec, root = self._front(), self._spec(), self.host.settings.data_root
        if spec is None or not self._count or not spec.is_image:
            return
        index %= self._count

        def tell(made: tuple[tuple[Transformed, ...], str]) -> None:
            from widgets.data.reading import steps_of  # not seen at first

            if spec == self._spec():
                self.panel.show_steps(steps_of(made[0]), made[1])

        def fail(message: Message) -> None:
            if self.is_open(document):
                self.host.say(message, "error", of=document)

        self._jobs.start(lambda _job: _steps(spec, index, root), tell, fail)

    def _refuse(self, document: Document, message: Message) -> None:
        """The data could not be used: what was before stays, also on the panel."""
        self.host.say(message, "error", of=document)
        if self.page is not None and self.page.document is document:
            self.panel.forget_typing()
            self.panel.leave_download()
            self._seen = None
            self._show_spec(self.page)

    def _ask(self, document: Document, spec: DataSpec, preview: Preview) -> None:
        """A table cannot be used as it is: its columns are shown, and another one can be chosen."""
        self.host.say(preview.notes[0], "error", of=document)
        if self.page is not None and self.page.document is document:
            self.panel.forget_typing()
            self.panel.show_question(spec, preview)

    def _show_reading(self, spec: DataSpec, done: int, total: int) -> None:
        self.panel.show_download(self.tr("Reading {data}").format(data=spec.source.title), done, total)

    def _ask_for_changed(self, page: Page, message: Message, series: bool) -> None:
        """The files are not those that were read: nobody trains on them without knowing."""
        training = self.host.feature(Training)
        self._questions[page] = page.document.experiment.data, page.notice.show_message(message_text(message), "info", [
            (self.tr("Read again"), lambda: self._read_again(page)),
            (self.tr("Train anyway"), lambda: training.train_anyway(page, series)),
        ])  # fmt: skip

    def _withdraw_question(self, page: Page) -> None:
        """Other data were chosen since they were said to have changed, or they were read again."""
        data, number = self._questions.get(page, (None, 0))
        if number and data is not page.document.experiment.data:
            del self._questions[page]
            page.notice.withdraw(number)

    def _read_again(self, page: Page) -> None:
        if page is self.page:
            self.library.reload()

    def _look_for_fetched(self, state: str) -> None:
        """A run fetches what is missing."""
        if state == "running" and self.library.is_missing:
            self.library.reload()

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        self._seen = None
        self.files.forget(page.document)

    def finish(self) -> None:
        for part in (self.library, self.files, self._jobs):
            part.finish()


def _steps(spec: DataSpec, index: int, root: Path | None) -> tuple[tuple[Transformed, ...], str]:
    from engine.data.tensors.loading import load_data  # loads torch
    from engine.data.tensors.steps import steps_of

    data = load_data(spec, root)
    label = spec.classes[int(data.train.targets[index])] if spec.task == "classification" and spec.classes else ""
    return steps_of(data, index), label
