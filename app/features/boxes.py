"""Boxes over the canvas in which something is typed or chosen: one at a time, gone when what it is about changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from app.document.page import Page
from app.window.host import Feature
from engine.graph.graph import Graph
from widgets.look.later import later

if TYPE_CHECKING:
    from widgets.find.pick_box import PickBox
    from widgets.parts.popup import Popup

BESIDE = QPoint(24, 12)  # from the point that is asked about to the box's corner
ASIDE = 24  # from what it is about to a box beside it
TOP = 48  # of a box that is about no card in particular
ROOM = 48  # around what was added, screen pixels


class Boxes(Feature):
    """Shows the box of another feature."""

    box: Popup | None = None  # the one that is open
    _about: Graph | None = None  # the graph it is about

    def connect_page(self, page: Page) -> None:
        page.document.changed.connect(lambda: self._close_stale(page))
        page.scene.shown.connect(lambda: later(self, self._tell_again))  # a preview ends with it

    def open(self, box: Popup, point: QPoint, about: Graph | None = None) -> None:
        """Show a box instead of the one that is open; it closes when the graph it is about changes."""
        self._take(box, about)
        box.open_at(point)

    def open_in_the_middle(self, box: PickBox) -> None:
        """The same, over the middle of the window; it is about no graph."""
        self._take(box, None)
        box.open_in_the_middle()

    def _take(self, box: Popup, about: Graph | None) -> None:
        if self.box is not None:
            self.box.dismiss()
        self.box, self._about = box, about
        box.closed.connect(lambda: self._forget(box))

    def open_aside(self, box: Popup, page: Page, names: Sequence[str]) -> None:
        """Beside the last of these cards, or the network: right of it, or left where only there is room."""
        view, scene = page.view, page.scene
        if names:
            view.ensureVisible(scene.cards[names[-1]], 24, 24)
        area = scene.cards[names[-1]].sceneBoundingRect() if names else scene.extent()
        shown = view.mapFromScene(area).boundingRect()
        room = box.wide + ASIDE
        goes_left = view.width() - shown.right() < room <= shown.left()
        x = shown.left() - room if goes_left else shown.right() + ASIDE
        self.open(box, QPoint(x, shown.top() if names else TOP), page.level.graph)

    def edit(self, page: Page, text: str, graph: Graph, names: Sequence[str]) -> None:
        """Do what was chosen, and show these layers."""
        page.edit(text, graph, select=names)
        page.view.setFocus()
        if names and names[-1] in page.scene.cards:  # else it was not granted
            page.view.ensureVisible(page.scene.cards[names[-1]], ROOM, ROOM)

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if self.box is not None and page.isAncestorOf(self.box.host):
            self.box.dismiss()

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


def input_shape(page: Page) -> tuple[int, ...] | None:
    """What comes into the level that is shown."""
    analysis = page.level.analysis
    shape = analysis.nodes[analysis.input].output_shape if analysis.input else None
    return shape or (None if page.level.path else page.document.experiment.data.sample_shape)
