"""Looking inside without a mouse: a command with a key for all that the workspace does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from app.features.inside import Inside, PageInside
from app.features.layer_in_hand import PAGES, LayerInHand
from app.features.probing import Probing
from app.features.probing_examples import ProbingExamples
from app.window.commands import Command, Row
from app.window.host import Feature
from engine.messages import say

WORDS = {"maps": "Maps of the layer", "kernels": "Kernels of the layer", "gradients": "Gradients of the layer",
         "steps": "Step by step", "why": "Why this answer"}  # fmt: skip


class InsideKeys(Feature):
    """Its commands count only while one looks inside."""

    def commands(self) -> Sequence[Row]:
        return [*(self._row(*row) for row in (
            ("inside_training", "Layers as while training", self._change_mode, "Alt+T", True),
            ("inside_draw_again", "Let dropout drop others", self._draw_again, "Alt+R"),
            ("inside_clear", "Clear the drawing", self._clear, "Alt+Del"),
            ("inside_next_example", "Next example", partial(self._step, 1), "Alt+PgDown"),
            ("inside_previous_example", "Previous example", partial(self._step, -1), "Alt+PgUp"),
            ("inside_next_layer", "Look at the next layer", partial(self._walk, 1), "Ctrl+PgDown"),
            ("inside_previous_layer", "Look at the layer before", partial(self._walk, -1), "Ctrl+PgUp"),
        )), *(self._row(f"inside_{page}", WORDS[page], partial(self._turn_to, page), f"Alt+{number}")
              for number, page in enumerate(PAGES, 1))]

    @staticmethod
    def _row(id: str, text: str, does: Callable[[], object], key: str, checkable: bool = False) -> Row:
        return Command(id, text, does, "View", "inside", (key,), submenu="Look inside", checkable=checkable)

    def begin(self) -> None:
        inside = self.host.feature(Inside)
        inside.came.connect(self._show_mode)
        inside.looked.connect(self._show_mode)
        self.host.places.stage.rearranged.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        for row in self.commands():
            self.host.commands[row.id].setEnabled(self.host.feature(Inside).is_on)

    def _show_mode(self, inside: PageInside) -> None:
        self.host.commands["inside_training"].setChecked(inside.training)

    # -- what they do -------------------------------------------------------------------------------------------

    def _change_mode(self) -> None:
        now = self.host.feature(Inside).now
        if now is not None:
            self.host.feature(Probing).choose_mode("predict" if now.training else "train")

    def _draw_again(self) -> None:
        self.host.feature(Inside).draw_again()

    def _clear(self) -> None:
        self.host.feature(Probing).clear()

    def _step(self, by: int) -> None:
        self.host.feature(ProbingExamples).step(by)

    def _walk(self, by: int) -> None:
        """In the order of computing, and round at its ends."""
        now = self.host.feature(Inside).now
        if now is None:
            return
        scene, names = now.page.scene, now.page.level.graph.order
        if not names:
            return
        at = names.index(now.card) + by if now.card in names else 0
        name = names[at % len(names)]
        scene.select([name])
        now.page.view.ensureVisible(scene.cards[name], 48, 48)

    def _turn_to(self, page: str) -> None:
        panel = self.host.feature(LayerInHand).panel
        if panel is None:
            return
        if panel.has_page(page):
            panel.show_page(page)
        else:
            self.host.say(say("The layer in hand has nothing to show there"))
