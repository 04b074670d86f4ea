"""Replace all of a kind, and repeated parts as blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from app.features.base import Feature, Handlers
from engine.messages import LayerloomError, say

if TYPE_CHECKING:
    from app.document.page import Page
    from engine.blocks.repeats import Repeat
    from engine.graph.graph import Graph
    from widgets.parts.popup import Popup

ASIDE = 24  # from what it is about to the box
TOP = 48  # of a box that is about no card in particular


class Replacing(Feature):
    """Replace all of a kind, and repeated parts as blocks."""

    def handlers(self) -> Handlers:
        return {
            "replace_all": lambda: self.page and self.replace(self.page),
            "replace_selected": lambda: self.page and self.replace(self.page, selected=True),
            "find_repeats": lambda: self.page and self.find_repeats(self.page),
        }

    def connect_page(self, page: Page) -> None:
        page.view.replace_requested.connect(lambda selected: self.replace(page, selected=selected))

    # -- replacing ----------------------------------------------------------------------------------------------

    def replace(self, page: Page, *, selected: bool = False) -> None:
        """Ask which layers of the level that is shown, or of the selection, another shall replace."""
        from engine.blocks.replacing import sort_of
        from widgets.find.replace_box import ReplaceBox, Scope

        names, graph = page.scene.selected_names(), page.level.graph
        if selected and not names:
            page.refuse(say("Select the layers first among which some shall be replaced"))
            return
        only = {sort_of(graph.nodes[name].layer) for name in names}
        blocks = self.window.blocks
        scope = Scope(graph, page.level.analysis, tuple(names) if selected else None,
                      only.pop() if len(only) == 1 else None, _input_shape(page), blocks.kinds(), blocks.make_layer)
        box = ReplaceBox(page.view, scope)
        if not box.sorts:
            box.deleteLater()
            page.refuse(say("There is nothing here that another layer could replace: add a layer first"))
            return
        box.previewed.connect(lambda graph: self._preview(page, graph))
        box.replaced.connect(lambda graph, new, layer: self._replace(page, graph, new, layer, selected))
        self._open(page, box, names)

    def _replace(self, page: Page, graph: Graph, names: Sequence[str], layer: str, selected: bool) -> None:
        text = self.tr("Replace {layer} in the selection") if selected else self.tr("Replace all {layer}")
        self._edit(page, text.format(layer=layer), graph, names)

    # -- repeated parts -----------------------------------------------------------------------------------------

    def find_repeats(self, page: Page) -> None:
        """Offer what is there several times, one after the other, as blocks."""
        from engine.blocks.repeats import repeated
        from widgets.find.repeats_box import RepeatsBox

        graph, chosen = page.level.graph, page.scene.selected_names()
        repeats = repeated(graph)
        if not repeats:
            page.refuse(say("No part of two or more layers comes several times in a row here"))
            return
        box = RepeatsBox(page.view, graph, repeats)
        box.marked.connect(lambda repeat: self._show_repeat(page, graph, repeat))
        box.closed.connect(lambda: self._end_repeats(page, chosen))
        box.chosen.connect(lambda repeat, label: self._make_block(page, graph, repeat, label))
        self._open(page, box, [])
        box.tell_again()

    def _show_repeat(self, page: Page, graph: Graph, repeat: Repeat | None) -> None:
        """Select its layers, all of them in view."""
        if repeat is None or page.level.graph is not graph:
            return
        if page.scene.selected_names() != list(repeat.names):
            page.scene.select(repeat.names)
            page.view.ensureVisible(page.scene.extent(selection_only=True), 24, 24)

    def _end_repeats(self, page: Page, chosen: Sequence[str]) -> None:
        page.scene.select([name for name in chosen if name in page.scene.cards])

    def _make_block(self, page: Page, graph: Graph, repeat: Repeat, label: str) -> None:
        from engine.blocks.repeats import as_block

        try:
            block, name = as_block(graph, repeat, label)
        except LayerloomError as error:
            page.refuse(error.message)
        else:
            self._edit(page, self.tr("Make block {name}").format(name=label), block, [name])

    # -- both ---------------------------------------------------------------------------------------------------

    def _open(self, page: Page, box: Popup, names: Sequence[str]) -> None:
        """Beside the card that it is about, or the network: right of it, or left where only there is room."""
        view, scene = page.view, page.scene
        if names:
            view.ensureVisible(scene.cards[names[-1]], 24, 24)
        area = scene.cards[names[-1]].sceneBoundingRect() if names else scene.extent()
        shown = view.mapFromScene(area).boundingRect()
        room = box.wide + ASIDE
        goes_left = view.width() - shown.right() < room <= shown.left()
        x = shown.left() - room if goes_left else shown.right() + ASIDE
        self.window.features.searching.open(box, QPoint(x, shown.top() if names else TOP), page.level.graph)

    def _preview(self, page: Page, graph: Graph | None) -> None:
        self.window.features.previewing.preview(page, graph)

    def _edit(self, page: Page, text: str, graph: Graph, names: Sequence[str]) -> None:
        page.edit(text, graph)
        page.view.setFocus()
        if all(name in page.scene.cards for name in names):  # else it was not granted
            page.scene.select(names)


def _input_shape(page: Page) -> tuple[int, ...] | None:
    """What comes into the level that is shown."""
    analysis = page.level.analysis
    shape = analysis.nodes[analysis.input].output_shape if analysis.input else None
    return shape or (None if page.level.path else page.document.experiment.data.sample_shape)
