"""What jax.nn calls each activation, and where it differs."""

from dlc.reference.convention import Argument, Convention, Spelling

AXIS = {"axis": Argument(-1)}
ALL = {"axis": Argument(None)}

JAX = (
    Convention("identity", "jax.nn.identity(x)"),
    Convention("relu", "jax.nn.relu(x)"),
    Convention("relu6", "jax.nn.relu6(x)"),
    Convention(
        "leaky_relu",
        "jax.nn.leaky_relu(x, negative_slope={alpha})",
        {"negative_slope": Argument(0.01, "alpha")},
        kinks="right",
    ),
    Convention("hard_sigmoid", "jax.nn.hard_sigmoid(x)"),
    Convention("hard_tanh", "jax.nn.hard_tanh(x)", kinks=("right", "left")),
    Convention("hard_swish", "jax.nn.hard_swish(x)", also=(Spelling("jax.nn.hard_silu"),)),
    Convention("sparse_plus", "jax.nn.sparse_plus(x)"),
    Convention("sparse_sigmoid", "jax.nn.sparse_sigmoid(x)", kinks="mid"),
    Convention("softsign", "jax.nn.soft_sign(x)"),
    Convention("sigmoid", "jax.nn.sigmoid(x)"),
    Convention("softplus", "jax.nn.softplus(x)"),
    Convention("log_sigmoid", "jax.nn.log_sigmoid(x)"),
    Convention("tanh", "jax.nn.tanh(x)"),
    Convention("elu", "jax.nn.elu(x, alpha={alpha})", {"alpha": Argument(1.0, "alpha")}),
    Convention("selu", "jax.nn.selu(x)"),
    Convention("celu", "jax.nn.celu(x, alpha={alpha})", {"alpha": Argument(1.0, "alpha")}),
    Convention("squareplus", "jax.nn.squareplus(x, b={b})", {"b": Argument(4, "b")}),
    Convention("log1mexp", "jax.nn.log1mexp(x)"),
    Convention("exponential", "jnp.exp(x)"),
    Convention("arctan", "jnp.arctan(x)"),
    Convention("sin", "jnp.sin(x)"),
    Convention("silu", "jax.nn.silu(x)", also=(Spelling("jax.nn.swish"),)),
    Convention("swish", "jax.nn.silu(x)"),
    Convention("gelu", "jax.nn.gelu(x, approximate=False)", {"approximate": Argument(True)}, plain="gelu_tanh"),
    Convention("gelu_tanh", "jax.nn.gelu(x, approximate=True)", {"approximate": Argument(True)}),
    Convention("mish", "jax.nn.mish(x)"),
    Convention("softmax", "jax.nn.softmax(x, axis=-1)", AXIS),
    Convention("log_softmax", "jax.nn.log_softmax(x, axis=-1)", AXIS),
    Convention("logsumexp", "jax.nn.logsumexp(x, axis=-1)", ALL),
    Convention("logmeanexp", "jax.nn.logmeanexp(x, axis=-1)", ALL),
    Convention(
        "standardize",
        "jax.nn.standardize(x, axis=-1, epsilon={epsilon})",
        {**AXIS, "epsilon": Argument(1e-5, "epsilon")},
    ),
    Convention("glu", "jax.nn.glu(x, axis=-1)", AXIS),
)
