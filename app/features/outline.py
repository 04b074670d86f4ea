"""The outline: every layer in a list at the left, in step with the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.features.leading import lead_to
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.panel import Tab
from engine.analysis.analysis import analyze
from engine.blocks.base import Block
from engine.graph.graph import Graph

if TYPE_CHECKING:
    from widgets.frame.outline import Outline as Panel


class Outline(Feature):
    """Whatever is selected here or there is selected on both."""

    _leads = False  # what is selected comes from here
    _panel: Panel | None = None  # until it is made

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Outline"), self._make, self._show_page, self._select, at="left", rank=1,
                       tip=self.tr("Every layer of this network"))

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("outline", "Outline", self.toggle, "View", "panels", ("Alt+O",), checkable=True, rank=1)]

    def _make(self) -> QWidget:
        from widgets.frame.outline import Outline as Panel  # not seen at first

        self.panel = self._panel = panel = Panel()
        panel.selected.connect(self._lead)
        panel.entered.connect(self._enter)
        return panel

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if self._panel is not None and self._panel.model.analysis is page.analysis:
            self._panel.show_network(analyze(Graph()), ())

    def begin(self) -> None:
        self.host.places.left.turned.connect(self._check)
        self.host.places.panels.changed.connect(self._check)

    def _check(self) -> None:
        places = self.host.places
        is_seen = places.panels.workspace == "build" and places.panels.shows("left")
        self.host.commands["outline"].setChecked(is_seen and places.left.shows(self.tab))

    def toggle(self) -> None:
        """Bring the outline to the front and go there; once more: back to the layers."""
        places = self.host.places
        if self.host.commands["outline"].isChecked():
            places.left.bring(self.tab)
            self.panel.setFocus()
        else:
            places.show_layers()
            if self.page is not None:
                self.page.view.setFocus()

    # -- in step ------------------------------------------------------------------------------------------------

    def _show_page(self, page: Page) -> None:
        problems = [replace(problem, severity=problem.tone) for problem in page.problems]
        self.panel.show_network(page.analysis, problems)
        self._select(page)

    def _select(self, page: Page) -> None:
        if self._leads:
            return
        prefix = "".join(f"{name}." for name in page.level.path)
        names = page.scene.selected_names()
        self.panel.select([prefix + name for name in names] or [prefix.rstrip(".")] * bool(prefix))

    def _lead(self, paths: list[str]) -> None:
        """Selected here: on the canvas, too."""
        if self.page is None:
            return
        self._leads = True
        try:
            lead_to(self.page, paths[-1], [path.rpartition(".")[2] for path in paths])
        finally:
            self._leads = False

    def _enter(self, path: str) -> None:
        """Into a block; to any other layer."""
        page = self.page
        if page is None:
            return
        lead_to(page, path)
        name = path.rpartition(".")[2]
        if name in page.level.graph.nodes and isinstance(page.level.graph.nodes[name].layer, Block):
            page.open(name)
        else:
            page.view.setFocus()
