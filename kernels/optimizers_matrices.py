"""Steps that see a tensor as a matrix, in lanes form."""
