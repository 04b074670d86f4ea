"""Search at the cursor: a layer by its name, or a whole chain typed as a line; also in the place of a layer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint

from app.document.page import Page
from app.features.blocks import Blocks
from app.features.boxes import BESIDE, Boxes, input_shape
from app.features.previewing import Previewing
from app.window.commands import Command, Row
from app.window.host import Feature
from engine.graph.graph import Graph
from engine.messages import say
from widgets.canvas.scene.asking import SearchAt

CARD = (114.0, 23.0)  # from a card's corner to its middle
SELECT_FIRST = say("Select a layer first")


class Searching(Feature):
    """Opens where the mouse is, or beside the card it is about."""

    def commands(self) -> Sequence[Row]:
        return [
            Command("search_here", "Add a layer here…", self.on_page(self.search_here), "Network", "add", ("Tab",),
                    canvas=True),
            Command("replace_layer", "Replace…", self.on_page(self.replace), "Edit", "change", ("R",), canvas=True,
                    rank=1),
        ]

    def begin(self) -> None:
        """So that the first search opens at once."""
        import widgets.find.search_box  # not seen at first
        from engine.search.search import search

        assert widgets.find.search_box
        search("", limit=1)

    def connect_page(self, page: Page) -> None:
        page.view.search_requested.connect(lambda at: self.search(page, at))

    def search_here(self, page: Page) -> None:
        """Search for what comes behind the selected layers, at the selected wire, or at the network's end."""
        names, edges = page.scene.selected_names(), page.scene.selected_edges()
        if not names and len(edges) == 1:
            self.search(page, SearchAt(page.view.search_point(), edge=edges[0]))
        else:
            after = names or _end(page.level.graph)
            self.search(page, SearchAt(page.view.search_point(), tuple(after)))

    def replace(self, page: Page) -> None:
        """Search for what takes the place of the selected layers."""
        names = page.scene.selected_names()
        if names:
            self.search(page, SearchAt(page.view.search_point(), replaces=tuple(names)))
        else:
            self.host.say(SELECT_FIRST)

    def search(self, page: Page, at: SearchAt) -> None:
        """Open the search there; a held wire stays until it ends."""
        from engine.line.placing import Spot  # not needed at the start
        from widgets.find.search_box import Place, SearchBox

        graph, after = page.level.graph, at.after
        if not (after or at.source or at.target or at.edge or at.replaces) and len(graph.nodes) == 1:
            after = tuple(graph.nodes)  # only the Input is there: what else could it follow
        spot = Spot((at.point.x() - CARD[0], at.point.y() - CARD[1]), after, at.source, at.target, at.edge, at.replaces)
        blocks, previewing = self.host.feature(Blocks), self.host.feature(Previewing)
        box = SearchBox(page.view, Place(graph, page.level.analysis, spot, input_shape(page), blocks.kinds(),
                                         blocks.make_layer))
        box.added.connect(lambda graph, names, what: self._add(page, at, graph, names, what))
        box.previewed.connect(lambda graph: previewing.preview(page, graph))
        box.refused.connect(page.refuse)
        box.closed.connect(page.scene.cancel_gesture)
        self.host.feature(Boxes).open(box, _corner(page, at, spot.before or spot.replaces), graph)

    def _add(self, page: Page, at: SearchAt, graph: Graph, names: Sequence[str], what: str) -> None:
        text = self.tr("Replace {name}").format(name=", ".join(at.replaces)) if at.replaces else (
            self.tr("Add {name}").format(name=what))
        self.host.feature(Boxes).edit(page, text, graph, names)


def _corner(page: Page, at: SearchAt, names: Sequence[str]) -> QPoint:
    """At the mouse; else beside the card it is about, so that one sees what comes below it."""
    view = page.view
    if not names or at.source is not None or view.pointer() is not None:
        return view.mapFromScene(at.point) + BESIDE
    return view.mapFromScene(page.scene.cards[names[-1]].sceneBoundingRect().topRight()) + BESIDE


def _end(graph: Graph) -> list[str]:
    """The only node that leads nowhere, if there is one."""
    ends = [name for name in graph.nodes if not graph.outputs[name]]
    return ends if len(ends) == 1 else []
