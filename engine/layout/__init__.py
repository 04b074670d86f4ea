"""Order on the canvas: which row, which column, in line with what."""
