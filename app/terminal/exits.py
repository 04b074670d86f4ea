"""What all commands have in common: exit codes, errors, where the output goes, the options that most take. No Qt."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from engine.messages import LayerloomError

if TYPE_CHECKING:
    from engine.network.fitting import OrderError

DONE, WRONG, UNREADABLE = 0, 1, 2  # exit codes: done, the network or data have errors, the command or a file has
WIDTH = 120  # where the output is no terminal
CODE_INSIDE = "This network contains code, which is not run: read it, then agree with --allow-code"


class UnreadableError(LayerloomError):
    """The command, or a file that it names, could not be read."""


class OrderNotAskedError(LayerloomError):
    """Weights would fit in the order of the file only."""


class CodeInsideError(LayerloomError):
    """The network contains code that nobody has agreed to run."""


def console() -> Console:
    """Where results are printed; wide enough for a table when it is no terminal."""
    return Console() if sys.stdout.isatty() else Console(width=WIDTH)


def order_not_asked(error: OrderError) -> OrderNotAskedError:
    """How the weights would be taken."""
    pairs = "".join(f"\n  {theirs} → {mine}" for mine, theirs in error.in_order.items())
    return OrderNotAskedError("{reason}: --by-order takes them so{pairs}", reason=error.message, pairs=pairs)


def add_place_options(command: argparse.ArgumentParser) -> None:
    """Where data lie, and whether code may run."""
    command.add_argument("--data-root", type=Path, metavar="DIR", help="where data lie, in torchvision's layout")
    command.add_argument("--allow-code", action="store_true", help="run the Python code that the file contains")
