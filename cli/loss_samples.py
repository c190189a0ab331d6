"""Predictions and targets of every kind that a loss takes, as they come and at the edges."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dlc.cli.domains import classes_of
from dlc.reference.loss_family import LossCard

if TYPE_CHECKING:
    import numpy as np

SCALES = (0.01, 1.0, 1.0, 1.0, 10.0, 100.0)
LENGTHS = (2, 3, 4, 6, 10, 33)
EDGES = {  # numbers to choose from
    "vector": ((-1e4, 0.0, 3.0, 1e4), (0.0,)),
    "logits": ((-1e4, 0.0, 3.0, 1e4), (0.0,)),
    "probabilities": ((0.0, 1.0),),
    "labels": ((0.0,), (1.0,)),
    "amounts": ((0.0,),),
    "relevances": ((0.0,), (0.0, 5.0)),
    "cosines": ((-1.0, 0.0, 1.0),),
}


def samples(
    card: LossCard, params: Mapping[str, float], dtype: str, count: int, seed: int
) -> Iterator[tuple["np.ndarray", "np.ndarray"]]:
    """Pairs of predictions and targets, of at least COUNT numbers in all; rows of several lengths, if it takes rows."""
    import numpy as np

    random = np.random.default_rng(seed)
    done = 0
    while done < count:
        columns = fitting(card, params, int(random.choice(LENGTHS))) if card.row else 64
        rows = 4 if card.row else 1
        scale = float(random.choice(SCALES))
        width = card.width(columns, **params) if card.row else columns
        classes = classes_of(params, columns)
        pred = drawn(card.pred, random, (rows, columns), scale, classes)
        target = drawn(card.target, random, (rows, width), scale, classes)
        pred, target = pred.astype(dtype), target.astype(dtype)
        yield (pred, target) if card.row else (pred[0], target[0])
        done += pred.size


def edges(card: LossCard, params: Mapping[str, float], seed: int) -> Iterator[tuple["np.ndarray", "np.ndarray"]]:
    """Rows of predictions and targets in float64 at the edges of what they can be, and beside those, as they come."""
    import numpy as np

    random = np.random.default_rng(seed)
    columns = fitting(card, params, 6)
    sides = []
    for domain, width in ((card.pred, columns), (card.target, card.width(columns, **params))):
        shape = (6, width)
        usual = drawn(domain, random, shape, 1.0, classes_of(params, columns))
        sides.append([usual, *(random.choice(ends, shape) for ends in EDGES.get(domain, ()))])
        if domain.endswith("distribution"):
            sure = np.eye(width)[random.integers(0, width, 6)]
            sides[-1].append(sure if domain == "distribution" else np.where(sure == 1, 0.0, -1e4))
    for pred in sides[0]:
        yield from ((pred, target) for target in sides[1])


def fitting(card: LossCard, params: Mapping[str, float], length: int) -> int:
    """The least length from LENGTH on that the loss takes in a row."""
    while True:
        try:
            card.width(length, **params)
        except ValueError:
            length += 1
        else:
            return length


def drawn(
    domain: str, random: "np.random.Generator", shape: tuple[int, int], scale: float, classes: int
) -> "np.ndarray":
    """Numbers of DOMAIN; a few at its edges."""
    import numpy as np

    normal = random.normal(0, scale, shape)
    if domain in ("number", "logit", "vector", "logits", "nothing"):
        return normal
    if domain in ("positive", "positives", "amount", "amounts", "distance", "relevances"):
        return np.abs(normal) + (1e-3 if domain.startswith("positive") else 0.0)
    if domain == "spreads":
        half = shape[-1] // 2
        return np.concatenate([normal[:, :half], np.abs(normal[:, half:]) + 0.1], axis=-1)
    if domain == "log-spreads":
        half = shape[-1] // 2
        return np.concatenate([normal[:, :half], random.normal(0, 3, (shape[0], shape[-1] - half))], axis=-1)
    if domain == "cosines":
        return random.uniform(-1, 1, shape)
    if domain == "groups":
        return random.integers(0, max(1, shape[-1] // 2), shape).astype(float)
    if domain == "one-hot":
        return np.eye(shape[-1])[random.integers(0, shape[-1], shape[0])]
    if domain in ("probability", "probabilities"):
        return random.uniform(1e-4, 1 - 1e-4, shape)
    if domain == "label":
        hard = random.integers(0, 2, shape).astype(float)
        return hard if random.integers(2) else random.uniform(0, 1, shape)
    if domain == "labels":
        return random.integers(0, 2, shape).astype(float)
    if domain == "sign":
        return random.choice([-1.0, 1.0], shape)
    if domain == "class":
        return random.integers(0, classes, shape).astype(float)
    if domain == "symbols":  # no more than fit with a blank, 0, between them
        symbols = random.integers(0, classes, shape).astype(float)
        return np.where(np.arange(shape[-1]) < shape[-1] // 2, symbols, 0.0)
    shares = random.dirichlet(np.full(shape[-1], min(scale, 1.0) + 0.2), shape[0]) + 1e-6
    shares /= shares.sum(axis=-1, keepdims=True)
    return np.log(shares) if domain == "log-distribution" else shares
