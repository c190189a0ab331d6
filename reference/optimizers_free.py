"""Steps whose size the method finds itself: one textbook step each with its card."""
