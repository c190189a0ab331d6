"""Problems whose gradient is noisy; their value is exact."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.draws import add_noise
from dlc.kernels.functions import function
from dlc.kernels.lanes import named
from dlc.kernels.problems_basins import branin
from dlc.kernels.problems_bowls import quadratic, spectrum
from dlc.kernels.problems_valleys import beale, rosenbrock


def strength(noise: float = 1.0) -> tuple[float]:
    """The noise alone."""
    return (noise,)


def spectrum_and_noise(dimension: int = 10, condition: float = 100.0, noise: float = 1.0) -> np.ndarray:
    """The eigenvalues, and the noise last."""
    return np.append(spectrum(dimension, condition), noise)


def noisy(name, source):
    """SOURCE with noise of the last constant's strength on its slopes."""
    exact = register_jitable(source)

    def gradient(x, g, loss, t, task):
        exact(x, g, loss, t, task)
        add_noise(g, task.constants[-1], task.seeds, t)

    return named(gradient, name)


function(10, spectrum_and_noise)(noisy("noisy_quadratic", quadratic))
function(2, strength)(noisy("noisy_beale", beale))
function(2, strength)(noisy("noisy_branin", branin))
function(2, strength)(noisy("noisy_rosenbrock", rosenbrock))
