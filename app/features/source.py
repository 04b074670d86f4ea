"""The live code tab: the network's PyTorch source, following every edit, in step with the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.panel import Tab
from engine.messages import LayerloomError
from widgets.look.text import sentence_text

if TYPE_CHECKING:
    from engine.writing.source import Source as SourceText

QUIET_MS = 60  # after an edit, before the source is written anew


class Source(Feature):
    """Shows the source of the page in front while its tab is; lines and cards are chosen together."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Code"), self._make, self._show_page, self._mark, rank=5)
        self._sources: dict[Page, tuple[object, SourceText]] = self.per_page()  # the last good one
        self._shown: Page | None = None
        self._written: object = None  # the analysis of which the code is shown, or what is wrong with it
        self._timer = QTimer(self, interval=QUIET_MS, singleShot=True)
        self._timer.timeout.connect(self._write)

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("source", "Code", self.on_page(lambda _page: self.bring()), "View", "panels", ("Alt+C",),
                        rank=2)]

    def _make(self) -> QWidget:
        from widgets.source.source_view import SourceView  # not seen at first

        self.panel = view = SourceView()
        view.line_chosen.connect(self._choose)
        view.left.connect(self.on_page(lambda page: page.view.setFocus()))
        return view

    def begin(self) -> None:
        self.panel.copy_requested.connect(self.host.commands["copy_code"].trigger)
        self.panel.export_requested.connect(self.host.commands["export_code"].trigger)

    @property
    def is_waiting(self) -> bool:
        """Whether an edit is still to be shown."""
        return self._timer.isActive()

    def bring(self) -> None:
        """Bring the tab to the front."""
        self.host.places.bottom.bring(self.tab)
        self.panel.area.setFocus()

    def _show_page(self, page: Page) -> None:
        if page is not self._shown or not self.panel.text:
            self._write()
        elif page.analysis is not self._written:
            self._timer.start()

    def _mark(self, page: Page) -> None:
        way = "".join(f"{name}." for name in page.level.path)
        lines = self._sources[page][1].lines if page in self._sources else {}
        self.panel.mark([line for name in page.scene.selected_names() for line in lines.get(way + name, ())])

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if page is self._shown:
            self._shown = self._written = None

    def finish(self) -> None:
        self._timer.stop()

    def _is_fresh(self, page: Page) -> bool:
        return page in self._sources and self._sources[page][0] is page.analysis

    def _write(self) -> None:
        from engine.writing.source import source_of  # needed only when code is looked at

        page = self.page
        if page is None or not self.host.places.bottom.shows(self.tab):
            return
        self._shown, self._written, problem = page, page.analysis, ""
        if not self._is_fresh(page):
            try:
                self._sources[page] = (page.analysis, source_of(page.analysis))
            except LayerloomError as error:
                problem = sentence_text(error.message)
        text = self._sources[page][1].text if page in self._sources else ""
        if problem and text:
            problem = self.tr("{problem} – below is the code from before that.").format(problem=problem)
        self.panel.show_source(text, problem or self.tr("Select a layer to find its lines, a line to find its layer"),
                               bool(problem))
        self._mark(page)

    def _choose(self, line: int) -> None:
        """Select the layer that a line is about: of the level one is at, or else where it is found first."""
        page = self.page
        if page is None or not self._is_fresh(page):
            return
        paths = [path for path, lines in self._sources[page][1].lines.items() if line in lines]
        here = [path for path in paths if tuple(path.split(".")[:-1]) == page.level.path]
        if here:
            name = here[0].split(".")[-1]
            page.scene.select([name])
            page.view.ensureVisible(page.scene.cards[name])
        elif paths:
            page.jump_to(paths[0])
            self.panel.area.setFocus()  # going in gave it to the canvas
