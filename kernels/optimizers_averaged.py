"""Methods judged at a mean of their points, in lanes form."""
