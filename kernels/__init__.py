"""What is fast: the reference's names as Numba kernels, forward and backward, steps and races.

Importing this package points Numba's compile cache at a folder of dlc's own, before any kernel is made.
"""

from dlc.kernels import cache

cache.enter()
