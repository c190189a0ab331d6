"""Descendants of Adam and RMSprop, in lanes form."""
