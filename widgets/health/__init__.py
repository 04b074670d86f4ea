"""How layers do while they learn: findings with their cures, and what was measured of every layer over time."""
