"""Data on which metrics are compared: random, and with all that goes wrong in real data. The same each time."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

Case = tuple[str, np.ndarray, np.ndarray, np.ndarray | None]  # label, targets, predictions, weights
Plain = tuple[str, np.ndarray, np.ndarray]

SEED = 2026
ROWS = 60
CLASSES = 4
LABELS = 5  # of a multilabel row
ITEMS = 8  # of a ranking


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows of scores as probabilities."""
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def noisy(random: np.random.Generator, target: np.ndarray, classes: int) -> np.ndarray:
    """TARGET, of which a third is drawn anew."""
    return np.where(random.random(target.shape) < 1 / 3, random.integers(classes, size=target.shape), target)


def binary(random: np.random.Generator) -> Iterator[Plain]:
    """Labels 0 and 1, and labels predicted."""
    target = random.integers(2, size=ROWS)
    pred = noisy(random, target, 2)
    zeros, ones = np.zeros_like(target), np.ones_like(target)
    yield "random", target, pred
    yield "perfect", target, target.copy()
    yield "all wrong", target, 1 - target
    yield "few of label 1", (random.random(ROWS) < 0.1).astype(int), pred
    yield "no target is 1", zeros, pred
    yield "every target is 1", ones, pred
    yield "1 is never predicted", target, zeros
    yield "1 is always predicted", target, ones
    yield "nothing is 1", zeros, zeros
    yield "everything is 1", ones, ones
    yield "one row", ones[:1], ones[:1]


def multiclass(random: np.random.Generator) -> Iterator[Plain]:
    """Labels 0 to 3, and labels predicted."""
    target = random.integers(CLASSES, size=ROWS)
    pred = noisy(random, target, CLASSES)
    yield "random", target, pred
    yield "perfect", target, target.copy()
    yield "all wrong", target, (target + 1) % CLASSES
    yield "a class nowhere", np.where(target == 2, 3, target), np.where(pred == 2, 0, pred)
    yield "a class only predicted", np.where(target == 1, 0, target), pred
    yield "a class never predicted", target, np.where(pred == 1, 0, pred)
    yield "one class", np.full_like(target, 2), np.full_like(target, 2)
    yield "one class in targets", np.full_like(target, 2), pred
    yield "one class predicted", target, np.full_like(target, 1)
    yield "one row", target[:1], target[:1]


def multilabel(random: np.random.Generator) -> Iterator[Plain]:
    """Rows of 0 and 1, and rows predicted."""
    target = (random.random((ROWS, LABELS)) < 0.4).astype(int)
    pred = noisy(random, target, 2)
    some = target * np.array([1, 0, 1, 1, 1])
    yield "random", target, pred
    yield "perfect", target, target.copy()
    yield "a label that no row has", some, pred
    yield "rows without a label", target * (np.arange(ROWS) % 3 > 0)[:, None], pred * (np.arange(ROWS) % 2)[:, None]
    yield "nothing predicted", target, np.zeros_like(target)
    yield "nothing there", np.zeros_like(target), np.zeros_like(target)
    yield "one row", target[:1], pred[:1]


def top_k(random: np.random.Generator) -> Iterator[Plain]:
    """Labels 0 to 3, and rows of probabilities."""
    target = random.integers(CLASSES, size=ROWS)
    pred = softmax(random.normal(size=(ROWS, CLASSES)) + 1.5 * np.eye(CLASSES)[target])
    yield "random", target, pred
    yield "ties", target, softmax(np.round(2 * random.normal(size=(ROWS, CLASSES))) / 2)
    yield "perfect", target, np.eye(CLASSES)[target]
    yield "all scores equal", target, np.full_like(pred, 1 / CLASSES)
    yield "a class nowhere", np.where(target == 2, 3, target), pred


def curve(random: np.random.Generator) -> Iterator[Plain]:
    """Labels 0 and 1, and scores."""
    target = random.integers(2, size=ROWS)
    pred = random.normal(size=ROWS) + target
    yield "random", target, pred
    yield "ties", target, np.round(pred)
    yield "perfect", target, target + 0.25 * np.sin(np.arange(ROWS))
    yield "backwards", target, -pred
    yield "all scores equal", target, np.ones(ROWS)
    yield "one of label 1", (np.arange(ROWS) == 17).astype(int), pred
    yield "no target is 1", np.zeros_like(target), pred
    yield "every target is 1", np.ones_like(target), pred


def probability(random: np.random.Generator) -> Iterator[Plain]:
    """Labels 0 and 1, and probabilities of 1."""
    target = random.integers(2, size=ROWS)
    pred = 1 / (1 + np.exp(-random.normal(size=ROWS) - target))
    yield "random", target, pred
    yield "ties", target, np.round(pred, 1)
    yield "certain", target, np.where(np.arange(ROWS) % 4 == 0, target, pred)
    yield "perfect", target, target.astype(float)
    yield "no target is 1", np.zeros_like(target), pred
    yield "every target is 1", np.ones_like(target), pred
    yield from ((f"{label}, {CLASSES} classes", y, p) for label, y, p in top_k(random))


def margin(random: np.random.Generator) -> Iterator[Plain]:
    """Labels, and scores of label 1 or rows of scores."""
    yield from ((f"{label}, two classes", y, p) for label, y, p in curve(random))
    yield from ((label, y, np.log(p + 0.01)) for label, y, p in top_k(random))


def ranking(random: np.random.Generator) -> Iterator[Plain]:
    """Rows of how relevant items are, and rows of scores."""
    target = random.integers(CLASSES, size=(ROWS // 2, ITEMS))
    pred = random.normal(size=target.shape) + target / 2
    yield "random", target, pred
    yield "ties", target, np.round(pred)
    yield "perfect", target, target.astype(float)
    yield "relevant or not", (target > 1).astype(int), pred
    yield "relevant or not, ties", (target > 1).astype(int), np.round(pred)
    yield "relevant or not, perfect", (target > 1).astype(int), (target > 1).astype(float)
    yield "nothing relevant in some rows", target * (np.arange(len(target)) % 3 > 0)[:, None], pred
    yield "all scores equal", target, np.ones_like(pred)


def regression(random: np.random.Generator) -> Iterator[Plain]:
    """Numbers, and numbers predicted."""
    target = 3 * random.normal(size=ROWS)
    pred = target + random.normal(size=ROWS)
    yield "random", target, pred
    yield "positive", np.exp(target / 3), np.exp(pred / 3)
    yield "whole", np.round(target), np.round(pred)
    yield "counts", np.abs(np.round(target)), np.abs(pred) + 0.1
    yield "perfect", target, target.copy()
    yield "perfect, positive", np.exp(target / 3), np.exp(target / 3)
    yield "constant target", np.full(ROWS, 2.0), pred
    yield "constant prediction", target, np.full(ROWS, 2.0)
    yield "constant and right", np.full(ROWS, 2.0), np.full(ROWS, 2.0)
    yield "one row", target[:1], pred[:1]


def ensemble(random: np.random.Generator) -> Iterator[Plain]:
    """Numbers, and several numbers forecast for each."""
    target = 3 * random.normal(size=ROWS)
    pred = target[:, None] + 1.5 * random.normal(size=(ROWS, 1)) + random.normal(size=(ROWS, LABELS))
    yield "random", target, pred
    yield "ties", np.round(target), np.round(pred)
    yield "perfect", target, np.repeat(target[:, None], LABELS, axis=1)
    yield "one member", target, pred[:, :1]
    yield "one row", target[:1], pred[:1]


def clustering(random: np.random.Generator) -> Iterator[Plain]:
    """Classes, and clusters."""
    target = random.integers(CLASSES, size=ROWS)
    yield "random", target, noisy(random, (target + 1) % CLASSES, 5)
    yield "independent", target, random.integers(3, size=ROWS)
    yield "perfect", target, (target + 1) % CLASSES
    yield "one cluster", target, np.zeros_like(target)
    yield "one class", np.zeros_like(target), target
    yield "one of each", np.zeros_like(target), np.zeros_like(target)
    yield "every row its own", target, np.arange(ROWS)
    yield "one row", target[:1], target[:1]


def points(random: np.random.Generator) -> Iterator[Plain]:
    """Points in three dimensions, and their clusters."""
    pred = random.integers(3, size=ROWS)
    centres = 3 * random.normal(size=(3, 3))
    yield "random", centres[pred] + random.normal(size=(ROWS, 3)), pred
    yield "far apart", 10 * centres[pred] + 0.1 * random.normal(size=(ROWS, 3)), pred
    yield "no structure", random.normal(size=(ROWS, 3)), pred
    yield "a cluster of one", random.normal(size=(ROWS, 3)), np.where(np.arange(ROWS) == 0, 3, pred)
    yield "points that coincide", centres[pred], pred


def segmentation(random: np.random.Generator) -> Iterator[Plain]:
    """Masks of labels."""
    target = random.integers(3, size=(12, 10))
    pred = noisy(random, target, 3)
    square = np.zeros((12, 10), int)
    square[3:8, 2:7] = 1
    moved = np.roll(square, (1, 2), axis=(0, 1))
    yield "random", target, pred
    yield "perfect", target, target.copy()
    yield "a class nowhere", np.where(target == 1, 2, target), np.where(pred == 1, 0, pred)
    yield "a square", square, moved
    yield "a square, perfect", square, square.copy()
    yield "nothing there", np.zeros_like(square), moved
    yield "nothing predicted", square, np.zeros_like(square)
    yield "nothing at all", np.zeros_like(square), np.zeros_like(square)


KINDS: dict[str, Callable[[np.random.Generator], Iterator[Plain]]] = {
    "binary": binary,
    "multiclass": multiclass,
    "multilabel": multilabel,
    "top-k": top_k,
    "curve": curve,
    "probability": probability,
    "margin": margin,
    "ranking": ranking,
    "regression": regression,
    "ensemble": ensemble,
    "clustering": clustering,
    "points": points,
    "segmentation": segmentation,
    "agreement": multiclass,
}


@cache
def cases(takes: str) -> list[Case]:
    """Every case of a kind of data (a key of TAKES): as it is, then the same with weights, of which one is 0."""
    random = np.random.default_rng(SEED)
    plain = list(KINDS[takes](random))
    weighted: list[Case] = []
    for label, target, pred in plain:
        weights = random.uniform(0.1, 3, len(target))
        weights[1:2] = 0
        weighted.append((f"{label}, weighted", target, pred, weights))
    return [(label, target, pred, None) for label, target, pred in plain] + weighted
