"""Steps of which only the sign of the gradient counts: one textbook step each with its card."""
