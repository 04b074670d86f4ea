"""What a network is asked, and what it answers: a pad to draw on, examples, a typed row, the likeliest classes."""
