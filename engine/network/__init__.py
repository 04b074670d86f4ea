"""A graph as a torch module: compiled, initialised, its weights read and held against it."""
