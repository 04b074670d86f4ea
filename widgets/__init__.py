"""What is seen. Takes values, emits requests; knows no torch and no app."""
