"""Sequences: what a step sees of those before and behind it."""

from __future__ import annotations

from engine.analysis.reads.plain import everything
from engine.analysis.reads.question import Answer, Question
from engine.analysis.reads.windows import Places, all_of


def _until(steps: Places, count: int) -> Places:
    return all_of(min(count, max(steps) + 1))


def recurrent(q: Question) -> Answer:
    """Every step until this one; what reads backwards sees those from this one on, and stacked, all."""
    layer, (length, features) = q.layer, q.shapes[0]
    steps = all_of(length)
    if layer.returns == "sequence" and (not layer.bidirectional or layer.num_layers == 1):
        forward = q.output[1] // (1 + layer.bidirectional)  # units that read forward come first
        before = _until(q.wanted[0], length) if min(q.wanted[1]) < forward else frozenset()
        behind = frozenset(range(min(q.wanted[0]), length)) if max(q.wanted[1]) >= forward else frozenset()
        steps = before | behind
    return [(steps, all_of(features))]


def attention(q: Question) -> Answer:
    """The first input asks, all others answer; alone it is both."""
    seen: Answer = [(_until(q.wanted[0], shape[0]) if q.layer.causal else all_of(shape[0]), all_of(shape[1]))
                    for shape in q.shapes]
    if len(seen) > 1:
        seen[0] = (q.wanted[0], all_of(q.shapes[0][1]))
    return seen


def transformer(q: Question) -> Answer:
    """What writes sees itself, if causal only until there; what was read is seen whole."""
    own = -1 if q.layer.kind() == "Transformer" else 0
    found: Answer = list(everything(q))
    if q.layer.causal:
        found[own] = (_until(q.wanted[0], q.shapes[own][0]), all_of(q.shapes[own][1]))
    return found


def embedding(q: Question) -> Answer:
    """The words whose vectors these are."""
    return [q.wanted[:-1]]
