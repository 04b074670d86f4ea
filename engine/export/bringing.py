"""Weights brought in from a file: read, fitted into the network, and what became of them. Loads torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from engine.compare.belonging import network_id
from engine.experiment.experiment import Experiment
from engine.experiment.keys import current_weights
from engine.export.state_dicts import WeightsFile
from engine.export.weight_files import read_weights
from engine.network.fitting import Fitted, fitted


def weights_for(experiment: Experiment, source: str | os.PathLike[str] | WeightsFile, layer: str = "",
                before: Mapping[str, Tensor] | None = None, by_order: bool = False) -> Fitted:
    """What of a file, or of what was read of one, fits the network, or one layer of it, as ``fitted``.

    Raises WeightsFileError, WeightsError, or OrderError where it would fit in the order of the file only.
    """
    file = source if isinstance(source, WeightsFile) else read_weights(source)
    of_another = bool(file.network) and not layer and file.network != network_id(experiment)
    held = [each._replace(weights=current_weights(each.weights, experiment)) for each in file.held]
    return replace(fitted(experiment, held, layer, before, by_order), beside=file.left_out, of_another=of_another)
