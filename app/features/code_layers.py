"""Layers that are code: the editor, and the question whether a network's code may run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.document.way import Way
from app.features.problems import Problems
from app.features.training import Training
from app.window.host import Feature, Host
from app.window.panel import Tab
from engine.experiment.trust import allow, allow_digests, digest, first_not_allowed, not_allowed
from engine.graph.edits import with_layers
from engine.graph.graph import Graph
from engine.layers.code import Code, running
from engine.layers.code.source import CodeError
from widgets.look.text import message_text


class CodeLayers(Feature):
    """Shows the code of the selected layer; what is written here may run, what a file brings must be agreed to."""

    def __init__(self, host: Host) -> None:
        """Before any network is opened: code that was agreed to may run, once PyTorch is there."""
        super().__init__(host)
        running.loads_torch = False
        allow_digests(host.settings.allowed_code)
        self.tab = Tab(self.tr("Code layer"), self._make, rank=6, hidden=True)
        self._questions: dict[Page, int] = self.per_page()  # the numbers of the messages that asked last
        self._page: Page | None = None
        self._way: Way | None = None  # … to the layer

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def _make(self) -> QWidget:
        from widgets.source.code_editor import CodeEditor  # not seen at first

        self.panel = CodeEditor()
        self.panel.source_committed.connect(self._commit)
        return self.panel

    def begin(self) -> None:
        self.host.places.inspector.code_requested.connect(self.on_page(self.open))
        self.host.feature(Problems).led.connect(self._ask_about_selected)
        self.host.feature(Training).code_waits.connect(self._ask)

    def torch_is_here(self) -> None:
        """From now on code can be tried."""
        running.loads_torch = True

    def connect_page(self, page: Page) -> None:
        page.code_requested.connect(lambda name: self.open(page, name))
        page.left.connect(lambda: self._leave(page))
        page.notice.closed.connect(lambda number: self._ask_after(page, number))

    def open(self, page: Page, name: str) -> None:
        """Edit the code of this layer."""
        self.settle()
        if page is not self._page:
            self.panel.forget()
        self._page, self._way = page, page.document.way_to((*page.level.path, name))
        if self._show():
            self.host.places.bottom.bring(self.tab)
            self.panel.setFocus()

    def _leave(self, page: Page) -> None:
        """Another level comes, where the name would mean another layer."""
        if page is self._page:
            self._put_away()

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if page is self._page:
            self._put_away()

    def _put_away(self) -> None:
        self._page = None
        self.host.places.bottom.put_away(self.tab)

    def show(self, page: Page) -> None:
        """The document in front changed: so may have the code that is shown, or it is gone."""
        if page is not self._page or not self._show():
            self._put_away()
        if page.notice.isHidden():
            self._ask(page)
        elif not not_allowed(page.document.experiment.graph):  # what was asked about is gone, or was agreed to before
            page.notice.withdraw(self._questions.get(page, 0))

    def _show(self) -> bool:
        page, layer = self._page, self._layer()
        if page is None or layer is None:
            return False
        error = next((fault.error for fault in page.level.analysis.faults if fault.node == self._name), None)
        line = error.line if isinstance(error, CodeError) else None
        self.panel.show_code(self._name, layer.source, message_text(error.message) if error else "", line)
        return True

    @property
    def _name(self) -> str:
        path = self._way.path if self._way is not None else None
        return path[-1] if path else ""

    def _layer(self) -> Code | None:
        """The layer whose code is shown, where one sees it."""
        path = self._way.path if self._way is not None else None
        if self._page is None or path is None or self._page.level.path != path[:-1]:
            return None
        node = self._page.level.graph.nodes.get(path[-1])
        return node.layer if node is not None and isinstance(node.layer, Code) else None

    def settle(self) -> None:
        if self._page is not None:
            self.panel.commit()

    def _commit(self, source: str) -> None:
        page, name, layer = self._page, self._name, self._layer()
        if page is None or layer is None:
            return
        self._trust([source])  # whoever writes it wants it to run
        layer = layer.with_options(source=source)
        page.edit(self.tr("Change the code of {name}").format(name=name),
                  with_layers(page.level.graph, {name: layer}))
        self._show()

    # -- what a file brings -------------------------------------------------------------------------------------

    def _ask(self, page: Page) -> None:
        if not_allowed(page.document.experiment.graph):
            self._questions[page] = page.notice.show_message(
                self.tr("This network contains code. Run it only if you trust where it comes from."), "info",
                [(self.tr("Show the code"), lambda: self._show_first(page)),
                 (self.tr("Run it"), lambda: self._agree(page))])

    def _ask_after(self, page: Page, number: int) -> None:
        """Something else that was said is closed; closing the question is an answer."""
        if number != self._questions.get(page):
            self._ask(page)

    def _ask_about_selected(self, page: Page) -> None:
        """One was led from a problem to a layer, which may be that its code waits."""
        nodes = [page.level.graph.nodes[name] for name in page.scene.selected_names()]
        if not_allowed(Graph.of(nodes)):
            self._ask(page)

    def _show_first(self, page: Page) -> None:
        found = first_not_allowed(page.document.experiment.graph)
        if found is not None:
            path, name = found
            page.go(path)
            page.find_layer(name)
            self.open(page, name)

    def _agree(self, page: Page) -> None:
        self._trust(not_allowed(page.document.experiment.graph))
        self.host.look_again()

    def _trust(self, sources: list[str] | set[str]) -> None:
        allow(sources)
        self.host.settings.allowed_code = [*self.host.settings.allowed_code, *map(digest, sources)]
