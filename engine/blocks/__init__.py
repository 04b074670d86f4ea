"""Blocks: layers made of layers. Importing this registers them."""

from engine.blocks.base import Block
from engine.blocks.inception import Inception
from engine.blocks.residual import Residual

__all__ = ["Block", "Inception", "Residual"]
