"""What the program is."""

from __future__ import annotations

from collections.abc import Sequence

from app.window.commands import Command, Row
from app.window.host import Feature
from engine.messages import say

ABOUT = say("Layerloom: draw a neural network, see every shape, train it, take its weights.")


class About(Feature):
    """Says it in a sentence."""

    def commands(self) -> Sequence[Row]:
        return [Command("about", "About Layerloom", lambda: self.host.say(ABOUT), "Help", "help", rank=2)]
