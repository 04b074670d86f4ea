"""Other data that a layer would take: images in colour or grey, or larger ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

from engine.advice.repairs.fitting import fits
from engine.advice.repairs.repair import Case, Repair, mends
from engine.analysis.analysis import Analysis, analyze
from engine.blocks.base import innermost
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.layers.base import KernelTooLargeError, ShapeError
from engine.layers.inputs import Input
from engine.messages import say

SIZES = (32, 64, 96, 128, 224)  # of images that networks are usually drawn for
MOST_NODES = 120  # beyond, trying sizes would be felt


@mends(ShapeError, by_data=True)
def other_data(case: Case) -> Iterator[Repair]:
    """Images in colour or grey, or larger ones, where the layer would then take them."""
    graph, source = case.graph, case.analysis.input
    if case.experiment is None or source is None or case.name not in case.analysis.members:
        return
    data, typed = case.experiment.data, graph.nodes[source].layer
    if not data.is_image:
        return
    if not isinstance(typed, Input) or typed.shape is not None:
        return
    if [edge.source for edge in graph.inputs[case.name]] == [source]:
        channels: Literal[1, 3] = 3 if data.sample_shape[0] == 1 else 1
        if fits(case.layer, [(channels, *data.sample_shape[1:])]):
            text = say("Give the data {channels} channels", channels=channels)
            yield Repair(text, change=_with_data(channels=channels))
    if isinstance(innermost(case.fault.error), KernelTooLargeError):
        yield from _larger_images(data, case.analysis)


def _larger_images(data: DataSpec, analysis: Analysis) -> Iterator[Repair]:
    channels, height, width = data.sample_shape
    if len(analysis.graph.nodes) > MOST_NODES:
        return
    for size in SIZES:
        if size > max(height, width) and not analyze(analysis.graph, (channels, size, size)).faults:
            yield Repair(say("Resize the images to {size}", size=f"{size}×{size}"), change=_with_data(resize=size))
            return


def _with_data(**options: object) -> Callable[[Experiment], Experiment]:
    return lambda experiment: replace(experiment, data=experiment.data.with_options(**options))
