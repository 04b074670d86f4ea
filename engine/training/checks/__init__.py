"""What is found out before a training runs: how long, how much memory, at which rate, and whether it can learn."""
