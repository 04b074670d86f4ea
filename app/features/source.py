"""The live code tab: the network's PyTorch source, following every edit, in step with the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import QTimer

from app.features.base import Feature, Handlers
from engine.messages import LayerloomError
from widgets.look.text import sentence_text

if TYPE_CHECKING:
    from app.document.page import Page
    from app.window.window import MainWindow
    from engine.writing.source import Source as SourceText
    from widgets.source.source_view import SourceView

QUIET_MS = 60  # after an edit, before the source is written anew


class Source(Feature):
    """Shows the source of the page in front while its tab is; lines and cards are chosen together."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._view: SourceView | None = None
        self._sources: WeakKeyDictionary[Page, tuple[object, SourceText]] = WeakKeyDictionary()  # the last good one
        self._shown: Page | None = None
        self._timer = QTimer(self, interval=QUIET_MS, singleShot=True)
        self._timer.timeout.connect(self._write)

    def handlers(self) -> Handlers:
        return {"source": self.bring}

    def complete(self) -> None:
        self._view = view = self.window.layout_.source
        view.line_chosen.connect(self._choose)
        view.copy_requested.connect(self.window.actions_["copy_code"].trigger)
        view.export_requested.connect(self.window.actions_["export_code"].trigger)
        view.left.connect(lambda: self.page.view.setFocus() if self.page is not None else None)

    @property
    def is_waiting(self) -> bool:
        """Whether an edit is still to be shown."""
        return self._timer.isActive()

    def bring(self) -> None:
        """Bring the tab to the front."""
        if self._view is not None and self.page is not None:
            self.window.layout_.show_source_tab()
            self.show(self.page)

    def show(self, page: Page) -> None:
        if self._view is None or not self.window.layout_.shows(self._view):
            self._timer.stop()
        elif page is not self._shown or not self._view.text:
            self._write()
        elif not self._is_fresh(page):
            self._timer.start()

    def show_selection(self, page: Page | None) -> None:
        if page is None or self._view is None or not self.window.layout_.shows(self._view):
            return
        way = "".join(f"{name}." for name in page.level.path)
        lines = self._sources[page][1].lines if page in self._sources else {}
        self._view.mark([line for name in page.scene.selected_names() for line in lines.get(way + name, ())])

    def finish(self) -> None:
        self._timer.stop()

    def _is_fresh(self, page: Page) -> bool:
        return page in self._sources and self._sources[page][0] is page.analysis

    def _write(self) -> None:
        from engine.writing.source import source_of

        page, view = self.page, self._view
        if page is None or view is None:
            return
        self._shown, problem = page, ""
        if not self._is_fresh(page):
            try:
                self._sources[page] = (page.analysis, source_of(page.analysis))
            except LayerloomError as error:
                problem = sentence_text(error.message)
        text = self._sources[page][1].text if page in self._sources else ""
        if problem and text:
            problem = self.tr("{problem} – below is the code from before that.").format(problem=problem)
        view.show_source(text, problem or self.tr("Select a layer to find its lines, a line to find its layer"),
                         bool(problem))
        self.show_selection(page)

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
            self.window.layout_.source.area.setFocus()  # going in gave it to the canvas
