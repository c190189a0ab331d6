"""What torch, keras and ONNX call each normalisation, with which defaults, and what they keep of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from dlc.reference.convention import in_python
from dlc.reference.norms import NORMS

REQUIRED = "required"  # in place of a default
BY_TYPE = "finfo.eps"  # an ε that is the spacing of the type's numbers at 1
EPS_32 = 9.999999747378752e-06  # 1e−5 as ONNX's attributes have it, float32


@dataclass(frozen=True)
class NormConvention:
    """How one library offers what one of our cards says."""

    card: str
    name: str  # in full
    arguments: Mapping[str, Any] = field(default_factory=dict)  # with their defaults, as they are written there
    params: Mapping[str, float | str] = field(default_factory=dict)  # ours by default there, where not the card's
    weight_of: str = ""  # what a momentum there weighs: the new batch, or the old
    momentum: float = 0.0  # as written there
    unbiased: bool = False  # whether the variance that is kept is by n − 1
    deviation: bool = False  # whether it is the standard deviation that is kept
    refuses_one: bool = False  # raises in training where a channel has one number
    groups: int | str = ""  # by default
    takes: str = ""  # other arrays than ours, or in other places
    note: str = ""

    @property
    def short(self) -> str:
        """The name without its module."""
        return self.name.rpartition(".")[2]

    @property
    def signature(self) -> str:
        """The arguments with their defaults."""
        return ", ".join(
            name if value == REQUIRED else f"{name}={in_python(value)}" for name, value in self.arguments.items()
        )

    @property
    def share_of_new(self) -> float:
        """Our momentum: the weight of the new batch."""
        return self.as_ours(self.momentum)

    def as_ours(self, momentum: float) -> float:
        """A momentum of theirs as the weight of the new batch."""
        return momentum if self.weight_of == "new" else 1 - momentum

    def knobs(self, eps_of_type: float) -> dict[str, float]:
        """All of the card's parameters by the library's defaults."""
        given = {name: eps_of_type if value == BY_TYPE else float(value) for name, value in self.params.items()}
        return NORMS[self.card].knobs | given


NN, F, P = "torch.nn.", "torch.nn.functional.", "torch.nn.utils.parametrizations."
K = "keras.layers."

TORCH = (
    NormConvention(
        "batch",
        f"{NN}BatchNorm1d",
        {"eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True},
        weight_of="new",
        momentum=0.1,
        unbiased=True,
        refuses_one=True,
        note="divides by the variance by n, and keeps that by n − 1; momentum=None keeps the mean of all batches",
    ),
    NormConvention("layer", f"{NN}LayerNorm", {"eps": 1e-5, "elementwise_affine": True, "bias": True}),
    NormConvention("group", f"{NN}GroupNorm", {"num_groups": REQUIRED, "eps": 1e-5, "affine": True}, groups=REQUIRED),
    NormConvention(
        "instance",
        f"{NN}InstanceNorm1d",
        {"eps": 1e-5, "affine": False, "track_running_stats": False},
        note="has neither gain nor bias unless affine=True",
    ),
    NormConvention(
        "rms", f"{NN}RMSNorm", {"eps": None, "elementwise_affine": True}, {"eps": BY_TYPE},
        note="eps=None is the spacing of the type's numbers at 1: 1.19e−07 in float32, 2.2e−16 in float64",
    ),
    NormConvention("weight", f"{P}weight_norm", {"dim": 0}, note="of each row with dim=0; dim=None is of the matrix"),
    NormConvention(
        "spectral", f"{P}spectral_norm", {"n_power_iterations": 1, "eps": 1e-12}, {"from_right": 1.0},
        note="begins with the right vector; iterates 15 times when it is made, then as told in each training pass",
    ),
    NormConvention(
        "lrn", f"{NN}LocalResponseNorm", {"size": REQUIRED, "alpha": 1e-4, "beta": 0.75, "k": 1.0},
        note="of an even size the odd channel is behind",
    ),
    NormConvention("unit", f"{F}normalize", {"p": 2.0, "dim": 1, "eps": 1e-12}),
)  # fmt: skip

KERAS = (
    NormConvention(
        "batch", f"{K}BatchNormalization", {"momentum": 0.99, "epsilon": 1e-3, "center": True, "scale": True},
        {"eps": 1e-3}, weight_of="old", momentum=0.99, takes="channels last",
        note="a batch of 1 gives the bias, and moves the kept variance towards 0",
    ),
    NormConvention(
        "batch_renorm", f"{K}BatchNormalization", {"renorm": False, "renorm_clipping": None, "renorm_momentum": 0.99},
        {"eps": 1e-3, "r_max": inf, "d_max": inf}, weight_of="old", momentum=0.99, takes="channels last",
        deviation=True, note="renorm=True; keeps standard deviations; without renorm_clipping r and d have no limits",
    ),
    NormConvention(
        "layer", f"{K}LayerNormalization", {"axis": -1, "epsilon": 1e-3, "center": True, "scale": True}, {"eps": 1e-3},
        takes="channels last", note="over the last axis alone by default; of a whole sample with all its axes",
    ),
    NormConvention(
        "group", f"{K}GroupNormalization", {"groups": 32, "axis": -1, "epsilon": 1e-3}, {"eps": 1e-3}, groups=32,
        takes="channels last",
    ),
    NormConvention(
        "instance", f"{K}GroupNormalization", {"groups": -1, "axis": -1, "epsilon": 1e-3}, {"eps": 1e-3},
        takes="channels last", note="with groups=-1",
    ),
    NormConvention("rms", f"{K}RMSNormalization", {"axis": -1, "epsilon": 1e-6}, {"eps": 1e-6}, takes="channels last"),
    NormConvention("unit", f"{K}UnitNormalization", {"axis": -1}, takes="channels last"),
    NormConvention(
        "spectral", f"{K}SpectralNormalization", {"power_iterations": 1},
        takes="a layer, whose kernel has a column for each unit",
        note="each training pass puts the normalised kernel in the place of the layer's own",
    ),
)  # fmt: skip

ONNX = (
    NormConvention(
        "batch", "onnx.BatchNormalization", {"epsilon": 1e-5, "momentum": 0.9, "training_mode": 0}, {"eps": EPS_32},
        weight_of="old", momentum=0.8999999761581421, note="attributes are float32: momentum is 0.8999999761581421",
    ),
    NormConvention(
        "layer", "onnx.LayerNormalization", {"axis": -1, "epsilon": 1e-5}, {"eps": EPS_32},
        note="from axis to the last; a whole sample with axis=1",
    ),
    NormConvention(
        "group", "onnx.GroupNormalization", {"num_groups": REQUIRED, "epsilon": 1e-5}, {"eps": EPS_32}, groups=REQUIRED
    ),
    NormConvention("instance", "onnx.InstanceNormalization", {"epsilon": 1e-5}, {"eps": EPS_32}),
    NormConvention("rms", "onnx.RMSNormalization", {"axis": -1, "epsilon": 1e-5}, {"eps": EPS_32}),
    NormConvention(
        "lrn", "onnx.LRN", {"size": REQUIRED, "alpha": 1e-4, "beta": 0.75, "bias": 1.0},
        {"alpha": 9.999999747378752e-05, "ahead": 1.0}, note="of an even size the odd channel is ahead",
    ),
    NormConvention("unit", "onnx.LpNormalization", {"axis": -1, "p": 2}, note="has no ε; p is 1 or 2"),
)  # fmt: skip

NORM_CONVENTIONS: dict[str, dict[str, NormConvention]] = {
    library: {each.card: each for each in table}
    for library, table in {"torch": TORCH, "keras": KERAS, "onnx": ONNX}.items()
}


def norm_conventions(card: str) -> dict[str, NormConvention]:
    """How each library offers what CARD says, of those that do."""
    return {library: found[card] for library, found in NORM_CONVENTIONS.items() if card in found}


def norm_convention(library: str, name: str) -> NormConvention | None:
    """What NAME, ours or the library's, means in LIBRARY; None if it has no such normalisation."""
    found = NORM_CONVENTIONS[library]
    if name in NORMS:
        return found.get(NORMS[name].name)
    return next((each for each in found.values() if each.short.lower() == name.lower()), None)
