"""What keras calls each activation, and where it differs. Derivatives are those with torch behind it."""

from math import inf

from dlc.reference.convention import REQUIRED, Argument, Convention, Spelling

AXIS = {"axis": Argument(-1)}
RELU = {
    "negative_slope": Argument(0.0, "negative_slope"),
    "max_value": Argument(None, "max_value", unlimited="None"),
    "threshold": Argument(0.0, "threshold"),
}

KERAS = (
    Convention("identity", "keras.activations.linear(x)"),
    Convention(
        "keras_relu",
        "keras.activations.relu(x, negative_slope={negative_slope}, max_value={max_value}, threshold={threshold})",
        RELU,
        kinks=lambda negative_slope, max_value, threshold: (
            "left" if max_value == inf and threshold == 0 else "zero",
            "right" if max_value == 6 and threshold == 0 else "left",
        ),
        also=(Spelling("keras.layers.ReLU", RELU),),
    ),
    Convention("relu", "keras.activations.relu(x)"),
    Convention("relu6", "keras.activations.relu6(x)"),
    Convention(
        "leaky_relu",
        "keras.activations.leaky_relu(x, negative_slope={alpha})",
        {"negative_slope": Argument(0.2, "alpha")},
        also=(Spelling("keras.layers.LeakyReLU", {"negative_slope": Argument(0.3, "alpha")}),),
    ),
    Convention(
        "prelu",
        "keras.layers.PReLU(alpha_initializer=keras.initializers.Constant({alpha}), dtype=x.dtype)(x)",
        {"alpha_initializer": Argument(0.0, "alpha")},
        kinks="zero",
    ),
    Convention(
        "thresholded_relu",
        "keras.activations.threshold(x, threshold={theta}, default_value=0)",
        {"threshold": Argument(REQUIRED, "theta"), "default_value": Argument(REQUIRED)},
        plain="threshold",
    ),
    Convention("hard_sigmoid", "keras.activations.hard_sigmoid(x)"),
    Convention("hard_tanh", "keras.activations.hard_tanh(x)"),
    Convention("hard_swish", "keras.activations.hard_swish(x)", also=(Spelling("keras.activations.hard_silu"),)),
    Convention(
        "hardshrink", "keras.activations.hard_shrink(x, threshold={lambd})", {"threshold": Argument(0.5, "lambd")}
    ),
    Convention(
        "softshrink", "keras.activations.soft_shrink(x, threshold={lambd})", {"threshold": Argument(0.5, "lambd")}
    ),
    Convention(
        "threshold",
        "keras.activations.threshold(x, threshold={theta}, default_value={value})",
        {"threshold": Argument(REQUIRED, "theta"), "default_value": Argument(REQUIRED, "value")},
    ),
    Convention("sparse_plus", "keras.activations.sparse_plus(x)"),
    Convention("sparse_sigmoid", "keras.activations.sparse_sigmoid(x)"),
    Convention("softsign", "keras.activations.softsign(x)"),
    Convention("sigmoid", "keras.activations.sigmoid(x)"),
    Convention(
        "softplus",
        "keras.activations.softplus(x)",
        note="with torch behind it, x itself where x > 20: torch's default",
    ),
    Convention("log_sigmoid", "keras.activations.log_sigmoid(x)"),
    Convention("tanh", "keras.activations.tanh(x)"),
    Convention("elu", "keras.activations.elu(x, alpha={alpha})", {"alpha": Argument(1.0, "alpha")}),
    Convention("selu", "keras.activations.selu(x)"),
    Convention("celu", "keras.activations.celu(x, alpha={alpha})", {"alpha": Argument(1.0, "alpha")}),
    Convention("squareplus", "keras.activations.squareplus(x, b={b})", {"b": Argument(4, "b")}),
    Convention("exponential", "keras.activations.exponential(x)"),
    Convention("arctan", "keras.ops.arctan(x)"),
    Convention("tanhshrink", "keras.activations.tanh_shrink(x)"),
    Convention("sin", "keras.ops.sin(x)"),
    Convention("silu", "keras.activations.silu(x)", also=(Spelling("keras.activations.swish"),)),
    Convention("swish", "keras.activations.silu(x)"),
    Convention("gelu", "keras.activations.gelu(x, approximate=False)", {"approximate": Argument(False)}),
    Convention(
        "gelu_tanh", "keras.activations.gelu(x, approximate=True)", {"approximate": Argument(False)}, plain="gelu"
    ),
    Convention("mish", "keras.activations.mish(x)"),
    Convention("softmax", "keras.activations.softmax(x, axis=-1)", AXIS),
    Convention("log_softmax", "keras.activations.log_softmax(x, axis=-1)", AXIS),
    Convention("sparsemax", "keras.activations.sparsemax(x, axis=-1)", AXIS),
    Convention("logsumexp", "keras.ops.logsumexp(x, axis=-1)", {"axis": Argument(None)}),
    Convention("glu", "keras.activations.glu(x, axis=-1)", AXIS),
)
