"""PyTorch source as a graph: read, never executed."""
