"""Variants of momentum and of running moments: one textbook step each with its card."""
