"""Order on the canvas: layout, align, distribute, straighten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from app.document.page import Page
from app.window.commands import Command, Row
from app.window.host import Feature
from engine.graph.graph import Graph
from engine.graph.grid import Flow
from engine.layout.align import Axis, Side, aligned, distributed, straightened
from engine.layout.rows import arranged, flowing
from engine.messages import Message, say

SIDES: tuple[tuple[Side, str], ...] = (
    ("left", "Align left edges"), ("center", "Align centres"), ("right", "Align right edges"),
    ("top", "Align top edges"), ("middle", "Align middles"), ("bottom", "Align bottom edges"),
)  # fmt: skip
AXES: tuple[tuple[Axis, str], ...] = (("across", "Distribute across"), ("down", "Distribute down"))
FLOWS: tuple[tuple[Flow, str], ...] = (("down", "Top to bottom"), ("right", "Left to right"))
THERE = say("This network goes in that direction already")
TIDY = say("Everything is in its place already")
IN_LINE = say("These layers lie like that already")
EMPTY = say("There is nothing to lay out yet")


class Arranging(Feature):
    """Order on the canvas: layout, align, distribute, straighten."""

    def commands(self) -> Sequence[Row]:
        within = [
            *((f"align_{side}", text, self._aligning(side)) for side, text in SIDES),
            *((f"distribute_{axis}", text, self._distributing(axis)) for axis, text in AXES),
            ("straighten", "Straighten", self.straighten),
        ]
        return [
            *(Command(f"flow_{flow}", text, partial(self.flow, flow), "View", "look", submenu="Flow", checkable=True,
                      rank=1) for flow, text in FLOWS),
            Command("wrap", "Wrap long networks", self._wrap, "View", "look", submenu="Flow", checkable=True, rank=1),
            Command("arrange", "Lay out", self.arrange, "Network", "order", ("L",), canvas=True),
            *(Command(id, text, does, "Network", "order", submenu="Align and distribute", rank=1)
              for id, text, does in within),
        ]

    def begin(self) -> None:
        self._check(self.host.settings.flow)
        self.host.commands["wrap"].setChecked(self.host.settings.wraps)

    def show(self, page: Page) -> None:
        if "wrap" in self.host.commands:  # else not filled yet
            self._check(page.level.graph.flow)

    def _check(self, flow: Flow) -> None:
        for other, _ in FLOWS:
            self.host.commands[f"flow_{other}"].setChecked(other == flow)

    def flow(self, flow: Flow) -> None:
        """Let what is shown, and new networks, go on in this direction."""
        page = self.page
        if page is not None:
            graph = page.level.graph
            self._show(page, self.tr("Flow"), flowing(graph, flow, self.host.settings.wraps), THERE)
            flow = page.level.graph.flow  # another one where a question has to be answered first
        self.host.settings.flow = flow
        self._check(flow)

    def connect_page(self, page: Page) -> None:
        page.view.wraps = self.host.settings.wraps

    def _wrap(self) -> None:
        """Lay out long networks in several columns from now on, or no longer; at once what lies as it was laid out."""
        wraps = self.host.settings.wraps = self.host.commands["wrap"].isChecked()
        for each in self.host.pages:
            each.view.wraps = wraps
        page = self.page
        if page is None or arranged(page.level.graph, wrap=not wraps) is not page.level.graph:
            return
        graph = arranged(page.level.graph, wrap=wraps)
        if graph is not page.level.graph:
            self._show(page, self.tr("Lay out"), graph, TIDY)

    def arrange(self) -> None:
        """Lay out what is selected, or everything where less than two layers are."""
        page = self.page
        if page is None:
            return
        graph, names = page.level.graph, page.scene.chosen_names()
        if not graph.nodes:
            page.refuse(EMPTY)
            return
        part = names if len(names) > 1 else None
        self._show(page, self.tr("Lay out"), arranged(graph, part, self.host.settings.wraps), TIDY)

    def straighten(self) -> None:
        """Chains of what is selected on one line each."""
        self._on_selected(2, self.tr("Straighten"), straightened)

    def _aligning(self, side: Side) -> Callable[[], None]:
        def act(graph: Graph, names: list[str]) -> Graph:
            return aligned(graph, names, side)

        return lambda: self._on_selected(2, self.tr("Align"), act)

    def _distributing(self, axis: Axis) -> Callable[[], None]:
        def act(graph: Graph, names: list[str]) -> Graph:
            return distributed(graph, names, axis)

        return lambda: self._on_selected(3, self.tr("Distribute"), act)

    def _on_selected(self, least: int, text: str, act: Callable[[Graph, list[str]], Graph]) -> None:
        page = self.page
        if page is None:
            return
        names = page.scene.chosen_names()
        if len(names) < least:
            page.refuse(say("Select at least {count} layers first", count=least))
        else:
            self._show(page, text, act(page.level.graph, names), IN_LINE)

    def _show(self, page: Page, text: str, graph: Graph, if_same: Message) -> None:
        from widgets.canvas.view.motion import finish, glide  # not seen at first

        finish(page.view)
        before = page.level.graph
        if graph == before:
            page.refuse(if_same)
            return
        was_whole = page.view.sees_all()
        glide(page.view, page.displayed(graph), lambda: page.edit(text, graph))
        if was_whole and page.level.graph != before and not page.view.sees_all():
            page.view.show_from_top()
