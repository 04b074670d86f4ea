"""What two networks cost: the four numbers of each, and how far they are apart."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.analysis.analysis import Costs
from tests.seen import label_with, texts
from tests.widgets.compare.desk import chain, side
from widgets.compare.costs import CompareCosts, difference_text
from widgets.look import theme


@pytest.mark.parametrize(("row", "before", "after", "said"), [
    (0, None, 5, "–"), (0, 5, None, "–"), (0, None, None, "–"), (0, 5, 5, "="), (2, 0, 0, "="),
    (0, 0, 1200, "+1 200"), (0, 0, 12_000_000, "+12 M"), (1, 0, 1200, "+1.2 k"), (2, 0, 1200, "+1.2 kB"),
    (3, 0, 5, "+5 B"),
    (0, 100, 150, "+50 %"), (0, 100, 25, "−75 %"), (0, 100, 0, "−100 %"), (0, 1000, 1005, "+0.5 %"),
    (1, 10, 109, "+990 %"), (1, 10, 110, "×11"), (2, 3, 100, "×33.3"),
    (2, 1, 999, "×999"), (2, 10, 9996, "×1 000"), (2, 1, 1000, "×1 000"), (2, 1, 20_000_000, "×20 M"),
])  # fmt: skip
def test_how_far_two_costs_are_apart(row: int, before: int | None, after: int | None, said: str) -> None:
    assert difference_text(row, before, after).replace("\xa0", " ") == said


def test_the_costs_of_both_side_by_side(qtbot: QtBot) -> None:
    costs = CompareCosts()
    qtbot.addWidget(costs)
    costs.show()
    costs.show_sides(side("a", chain(), costs=Costs(1000, 2000, 300_000, 0)),
                     side("b", chain(), costs=Costs(1000, 12_345_678, 150_000, 1500), batch_size=1024))
    assert [text.replace("\xa0", " ") for text in texts(costs)] == [
        "at batch 64 → 1 024, float32", "Costs", "− Before", "+ After", "Difference",
        "Parameters", "1 000", "1 000", "=",
        "Multiply-adds", "2 k", "12.3 M", "×6 173",
        "Training memory", "0.30 MB", "0.15 MB", "−50 %",
        "Inference memory", "0 B", "1.5 kB", "+1.5 kB",
    ]  # fmt: skip
    assert [cell.toolTip().replace("\xa0", " ") for cell in costs.cells[1]] == ["2 000", "12 345 678", ""]
    assert [cell.accessibleName() for cell in costs.cells[3]] == [
        "Inference memory, before", "Inference memory, after", "Inference memory, difference"]


def test_costs_that_are_not_known_are_dashes(qtbot: QtBot) -> None:
    costs = CompareCosts()
    qtbot.addWidget(costs)
    known, unknown = side("a", chain(), costs=Costs(1000, 2000, 3000, 4000)), side("b", chain())
    costs.show_sides(known, known)
    costs.show_sides(known, unknown)
    assert [[cell.text() for cell in row][1:] for row in costs.cells] == [["–", "–"]] * 4
    assert [row[1].toolTip() for row in costs.cells] == [""] * 4
    costs.show()
    assert "at batch 64, float32" in texts(costs)


def test_numbers_stand_below_their_heads_and_beside_what_they_are_of(qtbot: QtBot) -> None:
    costs = CompareCosts()
    qtbot.addWidget(costs)
    costs.resize(400, 160)
    costs.show_sides(side("a", chain(), costs=Costs(1000, 2000, 300_000, 0)),
                     side("b", chain(), costs=Costs(1200, 12_345_678, 150_000, 1500)))
    costs.show()
    QApplication.processEvents()
    heads = [label_with(costs, text).geometry() for text in ("− Before", "+ After", "Difference")]
    names = [label_with(costs, text).geometry() for text in ("Parameters", "Multiply-adds", "Training memory",
                                                             "Inference memory")]
    for row, name in zip(costs.cells, names, strict=True):
        boxes = [cell.geometry() for cell in row]
        assert [box.right() for box in boxes] == [head.right() for head in heads]
        assert all(box.center().y() == pytest.approx(name.center().y(), abs=2) for box in boxes)
        assert all(box.left() > name.left() + 40 for box in boxes)
    tops = [heads[0].top(), *(name.top() for name in names), label_with(costs, "at batch 64, float32").y()]
    assert tops == sorted(set(tops))
    title, batch = label_with(costs, "Costs").geometry(), label_with(costs, "at batch 64, float32").geometry()
    assert {title.left(), batch.left(), *(name.left() for name in names)} == {16}
    assert abs(title.center().y() - heads[0].center().y()) <= 3 and heads[2].right() == costs.width() - 17
    assert batch.right() == heads[2].right(), "it may be as long as the whole"
    sizes = {cell.font().pixelSize() for row in costs.cells for cell in row}
    assert sizes == {label_with(costs, "Parameters").font().pixelSize()} == {12}
    assert costs.cells[0][0].font().family() == theme.mono_font(12).family()
