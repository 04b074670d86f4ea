"""Split data with some examples left out and others relabelled: every other example stays in its part."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from engine.data.errors import DataError
from engine.data.options.corrections import STORED, Correction, Label, Stored, example_words
from engine.data.spec.correcting import why_no_label
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data, Split, Unscaled
from engine.data.tensors.identity import Place, mark_of, places_of, split_named
from engine.data.tensors.moments import moments
from engine.messages import Message, say
from engine.units import grouped

NAMED = 5  # examples in a sentence
_NONE_LEFT: dict[Stored, str] = {
    "train": "All training examples are excluded: restore some of them",
    "validation": "All validation examples are excluded: restore some of them, or set no validation share aside",
    "test": "All test examples are excluded: restore some of them"}


def corrected(data: Data, spec: DataSpec) -> Data:
    """The data with the corrections of this spec of them. Where another example lies by now, or none, it is left alone,
    and a note says so. Means and deviations are those of the training examples that are left.

    Raises DataError where a label can be none of these data, or nothing is left of a part.
    """
    spec = spec.with_options(known=data.spec.known)
    found = _sorted_out(data, spec.corrections)
    parts = {part: _part(data, part, found.of(part), spec) for part in STORED}
    splits: dict[str, Any] = {part: split for part, (split, _) in parts.items()}
    made = replace(data, spec=spec, before=data, **splits)
    kept = {part: keep for part, (_, keep) in parts.items() if keep is not None}
    if kept and made.unscaled is not None:
        made = _prepared_anew(made, made.unscaled, kept)
    if "train" in kept:
        mean, std = moments(spec, made.train.inputs)
        made = replace(made, mean=mean, std=std)
    notes = (*made.report.notes, *found.notes(), *_emptied(data, made))
    return replace(made, report=made.report._replace(notes=notes))


@dataclass
class _Found:
    """Corrections by where their examples are; those whose example is another by now, or gone."""

    here: dict[Place, Correction] = field(default_factory=dict)
    others: list[Correction] = field(default_factory=list)
    gone: list[Correction] = field(default_factory=list)

    def of(self, part: Stored) -> Mapping[int, Correction]:
        return {place.number: each for place, each in self.here.items() if place.part == part}

    def notes(self) -> Iterator[Message]:
        if self.others:
            yield say("Left as stored, because the data have changed there since: {examples}",
                      examples=_named(self.others))
        if self.gone:
            yield say("Corrected, but not there any more: {examples}", examples=_named(self.gone))


def _sorted_out(data: Data, corrections: Sequence[Correction]) -> _Found:
    found, places = _Found(), places_of(data, [each.id for each in corrections])
    for each in corrections:
        place = places.get(each.id[:2])
        if place is None:
            found.gone.append(each)
        elif mark_of(data, place) != each.mark:
            found.others.append(each)
        else:
            found.here[place] = each
    return found


def _named(corrections: Sequence[Correction]) -> Message:
    """The first of them."""
    words = example_words(corrections[0].id)
    for each in corrections[1:NAMED]:
        words = say("{some}, {one}", some=words, one=example_words(each.id))
    more = len(corrections) - NAMED
    return say("{some} and {count} more", some=words, count=grouped(more)) if more > 0 else words


def _part(data: Data, part: Stored, corrections: Mapping[int, Correction], spec: DataSpec) -> tuple[
        Split, Tensor | None]:
    """The examples of a part that are left, with their labels; and which they are, where some are left out."""
    split = split_named(data, part)
    labels = {index: each.label for index, each in corrections.items() if each.label is not None}
    if labels:
        targets = split.targets.clone()
        for index, label in labels.items():
            targets[index] = _target(spec, label)
        split = replace(split, targets=targets)
    left_out = [index for index, each in corrections.items() if each.excludes]
    if not left_out:
        return split, None
    keep = torch.ones(len(split), dtype=torch.bool)
    keep[left_out] = False
    if not keep.any():
        raise DataError(_NONE_LEFT[part])
    return some_of(split, keep), keep


def _target(spec: DataSpec, label: Label) -> float:
    """As it is learned. Raises DataError where it can be none."""
    if (reason := why_no_label(spec, label)) is not None:
        raise DataError("{reason}. Restore that example, or give it another label", reason=reason)
    if spec.task == "classification":
        return spec.classes.index(str(label))
    return math.log(float(label)) if spec.learns_log else float(label)


def _prepared_anew(data: Data, table: Unscaled, kept: Mapping[Stored, Tensor]) -> Data:
    """A table whose columns are filled and standardised by the training rows that are left."""
    rows = {part: getattr(table, f"of_{part}") for part in STORED}
    rows |= {part: rows[part][keep.numpy()] for part, keep in kept.items()}
    table = replace(table, of_train=rows["train"], of_validation=rows["validation"], of_test=rows["test"])
    if "train" not in kept:
        return replace(data, unscaled=table)
    fitted = table.scaling.fitted(table.rows, rows["train"])
    parts: dict[str, Any] = {
        part: replace(split_named(data, part), inputs=torch.from_numpy(fitted.applied(table.rows, places)))
        for part, places in rows.items()}
    return replace(data, unscaled=replace(table, fitted=fitted), **parts)


def _emptied(before: Data, now: Data) -> Iterator[Message]:
    """Classes that nothing is left to learn of."""
    if now.spec.task != "classification":
        return
    old, new = (torch.bincount(data.train.targets, minlength=now.spec.num_classes) for data in (before, now))
    for number in ((old > 0) & (new == 0)).nonzero().flatten().tolist():
        yield say("No training example of class “{name}” is left", name=now.spec.classes[number])


# -- some examples of a split ------------------------------------------------------------------------------------------


def some_of(split: Split, which: Tensor) -> Split:
    """Those numbered so, or where it is true."""
    return Split(split.inputs[which], split.targets[which], None if split.places is None else split.places[which])


def joined(one: Split, other: Split) -> Split:
    """Both, one after the other."""
    places = None if one.places is None or other.places is None else torch.cat([one.places, other.places])
    return Split(torch.cat([one.inputs, other.inputs]), torch.cat([one.targets, other.targets]), places)
