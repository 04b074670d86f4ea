"""A graph as a torch module: compiled, initialised, weights held against it."""
