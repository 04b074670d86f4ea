"""Search at the cursor, type to build, replace a layer, wire by name, the list of commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer

from app.features.base import Feature, Handlers
from engine.messages import LayerloomError, say

if TYPE_CHECKING:
    from app.document.page import Page
    from engine.graph.graph import Graph
    from widgets.canvas.gestures.asking import SearchAt
    from widgets.find.pick_box import PickBox
    from widgets.parts.popup import Popup
    from widgets.parts.row_list import Row

BESIDE = QPoint(24, 12)  # from the point that is asked about to the box's corner
CARD = (114.0, 23.0)  # from a card's corner to its middle


class Searching(Feature):
    """Search at the cursor, type to build, replace a layer, wire by name, the list of commands."""

    box: Popup | None = None  # the one that is open
    _about: Graph | None = None  # the graph it is about

    def handlers(self) -> Handlers:
        return {
            "search_here": self.search_here,
            "command_palette": self.show_commands,
            "replace_layer": self.replace,
            "connect_to": self.connect_to,
            "disconnect": self.disconnect_selected,
        }

    def connect_page(self, page: Page) -> None:
        page.view.search_requested.connect(lambda at: self.search(page, at))
        page.document.changed.connect(lambda: self._close_stale(page))
        page.scene.shown.connect(lambda: QTimer.singleShot(0, self, self._tell_again))  # a preview ends with it

    def complete(self) -> None:
        """So that the first search opens at once."""
        import widgets.find.search_box
        from engine.search.search import search

        assert widgets.find.search_box
        search("", limit=1)

    # -- searching ----------------------------------------------------------------------------------------------

    def search_here(self) -> None:
        """Search for what comes behind the selected layers, at the selected wire, or at the network's end."""
        page = self.page
        if page is None:
            return
        from widgets.canvas.gestures.asking import SearchAt

        names, edges = page.scene.selected_names(), page.scene.selected_edges()
        if not names and len(edges) == 1:
            self.search(page, SearchAt(page.view.search_point(), edge=edges[0]))
        else:
            after = names or _end(page.level.graph)
            self.search(page, SearchAt(page.view.search_point(), tuple(after)))

    def replace(self) -> None:
        """Search for what takes the place of the selected layers."""
        page = self.page
        names = page.scene.selected_names() if page is not None else []
        if page is None or not names:
            self._say_select()
            return
        from widgets.canvas.gestures.asking import SearchAt

        self.search(page, SearchAt(page.view.search_point(), replaces=tuple(names)))

    def search(self, page: Page, at: SearchAt) -> None:
        """Open the search there; a held wire stays until it ends."""
        from engine.line.placing import Spot
        from widgets.find.search_box import Place, SearchBox

        graph, analysis = page.level.graph, page.level.analysis
        after = at.after
        if not (after or at.source or at.target or at.edge or at.replaces) and len(graph.nodes) == 1:
            after = tuple(graph.nodes)  # only the Input is there: what else could it follow
        spot = Spot((at.point.x() - CARD[0], at.point.y() - CARD[1]), after, at.source, at.target, at.edge, at.replaces)
        place = Place(graph, analysis, spot, self._input_shape(page), self.window.blocks.kinds(),
                      self.window.blocks.make_layer)
        box = SearchBox(page.view, place)
        box.added.connect(lambda graph, names, what: self._add(page, at, graph, names, what))
        box.previewed.connect(lambda graph: self._preview(page, graph))
        box.refused.connect(page.refuse)
        box.closed.connect(page.scene.cancel_gesture)
        self.open(box, self._corner(page, at, spot.before or spot.replaces), graph)

    def _corner(self, page: Page, at: SearchAt, names: Sequence[str]) -> QPoint:
        """At the mouse; else beside the card it is about, so that one sees what comes below it."""
        view = page.view
        if not names or at.source is not None or view.pointer() is not None:
            return view.mapFromScene(at.point) + BESIDE
        return view.mapFromScene(page.scene.cards[names[-1]].sceneBoundingRect().topRight()) + BESIDE

    def _input_shape(self, page: Page) -> tuple[int, ...] | None:
        analysis = page.level.analysis
        shape = analysis.nodes[analysis.input].output_shape if analysis.input else None
        return shape or (None if page.level.path else page.document.experiment.data.sample_shape)

    def _add(self, page: Page, at: SearchAt, graph: Graph, names: Sequence[str], what: str) -> None:
        text = self.tr("Replace {name}").format(name=", ".join(at.replaces)) if at.replaces else (
            self.tr("Add {name}").format(name=what))
        self._edit(page, text, graph, names)

    def _edit(self, page: Page, text: str, graph: Graph, names: Sequence[str]) -> None:
        page.edit(text, graph)
        page.view.setFocus()
        if all(name in page.scene.cards for name in names):  # else it was not granted
            page.scene.select(names)
            if names:
                page.view.ensureVisible(page.scene.cards[names[-1]], 48, 48)

    def _preview(self, page: Page, graph: Graph | None) -> None:
        self.window.features.previewing.preview(page, graph)

    def open(self, box: Popup, point: QPoint | None, about: Graph | None = None) -> None:
        """Show a box instead of the one that is open; it closes when the graph it is about changes."""
        if self.box is not None:
            self.box.dismiss()
        self.box, self._about = box, about
        box.closed.connect(lambda: self._forget(box))
        if point is None:
            box.open_in_the_middle()
        else:
            box.open_at(point)

    def _close_stale(self, page: Page) -> None:
        """What a box is about has changed under it."""
        if self.box is not None and self._about is not None and page is self.page and (
                page.level.graph is not self._about):
            self.box.dismiss()

    def _tell_again(self) -> None:
        if self.box is not None:
            self.box.tell_again()

    def _forget(self, box: Popup) -> None:
        if self.box is box:
            self.box = None

    def _say_select(self) -> None:
        self.window.say(say("Select a layer first"))

    # -- wiring -------------------------------------------------------------------------------------------------

    def connect_to(self) -> None:
        """Offer what the selected layers can be wired to; Enter wires it."""
        page = self.page
        names = page.scene.selected_names() if page is not None else []
        if page is None or not names:
            self._say_select()
            return
        from engine.graph.linking import links
        from widgets.find.link_rows import link_rows
        from widgets.find.pick_box import PickBox

        graph = page.level.graph
        found = links(graph, names)
        if not found:
            page.refuse(say("No other layer can take this output: add one that joins, such as Add"))
            return
        title = self.tr("Wire {name} to").format(name=", ".join(names[:3]) + "…" * (len(names) > 3))
        box = PickBox(page.view, title, f"{title}…", link_rows(page.level.analysis, names, found))
        box.marked.connect(lambda row: self._preview(page, self._linked(page, graph, names, found, row)))
        box.closed.connect(lambda: self._preview(page, None))
        box.picked.connect(lambda row: self._link(page, graph, names, found, row))
        view, card = page.view, page.scene.cards[names[-1]]
        view.ensureVisible(card, 24, 24)
        self.open(box, view.mapFromScene(card.sceneBoundingRect().topRight()) + BESIDE, graph)

    def _linked(self, page: Page, graph: Graph, names: Sequence[str], found: Sequence[object],
                row: Row | None) -> Graph | None:
        from engine.graph.linking import linked

        try:
            return linked(graph, names, found[int(row.key)])[0] if row is not None else None  # type: ignore[arg-type]
        except LayerloomError:
            return None

    def _link(self, page: Page, graph: Graph, names: Sequence[str], found: Sequence[object], row: Row) -> None:
        from engine.graph.linking import linked

        try:
            changed, target = linked(graph, names, found[int(row.key)])  # type: ignore[arg-type]
        except LayerloomError as error:
            page.refuse(error.message)
        else:
            self._edit(page, self.tr("Connect"), changed, [target])

    def disconnect_selected(self) -> None:
        """Remove the wires into the selected layers, and the selected wires."""
        page = self.page
        if page is None:
            return
        from engine.graph.linking import unwired

        graph = unwired(page.level.graph, page.scene.selected_names()).without_edges(page.scene.selected_edges())
        if graph == page.level.graph:
            page.refuse(say("Select layers with wires into them, or wires"))
        else:
            page.edit(self.tr("Disconnect"), graph)

    # -- commands -----------------------------------------------------------------------------------------------

    def show_commands(self) -> None:
        """Every command, the open networks and the gallery, found by typing."""
        from app.features.command_rows import command_rows, run
        from widgets.find.pick_box import PickBox

        host = self.window.centralWidget()
        hint = self.tr("A command, an open network, or one of the gallery")
        box: PickBox = PickBox(host, self.tr("Commands"), hint, command_rows(self.window), 560, 12)
        box.picked.connect(lambda row: run(self.window, row.key))
        self.open(box, None)


def _end(graph: Graph) -> list[str]:
    """The only node that leads nowhere, if there is one."""
    ends = [name for name in graph.nodes if not graph.outputs[name]]
    return ends if len(ends) == 1 else []
