"""What ONNX calls each activation, and where it differs. Its operators have no derivatives, and float32 attributes."""

from dlc.reference.convention import REQUIRED, Argument, Convention

AXIS = {"axis": Argument(-1)}
ALPHA = Argument(1.0, "alpha")
SHRINK = {"lambd": Argument(0.5, "lambd"), "bias": Argument(0.0, "bias")}

ONNX = (
    Convention("identity", "Identity(x)"),
    Convention("relu", "Relu(x)"),
    Convention("leaky_relu", "LeakyRelu(x, alpha={alpha})", {"alpha": Argument(0.01, "alpha")}),
    Convention("prelu", "PRelu(x, {alpha})", {"slope": Argument(REQUIRED, "alpha")}),
    Convention("thresholded_relu", "ThresholdedRelu(x, alpha={theta})", {"alpha": Argument(1.0, "theta")}),
    Convention(
        "hard_sigmoid",
        "HardSigmoid(x, alpha=1/{width}, beta={offset})",
        {"alpha": Argument(0.2, "1/width"), "beta": Argument(0.5, "offset")},
    ),
    Convention(
        "hard_tanh", "Clip(x, {low}, {high})", {"min": Argument(REQUIRED, "low"), "max": Argument(REQUIRED, "high")}
    ),
    Convention("relu6", "Clip(x, 0, 6)", {"min": Argument(REQUIRED), "max": Argument(REQUIRED)}),
    Convention("hard_swish", "HardSwish(x)"),
    Convention("shrink", "Shrink(x, lambd={lambd}, bias={bias})", SHRINK),
    Convention("hardshrink", "Shrink(x, lambd={lambd}, bias=0)", {"lambd": SHRINK["lambd"], "bias": Argument(0.0)}),
    Convention(
        "softshrink",
        "Shrink(x, lambd={lambd}, bias={lambd})",
        {"lambd": SHRINK["lambd"], "bias": Argument(0.0)},
        plain="shrink",
    ),
    Convention("softsign", "Softsign(x)"),
    Convention("sigmoid", "Sigmoid(x)"),
    Convention("softplus", "Softplus(x)"),
    Convention("tanh", "Tanh(x)"),
    Convention("elu", "Elu(x, alpha={alpha})", {"alpha": ALPHA}),
    Convention(
        "selu",
        "Selu(x, alpha={alpha}, gamma={scale})",
        {"alpha": Argument(1.67326319217681884765625, "alpha"), "gamma": Argument(1.05070102214813232421875, "scale")},
        note="its defaults are those of the paper rounded to float32",
    ),
    Convention("celu", "Celu(x, alpha={alpha})", {"alpha": ALPHA}),
    Convention("exponential", "Exp(x)"),
    Convention("arctan", "Atan(x)"),
    Convention("sin", "Sin(x)"),
    Convention("swish", "Swish(x, alpha={beta})", {"alpha": Argument(1.0, "beta")}),
    Convention("silu", "Swish(x, alpha=1)", {"alpha": Argument(1.0)}),
    Convention("quick_gelu", "Swish(x, alpha=1.702)", {"alpha": Argument(1.0)}, plain="swish"),
    Convention("gelu", 'Gelu(x, approximate="none")', {"approximate": Argument("none")}),
    Convention("gelu_tanh", 'Gelu(x, approximate="tanh")', {"approximate": Argument("none")}, plain="gelu"),
    Convention("mish", "Mish(x)"),
    Convention("softmax", "Softmax(x, axis=-1)", AXIS),
    Convention("log_softmax", "LogSoftmax(x, axis=-1)", AXIS),
    Convention("hardmax", "Hardmax(x, axis=-1)", AXIS),
    Convention(
        "logsumexp", "ReduceLogSumExp(x, axes=-1, keepdims=0)", {"axes": Argument(None), "keepdims": Argument(1)}
    ),
)
