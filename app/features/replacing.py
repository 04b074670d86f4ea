"""Another layer in the place of all of a kind, or of those that are selected."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from app.document.page import Page
from app.features.blocks import Blocks
from app.features.boxes import Boxes, input_shape
from app.features.previewing import Previewing
from app.window.commands import Command, Row
from app.window.host import Feature
from engine.graph.graph import Graph
from engine.messages import say


class Replacing(Feature):
    """Asks which layers and by what, seen on the canvas before it is done."""

    def commands(self) -> Sequence[Row]:
        return [
            Command("replace_all", "Replace all…", self.on_page(self.replace), "Edit", "change", rank=2),
            Command("replace_selected", "Replace in selection…", self.on_page(partial(self.replace, selected=True)),
                    "Edit", "change", rank=2),
        ]

    def connect_page(self, page: Page) -> None:
        page.view.replace_requested.connect(lambda selected: self.replace(page, selected=selected))

    def replace(self, page: Page, *, selected: bool = False) -> None:
        """Ask which layers of the level that is shown, or of the selection, another shall replace."""
        from engine.blocks.replacing import kind_key  # not needed at the start
        from widgets.find.replace_box import ReplaceBox, Scope

        names, graph = page.scene.selected_names(), page.level.graph
        if selected and not names:
            page.refuse(say("Select the layers first among which some shall be replaced"))
            return
        only = {kind_key(graph.nodes[name].layer) for name in names}
        blocks = self.host.feature(Blocks)
        scope = Scope(graph, page.level.analysis, tuple(names) if selected else None,
                      only.pop() if len(only) == 1 else None, input_shape(page), blocks.kinds(), blocks.make_layer)
        box = ReplaceBox(page.view, scope)
        if not box.kinds:
            box.deleteLater()
            page.refuse(say("There is nothing here that another layer could replace: add a layer first"))
            return
        box.previewed.connect(lambda graph: self.host.feature(Previewing).preview(page, graph))
        box.replaced.connect(lambda graph, new, layer: self._replace(page, graph, new, layer, selected))
        self.host.feature(Boxes).open_aside(box, page, names)

    def _replace(self, page: Page, graph: Graph, names: Sequence[str], layer: str, selected: bool) -> None:
        text = self.tr("Replace {layer} in the selection") if selected else self.tr("Replace all {layer}")
        self.host.feature(Boxes).edit(page, text.format(layer=layer), graph, names)
