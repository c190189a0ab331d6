"""torch's operators behind a call, to be called again without the call: recorded once, each with where it writes."""

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dlc.cli.timing import Call

if TYPE_CHECKING:
    import numpy as np

Tensor = Any
Function = Callable[[Tensor], Tensor]
# What only makes room or hands a tensor on; its result stays as it was recorded.
NO_WORK = {"aten::lift_fresh", "aten::empty_like", "aten::ones_like"}


@cache
def _recorder() -> type[Any]:
    """A mode of torch that notes down every operator in its block, with arguments and results."""
    torch, modes = import_module("torch"), import_module("torch.utils._python_dispatch")

    class Recorder(modes.TorchDispatchMode):  # type: ignore[name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.calls: list[tuple[Any, ...]] = []

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            result = func(*args, **(kwargs or {}))
            if not func.is_view and func.name() not in NO_WORK:
                plain = tuple(each.detach() if isinstance(each, torch.Tensor) else each for each in args)
                if inside := INSIDE.get(func.name()):
                    func, plain = inside(torch.ops.aten, *plain)
                self.calls.append((func, plain, kwargs or {}, result))
            return result

    return Recorder


# What these do inside. They themselves write into an array at hand only by copying.
INSIDE: dict[str, Callable[..., tuple[Any, tuple[Any, ...]]]] = {
    "aten::relu": lambda aten, x: (aten.clamp_min.default, (x, 0)),
    "aten::celu": lambda aten, x, alpha=1.0: (aten.elu.default, (x, alpha, 1.0, 1 / alpha)),
}


def forward_ways(function: Function, x: "np.ndarray") -> list[Call]:
    """How to compute FUNCTION of X; empty where torch has nothing to compute."""
    source = import_module("torch").from_numpy(x)
    calls = _recorded(lambda: function(source))
    if not calls:
        return []
    return [_program(calls), *_binding(calls), partial(function, source)]


def backward_ways(function: Function, x: "np.ndarray", v: "np.ndarray | None") -> list[Call]:
    """How to run FUNCTION backward from its value at X: with V, or with ones, in full or as one number repeated."""
    torch = import_module("torch")
    source = torch.from_numpy(x).requires_grad_()
    value = function(source)
    if v is not None:
        upstreams = [torch.from_numpy(v).reshape(value.shape)]
    else:
        upstreams = [torch.ones(1, dtype=source.dtype).expand_as(value), torch.ones_like(value)]
    backward = partial(torch.autograd.grad, value, source, retain_graph=True)
    programs = [_recorded(partial(backward, grad_outputs=upstream)) for upstream in upstreams]
    return [way for calls in programs if calls for way in (_program(calls), *_plain(calls))]


def _recorded(compute: Callable[[], Any]) -> list[tuple[Any, ...]]:
    with _recorder()() as recorder:
        compute()
    return recorder.calls


def _program(calls: list[tuple[Any, ...]]) -> Call:
    """Call the recorded operators again, one after the other; returns what the last one does."""
    steps = [_step(*call) for call in calls]
    if len(steps) == 1:
        return steps[0]

    def program() -> Any:
        for step in steps:
            result = step()
        return result

    return program


def _step(operator: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> Call:
    """One operator, in its variant that writes into RESULT where there is one."""
    results = result if isinstance(result, tuple) else (result,)
    taken = [(each.name, str(each.type)) for each in operator._schema.arguments]
    for name in operator.overloadpacket.overloads():
        variant = getattr(operator.overloadpacket, name)
        arguments = variant._schema.arguments
        places = [each.name for each in arguments if each.is_out]
        if (
            places
            and all(each is not None for each in results)
            and taken == [(each.name, str(each.type)) for each in arguments if not each.is_out]
        ):
            return partial(variant._op, *args, **kwargs, **dict(zip(places, results, strict=True)))
    return partial(operator._op, *args, **kwargs)


def _plain(calls: list[tuple[Any, ...]]) -> list[Call]:
    """The only operator with a new result each time: some variants that write elsewhere only copy."""
    operator, args, kwargs, _ = calls[0]
    return [partial(operator._op, *args, **kwargs)] if len(calls) == 1 else []


def _binding(calls: list[tuple[Any, ...]]) -> list[Call]:
    """Python's own binding of the only operator, with out=: it costs less per call."""
    torch = import_module("torch")
    operator, args, kwargs, result = calls[0]
    name = operator.overloadpacket.__name__
    bound = getattr(torch, name, None) or getattr(torch._C._nn, name, None)
    if len(calls) > 1 or bound is None:
        return []
    way = partial(bound, *args, **kwargs, out=result)
    try:
        way()
    except TypeError:  # this one takes no out=
        return []
    return [way]
