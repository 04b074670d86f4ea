"""Wiring by name: what the selected layers can be connected to, picked from a list."""

from __future__ import annotations

from collections.abc import Sequence

from app.document.page import Page
from app.features.boxes import BESIDE, Boxes
from app.features.previewing import Previewing
from app.features.searching import SELECT_FIRST
from app.window.commands import Command, Row
from app.window.host import Feature
from engine.graph.graph import Graph
from engine.graph.linking import Link, linked, links, unwired
from engine.messages import LayerloomError, say
from widgets.parts.row_list import Row as ListRow


class Linking(Feature):
    """Connects and disconnects without a mouse."""

    def commands(self) -> Sequence[Row]:
        return [
            Command("connect_to", "Connect to…", self.on_page(self.connect_to), "Edit", "change", ("W",), canvas=True,
                    rank=4),
            Command("disconnect", "Disconnect", self.on_page(self.disconnect_selected), "Edit", "change", ("Shift+W",),
                    canvas=True, rank=4),
        ]

    def connect_to(self, page: Page) -> None:
        """Offer what the selected layers can be wired to; Enter wires it."""
        names, graph = page.scene.selected_names(), page.level.graph
        if not names:
            self.host.say(SELECT_FIRST)
            return
        found = links(graph, names)
        if not found:
            page.refuse(say("No other layer can take this output: add one that joins, such as Add"))
            return
        self._offer(page, names, graph, found)

    def _offer(self, page: Page, names: list[str], graph: Graph, found: Sequence[Link]) -> None:
        from widgets.find.link_rows import link_rows  # not seen at first
        from widgets.find.pick_box import PickBox

        title = self.tr("Wire {name} to").format(name=", ".join(names[:3]) + "…" * (len(names) > 3))
        box = PickBox(page.view, title, f"{title}…", link_rows(page.level.analysis, names, found))
        preview = self.host.feature(Previewing).preview
        box.marked.connect(lambda row: preview(page, _linked(graph, names, found, row)))
        box.closed.connect(lambda: preview(page, None))
        box.picked.connect(lambda row: self._link(page, graph, names, found[int(row.key)]))
        view, card = page.view, page.scene.cards[names[-1]]
        view.ensureVisible(card, 24, 24)
        corner = view.mapFromScene(card.sceneBoundingRect().topRight()) + BESIDE
        self.host.feature(Boxes).open(box, corner, graph)

    def _link(self, page: Page, graph: Graph, names: Sequence[str], link: Link) -> None:
        try:
            changed, target = linked(graph, names, link)
        except LayerloomError as error:
            page.refuse(error.message)
        else:
            self.host.feature(Boxes).edit(page, self.tr("Connect"), changed, [target])

    def disconnect_selected(self, page: Page) -> None:
        """Remove the wires into the selected layers, and the selected wires."""
        graph = unwired(page.level.graph, page.scene.selected_names()).without_edges(page.scene.selected_edges())
        if graph == page.level.graph:
            page.refuse(say("Select layers with wires into them, or wires"))
        else:
            page.edit(self.tr("Disconnect"), graph)


def _linked(graph: Graph, names: Sequence[str], found: Sequence[Link], row: ListRow | None) -> Graph | None:
    """What picking a row would make; None: nothing."""
    try:
        return linked(graph, names, found[int(row.key)])[0] if row is not None else None
    except LayerloomError:
        return None
