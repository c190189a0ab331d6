"""What torch calls each activation, and where it differs. F is torch.nn.functional."""

from dlc.reference.convention import REQUIRED, Argument, Convention, Spelling

DIM = {"dim": Argument(None)}

TORCH = (
    Convention("identity", "torch.nn.Identity()(x)"),
    Convention("relu", "F.relu(x)"),
    Convention("relu6", "F.relu6(x)"),
    Convention("leaky_relu", "F.leaky_relu(x, negative_slope={alpha})", {"negative_slope": Argument(0.01, "alpha")}),
    Convention(
        "prelu",
        "F.prelu(x, weight=torch.tensor({alpha}, dtype=x.dtype))",
        {"weight": Argument(REQUIRED, "alpha")},
        also=(Spelling("torch.nn.PReLU", {"init": Argument(0.25, "alpha")}),),
    ),
    Convention(
        "thresholded_relu",
        "F.threshold(x, threshold={theta}, value=0)",
        {"threshold": Argument(REQUIRED, "theta"), "value": Argument(REQUIRED)},
        plain="threshold",
    ),
    Convention("hard_sigmoid", "F.hardsigmoid(x)"),
    Convention(
        "hard_tanh",
        "F.hardtanh(x, min_val={low}, max_val={high})",
        {"min_val": Argument(-1.0, "low"), "max_val": Argument(1.0, "high")},
    ),
    Convention("hard_swish", "F.hardswish(x)"),
    Convention("hardshrink", "F.hardshrink(x, lambd={lambd})", {"lambd": Argument(0.5, "lambd")}),
    Convention("softshrink", "F.softshrink(x, lambd={lambd})", {"lambd": Argument(0.5, "lambd")}),
    Convention(
        "threshold",
        "F.threshold(x, threshold={theta}, value={value})",
        {"threshold": Argument(REQUIRED, "theta"), "value": Argument(REQUIRED, "value")},
    ),
    Convention(
        "rrelu",
        "F.rrelu(x, lower={lower}, upper={upper})",
        {"lower": Argument(1 / 8, "lower"), "upper": Argument(1 / 3, "upper"), "training": Argument(False)},
        note="with training=True the slope is drawn anew for each number: that is rrelu_train",
    ),
    Convention("softsign", "F.softsign(x)"),
    Convention("sigmoid", "torch.sigmoid(x)"),
    Convention(
        "softplus",
        "F.softplus(x, beta={beta}, threshold={threshold})",
        {"beta": Argument(1.0, "beta"), "threshold": Argument(20.0, "threshold", unlimited="40")},
        note="where beta·x > threshold it is x itself; from 40 on that is right to the last digit",
    ),
    Convention("log_sigmoid", "F.logsigmoid(x)"),
    Convention("tanh", "torch.tanh(x)"),
    Convention("elu", "F.elu(x, alpha={alpha})", {"alpha": Argument(1.0, "alpha")}),
    Convention("selu", "F.selu(x)"),
    Convention("celu", "F.celu(x, alpha={alpha})", {"alpha": Argument(1.0, "alpha")}),
    Convention("exponential", "torch.exp(x)"),
    Convention("arctan", "torch.atan(x)"),
    Convention("tanhshrink", "F.tanhshrink(x)"),
    Convention("sin", "torch.sin(x)"),
    Convention("silu", "F.silu(x)"),
    Convention("swish", "F.silu(x)"),
    Convention("gelu", 'F.gelu(x, approximate="none")', {"approximate": Argument("none")}),
    Convention("gelu_tanh", 'F.gelu(x, approximate="tanh")', {"approximate": Argument("none")}, plain="gelu"),
    Convention("mish", "F.mish(x)"),
    Convention("softmax", "F.softmax(x, dim=-1)", DIM, also=(Spelling("torch.nn.Softmax2d"),)),
    Convention("log_softmax", "F.log_softmax(x, dim=-1)", DIM),
    Convention("softmin", "F.softmin(x, dim=-1)", DIM),
    Convention("logsumexp", "torch.logsumexp(x, dim=-1)", {"dim": Argument(REQUIRED)}),
    Convention(
        "standardize",
        "F.layer_norm(x, x.shape[-1:], eps={epsilon})",
        {"normalized_shape": Argument(REQUIRED), "eps": Argument(1e-5, "epsilon")},
    ),
    Convention("glu", "F.glu(x, dim=-1)", {"dim": Argument(-1)}),
    Convention(
        "gumbel_softmax",
        "F.gumbel_softmax(x, tau={tau}, hard={hard}, dim=-1)",
        {"tau": Argument(1.0, "tau"), "hard": Argument(False, "hard"), "dim": Argument(-1)},
        note="the noise is torch's own: other numbers, from the same distribution",
    ),
    Convention(
        "rrelu_train",
        "F.rrelu(x, lower={lower}, upper={upper}, training=True)",
        {"lower": Argument(1 / 8, "lower"), "upper": Argument(1 / 3, "upper"), "training": Argument(False)},
        plain="rrelu",
        note="the slopes are torch's own: other numbers, from the same distribution",
    ),
)
