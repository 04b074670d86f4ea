"""Tensors in numbers and pictures."""
