"""Steps that see a tensor as a matrix: one textbook step each with its card."""
