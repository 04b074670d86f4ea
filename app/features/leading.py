"""Leading to a layer: its level is shown, it is selected, and the canvas looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from app.document.page import Page

READABLE, ROOM = 0.4, 40  # below this zoom one goes nearer; screen pixels around what one is led to


def lead_to(page: Page, path: str, names: list[str] | None = None) -> None:
    """Select a layer of the whole network (and others beside it) and let it be seen; the keyboard stays where it is."""
    *way, last = path.split(".")
    focus = QApplication.focusWidget()
    if tuple(way) != page.level.path:
        page.go(tuple(way))
    if tuple(way) == page.level.path and last in page.scene.cards:
        page.scene.select(names or [last])
        let_see(page, last)
    if focus is not None and focus.isVisible():
        focus.setFocus()


def let_see(page: Page, name: str) -> None:
    """Look at this card, unless one does already."""
    view, area = page.view, page.scene.cards[name].sceneBoundingRect()
    seen = QRectF(view.viewport().rect().adjusted(ROOM, ROOM, -ROOM, -ROOM))
    if view.zoom() < READABLE or not seen.contains(view.mapFromScene(area).boundingRect()):
        place = view.place()
        view.go_to(place._replace(centre=area.center(), zoom=place.zoom if place.zoom >= READABLE else 1.0))
