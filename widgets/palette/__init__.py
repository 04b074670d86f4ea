"""The panel of layers to take from."""
