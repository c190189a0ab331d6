"""Variants of momentum and of running moments, in lanes form."""
