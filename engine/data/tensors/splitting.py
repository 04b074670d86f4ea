"""Arrays divided into training, validation and test examples, and the k ways of cross-validation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from engine.data.errors import DataError
from engine.data.formats.arrays import Array, Arrays
from engine.data.formats.scaling import Scaling
from engine.data.progress import Step, Steps, told
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data, Split, Unscaled
from engine.data.tensors.moments import measuring, moments

READ = Step("", 1, 1, "reading")  # what is left to do tells nothing of how far it is
TEST_SHARE = 0.15  # of data sets without an official test part


def splitting(spec: DataSpec, arrays: Arrays) -> Steps[Data]:
    """Set test and validation examples aside, by the spec's seed, where there are no official ones."""
    if arrays.known is not None:
        spec = spec.with_options(known=arrays.known)
    arrays = arrays.swapped if spec.swap else arrays
    order = np.random.default_rng(spec.seed).permutation(len(arrays.targets))
    if arrays.scaling is not None:
        return (yield from _of_table(spec, arrays, arrays.scaling, order))
    inputs, targets = arrays.inputs, arrays.targets
    if arrays.test_inputs is not None and arrays.test_targets is not None:
        test = arrays.test_inputs, arrays.test_targets
    else:
        count = _share(TEST_SHARE, len(order))
        test, order = (inputs[order[:count]], targets[order[:count]]), order[count:]
    if arrays.validation_inputs is not None and arrays.validation_targets is not None:
        validation = arrays.validation_inputs, arrays.validation_targets
        train = (inputs, targets) if arrays.test_inputs is not None else (inputs[order], targets[order])
    else:
        count = _share(spec.validation, len(order))
        validation = inputs[order[:count]], targets[order[:count]]
        train = inputs[order[count:]], targets[order[count:]]
    return _data(spec, arrays, train, validation, test)


Pair = tuple[Array, Array]


def _data(spec: DataSpec, arrays: Arrays, train: Pair, validation: Pair, test: Pair) -> Data:
    learned = _split(*train)
    mean, std = moments(spec, learned.inputs)
    return Data(spec, learned, _split(*validation), _split(*test), mean, std, arrays.truth, arrays.report)


def _of_table(spec: DataSpec, arrays: Arrays, scaling: Scaling, order: Array) -> Steps[Data]:
    """Rows stay where they are; each part knows which are its own."""
    test, rest = np.split(order, [_share(spec.table.test, len(order))])
    validation, train = np.split(rest, [_share(spec.validation, len(rest))])
    fitted, parts = (yield from told(scaling.fitting(arrays.inputs, train), READ)), []
    unscaled = Unscaled(scaling, fitted, arrays.inputs, train, validation, test)
    for places in (train, validation, test):
        inputs = yield from told(fitted.applying(arrays.inputs, places), READ)
        parts.append(_split(inputs, arrays.targets[places]))
    learned, judged, last = parts
    mean, std = yield from told(measuring(spec, learned.inputs), READ)
    return Data(spec, learned, judged, last, mean, std, arrays.truth, arrays.report, unscaled)




def _share(share: float, count: int) -> int:
    """That share, leaving at least one on both sides; nothing where none is asked for."""
    return min(max(1, round(share * count)), count - 1) if share else 0


def _split(inputs: Array, targets: Array) -> Split:
    if inputs.dtype != np.uint8:
        inputs = inputs.astype(np.float32, copy=False)
    targets = targets.astype(np.int64 if targets.dtype.kind in "iu" else np.float32, copy=False)
    return Split(*(torch.from_numpy(_writable(array)) for array in (inputs, targets)))


def _writable(array: Array) -> Array:
    """torch warns of memory that is read-only."""
    array = np.ascontiguousarray(array)
    return array if array.flags.writeable else array.copy()


# -- cross-validation -----------------------------------------------------------------------------------------------


def folded(data: Data, k: int, fold: int) -> Data:
    """Fold ``fold`` (from 0) of ``k``: training and validation examples together, divided anew; test is untouched.

    In the order of the spec's seed, fold sizes are scikit-learn's KFold's: n // k, the first n % k one more. Statistics
    are those of the fold's own training examples. Raises DataError where there are fewer than k examples.
    """
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
    inputs = torch.cat([data.train.inputs, data.validation.inputs])
    targets = torch.cat([data.train.targets, data.validation.targets])
    train, validation, test = Split(inputs[rest], targets[rest]), Split(inputs[here], targets[here]), data.test
    unscaled = data.unscaled
    if unscaled is not None:
        places = np.concatenate([unscaled.of_train, unscaled.of_validation])
        of_train, of_validation = places[rest.numpy()], places[here.numpy()]
        fitted = unscaled.scaling.fitted(unscaled.rows, of_train)
        unscaled = replace(unscaled, fitted=fitted, of_train=of_train, of_validation=of_validation)
        train, validation, test = (
            Split(torch.from_numpy(fitted.applied(unscaled.rows, places)), part.targets) for places, part in
            ((of_train, train), (of_validation, validation), (unscaled.of_test, test)))
    mean, std = moments(data.spec, train.inputs)
    return replace(data, train=train, validation=validation, test=test, mean=mean, std=std, unscaled=unscaled)
