"""Recurrent cells in float64: all steps of one layer and direction, there and back through time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from engine.inspect.steps.curves import sigmoid
from engine.inspect.steps.values import Array


class Cell(NamedTuple):
    """Its kind (“LSTM”), its weights, its activation where it is a plain RNN, and which way it reads."""

    kind: str
    w: Array  # gates·hidden × features
    u: Array  # gates·hidden × hidden
    w_bias: Array
    u_bias: Array
    activation: str
    is_backwards: bool


class Course(NamedTuple):
    """All steps, in the order of the input: what comes in, states and memories, and those before each step."""

    x: Array
    h: Array
    c: Array
    h_before: Array
    c_before: Array


class Returned(NamedTuple):
    """∂L/∂ of what W·x + b and U·h + b are at each step (they differ in a GRU's candidate), and of the input."""

    of_w: Array
    of_u: Array
    of_x: Array


def sigmoids(x: Array) -> Array:
    """Of each."""
    return np.array([sigmoid(float(each)) for each in x])


def course(cell: Cell, x: Array) -> Course:
    """Run it over length×features, from states of 0."""
    size = cell.u.shape[1]
    h, c, h_before, c_before = (np.zeros((len(x), size)) for _ in range(4))
    state, memory = np.zeros(size), np.zeros(size)
    for step in _order(cell, len(x)):
        h_before[step], c_before[step] = state, memory
        state, memory = _next(cell, x[step], state, memory)
        h[step], c[step] = state, memory
    return Course(x, h, c, h_before, c_before)


def _order(cell: Cell, length: int) -> Sequence[int]:
    return range(length - 1, -1, -1) if cell.is_backwards else range(length)


def gates(cell: Cell, x: Array, h: Array) -> list[tuple[Array, Array]]:
    """W·x + b and U·h + b of each gate."""
    count = len(cell.w) // cell.u.shape[1]
    return list(zip(np.split(x @ cell.w.T + cell.w_bias, count), np.split(h @ cell.u.T + cell.u_bias, count),
                    strict=True))


def _next(cell: Cell, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
    of = gates(cell, x, h)
    if cell.kind == "LSTM":
        i, f, g, o = (a + b for a, b in of)
        c = sigmoids(f) * c + sigmoids(i) * np.tanh(g)
        return sigmoids(o) * np.tanh(c), c
    if cell.kind == "GRU":
        (ar, br), (az, bz), (an, bn) = of
        z, n = sigmoids(az + bz), np.tanh(an + sigmoids(ar + br) * bn)
        return (1 - z) * n + z * h, c
    total = of[0][0] + of[0][1]
    return (np.tanh(total) if cell.activation == "tanh" else np.maximum(total, 0.0)), c


def back(cell: Cell, of: Course, g: Array) -> Returned:
    """What ∂L/∂h at every step (length×hidden) becomes on its way through time."""
    steps = _BACK[cell.kind]
    of_w, of_u = np.zeros((len(of.x), len(cell.w))), np.zeros((len(of.x), len(cell.w)))
    dh, dc = np.zeros(cell.u.shape[1]), np.zeros(cell.u.shape[1])
    for step in reversed(_order(cell, len(of.x))):
        of_w[step], of_u[step], past, dc = steps(cell, of, step, g[step] + dh, dc)
        dh = of_u[step] @ cell.u + past
    return Returned(of_w, of_u, of_w @ cell.w)


Stepped = tuple[Array, Array, Array, Array]  # of W·x, of U·h, of h before beside that, of c before


def _back_lstm(cell: Cell, of: Course, step: int, dh: Array, dc: Array) -> Stepped:
    i, f, g, o = (a + b for a, b in gates(cell, of.x[step], of.h_before[step]))
    i, f, g, o = sigmoids(i), sigmoids(f), np.tanh(g), sigmoids(o)
    bent = np.tanh(of.c[step])
    dc = dc + dh * o * (1 - bent**2)
    pre = np.concatenate([dc * g * i * (1 - i), dc * of.c_before[step] * f * (1 - f), dc * i * (1 - g**2),
                          dh * bent * o * (1 - o)])
    return pre, pre, np.zeros_like(dh), dc * f


def _back_gru(cell: Cell, of: Course, step: int, dh: Array, dc: Array) -> Stepped:
    (ar, br), (az, bz), (an, bn) = gates(cell, of.x[step], of.h_before[step])
    r, z = sigmoids(ar + br), sigmoids(az + bz)
    n = np.tanh(an + r * bn)
    dn = dh * (1 - z) * (1 - n**2)
    dr, dz = dn * bn * r * (1 - r), dh * (of.h_before[step] - n) * z * (1 - z)
    return np.concatenate([dr, dz, dn]), np.concatenate([dr, dz, dn * r]), dh * z, dc


def _back_rnn(cell: Cell, of: Course, step: int, dh: Array, dc: Array) -> Stepped:
    h = of.h[step]
    pre = dh * ((1 - h**2) if cell.activation == "tanh" else (h > 0))
    return pre, pre, np.zeros_like(dh), dc


_BACK: dict[str, Callable[[Cell, Course, int, Array, Array], Stepped]] = {
    "LSTM": _back_lstm, "GRU": _back_gru, "RNN": _back_rnn}
