"""optax's optimizers in parts of ours."""
