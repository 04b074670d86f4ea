"""A spec with examples left out, given another label, or as they are stored again. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from engine.data.options.corrections import ExampleId, Label, after, without
from engine.data.spec.spec import DataSpec
from engine.layers.base import OptionError
from engine.messages import Message, say
from engine.units import shape_text, typed_text

SHOWN = 10  # classes in a sentence
LARGEST = 3e38  # of float32


def excluded(spec: DataSpec, ids: Sequence[ExampleId]) -> DataSpec:
    """These examples are left out."""
    return spec.with_options(corrections=after(spec.corrections, ids, None))


def relabelled(spec: DataSpec, ids: Sequence[ExampleId], label: Label) -> DataSpec:
    """These examples have another label: the name of a class, or a number in the unit of the data.

    Raises OptionError where that can be none.
    """
    if (reason := why_no_label(spec, label)) is not None:
        raise OptionError("{reason}", reason=reason)
    return spec.with_options(corrections=after(spec.corrections, ids, label))


def restored(spec: DataSpec, ids: Iterable[ExampleId]) -> DataSpec:
    """These examples are as they are stored."""
    return spec.with_options(corrections=without(spec.corrections, ids))


def why_no_label(spec: DataSpec, label: Label) -> Message | None:
    """Why the data can have no such label; None: they can, or it is not known yet what they hold."""
    if spec.task == "regression":
        return _why_no_number(spec, label)
    if not spec.classes or label in spec.classes:
        return None
    names = ", ".join(spec.classes[:SHOWN]) + (" …" if len(spec.classes) > SHOWN else "")
    return say("There is no class “{label}”: there are {names}", label=label, names=names)


def _why_no_number(spec: DataSpec, label: Label) -> Message | None:
    if math.prod(spec.output_shape) != 1:
        return say("What is learned of an example is {shape} numbers: it can be excluded, but not given others",
                   shape=shape_text(spec.output_shape))
    if isinstance(label, str) or not math.isfinite(label):
        return say("Numbers are learned of these data, not classes: “{label}” is none", label=label)
    if abs(label) > LARGEST:
        return say("{label} is larger than any number that can be learned", label=typed_text(label))
    if spec.learns_log and label <= 0:
        return say("The logarithm of the target is learned: {label} has none", label=label)
    return None
