"""What a card shows, as a value."""

from __future__ import annotations

from typing import NamedTuple

from engine.blocks.sketch import Sketch
from engine.graph.grid import Flow


class Face(NamedTuple):
    """Everything a card shows. A tuple, because thousands are written at once."""

    name: str
    category: str
    detail: str = ""
    brief: str = ""  # the detail where that has no room: without the kind of layer
    count: str = ""  # type: ignore[assignment]  # hides how often something is in the tuple
    problem: str = ""  # replaces the detail
    severity: str = ""  # "", "hint", "warning" or "error"
    repair: str = ""  # the button below
    loose: bool = False
    inputs: int = 1
    has_output: bool = True
    repeat: int = 1  # how many of it stand one after the other
    linked: bool = False  # it shares its weights with another
    frozen: bool = False
    bypassed: bool = False
    label: str = ""  # a colour of ``engine.graph.frames.COLORS``
    collapsed: bool = False
    change: str = ""  # "", "added", "removed", "changed" or "moved", beside another network
    carried: str = ""  # "", "kept", "resized" or "new": what becomes of its weights when training goes on
    carried_text: str = ""  # the same in words
    heat: float = -1.0  # 0 to 1 on the heat map; below 0: none
    heat_text: str = ""
    health: float = -1.0  # 0 to 1, how well it learns; below 0: nobody knows
    ill: str = ""  # "", "warn" or "error": how badly it is; both are colours
    ailment: str = ""  # what ails it, in a word beside its name
    sketch: Sketch | None = None  # what is inside of it
    flow: Flow = "down"  # on which sides wires come in and go out
