"""The rule of the gate: what it asks for, what it says of noise, of real effects, and of machines that lie."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.cli.gate_detectable import Procedure, noise
from dlc.cli.gate_generation import Generation, Slices
from dlc.cli.gate_row import Verdict
from dlc.cli.gate_rule import Effects, Judge, Rule, Stage

RULE = Rule()


def normal(random, n, sigma=0.01):
    return random.normal(0, sigma, n)


def spiky(random, n, sigma=0.01):
    return normal(random, n, sigma) + (random.random(n) < 0.03) * random.exponential(0.15, n)


def bimodal(random, n, sigma=0.005):
    return normal(random, n, sigma) + 0.1 * (random.random(n) < 0.5)


def waves(random, n, sigma=0.01):
    """Whole generations in which everything is far noisier."""
    return normal(random, n, sigma) * (10 if random.random() < 0.2 else 1)


class Machine:
    """Sides A, B, C of each benchmark, with noise of one kind, and true effects on B (and C)."""

    def __init__(self, names, kind=normal, slower=(), control=(), seed=0, **shape):
        self.names, self.kind, self.shape = list(names), kind, shape
        self.slower, self.control = dict(slower), dict(control)
        self.random = np.random.default_rng(seed)

    def generation(self, wanted):
        drawn = self.kind(self.random, 3 * len(self.names), **self.shape).reshape(3, -1)
        a, b, c = (dict(zip(self.names, side, strict=True)) for side in drawn)
        for side, moved in ((b, self.slower), (c, self.control)):
            for name, ratio in moved.items():
                side[name] += math.log(ratio)
        return Effects(
            head={name: b[name] - a[name] for name in wanted.names},
            head_over_control={name: b[name] - c[name] for name in wanted.control},
            control={name: c[name] - a[name] for name in wanted.control},
            seconds={name: (math.exp(a[name]), math.exp(b[name])) for name in wanted.names},
        )


def judged(machine, names=None, rule=RULE):
    judge = Judge(rule, machine.names if names is None else names)
    while (wanted := judge.wanted()).stage is not Stage.DONE:
        judge.add(machine.generation(wanted))
    return judge


def named(count):
    return [f"b{i:03}" for i in range(count)]


def verdicts(judge):
    return {row.name: row.verdict for row in judge.rows()}


def test_a_regression_names_its_benchmark_and_no_other():
    judge = judged(Machine(named(40), slower={"b007": 1.1, "b011": 1 / 1.1}, sigma=0.005))
    found = {name: verdict for name, verdict in verdicts(judge).items() if verdict is not Verdict.PASS}
    assert found == {"b007": Verdict.REGRESSION, "b011": Verdict.IMPROVED}
    row = judge.rows()[7]
    assert row.low < 1.1 < row.high
    assert row.ratio == pytest.approx(1.1, rel=0.02)
    assert row.generations == RULE.screen + RULE.looks[0]
    assert row.head_s == pytest.approx(1.1, rel=0.02)
    assert not judge.unfit()


def test_what_is_asked_for():
    judge, machine = Judge(RULE, named(40)), Machine(named(40), slower={"b003": 1.5}, sigma=0.003)
    controls = []
    for _ in range(RULE.screen):
        wanted = judge.wanted()
        assert (wanted.stage, len(wanted.names), len(wanted.control)) == (Stage.SCREEN, 40, 4)
        controls += wanted.control
        judge.add(machine.generation(wanted))
    assert len(set(controls)) == len(controls)  # the share rotates
    for _ in range(RULE.looks[0]):
        wanted = judge.wanted()
        assert (wanted.stage, wanted.names, wanted.control) == (Stage.CONFIRM, ("b003",), {"b003"})
        judge.add(machine.generation(wanted))
    assert judge.wanted().stage is Stage.DONE
    assert Judge(RULE, []).wanted().stage is Stage.DONE


@pytest.mark.parametrize("kind", [normal, spiky, bimodal, waves])
def test_noise_convicts_nobody(kind):
    """At most ALPHA of runs may be red, and as many may be falsely improved; the bound is four deviations wide."""
    runs, count = 40, 20
    red = improved = 0
    for seed in range(runs):
        found = set(verdicts(judged(Machine(named(count), kind, seed=seed))).values())
        red += Verdict.REGRESSION in found
        improved += Verdict.IMPROVED in found
    most = runs * RULE.alpha + 4 * math.sqrt(runs * RULE.alpha)
    assert red <= most
    assert improved <= most


def test_noise_about_the_margin_itself_keeps_the_level():
    """The worst case: all effects lie just on the margin, so that every conviction is wrong."""
    runs = 40
    at_margin = dict.fromkeys(named(10), 1 + RULE.margin)
    red = sum(
        Verdict.REGRESSION in verdicts(judged(Machine(named(10), slower=at_margin, seed=seed))).values()
        for seed in range(runs)
    )
    assert red <= runs * RULE.alpha + 4 * math.sqrt(runs * RULE.alpha)


@pytest.mark.parametrize(("kind", "effect", "power"), [(normal, 1.03, 0.8), (normal, 1.05, 0.99), (spiky, 1.1, 0.95)])
def test_power_at_a_percent_of_noise_in_a_generation(kind, effect, power):
    runs = 60
    found = sum(
        verdicts(judged(Machine(["a"], kind, {"a": effect}, sigma=0.01 / math.sqrt(2), seed=seed)))["a"]
        is Verdict.REGRESSION
        for seed in range(runs)
    )
    assert found >= runs * power - 3 * math.sqrt(runs * power * (1 - power))


@pytest.mark.parametrize("sigma", [0.005, 0.03])
def test_what_is_called_detectable_is_found_in_eighty_of_a_hundred(sigma):
    procedure = Procedure(
        RULE.screen, math.log1p(RULE.flag), RULE.looks[-1], math.log1p(RULE.margin), RULE.alpha / 3, 2
    )
    effect = math.exp(procedure.detectable(sigma))
    runs = 120
    found = sum(
        verdicts(judged(Machine(["a"], normal, {"a": effect}, sigma=sigma / math.sqrt(2), seed=seed)))["a"]
        is Verdict.REGRESSION
        for seed in range(runs)
    )
    assert abs(found / runs - 0.8) <= 3 * math.sqrt(0.8 * 0.2 / runs)


def test_noise_of_a_generation_is_not_moved_by_a_spike():
    calm = np.random.default_rng(1).normal(0, 0.01, 24)
    assert noise(calm) == pytest.approx(0.01, rel=0.4)
    assert noise([*calm[:-1], 5.0]) == pytest.approx(noise(calm), rel=0.15)


def test_a_row_that_could_miss_a_tenth_has_not_passed():
    (row,) = judged(Machine(["a"], sigma=0.2, seed=3)).rows()
    assert row.verdict is Verdict.INCONCLUSIVE
    assert row.detectable > 1.1


def test_a_copy_of_the_base_that_is_slow_by_itself_convicts_nobody():
    """The base's first copy is fast by bad luck: head is slower than it, and so is the control."""
    lucky = {"a": 1.08}
    judge = judged(Machine(["a", "b", "c"], slower=lucky, control=lucky))
    row = judge.rows()[0]
    assert row.verdict is not Verdict.REGRESSION
    assert [each.name for each in judge.control_rows() if each.verdict is Verdict.REGRESSION] in ([], ["a"])


def test_a_machine_whose_controls_lean_is_unfit():
    names = named(40)
    assert "control" in judged(Machine(names, control=dict.fromkeys(names, 1.015), sigma=0.002)).unfit()
    moved = judged(Machine(names, slower=dict.fromkeys(names[:6], 1.2), control=dict.fromkeys(names[:6], 1.1)))
    assert "controls differ" in moved.unfit()


def test_few_fits_cry_unfit():
    assert sum(bool(judged(Machine(named(20), waves, seed=seed)).unfit()) for seed in range(40)) == 0


def test_a_budget_that_ran_out():
    judge, machine = Judge(RULE, named(5)), Machine(named(5), slower={"b001": 1.5}, sigma=0.003)
    judge.stop("the budget of 1 s is used up")
    assert {(row.verdict, row.why) for row in judge.rows()} == {(Verdict.INCONCLUSIVE, "the budget of 1 s is used up")}
    judge = Judge(RULE, named(5))
    judge.add(machine.generation(judge.wanted()))
    judge.stop("enough")
    assert {(row.verdict, row.generations, row.detectable) for row in judge.rows()} == {(Verdict.INCONCLUSIVE, 1, None)}
    judge = Judge(RULE, named(5))
    for _ in range(RULE.screen + 1):
        judge.add(machine.generation(judge.wanted()))
    judge.stop("enough")
    assert verdicts(judge) == dict.fromkeys(named(5), Verdict.PASS) | {"b001": Verdict.INCONCLUSIVE}


def test_a_budget_that_ends_between_looks_still_gives_a_look():
    judge, machine = Judge(RULE, ["a"]), Machine(["a"], slower={"a": 1.5}, sigma=0.003)
    for _ in range(RULE.screen + 10):
        judge.add(machine.generation(judge.wanted()))
    judge.stop("enough")
    assert verdicts(judge) == {"a": Verdict.REGRESSION}


def test_a_focus_keeps_the_suspects_that_moved_most():
    slower = dict(zip(named(5), (1.03, 1.5, 1.2, 1.04, 1.0), strict=True))
    judge, machine = Judge(RULE, named(5)), Machine(named(5), slower=slower, sigma=0.001)
    for _ in range(RULE.screen):
        judge.add(machine.generation(judge.wanted()))
    judge.focus(2, "no time for it")
    assert judge.wanted().names == ("b001", "b002")
    while (wanted := judge.wanted()).stage is not Stage.DONE:
        judge.add(machine.generation(wanted))
    rows = judge.rows()
    assert [row.verdict for row in rows] == [
        Verdict.INCONCLUSIVE, Verdict.REGRESSION, Verdict.REGRESSION, Verdict.INCONCLUSIVE, Verdict.PASS,
    ]  # fmt: skip
    assert "in the screen; no time for it" in rows[0].why


def test_rows_without_times():
    slices = Slices("ABBA" * 3, (1.0,) * 12)
    first = Generation(
        1, "", {"ok": slices, "late": slices}, {"bad": "head: it broke"}, new={"n"}, gone={"g"}, same_code={"s"}
    )
    judge = Judge(RULE, ["ok", "late", "bad", "n", "g", "s", "lost"])
    judge.add(first)
    assert judge.wanted().names == ("late", "lost", "ok")
    for number in (2, 3, 4):
        judge.add(Generation(number, "", {"ok": slices}, {"late": "base: hangs"} if number == 3 else {}))
    rows = {row.name: (row.verdict, row.why) for row in judge.rows()}
    assert rows["bad"] == (Verdict.ERROR, "head: it broke")
    assert rows["late"] == (Verdict.ERROR, "base: hangs")
    assert rows["lost"] == (Verdict.INCONCLUSIVE, "timed in 0 of 4 generations")
    assert rows["ok"][0] is Verdict.PASS
    assert [rows[name][0] for name in "ngs"] == [Verdict.NEW, Verdict.GONE, Verdict.SAME_CODE]


def test_effects_of_a_generation_with_a_control():
    order = "CABBAC" * 3
    times = {"A": 1.0, "B": 1.2, "C": 1.1}
    found = Effects.of(Generation(1, "", {"a": Slices(order, tuple(times[side] for side in order))}))
    assert found.head["a"] == pytest.approx(math.log(1.2))
    assert found.control["a"] == pytest.approx(math.log(1.1))
    assert found.head_over_control["a"] == pytest.approx(math.log(1.2 / 1.1))
    assert found.seconds["a"] == (1.0, 1.2)


MIRRORED = {Verdict.REGRESSION: Verdict.IMPROVED, Verdict.IMPROVED: Verdict.REGRESSION}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.lists(st.sampled_from([0.9, 1, 1, 1.03, 1.2]), min_size=1, max_size=6))
def test_sides_swapped_and_names_reordered(seed, ratios):
    names = named(len(ratios))
    slower = dict(zip(names, ratios, strict=True))
    rule = Rule(control=0)
    plain = judged(Machine(names, slower=slower, seed=seed), rule=rule)
    assert judged(Machine(names, slower=slower, seed=seed), names[::-1], rule).rows() == plain.rows()

    class Swapped(Machine):
        def generation(self, wanted):
            found = super().generation(wanted)
            return Effects({name: -each for name, each in found.head.items()})

    class Alone(Machine):
        def generation(self, wanted):
            return Effects(super().generation(wanted).head)

    one, other = (judged(kind(names, slower=slower, seed=seed), rule=rule).rows() for kind in (Alone, Swapped))
    for row, mirrored in zip(one, other, strict=True):
        assert mirrored.verdict is MIRRORED.get(row.verdict, row.verdict)
        assert mirrored.ratio == pytest.approx(1 / row.ratio)
        assert (mirrored.low, mirrored.high) == pytest.approx((1 / row.high, 1 / row.low))
