"""Without a mouse: from card to card along the wires, from pane to pane, and what a screen reader says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.document.page import Page
from app.window.commands import Command, Row
from app.window.host import Feature
from engine.graph.graph import Graph
from engine.graph.grid import AFTER, CARD
from engine.graph.room import axis_of, lane_of
from engine.units import grouped, shape_text

_DOWN = {way: way for way in ("before", "after", "left", "right")}
_TO_THE_RIGHT = {"before": "left", "after": "right", "left": "before", "right": "after"}  # what each arrow means there
ASIDE = 3.0  # a card that lies further along counts as this much further away than one that lies further aside


class Keyboard(Feature):
    """Walks the network: Alt and an arrow selects the next card that way, Shift keeps what was selected too."""

    _at = ""  # the card one has come to

    def commands(self) -> Sequence[Row]:
        cards = (("before", "Layer above", "Up"), ("after", "Layer below", "Down"),
                 ("left", "Layer to the left", "Left"), ("right", "Layer to the right", "Right"))  # fmt: skip
        within = [
            *((f"select_{way}", text, partial(self.walk, way), f"Alt+{key}", True) for way, text, key in cards),
            *((f"extend_{way}", f"{text} too", partial(self.walk, way, extend=True), f"Alt+Shift+{key}", True)
              for way, text, key in cards),
            ("next_pane", "Next pane", partial(self.change_pane, 1), "F6", False),
            ("previous_pane", "Previous pane", partial(self.change_pane, -1), "Shift+F6", False),
        ]
        return [Command(id, text, does, "View", "walk", (key,), submenu="Go to", canvas=canvas)
                for id, text, does, key, canvas in within]

    # -- from card to card --------------------------------------------------------------------------------------

    def walk(self, way: str, extend: bool = False) -> None:
        """Select the next card that way, or the network's first where none is selected."""
        page = self.page
        if page is None or not page.scene.graph.nodes:
            return
        scene = page.scene
        selected = scene.selected_names()
        if not selected:
            self._go(page, scene.graph.order[0], [])
            return
        here = self._at if self._at in selected else selected[-1]
        there = next_card(scene.graph, here, way)
        if there is not None:
            self._go(page, there, selected if extend else [])

    def _go(self, page: Page, name: str, keep: list[str]) -> None:
        page.scene.select([*keep, name])
        self._at = name
        page.view.ensureVisible(page.scene.cards[name], 48, 48)

    # -- from pane to pane --------------------------------------------------------------------------------------

    def change_pane(self, step: int) -> None:
        """Give the keyboard to the next part of the window."""
        panes = [pane for pane in self._panes() if pane.isVisible() and first_stop(pane) is not None]
        focus = QApplication.focusWidget()
        here = next((index for index, pane in enumerate(panes) if focus is not None
                     and (pane is focus or pane.isAncestorOf(focus))), -1 if step > 0 else 0)
        if panes and (stop := first_stop(panes[(here + step) % len(panes)])) is not None:
            stop.setFocus(Qt.FocusReason.TabFocusReason)

    def _panes(self) -> list[QWidget]:
        """From left to right and downwards, as one reads."""
        places, page = self.host.places, self.page
        middle = page.view if page is not None else places.stack
        return [places.top, places.left.currentWidget(), places.probe, places.documents, middle, places.curves,
                places.side, places.column, places.insight, places.bottom]

    # -- what is said -------------------------------------------------------------------------------------------

    def show_selection(self, page: Page | None) -> None:
        """A screen reader says what is selected; it finds it as the canvas' description, too."""
        if page is None:
            return
        names = page.scene.selected_names()
        words = self.words(page, names[0]) if len(names) == 1 else (
            self.tr("{count} layers are selected").format(count=len(names)) if names else "")
        if words != page.view.accessibleDescription():
            page.view.setAccessibleDescription(words)
            if words and page.view.hasFocus():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(page.view, words))

    def words(self, page: Page, name: str) -> str:
        """One card in words: its name, its kind and options, what comes out, its parameters, what is wrong."""
        face, report = page.scene.cards[name].bare, page.level.analysis.nodes.get(name)
        facts = report.facts if report is not None else None
        parts = [name, face.problem or face.detail]
        if facts is not None:
            parts.append(self.tr("output {shape}").format(shape=shape_text(facts.output_shape)))
            if facts.params:
                parts.append(self.tr("{count} parameters").format(count=grouped(facts.params)))
        return ", ".join(parts)


def next_card(graph: Graph, name: str, way: str) -> str | None:
    """Along the wires where the arrow goes with them or against them, else the nearest beside; None: there is none."""
    ways = _TO_THE_RIGHT if graph.flow == "right" else _DOWN
    along_wires = ways[way] in ("before", "after")
    return along(graph, name, ways[way]) if along_wires else aside(graph, name, ways[way])


def along(graph: Graph, name: str, way: str) -> str | None:
    """The card before or after this one, along its first wire; None: there is none."""
    edges = graph.inputs[name] if way == "before" else graph.outputs[name]
    return (edges[0].source if way == "before" else edges[0].target) if edges else None


def aside(graph: Graph, name: str, way: str) -> str | None:
    """The nearest card to the left or right (or above or below, where wires go to the right), rather in one line with
    it; None: there is none."""
    axis, here = axis_of(graph), graph.nodes[name]
    size, step = CARD[1 - axis], CARD[axis] + AFTER[graph.flow]
    sign = 1 if way == "right" else -1
    best, least = None, float("inf")
    for other in graph.nodes.values():
        across = sign * (lane_of(other, axis) - lane_of(here, axis))
        along = abs(other.position[axis] - here.position[axis])
        distance = across + ASIDE * along
        if across >= size / 2 and distance < least and along <= 4 * step + across:
            best, least = other.name, distance
    return best


def first_stop(pane: QWidget) -> QWidget | None:
    """The first widget of a pane that the keyboard can be given to."""
    for widget in (pane, *pane.findChildren(QWidget)):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None:
            return widget
    return None
