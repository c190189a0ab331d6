"""`make peers`: what is on file against the real libraries, then speed beside them; --record rewrites the files."""

import sys

import jax

from tests.peers import (
    activations,
    deviations,
    early_stopping,
    losses,
    metrics,
    modifiers,
    names,
    networks,
    norms,
    optimizer_speed,
    optimizers,
    recording,
    regularizers,
    schedules,
)

jax.config.update("jax_enable_x64", True)
rewrite = "--record" in sys.argv[1:]
of_activations = ("torch", "keras", "jax", "onnx", "onnxruntime")
same = [
    recording.check(names.RECORD, of_activations, names.recorded(), rewrite=rewrite),
    recording.check(activations.RECORD, of_activations, activations.recorded(), rewrite=rewrite),
    recording.check(
        deviations.RECORD, of_activations, deviations.recorded(), rewrite=rewrite, folder=deviations.FOLDER
    ),
    recording.check(early_stopping.RECORD, early_stopping.LIBRARIES, early_stopping.recorded(), rewrite=rewrite),
    recording.check(losses.RECORD, losses.LIBRARIES, losses.recorded(), rewrite=rewrite),
    recording.check(metrics.RECORD, metrics.LIBRARIES, metrics.recorded(), rewrite=rewrite),
    recording.check(modifiers.RECORD, modifiers.LIBRARIES, modifiers.recorded(), rewrite=rewrite),
    recording.check(norms.RECORD, norms.LIBRARIES, norms.recorded(), rewrite=rewrite),
    recording.check(regularizers.RECORD, regularizers.LIBRARIES, regularizers.recorded(), rewrite=rewrite),
    recording.check(schedules.RECORD, schedules.LIBRARIES, schedules.recorded(), rewrite=rewrite),
    recording.check(networks.RECORD, networks.LIBRARIES, networks.recorded(), rewrite=rewrite),
    recording.check(optimizers.RECORD, optimizers.LIBRARIES, optimizers.recorded(), rewrite=rewrite),
]
activations.race_sigmoid()
optimizer_speed.main()
sys.exit(0 if all(same) else 1)
