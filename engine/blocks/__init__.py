"""Blocks: layers made of layers. Importing this registers them."""

from engine.blocks.base import Block
from engine.blocks.convolutional import VGG, ConvBNReLU, NiN
from engine.blocks.custom import Custom, Exposed
from engine.blocks.dense import Dense, Transition
from engine.blocks.inception import Inception
from engine.blocks.residual import Residual

__all__ = ["VGG", "Block", "ConvBNReLU", "Custom", "Dense", "Exposed", "Inception", "NiN", "Residual", "Transition"]
