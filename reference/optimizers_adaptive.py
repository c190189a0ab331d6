"""Descendants of Adam and RMSprop: one textbook step each with its card."""
