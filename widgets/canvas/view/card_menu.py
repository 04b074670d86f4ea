"""What the menu offers for cards."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF

from engine.analysis.sharing import share_candidates
from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.graph.graph import Graph, Node
from engine.graph.marks import can_bypass
from engine.layers.inputs import Input
from widgets.canvas.scene.asking import SearchAt
from widgets.canvas.view.menu_entries import Entries, tr
from widgets.canvas.view.view import CanvasView
from widgets.look.text import title_of

REPEATS = (1, 2, 3, 4, 5, 6, 8, 12, 16)
GROWS = frozenset({"Linear", "Conv1d", "Conv2d", "Conv3d"})  # can be wider, or another like it behind them
MOST_NAMES = 24  # of layers to share with; more are chosen in the inspector


def add_of_cards(entries: Entries, nodes: list[Node], about: QPointF) -> None:
    """What can be done with one card or several, at a scene point."""
    only = nodes[0] if len(nodes) == 1 else None
    _add_of_blocks(entries, nodes, only)
    entries.separate()
    if only is not None:
        _add_sharing(entries, only)
    _add_freezing(entries, nodes)
    if only is not None and only.layer.kind() in GROWS:
        _add_growing(entries)
    entries.separate()
    _add_replacing(entries, nodes, about)
    _add_marks(entries, nodes)
    entries.separate()
    view = entries.view
    entries.add(tr("Cut"), view.cut, "Ctrl+X")
    entries.add(tr("Copy"), view.copy, "Ctrl+C")
    entries.add(tr("Duplicate"), view.duplicate, "Ctrl+D")
    if only is not None:
        entries.add(tr("Rename"), view.rename_requested.emit, "F2")
    entries.add(tr("Delete"), view.edits.delete_selection, "Del")
    entries.add(tr("Delete and rejoin"), lambda: view.edits.delete_selection(heal=True), "Shift+Del")


def _add_of_blocks(entries: Entries, nodes: list[Node], only: Node | None) -> None:
    view = entries.view
    if only is not None and isinstance(only.layer, Block):
        entries.add(tr("Look inside"), lambda: view.canvas.open_requested.emit(only.name), "Return")
        _add_repeats(entries, only, only.layer)
    if any(isinstance(node.layer, Block) for node in nodes):
        entries.add(tr("Dissolve"), view.dissolve_requested.emit, "Ctrl+Shift+G")
    if not any(isinstance(node.layer, Input) for node in nodes):
        entries.add(tr("Make block…"), view.block_requested.emit, "Ctrl+G")
    if only is not None and isinstance(only.layer, Custom):
        entries.add(tr("Add to my blocks"), view.keep_requested.emit)
        if view.is_kept(only.layer):
            entries.add(tr("Remove from my blocks"), view.forget_requested.emit)


def _add_repeats(entries: Entries, node: Node, block: Block) -> None:
    within = entries.within(tr("Repeat"))
    text = tr("Repeat {name}").format(name=node.name)

    def repeat(count: int) -> None:
        entries.ask(text, lambda graph: graph.with_layer(node.name, block.with_options(repeat=count)))

    for count in sorted({*REPEATS, block.repeat}):
        within.add_choice(f"×{count}" if count > 1 else tr("Once"), count == block.repeat, partial(repeat, count))


def _add_sharing(entries: Entries, node: Node) -> None:
    """Whose weights it uses; nothing where it has none and could have none of another's."""
    analysis = entries.view.canvas.analysis
    owners = share_candidates(analysis, node.name) if analysis is not None else ()
    if node.shares is None and not (owners and _has_weights(entries.view, node)):
        return
    within = entries.within(tr("Share weights with"))
    if node.shares is not None:
        text = tr("Own weights for {name}").format(name=node.name)
        within.add(tr("No other layer"), lambda: entries.ask(text, lambda graph: graph.with_shares(node.name, None)))
        within.separate()

    def share(owner: str) -> None:
        text = tr("Share the weights of {name}").format(name=owner)
        entries.ask(text, lambda graph: graph.with_shares(node.name, owner))

    for owner in owners[:MOST_NAMES]:
        within.add_choice(owner, owner == node.shares, partial(share, owner))


def _add_freezing(entries: Entries, nodes: list[Node]) -> None:
    having = [node for node in nodes if node.shares is None and _has_weights(entries.view, node)]
    learning = [node for node in having if node.parameters.trainable]
    if having:
        chosen, text = (learning, tr("Freeze")) if learning else (having, tr("Unfreeze"))
        trainable = not learning
        entries.add(text, lambda: entries.ask(text, lambda graph: _set_trainable(graph, chosen, trainable)))


def _add_growing(entries: Entries) -> None:
    """What needs weights is grey without them, and its words say so."""
    view = entries.view
    texts, can = view.growing
    for text, signal in zip(texts, (view.wider_requested, view.deeper_requested), strict=False):
        entries.add(tr(text), signal.emit, enabled=can)


def _set_trainable(graph: Graph, nodes: list[Node], trainable: bool) -> Graph:
    for node in nodes:
        graph = graph.with_parameters(node.name, node.parameters.model_copy(update={"trainable": trainable}))
    return graph


def _has_weights(view: CanvasView, node: Node) -> bool:
    analysis = view.canvas.analysis
    facts = analysis.nodes[node.name].facts if analysis is not None and node.name in analysis.nodes else None
    return facts is not None and facts.params > 0


def _add_replacing(entries: Entries, nodes: list[Node], about: QPointF) -> None:
    view = entries.view
    names = tuple(node.name for node in nodes if node.layer.max_inputs != 0)
    if names:
        entries.add(tr("Replace…"), lambda: view.search_requested.emit(SearchAt(about, replaces=names)), "R")
        if len(names) == 1:
            text = tr("Replace all {layer}…").format(layer=title_of(view.canvas.graph.nodes[names[0]].layer))
            entries.add(text, lambda: view.replace_requested.emit(False))
        else:
            entries.add(tr("Replace in selection…"), lambda: view.replace_requested.emit(True))


def _add_marks(entries: Entries, nodes: list[Node]) -> None:
    """Bypass, comments, folding and labels."""
    view = entries.view
    can = [node for node in nodes if can_bypass(node)]
    if can:
        bypassed = all(node.bypassed for node in can)
        entries.add(tr("Take part again") if bypassed else tr("Bypass"), view.edits.turn_bypass, "M")
    entries.add(tr("Comment"), view.comment, "C")
    folded = all(node.collapsed for node in nodes)
    entries.add(tr("Unfold") if folded else tr("Collapse"), view.edits.turn_fold, "H")
    entries.add_colors(tr("Colour label"), {node.label for node in nodes})
