"""The tabs of the bottom that are not seen at first: made after the first picture, with what fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.document.page import Page
from app.features.code import CodeView
from app.features.data import DataView
from app.features.results import ResultsView
from app.features.weights import WeightsView

if TYPE_CHECKING:
    from app.window.window import MainWindow


class Tabs(QObject):
    """Data, results, parameters and code of the document in front."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        layout = window.layout_
        layout.complete()
        self._data_panel = layout.data
        self.data = DataView(layout, window.library, window.settings)
        self.results = ResultsView(layout, window.trainer)
        self.weights = WeightsView(layout, window.settings)
        self.code = CodeView(layout, window.settings)

    def show(self, page: Page, ready: bool) -> None:
        """Everything as it is now; ``ready``: torch is there."""
        self._data_panel.show_spec(page.document.experiment.data)
        self.data.show(page.document)
        self.results.show(page.document)
        self.weights.show(page.document, ready)
        self.code.show(page)

    def finish(self) -> None:
        """Wait for what is running, before the window closes."""
        for part in (self.data, self.results, self.weights):
            part.finish()
