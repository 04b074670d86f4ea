"""Arrays divided into training, validation and test examples, and the k ways of cross-validation."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch

from engine.data.errors import DataError
from engine.data.formats.arrays import Array, Arrays
from engine.data.formats.scaling import Scaling
from engine.data.options.corrections import Stored
from engine.data.progress import Step, Steps, told
from engine.data.spec.spec import DataSpec
from engine.data.tensors.corrected import corrected, joined, some_of
from engine.data.tensors.data import Data, Split, Unscaled
from engine.data.tensors.identity import numbered
from engine.data.tensors.moments import measuring, moments

READ = Step("", 1, 1, "reading")  # what is left to do tells nothing of how far it is
TEST_SHARE = 0.15  # of data sets without an official test part


def splitting(spec: DataSpec, arrays: Arrays) -> Steps[Data]:
    """Set test and validation examples aside, by the spec's seed, where there are no official ones."""
    if arrays.known is not None:
        spec = spec.with_options(known=arrays.known)
    whole, test = _Taken.all("train", arrays.inputs, arrays.targets), None
    if arrays.test_inputs is not None and arrays.test_targets is not None:
        test = _Taken.all("test", arrays.test_inputs, arrays.test_targets)
        whole, test = (test, whole) if spec.swap else (whole, test)
    order = np.random.default_rng(spec.seed).permutation(len(whole.targets))
    if arrays.scaling is not None:
        return (yield from _of_table(spec, arrays, arrays.scaling, order))
    if test is None:
        count = _share(TEST_SHARE, len(order))
        test, order = whole.at(order[:count]), order[count:]
    if arrays.validation_inputs is not None and arrays.validation_targets is not None:
        validation = _Taken.all("validation", arrays.validation_inputs, arrays.validation_targets)
        train = whole if arrays.test_inputs is not None else whole.at(order)
    else:
        count = _share(spec.validation, len(order))
        validation, train = whole.at(order[:count]), whole.at(order[count:])
    return _data(spec, arrays, train, validation, test)


class _Taken(NamedTuple):
    """Some examples, and where they are stored."""

    inputs: Array
    targets: Array
    places: Array

    @staticmethod
    def all(part: Stored, inputs: Array, targets: Array) -> _Taken:
        return _Taken(inputs, targets, numbered(part, np.arange(len(targets))))

    def at(self, order: Array) -> _Taken:
        return _Taken(*(array[order] for array in self))


def _data(spec: DataSpec, arrays: Arrays, train: _Taken, validation: _Taken, test: _Taken) -> Data:
    learned = _split(*train)
    mean, std = moments(spec, learned.inputs)
    return Data(spec, learned, _split(*validation), _split(*test), mean, std, arrays.truth, arrays.report,
                marks=arrays.marks)


def _of_table(spec: DataSpec, arrays: Arrays, scaling: Scaling, order: Array) -> Steps[Data]:
    """Rows stay where they are; each part knows which are its own."""
    test, rest = np.split(order, [_share(spec.table.test, len(order))])
    validation, train = np.split(rest, [_share(spec.validation, len(rest))])
    fitted, parts = (yield from told(scaling.fitting(arrays.inputs, train), READ)), []
    unscaled = Unscaled(scaling, fitted, arrays.inputs, train, validation, test)
    for places in (train, validation, test):
        inputs = yield from told(fitted.applying(arrays.inputs, places), READ)
        parts.append(_split(inputs, arrays.targets[places], numbered("train", places)))
    learned, judged, last = parts
    mean, std = yield from told(measuring(spec, learned.inputs), READ)
    return Data(spec, learned, judged, last, mean, std, arrays.truth, arrays.report, unscaled, arrays.marks)


def _share(share: float, count: int) -> int:
    """That share, leaving at least one on both sides; nothing where none is asked for."""
    return min(max(1, round(share * count)), count - 1) if share else 0


def _split(inputs: Array, targets: Array, places: Array) -> Split:
    if inputs.dtype != np.uint8:
        inputs = inputs.astype(np.float32, copy=False)
    targets = targets.astype(np.int64 if targets.dtype.kind in "iu" else np.float32, copy=False)
    return Split(*(torch.from_numpy(_writable(array)) for array in (inputs, targets, places)))


def _writable(array: Array) -> Array:
    """torch warns of memory that is read-only."""
    array = np.ascontiguousarray(array)
    return array if array.flags.writeable else array.copy()


# -- cross-validation -----------------------------------------------------------------------------------------------


def folded(data: Data, k: int, fold: int) -> Data:
    """Fold ``fold`` (from 0) of ``k``: training and validation examples together, divided anew; test is untouched.

    In the order of the spec's seed, fold sizes are scikit-learn's KFold's: n // k, the first n % k one more. Statistics
    are those of the fold's own training examples. Examples that are left out leave all others in their fold. Raises
    DataError where there are fewer than k examples.
    """
    if data.before is not None:
        return corrected(folded(data.before, k, fold), data.spec)
    count = len(data.train) + len(data.validation)
    if not 0 <= fold < k:
        raise ValueError(f"fold {fold} of {k}")
    if data.spec.source.overlaps or k < 2 or count < k:
        raise DataError("{data} cannot be divided into {k} folds: there are {count} examples",
                        data=data.spec.source.title, k=k,
                        count=len(data.train) if data.spec.source.overlaps else count)
    order = np.random.default_rng(data.spec.seed).permutation(count)
    begin = fold * (count // k) + min(fold, count % k)
    end = begin + count // k + (fold < count % k)
    here, rest = torch.from_numpy(order[begin:end]), torch.from_numpy(np.concatenate([order[:begin], order[end:]]))
    both = joined(data.train, data.validation)
    train, validation, test = some_of(both, rest), some_of(both, here), data.test
    unscaled = data.unscaled
    if unscaled is not None:
        places = np.concatenate([unscaled.of_train, unscaled.of_validation])
        of_train, of_validation = places[rest.numpy()], places[here.numpy()]
        fitted = unscaled.scaling.fitted(unscaled.rows, of_train)
        unscaled = replace(unscaled, fitted=fitted, of_train=of_train, of_validation=of_validation)
        train, validation, test = (
            replace(part, inputs=torch.from_numpy(fitted.applied(unscaled.rows, places))) for places, part in
            ((of_train, train), (of_validation, validation), (unscaled.of_test, test)))
    mean, std = moments(data.spec, train.inputs)
    return replace(data, train=train, validation=validation, test=test, mean=mean, std=std, unscaled=unscaled)
