"""Runs as a person has them after an afternoon, and a table of them on the screen."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from PySide6.QtGui import QColor

from widgets.look import theme
from widgets.runs.rows import IN_HAND, Cell, Column, RunRow, State

COLUMNS = (Column("best", "best", "The best epoch's validation accuracy"), Column("last", "last"),
           Column("train", "train"), Column("params", "params"), Column("time", "time"),
           Column("seed", "seed", is_number=False))  # fmt: skip
METRICS = (("accuracy", "validation accuracy"), ("loss", "validation loss"))
_DARK, _LIGHT = ("#6bc46d", "#a074f0", "#bf365f"), ("#2e8b3d", "#8a4fd8", "#800606")


def color_of(place: int) -> QColor:
    """As curves have them."""
    return QColor((_DARK if theme.current().dark else _LIGHT)[place % 3])


def cells(best: float, last: float, train: float, params: int, seconds: int, seed: str) -> tuple[Cell, ...]:
    return (*(Cell(f"{value:.4f}", value) if not math.isnan(value) else Cell("–", value)
              for value in (best, last, train)),
            Cell(f"{params:,}".replace(",", " "), params), Cell(f"{seconds // 60}:{seconds % 60:02}", seconds),
            Cell(seed, seed))  # fmt: skip


def row(key: str, changed: str = "", *numbers: float, state: State = "", name: str = "", **more: object) -> RunRow:
    """A run; of numbers best, last, train, params, time."""
    given = [*numbers, *(0.9, 0.9, 0.9, 61_706, 10)[len(numbers):]]
    best, last, train, params, seconds = given
    return RunRow(key, name or key, state, changed, cells(best, last, train, int(params), int(seconds),
                                                          str(more.pop("seed", "0"))), **more)  # type: ignore[arg-type]


def afternoon() -> tuple[RunRow, ...]:
    """As in the drawing of the Train workspace."""
    seeds = tuple(row(f"4.{seed}", "", 0.968 + (seed - 2) / 500, 0.966, 0.974, 61_706, 19, name=f"seed {seed}",
                      seed=str(seed)) for seed in range(5))
    group = RunRow("4", "4 × 5 seeds", "", "Sigmoid → ReLU everywhere", (
        Cell("0.968 ± 0.003", 0.968), Cell("0.966", 0.966), Cell("0.974", 0.974), Cell("61 706", 61_706),
        Cell("1:34", 94), Cell("0–4", "0–4")), children=seeds)
    return (
        row("7", "lr 0.1 → 0.06 by hand", 0.9741, 0.9741, 0.981, 61_706, 11, state="running", color=IN_HAND,
            facts=(("lr", 0.06),)),
        row("6", "Dropout 0.2 → 0", 0.9702, 0.9688, 0.996, 61_706, 18, color=0, facts=(("lr", 0.1),)),
        row("5", "conv2 16 → 8 channels", 0.9655, 0.9655, 0.979, 31_498, 15, color=1, facts=(("lr", 0.1),)),
        group,
        row("3", "batch 256 → 64", 0.9610, 0.9604, 0.972, 61_706, 41, facts=(("lr", 0.1),)),
        row("2", "lr 0.9", 0.1002, 0.0980, 0.102, 61_706, 4, state="stopped", facts=(("lr", 0.9),)),
        row("1", "LeNet as in the notes", 0.9321, 0.9321, 0.930, 61_706, 19, star=True, facts=(("lr", 0.1),)),
    )  # fmt: skip


def many(count: int) -> tuple[RunRow, ...]:
    """So many, always the same ones."""
    return tuple(_each(random.Random(0), count))


def _each(chance: random.Random, count: int) -> Iterator[RunRow]:
    words = ("lr {a} → {b}", "batch {c} → {d}", "Dropout {a} → {b}", "conv2 {c} → {d} channels",
             "lr {a} → {b}, batch {c} → {d}, Sigmoid → ReLU everywhere, weight decay {a}, Dropout 0.5 before fc1")
    for number in range(count, 0, -1):
        a, b, c, d = (chance.choice(values) for values in ((0.1, 0.03), (0.5, 0.9), (16, 64), (8, 256)))
        best = chance.uniform(0.1, 0.99)
        yield row(str(number), chance.choice(words).format(a=a, b=b, c=c, d=d), best, best - 0.001, best + 0.01,
                  chance.choice((61_706, 31_498)), chance.randrange(5, 900), star=number % 17 == 0,
                  note="look again" if number % 13 == 0 else "", seed=str(number % 5), facts=(("lr", a),))
