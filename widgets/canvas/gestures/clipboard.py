"""Selected layers on the clipboard: for this program whole, for others as Python and as one line of text."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from engine.analysis.analysis import Analysis
from engine.experiment.experiment import Experiment, from_json, to_json
from engine.graph import edits
from engine.graph.graph import Edge, Graph, GraphError, Position
from engine.layers.inputs import Input
from engine.messages import LayerloomError, Message

NETWORK_MIME = "application/x-layerloom-network"
WIRES_MIME = "application/x-layerloom-wires"  # what led into them: [source, target, port]
LINE_MIME = "application/x-layerloom-line"


def copy_part(graph: Graph, names: Collection[str], analysis: Analysis | None) -> None:
    """Put the named nodes, the wires among them and those that lead in on the clipboard."""
    piece = edits.part(graph, names)
    for name, owner in piece.shares.items():
        if owner not in piece.nodes:  # elsewhere there is no such layer to share with
            piece = piece.with_shares(name, None)
    data, line = QMimeData(), line_of(piece)
    data.setData(NETWORK_MIME, to_json(Experiment(piece)).encode())
    incoming = [[e.source, e.target, e.port] for e in graph.edges if e.target in piece.nodes and
                e.source not in piece.nodes]
    data.setData(WIRES_MIME, json.dumps(incoming).encode())
    if line:
        data.setData(LINE_MIME, line.encode())
    data.setText("\n".join(_as_text(piece, line, analysis)))
    QGuiApplication.clipboard().setMimeData(data)


def leave_text() -> None:
    """Before the program ends: what is on the clipboard may outlive it, but nothing made by Python may."""
    clipboard = QGuiApplication.clipboard()
    data = clipboard.mimeData()
    if data is not None and data.hasFormat(NETWORK_MIME):
        clipboard.setText(clipboard.text())


def _as_text(piece: Graph, line: str, analysis: Analysis | None) -> Iterator[str]:
    from engine.writing.snippet import snippet  # with what it needs; nobody copies before the first picture

    if line:
        yield f"# {line}"
    code = snippet(piece, analysis)
    yield code or to_json(Experiment(piece))


def line_of(piece: Graph) -> str:
    """The layers as a line that can be typed; "" where they have no such form."""
    from engine.line.line import line_of as written  # nobody copies before the first picture

    try:
        return written(piece)
    except LayerloomError:
        return ""


def copied() -> tuple[Graph, tuple[Edge, ...]] | str:
    """What the clipboard holds as layers, with the wires that led in; or a text, to be read.

    Raises LayerloomError, saying why it is neither.
    """
    data = QGuiApplication.clipboard().mimeData() or QMimeData()  # nothing was ever copied
    if data.hasFormat(NETWORK_MIME):
        try:
            incoming = tuple(Edge(*wire) for wire in json.loads(bytes(data.data(WIRES_MIME).data()) or b"[]"))
            return from_json(bytes(data.data(NETWORK_MIME).data()).decode()).graph, incoming
        except (ValueError, TypeError) as error:  # another program may write what it likes
            raise LayerloomError("What is on the clipboard is damaged: copy it again") from error
    if not data.text().strip():
        raise LayerloomError("The clipboard holds no layers: copy some first")
    return data.text()


def read_at_once(text: str, done: Callable[[Graph], object], failed: Callable[[Message], object]) -> None:
    """The network in a text, while one waits: for who has no threads."""
    from engine.reading.reading import from_text  # with what it needs; nobody pastes before the first picture

    try:
        piece = from_text(text)
    except LayerloomError as error:
        failed(error.message)
    else:
        done(piece)


def pasted(graph: Graph, piece: Graph, incoming: Collection[Edge], offset: Position) -> tuple[
        Graph, tuple[str, ...]]:
    """``piece`` added, with the wires into it from where its originals had theirs; its new names.

    A network has one Input: where there is one, that of a whole network that is pasted stays away; where nothing
    follows it yet, what is pasted does.
    """
    begun = _begun(graph, piece)
    if any(isinstance(node.layer, Input) for node in graph.nodes.values()):
        rest = [name for name, node in piece.nodes.items() if not isinstance(node.layer, Input)]
        piece = edits.part(piece, rest) if rest else piece
    graph, names = edits.pasted(graph, piece, offset)
    called = dict(zip(piece.nodes, names, strict=True))
    for edge in (*incoming, *begun):
        try:
            graph = graph.with_edge(Edge(edge.source, called[edge.target], edge.port))
        except (GraphError, KeyError):  # no such layer here
            continue
    return graph, names


def begins(graph: Graph, piece: Graph) -> bool:
    """Whether a whole network is pasted where there is nothing but an Input."""
    return len(graph.nodes) == 1 and bool(_begun(graph, piece))


def _begun(graph: Graph, piece: Graph) -> tuple[Edge, ...]:
    """Wires from an Input that nothing follows yet to what the Input of a network that is pasted leads to."""
    inputs = [[name for name, node in each.nodes.items() if isinstance(node.layer, Input)] for each in (graph, piece)]
    if len(inputs[0]) != 1 or len(inputs[1]) != 1 or graph.outputs[inputs[0][0]]:
        return ()
    return tuple(Edge(inputs[0][0], edge.target, edge.port) for edge in piece.outputs[inputs[1][0]])
