"""What is fast: the reference's names as Numba kernels, forward and backward, steps and races."""
