"""Activation functions in pieces that are straight or parabolas."""

from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, constant, sign, where
from dlc.reference.piecewise import hard_sigmoid, leaky_relu, leaky_relu_grad, relu, straight

# fmt: off  (a card reads as one entry of a table)


def keras_relu_grad(x: Number, negative_slope: float = 0.0, max_value: float = inf, threshold: float = 0.0) -> Number:
    """1 if threshold < x < max_value, negative_slope if x ≤ threshold, else 0."""
    return where(x > threshold, where(x < max_value, 1, 0), negative_slope)


@ACTIVATIONS.card(
    "min(x, max_value) if x > threshold, else negative_slope·(x − threshold)",
    derivative="1 if threshold < x < max_value, negative_slope if x ≤ threshold, else 0",
    grad=keras_relu_grad,
    grad2=straight,
    bounds=(0, inf),
    monotone=True,
    kinks=lambda negative_slope, max_value, threshold: (
        (threshold, max_value) if threshold < max_value < inf else (threshold,)
    ),
    requires=(
        ("negative_slope >= 0", lambda negative_slope: negative_slope >= 0),
        ("max_value >= 0", lambda max_value: max_value >= 0),
        ("threshold >= 0", lambda threshold: threshold >= 0),
    ),
    source="Chollet et al. 2015, Keras, keras.activations.relu",
)
def keras_relu(x: Number, negative_slope: float = 0.0, max_value: float = inf, threshold: float = 0.0) -> Number:
    """The rectified linear unit with a threshold, a cap and a slope below."""
    return where(x > threshold, where(x < max_value, x, max_value), negative_slope * (x - threshold))


def hard_swish_grad(x: Number) -> Number:
    """0 if x ≤ −3, 1 if x ≥ 3, else (2x + 3)/6."""
    return where(x > -3, where(x < 3, (2 * x + 3) / 6, 1), 0)


def hard_swish_grad2(x: Number) -> Number:
    """1/3 if −3 < x < 3, else 0."""
    return where((x > -3) & (x < 3), constant("1/3", x), 0)


@ACTIVATIONS.card(
    "x·min(max(x/6 + 1/2, 0), 1)",
    derivative="0 if x ≤ −3, 1 if x ≥ 3, else (2x + 3)/6",
    grad=hard_swish_grad,
    grad2=hard_swish_grad2,
    bounds=(-0.375, inf),
    kinks=(-3, 3),
    aliases=("hard_silu", "hardswish"),
    source="Howard et al. 2019, arXiv:1905.02244",
)
def hard_swish(x: Number) -> Number:
    """x, weighted by its hard sigmoid."""
    return x * hard_sigmoid(x)


def hardshrink_grad(x: Number, lambd: float = 0.5) -> Number:
    """1 if |x| > λ, else 0."""
    return where(abs(x) > lambd, 1, 0)


LAMBDA_NOT_NEGATIVE = (("lambd >= 0", lambda lambd: lambd >= 0),)


@ACTIVATIONS.card(
    "x if |x| > λ, else 0",
    derivative="1 if |x| > λ, else 0",
    grad=hardshrink_grad,
    grad2=straight,
    monotone=True,
    symmetry="odd",
    kinks=lambda lambd: (-lambd, lambd),
    requires=LAMBDA_NOT_NEGATIVE,
    aliases=("hard_shrink",),
    source="Donoho & Johnstone 1994, Biometrika 81:425 (hard thresholding)",
)
def hardshrink(x: Number, lambd: float = 0.5) -> Number:
    """x where it is farther than lambd from 0: it jumps there."""
    return where(abs(x) > lambd, x, 0)


def shrink_grad(x: Number, lambd: float = 0.5, bias: float = 0.0) -> Number:
    """1 if |x| > λ, else 0."""
    return hardshrink_grad(x, lambd)


@ACTIVATIONS.card(
    "x − bias·sign(x) if |x| > λ, else 0",
    derivative="1 if |x| > λ, else 0",
    grad=shrink_grad,
    grad2=straight,
    monotone=True,
    symmetry="odd",
    kinks=lambda lambd, bias: (-lambd, lambd),
    requires=LAMBDA_NOT_NEGATIVE,
    source="ONNX operator Shrink, since version 9 of 2018",
)
def shrink(x: Number, lambd: float = 0.5, bias: float = 0.0) -> Number:
    """x where it is farther than lambd from 0, moved towards 0 by bias."""
    return where(abs(x) > lambd, x - bias * sign(x), 0)


def softshrink_grad(x: Number, lambd: float = 0.5) -> Number:
    """1 if |x| > λ, else 0."""
    return hardshrink_grad(x, lambd)


@ACTIVATIONS.card(
    "x − λ·sign(x) if |x| > λ, else 0",
    derivative="1 if |x| > λ, else 0",
    grad=softshrink_grad,
    grad2=straight,
    monotone=True,
    symmetry="odd",
    kinks=lambda lambd: (-lambd, lambd),
    requires=LAMBDA_NOT_NEGATIVE,
    aliases=("soft_shrink",),
    source="Donoho & Johnstone 1994, Biometrika 81:425 (soft thresholding)",
)
def softshrink(x: Number, lambd: float = 0.5) -> Number:
    """x, moved towards 0 by lambd and no farther: the proximal step of λ·|x|."""
    return shrink(x, lambd, lambd)


def threshold_grad(x: Number, theta: float = 0.0, value: float = 0.0) -> Number:
    """1 if x > θ, else 0."""
    return where(x > theta, 1, 0)


@ACTIVATIONS.card(
    "x if x > θ, else value",
    derivative="1 if x > θ, else 0",
    grad=threshold_grad,
    grad2=straight,
    bounds=(0, inf),
    monotone=True,
    kinks=lambda theta, value: (theta,),
    source="Collobert, Kavukcuoglu & Farabet 2011, Torch7, nn.Threshold",
)
def threshold(x: Number, theta: float = 0.0, value: float = 0.0) -> Number:
    """x above a threshold, a constant below."""
    return where(x > theta, x, value)


def rrelu_grad(x: Number, lower: float = 1 / 8, upper: float = 1 / 3) -> Number:
    """1 if x > 0, else (lower + upper)/2."""
    return leaky_relu_grad(x, (lower + upper) / 2)


@ACTIVATIONS.card(
    "x if x > 0, else (lower + upper)/2·x",
    derivative="1 if x > 0, else (lower + upper)/2",
    grad=rrelu_grad,
    grad2=straight,
    monotone=True,
    kinks=(0,),
    requires=(("lower <= upper", lambda lower, upper: lower <= upper),),
    source="Xu et al. 2015, arXiv:1505.00853",
)
def rrelu(x: Number, lower: float = 1 / 8, upper: float = 1 / 3) -> Number:
    """The rectified linear unit whose slope below 0 is random in training; here the mean slope of evaluation."""
    return leaky_relu(x, (lower + upper) / 2)


def srelu_grad(
    x: Number, t_left: float = 0.0, a_left: float = 0.2, t_right: float = 1.0, a_right: float = 0.2
) -> Number:
    """a_left if x ≤ t_left, a_right if x ≥ t_right, else 1."""
    return where(x <= t_left, a_left, where(x >= t_right, a_right, 1))


def srelu_wrt_t_left(
    x: Number, t_left: float = 0.0, a_left: float = 0.2, t_right: float = 1.0, a_right: float = 0.2
) -> Number:
    """1 − a_left if x ≤ t_left, else 0."""
    return where(x <= t_left, 1 - a_left, 0)


def srelu_wrt_a_left(
    x: Number, t_left: float = 0.0, a_left: float = 0.2, t_right: float = 1.0, a_right: float = 0.2
) -> Number:
    """x − t_left if x ≤ t_left, else 0."""
    return where(x <= t_left, x - t_left, 0)


def srelu_wrt_t_right(
    x: Number, t_left: float = 0.0, a_left: float = 0.2, t_right: float = 1.0, a_right: float = 0.2
) -> Number:
    """1 − a_right if x ≥ t_right, else 0."""
    return where(x >= t_right, 1 - a_right, 0)


def srelu_wrt_a_right(
    x: Number, t_left: float = 0.0, a_left: float = 0.2, t_right: float = 1.0, a_right: float = 0.2
) -> Number:
    """x − t_right if x ≥ t_right, else 0."""
    return where(x >= t_right, x - t_right, 0)


@ACTIVATIONS.card(
    "t_l + a_l·(x − t_l) if x ≤ t_l, t_r + a_r·(x − t_r) if x ≥ t_r, else x, all four learned",
    derivative="a_l if x ≤ t_l, a_r if x ≥ t_r, else 1",
    grad=srelu_grad,
    grad2=straight,
    partials={
        "t_left": srelu_wrt_t_left,
        "a_left": srelu_wrt_a_left,
        "t_right": srelu_wrt_t_right,
        "a_right": srelu_wrt_a_right,
    },
    monotone=True,
    kinks=lambda t_left, a_left, t_right, a_right: (t_left, t_right),
    requires=(("t_left < t_right", lambda t_left, t_right: t_left < t_right),),
    source="Jin et al. 2015, arXiv:1512.07030",
)
def srelu(x: Number, t_left: float = 0.0, a_left: float = 0.2, t_right: float = 1.0, a_right: float = 0.2) -> Number:
    """The S-shaped rectified linear unit: x itself between two learned thresholds, learned slopes outside."""
    left, right = t_left + a_left * (x - t_left), t_right + a_right * (x - t_right)
    return where(x <= t_left, left, where(x >= t_right, right, x))


def squared_relu_grad(x: Number) -> Number:
    """2x if x > 0, else 0."""
    return 2 * relu(x)


def squared_relu_grad2(x: Number) -> Number:
    """2 if x > 0, else 0."""
    return where(x > 0, 2, 0)


@ACTIVATIONS.card(
    "max(x, 0)²",
    derivative="2x if x > 0, else 0",
    grad=squared_relu_grad,
    grad2=squared_relu_grad2,
    bounds=(0, inf),
    monotone=True,
    bends=(0,),
    aliases=("relu_squared",),
    source="So et al. 2021, Primer, arXiv:2109.08668",
)
def squared_relu(x: Number) -> Number:
    """The square of the rectified linear unit."""
    return relu(x) * relu(x)


def sparse_plus_grad(x: Number) -> Number:
    """0 if x ≤ −1, 1 if x ≥ 1, else (x + 1)/2."""
    return sparse_sigmoid(x)


def sparse_plus_grad2(x: Number) -> Number:
    """1/2 if −1 < x < 1, else 0."""
    return sparse_sigmoid_grad(x)


@ACTIVATIONS.card(
    "0 if x ≤ −1, x if x ≥ 1, else (x + 1)²/4",
    derivative="0 if x ≤ −1, 1 if x ≥ 1, else (x + 1)/2",
    grad=sparse_plus_grad,
    grad2=sparse_plus_grad2,
    bounds=(0, inf),
    monotone=True,
    bends=(-1, 1),
    source="Blondel, Martins & Niculae 2020, arXiv:1901.02324, section 6.2",
)
def sparse_plus(x: Number) -> Number:
    """A ramp with a parabola for a corner, as softplus has a rounded one."""
    return where(x > -1, where(x < 1, (x + 1) * (x + 1) / 4, x), 0)


def sparse_sigmoid_grad(x: Number) -> Number:
    """1/2 if −1 < x < 1, else 0."""
    return where((x > -1) & (x < 1), 0.5, 0)


@ACTIVATIONS.card(
    "0 if x ≤ −1, 1 if x ≥ 1, else (x + 1)/2",
    derivative="1/2 if −1 < x < 1, else 0",
    grad=sparse_sigmoid_grad,
    grad2=straight,
    bounds=(0, 1),
    monotone=True,
    kinks=(-1, 1),
    source="Blondel, Martins & Niculae 2020, arXiv:1901.02324, section 6.2",
)
def sparse_sigmoid(x: Number) -> Number:
    """The sigmoid in three straight pieces, the derivative of sparse_plus: sparsemax of two numbers."""
    return where(x > -1, where(x < 1, (x + 1) / 2, 1), 0)


def sqnl_grad(x: Number) -> Number:
    """1 − |x|/2 if |x| < 2, else 0."""
    return where(abs(x) < 2, 1 - abs(x) / 2, 0)


def sqnl_grad2(x: Number) -> Number:
    """−sign(x)/2 if |x| < 2, else 0."""
    return where(abs(x) < 2, -sign(x) * 0.5, 0)


@ACTIVATIONS.card(
    "x − x·|x|/4 if |x| < 2, else sign(x)",
    derivative="1 − |x|/2 if |x| < 2, else 0",
    grad=sqnl_grad,
    grad2=sqnl_grad2,
    bounds=(-1, 1),
    monotone=True,
    symmetry="odd",
    bends=(-2, 0, 2),
    source="Wuraola & Patel 2018, SQNL: a new computationally efficient activation function, IJCNN",
)
def sqnl(x: Number) -> Number:
    """The square nonlinearity: a sigmoid of two parabolas."""
    return where(abs(x) < 2, x - x * abs(x) / 4, sign(x))
