"""What is true: cards and textbook formulas in plain Python, at any precision."""
