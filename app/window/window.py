"""The window: builds the parts and shows the document in front. How they are connected: ``app.window.wiring``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow

from app.document.document import Document
from app.document.page import Page
from app.document.recovery import Recovery
from app.features.blocks import BlocksView
from app.features.code import allow_known, torch_is_here
from app.features.curves import TrainingView
from app.features.data_files import DataFiles, kind_of
from app.features.editing import Editing
from app.features.exporting import Exporting
from app.features.files import Files
from app.features.library import Library
from app.features.training import Trainer
from app.window import wiring
from app.window.actions import Actions
from app.window.appearance import Appearance
from app.window.collecting import Collector
from app.window.jobs import Jobs, Warmth, load_torch
from app.window.layout import Layout
from app.window.settings import Settings
from app.window.start import fill_gallery, fill_recent
from engine.data.spec.spec import DataSpec
from engine.experiment.recipe import OPTIMIZER_STATE
from engine.messages import Message, say
from widgets.look.text import message_text

if TYPE_CHECKING:
    from app.features.all import Features
    from app.features.base import Feature
    from app.window.tabs import Tabs

AUTOSAVE_MS = 2000
SHOWN_MS = 10  # until the first picture is on the screen


class MainWindow(QMainWindow):
    """Everything a person sees; what it shows is the current page's document."""

    ready = Signal()  # torch is loaded: training can begin

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.pages: list[Page] = []
        self.is_ready = False
        self.tabs: Tabs | None = None  # made after the first picture
        allow_known(settings)
        self.appearance = Appearance(self, settings)
        self.layout_ = Layout(self)
        self.actions_ = Actions(self, self.layout_.top.menu_bar)
        self.files = Files(self, settings)
        self.library = Library(self, settings)
        self.exporting = Exporting(self)
        self.trainer = Trainer(self)
        self.editing = Editing(self, lambda: self.page)
        self.training_view = TrainingView(self.layout_, self.trainer)
        self.data_files = DataFiles(self, settings, self._spec)
        self.blocks = BlocksView(self, self.layout_, settings, lambda: self.page)
        self._features: Features | None = None  # made after the first picture
        self.recovery = Recovery(settings.recovery)
        self.autosave = QTimer(self, interval=AUTOSAVE_MS)
        self._jobs = Jobs(self)
        self._collector = Collector(self)
        self._has_begun = False
        self.setAcceptDrops(True)
        wiring.connect(self)
        if settings.geometry is None or not self.restoreGeometry(settings.geometry):
            self.resize(1600, 1000)

    # -- pages --------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """The page in front, or None on the start page."""
        widget = self.layout_.stack.currentWidget()
        return widget if isinstance(widget, Page) else None

    @property
    def features(self) -> Features:
        """What the window can do beside showing pages; there after its first picture."""
        assert self._features is not None
        return self._features

    @property
    def _made(self) -> list[Feature]:
        return self._features.all if self._features is not None else []

    def open_at_start(self, sources: list[str]) -> None:
        """What is open when the window appears: unsaved work of a killed process first."""
        for document in self.recovery.recovered():
            self._open_page(document)
            self.say(say("Unsaved changes to “{name}” were recovered", name=document.name), "info")
        for source in sources if not self.pages else [s for s in sources if not s.startswith("gallery:")]:
            self.files.open(source)
        if not self.pages:
            self.show_start()

    def add_page(self, document: Document) -> None:
        """Show a document in a tab of its own; one that is open already comes to the front."""
        for page in self.pages:
            if document.path is not None and page.document.path == document.path:
                self.layout_.tabs.setCurrentIndex(self.pages.index(page))
                return
        self._open_page(document)

    def _open_page(self, document: Document) -> None:
        page = Page(document)
        self.pages.append(page)
        wiring.connect_page(self, page)
        self.layout_.stack.addWidget(page)
        self.layout_.tabs.setCurrentIndex(self.layout_.tabs.addTab(document.name))
        self.show_names()
        if document.experiment.variants:  # where they are run, and what to look at
            self.layout_.show_results_tab()
        QTimer.singleShot(0, page, page.view.show_from_top)

    def close_page(self, index: int) -> bool:
        """Close a tab, unless the person would lose something and wants to keep it."""
        if not 0 <= index < len(self.pages):
            return True
        self._settle()
        page = self.pages[index]
        if not self.files.may_close(page.document):
            return False
        if self.trainer.document is page.document:
            self.trainer.finish()
        self.recovery.drop(page.document)
        self.pages.remove(page)
        self.layout_.stack.removeWidget(page)
        self.layout_.tabs.removeTab(index)
        page.deleteLater()
        self.switch(self.layout_.tabs.currentIndex())
        return True

    def show_start(self) -> None:
        """Show the start page; the tabs stay."""
        self._settle()
        fill_recent(self.layout_.start, self.settings)
        self.layout_.show_start()
        fill_gallery(self.layout_.start, self.devicePixelRatioF())
        self._show_trainability()

    def _settle(self) -> None:
        """What is being typed counts for the document it was typed for."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit):
            focus.clearFocus()

    def switch(self, index: int) -> None:
        self._settle()
        if not 0 <= index < len(self.pages):
            self.show_start()
            return
        page = self.pages[index]
        self.layout_.show_page(page)
        self.layout_.palette.end_search()
        self.show_page(page)
        self.training_view.show(page.document)
        page.view.setFocus()

    def back_from_start(self, index: int) -> None:
        if index >= 0 and self.page is None:
            self.switch(index)

    def on_canvas(self, act: Any) -> None:
        if self.page is not None:
            act(self.page)

    def with_document(self, act: Any) -> None:
        if self.page is not None:
            act(self.page.document)

    # -- showing ------------------------------------------------------------------------------------------------

    def say(self, message: Message, tone: str = "info") -> None:
        """A sentence in place: over the canvas, or on the start page."""
        notice = self.page.notice if self.page is not None else self.layout_.notice
        notice.show_message(message_text(message), tone, timeout_ms=0 if tone == "error" else 8000)

    def show_page(self, page: Page) -> None:
        """The document of the page in front changed: every panel shows it as it is now."""
        if page is not self.page:
            return
        parts, experiment = self.layout_, page.document.experiment
        if self.trainer.document is page.document:
            self.trainer.set_lr(experiment.recipe.lr)  # also when a change of it is undone
        self.actions_["forget_weights"].setEnabled(page.document.loaded is not None)
        self.actions_.show_undo(page.document.history.undo_text, page.document.history.redo_text)
        parts.recipe.show_recipe(experiment.recipe)
        parts.top.show_dataset(experiment.data.dataset)
        parts.top.show_device(experiment.recipe.device)
        parts.show_problems(page.problems)
        costs = page.analysis.costs(experiment.recipe.batch_size, OPTIMIZER_STATE[experiment.recipe.optimizer])
        parts.costs.show_costs(costs if page.analysis.params else None, experiment.recipe.batch_size)
        if self.tabs is not None:
            self.tabs.show(page, self.is_ready)
        if self.is_ready:
            self.library.show(experiment.data)
        for feature in self._made:
            feature.show(page)
        self.show_selection()
        self._show_trainability()
        if not self.autosave.isActive():  # not anew with each edit, or it would never come
            self.autosave.start()

    def show_selection(self) -> None:
        """The inspector shows the one layer that is selected, at the level one is at."""
        page = self.page
        for feature in self._made:
            feature.show_selection(page)
        names = page.scene.selected_names() if page is not None else []
        if page is None or len(names) != 1 or names[0] not in page.level.analysis.nodes:
            self.layout_.inspector.show_node(None, None, None, (), len(names))
            return
        name, recipe, analysis = names[0], page.document.experiment.recipe, page.level.analysis
        costs = analysis.node_costs(name, recipe.batch_size, OPTIMIZER_STATE[recipe.optimizer])
        problems = [problem for problem in page.level.problems if problem.node == name]
        self.layout_.inspector.show_node(analysis.graph.nodes[name], analysis.nodes[name], costs, problems, 1,
                                         page.share_candidates(name))
        if self.tabs is not None:
            self.tabs.weights.select(page.level.path[0] if page.level.path else name)

    def _spec(self) -> DataSpec | None:
        return self.page.document.experiment.data if self.page is not None else None

    def refuse_data(self, message: Message) -> None:
        """The data could not be used: what was before stays, also on the panel."""
        self.say(message, "error")
        if self.page is not None:
            self.layout_.data.forget_typing()
            self.layout_.data.show_spec(self.page.document.experiment.data)

    def show_names(self) -> None:
        for index, page in enumerate(self.pages):
            document = page.document
            trains = document is self.trainer.document and self.trainer.state != "idle"
            self.layout_.show_tab(index, document.name, document.dirty, trains, str(document.path or ""))
        page_in_front = self.page
        title = page_in_front.document.name if page_in_front else ""
        self.setWindowTitle(f"{title} — Layerloom" if title else "Layerloom")

    def show_training_state(self) -> None:
        focus = QApplication.focusWidget()
        if self.page is not None and focus is not None and self.layout_.top.isAncestorOf(focus):
            self.page.view.setFocus()  # a button that goes grey would hand it to whatever comes next
        if self.trainer.state == "running" and self.library.is_missing:
            self.library.reload()  # the run has fetched them
        self.show_names()
        self._show_trainability()

    def _show_trainability(self) -> None:
        errors = [problem for problem in self.page.problems if problem.severity == "error"] if self.page else []
        if self.page is None:
            reason = self.tr("Open a network first")
        else:
            reason = message_text(errors[0].message) if errors else ""
        if not self.is_ready:
            self.layout_.top.set_state("loading")
        else:
            self.layout_.top.set_state(self.trainer.state)
        self.layout_.top.set_train_enabled(not reason, reason)
        self.training_view.show_state()

    # -- training -----------------------------------------------------------------------------------------------

    def train(self, series: bool = False) -> None:
        """Train the document in front, or all its variants or folds, or go on after a pause."""
        if self.trainer.state == "paused":
            self.trainer.pause_or_resume()
            return
        self._settle()
        if self.page is not None and self.is_ready and self.trainer.state == "idle":
            series = series or self.page.document.experiment.recipe.folds > 1
            if any(problem.severity == "error" for problem in self.page.problems):
                self.layout_.show_problems_tab()
                return
            self.page.notice.hide()  # what it says is of the time before
            self.trainer.start(self.page.document, self.settings.runs, self.settings.data_root, series)
            self.layout_.show_training_tab()
            self.training_view.show(self.page.document)

    # -- the program --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_begun:
            self._has_begun = True
            QTimer.singleShot(0, self, self._begin_loading)
            QTimer.singleShot(SHOWN_MS, self, self._complete)

    def look_again(self) -> None:
        """More can be known: code may run that could not before."""
        for page in self.pages:
            page.refresh()
        if self.page is not None:
            self.show_page(self.page)

    def _begin_loading(self) -> None:
        """After the first picture: what takes long to import."""
        Warmth(self).start()
        self._jobs.start(load_torch, self._torch_is_here, lambda message: self.say(message, "error"))

    def _complete(self) -> None:
        """After the first picture, and before anything is trained: the tabs that are not seen at first."""
        if self.tabs is not None:
            return
        from app.window.tabs import Tabs

        self.tabs = Tabs(self)
        wiring.connect_tabs(self, self.tabs)
        from app.features.all import Features

        self._features = Features(self)
        wiring.connect_features(self)
        for feature in self._made:
            feature.complete()
        if self.page is not None:
            self.show_page(self.page)

    def _torch_is_here(self, devices: list[tuple[str, str]]) -> None:
        self._complete()
        self.is_ready = True
        torch_is_here()
        self.look_again()
        self.layout_.top.set_devices(devices)
        self.training_view.make_curves()
        if self.page is not None:
            self.show_page(self.page)
            self.training_view.show(self.page.document)
        self._show_trainability()
        self.refresh_pictures()
        self.ready.emit()

    def keep_copies(self) -> None:
        self.autosave.stop()
        for page in self.pages:
            self.recovery.keep(page.document)

    def refresh_pictures(self) -> None:
        if self.page is None:
            fill_gallery(self.layout_.start, self.devicePixelRatioF())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _networks_in(event) or (self.page is not None and _data_in(event)):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for path in _networks_in(event):
            self.files.open(path)
        for data in _data_in(event)[:1]:
            self.data_files.open(data)
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settle()
        for index, page in enumerate(self.pages):
            if page.document.dirty:
                self.layout_.tabs.setCurrentIndex(index)  # one sees what one is asked about
            if not self.files.may_close(page.document):
                event.ignore()
                return
        self.trainer.finish()
        for part in (self.library, self.exporting, self.data_files, self.tabs, *self._made):
            if part is not None:
                part.finish()
        self._jobs.finish()
        self._collector.finish()
        for page in self.pages:
            self.recovery.drop(page.document)
        self.autosave.stop()
        self.settings.geometry = self.saveGeometry()
        super().closeEvent(event)


def _data_in(event: QDropEvent) -> list[Path]:
    """Files and folders that can be data among what is being dragged."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if kind_of(path) is not None]


def _networks_in(event: QDropEvent) -> list[str]:
    """The .loom files among what is being dragged."""
    return [url.toLocalFile() for url in event.mimeData().urls() if url.toLocalFile().endswith(".loom")]
