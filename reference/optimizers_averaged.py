"""Methods judged at a mean of their points: one textbook step each with its card."""
