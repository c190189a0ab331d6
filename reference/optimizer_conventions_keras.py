"""keras's optimizers in parts of ours."""
