"""What a sweep tries, in which order, which runs it gives up, and what it tells: plain values and arithmetic."""
