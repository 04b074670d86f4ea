"""Sweeps as widgets get them: a small one with one member of each kind, and a large one."""

from __future__ import annotations

import math
import random

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget

from tests.seen import colors
from widgets.sweep.values import FieldAxis, Member, SweepShown

NEARLY = 40  # of 255
FIELDS = (FieldAxis("Learning rate", "log"), FieldAxis("Batch size", "linear"),
          FieldAxis("Optimizer", "words", ("SGD", "Adam")))
MORE = (FieldAxis("conv2: channels", "linear"), FieldAxis("every Dropout: p", "linear"),
        FieldAxis("Schedule", "words", ("constant", "cosine")), FieldAxis("Momentum", "linear"),
        FieldAxis("Weight decay", "log"))  # fmt: skip


def curve(*values: float) -> tuple[tuple[float, float], ...]:
    """From epoch 1 on."""
    return tuple((float(epoch), value) for epoch, value in enumerate(values, 1))


STOPPED = "stopped after epoch 2 of 4: 0.6, those that went on have 0.8 and more"
SMALL = SweepShown(FIELDS, (
    Member("a", "lr 0.01 · SGD", (0.01, 32, "SGD"), "done", "", 0.9, 0.9, curve(0.5, 0.7, 0.8, 0.9), 4, 4),
    Member("b", "lr 0.1 · Adam", (0.1, 64, "Adam"), "stopped", STOPPED, 0.6, 0.6, curve(0.4, 0.6), 2, 4),
    Member("c", "lr 1 · SGD", (1.0, 64, "SGD"), "failed", "diverged", 0.5, 0.3, curve(0.5, 0.3), 2, 4),
    Member("d", "lr 0.1 · SGD", (0.1, 128, "SGD"), "running", "", 0.95, 0.95, curve(0.6, 0.8, 0.95), 3, 4),
    Member("e", "lr 0.001 · SGD", (0.001, 128, "SGD"), "waiting", planned=4),
), "Validation accuracy", True, "2 of 5 · 0:40 left", (("Batch size", 0.2), ("Learning rate", 0.8)),
    ("One of them diverged; the others went on.",))  # fmt: skip


def large(members: int = 200, epochs: int = 20) -> SweepShown:
    """Of eight fields; the last two members train."""
    rng = random.Random(0)
    return SweepShown((*FIELDS, *MORE), tuple(_member(rng, at, members, epochs) for at in range(members)),
                      "Validation accuracy", True, f"{members - 2} of {members}",
                      tuple((field.title, 1 / 8) for field in (*FIELDS, *MORE)))


def _member(rng: random.Random, at: int, members: int, epochs: int) -> Member:
    rate, is_running, is_stopped = 10 ** rng.uniform(-4, 0), at >= members - 2, at % 3 == 1
    values = (rate, rng.choice([32, 64, 128, 256]), rng.choice(["SGD", "Adam", "Momentum"]), rng.choice([8, 16, 32]),
              rng.choice([0.0, 0.2, 0.5]), rng.choice(["constant", "cosine"]), rng.choice([None, 0.9]),
              10 ** rng.uniform(-6, -2))
    done = epochs // 2 if is_running else epochs // 4 if is_stopped else epochs
    top = 0.97 - 0.05 * abs(math.log10(rate) + 1.5)
    way = curve(*(top - 0.6 * math.exp(-0.5 * epoch) + rng.uniform(-0.006, 0.006) for epoch in range(1, done + 1)))
    state = "running" if is_running else "stopped" if is_stopped else "done"
    return Member(f"m{at}", f"lr {rate:.3g} · batch {values[1]}", values, state, "", max(value for _, value in way),
                  way[-1][1], way, done, epochs)


def shows(widget: QWidget, color: str, area: QRect | None = None) -> bool:
    """Whether a pixel there is nearly of this colour: a thin line's edges are mixed with the ground."""
    wanted = QColor(color)
    return any(_apart(QColor(found), wanted) <= NEARLY for found in colors(widget, area))


def _apart(one: QColor, other: QColor) -> int:
    return max(abs(one.red() - other.red()), abs(one.green() - other.green()), abs(one.blue() - other.blue()))


def settle() -> None:
    """Until what lies in what scrolls has its size: a layout asks the next one for another."""
    for _ in range(3):
        QApplication.processEvents()
