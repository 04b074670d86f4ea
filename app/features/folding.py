"""The panels by commands: each shown and folded, and what they stand around alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from app.window.commands import Command, Row
from app.window.host import Feature
from app.window.panels import TITLES
from widgets.frame.grip import Side

KEYS: dict[Side, str] = {"left": "T", "right": "N", "bottom": "B"}  # the first two as in Blender


class Folding(Feature):
    """A check mark at each panel that is there."""

    def commands(self) -> Sequence[Row]:
        return [
            *(Command(f"panel_{side}", TITLES[side], partial(self.toggle, side), "View", "panels", (key,), canvas=True,
                      checkable=True, rank=-1) for side, key in KEYS.items()),
            Command("canvas_alone", "Canvas alone", self.toggle_all, "View", "panels", ("Ctrl+Space",), checkable=True,
                    rank=-1),
        ]

    def begin(self) -> None:
        places, commands = self.host.places, self.host.commands
        places.panels.changed.connect(self._check)
        places.curves.addActions([commands[f"panel_{side}"] for side in KEYS])  # the canvas may be folded there
        self._check()

    def toggle(self, side: Side) -> None:
        """Fold a panel, or bring it back; there is none beside the start page."""
        panels = self.host.places.panels
        if self.page is not None:
            panels.fold(side, panels.shows(side))
        self._check()

    def toggle_all(self) -> None:
        """The canvas alone, or again with what was beside it."""
        panels = self.host.places.panels
        if self.page is not None:
            panels.leave_alone(not panels.are_folded)
        self._check()

    def _check(self) -> None:
        panels, commands = self.host.places.panels, self.host.commands
        for side in KEYS:
            id = f"panel_{side}"
            commands[id].setChecked(panels.shows(side))
            key = commands.key_text(id)
            panels.grips[side].set_words(f"{commands.text(id)} ({key})" if key else commands.text(id))
        commands["canvas_alone"].setChecked(panels.are_folded)
