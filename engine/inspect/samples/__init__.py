"""What is looked at: one example from the data, a picture, a drawing or something typed, and rows of many."""
