"""Methods that look at curvature or along a line: one textbook step each with its card."""
