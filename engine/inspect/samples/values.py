"""Examples with what a network says of them: plain values for the window. No torch."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from engine.data.options.corrections import ExampleId
from engine.messages import Message, say

Order = Literal["first", "class", "mistakes"]
ORDERS: dict[Order, Message] = {"first": say("As they come"), "class": say("By class"),
                                "mistakes": say("Worst mistakes first")}


class Picture(NamedTuple):
    """Pixels row by row with channels last, 1 or 3 channels; none: it is no picture."""

    pixels: bytes = b""
    channels: int = 0
    height: int = 0
    width: int = 0


class Example(NamedTuple):
    """One example and the network's answer; ``predicted`` is empty where it gives none.

    ``confidence`` is the probability of the predicted class, NaN of numbers; ``numbers`` are the first ones of what is
    no picture, as stored.
    """

    place: int  # in its part, from 0
    label: str
    predicted: str = ""
    confidence: float = math.nan
    loss: float = math.nan
    is_wrong: bool = False
    picture: Picture = Picture()
    numbers: tuple[float, ...] = ()
    id: ExampleId | None = None  # where it is stored


class Strip(NamedTuple):
    """Some examples of a part in an order: ``looked`` of ``total`` have been looked at for it, ``available`` are there.

    ``fault`` says why there are no answers, ``note`` that the part is too large to look at all of it.
    """

    examples: tuple[Example, ...] = ()
    looked: int = 0
    total: int = 0
    available: int = 0
    fault: Message | None = None
    note: Message | None = None
