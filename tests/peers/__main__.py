"""`make peers`: recorded values against the real libraries, then speed beside them; --record rewrites the records."""

import sys

import jax

from tests.peers import activations, optimizers, recording

jax.config.update("jax_enable_x64", True)
rewrite = "--record" in sys.argv[1:]
same = [
    recording.check(activations.RECORD, ("torch", "jax"), activations.recorded(), "activations", rewrite=rewrite),
    recording.check(
        optimizers.RECORD, ("torch", "optax", "jax"), optimizers.recorded(), "trajectories", rewrite=rewrite
    ),
]
activations.race_sigmoid()
optimizers.race_speed()
sys.exit(0 if all(same) else 1)
