"""Layers that are code: the editor, and the question whether a network's code may run."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

import engine.layers.code_running
from app.document.page import Page
from app.window.layout import Layout
from app.window.settings import Settings
from engine.experiment.trust import allow, allow_digests, digest, first_not_allowed, not_allowed
from engine.layers.code import Code, CodeError
from widgets.look.text import message_text


def allow_known(settings: Settings) -> None:
    """Before any network is opened: code that was agreed to may run, once PyTorch is there."""
    engine.layers.code_running.loads_torch = False
    allow_digests(settings.allowed_code)


def torch_is_here() -> None:
    """From now on code can be tried."""
    engine.layers.code_running.loads_torch = True


class CodeView(QObject):
    """Shows the code of the selected layer; what is written here may run, what a file brings must be agreed to."""

    agreed = Signal()  # more code may run: look again

    def __init__(self, layout: Layout, settings: Settings) -> None:
        super().__init__(layout)
        self._editor, self._layout, self._settings = layout.code, layout, settings
        self._page: Page | None = None
        self._name = ""
        self._editor.source_committed.connect(self._commit)

    def open(self, page: Page, name: str) -> None:
        """Edit the code of this layer."""
        self._page, self._name = page, name
        if self._show():
            self._layout.show_code_tab()

    def show(self, page: Page) -> None:
        """The document in front changed: so may have the code that is shown, or it is gone."""
        if page is not self._page or not self._show():
            self._page = None
            self._layout.hide_code_tab()
        self._ask(page)

    def _show(self) -> bool:
        page = self._page
        node = page.level.graph.nodes.get(self._name) if page is not None else None
        if page is None or node is None or not isinstance(node.layer, Code):
            return False
        error = next((fault.error for fault in page.level.analysis.faults if fault.node == self._name), None)
        line = error.line if isinstance(error, CodeError) else None
        self._editor.show_code(self._name, node.layer.source, message_text(error.message) if error else "", line)
        return True

    def _commit(self, source: str) -> None:
        page, name = self._page, self._name
        if page is None or name not in page.level.graph.nodes:
            return
        self._trust([source])  # whoever writes it wants it to run
        layer = page.level.graph.nodes[name].layer.with_options(source=source)
        page.edit(self.tr("Change the code of {name}").format(name=name),
                        page.level.graph.with_layer(name, layer))
        self._show()

    # -- what a file brings -------------------------------------------------------------------------------------

    def _ask(self, page: Page) -> None:
        sources = not_allowed(page.document.experiment.graph)
        if sources and not page.notice.isVisible():
            page.notice.show_message(
                self.tr("This network contains code. Run it only if you trust where it comes from."), "info",
                [(self.tr("Show the code"), lambda: self._show_first(page)),
                 (self.tr("Run it"), lambda: self._agree(page))])

    def _show_first(self, page: Page) -> None:
        found = first_not_allowed(page.document.experiment.graph)
        if found is not None:
            path, name = found
            page.go(path)
            page.find(name)
            self.open(page, name)

    def _agree(self, page: Page) -> None:
        self._trust(not_allowed(page.document.experiment.graph))
        page.notice.dismiss()
        self.agreed.emit()

    def _trust(self, sources: list[str] | set[str]) -> None:
        allow(sources)
        self._settings.allowed_code = [*self._settings.allowed_code, *map(digest, sources)]
