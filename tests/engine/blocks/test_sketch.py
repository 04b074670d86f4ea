"""What is drawn of a block on its card: the layers that matter, in the order in which data go through them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.blocks.base import Block
from engine.blocks.custom import Custom
from engine.blocks.sketch import MOST_LAYERS, MOST_ROWS, Sketch, rows_of, sketch
from engine.graph.graph import Graph, Node
from engine.graph.grid import CARD, THIN, card_height, size_of
from engine.layers.activation import ReLU
from engine.layers.base import LAYERS
from engine.line.line import build_line


def drawn(kind: str, **options: Any) -> Sketch:
    block = LAYERS[kind](**options)
    assert isinstance(block, Block)
    found = sketch(block)
    assert found is not None
    return found


def own(line: str, **options: Any) -> Custom:
    return Custom(label="Own", graph=build_line(Graph(), f"input 4x8x8, {line}")[0], **options)


def told(found: Sketch) -> str:
    """Row by row, from left to right: the words of boxes, | for a merge."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for box in found.boxes:
        rows.setdefault(box.at[1], []).append((box.at[0], "|" if box.is_bar else box.text or box.category))
    return " / ".join(" ".join(text for _, text in sorted(rows[row])) for row in sorted(rows))


@pytest.mark.parametrize(("kind", "options", "expected"), [
    ("Inception", {}, "1×1 1×1 3×3 / 1×1 / 3×3 5×5 1×1 / |"),
    ("Residual", {}, "3×3 / 3×3 / |"),
    ("Residual", {"stride": 2}, "3×3 / 1×1 / 3×3 / |"),
    ("Residual", {"bottleneck": True}, "1×1 / 3×3 / 1×1 / |"),
    ("VGG", {"num_convs": 1}, "3×3 / 2×2"),
    ("NiN", {"kernel_size": 11}, "11×11 / 1×1 / 1×1"),
    ("Dense", {"num_convs": 2}, "3×3 / | / 3×3 / |"),
    ("Transition", {}, "1×1 / 2×2"),
    ("ConvBNReLU", {"kernel_size": (3, 5)}, "3×5"),
    ("Residual", {"repeat": 3, "stride": 2}, "3×3 / 1×1 / 3×3 / |"),
])
def test_what_is_drawn_of_a_block(kind: str, options: dict[str, Any], expected: str) -> None:
    assert told(drawn(kind, **options)) == expected


def test_branches_stand_in_their_order_around_what_they_leave_and_meet_in():
    found = drawn("Inception")
    [merge] = [box for box in found.boxes if box.is_bar]
    assert merge.at[0] == 0 and (found.left, found.right) == (-1.5, 1.5) and merge.across == 3
    starts = {wire[0] for wire in found.wires if wire[0][1] < 0}
    assert len(starts) == 1 and next(iter(starts))[0] == 0
    assert sum(wire[-1] == merge.at for wire in found.wires) == 4
    alone = next(box for box in found.boxes if box.at[0] == -1.5)
    assert alone.at[1] == 0.5, "a short branch stands in the middle of its way"


def test_a_wire_past_layers_keeps_away_from_them():
    found = drawn("Residual")
    past = max(found.wires, key=len)
    boxes = {box.at[0] for box in found.boxes}
    assert all(abs(point[0] - x) > 0.5 for point in past[1:-1] for x in boxes)


@pytest.mark.parametrize(("block", "rows"), [
    (own("relu, bn"), 2), (own("conv 4 3x3, relu"), 1), (own("flatten, linear 4, linear 2"), 2),
    (own("residual 4, inception 1 2 3 4 5 6"), 2), (own(", ".join(["conv 4 3x3 p1"] * 12)), MOST_ROWS),
    (own(", ".join(["conv 4 1x1"] * (MOST_LAYERS + 1))), 0), (Custom(), 0), (LAYERS["VGG"](num_convs=64), MOST_ROWS),
])
def test_how_many_rows_it_takes(block: Block, rows: float) -> None:
    assert rows_of(sketch(block)) == block.inside_rows == rows
    node = Node("block", block)
    assert size_of(node) == (CARD[0], card_height(rows))
    assert size_of(Node("block", block, collapsed=True)) == (CARD[0], THIN)


def test_other_layers_have_nothing_inside():
    assert ReLU().inside_rows == 0 and size_of(Node("act", ReLU())) == CARD


def test_what_cannot_be_told_without_its_input_is_not_drawn():
    class Picky(LAYERS["VGG"]):  # type: ignore[misc]
        def expand(self, shapes: Any) -> Graph:
            from engine.layers.base import ShapeError

            raise ShapeError("never")

    assert sketch(Picky()) is None and Picky().inside_rows == 0
