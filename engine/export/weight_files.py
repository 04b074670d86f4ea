"""State dicts as files: written whole or not at all, read without running anything. Loads torch when it is used."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.files import reason_of_os_error, write_atomically
from engine.formats import Format, readable, reader_of
from engine.messages import LayerloomError

if TYPE_CHECKING:
    from torch import Tensor


class WeightsFileError(LayerloomError):
    """A file holds no weights that can be read."""


@dataclass(frozen=True)
class WeightsFormat(Format):
    """A kind of file for names and tensors."""

    pack: Callable[[Mapping[str, Tensor]], bytes]
    unpack: Callable[[Path], Any]  # raises anything where the file is damaged
    also_read: tuple[str, ...] = ()  # suffixes

    @property
    def readable(self) -> tuple[str, ...]:
        """Its own suffix, and what others write."""
        return (self.suffix, *self.also_read)


def save_weights(weights: Mapping[str, Tensor], path: Path) -> None:
    """Write a state dict as the suffix says, whole or not at all. Raises WeightsFileError or WriteError."""
    content = _format_of(path).pack(weights)
    write_atomically(path, lambda temporary: temporary.write_bytes(content))


def load_weights(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """A state dict from a file, which never runs code. Raises WeightsFileError."""
    from torch import Tensor  # the window and the terminal ask for kinds of files before torch is there

    path = Path(path)
    kind = _format_of(path)
    try:
        content = kind.unpack(path)
    except OSError as error:
        raise WeightsFileError("{path} could not be read: {reason}", path=path,
                               reason=reason_of_os_error(error)) from error
    except Exception as error:  # a damaged pickle or archive can fail in any way at all
        raise WeightsFileError("{path} holds no weights that can be read: it is damaged, or is no state dict",
                               path=path) from error
    if not isinstance(content, dict) or not content or not all(
            isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()):
        raise WeightsFileError("{path} is not a state dict: it should hold names and tensors only", path=path)
    return content


def _format_of(path: Path) -> WeightsFormat:
    found = reader_of(path, WEIGHTS)
    if found is None:
        raise WeightsFileError("{path}: weights are read from {suffixes} files", path=path,
                               suffixes=readable(WEIGHTS, " and "))
    return found


# -- the kinds of files ------------------------------------------------------------------------------------------------


def _as_safetensors(weights: Mapping[str, Tensor]) -> bytes:
    from safetensors.torch import save  # loads torch

    return save({key: value.detach().contiguous() for key, value in weights.items()}, metadata={"format": "pt"})


def _from_safetensors(path: Path) -> Any:
    from safetensors.torch import load  # loads torch

    return load(path.read_bytes())


def as_pt(content: object) -> bytes:
    """torch's own format, in memory: a full disk is then an OSError like any other."""
    import torch  # the window and the terminal ask for kinds of files before torch is there

    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def _from_pt(path: Path) -> Any:
    import torch  # the window and the terminal ask for kinds of files before torch is there

    return torch.load(path, map_location="cpu", weights_only=True)


WEIGHTS = (
    WeightsFormat(".safetensors", "Weights", _as_safetensors, _from_safetensors),
    WeightsFormat(".pt", "PyTorch state dict", lambda weights: as_pt(dict(weights)), _from_pt, also_read=(".pth",)),
)
