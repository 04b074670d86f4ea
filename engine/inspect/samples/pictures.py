"""A picture as an example: drawn, pasted, taken by a camera, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from engine.data.formats.image import MOST_PIXELS, ImageError, read_header, read_picture
from engine.data.formats.pixels import flat
from engine.data.sources.image_folder import ImageFolder
from engine.data.tensors.data import Data
from engine.experiment.experiment import Experiment
from engine.inspect.samples.prepared import as_given, data_for, expect_fit, follows_from_examples
from engine.inspect.samples.sample import Sample, SampleError, UnreadSampleError, input_shape
from engine.layers.base import Shape
from engine.messages import Message
from engine.units import shape_text

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}  # by the channels of an array


def from_pixels(experiment: Experiment, pixels: NDArray[np.uint8], root: Path | None = None, *,
                inverted: bool = False, title: Message | str = "") -> Sample:
    """uint8 H×W (grey), or H×W×1 … 4 with colour and alpha, as an example of the data.

    It is made as large as one is before the data are resized, whole and in its proportions: what is left beside it
    gets the colour of its edge. Only where the data are a person's folder of images, which are stretched, is it
    stretched, too. Transparency becomes white, unless only the alpha has the drawing. ``inverted`` makes dark lines on
    white paper the light ones on black that MNIST's are. Where stored images are no bytes, black and white are the
    least and the largest of the training numbers. Raises SampleError, or DataError.
    """
    return Pictures(experiment, root).of_pixels(pixels, inverted, title)


def from_picture(experiment: Experiment, path: Path, root: Path | None = None, *, inverted: bool = False) -> Sample:
    """The same of a file of any kind and mode that the data's pictures may have; of an animation the first frame.

    Raises UnreadSampleError, naming the file; SampleError, or DataError.
    """
    return Pictures(experiment, root).of_file(path, inverted)


def needs_data(experiment: Experiment) -> bool:
    """Whether the data have to be read, so that a picture can be prepared as they are."""
    return _is_prepared_alike(experiment) and follows_from_examples(experiment.data)


def _is_prepared_alike(experiment: Experiment) -> bool:
    """Whether the network takes what the data are; else a picture is prepared for what it takes."""
    spec = experiment.data
    return spec.is_image and (not spec.is_known or input_shape(experiment) == spec.sample_shape)


class Pictures:
    """Makes samples of many pictures: what of the data decides how one is prepared is found out once."""

    def __init__(self, experiment: Experiment, root: Path | None = None) -> None:
        """Raises SampleError where the network takes no pictures, or DataError."""
        self._experiment = experiment
        wanted, spec = input_shape(experiment), experiment.data
        self._data: Data | None = None
        if _is_prepared_alike(experiment):
            self._data = data_for(experiment, root)
            spec = self._data.spec
            wanted = spec.sample_shape if isinstance(spec.source, ImageFolder) else spec.stored_shape  # read as seen
        if len(wanted) != 3 or wanted[0] not in (1, 3):
            raise SampleError("A picture cannot be looked at: the network takes {shape}", shape=shape_text(wanted))
        self._shape: Shape = wanted
        self._is_stretched = self._data is not None and isinstance(spec.source, ImageFolder)

    def of_pixels(self, pixels: NDArray[np.uint8], inverted: bool = False, title: Message | str = "") -> Sample:
        """As ``from_pixels``."""
        array = _expect_pixels(pixels)
        image = Image.fromarray(array, MODES[1 if array.ndim == 2 else array.shape[2]])
        plain = np.asarray(flat(image, self._shape[0], None)[0])
        return self._made(plain[None] if plain.ndim == 2 else plain.transpose(2, 0, 1), inverted, title)

    def of_file(self, path: Path, inverted: bool = False) -> Sample:
        """As ``from_picture``."""
        channels, height, width = self._shape
        try:
            if not self._is_stretched:
                height, width, *_ = read_header(path)
            picture = read_picture(path, channels, height, width)
        except ImageError as error:
            raise UnreadSampleError("{path} cannot be read as a picture: {reason}", path=path,
                                    reason=error.message) from error
        return self._made(picture.pixels, inverted, path.name)

    def _made(self, pixels: NDArray[np.uint8], inverted: bool, title: Message | str) -> Sample:
        plain = torch.from_numpy(np.array(pixels))  # a copy: it may be read-only
        stored = sized(255 - plain if inverted else plain, *self._shape[1:], stretched=self._is_stretched)
        if self._data is None:
            return Sample(stored[None].float().div_(255), None, stored, title)
        given = _as_numbers(stored, self._data) if self._data.train.inputs.dtype != torch.uint8 else stored
        return Sample(expect_fit(self._experiment, self._data, as_given(self._data, given[None])), None, given, title)


def _expect_pixels(pixels: Any) -> NDArray[np.uint8]:
    array = np.ascontiguousarray(pixels)
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in MODES):
        raise SampleError("A picture is H×W or H×W×3 bytes, but this is {shape} {dtype}", dtype=array.dtype,
                          shape=shape_text(array.shape))
    if 0 in array.shape:
        raise SampleError("The picture is empty")
    if array.shape[0] * array.shape[1] > MOST_PIXELS:
        raise SampleError("The picture is too large: {height}×{width} pixels", height=array.shape[0],
                          width=array.shape[1])
    return array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array


def _as_numbers(stored: Tensor, data: Data) -> Tensor:
    """Bytes in the range of the training numbers."""
    least, most = data.train.inputs.aminmax()
    return least + stored.float() / 255 * (most - least)


def sized(pixels: Tensor, height: int, width: int, *, stretched: bool = False) -> Tensor:
    """uint8 C×h×w → C×height×width by PIL's bilinear rule: whole and in its proportions, or stretched."""
    tall, wide = pixels.shape[1:]
    if (tall, wide) == (height, width):
        return pixels
    scale = min(height / tall, width / wide)
    size = (height, width) if stretched else (min(height, max(1, round(tall * scale))),
                                              min(width, max(1, round(wide * scale))))
    small = pixels if size == (tall, wide) else interpolate(pixels[None], size=size, mode="bilinear", antialias=True)[0]
    if size == (height, width):
        return small
    made = _edge_colour(small).view(-1, 1, 1).expand(-1, height, width).clone()
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    made[:, top : top + size[0], left : left + size[1]] = small
    return made


def _edge_colour(pixels: Tensor) -> Tensor:
    """What most of the edge has, of each channel."""
    edge = torch.cat([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], 1)
    return edge.median(1).values
