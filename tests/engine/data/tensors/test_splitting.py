"""Data: splits, moments and batches of images."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.formats.arrays import Arrays
from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches, ranges, resized, resized_in_float
from engine.data.tensors.data import Data, Split
from tests.engine.cases import divided, made_data

CPU = torch.device("cpu")


def numbered(count: int, test: int = 0) -> Arrays:
    """Images whose two pixels are their own number."""
    def images(first: int, many: int) -> np.ndarray:
        return np.array([[[divmod(n, 256)]] for n in range(first, first + many)], np.uint8).reshape(-1, 1, 1, 2)

    labels = np.zeros(count, np.uint8)
    return Arrays(images(0, count), labels, *((images(count, test), np.zeros(test, np.uint8)) if test else ()))


def numbers(split: Split) -> list[int]:
    return [int(high) * 256 + int(low) for high, low in split.inputs[:, 0, 0]]


@pytest.mark.parametrize(("official_test", "sizes"), [(0, (765, 85, 150)), (50, (900, 100, 50))])
def test_splits_are_disjoint_and_seeded(official_test: int, sizes: tuple[int, ...]) -> None:
    arrays = numbered(1000, official_test)
    parts = [numbers(split) for split in _splits(divided(DataSpec(seed=3), arrays))]
    assert tuple(map(len, parts)) == sizes
    assert sorted(number for part in parts for number in part) == list(range(1000 + official_test))
    assert parts == [numbers(split) for split in _splits(divided(DataSpec(seed=3), arrays))]
    assert parts[1] != numbers(divided(DataSpec(seed=4), arrays).validation)


def _splits(data: Data) -> tuple[Split, ...]:
    return data.train, data.validation, data.test


@pytest.mark.parametrize("share", [1e-9, 1 - 1e-9])
def test_no_split_is_empty(share: float) -> None:
    assert all(len(split) for split in _splits(divided(DataSpec(validation=share), numbered(20))))


def test_moments_are_those_of_the_training_images() -> None:
    data = made_data(300)
    pixels = data.train.inputs.numpy() / 255
    assert data.mean == pytest.approx((pixels.mean(),)) and data.std == pytest.approx((pixels.std(),))


@pytest.mark.parametrize("normalize", [False, True])
def test_a_batch_is_what_torchvisions_transforms_would_give(normalize: bool) -> None:
    data = made_data(100, DataSpec(normalize=normalize))
    x, labels = Batches(data.train, data, CPU).take(torch.tensor([4, 2, 2]))
    expected = data.train.inputs[[4, 2, 2]].float() / 255
    if normalize:
        expected = (expected - data.mean[0]) / data.std[0]
    assert torch.allclose(x, expected, atol=1e-6) and (normalize or torch.equal(x, expected))
    assert x.is_contiguous(memory_format=torch.channels_last) and x.dtype == torch.float32
    assert labels.tolist() == data.train.targets[[4, 2, 2]].tolist()


def pictures(size: int) -> torch.Tensor:
    """Smooth and noisy uint8 images 40×1×size×size."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randint(0, 256, (20, 1, size, size), generator=generator).float()
    smooth = torch.nn.functional.avg_pool2d(noise, 5, 1, 2)
    return torch.cat([noise, smooth]).to(torch.uint8)


def by_pil(images: torch.Tensor, size: int) -> torch.Tensor:
    made = [np.asarray(Image.fromarray(image[0].numpy()).resize((size, size), Image.Resampling.BILINEAR)) for image in
            images]
    return torch.from_numpy(np.stack(made))[:, None]


def test_resizing_is_bit_equal_to_pil() -> None:
    assert torch.equal(resized(pictures(28), 96), by_pil(pictures(28), 96))
    assert resized(pictures(28), 28).data_ptr() != 0 and torch.equal(resized(pictures(28), 28), pictures(28))


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (6, 1), (8, 1), (5, 3), (2, 6)])
def test_resizing_keeps_images_and_channels_apart(shape: tuple[int, int]) -> None:
    images = torch.randint(0, 256, (*shape, 9, 7), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    alone = [[resized(image[None, None], 12)[0, 0] for image in channels] for channels in images]
    assert torch.equal(resized(images, 12), torch.stack([torch.stack(channels) for channels in alone]))


@pytest.mark.parametrize(("size", "to"), [(8, 28), (28, 96), (28, 13), (64, 224)])
def test_resizing_is_close_to_pil_at_any_size_and_on_any_device(size: int, to: int) -> None:
    images = pictures(size)
    for got, most in ((resized(images, to), 2), (resized_in_float(images, to), 1)):
        assert got.dtype == torch.uint8
        assert (got.int() - by_pil(images, to).int()).abs().max() <= most


def test_batches_know_their_shape_after_resizing() -> None:
    data = made_data(30, DataSpec(resize=12))
    batches = Batches(data.train, data, CPU)
    assert batches.sample_shape == (1, 12, 12) and batches.take(torch.arange(5))[0].shape == (5, 1, 12, 12)


@pytest.mark.parametrize(("count", "size", "expected"), [
    (10, 4, [4, 4, 2]), (9, 4, [4, 5]), (8, 4, [4, 4]), (3, 100, [3]), (1, 4, [1]), (3, 1, [1, 1, 1]), (5, 2, [2, 3]),
])  # fmt: skip
def test_ranges_cover_everything_and_no_batch_of_one_is_left(count: int, size: int, expected: list[int]) -> None:
    made = ranges(count, size)
    assert [end - begin for begin, end in made] == expected
    assert [number for begin, end in made for number in range(begin, end)] == list(range(count))
