"""Steps whose size the method finds itself, in lanes form."""
