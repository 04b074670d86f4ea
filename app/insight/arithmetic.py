"""Step by step, as the panel shows it: pictures of what is multiplied, lines, and a table of terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from app.insight.values import array_of
from engine.inspect.lens import Look
from engine.inspect.steps.values import Factor, Gathered, Part, Steps, Term, Window
from engine.messages import say
from engine.units import measure_text, value_text
from widgets.inside.arithmetic import Line as ShownLine
from widgets.inside.arithmetic import Steps as Shown
from widgets.inside.arithmetic import Window as ShownWindow
from widgets.inside.shown import Array
from widgets.look.text import message_text, sentence_text

MOST_TERMS, MOST_WINDOWS, DIGITS = 2000, 64, 3  # the last: of a factor, for which there is little room


def forward_shown(made: Steps, look: Look) -> Shown:
    """How the number is made."""
    lines = [ShownLine(message_text(line.text), measure_text(line.value)) for line in made.lines]
    if not made.agrees:
        lines.append(ShownLine("torch", value_text(made.given)))
    heading, rows = _table(made.parts)
    return Shown(message_text(made.title), tuple(_windows(made, look)), made.value, tuple(lines), heading, rows)


def backward_shown(made: Steps, wrong: str = "", about: str = "") -> Shown:
    """How its gradient comes, and what it hands on; ``about``: of what, where that is not the loss."""
    back = made.backward
    if back is None:
        return Shown(message_text(made.title), note=wrong)
    lines = []
    parts: list[Part] = []
    if back.arrived is not None:
        lines += _gathered(back.arrived)
        parts += back.arrived.parts
    lines.append(ShownLine("∂/∂y" if about else "∂L/∂y", measure_text(back.gradient)))
    for part in (*back.to_inputs, *back.to_weights)[:MOST_WINDOWS]:
        lines.append(_handed_on(part))
    parts += [*back.to_inputs, *back.to_weights]
    heading, rows = _table(parts)
    note = sentence_text(back.missing) if back.missing is not None else about
    return Shown(message_text(made.title), (), back.gradient, tuple(lines), heading, rows, note)


def _handed_on(part: Part) -> ShownLine:
    """What is handed on, and to which number; to several: each is a term, and their sum would be no gradient."""
    title, of = message_text(part.title), part.terms[0].of
    if any((each.of and (each.of.name, each.of.index)) != (of and (of.name, of.index)) for each in part.terms):
        return ShownLine(message_text(say("{gradient}, to {count} numbers", gradient=title, count=len(part.terms))))
    if of is not None and of.index is not None:
        title = f"{title} → {of.name}[{', '.join(map(str, of.index))}]"
    return ShownLine(title, measure_text(part.sum))


def joined(first: Shown, second: Shown) -> Shown:
    """One after the other, under the first one's title: the other's is a line."""
    lines = (*first.lines, ShownLine(second.title), *second.lines)
    return first._replace(lines=lines, heading=first.heading or second.heading, terms=(*first.terms, *second.terms),
                          windows=first.windows or second.windows)


def _gathered(found: Gathered) -> list[ShownLine]:
    lines = [ShownLine(message_text(part.title), measure_text(part.sum)) for part in found.parts]
    return [*lines, *(ShownLine(message_text(each)) for each in found.missing)]


def _table(parts: Sequence[Part]) -> tuple[tuple[str, ...], tuple[tuple[str | float, ...], ...]]:
    """Every term: where its factors are from, what they are, and their product. Names that all have stand above."""
    terms = list(islice((term for part in parts for term in part.terms), MOST_TERMS))
    names = {tuple(factor.name for factor in term.factors) for term in terms}
    above = len(names) == 1 and all(factor.index is not None for term in terms for factor in term.factors)
    rows = tuple(_row(term, not above) for term in terms)
    return ("·".join(map(_above, terms[0].factors)) if above else "", "", "="), rows


def _row(term: Term, named: bool) -> tuple[str | float, ...]:
    places = (" · " if named else "·").join(_at(factor, named) for factor in term.factors)
    if term.of is not None:  # a gradient: to which number it goes says more than where its factors are from
        places = _at(replace(term.of, name=_above(term.of)), named=True)
    numbers = " · ".join(value_text(factor.value, DIGITS) for factor in term.factors)
    return places, numbers, term.product


def _above(factor: Factor) -> str:
    """Of a weight of the layer in hand, whose name everybody sees, only which one."""
    return factor.name.rpartition(".")[2] if factor.role == "weight" else factor.name


def _at(factor: Factor, named: bool) -> str:
    """``conv1.weight[0,2,1]``, or without its name."""
    index = "" if factor.index is None else ",".join(map(str, factor.index))
    return f"{factor.name}[{index}]" if named and index else factor.name if named else index


def _windows(made: Steps, look: Look) -> list[ShownWindow]:
    """One for each picture that is read; numbers in a row are no picture."""
    adding = [part for part in made.parts if part.adds] or list(made.parts)
    found = []
    for number, window in enumerate(made.windows[:MOST_WINDOWS]):
        source = _picture(look, window)
        if source is None:
            continue
        part = adding[number] if number < len(adding) and len(adding) == len(made.windows) else (
            adding[0] if len(adding) == 1 else None)
        (top, left), (bottom, right) = _corner(window.low), _corner(window.high)
        kernel = _kernel(part)
        found.append(ShownWindow(source, top, left, bottom - top, right - left, kernel,
                                 part.sum if part is not None and len(made.windows) > 1 else None))
    return found


def _corner(at: Sequence[int]) -> tuple[float, float]:
    return (0.0, float(at[-1])) if len(at) == 1 else (float(at[-2]), float(at[-1]))


def _picture(look: Look, window: Window) -> Array | None:
    output = look.outputs.get(window.place)
    if output is None:
        return None
    values = array_of(output)
    if values.ndim == 3:
        return np.asarray(values[window.channel or 0])
    if values.ndim == 2:
        return values[window.channel][None] if window.channel is not None else values
    return None  # numbers in a row are no picture


def _kernel(part: Part | None) -> Array | None:
    if part is None or part.right is None:
        return None
    right = np.asarray(part.right, dtype=np.float32)
    return right if right.ndim == 2 else right[None] if right.ndim == 1 else None
