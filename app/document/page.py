"""A page: one document's canvas, at its top or inside one of its blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QRect, QRectF, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.document.document import Document
from app.document.findings import Findings
from app.document.highlights import Highlights
from app.document.level import Level, Path, followed, level_at, level_inside, made_own
from engine.advice.advice import Problem, Repair
from engine.analysis.analysis import Analysis, analyze
from engine.analysis.sharing import share_candidates
from engine.blocks.base import Block
from engine.blocks.custom import Exposed
from engine.blocks.edits import dissolved, inner, is_own, make_block, with_inner
from engine.graph.graph import Graph, Node
from engine.layers.code import Code
from engine.layout.spreading import Spread, spread_for
from engine.messages import LayerloomError, Message, say
from widgets.canvas.cards.sizes import CARD_HEIGHT
from widgets.canvas.cards.words import repeat_of
from widgets.canvas.scene.scene import CanvasScene
from widgets.canvas.view.menu import ContextMenu
from widgets.canvas.view.scene_view import Place
from widgets.canvas.view.view import CanvasView
from widgets.frame.breadcrumbs import Breadcrumbs
from widgets.look.text import message_text, sentence_text, translated
from widgets.parts.notice import Notice

NOTICE_MS = 8000
Where = Literal["middle", "column", "inside"]  # of the window; in the middle with what flows beside the cards


class Page(QWidget):
    """Shows a document on its own canvas, and keeps its latest analysis.

    ``analysis`` and ``problems`` are of the whole network, ``level`` is what the canvas shows of it.
    """

    block_requested = Signal(list)  # Nodes that can become a block: ask for its name, then call make_block
    rename_requested = Signal()  # of the selected layer
    left = Signal()  # another level of the network is about to be shown
    code_requested = Signal(str)  # the code of this layer shall be shown

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.scene = CanvasScene()
        self.view = CanvasView(self.scene)
        self.context_menu = ContextMenu(self.view)
        self.crumbs = Breadcrumbs()
        self.notice = Notice(self.view)
        self.notice.in_hand = self._in_hand
        self.highlights = Highlights(self.scene)
        self._of_level: set[int] = set()  # messages that are about the level that is shown
        self._note = 0  # the message that says what a gesture did
        self._question = 0  # the message that asks whether a block shall become one's own
        # Both end with the page, in the window's thread, whenever Python gets round to the rest.
        document.setParent(self)
        self.scene.setParent(self)
        self.analysis: Analysis = analyze(Graph())
        self.problems: tuple[Problem, ...] = ()
        self._findings = Findings()
        self.level = Level((), self.analysis, ())
        self.is_refreshing = False
        self._where: Where = "middle"  # as it stands, or stood when it was left
        self._stage: QWidget = self.view  # what messages lie over
        self._spread = Spread()  # how the level is shown where one looks inside
        self._spread_nodes: dict[Node, Node] = {}
        self._all_places: dict[Where, dict[Path, Place]] = {"middle": {}, "column": {}, "inside": {}}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.crumbs)
        self._column.addWidget(self.view)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.scene.edit_requested.connect(self._edit_as_shown)
        self.scene.repair_requested.connect(self.repair)
        self.scene.told.connect(self._tell)
        self.scene.names_selected.connect(lambda _names: self.notice.place())
        self.scene.open_requested.connect(self.open)
        self.view.out_requested.connect(self.go_out)
        self.view.block_requested.connect(self.request_block)
        self.view.dissolve_requested.connect(self.dissolve)
        self.view.rename_requested.connect(self.rename_requested)
        self.left.connect(self.view.comments.finish)
        self.view.refused.connect(self.refuse)
        self.crumbs.level_requested.connect(lambda depth: self.go(self.level.path[:depth]))
        self.crumbs.own_requested.connect(self.make_own)
        self.document.changed.connect(self.refresh)
        self.document.state_changed.connect(self._show_crumbs)

    # -- showing ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the document as it is now: graph, shapes, numbers, problems."""
        self.notice.withdraw(self._note)  # it was about what was shown
        experiment, before = self.document.experiment, self.analysis.graph
        _, self.analysis, self.problems = self._findings.look(experiment)
        path = followed(before, experiment.graph, self.level.path)
        level = level_at(self.analysis, self.problems, path)
        self.is_refreshing = True
        try:
            if level.path == path:
                self._show(level)
            else:
                self._move(level)
        finally:
            self.is_refreshing = False

    def _show(self, level: Level) -> None:
        if level.path != self.level.path:
            self._forget_level()
        if level.graph != self.level.graph:
            self.notice.withdraw(self._question)  # what it would do was meant for what was shown
        self.level = level
        self.view.is_inside = bool(level.path)
        self._show_graph(level)
        self.scene.show_caption(self.tr("from outside") if level.path else self._caption())
        self.scene.show_analysis(level.analysis, level.problems)
        self._show_crumbs()

    def displayed(self, graph: Graph) -> Graph:
        """As it is shown: where one looks inside, with room beside its cards."""
        return spread_for(graph).of(graph) if self._where == "inside" else graph

    def _show_graph(self, level: Level) -> None:
        """On the canvas; nodes that are shown already stay the same objects."""
        graph = level.graph
        if self._where == "inside":
            spread = spread_for(graph)
            known = self._spread_nodes if spread == self._spread else {}
            shown = spread.of(graph, known)
            self._spread = spread
            self._spread_nodes = {node: shown.nodes[name] for name, node in graph.nodes.items()}
            graph = shown
        self.scene.show_graph(graph)

    def _edit_as_shown(self, text: str, graph: Graph, merge_key: str = "") -> None:
        """What is asked for on the canvas lies as the canvas shows it."""
        if self._where == "inside":
            graph = self._spread.undone(graph, self.level.graph)
        self.edit(text, graph, merge_key)

    def goes_with_level(self, number: int) -> None:
        """This message of the notice is about the level that is shown: what it offers can be done nowhere else."""
        self._of_level.add(number)

    def _forget_level(self) -> None:
        for number in self._of_level:
            self.notice.withdraw(number)
        self._of_level.clear()

    def _move(self, level: Level) -> None:
        """Show another level, where one last looked at in it; the block one comes out of is selected."""
        left = self.level.path
        self.notice.withdraw(self._question)  # it was about what was shown
        self.view.comments.leave()  # its names would mean other layers
        self._places[left] = self.view.place()
        inwards = len(level.path) > len(left)
        card = self.scene.cards.get(level.path[-1]) if inwards else None
        self.view.fade(card.sceneBoundingRect().center() if card is not None else None, inwards)
        self.scene.clearSelection()
        self._show(level)
        self._column.activate()  # the way in takes room from the canvas, or gives it back
        place = self._places.get(level.path)
        if place is None:
            self.view.show_from_top()
        else:
            self.view.go_to(place)
        if left[: len(level.path)] == level.path:
            self.scene.select(left[len(level.path) : len(level.path) + 1])

    # -- where it stands ----------------------------------------------------------------------------------------

    def say_over(self, stage: QWidget | None) -> None:
        """Messages lie over this; None: over the canvas."""
        there = self.notice.parentWidget() is self._stage  # else something covers it and has taken them along
        self._stage = self.view if stage is None else stage
        if there:
            self.rest_notice()

    def _in_hand(self) -> QRect:
        """Where the selected cards are, and below them what mends one; nothing where messages lie over something else.
        """
        area = QRectF()
        names = self.scene.selected_names() if self.notice.parentWidget() is self.view else ()
        for card in (self.scene.cards[name] for name in names if name in self.scene.cards):
            area = area.united(card.sceneBoundingRect().adjusted(0, 0, 0, CARD_HEIGHT))
        return self.view.mapFromScene(area).boundingRect() if not area.isEmpty() else QRect()

    def rest_notice(self) -> None:
        """Messages lie where they do while nothing covers the canvas."""
        if self.notice.parentWidget() is not self._stage:
            self.notice.move_to(self._stage)

    def keep_place(self) -> None:
        """Where one looks now is where one will look again, however large the canvas is meanwhile."""
        self._places[self.level.path] = self.view.place()
        self.view.is_column = False

    @property
    def _places(self) -> dict[Path, Place]:
        """Where one looked last, as the page stands."""
        return self._all_places[self._where]

    def stand(self, where: Where) -> None:
        """A narrow column, or the middle of the window: each shows what one has looked at there before."""
        as_column = where == "column"
        self.view.is_column = as_column
        if where == self._where:
            if as_column:  # the panel may be another width by now
                self.view.look_again_as_column(self.view.place())
            return
        was_spread, self._where, stack = self._where == "inside", where, self.parentWidget()
        if was_spread or where == "inside":
            self._show_graph(self.level)
            self.scene.show_analysis(self.level.analysis, self.level.problems)
        if stack is not None:
            self.resize(stack.size())  # Qt would do it a little later
        self._column.activate()
        place = self._places.get(self.level.path)
        if place is None:
            self.view.show_from_top()
        elif as_column:
            self.view.look_again_as_column(place)
        else:
            self.view.go_to(place)
        self.view.keep_in_sight(self.scene.selected_names())

    def _show_crumbs(self) -> None:
        path, graph = self.level.path, self.document.experiment.graph
        self.crumbs.setVisible(bool(path))
        if path:
            self.crumbs.show_levels([self.document.name, *self._titles()])
            wrong = [problem for problem in self.level.problems if problem.node is None]
            own = is_own(graph, path)
            text = sentence_text(wrong[0].message) if wrong else "" if own else self.tr("Made from its parameters")
            self.crumbs.show_note(text, is_error=bool(wrong), offers_own=not own)

    def _titles(self) -> list[str]:
        """Names of the blocks on the way, with how often they are repeated."""
        titles, graph = [], self.analysis.graph
        for depth, name in enumerate(self.level.path):
            if depth:
                graph = inner(self.analysis, self.level.path[:depth]).graph
            count = repeat_of(graph.nodes[name].layer)
            titles.append(f"{name} ×{count}" if count > 1 else name)
        return titles

    def jump_to(self, name: str) -> None:
        """Select a layer of the whole network and bring it into view; ``block.layer`` is inside a block."""
        *way, last = name.split(".")
        level = level_at(self.analysis, self.problems, tuple(way))
        self.go(level.path)
        self.find_layer(last if len(level.path) == len(way) else way[len(level.path)])

    def find_layer(self, name: str) -> None:
        """Select a layer of the level that is shown and bring it into view."""
        self.scene.select([name])
        self.view.fit(selection_only=True)

    def share_candidates(self, name: str) -> tuple[str, ...]:
        """Layers of this level whose weights the named one could use."""
        return share_candidates(self.level.analysis, name)

    def _caption(self) -> str:
        """What the Input card says about its data."""
        data = self.document.experiment.data
        words = [translated(data.source.title)]
        if data.resize and data.is_image:
            words.append(f"{data.resize}×{data.resize}")
        if data.normalize and data.is_image:
            words.append(self.tr("normalised"))
        return " · ".join(words)

    # -- going in and out ---------------------------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Show what is inside a layer: a block's layers, or its code."""
        node = self.level.graph.nodes.get(name)
        if node is None:  # it went while a menu was open
            self.refuse(say("There is no layer named {name}", name=name))
        elif isinstance(node.layer, Block):
            self.go((*self.level.path, name))
        elif isinstance(node.layer, Code):
            self.code_requested.emit(name)

    def go_out(self) -> None:
        """One level up."""
        self.go(self.level.path[:-1])

    def go(self, path: Path) -> None:
        """Show the level at this path, or say why that is not possible."""
        if path != self.level.path:
            self.left.emit()
            try:
                level = level_inside(self.analysis, path) if path else Level((), self.analysis, self.problems)
            except LayerloomError as error:
                self.refuse(error.message)
            else:
                self._move(level)
        self.view.setFocus()

    # -- editing ------------------------------------------------------------------------------------------------

    @property
    def is_own(self) -> bool:
        """Whether what is shown can be edited as it is; else it is asked whether it shall be the person's own."""
        return is_own(self.document.experiment.graph, self.level.path)

    def edit(self, text: str, graph: Graph, merge_key: str = "", select: Sequence[str] = ()) -> None:
        """Record another graph of the level that is shown, and select these of its layers."""
        if not self.is_own:
            if graph != self.level.graph:
                self._ask_to_own(lambda: self.edit(text, graph, merge_key, select))
            return
        with self.scene.selecting_once():
            self._record(text, graph, merge_key)
            if select and all(name in self.scene.cards for name in select):  # else it was not granted
                self.scene.select(select)

    def _record(self, text: str, graph: Graph, merge_key: str) -> None:
        path, whole = self.level.path, self.document.experiment.graph
        try:
            whole = with_inner(whole, path, graph, self.analysis)
        except LayerloomError as error:
            self.refuse(error.message)
        else:
            self.document.edit_graph(text, whole, "/".join((*path, merge_key)) if merge_key else "")

    def repair(self, repair: Repair) -> None:
        """Do what a repair button says: one of this level's, or one of the whole network's."""
        text, now = message_text(repair.text), self.repair_now(repair)
        if now is None:
            self.refuse(say("The network has changed: that is not needed any more"))
        else:
            with self.scene.selecting_once():
                self._repair(text, now)
        self.view.setFocus()  # the button is gone; stray keys shall not land elsewhere

    def _repair(self, text: str, repair: Repair) -> None:
        """Do it, and show and select what is new, or else the layer that was mended."""
        before, path = self.level.graph, self.level.path
        if path and any(repair in problem.repairs for problem in self.level.problems):
            self.edit(text, repair.apply(before))
        else:
            self.document.edit(text, repair.of(self.document.experiment))
        if self.level.path == path and self.level.graph != before:
            new = [name for name in self.level.graph.nodes if name not in before.nodes]
            *where, name = repair.place.split(".")
            self.view.show_chosen(new or [name] if tuple(where) == path else new)

    def repair_now(self, repair: Repair) -> Repair | None:
        """What a button offers, of the network as it is now: it may have changed since. None: nothing any more."""
        offered = [each for problem in (*self.level.problems, *self.problems) for each in problem.repairs]
        if any(each is repair for each in offered):
            return repair
        alike = {id(each): each for each in offered if (each.text, each.place) == (repair.text, repair.place)}
        return next(iter(alike.values())) if len(alike) == 1 else None

    def _ask_to_own(self, then: Callable[[], None]) -> None:
        """What is made from parameters cannot be changed by hand: offer what can, and do it ``then``."""
        self.scene.put_back()
        self.scene.names_selected.emit(self.scene.selected_names())  # panels show again what stands
        text = self.tr("This block is made from its parameters. Make it your own to change it.")
        own = self.tr("Make it my own"), lambda: self.make_own(then)
        self._question = self.notice.ask(text, [own], instead=self._question)

    def make_own(self, then: Callable[[], None] | None = None) -> None:
        """Turn the block one is in into one that holds its layers, and go on with what was asked for."""
        path = self.level.path
        try:
            graph, now = made_own(self.analysis, path, self.document.experiment.data.sample_shape)
        except LayerloomError as error:
            self.refuse(error.message)
            return
        self.notice.withdraw(self._question)
        self.level = self.level._replace(path=now)
        self.document.ways.move(path, now)
        self.document.edit_graph(self.tr("Make {name} my own").format(name=path[-1]), graph)
        if then is not None:
            then()
        self.view.setFocus()

    def request_block(self) -> None:
        """Ask for the name of the block that the selected layers shall become, or say why they cannot."""
        names = self.scene.selected_names()
        if len(names) == 1 and isinstance(self.level.graph.nodes[names[0]].layer, Block):
            self.refuse(say("{name} is a block already: select several layers to make one of them", name=names[0]))
            return
        if not self.is_own:
            self._ask_to_own(self.request_block)
            return
        try:
            make_block(self.level.graph, names, "Block")
        except LayerloomError as error:
            self.refuse(error.message)
        else:
            self.block_requested.emit([self.level.graph.nodes[name] for name in names])

    def make_block(self, label: str, exposed: Sequence[Exposed] = (), nodes: Sequence[Node] | None = None) -> None:
        """Make a block of these layers, unless they have changed by now, else of the selected ones."""
        graph = self.level.graph
        names = self.scene.selected_names() if nodes is None else [node.name for node in nodes]
        changed = [node.name for node in nodes or () if graph.nodes.get(node.name) != node]
        if changed:
            self.refuse(say("{name} has changed meanwhile: make the block again", name=changed[0]))
            return
        try:
            graph, name = make_block(graph, names, label, exposed)
        except LayerloomError as error:
            self.refuse(error.message)
        else:
            self.edit(self.tr("Make block {name}").format(name=label), graph, select=[name])
        self.view.setFocus()

    def dissolve(self) -> None:
        """Put the layers of the selected blocks in their place."""
        graph = self.level.graph
        new: list[str] = []
        blocks = [name for name in self.scene.selected_names() if isinstance(graph.nodes[name].layer, Block)]
        if not blocks:
            self.refuse(say("Select a block to dissolve it into its layers"))
            return
        try:
            for name in blocks:
                graph, names = dissolved(graph, name, self.level.analysis)
                new.extend(names)
        except LayerloomError as error:
            self.refuse(error.message)
        else:
            self.edit(self.tr("Dissolve {name}").format(name=", ".join(blocks)), graph, select=new)

    def refuse(self, message: Message) -> None:
        """Say why something cannot be done."""
        self.notice.show_message(sentence_text(message), "info", timeout_ms=NOTICE_MS)

    def _tell(self, message: Message) -> None:
        """Say what a gesture did, until something else is done."""
        self._note = self.notice.show_message(sentence_text(message), "info", timeout_ms=NOTICE_MS)
