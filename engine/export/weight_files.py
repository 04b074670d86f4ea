"""State dicts as files: written whole or not at all, read without running anything. Loads torch when it is used."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.files import opened, parsing, read_bytes, write_bytes
from engine.formats import Format, readable, reader_of
from engine.messages import LayerloomError, Message, say

if TYPE_CHECKING:
    from torch import Tensor

    from engine.export.state_dicts import WeightsFile

MOST_BYTES = 2**36  # of a file
NETWORK = "layerloom_network"  # in the metadata of a file


class WeightsFileError(LayerloomError):
    """A file holds no weights that can be read."""


@dataclass(frozen=True)
class WeightsFormat(Format):
    """A kind of file for names and tensors."""

    pack: Callable[[Mapping[str, Tensor], str], bytes]  # with the network's id, where the format has a place for it
    also_read: tuple[str, ...] = ()  # suffixes

    @property
    def readable(self) -> tuple[str, ...]:
        """Its own suffix, and what others write."""
        return (self.suffix, *self.also_read)


def save_weights(weights: Mapping[str, Tensor], path: Path, network: str = "") -> None:
    """Write a state dict as the suffix says, whole or not at all, and whose it is (``compare.belonging.network_id``).
    Raises WeightsFileError or WriteError."""
    from engine.network.weights import apart  # loads torch

    write_bytes(path, _format_of(path).pack(apart(weights), network))


def load_weights(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """The state dict of a file, which never runs code; of several in it the likeliest. Raises WeightsFileError."""
    return read_weights(path).held[0].weights


def read_weights(path: str | os.PathLike[str]) -> WeightsFile:
    """Every state dict in a file, by what it holds and not by its suffix; runs no code. Raises WeightsFileError."""
    from engine.export.state_dicts import NoWeightsError, state_dicts  # what reads archives and pickles is loaded here
    from engine.torch_files.kinds import TorchFileError

    path = Path(path)
    _expect_readable(path)

    def unread(reason: Message) -> WeightsFileError:
        return WeightsFileError("{path} could not be read: {reason}", path=path, reason=reason)

    def broken(reason: Message) -> WeightsFileError:
        return WeightsFileError("{path} holds no weights that can be read: {reason}", path=path, reason=reason)

    try:
        with parsing(unread, broken, say("it is damaged, or is no state dict")):
            content, network = _content(path)
            return replace(state_dicts(content), network=network)
    except (TorchFileError, NoWeightsError) as error:
        raise broken(error.message) from error


def _content(path: Path) -> tuple[Any, str]:
    """What it holds, and the network that this belongs to, where that is known."""
    from engine.torch_files.reading import tensors_of  # the same

    with opened(path, MOST_BYTES) as file:
        size, head = os.fstat(file.fileno()).st_size, file.read(9)
    if head[8:] == b"{" and int.from_bytes(head[:8], "little") <= size - 8:
        from safetensors.torch import load  # loads torch

        content = read_bytes(path, MOST_BYTES)
        return load(content), _network_of(content)
    return tensors_of(path), ""


def _expect_readable(path: Path) -> None:
    if reader_of(path, WEIGHTS) is None:
        raise WeightsFileError("{path}: weights are read from {suffixes} files", path=path,
                               suffixes=readable(WEIGHTS, " and "))


def _format_of(path: Path) -> WeightsFormat:
    _expect_readable(path)
    found = reader_of(path, WEIGHTS)
    assert found is not None
    return found


# -- the kinds of files ------------------------------------------------------------------------------------------------


def _as_safetensors(weights: Mapping[str, Tensor], network: str) -> bytes:
    from safetensors.torch import save  # loads torch

    metadata = {"format": "pt", **({NETWORK: network} if network else {})}
    tensors = {key: value.detach().contiguous() for key, value in weights.items()}
    return _in_one_order(save(tensors, metadata=metadata))


def _in_one_order(content: bytes) -> bytes:
    """The library writes metadata in any order; the same weights shall give the same file."""
    end = 8 + int.from_bytes(content[:8], "little")
    head = json.loads(content[8:end])
    head["__metadata__"] = dict(sorted(head["__metadata__"].items()))
    written = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    written = written.ljust(-(-len(written) // 8) * 8)
    return len(written).to_bytes(8, "little") + written + content[end:]


def _network_of(content: bytes) -> str:
    """What a safetensors file says of the network that its tensors belong to; empty: nothing."""
    size = int.from_bytes(content[:8], "little")
    found = json.loads(content[8 : 8 + size]).get("__metadata__", {}).get(NETWORK, "")
    return found if isinstance(found, str) else ""


def as_pt(content: object) -> bytes:
    """torch's own format, in memory: a full disk is then an OSError like any other."""
    import torch  # the window and the terminal ask for kinds of files before torch is there

    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


WEIGHTS = (
    WeightsFormat(".safetensors", "Weights", _as_safetensors),
    WeightsFormat(".pt", "PyTorch state dict", lambda weights, _network: as_pt(dict(weights)),
                  also_read=(".pth", ".bin", ".ckpt", ".params", ".pkl")),
)
