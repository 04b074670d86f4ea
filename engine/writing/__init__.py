"""A graph as PyTorch source."""
