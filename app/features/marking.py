"""Bypass, comment frames, colour labels, collapsed cards, snapping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QMenu

from app.document.page import Page
from app.window.commands import Command, Row, Submenu
from app.window.host import Feature
from engine.graph.frames import COLORS
from engine.graph.marks import can_bypass
from engine.messages import say

NOTHING = say("Select some layers first")


class Marking(Feature):
    """Bypass, comment frames, colour labels, collapsed cards, snapping."""

    def commands(self) -> Sequence[Row]:
        return [
            Command("bypass", "Bypass", self._on_selection(_turn_bypass), "Edit", "change", ("M",), canvas=True,
                    rank=3),
            Command("snap", "Snap to other cards", self._snap, "Network", "order", checkable=True, rank=2),
            Command("comment", "Comment", self.on_page(lambda page: page.view.comment()), "Network", "marks", ("C",),
                    canvas=True),
            Submenu("label", "Colour label", self._fill_labels, "Network", "marks"),
            Command("collapse", "Collapse or unfold", self._on_selection(lambda page: page.view.edits.turn_fold()),
                    "Network", "marks", ("H",), canvas=True),
        ]

    def begin(self) -> None:
        self.host.commands["snap"].setChecked(self.host.settings.snap)

    def connect_page(self, page: Page) -> None:
        page.view.gestures.snaps = self.host.settings.snap

    def _on_selection(self, act: Callable[[Page], object]) -> Callable[[], None]:
        def do(page: Page) -> None:
            if page.scene.chosen_names() or page.scene.selected_frames():
                act(page)
            else:
                page.refuse(NOTHING)

        return self.on_page(do)

    def _color(self, color: str, _checked: bool = False) -> None:
        self._on_selection(lambda page: page.view.edits.color(color))()

    def _snap(self) -> None:
        self.host.settings.snap = self.host.commands["snap"].isChecked()
        for page in self.host.pages:
            page.view.gestures.snaps = self.host.settings.snap

    def _fill_labels(self, menu: QMenu) -> None:
        from widgets.canvas.ground.labels import label_icon, label_name  # not seen at first

        menu.clear()
        for color in COLORS:
            action = menu.addAction(label_icon(color), label_name(color))
            action.triggered.connect(partial(self._color, color))


def _turn_bypass(page: Page) -> None:
    names, nodes = page.scene.chosen_names(), page.level.graph.nodes
    if names and not any(can_bypass(nodes[name]) for name in names):
        page.refuse(say("An Input has nothing to pass on: only other layers can be bypassed"))
    else:
        page.view.edits.turn_bypass()
