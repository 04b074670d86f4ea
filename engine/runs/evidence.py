"""The batch in which a run's numbers ended, kept in its folder: what went in, and what the layer made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from torch import Tensor

from engine.export.weight_files import load_weights, save_weights
from engine.files import write_text
from engine.runs.names import ENDED, ENDED_BATCH
from engine.runs.opened import RunError, json_in
from engine.runs.texts import message_read, message_stored
from engine.training.doctor.born import Born, How

_TENSORS = ("inputs", "targets", "given", "output")


def write_evidence(born: Born, folder: Path) -> None:
    """Raises WriteError."""
    tensors = {name: tensor for name in _TENSORS if (tensor := getattr(born, name)) is not None}
    save_weights(tensors, folder / ENDED_BATCH)
    write_text(folder / ENDED, json.dumps({
        "place": born.place, "how": born.how, "epoch": born.epoch, "batch": born.batch, "part": born.part,
        "examples": born.examples, "rows": born.rows, "message": message_stored(born.message)}, ensure_ascii=False))


def evidence_in(folder: Path) -> Born | None:
    """What was kept; None: the run's numbers did not end. Raises RunError, WeightsFileError."""
    told = json_in(folder / ENDED)
    if not told:
        return None
    tensors = load_weights(folder / ENDED_BATCH)
    try:
        return _read(told, tensors)
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise RunError("{file} is damaged", file=folder / ENDED) from error


def _read(told: Mapping[str, object], tensors: Mapping[str, Tensor]) -> Born:
    how: How = next(how for how in get_args(How) if how == told["how"])
    return Born(str(told["place"]), how, _int(told["epoch"]), _int(told["batch"]), message_read(told["message"]),
                tensors["inputs"], tensors["targets"], tensors.get("given"), tensors.get("output"),
                _ints(told["examples"]), _ints(told["rows"]), str(told["part"]))


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value


def _ints(values: object) -> tuple[int, ...]:
    if not isinstance(values, list):
        raise TypeError(values)
    return tuple(_int(value) for value in values)
