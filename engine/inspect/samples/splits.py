"""An example of the data."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from engine.data.tensors.data import Data, Split
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.inspect.samples.prepared import as_given, expect_fit, in_own_unit
from engine.inspect.samples.sample import Part, Sample, SampleError
from engine.messages import Message, say
from engine.units import grouped, value_text

PARTS: dict[Part, Message] = {"train": say("training"), "validation": say("validation"), "test": say("test")}


def from_split(experiment: Experiment, part: str, index: int, root: Path | None = None) -> Sample:
    """Example ``index``, from 0, of the training, validation or test examples, as it is judged: it does not vary.

    Raises SampleError, or DataError.
    """
    data = load_data(experiment.data, root)
    split = split_of(data, part)
    if not 0 <= index < len(split):
        raise SampleError("There is no {part} example {index}: there are {count}, counted from 0",
                          part=PARTS[part], index=index, count=grouped(len(split)))  # type: ignore[index]
    stored, target = split.inputs[index : index + 1], split.targets[index : index + 1]
    x = expect_fit(experiment, data, as_given(data, stored))
    name = say("{part} example {index}", part=PARTS[part], index=index)  # type: ignore[index]
    label = label_of(data, target[0])
    title = say("{name}: {label}", name=name, label=label) if label else name
    return Sample(x, target.clone(), stored[0].clone(), title, (part, index))  # type: ignore[arg-type]


def split_of(data: Data, part: str) -> Split:
    """The examples of a part by its name. Raises SampleError where there is none of that name."""
    if part not in PARTS:
        raise SampleError("There is no part “{part}”: there are {names}", part=part, names=", ".join(PARTS))
    found: Split = getattr(data, part)
    return found


def label_of(data: Data, target: Tensor) -> str:
    """The class's name, or the number in the table's own unit; nothing where there are several numbers."""
    if data.spec.task == "classification":
        return data.spec.classes[int(target)]
    return value_text(float(in_own_unit(data.spec, target))) if target.numel() == 1 else ""
