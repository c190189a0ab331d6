"""All initialisers, and what libraries call them: of a single name, and of a whole layer."""

from dataclasses import dataclass, field
from math import exp, sqrt
from typing import Any

from dlc.reference.initializer_family import INITIALIZERS, InitializerCard
from dlc.reference.initializer_laws import (
    Constant,
    Identity,
    Law,
    Lengths,
    Normal,
    Orthogonal,
    Sparse,
    Truncated,
    Uniform,
    with_std,
)
from dlc.reference.optimizer_family import not_negative, positive

__all__ = ["INITIALIZERS", "INITIALIZER_OFFERS", "LAYER_OFFERS", "InitializerCard", "InitializerOffer", "LayerOffer"]

# A card reads as one entry of a table.
# fmt: off

GLOROT = "Glorot & Bengio 2010, AISTATS"
HE = "He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852"
LECUN = "LeCun et al. 1998, Efficient BackProp"


def within(bound: float) -> Uniform:
    """Uniform in ±bound."""
    return Uniform(-bound, bound)


@INITIALIZERS.card("0", source="torch 2.13, torch.nn.init.zeros_; keras.initializers.Zeros; jax.nn.initializers.zeros")
def zeros(fan_in: int, fan_out: int) -> Law:
    """All 0: right for biases; units of a hidden layer would stay alike for ever."""
    return Constant(0.0)


@INITIALIZERS.card("1", source="torch 2.13, torch.nn.init.ones_; keras.initializers.Ones; jax.nn.initializers.ones")
def ones(fan_in: int, fan_out: int) -> Law:
    """All 1: right for gains."""
    return Constant(1.0)


@INITIALIZERS.card("value", source="torch 2.13, torch.nn.init.constant_; keras.initializers.Constant")
def constant(fan_in: int, fan_out: int, value: float = 0.1) -> Law:
    """All the same."""
    return Constant(value)


@INITIALIZERS.card(
    "U(low, high)", aliases=("random_uniform",), requires=(("low < high", lambda low, high: low < high),),
    source="keras 3.15, keras.initializers.RandomUniform",
)
def uniform(fan_in: int, fan_out: int, low: float = -0.05, high: float = 0.05) -> Law:
    """Uniform, whatever the layer's size; torch's default is 0 to 1, jax's 0 to 0.01."""
    return Uniform(low, high)


@INITIALIZERS.card(
    "N(mean, std)", aliases=("random_normal",), requires=(not_negative("std"),),
    source="keras 3.15, keras.initializers.RandomNormal",
)
def normal(fan_in: int, fan_out: int, mean: float = 0.0, std: float = 0.05) -> Law:
    """Normal, whatever the layer's size; torch's default deviation is 1, jax's 0.01."""
    return Normal(mean, std)


@INITIALIZERS.card(
    "N(mean, std), drawn again beyond cut·std", requires=(not_negative("std"), positive("cut")),
    source="keras 3.15, keras.initializers.TruncatedNormal",
)
def truncated_normal(fan_in: int, fan_out: int, mean: float = 0.0, std: float = 0.05, cut: float = 2.0) -> Law:
    """Normal without its tails, and so with a smaller deviation than std: 0.8796 of it for a cut of 2."""
    return Truncated(mean, std, cut)


@INITIALIZERS.card(
    "U(±gain·√(6/(fan_in + fan_out)))", aliases=("xavier_uniform", "glorot", "xavier"), requires=(positive("gain"),),
    source=GLOROT,
)
def glorot_uniform(fan_in: int, fan_out: int, gain: float = 1.0) -> Law:
    """Between what keeps the variance of signals and what keeps that of gradients, for units like tanh."""
    return within(gain * sqrt(6 / (fan_in + fan_out)))


@INITIALIZERS.card(
    "N(0, gain·√(2/(fan_in + fan_out)))", aliases=("xavier_normal",), requires=(positive("gain"),), source=GLOROT,
)
def glorot_normal(fan_in: int, fan_out: int, gain: float = 1.0) -> Law:
    """The deviation of glorot_uniform; keras and jax cut the tails: glorot_truncated."""
    return Normal(0.0, gain * sqrt(2 / (fan_in + fan_out)))


@INITIALIZERS.card(
    "N cut at 2σ, with the deviation gain·√(2/(fan_in + fan_out)) after the cut", requires=(positive("gain"),),
    source="keras 3.15, keras.initializers.GlorotNormal; jax.nn.initializers.glorot_normal",
)
def glorot_truncated(fan_in: int, fan_out: int, gain: float = 1.0) -> Law:
    """What keras and jax call glorot_normal."""
    return with_std(gain * sqrt(2 / (fan_in + fan_out)))


@INITIALIZERS.card(
    "U(±4·√(6/(fan_in + fan_out)))", source="Bengio & Glorot 2010; Theano's deep learning tutorials",
)
def glorot_sigmoid(fan_in: int, fan_out: int) -> Law:
    """Four times glorot_uniform: a sigmoid has a quarter of tanh's slope at 0."""
    return within(4 * sqrt(6 / (fan_in + fan_out)))


@INITIALIZERS.card(
    "U(±√(6/((1 + slope²)·fan_in)))", aliases=("kaiming_uniform",), requires=(not_negative("slope"),), source=HE,
)
def he_uniform(fan_in: int, fan_out: int, slope: float = 0.0) -> Law:
    """Keeps the size of signals through relu, or leaky_relu with this slope."""
    return within(sqrt(6 / ((1 + slope**2) * fan_in)))


@INITIALIZERS.card(
    "N(0, √(2/((1 + slope²)·fan_in)))", aliases=("kaiming_normal", "he", "kaiming", "msra"),
    requires=(not_negative("slope"),), source=HE,
)
def he_normal(fan_in: int, fan_out: int, slope: float = 0.0) -> Law:
    """Keeps the size of signals through relu, or leaky_relu with this slope; keras and jax cut the tails."""
    return Normal(0.0, sqrt(2 / ((1 + slope**2) * fan_in)))


@INITIALIZERS.card(
    "N cut at 2σ, with the deviation √(2/fan_in) after the cut",
    source="keras 3.15, keras.initializers.HeNormal; jax.nn.initializers.he_normal",
)
def he_truncated(fan_in: int, fan_out: int) -> Law:
    """What keras and jax call he_normal."""
    return with_std(sqrt(2 / fan_in))


@INITIALIZERS.card("U(±√(6/fan_out))", source=HE + ", mode fan_out")
def he_uniform_backward(fan_in: int, fan_out: int) -> Law:
    """Keeps the size of gradients, not of signals, through relu."""
    return within(sqrt(6 / fan_out))


@INITIALIZERS.card("N(0, √(2/fan_out))", source=HE + ", mode fan_out")
def he_normal_backward(fan_in: int, fan_out: int) -> Law:
    """Keeps the size of gradients, not of signals, through relu."""
    return Normal(0.0, sqrt(2 / fan_out))


@INITIALIZERS.card("U(±√(3/fan_in))", aliases=("caffe_xavier",), source=LECUN)
def lecun_uniform(fan_in: int, fan_out: int) -> Law:
    """Keeps the size of signals through units with slope 1."""
    return within(sqrt(3 / fan_in))


@INITIALIZERS.card("N(0, √(1/fan_in))", aliases=("lecun",), source=LECUN)
def lecun_normal(fan_in: int, fan_out: int) -> Law:
    """Keeps the size of signals through units with slope 1, and through selu; keras and jax cut the tails."""
    return Normal(0.0, sqrt(1 / fan_in))


@INITIALIZERS.card(
    "N cut at 2σ, with the deviation √(1/fan_in) after the cut",
    source="keras 3.15, keras.initializers.LecunNormal; jax.nn.initializers.lecun_normal",
)
def lecun_truncated(fan_in: int, fan_out: int) -> Law:
    """What keras and jax call lecun_normal."""
    return with_std(sqrt(1 / fan_in))


@INITIALIZERS.card(
    "U(±1/√fan_in)", aliases=("torch_linear",), source="torch 2.13, torch.nn.Linear: kaiming_uniform_(a=√5)",
)
def fan_in_uniform(fan_in: int, fan_out: int) -> Law:
    """torch's default of a linear layer: a third of LeCun's variance, so signals shrink from layer to layer."""
    return within(1 / sqrt(fan_in))


@INITIALIZERS.card("N(0, 1/√fan_in), drawn again beyond 2σ", source="Hennigan et al. 2020, Haiku, haiku.Linear")
def haiku_linear(fan_in: int, fan_out: int) -> Law:
    """LeCun's deviation before the cut, and so 0.8796 of it after."""
    return Truncated(0.0, 1 / sqrt(fan_in))


@INITIALIZERS.card(
    "orthonormal columns (or rows), times gain", requires=(positive("gain"),),
    source="Saxe, McClelland & Ganguli 2014, arXiv:1312.6120",
)
def orthogonal(fan_in: int, fan_out: int, gain: float = 1.0) -> Law:
    """All singular values are the gain: a linear net of any depth keeps all lengths."""
    return Orthogonal(gain, max(fan_in, fan_out))


@INITIALIZERS.card(
    "gain on the diagonal, else 0", aliases=("eye", "irnn"), source="Le, Jaitly & Hinton 2015, arXiv:1504.00941",
)
def identity_matrix(fan_in: int, fan_out: int, gain: float = 1.0) -> Law:
    """What comes in goes out."""
    return Identity(gain, fan_in, fan_out)


@INITIALIZERS.card(
    "N(0, std), and in each column ⌈sparsity·fan_in⌉ zeros",
    requires=(("0 <= sparsity < 1", lambda sparsity: 0 <= sparsity < 1), positive("std")),
    source="Martens 2010, Deep learning via Hessian-free optimization; torch.nn.init.sparse_",
)
def sparse(fan_in: int, fan_out: int, sparsity: float = 0.1, std: float = 0.01) -> Law:
    """Each unit looks at some of the inputs only."""
    return Sparse(std, min(fan_in, -int(-sparsity * fan_in // 1)), fan_in)


@INITIALIZERS.card(
    "random directions of length 0.7·units^(1/fan_in)",
    source="Nguyen & Widrow 1990, IJCNN",
)
def nguyen_widrow(fan_in: int, fan_out: int) -> Law:
    """Spreads the active regions of tanh units evenly over the inputs."""
    return Lengths(0.7 * fan_out ** (1 / fan_in), fan_in)


@INITIALIZERS.card(
    "U(±√(6/fan_in)/omega)", requires=(positive("omega"),), source="Sitzmann et al. 2020, SIREN, arXiv:2006.09661",
)
def siren(fan_in: int, fan_out: int, omega: float = 30.0) -> Law:
    """For hidden layers of sin(omega·x)."""
    return within(sqrt(6 / fan_in) / omega)


@INITIALIZERS.card("U(±1/fan_in)", source="Sitzmann et al. 2020, SIREN, arXiv:2006.09661")
def siren_first(fan_in: int, fan_out: int) -> Law:
    """For the first layer of sin(omega·x)."""
    return within(1 / fan_in)


@INITIALIZERS.card("N(0, 1/fan_in)", source="Yang et al. 2022, Tensor programs V, arXiv:2203.03466")
def mup_output(fan_in: int, fan_out: int) -> Law:
    """Of the last layer under maximal update: rates tuned at one width hold at another."""
    return Normal(0.0, 1 / fan_in)


@INITIALIZERS.card("N(0, 1)", source="Jacot, Gabriel & Hongler 2018, arXiv:1806.07572")
def ntk(fan_in: int, fan_out: int) -> Law:
    """Standard normal: in the neural tangent parametrisation the layer itself divides by √fan_in."""
    return Normal(0.0, 1.0)


@INITIALIZERS.card(
    "N(0, gain/√fan_in) with gain = √2·e^(1.2/(max(fan_in, 6) − 2.4))",
    source="Sussillo & Abbott 2014, arXiv:1412.6558",
)
def random_walk(fan_in: int, fan_out: int) -> Law:
    """Keeps the logarithm of the gradient's length through very deep relu nets, where he_normal keeps its square."""
    return Normal(0.0, sqrt(2) * exp(1.2 / (max(fan_in, 6) - 2.4)) / sqrt(fan_in))


@INITIALIZERS.card(
    "N(0, 0.02/√(2·depth)); N(0, 0.02) for depth ½", requires=(positive("depth"),),
    source="Radford et al. 2019, GPT-2",
)
def gpt2(fan_in: int, fan_out: int, depth: float = 0.5) -> Law:
    """Whatever the size; smaller where a layer adds to a residual stream of this depth."""
    return Normal(0.0, 0.02 / sqrt(2 * depth))


@INITIALIZERS.card("N(0, √(2/(5·fan_in)))", source="Nguyen & Salazar 2019, arXiv:1910.05895")
def small_init(fan_in: int, fan_out: int) -> Law:
    """For transformers without a warm-up of the rate."""
    return Normal(0.0, sqrt(2 / (5 * fan_in)))


@INITIALIZERS.card(
    "N(0, 2/(depth·√fan_in))", requires=(positive("depth"),), source="Wang & Komatsuzaki 2021, GPT-J",
)
def wang_init(fan_in: int, fan_out: int, depth: float = 6.0) -> Law:
    """For layers that add to a residual stream."""
    return Normal(0.0, 2 / (depth * sqrt(fan_in)))


@INITIALIZERS.card(
    "N(0, √(2/fan_in)·depth^(−1/2))", requires=(positive("depth"),),
    source="Zhang, Dauphin & Ma 2019, arXiv:1901.09321",
)
def fixup(fan_in: int, fan_out: int, depth: float = 6.0) -> Law:
    """Of the first of two layers in each of DEPTH residual blocks: trains without normalisation."""
    return Normal(0.0, sqrt(2 / fan_in) / sqrt(depth))

# fmt: on


@dataclass(frozen=True)
class InitializerOffer:
    """A library's name for an initialiser, with what it means there by default."""

    library: str
    name: str
    card: str
    params: dict[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class LayerOffer:
    """How a library draws the weights and the biases of a layer, unless told otherwise."""

    name: str
    card: str
    params: dict[str, float] = field(default_factory=dict)
    bias: str = "zeros"  # of which the fans are those of the weights
    bias_params: dict[str, float] = field(default_factory=dict)


def _offers(library: str, prefix: str, **names: Any) -> tuple[InitializerOffer, ...]:
    return tuple(
        InitializerOffer(library, f"{prefix}.{name}", *(found if isinstance(found, tuple) else (found,)))
        for name, found in names.items()
    )


INITIALIZER_OFFERS: tuple[InitializerOffer, ...] = (
    *_offers(
        "torch", "torch.nn.init", zeros_="zeros", ones_="ones", constant_="constant",
        uniform_=("uniform", {"low": 0.0, "high": 1.0}), normal_=("normal", {"std": 1.0}),
        trunc_normal_=("truncated_normal", {"std": 1.0}, "cuts at a = −2 and b = 2, not at 2·std"),
        xavier_uniform_="glorot_uniform", xavier_normal_="glorot_normal", kaiming_uniform_="he_uniform",
        kaiming_normal_="he_normal", orthogonal_="orthogonal", eye_="identity_matrix", sparse_="sparse",
    ),
    *_offers(
        "keras", "keras.initializers", Zeros="zeros", Ones="ones", Constant=("constant", {"value": 0.0}),
        RandomUniform="uniform", RandomNormal="normal", TruncatedNormal="truncated_normal",
        GlorotUniform="glorot_uniform", GlorotNormal="glorot_truncated", HeUniform="he_uniform",
        HeNormal="he_truncated", LecunUniform="lecun_uniform", LecunNormal="lecun_truncated",
        Orthogonal="orthogonal", Identity="identity_matrix",
    ),
    *_offers(
        "jax", "jax.nn.initializers", zeros="zeros", ones="ones", uniform=("uniform", {"low": 0.0, "high": 0.01}),
        normal=("normal", {"std": 0.01}), truncated_normal=("truncated_normal", {"std": 0.01}),
        glorot_uniform="glorot_uniform", glorot_normal="glorot_truncated", he_uniform="he_uniform",
        he_normal="he_truncated", lecun_uniform="lecun_uniform", lecun_normal="lecun_truncated",
        orthogonal="orthogonal",
    ),
)  # fmt: skip

LOGISTIC = {"gain": 1 / sqrt(3)}  # of scikit-learn's networks with activation="logistic"

LAYER_OFFERS = {
    offer.name: offer
    for offer in (
        LayerOffer("torch.linear", "fan_in_uniform", bias="fan_in_uniform"),
        LayerOffer("keras.dense", "glorot_uniform"),
        LayerOffer("flax.dense", "lecun_truncated"),
        LayerOffer("stax.dense", "glorot_truncated", bias="normal", bias_params={"std": 0.01}),
        LayerOffer("haiku.linear", "haiku_linear"),
        LayerOffer("equinox.linear", "fan_in_uniform", bias="fan_in_uniform"),
        LayerOffer("flux.dense", "glorot_uniform"),
        LayerOffer("chainer.linear", "lecun_normal"),
        LayerOffer("sklearn.mlp", "glorot_uniform", bias="glorot_uniform"),
        LayerOffer("sklearn.mlp_logistic", "glorot_uniform", LOGISTIC, "glorot_uniform", LOGISTIC),
    )
}
