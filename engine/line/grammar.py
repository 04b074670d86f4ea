"""The line form: ``conv 64 3x3 p1, bn, relu, maxpool 2, x3, flatten, linear 10`` is a chain of layers. No torch.

Steps are separated by ``,`` or ``→`` (``->``), and ``;`` begins a chain of its own. A step is a layer with its values::

    conv 64 3x3 p1      any name, torch class or synonym of a layer, English or Chinese; then its values
    64  3x3  0.5        numbers go to its options in order, windows and shapes are written with x
    k3 s2 p1 d2 g32     kernel, stride, padding, dilation, groups; ``psame`` pads to the same size
    bias=false  nobias  any option by its name; a choice or an option that is on by its word alone
    residual 64 x2      a block repeats inside, any other layer is there twice

``x3`` as a step repeats all since the start, or since the last such step. Round brackets hold steps together:
``(conv 64, relu) x2``; branches inside them meet at their end, joined by ``|`` or added by ``+``. An empty branch is
what comes in: ``(conv 64 3x3 p1, bn +), relu`` has a shortcut. A name without a number fits what comes before it:
``bn`` behind a linear layer is BatchNorm1d. Upper and lower case are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.layers.base import Layer
from engine.layers.inputs import Input
from engine.layers.merge import Add, Concatenate
from engine.line.values import LineError, rank_behind, read_layer
from engine.units import readings

__all__ = ["MOST", "Item", "LineError", "parse_line", "read_line"]

MOST = 2000  # layers that one line may make
LONGEST = 100_000  # characters
REPEAT = re.compile(r"\s*[x×*]\s*(\d+)\s*", re.IGNORECASE)
SEPARATOR = re.compile(r"→|->|,|，|、|\n|;|；")
ENDS = re.compile(r"→|->|[,，、\n;；()|+（）]")
COMMA = re.compile(r"[\d.]+,\d+(?=\s|$|[)）|+,;→])")  # a number as it is written elsewhere
JOINS: dict[str, type[Layer]] = {"|": Concatenate, "+": Add}


class Item(NamedTuple):
    """One layer of a line: where it is written, and which items it reads, by index; −1 is what comes in.

    Nothing to read: it begins a chain of its own (an Input, or what stands behind a ``;``).
    """

    layer: Layer
    start: int
    end: int
    after: tuple[int, ...] = (-1,)


@dataclass(frozen=True)
class _Group:
    """Branches side by side, and how they are joined (empty: there is only one)."""

    branches: tuple[tuple[_Step, ...], ...]
    join: str
    start: int
    end: int


@dataclass(frozen=True)
class _One:
    layer: Layer
    start: int
    end: int


@dataclass(frozen=True)
class _Break:
    """A new chain begins."""


_Step = _One | _Group | _Break


def parse_line(text: str) -> tuple[Layer, ...]:
    """The layers of a line, in order. Raises LineError."""
    return tuple(item.layer for item in read_line(text))


def read_line(text: str, rank: int | None = None) -> tuple[Item, ...]:
    """The layers of a line and how they follow each other. Raises LineError.

    ``rank``: how many dimensions beside the channels come in, where that is known; ``bn`` then fits them.
    """
    if len(text) > LONGEST:
        raise LineError("This is too long for a line: {most} characters are the most", 0, len(text), most=LONGEST)
    reader = _Reader(text, rank)
    steps = reader.steps(depth=0)
    items: list[Item] = []
    _flatten(steps, (-1,), items)
    if not items:
        raise LineError("Write layers, such as: conv 16 3x3, relu, maxpool 2", 0, len(text))
    return tuple(items)


def _flatten(steps: Sequence[_Step], before: tuple[int, ...], items: list[Item]) -> tuple[int, ...]:
    """Append the steps' layers; ``before`` is what the first reads. Returns what the next would read."""
    for step in steps:
        if isinstance(step, _Break):
            before = ()
        elif isinstance(step, _One):
            items.append(Item(step.layer, step.start, step.end, () if step.layer.max_inputs == 0 else before))
            before = (len(items) - 1,)
        else:
            ends = [end for branch in step.branches for end in _flatten(branch, before, items)]
            if step.join:
                items.append(Item(JOINS[step.join](), step.start, step.end, tuple(ends)))
                ends = [len(items) - 1]
            before = tuple(ends)
    return before


def _count(steps: Sequence[_Step]) -> int:
    return sum(sum(map(_count, s.branches)) + bool(s.join) if isinstance(s, _Group) else isinstance(s, _One)
               for s in steps)


class _Reader:
    """Reads the steps of a line from left to right."""

    def __init__(self, text: str, rank: int | None = None) -> None:
        self.text, self.at, self.rank = text, 0, rank

    def steps(self, depth: int) -> tuple[_Step, ...]:
        """Steps up to the end, or to what closes or divides the group."""
        steps: list[_Step] = []
        since = 0  # where a repetition begins
        while True:
            self._skip_space()
            char = self._char()
            if not char or (depth and char in "|+)）"):
                return tuple(steps)
            if char in "|+)）":
                raise LineError("“{what}” stands outside brackets: open one with ( before the branches" if char in "|+"
                                else "“{what}” closes nothing: remove it, or open a bracket before it",
                                self.at, self.at + 1, what=char)
            if separator := SEPARATOR.match(self.text, self.at):
                self.at = separator.end()
                if separator[0] in ";；" and steps:
                    steps.append(_Break())
                    self.rank = None
                    since = len(steps)
            elif repeat := self._repeat():
                again = next((i + 1 for i in range(since, len(steps)) if _is_input(steps[i])), since)
                steps += self._times(steps[again:], repeat)
                since = len(steps)
            else:
                steps += self._group(depth) if char in "(（" else self._layers()

    def _char(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip_space(self) -> None:
        while self._char() in (" ", "\t", "\r"):
            self.at += 1

    def _repeat(self) -> re.Match[str] | None:
        """``x3`` as a step of its own."""
        found = REPEAT.match(self.text, self.at)
        if found is None or (found.end() < len(self.text) and not ENDS.match(self.text, found.end())):
            return None
        return found

    def _times(self, steps: Sequence[_Step], repeat: re.Match[str]) -> list[_Step]:
        """What must be added for the steps to be there so often."""
        start, self.at = repeat.start(1) - 1, repeat.end()
        times, count = int(repeat[1][:7]), _count(steps)
        if not count:
            raise LineError("There is nothing before {what} to repeat: write layers first", start, self.at,
                            what=repeat[0].strip())
        if times < 1:
            raise LineError("A part is there at least once: write x1 or more", start, self.at)
        if times * count > MOST:
            raise LineError("That would be {count} layers; {most} are the most in one line", start, self.at,
                            count=times * count, most=MOST)
        return list(steps) * (times - 1)

    def _group(self, depth: int) -> list[_Step]:
        start, self.at = self.at, self.at + 1
        if depth > 20:
            raise LineError("The brackets are nested too deeply", start, self.at)
        rank = self.rank
        branches, join = [self.steps(depth + 1)], ""
        while self._char() in ("|", "+"):
            if join and self._char() != join:
                raise LineError("Use either | or + in one pair of brackets: put brackets around a part", self.at,
                                self.at + 1)
            join = self._char()
            self.at += 1
            self.rank = rank
            branches.append(self.steps(depth + 1))
        if not self._char():
            raise LineError("This bracket is not closed: add )", start, start + 1)
        self.at += 1
        group = _Group(tuple(branches), join, start, self.at)
        if not _count([group]):
            raise LineError("There is nothing in these brackets", start, self.at)
        repeat = self._repeat()
        return [group, *(self._times([group], repeat) if repeat else [])]

    def _layers(self) -> list[_Step]:
        start, end = self.at, self._end_of_item()
        self._check_comma(start)
        layer, times = read_layer(self.text[start:end], start, self.rank)
        self.rank = rank_behind(layer, self.rank)
        one = _One(layer, start, start + len(self.text[start:end].rstrip()))
        self.at = end
        if times > MOST:
            raise LineError("That would be {count} layers; {most} are the most in one line", start, end, count=times,
                            most=MOST)
        return [one] * times

    def _check_comma(self, at: int) -> None:
        """“1,000” and “0,5” are two steps here, the second without a name."""
        first = re.search(r"[\d.]+,$", self.text[:at])
        number = COMMA.match(self.text, first.start()) if first else None
        if first is None or number is None:
            return
        meanings = readings(number[0])
        if len(meanings) > 1:
            raise LineError("Write {first} or {second}: a comma begins the next layer", first.start(), number.end(),
                            first=meanings[0], second=meanings[1])
        raise LineError("Write {first}: a comma begins the next layer", first.start(), number.end(), first=meanings[0])

    def _end_of_item(self) -> int:
        """Where the step ends: at a separator or bracket that is not within quotes."""
        at, quoted = self.at, False
        while at < len(self.text):
            char = self.text[at]
            if char == '"' and self.text[at - 1] != "\\":
                quoted = not quoted
            if not quoted and ENDS.match(self.text, at):
                return at
            at += 1
        return at


def _is_input(step: _Step) -> bool:
    return isinstance(step, _One) and isinstance(step.layer, Input)
