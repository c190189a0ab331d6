"""Known answers of models: networks at the edge of stability, published runs, convex optima, MNIST-1D."""

from math import nan

from dlc.reference.known_answers_family import KNOWN_ANSWERS, Expected
from dlc.reference.known_answers_paths import Method
from dlc.reference.problems import PROBLEMS

# A card reads as one entry of a table.
# fmt: off

EDGE_METHODS = (Method("gd", 0.25), Method("gd", 0.5), Method("momentum", 0.5, 0.5))
CALM_METHOD = Method("gd", 0.05)
EDGE_TOLERANCE = 0.03  # of the sharpness: it wanders about the edge


def edge(method: Method) -> float:
    """The curvature above which the method's steps grow on a quadratic."""
    return (2 + 2 * method.beta) / method.rate


@KNOWN_ANSWERS.card(
    "full-batch training of a tanh network drives the greatest curvature up to (2 + 2β)/η and keeps it there, at the "
    "edge of stability",
    source="Cohen et al. 2021, ICLR, arXiv:2103.00065",
)
def edge_of_stability() -> list[Expected]:
    """A rate too small to reach the edge in that time stays below it."""
    return [
        *(Expected(f"sharpness, {each.label}", edge(each), EDGE_TOLERANCE * edge(each)) for each in EDGE_METHODS),
        Expected(f"sharpness, {CALM_METHOD.label}", edge(CALM_METHOD), 0.0, "≤"),
    ]


PUBLISHED_STEPS, PUBLISHED_TEST_ROWS = 700, 896
# optimizer, settings, rate, and the test loss at the end of the published run
PUBLISHED_RUNS: dict[str, tuple[str, dict[str, float], float, float]] = {
    "gd, η = 0.01": ("gd", {}, 0.01, 87.4854),
    "adam, η = 0.001": ("adam", {}, 1e-3, 106.6395),
    "adam, η = 0.01104, β = 0.6675, 0.8405": ("adam", {"beta1": 0.6675, "beta2": 0.8405}, 0.01104, 87.2251),
    "adagrad from 0.1, η = 0.01": ("adagrad", {"initial": 0.1, "eps": 1e-7}, 0.01, 112.1239),
}
PUBLISHED_TOLERANCE = 0.5  # the batches come in another order


@KNOWN_ANSWERS.card(
    "DeepOBS' quadratic_deep is the published one to the last digit of its first test loss, and 100 epochs on it end "
    "where the published runs do",
    source="Schmidt, Schneider & Hennig 2021, ICML, arXiv:2007.01547, its published results",
)
def quadratic_deep() -> list[Expected]:
    """Test losses; the measured ends are means over seeds."""
    ends = (Expected(f"end, {name}", end, PUBLISHED_TOLERANCE) for name, (*_, end) in PUBLISHED_RUNS.items())
    return [Expected("start", 353.44677, 1e-5), *ends]


CONVEX = ("diabetes_least_squares", "breast_cancer_logistic", "iris_softmax", "wine_softmax", "digits_softmax")
CONVEX_TOLERANCE = 1e-9
BOUNDED, BOUNDED_STEPS = "diabetes_least_squares", (10, 100, 1000)


@KNOWN_ANSWERS.card(
    "convex models of scikit-learn's data have one least value; the excess of gradient descent with the rate 1/L "
    "shrinks by 1 − μ/L a step",
    source="Nesterov 2018, Lectures on Convex Optimization, section 2.1.5; least values: the problems' cards",
)
def convex_optima() -> list[Expected]:
    """Least values, and what is above them as a share of what (1 − μ/L)ᵏ allows."""
    optima = (Expected(name, PROBLEMS[name].least or nan, CONVEX_TOLERANCE) for name in CONVEX)
    shares = (Expected(f"gd on {BOUNDED}: excess / bound, k = {k}", 1.0, 0.0, "≤") for k in BOUNDED_STEPS)
    return [*optima, *shares]


SIGNALS = "f3f12d4ee1a1913c1529a9d4aaa14656f6d229b2563231af9304cdd270c5650c"
LABELS = "4f5f4160c519e3c47f9d3e196c161336fcd32126a9efffe4153d6e7c8b73f963"


@KNOWN_ANSWERS.card(
    "MNIST-1D, made from its recipe, is the published data set; the published linear model and residual network reach "
    "the published test accuracies",
    source="Greydanus & Kobak 2024, ICML, arXiv:2011.14439; github.com/greydanus/mnist1d",
)
def mnist1d() -> list[Expected]:
    """Checksums of the package mnist1d 0.0.2; accuracies of its README and its notebook, as far as re-runs vary."""
    return [
        Expected(f"1 if the SHA-256 of the signals to nine digits is {SIGNALS[:8]}…", 1),
        Expected(f"1 if the SHA-256 of the labels is {LABELS[:8]}…", 1),
        Expected("test accuracy, linear model", 0.32, 0.01),
        Expected("test accuracy, residual network 40-100-100-10", 0.647, 0.03),
    ]
