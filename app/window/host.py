"""What a feature is, and how it sees the window it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from app.document.document import Document
from app.document.page import Page
from app.window.asking import Asking
from app.window.column import Section
from app.window.commands import Command, Commands, Row
from app.window.panel import Tab
from app.window.places import Places
from app.window.settings import Settings
from engine.messages import Message
from engine.training.observer import Observer
from widgets.parts.notice import Action

__all__ = ["Command", "Feature", "Host", "Row", "Section", "Tab"]

F = TypeVar("F", bound="Feature")
P = ParamSpec("P")


class Host(Protocol):
    """The window as its features see it."""

    settings: Settings
    places: Places
    commands: Commands
    pages: list[Page]
    is_ready: bool  # torch is loaded: networks can be computed

    @property
    def widget(self) -> QMainWindow:
        """What owns the features, and what dialogs stand over."""

    @property
    def page(self) -> Page | None:
        """The page in front, or None on the start page."""

    @property
    def features(self) -> Sequence[Feature]:
        """All that are made."""

    def feature(self, kind: type[F]) -> F:
        """The feature of this kind. There once all are made."""

    def say(self, message: Message, tone: str = "info", actions: Sequence[Action] = (), *,
            waits: bool = False, passes: bool = False, of: Document | None = None) -> Callable[[], None]:
        """A sentence in place, over the canvas or on the start page, and buttons for what can be done about it.

        ``waits``: nobody asked for it, so that it comes after an error or a question that is there. ``passes``: it
        goes by itself though it has buttons, as what is shown elsewhere too may. ``of``: whatever takes a while is
        said over the document it is about, which need not be in front by then. What comes back takes it away again.
        """

    def refresh(self) -> None:
        """Something about the page in front is another: all that shows it shows it anew."""

    def look_again(self) -> None:
        """More can be known of every network: its pages analyse it anew."""

    def show_selection(self) -> None:
        """Other layers are selected, or what is known of them is another."""

    def open(self, document: Document) -> None:
        """Show a document in a page of its own; one that is open already comes to the front."""

    def close_page(self, index: int) -> bool:
        """Close a page, unless the person keeps it."""

    def show_start(self) -> None:
        """Bring the start page to the front."""

    def turn_to(self, index: int) -> None:
        """Bring a page to the front."""

    def settle(self) -> bool:
        """What is being typed counts for the document it was typed for; False: a question about it comes first."""


class Feature(QObject):
    """One ability of the window. All are made, then ``begin``; what the first picture shows is made before it.

    Widgets that are not seen at first are imported where they are first needed.
    """

    def __init__(self, host: Host) -> None:
        super().__init__(host.widget)
        self.host = host
        self._of_pages: list[dict[Page, Any]] = []

    @property
    def page(self) -> Page | None:
        """The page in front, or None on the start page."""
        return self.host.page

    def on_page(self, act: Callable[Concatenate[Page, P], object]) -> Callable[P, None]:
        """What does ``act`` with the page in front, and nothing on the start page."""

        def do(*args: P.args, **named: P.kwargs) -> None:
            if self.page is not None:
                act(self.page, *args, **named)

        return do

    def asking(self, kind: str) -> Asking:
        """Asks for files of this kind, for the network in front."""
        beside = self.page.document.path if self.page is not None else None
        return Asking(self.host.widget, self.host.settings, kind, beside)

    def is_open(self, document: Document | None) -> bool:
        """Whether it has a page: it may be closed while something is computed for it."""
        return any(page.document is document for page in self.host.pages)

    def per_page(self) -> dict[Page, Any]:
        """What it keeps of each page; what is kept of a page goes with it."""
        self._of_pages.append({})
        return self._of_pages[-1]

    # -- what it brings -----------------------------------------------------------------------------------------

    def commands(self) -> Sequence[Row]:
        """Its commands."""
        return ()

    def observers(self, document: Document) -> Sequence[Observer]:
        """What looks into the training of this document that begins now; they are called in its thread."""
        return ()

    def tabs(self) -> Sequence[Tab]:
        """Its pages in the panels."""
        return ()

    def train_sections(self) -> Sequence[Section]:
        """What it has to say beside the curves, where one trains."""
        return ()

    # -- what it is told ----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Every feature and every panel is made, the first picture is on the screen."""

    def torch_is_here(self) -> None:
        """Networks can be computed."""

    def at_start(self, sources: Sequence[str]) -> None:
        """The window is about to appear, and was asked to open these."""

    def connect_page(self, page: Page) -> None:
        """A page was opened, or this feature has come to one that was."""

    def show(self, page: Page) -> None:
        """The page in front, its document or its level is another."""

    def show_selection(self, page: Page | None) -> None:
        """Other layers are selected, or what is known of them is another."""

    def show_start(self) -> None:
        """The start page is in front."""

    def opener(self, path: Path) -> Callable[[], object] | None:
        """How it opens a file that was dropped onto the window; None: it does not."""

    def may_close(self, page: Page) -> bool:
        """Whether a page may go; asks where something would be lost."""
        return True

    def forget_page(self, page: Page) -> None:
        """A page is closed. Whoever overrides it calls it as well."""
        for kept in self._of_pages:
            kept.pop(page, None)

    def settle(self) -> None:
        """What is written and not applied counts for the document it was written for."""

    def put_aside(self) -> None:
        """The program ends without a question: keep what is not saved for the next start."""

    def finish(self) -> None:
        """The window closes: ask what is running to end, and leave it."""
