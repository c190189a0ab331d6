"""What is typed: one file per command, and what they share to read, check and show."""
