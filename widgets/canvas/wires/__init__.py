"""Wires: which way they run, and what follows them."""
