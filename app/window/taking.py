"""Findings taken away: a picture or numbers, written where a person says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.window.asking import Asking
from engine.files import write_bytes
from engine.formats import Format
from engine.messages import LayerloomError, Message, say

FORMATS: Mapping[str, Format] = {
    "png": Format(".png", "Picture"), "svg": Format(".svg", "Vector picture"), "npz": Format(".npz", "Numbers"),
}  # fmt: skip


def take(asking: Asking, title: str, name: str, kind: str, make: Callable[[], bytes],
         tell: Callable[[Message, str], object]) -> None:
    """Ask where a file of this kind (png, svg, npz) shall lie, write what ``make`` makes, and ``tell`` of it."""
    row = FORMATS[kind]
    path = asking.save(title, f"{name}{row.suffix}", [row])
    if path is None:
        return
    try:
        write_bytes(path, make())
    except LayerloomError as error:
        tell(error.message, "error")
    else:
        tell(say("{name} is written", name=path.name), "info")
