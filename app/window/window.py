"""The window: holds pages and features, and tells the features what happens to the page in front."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QPlainTextEdit

from app.document.document import Document
from app.document.page import Page
from app.window.collecting import Collector
from app.window.commands import Commands
from app.window.host import F, Feature
from app.window.jobs import Jobs, Warmth, load_torch
from app.window.leaving import wait_for_left
from app.window.places import Places
from app.window.settings import WORKSPACES, Settings
from app.window.wear import wear
from engine.messages import Message
from widgets.look.guarded import guarded
from widgets.look.later import later
from widgets.look.text import message_text
from widgets.parts.focus import can_have_focus
from widgets.parts.notice import Action

if TYPE_CHECKING:
    from engine.training.devices import Device

SHOWN_MS = 10  # until the first picture is on the screen
SAID_MS = 8000
Kinds = Iterable[type[Feature]]


@guarded
class MainWindow(QMainWindow):
    """The host of the features; what it shows is the page in front.

    ``first`` features are made with it, those that ``later`` finds once the first picture is on the screen.
    """

    ready = Signal()  # torch is loaded: training can begin

    def __init__(self, settings: Settings, first: Kinds, later: Callable[[], Kinds]) -> None:
        super().__init__()
        self.settings = settings
        self.pages: list[Page] = []
        self.is_ready = self.is_complete = False
        wear(settings.theme)  # before anything is made, or all of it would be dressed twice
        self.places = Places(self)
        self.commands = Commands(self, self.places.top.menu_bar, lambda: self.settle(with_comments=False))
        self._features: dict[type[Feature], Feature] = {}
        self._later = later
        self._jobs = Jobs(self)
        self._collector = Collector(self)
        self._has_begun = False
        self.setAcceptDrops(True)
        for workspace in WORKSPACES:
            self.places.panels.restore(workspace, settings.panels_in(workspace))
        self._connect()
        self._make(first)
        if settings.geometry is None or not self.restoreGeometry(settings.geometry):
            self.resize(1600, 1000)
        self.resize(self.size().boundedTo(self.screen().availableSize()))

    def _connect(self) -> None:
        documents = self.places.documents
        documents.currentChanged.connect(self.turn_to)
        documents.tabBarClicked.connect(self._come_back)
        documents.tabCloseRequested.connect(self.close_page)
        documents.tabMoved.connect(lambda a, b: self.pages.insert(b, self.pages.pop(a)))
        self.places.new_document.clicked.connect(self.show_start)
        for panel in (self.places.left, self.places.right, self.places.bottom):
            panel.turned.connect(self._show_tabs)
        self.places.panels.changed.connect(self._remember_panels)
        self.places.stage.rearranged.connect(self._show_tabs)

    def _remember_panels(self) -> None:
        panels = self.places.panels
        self.settings.set_panels_in(panels.workspace, panels.states())

    # -- features -----------------------------------------------------------------------------------------------

    @property
    def widget(self) -> QMainWindow:
        """What owns the features, and what dialogs stand over."""
        return self

    def feature(self, kind: type[F]) -> F:
        """The feature of this kind; there once it is made."""
        found = self._features[kind]
        assert isinstance(found, kind)
        return found

    @property
    def features(self) -> Sequence[Feature]:
        """Those that are made."""
        return tuple(self._features.values())

    def _make(self, kinds: Kinds) -> None:
        for kind in kinds:
            feature = self._features[kind] = kind(self)
            for tab in feature.tabs():
                self.places.add(tab)
            for section in feature.train_sections():
                self.places.add_section(section)

    def _complete(self) -> None:
        """After the first picture, and before anything is trained: all that is not seen at first."""
        if self.is_complete:
            return
        first = self.features
        self._make(self._later())
        self.places.complete()
        self.commands.fill(row for feature in self.features for row in feature.commands())
        self.is_complete = True
        for feature in self.features:
            feature.begin()
        for page in self.pages:
            self._connect_page(page, [feature for feature in self.features if feature not in first])
        self.refresh()

    # -- pages --------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """The page in front, or None on the start page."""
        return self.places.stage.page

    def open_at_start(self, sources: Sequence[str]) -> None:
        """What is open when the window appears; the start page if that is nothing."""
        for feature in self.features:
            feature.at_start(sources)
        if not self.pages:
            self.show_start()

    def open(self, document: Document) -> None:
        """Show a document in a page of its own; one that is open already comes to the front."""
        for index, page in enumerate(self.pages):
            if document.path is not None and page.document.is_file(document.path):
                self.places.documents.setCurrentIndex(index)
                return
        document.differ_from({page.document.name for page in self.pages})
        page = Page(document)
        self.pages.append(page)
        document.changed.connect(lambda: self._show_page(page))
        page.scene.names_selected.connect(lambda _names: self._select_on(page))
        page.left.connect(self.settle)
        self._connect_page(page, self.features)
        self.places.stack.addWidget(page)
        self.places.documents.setCurrentIndex(self.places.documents.addTab(document.name))
        later(page, page.view.show_from_top)

    def _connect_page(self, page: Page, features: Iterable[Feature]) -> None:
        if self.is_complete:
            page.view.addActions(self.commands.canvas)
        for feature in features:
            feature.connect_page(page)

    def close_page(self, index: int) -> bool:
        """Close a page, unless the person would lose something and wants to keep it."""
        if not 0 <= index < len(self.pages):
            return True
        if not self.settle():
            return False
        page, front = self.pages[index], self.page
        if not self._may_close(page):
            return False
        self.setFocus()  # else a button that is about this page would get it, and show the next one repaired
        self.pages.remove(page)
        self.places.stack.removeWidget(page)
        for feature in self.features:  # now that it is not in front: nothing of it is shown any more
            feature.forget_page(page)
        self.places.documents.removeTab(index)
        page.deleteLater()
        if front is not None and front in self.pages:
            self.turn_to(self.pages.index(front))  # a question may have led to the one that is closed
        else:
            self.turn_to(self.places.documents.currentIndex())
        return True

    def _may_close(self, page: Page) -> bool:
        return all(feature.may_close(page) for feature in self.features)

    def turn_to(self, index: int) -> None:
        """Bring a page to the front."""
        self.settle()
        if not 0 <= index < len(self.pages):
            self.show_start()
            return
        if self.places.documents.currentIndex() != index:
            self.places.documents.setCurrentIndex(index)  # comes here again
            return
        page = self.pages[index]
        self.places.show_page(page)
        self.places.palette.end_search()
        self.refresh()
        page.view.setFocus()

    def _come_back(self, index: int) -> None:
        """From the start page to the page whose tab was clicked."""
        if index >= 0 and self.page is None:
            self.turn_to(index)

    def show_start(self) -> None:
        """Bring the start page to the front; the tabs stay."""
        self.settle()
        self.places.show_start()
        for feature in self.features:
            feature.show_start()

    def settle(self, with_comments: bool = True) -> bool:
        """What is being written counts for the document it was written for, and one can go on writing.

        Fields and comments keep it on leaving; a comment that was left is not opened again. False: it does not count
        before a question is answered that it raised, and that did not stand before.
        """
        page = self.page
        asked = page.notice.asked if page is not None else 0
        focus = QApplication.focusWidget()
        text = focus if isinstance(focus, QLineEdit | QPlainTextEdit) else None
        if text is not None and not with_comments and page is not None and page.view.isAncestorOf(text):
            text = None
        if text is not None:
            text.clearFocus()
        for feature in self.features:
            feature.settle()
        if can_have_focus(text):
            text.setFocus()
        elif text is not None and page is not None:
            page.view.setFocus()
        return page is None or page.notice.asked == asked

    # -- showing ------------------------------------------------------------------------------------------------

    def say(self, message: Message, tone: str = "info", actions: Sequence[Action] = (), *,
            waits: bool = False, passes: bool = False, of: Document | None = None) -> Callable[[], None]:
        """A sentence in place, over the canvas or on the start page, and buttons for what can be done about it."""
        page = next((page for page in self.pages if page.document is of), self.page)
        notice = page.notice if page is not None else self.places.notice
        stays = tone == "error" or (bool(actions) and not passes)
        show = notice.remark if waits else notice.show_message
        number = show(message_text(message), tone, actions, 0 if stays else SAID_MS)
        return partial(notice.withdraw, number)

    def refresh(self) -> None:
        """Something about the page in front is another: all that shows it shows it anew."""
        if self.page is not None:
            self._show_page(self.page)

    def _show_page(self, page: Page) -> None:
        if page is not self.page:
            return
        for feature in self.features:
            feature.show(page)
        self._show_tabs()
        if not page.scene.is_selecting:  # else it will be told of
            self.show_selection()

    def _show_tabs(self) -> None:
        if self.page is not None:
            self.places.left.show_page(self.page)
            self.places.bottom.show_page(self.page)
            if self.places.panels.workspace == "train":
                self.places.right.show_page(self.page)

    def _select_on(self, page: Page) -> None:
        if page is self.page and not page.is_refreshing:  # what is shown anew shows the selection in the end
            self.show_selection()

    def show_selection(self) -> None:
        """Other layers are selected, or what is known of them is another."""
        for feature in self.features:
            feature.show_selection(self.page)
        if self.page is not None:
            self.places.left.show_selection(self.page)
            self.places.bottom.show_selection(self.page)

    def look_again(self) -> None:
        """More can be known of every network: its pages analyse it anew."""
        for page in self.pages:
            page.refresh()
        self.refresh()

    # -- the program --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_begun:
            self._has_begun = True
            later(self, self._begin_loading)
            later(self, self._complete, SHOWN_MS)

    def _begin_loading(self) -> None:
        """After the first picture: what takes long to import."""
        Warmth(self).start()
        self._jobs.start(load_torch, self._torch_is_here, lambda message: self.say(message, "error"))

    def _torch_is_here(self, devices: list[Device]) -> None:
        self._complete()
        self.is_ready = True
        self.places.top.set_devices([(device.id, message_text(device.title)) for device in devices])
        for feature in self.features:
            feature.torch_is_here()
        self.look_again()
        self.ready.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._openers(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for opener in self._openers(event):
            opener()
        event.acceptProposedAction()

    def _openers(self, event: QDropEvent) -> list[Callable[[], object]]:
        """What opens the files that are dragged."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        found = [feature.opener(path) for path in paths for feature in self.features]
        return [opener for opener in found if opener is not None]

    def _unasked(self, asked: Sequence[Page]) -> Page | None:
        return next((page for page in self.pages if page.document.dirty and page not in asked), None)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.settle():
            event.ignore()
            return
        asked: list[Page] = []
        for each in self.pages:
            each.document.look_at_file()
        while (page := self._unasked(asked)) is not None:  # an answer takes time, in which more may be changed
            asked.append(page)
            if not self._may_close(page):
                event.ignore()
                return
        self._finish()
        super().closeEvent(event)

    def interrupt(self) -> None:
        """End without a question, as Ctrl+C and the system ask: what is not saved is there at the next start."""
        self.settle()
        for feature in self.features:
            feature.put_aside()
        self._finish()
        self.hide()

    def _finish(self) -> None:
        for feature in self.features:
            feature.finish()
        self._jobs.finish()
        wait_for_left()
        self._collector.finish()
        self.settings.geometry = self.saveGeometry()
