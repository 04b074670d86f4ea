"""Small experiments on the open network: a question, a few seconds, an answer with its picture."""
