"""The menu under the right mouse button: what can be done with the selected cards, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from engine.analysis.sharing import share_candidates
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.graph.graph import Graph, GraphError, Node
from engine.graph.marks import can_bypass
from engine.layers.inputs import Input
from widgets.canvas.gestures.asking import SearchAt
from widgets.canvas.gestures.menu_marks import add, add_colors, of_frames, of_wire, tr
from widgets.look.text import title_of

if TYPE_CHECKING:
    from widgets.canvas.view.view import CanvasView

REPEATS = (1, 2, 3, 4, 5, 6, 8, 12, 16)
MOST_NAMES = 24  # of layers to share with; more are chosen in the inspector


def context_menu(view: CanvasView) -> QMenu:
    """The menu for the view's selection, or for the empty canvas."""
    menu = QMenu(view)
    nodes = [view.canvas.graph.nodes[name] for name in view.canvas.selected_names()]
    edges, frames = view.canvas.selected_edges(), view.canvas.selected_frames()
    if nodes:
        _of_cards(menu, view, nodes)
    elif frames:
        of_frames(menu, view, frames)
    elif edges:
        of_wire(menu, view, edges)
    else:
        _of_canvas(menu, view)
    return menu


def _of_canvas(menu: QMenu, view: CanvasView) -> None:
    if view.is_inside:
        add(menu, tr("Go out"), view.out_requested.emit, "Backspace")
        menu.addSeparator()
    point = view.menu_at
    add(menu, tr("Add a layer here…"), lambda: view.search_requested.emit(SearchAt(point)), "Tab")
    add(menu, tr("Add a note"), lambda: view.comments.begin((), point), "C")
    menu.addSeparator()
    add(menu, tr("Paste"), view.paste, "Ctrl+V")
    add(menu, tr("Paste with incoming wires"), lambda: view.paste(wired=True), "Ctrl+Shift+V")
    menu.addSeparator()
    add(menu, tr("Select all"), lambda: view.canvas.select(view.canvas.graph.nodes), "Ctrl+A")
    add(menu, tr("Show everything"), view.fit, "Home")


def _of_cards(menu: QMenu, view: CanvasView, nodes: list[Node]) -> None:
    only = nodes[0] if len(nodes) == 1 else None
    if only is not None and isinstance(only.layer, Block):
        add(menu, tr("Look inside"), lambda: view.canvas.open_requested.emit(only.name), "Return")
        _add_repeats(menu, view, only, only.layer)
    if any(isinstance(node.layer, Block) for node in nodes):
        add(menu, tr("Dissolve"), view.dissolve_requested.emit, "Ctrl+Shift+G")
    if not any(isinstance(node.layer, Input) for node in nodes):
        add(menu, tr("Make block…"), view.block_requested.emit, "Ctrl+G")
    if only is not None and isinstance(only.layer, Custom):
        add(menu, tr("Add to my blocks"), view.keep_requested.emit)
        if view.is_kept(only.layer):
            add(menu, tr("Remove from my blocks"), view.forget_requested.emit)
    menu.addSeparator()
    if only is not None:
        _add_sharing(menu, view, only)
    _add_freezing(menu, view, nodes)
    menu.addSeparator()
    _add_replacing(menu, view, nodes)
    bypassed = all(node.bypassed for node in nodes if can_bypass(node))
    if any(can_bypass(node) for node in nodes):
        add(menu, tr("Take part again") if bypassed else tr("Bypass"), view.canvas.turn_bypass, "M")
    add(menu, tr("Comment"), view.comment, "C")
    folded = all(node.collapsed for node in nodes)
    add(menu, tr("Unfold") if folded else tr("Collapse"), view.canvas.turn_fold, "H")
    add_colors(menu, tr("Colour label"), view, {node.label for node in nodes})
    menu.addSeparator()
    add(menu, tr("Cut"), view.cut, "Ctrl+X")
    add(menu, tr("Copy"), view.copy, "Ctrl+C")
    add(menu, tr("Duplicate"), view.duplicate, "Ctrl+D")
    if only is not None:
        add(menu, tr("Rename"), view.rename_requested.emit, "F2")
    add(menu, tr("Delete"), view.canvas.delete_selection, "Del")
    add(menu, tr("Delete and rejoin"), lambda: view.canvas.delete_selection(heal=True), "Shift+Del")


def _add_replacing(menu: QMenu, view: CanvasView, nodes: list[Node]) -> None:
    names = tuple(node.name for node in nodes if node.layer.max_inputs != 0)
    if names:
        point = view.menu_at
        add(menu, tr("Replace…"), lambda: view.search_requested.emit(SearchAt(point, replaces=names)), "R")
        if len(names) == 1:
            text = tr("Replace all {layer}…").format(layer=title_of(view.canvas.graph.nodes[names[0]].layer))
            add(menu, text, lambda: view.replace_requested.emit(False))
        else:
            add(menu, tr("Replace in selection…"), lambda: view.replace_requested.emit(True))


def _add_repeats(menu: QMenu, view: CanvasView, node: Node, block: Block) -> None:
    submenu = menu.addMenu(tr("Repeat"))
    for count in sorted({*REPEATS, block.repeat}):
        action = submenu.addAction(f"×{count}" if count > 1 else tr("Once"))
        action.setCheckable(True)
        action.setChecked(count == block.repeat)
        action.triggered.connect(lambda _checked=False, count=count: _ask(
            view, tr("Repeat {name}").format(name=node.name),
            lambda graph: graph.with_layer(node.name, block.with_options(repeat=count))))


def _add_sharing(menu: QMenu, view: CanvasView, node: Node) -> None:
    """Whose weights it uses; nothing where it has none and could have none of another's."""
    analysis = view.canvas.analysis
    owners = share_candidates(analysis, node.name) if analysis is not None else ()
    if node.shares is None and not (owners and _has_weights(view, node)):
        return
    submenu = menu.addMenu(tr("Share weights with"))
    if node.shares is not None:
        text = tr("Own weights for {name}").format(name=node.name)
        add(submenu, tr("No other layer"), lambda: _ask(view, text, lambda graph: graph.with_shares(node.name, None)))
        submenu.addSeparator()
    for owner in owners[:MOST_NAMES]:
        action = submenu.addAction(owner)
        action.setCheckable(True)
        action.setChecked(owner == node.shares)
        action.triggered.connect(lambda _checked=False, owner=owner: _ask(
            view, tr("Share the weights of {name}").format(name=owner),
            lambda graph: graph.with_shares(node.name, owner)))


def _add_freezing(menu: QMenu, view: CanvasView, nodes: list[Node]) -> None:
    having = [node for node in nodes if node.shares is None and _has_weights(view, node)]
    learning = [node for node in having if node.parameters.trainable]
    if having:
        chosen, text = (learning, tr("Freeze")) if learning else (having, tr("Unfreeze"))
        trainable = not learning
        add(menu, text, lambda: _ask(view, text, lambda graph: _set_trainable(graph, chosen, trainable)))


def _set_trainable(graph: Graph, nodes: list[Node], trainable: bool) -> Graph:
    for node in nodes:
        graph = graph.with_parameters(node.name, node.parameters.model_copy(update={"trainable": trainable}))
    return graph


def _has_weights(view: CanvasView, node: Node) -> bool:
    analysis = view.canvas.analysis
    facts = analysis.nodes[node.name].facts if analysis is not None and node.name in analysis.nodes else None
    return facts is not None and facts.params > 0


def _ask(view: CanvasView, text: str, change: Callable[[Graph], Graph]) -> None:
    try:
        graph = change(view.canvas.graph)
    except GraphError as error:
        view.refused.emit(error.message)
    else:
        view.canvas.edit_requested.emit(text, graph, "")
