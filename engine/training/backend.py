"""Where a run is computed, as its loop sees it: one device, or one of several processes that learn together."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from engine.experiment.choices.precisions import PrecisionRow


class Backend(Protocol):
    """What the loop asks; another implementation needs no other loop."""

    device: torch.device
    rank: int  # of this process, from 0 …
    world: int  # … of so many that learn together

    def setup(self, module: nn.Module) -> nn.Module:
        """The network as this process calls it, on its device."""

    def autocast(self) -> AbstractContextManager[Any]:
        """Around the forward pass."""

    def backward(self, loss: Tensor) -> None:
        """Gradients, the same in all processes."""

    def reduce(self, sums: Tensor) -> Tensor:
        """Added up over all processes."""

    def agree(self, wish: bool) -> bool:
        """Whether any of the processes wishes it: the same answer in all, who ask in the same places."""

    def share(self, index: Tensor) -> Tensor:
        """This process's part of a batch's example numbers; none is empty."""

    def seed(self, seed: int) -> None:
        """Begin torch's global random numbers anew, on the CPU and on the device."""

    def scaler_state(self) -> dict[str, Any]:
        """What scaling the loss remembers; empty without it."""

    def take_scaler_state(self, state: dict[str, Any]) -> None:
        """Go on with it."""


class Plain:
    """One process on one device."""

    rank, world = 0, 1

    def __init__(self, device: torch.device, precision: PrecisionRow) -> None:
        self.device, self.precision = device, precision
        self._dtype = getattr(torch, precision.id) if precision.is_mixed else None
        self.scaler = torch.amp.GradScaler(device.type) if precision.is_scaled else None

    def setup(self, module: nn.Module) -> nn.Module:
        """As it is."""
        return module.to(self.device)

    def autocast(self) -> AbstractContextManager[Any]:
        """Coarse numbers where torch allows them."""
        return torch.autocast(self.device.type, self._dtype) if self._dtype is not None else nullcontext()

    def backward(self, loss: Tensor) -> None:
        """Scaled where small gradients would vanish."""
        (loss if self.scaler is None else self.scaler.scale(loss)).backward()  # type: ignore[no-untyped-call]

    def reduce(self, sums: Tensor) -> Tensor:
        """Nobody else is there."""
        return sums

    def agree(self, wish: bool) -> bool:
        """As it wishes."""
        return wish

    def share(self, index: Tensor) -> Tensor:
        """All of it."""
        return index

    def seed(self, seed: int) -> None:
        """``torch.manual_seed`` without the search for devices, which takes longer than a small step."""
        torch.default_generator.manual_seed(seed)
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)
        elif self.device.type == "mps":
            torch.mps.manual_seed(seed)

    def scaler_state(self) -> dict[str, Any]:
        """Its scale, and since when."""
        state: dict[str, Any] = self.scaler.state_dict() if self.scaler is not None else {}
        return state

    def take_scaler_state(self, state: dict[str, Any]) -> None:
        """From a checkpoint."""
        if self.scaler is not None and state:
            self.scaler.load_state_dict(state)
