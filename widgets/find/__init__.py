"""Boxes in which something is found by typing."""
