"""What is seen inside a network, made for the window in a thread of its own. Loads torch."""
