"""Steps scaled by the norm of each tensor: one textbook step each with its card."""
