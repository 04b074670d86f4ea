"""Two samples side by side, and their difference at every layer: a tab of Look inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.document.in_hand import in_hand
from app.document.page import Page
from app.features.inside import Inside, PageInside
from app.window.commands import Command, Row
from app.window.host import Feature, Host, Tab
from app.window.taking import take
from engine.messages import Message
from widgets.look.text import message_text

if TYPE_CHECKING:
    from app.insight.look import Seen
    from engine.inspect.lens import Look
    from widgets.findings.difference import DifferenceTable


class TwoSamples(Feature):
    """Shows the second sample that is in hand beside the first."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Two samples"), self._make, self._show_page, rank=-45, workspaces=("inside",))
        self.table: DifferenceTable | None = None
        self._inside = host.feature(Inside)
        self._inside.looked.connect(self._show)

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("compare_none", "Put the second sample away", lambda: self._inside.compare(None), "Network",
                        "inside")]

    def _make(self) -> QWidget:
        from widgets.findings.difference import DifferenceTable  # not seen at first

        table = self.table = DifferenceTable()
        table.layer_chosen.connect(self._choose)
        table.save_requested.connect(self._save)
        return table

    def _show_page(self, page: Page) -> None:
        if self._inside.now is not None:
            self._show(self._inside.now)

    def _show(self, inside: PageInside) -> None:
        table = self.table
        if inside is self._inside.now:
            title = self.tr("Two moments") if inside.pinned else self.tr("Two samples")
            self.host.places.bottom.rename(self.tab, title)
        if table is None or inside is not self._inside.now or not table.isVisible():
            return
        seen = inside.seen
        if seen is None or seen.other is None or seen.second is None:
            table.show_nothing()
            return
        if seen.question.beside is not None:
            self._show_moments(table, inside, seen, seen.other)
            return
        from app.insight.findings import rows_of  # is loaded: something was seen

        table.show_differences(rows_of(seen.look, seen.other), _words(seen.sample.title), _words(seen.second.title))
        table.choose_layer(inside.place)

    def _show_moments(self, table: DifferenceTable, inside: PageInside, seen: Seen, other: Look) -> None:
        """One sample with the weights of two moments: those that were pinned first."""
        from app.insight.findings import rows_of  # is loaded: something was seen

        pinned = in_hand(inside.page.document, self._inside.pinned_of(inside))
        table.show_differences(rows_of(other, seen.look), message_text(pinned.words),
                               message_text(self._inside.in_hand(inside).words))
        table.choose_layer(inside.place)

    def _choose(self, place: str) -> None:
        now = self._inside.now
        if now is not None:
            now.page.jump_to(place)

    def _save(self, kind: str) -> None:
        from widgets.findings.saving import npz, widget_png, widget_svg  # not seen at first

        table, now = self.table, self._inside.now
        if table is None or now is None:
            return
        arrays = {f"{row.name}/{part}": getattr(row, part) for row in table.rows
                  for part in ("first", "second", "difference")}
        makes = {"png": lambda: widget_png(table), "svg": lambda: widget_svg(table), "npz": lambda: npz(arrays)}
        take(self.asking("pictures"), self.tr("Save"), f"{now.page.document.network}-two-samples", kind, makes[kind],
             lambda message, tone: self.host.say(message, tone))


def _words(title: Message | str) -> str:
    return title if isinstance(title, str) else message_text(title)
