"""How kernels are compiled by Numba: in parts, and to machine code once, when all parts are in one another.

By itself Numba optimises every function and makes machine code of it, in case that Python calls it. Here it stops at
LLVM's code. A loop that many kernels have in common is compiled once, with a hole for what differs.
"""

import gc
from collections.abc import Callable
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from llvmlite import ir
from numba import njit, types
from numba.core import compiler, typed_passes
from numba.core.cgutils import if_unlikely
from numba.core.codegen import CPUCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import register_pass
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import lower_builtin

from dlc.kernels.arguments import add_entry, refuse
from dlc.kernels.jit import STRICT

FILLING = "what_fills_the_hole"


class Part(NamedTuple):
    """A function for the hole of a loop, with its Numba signature."""

    function: Callable[..., Any]
    signature: Any
    has_loops: bool = False


class Library(CPUCodeLibrary):
    """LLVM's code of a function and of all that it calls, optimised on demand."""

    def _optimize_final_module(self) -> None:
        """Nothing: it is optimised with what it becomes a part of."""

    def _finalize_final_module(self) -> None:
        self._finalized = True

    @property
    def module(self) -> Any:
        """LLVM's module."""
        return self._final_module

    def optimise(self) -> None:
        """Have the functions in one another, and each as fast as LLVM can."""
        self._ensure_finalized()
        super()._optimize_final_module()

    def copy(self) -> Any:
        """A copy of LLVM's module, once all is in it."""
        return self._get_module_for_linking().clone()

    def link(self, module: Any) -> None:
        """Add those functions of a module that are called by what is here, and use it up."""
        self._final_module.link_in(module)


@register_pass(mutates_CFG=True, analysis_only=False)
class LoweringOnly(typed_passes.NativeLowering):
    """Numba's own, but what callers find is LLVM's code alone."""

    _name = "lowering_only"

    def run_pass(self, state: Any) -> bool:
        """Make LLVM's code of a typed function."""
        state.flags.no_compile = True
        super().run_pass(state)
        # Numba knows the function by its entry from Python: any built-in one, which nobody calls.
        lowered = state["cr"] = state["cr"]._replace(cfunc=[].append)
        state.targetctx.insert_user_function(lowered.cfunc, lowered.fndesc, [state.library])
        return True


class PartCompiler(compiler.CompilerBase):
    """Numba's passes up to LLVM's code."""

    def define_pipelines(self) -> list[Any]:
        """The only one."""
        state = self.state
        state.library = Library(state.targetctx.codegen(), state.func_id.func_qualname)
        manager = compiler.DefaultPassBuilder.define_nopython_pipeline(state)
        manager.passes = [
            (LoweringOnly if each is typed_passes.NativeLowering else each, text) for each, text in manager.passes
        ]
        manager.finalize()
        return [manager]


PART = {
    "pipeline_class": PartCompiler,
    "forceinline": True,
    "no_cfunc_wrapper": True,
    "no_cpython_wrapper": True,
    **STRICT,
}


def hole(signature: Any) -> Callable[..., Any]:
    """For use in a loop: a function of this SIGNATURE, for which each kernel has its own."""

    def apply(*args):
        raise NotImplementedError("only in compiled loops")

    class _Typing(AbstractTemplate):
        key = apply

        def generic(self, args: Any, kws: Any) -> Any:
            return signature

    infer_global(apply, types.Function(_Typing))

    @lower_builtin(apply, types.VarArg(types.Any))
    def _lower(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        convention, kinds = context.call_conv, (signature.return_type, signature.args)
        function = builder.module.globals.get(FILLING)
        if function is None:
            function = ir.Function(builder.module, convention.get_function_type(*kinds), FILLING)
        status, result = convention.call_function(builder, function, *kinds, args)
        with if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return result

    return apply


@contextmanager
def _no_collection() -> Any:
    """Numba's many objects live until the end: looking for garbage among them is a tenth of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _compiled(function: Callable[..., Any], signature: Any) -> tuple[Library, Any, Any]:
    """Library, Numba's description, and context."""
    dispatcher = njit(**PART)(function)
    dispatcher.compile(signature)
    (result,) = dispatcher.overloads.values()
    return result.library, result.fndesc, result.target_context


_compiled_loop = cache(_compiled)


def _add_filling(library: Library, part: Part) -> None:
    """Add what the hole calls: the part, and nothing else where it raises."""
    code, description, context = _compiled(part.function, part.signature)
    module = library.create_ir_module(FILLING)
    filling = ir.Function(
        module, context.call_conv.get_function_type(description.restype, description.argtypes), FILLING
    )
    filling.attributes.add("alwaysinline")
    builder = ir.IRBuilder(filling.append_basic_block())
    status = builder.call(context.declare_function(module, description), filling.args)
    refuse(builder, builder.icmp_unsigned("!=", status, status.type(0)))
    builder.ret(status.type(0))
    library.add_ir_module(module)
    if part.has_loops:  # inside another loop, and with more arrays about, LLVM would vectorise fewer of them
        code.optimise()
    library.link(code.copy())


@global_compiler_lock
@_no_collection()
def whole(loop: Callable[..., None], arguments: tuple[Any, ...], part: Part | None, name: str) -> Any:
    """LLVM's module of the built-in function NAME: a LOOP with ARGUMENTS of these types, and PART in its hole."""
    code, description, context = _compiled_loop(loop, types.void(*arguments))
    library = Library(code.codegen, name)
    add_entry(library, context, description, name)
    library.link(code.copy())
    if part is not None:
        _add_filling(library, part)
    library.optimise()
    return library.module
