"""Objectives of the class reward maximisation: the expected return of a policy, and its exact policy gradient."""

from collections.abc import Sequence

from dlc.reference.linear import dot, transposed
from dlc.reference.numbers import Number
from dlc.reference.objective_family import OBJECTIVES
from dlc.reference.problems import Point
from dlc.reference.vectors import log_softmax, softmax

# A card reads as one entry of a table.
# fmt: off

SCORES = "REINFORCE: the score of the drawn action, times its reward less the mean of the other draws"
EPISODES = (
    "REINFORCE over episodes that go on with probability discount: Σ_t score_t · (reward from t on, less the mean "
    "return of the other episodes)"
)

REWARDS = (0.25, 0.5, 0.875, 0.125, 1.0, 0.75)


def shares_gradient(shares: Point, worth: Point) -> list[Number]:
    """π_a·(q_a − Σ_b π_b·q_b): the derivative of Σ π_a·q_a by the logits of π."""
    mean = dot(shares, worth)
    return [share * (each - mean) for share, each in zip(shares, worth, strict=True)]


def softmax_bandit_gradient(theta: Point) -> list[Number]:
    """π_a·(r_a − J)."""
    return shares_gradient(softmax(theta), REWARDS)


@OBJECTIVES.card(
    "Σ_a π_a·r_a,  π = softmax(θ);  6 arms",
    objective="reward maximisation", sense="maximise", gradient=softmax_bandit_gradient, dimension=6, start=(0.0,) * 6,
    box=(-2, 2), best=1, estimate=SCORES,
    source="Mei, Xiao, Szepesvári & Schuurmans 2020, ICML, arXiv:2005.06392; estimate: Williams 1992, "
    "Machine Learning 8:229",
)
def softmax_bandit(theta: Point) -> Number:
    """The expected reward of a bandit whose arms are drawn by softmax."""
    return dot(softmax(theta), REWARDS)


def soft_rewards(theta: Point, temperature: Number) -> tuple[list[Number], list[Number]]:
    """The shares, and the rewards less temperature·ln share; the last arm's logit is 0."""
    logits = [*theta, 0 * theta[0]]
    return softmax(logits), [r - temperature * each for r, each in zip(REWARDS, log_softmax(logits), strict=True)]


def entropy_bandit_gradient(theta: Point, temperature: float = 0.5) -> list[Number]:
    """π_a·(q_a − Σ_b π_b·q_b),  q_a = r_a − temperature·ln π_a."""
    return shares_gradient(*soft_rewards(theta, temperature))[:-1]


@OBJECTIVES.card(
    "Σ_a π_a·(r_a − temperature·ln π_a),  π = softmax(θ, 0);  6 arms",
    objective="reward maximisation", sense="maximise", gradient=entropy_bandit_gradient, dimension=5, start=(0.0,) * 5,
    box=(-3, 3), optima=((-1.0, -0.5, 0.25, -1.25, 0.5),), best=1.5737194780783985,
    requires=(("temperature > 0", lambda temperature: temperature > 0),), estimate=SCORES,
    source="Mei, Xiao, Szepesvári & Schuurmans 2020, ICML, arXiv:2005.06392; the last logit is held at 0",
)
def entropy_bandit(theta: Point, temperature: float = 0.5) -> Number:
    """A bandit whose policy is also paid for its entropy: best where θ_a = (r_a − r_last)/temperature."""
    return dot(*soft_rewards(theta, temperature))


# To which state each action leads from each state, in eighths, and what it earns.
LEADS = (
    ((6, 2, 0, 0), (1, 0, 5, 2)), ((0, 4, 4, 0), (5, 1, 1, 1)),
    ((2, 2, 2, 2), (0, 0, 1, 7)), ((8, 0, 0, 0), (0, 3, 0, 5)),
)  # fmt: skip
EARNS = ((0.125, 0.0), (0.5, -0.25), (0.0, 0.375), (1.0, 0.25))
BEGINS = (0.5, 0.25, 0.25, 0.0)


def solved(matrix: Sequence[Sequence[Number]], right: Sequence[Number]) -> list[Number]:
    """x of MATRIX·x = RIGHT, by elimination with the greatest pivots."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for k in range(len(rows)):
        pivot = max(range(k, len(rows)), key=lambda i: abs(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(len(rows)):
            if i != k:
                factor = rows[i][k] / rows[k][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[-1] / row[k] for k, row in enumerate(rows)]


def mdp(theta: Point, discount: Number) -> tuple[list[list[Number]], list[list[Number]], list[Number]]:
    """The policy π(a|s), I − discount·P_π, and the expected reward in each state."""
    policy = [softmax(theta[2 * s : 2 * s + 2]) for s in range(len(LEADS))]
    system = [
        [
            (s == to) - discount * sum(share * lead[to] for share, lead in zip(policy[s], LEADS[s], strict=True)) / 8
            for to in range(len(LEADS))
        ]
        for s in range(len(LEADS))
    ]
    return policy, system, [dot(shares, rewards) for shares, rewards in zip(policy, EARNS, strict=True)]


def tabular_mdp_gradient(theta: Point, discount: float = 0.9) -> list[Number]:
    """d_s·π(a|s)·(Q(s, a) − V(s)),  d = Σ_t discount^t·P(s_t = s)."""
    policy, system, rewards = mdp(theta, discount)
    values, visits = solved(system, rewards), solved(transposed(system), BEGINS)
    slopes: list[Number] = []
    for s, shares in enumerate(policy):
        worth = [r + discount * dot(lead, values) / 8 for r, lead in zip(EARNS[s], LEADS[s], strict=True)]
        slopes += [visits[s] * slope for slope in shares_gradient(shares, worth)]
    return slopes


@OBJECTIVES.card(
    "E Σ_t discount^t·r(s_t, a_t) = ρ·(I − discount·P_π)⁻¹·r_π,  π(·|s) = softmax(θ_s);  4 states, 2 actions",
    objective="reward maximisation", sense="maximise", gradient=tabular_mdp_gradient, dimension=8, start=(0.0,) * 8,
    box=(-2, 2), best=4.342821555357956, requires=(("0 <= discount < 1", lambda discount: 0 <= discount < 1),),
    estimate=EPISODES,
    source="Sutton, McAllester, Singh & Mansour 2000, NIPS 12:1057; estimate: Williams 1992, Machine Learning 8:229",
)
def tabular_mdp(theta: Point, discount: float = 0.9) -> Number:
    """The discounted return of a softmax policy in a small Markov decision process, by its linear system."""
    _, system, rewards = mdp(theta, discount)
    return dot(BEGINS, solved(system, rewards))
