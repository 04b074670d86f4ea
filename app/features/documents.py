"""Open networks: new, open, save, close, their names, and unsaved work that survives a killed process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from app.document.disk import mark_of
from app.document.document import Document
from app.document.page import Page
from app.document.recovery import Recovery
from app.features.compare_choices import loaded
from app.features.training import Training
from app.window import dialogs
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from app.window.reading import Readings
from engine.blocks.settled import settled
from engine.experiment.experiment import DEFAULT, LOOM, Experiment, load_experiment
from engine.formats import reader_of
from engine.graph.graph import Graph, Node
from engine.layers.inputs import Input
from engine.messages import LayerloomError, Message, say
from widgets.parts.notice import Action

if TYPE_CHECKING:
    from engine.reading.reading import Reading

AUTOSAVE_MS = 2000
CODE_SUFFIXES = (".py", ".ipynb")


class Documents(Feature):
    """Asks where; reads and writes; says what went wrong; guards against losing changes."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._made = 0
        self._in_front: Page | None = None
        self._readings = Readings(self, host.say)
        self._recovery = Recovery(host.settings.recovery)
        self._is_put_aside = self._has_told_unkept = False
        self._told: dict[Page, object] = self.per_page()  # what was said last about a file that others changed
        self._take_back: dict[Page, Callable[[], None]] = self.per_page()  # the sentence about the file
        self.autosave = QTimer(self, interval=AUTOSAVE_MS)
        self.autosave.timeout.connect(self._keep_copies)

    def commands(self) -> Sequence[Row]:
        return [
            Command("new", "New network", self.new, "File", "open", ("Ctrl+N",)),
            Command("start", "Start page", self.host.show_start, "File", "open"),
            Command("open", "Open…", self.ask, "File", "open", ("Ctrl+O",)),
            Command("save", "Save", self.on_page(lambda page: self.save(page.document)), "File", "save", ("Ctrl+S",)),
            Command("save_as", "Save as…", self.on_page(lambda page: self.save_as(page.document)), "File", "save",
                    ("Ctrl+Shift+S",)),
            Command("close", "Close", self.on_page(self._close), "File", "end", ("Ctrl+W",)),
            Command("quit", "Quit", self.host.widget.close, "File", "end", ("Ctrl+Q",)),
        ]

    def at_start(self, sources: Sequence[str]) -> None:
        """Unsaved work of a killed process comes first, in the place of the network that opens by itself."""
        recovered = self._recovery.recovered()
        for document in recovered:
            self.host.open(document)
            self.host.say(say("Unsaved changes to “{name}” were recovered", name=document.name))
        for source in sources:
            if not (recovered and source == DEFAULT):
                self.open(source)

    def begin(self) -> None:
        self.host.feature(Training).trainer.state_changed.connect(lambda _state: self.show_names())
        self.host.feature(Training).beside.changed.connect(self.show_names)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)  # a feature is part of a window
        application.applicationStateChanged.connect(self._come_back)

    def _come_back(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self.look_at_files()

    def connect_page(self, page: Page) -> None:
        document = page.document
        document.state_changed.connect(self.show_names)
        document.state_changed.connect(lambda: None if document.dirty else self._recovery.drop(document))
        self.show_names()

    def show(self, page: Page) -> None:
        if page is not self._in_front:
            self._in_front = page
            self.look_at_files()
        self.show_names()
        if not self.autosave.isActive():  # not anew with each edit, or it would never come
            self.autosave.start()

    def show_start(self) -> None:
        self._in_front = None
        self.show_names()

    def show_names(self) -> None:
        """Write the documents' names on their tabs and on the window."""
        training = self.host.feature(Training)
        for index, page in enumerate(self.host.pages):
            document = page.document
            self.host.places.show_name(index, document.name, document.dirty, training.trains(document),
                                       str(document.path or ""))
        name = self.page.document.name if self.page is not None else ""
        self.host.widget.setWindowTitle(f"{name} — Layerloom" if name else "Layerloom")

    # -- opening ------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """A network with nothing but its Input."""
        self._made += 1
        name = self.tr("untitled") + (f" {self._made}" if self._made > 1 else "")
        # Data and recipe of the default network: what is drawn first should learn as well.
        start = load_experiment(DEFAULT)
        graph = Graph({"input": Node("input", Input())}, flow=self.host.settings.flow)
        experiment = Experiment(graph, start.data, start.recipe)
        self.host.open(Document(experiment, name))

    def ask(self) -> None:
        """Ask for files and open them."""
        from engine.reading.files import CODE_FILES  # nobody asks before the first picture

        title, filters = self.tr("Open a network"), dialogs.filters_of([LOOM, *CODE_FILES])
        for path in self.asking("network").open(title, filters):
            self.open(str(path))

    def open(self, source: str) -> None:
        """Open a .loom file, ``gallery:ID`` or a file of code; one that cannot be read is a sentence."""
        if Path(source).suffix.lower() in CODE_SUFFIXES:
            self._open_code(Path(source))
            return
        try:
            document = Document.open(source)
        except LayerloomError as error:
            self.host.say(error.message, "error")
            return
        if document.path is not None:
            self.host.settings.remember(document.path)
        self.host.open(document)

    def _open_code(self, path: Path) -> None:
        """A network that code makes: read in the background, new and on no disk yet."""
        from engine.layout.rows import arranged  # nobody opens code before the first picture

        def tell(found: Reading) -> None:
            start = load_experiment(DEFAULT)
            graph = replace(settled(found.graph, start.data.sample_shape), flow=self.host.settings.flow)
            graph = arranged(graph, wrap=self.host.settings.wraps)
            document = Document(Experiment(graph, start.data, start.recipe), path.stem)
            document.mark_unsaved()
            self.host.open(document)
            self._readings.say_notes(found)

        notice = self.page.notice if self.page is not None else self.host.places.notice
        self._readings.start(notice, path, None, tell, lambda message: self.host.say(message, "error"))

    def opener(self, path: Path) -> Callable[[], object] | None:
        is_ours = reader_of(path, [LOOM]) or path.suffix.lower() in CODE_SUFFIXES
        return (lambda: self.open(str(path))) if is_ours else None

    # -- saving -------------------------------------------------------------------------------------------------

    def save(self, document: Document) -> bool:
        """Write it where it came from, or ask; with what is just being written."""
        if not self.host.settle():
            return False
        if document.path is None:
            return self.save_as(document)
        return self._write(document, document.path)

    def save_as(self, document: Document) -> bool:
        """Ask where, and write it there."""
        if not self.host.settle():
            return False
        suggestion = document.path or f"{document.name}{LOOM.suffix}"
        path = self.asking("network").save(self.tr("Save the network"), suggestion, [LOOM])
        if path is not None and self._is_open_elsewhere(document, path):
            self._say(say("{file} is open in another tab: choose another name", file=path.name), "error")
            return False
        return path is not None and self._write(document, path)

    def _is_open_elsewhere(self, document: Document, path: Path) -> bool:
        return any(page.document.is_file(path) for page in self.host.pages if page.document is not document)

    def _write(self, document: Document, path: Path, *, over_changes: bool = False) -> bool:
        if not over_changes and document.is_file(path) and document.on_disk in ("changed", "unreadable"):
            self._ask_whose(document)
            return False
        try:
            document.save(path)
        except LayerloomError as error:
            self._say(error.message, "error")
            return False
        for page in self.host.pages:
            if page.document is document:
                self._is_over(page)
        self.host.settings.remember(path)
        return True

    def _say(self, message: Message, tone: str = "info", actions: Sequence[Action] = (), *,
             waits: bool = False) -> None:
        """Something about the file in front, which is over once it holds the network."""
        take_back = self.host.say(message, tone, actions, waits=waits)
        if self.page is not None:
            self._take_back[self.page] = take_back

    def _is_over(self, page: Page) -> None:
        """What was said about its file is not true any more."""
        self._told.pop(page, None)
        self._take_back.pop(page, lambda: None)()

    # -- a file that others change ------------------------------------------------------------------------------

    def look_at_files(self) -> None:
        """Whether the files of open networks are still what they were: asked when one comes back to the program."""
        page = self.page
        if page is None or (path := page.document.path) is None:
            return
        document, state = page.document, page.document.look_at_file()
        if state == "same":
            if page in self._told:
                self._is_over(page)
            return
        found = state, mark_of(path).content
        if self._told.get(page) == found:
            return
        self._told[page] = found
        self.autosave.start()
        if state == "gone":
            self._say(say("{file} is no longer there: save the network to have it again", file=path.name))
        else:
            self._ask_whose(document)

    def _ask_whose(self, document: Document, *, waits: bool = False) -> None:
        """Another program, or another window, has written the file: nothing of either is lost without a word."""
        assert document.path is not None
        path = document.path
        if self.page is not None:
            self._told[self.page] = document.on_disk, mark_of(path).content
        keep = self.tr("Keep mine"), lambda: self._write(document, path, over_changes=True)
        if (reason := mark_of(path).reason) is not None:
            self._say(say("{file} can no longer be read: {reason}. Save the network under another name, or in its "
                              "place", file=path.name, reason=reason), "info", [keep], waits=waits)
            return
        self._say(say("{file} was changed outside. Which of the two shall count?", file=path.name), "info", [
            keep,
            (self.tr("Take theirs"), lambda: self._take_file(document)),
            (self.tr("Compare both"), lambda: self._compare_with_file(document)),
        ], waits=waits)

    def _take_file(self, document: Document) -> None:
        try:
            document.take_file(self.tr("Take what the file holds"))
        except LayerloomError as error:
            self._say(error.message, "error")

    def _compare_with_file(self, document: Document) -> None:
        from app.features.comparing import Comparing  # not made at first

        page, path = self.page, document.path
        if page is not None and page.document is document and path is not None:
            is_shown = self.host.feature(Comparing).compare_with(page, path.name, self.tr("as the file is now"),
                                                                 partial(loaded, str(path)))
            self._ask_whose(document, waits=not is_shown)  # after what is wrong with the file

    # -- closing ------------------------------------------------------------------------------------------------

    def _close(self, page: Page) -> None:
        self.host.close_page(self.host.pages.index(page))

    def may_close(self, page: Page) -> bool:
        """Whether the document may go: saved, or given up on purpose."""
        document = page.document
        state = document.look_at_file()
        if not document.dirty:
            return True
        if page is not self.page:
            self.host.turn_to(self.host.pages.index(page))  # one sees what one is asked about
        box = QMessageBox(self.host.widget)
        box.setWindowTitle(self.tr("Unsaved changes"))
        box.setText(self.tr("Save the changes to “{name}”?").format(name=document.name))
        more = [self.tr("Its file does not hold it any more.")] if state != "same" else []
        if self.host.feature(Training).trains(document):
            more.append(self.tr("It is being trained: the run stops here, and Continue goes on with it later."))
        box.setInformativeText(" ".join(more))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        if answer == buttons.Save:
            return self.save(document)
        return bool(answer == buttons.Discard)

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        self._recovery.drop(page.document)
        if page is self._in_front:
            self._in_front = None

    def put_aside(self) -> None:
        self._keep_copies()
        self._is_put_aside = True

    def finish(self) -> None:
        for page in self.host.pages if not self._is_put_aside else ():
            self._recovery.drop(page.document)
        self.autosave.stop()
        self._readings.finish()

    def _keep_copies(self) -> None:
        self.autosave.stop()
        kept = [self._recovery.keep(page.document, place) for place, page in enumerate(self.host.pages)]
        reasons = [reason for reason in kept if reason is not None]
        if reasons and not self._has_told_unkept:
            self._has_told_unkept = True
            self.host.say(say("Unsaved work cannot be kept aside: {reason}. Save it", reason=reasons[0]), "error",
                          waits=True)
