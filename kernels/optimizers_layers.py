"""Steps scaled by the norm of each tensor, in lanes form."""
