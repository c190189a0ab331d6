"""Whole commands as sides of the gate: turns, errors in place of times, and no process left behind."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from dlc.cli import gate_commands
from dlc.cli.errors import BadInputError
from dlc.cli.gate_commands import ROW, Commands, launch, words

PYTHON = shlex.quote(sys.executable)


def python(code: str) -> str:
    return f"{PYTHON} -S -c {shlex.quote(code)}"


@pytest.fixture(autouse=True)
def _short_generations(monkeypatch):
    monkeypatch.setattr(gate_commands, "MOST_PALINDROMES", 1)
    monkeypatch.setattr(gate_commands, "EMPTY_STARTS", 3)


@pytest.fixture
def commands():
    """Commands(...) that are closed when the test ends."""
    made = []

    def make(base, head, **options):
        made.append(Commands(base, head, **{"seed": 0, "timeout": 20.0, **options}))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_turns_are_palindromes_of_random_order_and_repeat_with_the_seed(commands):
    orders = []
    for seed in (1, 1, 2):
        pair = commands("true", "true", seed=seed)
        assert pair.names() == [ROW]
        orders.append([pair.generation({ROW}, number, {ROW}).rows[ROW].order[:6] for number in range(6)])
    assert all(order == order[::-1] and set(order) == set("ABC") for order in orders[0])
    assert len(set(orders[0])) > 2, "of six orders"
    first, again, other = orders
    assert first == again != other
    assert set(commands("true", "true").generation({ROW}, 0).rows[ROW].order) == set("AB")


def test_what_is_slower_is_found_and_the_control_is_equal(commands):
    pair = commands("sleep 0.03", "sleep 0.12")
    (slices,) = pair.generation({ROW}, 0, {ROW}).rows.values()
    assert 0.5 < slices.effect() < 1.4, "log 4, less what starting a process takes"
    assert abs(slices.effect(of="C")) < 0.4
    base, head = pair.notes()[:2]
    assert 30 <= float(base.split()[1]) < 100
    assert 120 <= float(head.split()[1]) < 300


def test_other_rows_are_not_run(commands):
    done = commands("true", "true").generation({"another"}, 3)
    assert (done.number, done.rows, done.errors) == (3, {}, {})


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('out'); sys.exit('first\\n  no such   file \\n\\n')", "head: exit code 1: no such file"),
        ("raise SystemExit(3)", "head: exit code 3"),
        ("print('only said in the output'); raise SystemExit(4)", "head: exit code 4: only said in the output"),
        ("import os; os.kill(os.getpid(), 9)", "head: ended by SIGKILL"),
    ],
)
def test_a_failure_is_an_error_with_the_last_line_it_said(commands, code, said):
    done = commands("true", python(code)).generation({ROW}, 0)
    assert done.errors == {ROW: said}
    assert not done.rows


def test_turns_in_which_a_process_waited_for_the_core_are_taken_again(commands, monkeypatch):
    """As in Pair: blind to the side, at most as many again; where too few are calm, all of them count."""
    waits = iter(())
    real = gate_commands.launch
    monkeypatch.setattr(
        gate_commands, "launch", lambda *args, **options: replace(real(*args, **options), waited_s=next(waits, 0.0))
    )
    monkeypatch.setattr(gate_commands, "MOST_PALINDROMES", 2)
    pair = commands("true", "true")
    assert pair.generation({ROW}, 0).disturbed == 0
    waits = iter([0.0, 0.0, 9.0, 0.0])
    done = pair.generation({ROW}, 1)
    assert (done.disturbed, len(done.rows[ROW].order)) == (1, 8)
    waits = iter([9.0] * 16)
    done = pair.generation({ROW}, 2)
    assert (done.disturbed, len(done.rows[ROW].order)) == (4, 16)


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="the kernel does not tell")
def test_waiting_for_the_core_is_seen():
    core = {min(os.sched_getaffinity(0))}
    busy = subprocess.Popen(
        [sys.executable, "-S", "-c", f"import os; os.sched_setaffinity(0, {core})\nwhile True: pass"]
    )
    try:
        code = f"import os; os.sched_setaffinity(0, {core})\nfor _ in range(3_000_000): pass"
        with tempfile.TemporaryFile() as stderr:
            found = launch(words("base", python(code)), dict(os.environ), stderr, timeout=30)
    finally:
        busy.kill()
        busy.wait()
    assert found.waited_s > 0.2 * found.seconds


def test_failures_can_be_ignored(commands):
    assert ROW in commands("false", "false", ignore_failure=True).generation({ROW}, 0).rows


def test_what_does_not_end_is_ended_with_all_its_children(commands, tmp_path):
    marker = tmp_path / "child"
    shell = f"(trap '' TERM; echo $BASHPID > {marker}; exec sleep 60) & wait"
    started = time.perf_counter()
    done = commands("true", f"bash -c {shlex.quote(shell)}", timeout=0.3).generation({ROW}, 0)
    assert done.errors == {ROW: "head: did not end in 0.3 s"}
    assert time.perf_counter() - started < 5
    assert not alive(int(marker.read_text()))


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended, and that nobody waited for, does not."""
    for _ in range(100):
        try:
            with open(f"/proc/{process}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return False
        except FileNotFoundError:
            return False
        time.sleep(0.01)
    return True


def test_ctrl_c_ends_the_command_and_leaves_no_zombie(tmp_path):
    marker = tmp_path / "child"

    def interrupt():
        while not marker.exists() or not marker.read_text().strip():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    argv = words("base", f"bash -c {shlex.quote(f'echo $$ > {marker}; sleep 60')}")
    with tempfile.TemporaryFile() as stderr:
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            launch(argv, dict(os.environ), stderr, timeout=30)
    child = int(marker.read_text())
    assert not os.path.exists(f"/proc/{child}"), "not even as a zombie"


def test_what_a_command_leaves_running_is_ended(tmp_path):
    marker = tmp_path / "child"
    argv = words("base", f"bash -c {shlex.quote(f'sleep 60 & echo $! > {marker}')}")
    with tempfile.TemporaryFile() as stderr:
        assert launch(argv, dict(os.environ), stderr, timeout=30).code == 0
    assert not alive(int(marker.read_text()))


def test_time_of_the_processor_and_memory_are_told():
    # A new process counts the memory of the one that starts it, and this one is large.
    sides = python("x = bytearray(80_000_000)"), python("sum(range(1_000_000))")
    code = f"""
from dlc.cli.gate_commands import ROW, Commands
pair = Commands({sides[0]!r}, {sides[1]!r}, seed=0, timeout=60)
pair.generation({{ROW}}, 0)
print(*pair.notes(), sep=chr(10))
pair.close()
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    base, head = told.splitlines()[:2]
    assert 80 < float(base.split(" MB")[0].split()[-1]) < 140
    assert "of CPU" in head


def test_of_short_commands_the_start_is_told(commands):
    pair = commands("true", "true")
    pair.generation({ROW}, 0)
    base, _, start = pair.notes()
    assert "at most" in base, "the memory of this process, which a new one has at first"
    assert start.startswith("starting a process that does nothing takes")
    slow = commands("sleep 0.3", "sleep 0.3")
    slow.generation({ROW}, 0)
    assert len(slow.notes()) == 2


def test_hashes_are_alike_on_all_sides_and_new_in_each_generation(commands, tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    told = tmp_path / "told"
    pair = commands(*[python(f"print(hash('x'), file=open({str(told)!r}, 'a'))")] * 2)
    for number in range(2):
        pair.generation({ROW}, number)
    hashes = told.read_text().split()
    assert sum(one != other for one, other in pairwise(hashes)) == 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("", "--base is an empty command"),
        ("echo 'a", '--base "echo \'a": no closing quotation'),
        ("nothing_like_it --fast", "--base: there is no program nothing_like_it"),
        ("A=1 true", "write env NAME=VALUE PROGRAM"),
        ("cat a | wc", "--base: | is for a shell, and none is used; write sh -c '...'"),
    ],
)
def test_a_command_that_cannot_run_is_bad_input(commands, command, said):
    with pytest.raises(BadInputError) as error:
        commands(command, "true")
    assert said in str(error.value)
