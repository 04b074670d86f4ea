"""Repeated parts: found, and offered as blocks."""

from __future__ import annotations

from collections.abc import Sequence

from app.document.page import Page
from app.features.boxes import Boxes
from app.window.commands import Command, Row
from app.window.host import Feature
from engine.blocks.repeats import Repeat, as_block, repeated
from engine.graph.graph import Graph
from engine.messages import LayerloomError, say


class Repeating(Feature):
    """Shows what is there several times in a row."""

    def commands(self) -> Sequence[Row]:
        return [Command("find_repeats", "Find repeated parts…", self.on_page(self.find_repeats), "Network", "blocks")]

    def find_repeats(self, page: Page) -> None:
        """Offer what is there several times, one after the other, as blocks."""
        from widgets.find.repeats_box import RepeatsBox  # not seen at first

        graph, chosen = page.level.graph, page.scene.selected_names()
        repeats = repeated(graph)
        if not repeats:
            page.refuse(say("No part of two or more layers comes several times in a row here"))
            return
        box = RepeatsBox(page.view, graph, repeats)
        box.marked.connect(lambda repeat: _show(page, graph, repeat))
        box.closed.connect(lambda: page.scene.select([name for name in chosen if name in page.scene.cards]))
        box.chosen.connect(lambda repeat, label: self._make_block(page, graph, repeat, label))
        self.host.feature(Boxes).open_aside(box, page, [])
        box.tell_again()

    def _make_block(self, page: Page, graph: Graph, repeat: Repeat, label: str) -> None:
        try:
            block, name = as_block(graph, repeat, label)
        except LayerloomError as error:
            page.refuse(error.message)
        else:
            self.host.feature(Boxes).edit(page, self.tr("Make block {name}").format(name=label), block, [name])


def _show(page: Page, graph: Graph, repeat: Repeat | None) -> None:
    """Select its layers, all of them in view."""
    if repeat is not None and page.level.graph is graph and page.scene.selected_names() != list(repeat.names):
        page.scene.select(repeat.names)
        page.view.ensureVisible(page.scene.extent(selection_only=True), 24, 24)
