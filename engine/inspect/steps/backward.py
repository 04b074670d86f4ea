"""The way back: what a gradient is made of by those who read a number, and what it is handed on to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.blocks.base import Block
from engine.inspect.lens import Back, Lens
from engine.inspect.steps.kind import expect_kind, kind_of
from engine.inspect.steps.scene import At, Scene, plan
from engine.inspect.steps.values import Backward, Gathered, Index, NoStepsError, Numbers, Part, Term
from engine.layers.inputs import Input
from engine.messages import Message, say


def gathered(lens: Lens, back: Back, place: str, index: Index, *, example: int = 0, seed: int = 0) -> Gathered:
    """∂L/∂x of one number of a place's output: the terms of every layer that reads it, which add up to torch's.

    Raises NoStepsError where there is no such number, or it is the answer: see ``loss_step``.
    """
    at = Scene(lens, back.look, back, seed).at(place, index, example)
    found = gathered_at(at)
    if found is None:
        raise NoStepsError("{place} is the answer: its gradient is the loss's own", place=place)
    return found


def gathered_at(at: At) -> Gathered | None:
    """The same; None where nothing reads it: the answer."""
    readers = list(_readers(at.scene.lens, at.place))
    if not readers:
        return None
    parts, missing = list[Part](), list[Message]()
    for reader, port in readers:
        if reader not in at.scene.look.outputs:
            continue
        known = plan(at.scene.lens)[reader]
        there = At(at.scene, reader, known, (0,) * (at.scene.output(reader).ndim - 1), at.example)
        kind = kind_of(known)
        try:
            if kind is None:
                raise NoStepsError("{layer} is not shown in steps", layer=known.layer.title)
            terms = tuple(kind.reached(there, port, at.index))
        except NoStepsError as error:
            missing.append(say("{place}: {reason}", place=reader, reason=error.message))
            continue
        parts.append(Part(say("through {place}", place=reader), terms))
    given = float(at.g[(at.example, *at.index)])
    return Gathered(at.place, at.index, tuple(parts), given, tuple(missing), _scale(at.g))


def _scale(values: Numbers) -> float:
    finite = values[np.isfinite(values)]
    return float(abs(finite).max()) if finite.size else 0.0


def _readers(lens: Lens, place: str) -> Iterator[tuple[str, int]]:
    """The layers that read a place, and at which port: inside blocks, and behind one whose end it is."""
    known = plan(lens)
    for other, each in known.items():
        if isinstance(each.layer, Block):
            if each.end == place:
                yield from _readers(lens, other)
            continue
        for port, source in enumerate(each.sources):
            if source != place:
                continue
            if isinstance(each.layer, Input):
                yield from _readers(lens, other)
            else:
                yield other, port


def backward_at(at: At) -> Backward:
    """Of one output number: its gradient, how it arrived, and what it hands on."""
    kind, g = expect_kind(at), at.of_g()
    missing: Message | None = None
    try:
        to_inputs = [Term((g, *slope.factors), at.of_x(slope.index, slope.port, slope.example))
                     for slope in kind.inputs(at)]
    except NoStepsError as error:
        to_inputs, missing = [], error.message
    to_weights = [Term((g, by), weight) for weight, by in kind.weights(at)]
    by_source: dict[str, list[Term]] = {}
    for term in to_inputs:
        assert term.of is not None
        by_source.setdefault(term.of.name, []).append(term)
    return Backward(g.value, gathered_at(at),
                    tuple(Part(say("∂L/∂{place} = g · slope", place=place), tuple(terms))
                          for place, terms in by_source.items()),
                    (Part(say("∂L/∂w = g · x"), tuple(to_weights)),) if to_weights else (), missing)


def weight_gradient(lens: Lens, back: Back, key: str, index: Index, *, seed: int = 0) -> Gathered:
    """∂L/∂w of one weight: g·x for every output that it makes, over all examples and all places that share it.

    Raises NoStepsError for a weight that there is not, that does not learn, or whose layer is not shown in steps.
    """
    weights = dict(lens.module.named_parameters(remove_duplicate=False))
    if key not in weights or key not in back.weights:
        raise NoStepsError("{key} has no gradient: it is frozen, or the answer does not depend on it", key=key)
    shape = tuple(weights[key].shape)
    if len(index) != len(shape) or any(not 0 <= i < size for i, size in zip(index, shape, strict=True)):
        raise NoStepsError("{key} has no number {index}", key=key, index=", ".join(map(str, index)))
    scene, parts, missing = Scene(lens, back.look, back, seed), list[Part](), list[Message]()
    for place, name in _owners(lens, weights[key]):
        known = plan(lens).get(place)
        if known is None or place not in back.look.outputs:
            continue
        at = At(scene, place, known, (0,) * (scene.output(place).ndim - 1))
        try:
            terms = tuple(expect_kind(at).weight_terms(at, name, index))
        except NoStepsError as error:
            missing.append(error.message)
            continue
        parts.append(Part(say("in {place}", place=place), terms))
    gradient = back.weights[key].detach().cpu().numpy()
    return Gathered(key, index, tuple(parts), float(gradient[index]), tuple(missing), _scale(gradient))


def _owners(lens: Lens, weight: object) -> Iterator[tuple[str, str]]:
    """The places whose layers have the weight, and how it is called there."""
    for place, module in lens.modules.items():
        known = plan(lens).get(place)
        if known is None or isinstance(known.layer, Block):
            continue
        for name, value in module.named_parameters(remove_duplicate=False):
            if value is weight:
                yield place, name
