"""The sides of a gate: folders and environments in which base and head run the same benchmarks.

Folders lie in the gate's cache, at the same place in every run, so that compilers that key their caches by path find
them warm. A run locks its folder; what a killed run has left is unlocked, and the next run removes it.
"""

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dlc.cli import gate_install
from dlc.cli.errors import BadInputError, FailedError
from dlc.cli.gate_definitions import Definitions, arguments, below
from dlc.cli.gate_git import WORKING_TREE, GitError, Repository, Source, listed, without_hook
from dlc.cli.gate_install import AUTO, Builder, Interpreter
from dlc.cli.gate_session import session

_LETTERS = "abc"  # base, head, control: names of the same length, for the length of a path can change a run time
_FILE_TIME = 1_600_000_000  # of every file: some compilers' caches go by it
_DOCUMENTS = (".md", ".rst", ".txt")  # which no code depends on
_NOT_OURS = ("PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "__PYVENV_LAUNCHER__")


@dataclass(frozen=True)
class Side:
    """Where a worker runs: what a reader calls it, its folder, its Python and its whole environment."""

    label: str
    root: Path
    python: str
    env: dict[str, str]


@dataclass(frozen=True)
class Sides:
    """The sides of a gate. The control has the base's code in a third folder."""

    base: Side
    head: Side
    control: Side
    args: tuple[str, ...]  # of pytest, the same for every side
    notes: tuple[str, ...]
    checkout: Path  # the user's own, from which nothing may be imported
    folder: Path  # of this run, for logs; removed at its end

    def strays(self, files: Iterable[str]) -> list[str]:
        """Those FILES of loaded modules that are the user's own, so that they are the same on both sides."""
        ours = (self.folder, *(Path(side.python).parent.parent for side in (self.base, self.head)))
        return [
            file
            for file in files
            if Path(file).is_relative_to(self.checkout) and not any(Path(file).is_relative_to(each) for each in ours)
        ]


def _silent(line: str) -> None:
    del line


@contextmanager
def sides(
    project: Path,
    base: str,
    head: str = WORKING_TREE,
    *,
    base_python: str = "",
    head_python: str = "",
    paths: Sequence[str] = (),
    install: str = AUTO,
    progress: Callable[[str], None] = _silent,
) -> Iterator[Sides]:
    """Set up the revisions BASE and HEAD of PROJECT for the benchmarks that pytest's arguments PATHS name.

    With --base-python or --head-python no BASE is needed: then both sides are HEAD, in two environments. INSTALL is
    "auto" (pip, where the project can be built), "none", or a command of the shell, which runs in the folder of a side
    with $PYTHON and may install into $SITE. Raises BadInputError; FailedError if the disk is full.
    """
    from dlc.kernels import cache

    is_of_environments = not base
    if is_of_environments and not (base_python or head_python):
        raise BadInputError("no --base: name a revision to compare with (as --base main), or give --base-python")
    repository = Repository.around(project, needed=not (is_of_environments and head == WORKING_TREE))
    home = (cache.root() / "gate").resolve() / _short(str(repository.common or repository.top), 12)
    with ExitStack() as stack:
        with _explained(home):
            head_source = repository.source(head)
            sources = [repository.source(base) if base else head_source, head_source]
            pythons = _pythons(base_python, head_python, repository)
            folder, notes = stack.enter_context(session(home))
            setup = _Setup(repository, folder, home, Builder(install, home / "builds", folder, progress), notes)
            setup.label(sources, pythons, is_of_environments=is_of_environments)
            made = setup.all(sources, pythons, paths)
        yield made


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    try:
        yield
    except GitError as error:
        raise FailedError(f"Git: {error}") from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise FailedError(f"the disk is full: make room for {home}; what was written of this run is removed") from None


def _pythons(base: str, head: str, repository: Repository) -> list[Interpreter]:
    """The interpreters of both sides. Raises BadInputError for different versions, unless both are asked for."""
    own = sys.executable
    paths = [
        gate_install.find_python(text, option) if text else own
        for text, option in ((base, "--base-python"), (head, "--head-python"))
    ]
    name = gate_install.project_name(repository.top / repository.project)
    environment = _cleaned(os.environ, repository.top)
    known = {path: Interpreter.ask(path, environment, name) for path in set(paths)}
    first, second = (known[path] for path in paths)
    if first.version != second.version and not (base and head):
        raise BadInputError(
            f"base would run Python {first.version} and head {second.version}: "
            "give both --base-python and --head-python to compare two interpreters"
        )
    return [first, second]


@dataclass
class _Setup:
    """One run's work on its sides."""

    repository: Repository
    folder: Path
    home: Path
    builder: Builder
    notes: list[str]
    labels: tuple[str, str] = ("", "")
    from_environment: bool = False  # the package is what each environment has installed

    def label(self, sources: Sequence[Source], pythons: Sequence[Interpreter], *, is_of_environments: bool) -> None:
        """Decide what sides are called, and note what a reader has to know about them."""
        base, head = sources
        if is_of_environments:
            self.labels = (pythons[0].path, pythons[1].path)
            self.from_environment = self.builder.how == AUTO and all(python.installed for python in pythons)
            if self.from_environment:
                first, second = (f"{python.installed} of {python.path}" for python in pythons)
                self.notes.append(f"the package is what is installed: base {first}, head {second}")
        else:
            self.labels = (base.label, head.label)
        changes = self._changes() if base.is_working_tree or head.is_working_tree else []
        if changes:
            self.notes.append(f"the working tree is not committed: {len(changes)} files changed ({listed(changes)})")
        is_same_tree = base.is_working_tree == head.is_working_tree or not changes
        if base.commit == head.commit and is_same_tree and not is_of_environments:
            self.notes.append("base and head are the same code")
        if pythons[0].version != pythons[1].version:
            self.notes.append(f"different Pythons: base {pythons[0].version}, head {pythons[1].version}")
        if submodules := self.repository.submodules():
            self.notes.append(f"submodules are left out: {listed(submodules)}")

    def all(self, sources: Sequence[Source], pythons: Sequence[Interpreter], args: Sequence[str]) -> Sides:
        """Make the three sides."""
        from dlc.kernels import cache

        made = [*zip((*self.labels, self.labels[0]), (*pythons, pythons[0]), strict=True)]
        for letter, source, (label, python) in zip(_LETTERS, (*sources, sources[0]), made, strict=True):
            self._fill(letter, source, label, python)
        repository, head_top = self.repository, self._top("b")
        asked = arguments(args, repository.top, repository.top / repository.project, head_top)
        definitions = Definitions.of(head_top, self._root("b"), asked.paths, self._packages("b"))
        self._note_dependencies(pythons)
        changed = definitions.put(self._top("a"))
        definitions.put(self._top("c"))
        self.notes += definitions.note(self.labels[1], self.labels[0], changed)
        first, second, third = (
            self._side(letter, label, python, definitions)
            for letter, (label, python) in zip(_LETTERS, made, strict=True)
        )
        for kept in ("builds", "caches"):
            cache.prune(self.home / kept)
        return Sides(first, second, third, asked.given, tuple(self.notes), repository.top, self.folder)

    def _top(self, letter: str) -> Path:
        return self.folder / f"side-{letter}"

    def _root(self, letter: str) -> Path:
        return self._top(letter) / self.repository.project

    def _site(self, letter: str) -> Path:
        return self.folder / f"site-{letter}"

    def _packages(self, letter: str) -> set[str]:
        """What the project's packages are called: as built, and as they may be where nothing is built."""
        if built := {name.partition(".")[0] for name in gate_install.packages(self._site(letter))}:
            return built
        project = self.repository.top / self.repository.project
        return {gate_install.project_name(project).replace("-", "_"), project.name.replace("-", "_")} - {""}

    def _changes(self) -> list[str]:
        outside = self.home.parent
        top = self.repository.top
        return [name for name in self.repository.changes() if not (top / name).is_relative_to(outside)]

    def _note_dependencies(self, pythons: Sequence[Interpreter]) -> None:
        base, head = (gate_install.dependencies(self._root(letter)) for letter in "ab")
        if base != head and pythons[0] == pythons[1]:
            self.notes.append(f"base and head need different packages; both run with what {pythons[0].path} has")

    def _fill(self, letter: str, source: Source, label: str, python: Interpreter) -> None:
        """Files and package of a side."""
        outside = self.home.parent  # the cache may lie in the working tree
        tree, notes = self.repository.put(source, self._top(letter), self.folder / f"git-{letter}", without=outside)
        self.notes += [note for note in notes if note not in self.notes]
        root = self._root(letter)
        if not root.is_dir():
            raise BadInputError(f"{label} has no folder {self.repository.project}: the project is not in it yet")
        if self.from_environment:
            self._site(letter).mkdir()
            for name in python.modules:  # so that it is not found before the one that is installed
                for copy in (root / name, root / "src" / name):
                    if copy.is_dir() and not copy.is_symlink():
                        shutil.rmtree(copy)
                    else:
                        copy.unlink(missing_ok=True)
        else:
            word = {"a": "base", "b": "head", "c": "control"}[letter]
            key = f"{tree}\0{self.repository.project}\0{python.identity}"
            environment = self._environment(letter, python)
            self.builder.build(f"{word} ({label})", key, root, self._site(letter), python, environment)

    def _side(self, letter: str, label: str, python: Interpreter, definitions: Definitions) -> Side:
        """The finished side. Base and control share a cache of compiled code: only one worker runs at a time."""
        root, site = self._root(letter), self._site(letter)
        kept = self.home / "caches" / _short(f"{python.identity}\0{self._code(letter, definitions)}", 16)
        kept.mkdir(parents=True, exist_ok=True)
        os.utime(kept)
        environment = self._environment(letter, python)
        environment |= {"NUMBA_CACHE_DIR": str(kept / "numba"), "DLC_CACHE_DIR": str(kept / "dlc")}
        for folder in (self._top(letter), site):
            _set_times(folder)
        names = [] if self.from_environment else [*gate_install.packages(site)]
        gate_install.check(label, python.path, environment, root, (site, root), names)
        return Side(label, root, python.path, environment)

    def _code(self, letter: str, definitions: Definitions) -> str:
        """A key of everything that code which a compiler keeps can depend on, so not of most benchmarks."""
        top = self._top(letter)
        skipped = {top / file for file in definitions.files}
        digest = hashlib.sha256(definitions.compiled_key().encode())
        for folder in (self._site(letter), top):
            for path in sorted(set(below(folder)) - skipped):
                if path.suffix not in _DOCUMENTS:
                    content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
                    digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode(errors="surrogateescape"))
                    digest.update(content)
        return digest.hexdigest()

    def _environment(self, letter: str, python: Interpreter) -> dict[str, str]:
        root, site = self._root(letter), self._site(letter)
        environment = _cleaned(os.environ, self.repository.top)
        path = [str(site), str(root), str(root / "src"), environment.get("PYTHONPATH", "")]
        # As with `python -m pytest`, modules in the project's folder can be imported; but what is built goes first.
        environment |= {"PYTHONPATH": os.pathsep.join(filter(None, path)), "PYTHONSAFEPATH": "1"}
        environment["PATH"] = os.pathsep.join([os.path.dirname(python.path), environment.get("PATH", os.defpath)])
        return environment


def _cleaned(environment: Mapping[str, str], checkout: Path) -> dict[str, str]:
    """ENVIRONMENT without what would bring in a hook's repository, foreign caches, or modules of the CHECKOUT."""
    kept = {name: value for name, value in without_hook(environment).items() if name not in _NOT_OURS}
    path = environment.get("PYTHONPATH", "").split(os.pathsep)
    foreign = [part for part in path if part and not Path(part).resolve().is_relative_to(checkout)]
    return {**kept, "PYTHONPATH": os.pathsep.join(foreign)} if foreign else kept


def _set_times(folder: Path) -> None:
    for parent, inner, names in os.walk(folder):
        for name in (*inner, *names):
            os.utime(os.path.join(parent, name), (_FILE_TIME, _FILE_TIME), follow_symlinks=False)


def _short(text: str, length: int) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:length]
