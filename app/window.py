"""The window: builds the parts and, in one method, connects every part to every other."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow

from app.actions import Actions
from app.appearance import Appearance
from app.document import Document
from app.editing import Editing
from app.exporting import Exporting
from app.files import Files
from app.jobs import Jobs, Warmth, load_torch
from app.layout import Layout
from app.library import Library
from app.pages import Page
from app.recovery import Recovery
from app.settings import Settings
from app.start import fill_gallery, fill_gallery_menu, fill_recent, fill_recent_menu
from app.trainer import Trainer
from app.training_view import TrainingView
from engine.messages import Message, say
from engine.recipe import OPTIMIZER_STATE
from widgets.text import message_text

AUTOSAVE_MS = 2000
ABOUT = say("Layerloom: draw a neural network, see every shape, train it, take its weights.")


class MainWindow(QMainWindow):
    """Everything a person sees; what it shows is the current page's document."""

    ready = Signal()  # torch is loaded: training can begin

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.pages: list[Page] = []
        self.is_ready = False
        self.appearance = Appearance(self, settings)
        self.layout_ = Layout(self)
        self.actions_ = Actions(self, self.layout_.top.menu_bar)
        self.files = Files(self, settings)
        self.library = Library(self, settings)
        self.exporting = Exporting(self)
        self.trainer = Trainer(self)
        self.editing = Editing(self, lambda: self.page)
        self.training_view = TrainingView(self.layout_, self.trainer)
        self.recovery = Recovery(settings.recovery)
        self._autosave = QTimer(self, interval=AUTOSAVE_MS)
        self._jobs = Jobs(self)
        self._has_begun = False
        self.setAcceptDrops(True)
        self._connect()
        if settings.geometry is None or not self.restoreGeometry(settings.geometry):
            self.resize(1600, 1000)

    # -- every connection ---------------------------------------------------------------------------------------

    def _connect(self) -> None:
        parts = self.layout_
        self.actions_.on(self._handlers())
        parts.tabs.currentChanged.connect(self._switch)
        parts.tabs.tabBarClicked.connect(self._back_from_start)
        parts.tabs.tabCloseRequested.connect(self.close_page)
        parts.tabs.tabMoved.connect(lambda a, b: self.pages.insert(b, self.pages.pop(a)))
        parts.new_tab.clicked.connect(self.show_start)
        parts.palette.layer_activated.connect(lambda kind: self._on_canvas(lambda page: page.view.append(kind)))
        parts.inspector.layer_changed.connect(self.editing.change_layer)
        parts.inspector.rename_requested.connect(self.editing.rename)
        parts.inspector.repair_requested.connect(lambda repair: self._on_canvas(lambda page: page.repair(repair)))
        parts.problems.repair_requested.connect(lambda repair: self._on_canvas(lambda page: page.repair(repair)))
        parts.problems.node_requested.connect(lambda name: self._on_canvas(lambda page: page.jump_to(name)))
        parts.recipe.recipe_changed.connect(self.editing.change_recipe)
        parts.data.spec_changed.connect(self.editing.change_data)
        parts.data.download_requested.connect(self.library.download)
        parts.data.folder_requested.connect(self.library.choose_folder)
        parts.data.cancel_requested.connect(self.library.cancel)
        parts.top.dataset_chosen.connect(self.editing.choose_dataset)
        parts.top.device_chosen.connect(self.editing.choose_device)
        parts.top.train_clicked.connect(self.train)
        parts.top.pause_clicked.connect(self.trainer.pause_or_resume)
        parts.top.stop_clicked.connect(self.trainer.stop)
        parts.start.gallery_requested.connect(lambda id: self.files.open(f"gallery:{id}"))
        parts.start.new_requested.connect(self.files.new)
        parts.start.open_requested.connect(self.files.open_dialog)
        parts.start.recent_requested.connect(self.files.open)
        recent, gallery = self.actions_.submenus["recent"], self.actions_.submenus["gallery"]
        recent.aboutToShow.connect(lambda: fill_recent_menu(recent, self.settings, self.files.open))
        gallery.aboutToShow.connect(lambda: fill_gallery_menu(gallery, self.files.open))
        self.editing.name_refused.connect(parts.inspector.show_rename_error)
        self.files.opened.connect(self.add_page)
        self.files.failed.connect(lambda message: self.say(message, "error"))
        self.exporting.said.connect(self.say)
        self.exporting.weights_changed.connect(lambda: self._on_canvas(self._show))
        self.library.shown.connect(parts.show_samples)
        self.library.missing.connect(lambda text: parts.data.show_missing(text, True))
        self.library.failed.connect(lambda message: self.say(message, "error"))
        self.library.downloading.connect(parts.data.show_download)
        self.trainer.state_changed.connect(lambda _state: self._show_training_state())
        self.trainer.failed.connect(self._training_failed)
        self.training_view.save_requested.connect(lambda: self._with_document(self.exporting.save_curves))
        self.training_view.warned.connect(lambda message: self.say(message, "error"))
        self._autosave.timeout.connect(self._keep_copies)
        self.appearance.changed.connect(self._refresh_pictures)

    def _connect_page(self, page: Page) -> None:
        document = page.document
        document.changed.connect(lambda: self._show(page))
        document.state_changed.connect(self._show_names)
        document.state_changed.connect(lambda: None if document.dirty else self.recovery.drop(document))
        page.scene.names_selected.connect(lambda _names: self._show_selection())
        page.view.paste_refused.connect(lambda: self.say(say("The clipboard holds no layers: copy some first"), "info"))
        page.view.addActions(self.actions_.canvas)

    def _handlers(self) -> dict[str, Any]:
        canvas, document = self._on_canvas, self._with_document
        return {
            "new": self.files.new, "start": self.show_start, "open": self.files.open_dialog,
            "save": lambda: document(self.files.save), "save_as": lambda: document(self.files.save_as),
            "export_best": lambda: document(lambda d: self.exporting.export_weights(d, best=True)),
            "export_latest": lambda: document(lambda d: self.exporting.export_weights(d, best=False)),
            "export_code": lambda: document(self.exporting.export_code),
            "load_weights": lambda: document(self.exporting.load_weights),
            "forget_weights": lambda: document(self.exporting.forget_weights),
            "close": lambda: self.close_page(self.layout_.tabs.currentIndex()), "quit": self.close,
            "undo": lambda: document(lambda d: d.undo()), "redo": lambda: document(lambda d: d.redo()),
            "cut": lambda: canvas(lambda p: p.view.cut()), "copy": lambda: canvas(lambda p: p.view.copy()),
            "paste": lambda: canvas(lambda p: p.view.paste()),
            "duplicate": lambda: canvas(lambda p: p.view.duplicate()),
            "delete": lambda: canvas(lambda p: p.scene.delete_selection()),
            "heal": lambda: canvas(lambda p: p.scene.delete_selection(heal=True)),
            "select_all": lambda: canvas(lambda p: p.scene.select(p.scene.graph.nodes)),
            "rename": self.layout_.inspector.focus_name,
            "fit_selection": lambda: canvas(lambda p: p.view.fit(selection_only=True)),
            "fit": lambda: canvas(lambda p: p.view.fit()),
            "zoom_in": lambda: canvas(lambda p: p.view.zoom_at(1.25, p.view.viewport().rect().center())),
            "zoom_out": lambda: canvas(lambda p: p.view.zoom_at(0.8, p.view.viewport().rect().center())),
            **{f"theme_{name}": partial(self.appearance.choose, name) for name in ("system", "dark", "light")},
            "search": self.layout_.palette.focus_search, "problems": self.layout_.show_problems_tab,
            "copy_code": lambda: document(self.exporting.copy_code),
            "train": self.train, "pause": self.trainer.pause_or_resume, "stop": self.trainer.stop,
            "save_curves": lambda: document(self.exporting.save_curves),
            "data_folder": self.library.choose_folder, "about": lambda: self.say(ABOUT),
        }  # fmt: skip

    # -- pages --------------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page | None:
        """The page in front, or None on the start page."""
        widget = self.layout_.stack.currentWidget()
        return widget if isinstance(widget, Page) else None

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
        self._connect_page(page)
        self.layout_.stack.addWidget(page)
        self.layout_.tabs.setCurrentIndex(self.layout_.tabs.addTab(document.name))
        self._show_names()
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
        self._switch(self.layout_.tabs.currentIndex())
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

    def _switch(self, index: int) -> None:
        self._settle()
        if not 0 <= index < len(self.pages):
            self.show_start()
            return
        page = self.pages[index]
        self.layout_.show_page(page)
        self._show(page)
        self.training_view.show(page.document)
        page.view.setFocus()

    def _back_from_start(self, index: int) -> None:
        if index >= 0 and self.page is None:
            self._switch(index)

    def _on_canvas(self, act: Any) -> None:
        if self.page is not None:
            act(self.page)

    def _with_document(self, act: Any) -> None:
        if self.page is not None:
            act(self.page.document)

    # -- showing ------------------------------------------------------------------------------------------------

    def say(self, message: Message, tone: str = "info") -> None:
        """A sentence in place: over the canvas, or on the start page."""
        notice = self.page.notice if self.page is not None else self.layout_.notice
        notice.show_message(message_text(message), tone, timeout_ms=0 if tone == "error" else 8000)

    def _show(self, page: Page) -> None:
        """The document of the page in front changed: every panel shows it as it is now."""
        if page is not self.page:
            return
        parts, experiment = self.layout_, page.document.experiment
        if self.trainer.document is page.document:
            self.trainer.set_lr(experiment.recipe.lr)  # also when a change of it is undone
        self.actions_["forget_weights"].setEnabled(page.document.loaded is not None)
        self.actions_.show_undo(page.document.history.undo_text, page.document.history.redo_text)
        parts.recipe.show_recipe(experiment.recipe)
        parts.data.show_spec(experiment.data)
        parts.top.show_dataset(experiment.data.dataset)
        parts.top.show_device(experiment.recipe.device)
        parts.show_problems(page.problems)
        costs = page.analysis.costs(experiment.recipe.batch_size, OPTIMIZER_STATE[experiment.recipe.optimizer])
        parts.costs.show_costs(costs if page.analysis.params else None, experiment.recipe.batch_size)
        if self.is_ready:
            self.library.show(experiment.data)
        self._show_selection()
        self._show_trainability()
        if not self._autosave.isActive():  # not anew with each edit, or it would never come
            self._autosave.start()

    def _show_selection(self) -> None:
        page = self.page
        names = page.scene.selected_names() if page is not None else []
        if page is None or len(names) != 1 or names[0] not in page.analysis.nodes:
            self.layout_.inspector.show_node(None, None, None, (), len(names))
            return
        name, recipe = names[0], page.document.experiment.recipe
        costs = page.analysis.node_costs(name, recipe.batch_size, OPTIMIZER_STATE[recipe.optimizer])
        problems = [problem for problem in page.problems if problem.node == name]
        self.layout_.inspector.show_node(page.scene.graph.nodes[name], page.analysis.nodes[name], costs, problems, 1)

    def _show_names(self) -> None:
        for index, page in enumerate(self.pages):
            document = page.document
            trains = document is self.trainer.document and self.trainer.state != "idle"
            self.layout_.show_tab(index, document.name, document.dirty, trains, str(document.path or ""))
        page_in_front = self.page
        title = page_in_front.document.name if page_in_front else ""
        self.setWindowTitle(f"{title} — Layerloom" if title else "Layerloom")

    def _show_training_state(self) -> None:
        focus = QApplication.focusWidget()
        if self.page is not None and focus is not None and self.layout_.top.isAncestorOf(focus):
            self.page.view.setFocus()  # a button that goes grey would hand it to whatever comes next
        if self.trainer.state == "running" and self.library.is_missing:
            self.library.reload()  # the run has fetched them
        self._show_names()
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

    def train(self) -> None:
        """Train the document in front, or go on after a pause."""
        if self.trainer.state == "paused":
            self.trainer.pause_or_resume()
            return
        self._settle()
        if self.page is not None and self.is_ready and self.trainer.state == "idle":
            if any(problem.severity == "error" for problem in self.page.problems):
                self.layout_.show_problems_tab()
                return
            self.page.notice.hide()  # what it says is of the time before
            self.trainer.start(self.page.document, self.settings.runs, self.settings.data_root)
            self.layout_.show_training_tab()
            self.training_view.show(self.page.document)

    def _training_failed(self, message: Message) -> None:
        for page in self.pages:
            if page.document is self.trainer.document:
                page.notice.show_message(message_text(message), "error")
        self.training_view.show_failure()

    # -- the program --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_begun:
            self._has_begun = True
            QTimer.singleShot(0, self, self._begin_loading)

    def _begin_loading(self) -> None:
        """After the first picture: what takes long to import."""
        Warmth(self).start()
        self._jobs.start(load_torch, self._torch_is_here, lambda message: self.say(message, "error"))

    def _torch_is_here(self, devices: list[tuple[str, str]]) -> None:
        self.is_ready = True
        self.layout_.top.set_devices(devices)
        self.training_view.make_curves()
        if self.page is not None:
            self._show(self.page)
            self.training_view.show(self.page.document)
        self._show_trainability()
        self.ready.emit()

    def _keep_copies(self) -> None:
        self._autosave.stop()
        for page in self.pages:
            self.recovery.keep(page.document)

    def _refresh_pictures(self) -> None:
        if self.page is None:
            fill_gallery(self.layout_.start, self.devicePixelRatioF())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _networks_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for path in _networks_in(event):
            self.files.open(path)
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
        self.library.finish()
        self.exporting.finish()
        self._jobs.finish()
        for page in self.pages:
            self.recovery.drop(page.document)
        self._autosave.stop()
        self.settings.geometry = self.saveGeometry()
        super().closeEvent(event)


def _networks_in(event: QDropEvent) -> list[str]:
    """The .loom files among what is being dragged."""
    return [url.toLocalFile() for url in event.mimeData().urls() if url.toLocalFile().endswith(".loom")]
