"""How good a network is on a part of its data, as people see it: confusion, mistakes, calibration, numbers."""
