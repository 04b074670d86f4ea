"""Bypass, comment frames, colour labels, collapsed cards, pasting with wires, snapping."""

from __future__ import annotations

from collections.abc import Callable

from app.document.page import Page
from app.features.base import Feature, Handlers
from engine.graph.frames import COLORS
from engine.graph.marks import can_bypass
from engine.messages import say

NOTHING = say("Select some layers first")


class Marking(Feature):
    """Bypass, comment frames, colour labels, collapsed cards, pasting with wires, snapping."""

    def handlers(self) -> Handlers:
        return {
            "bypass": lambda: self._on_selection(self._turn_bypass),
            "comment": lambda: self.window.on_canvas(lambda page: page.view.comment()),
            "collapse": lambda: self._on_selection(lambda page: page.scene.turn_fold()),
            "paste_wired": lambda: self.window.on_canvas(lambda page: page.view.paste(wired=True)),
            "snap": self._snap,
        }

    def complete(self) -> None:
        menu = self.window.actions_.submenus["label"]
        menu.aboutToShow.connect(self._fill_labels)
        self._fill_labels()

    def connect_page(self, page: Page) -> None:
        self.window.actions_["snap"].setChecked(self.window.settings.snap)
        page.scene.snaps = self.window.settings.snap

    def _on_selection(self, act: Callable[[Page], object]) -> None:
        page = self.page
        if page is None:
            return
        if page.scene.chosen_names() or page.scene.selected_frames():
            act(page)
        else:
            page.refuse(NOTHING)

    def _turn_bypass(self, page: Page) -> None:
        names, nodes = page.scene.chosen_names(), page.level.graph.nodes
        if names and not any(can_bypass(nodes[name]) for name in names):
            page.refuse(say("An Input has nothing to pass on: only other layers can be bypassed"))
        else:
            page.scene.turn_bypass()

    def _snap(self) -> None:
        self.window.settings.snap = self.window.actions_["snap"].isChecked()
        for page in self.window.pages:
            page.scene.snaps = self.window.settings.snap

    def _fill_labels(self) -> None:
        from widgets.canvas.cards.labels import label_icon, label_name

        menu = self.window.actions_.submenus["label"]
        menu.clear()
        for color in COLORS:
            action = menu.addAction(label_icon(color), label_name(color))
            action.triggered.connect(lambda _checked=False, color=color: self._on_selection(
                lambda page: page.scene.color(color)))
