"""What is selected on the canvas: copied, pasted, removed; and texts that are pasted, read off the window's thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from app.document.level import level_at
from app.document.page import Page
from app.document.way import Way
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.reading import Readings
from engine.graph.graph import Graph
from engine.messages import Message

if TYPE_CHECKING:
    from engine.reading.reading import Reading


class _Asked(NamedTuple):
    """A question where pasted code shall go, and where its own place was when it was asked."""

    page: Page
    way: Way
    put: Callable[[], object]
    place: str
    number: int


def _place(page: Page, way: Way) -> str:
    """Whether it is the level that is shown, another one, or gone."""
    if way.path is None or level_at(page.analysis, page.problems, way.path).path != way.path:
        return "gone"
    return "here" if page.level.path == way.path else "elsewhere"


class Clipboard(Feature):
    """Cut, copy, paste, duplicate, delete, select all."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.readings = Readings(self, host.say)
        self._asked: list[_Asked] = []

    def commands(self) -> Sequence[Row]:
        rows = (
            ("cut", "Cut", lambda page: page.view.cut(), "Ctrl+X"),
            ("copy", "Copy", lambda page: page.view.copy(), "Ctrl+C"),
            ("paste", "Paste", lambda page: page.view.paste(), "Ctrl+V"),
            ("paste_wired", "Paste with incoming wires", lambda page: page.view.paste(wired=True), "Ctrl+Shift+V"),
            ("duplicate", "Duplicate", lambda page: page.view.duplicate(), "Ctrl+D"),
            ("delete", "Delete", lambda page: page.view.edits.delete_selection(), "Del"),
            ("heal", "Delete and rejoin", lambda page: page.view.edits.delete_selection(heal=True), "Shift+Del"),
            ("select_all", "Select all", lambda page: page.scene.select(page.scene.graph.nodes), "Ctrl+A"),
        )  # fmt: skip
        return [Command(id, text, self.on_page(act), "Edit", "clipboard", (key,), canvas=True)
                for id, text, act, key in rows]

    def connect_page(self, page: Page) -> None:
        page.view.paste_refused.connect(lambda message: self.host.say(message, of=page.document))
        page.view.reader = self._read

    def _read(self, text: str, done: Callable[[Graph], object], failed: Callable[[Message], object]) -> None:
        """The network in a pasted text, for the level in front."""
        page = self.page
        if page is None:
            return
        way = page.document.way_to(page.level.path)

        def put(found: Reading) -> None:
            done(found.graph)
            self.readings.say_notes(found, page.document)

        def tell(found: Reading) -> None:
            if page.level.path == way.path:
                put(found)
            else:
                self._ask_where(page, way, lambda: put(found))

        self.readings.start(page.notice, text, self._shape_at(page), tell, failed)

    def _ask_where(self, page: Page, way: Way, put: Callable[[], object], instead: int = 0) -> None:
        """Another level is shown by now, where one may be in the middle of something."""

        def go_back() -> None:
            if way.path is not None:
                page.go(way.path)
            if page.level.path == way.path:
                put()
            else:
                self._ask_where(page, way, put)

        place = _place(page, way)
        words = {"elsewhere": self.tr("The pasted code is read. Another level is shown by now: where shall it go?"),
                 "here": self.tr("The pasted code is read: shall it go here?"),
                 "gone": self.tr("The pasted code is read, but the block it was pasted into is gone.")}[place]
        there = [(self.tr("Where I pasted it"), go_back)] if place == "elsewhere" else []
        number = page.notice.ask(words, [*there, (self.tr("Here"), put)], instead)
        self._asked.append(_Asked(page, way, put, place, number))

    def show_selection(self, page: Page | None) -> None:
        """Also of another level."""
        self.show(page) if page is not None and self._asked else None

    def show(self, page: Page) -> None:
        """What is asked is asked of what there is by now."""
        self._asked = [asked for asked in self._asked if asked.page.notice.asks(asked.number)]
        for asked in [asked for asked in self._asked if asked.page is page and asked.place != _place(page, asked.way)]:
            self._asked.remove(asked)
            self._ask_where(page, asked.way, asked.put, asked.number)

    def _shape_at(self, page: Page) -> tuple[int, ...] | None:
        """What comes out of the Input, where what is pasted will follow it."""
        analysis = page.level.analysis
        name = analysis.input
        return None if name is None or analysis.graph.outputs[name] else analysis.nodes[name].output_shape

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        self._asked = [asked for asked in self._asked if asked.page is not page]
        self.readings.forget(page.notice)

    def finish(self) -> None:
        self.readings.finish()
