"""Methods that look at curvature or along a line, in lanes form."""
