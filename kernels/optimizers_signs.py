"""Steps of which only the sign of the gradient counts, in lanes form."""
