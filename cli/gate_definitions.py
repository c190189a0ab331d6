"""Which files define the benchmarks: the head's are put on the base, so that both sides time the same calls.

A file of the package itself must never be put there: the gate would compare the head with the head. So a file counts
only where its name or its folder says that it is a test, and inside a package by the strictest names alone.
"""

import configparser
import filecmp
import fnmatch
import hashlib
import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlc.cli.errors import BadInputError
from dlc.cli.gate_git import listed

# Where pytest looks for its settings, the first that has some counts; and the table or section in each.
SETTINGS = {
    "pytest.toml": "pytest",
    ".pytest.toml": "pytest",
    "pytest.ini": "pytest",
    ".pytest.ini": "pytest",
    "pyproject.toml": "tool.pytest",
    "tox.ini": "pytest",
    "setup.cfg": "tool:pytest",
}
CONFTEST = "conftest.py"
_IN_PACKAGES = ("test_*.py", "*_test.py", CONFTEST)
_OUTSIDE = ("bench_*.py", "*_bench.py", "benchmark_*.py", "*_benchmark.py", "*_benchmarks.py", "perf_*.py")
_TESTS = re.compile(r"tests$")
_BENCHMARKS = re.compile(r"(.+[_-])?(tests?|bench|benches|benchmarks?|perf)$|tests[_-]")
_KEEPS_COMPILED = re.compile(rb"cache\s*=\s*True")
_NEVER = {"__pycache__", ".git"}


@dataclass(frozen=True)
class Arguments:
    """Arguments of pytest that mean the same in every side, and the files and folders among them."""

    given: tuple[str, ...]
    paths: tuple[Path, ...]  # in the head


def arguments(args: Sequence[str], checkout: Path, project: Path, top: Path) -> Arguments:
    """ARGS for a side: paths into the CHECKOUT become relative to PROJECT in it. TOP is the head's side.

    Without paths, pytest's own `testpaths` count, or else all of the project. Raises BadInputError for a path that is
    outside of the checkout, or not in the head.
    """
    head = top / project.relative_to(checkout)
    given, paths, is_certain = [], [], False
    for previous, arg in zip(["", *args], args, strict=False):
        option, equals, value = arg.rpartition("=") if arg.startswith("-") else ("", "", arg)
        name, node, inner = value.partition("::")
        is_value = previous.startswith("-") and "=" not in previous  # perhaps: `-k bench`, but `-x bench`
        if os.path.isabs(name):
            place = Path(os.path.realpath(name))
            if place.is_relative_to(checkout):
                name = os.path.relpath(place, project)
        given.append(f"{option}{equals}{name}{node}{inner}")
        if arg.startswith("-"):
            continue
        path = Path(os.path.normpath(head / name))
        if name and path.exists() and path.is_relative_to(top):
            paths.append(path)
            is_certain |= not is_value
        elif not is_value and "--pyargs" not in args:
            where = "in the head" if path.is_relative_to(top) else f"in {checkout}"
            raise BadInputError(f"there is no {name!r} {where}: name files or folders with benchmarks, or nothing")
    if not is_certain:
        patterns = [pattern for pattern in settings(head, top)["testpaths"] if not os.path.isabs(pattern)]
        paths += [path for pattern in patterns for path in sorted(head.glob(pattern))] or [head]
    return Arguments(tuple(given), tuple(paths))


def settings(project: Path, top: Path) -> dict[str, list[str]]:
    """`testpaths` and `python_files` as pytest would read them in PROJECT or above it, up to TOP."""
    folders = [project, *project.parents]
    for folder in folders[: folders.index(top) + 1]:
        for name, section in SETTINGS.items():
            found = _section(folder / name, section)
            if found is not None:
                return {key: _words(found.get(key, ())) for key in ("testpaths", "python_files")}
    return {"testpaths": [], "python_files": []}


def _section(path: Path, section: str) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".toml":
            found: Any = tomllib.loads(text)
            for key in section.split("."):
                found = found.get(key, {})
            return found.get("ini_options", found) or None
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(text)
        return dict(parser[section]) if section in parser else None
    except (tomllib.TOMLDecodeError, configparser.Error, UnicodeDecodeError) as error:
        raise BadInputError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from None


def _words(value: Any) -> list[str]:
    return shlex.split(value) if isinstance(value, str) else [str(word) for word in value]


@dataclass(frozen=True)
class Definitions:
    """The head's files that define benchmarks, relative to the top of its side."""

    top: Path
    project: Path
    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    in_package: frozenset[Path]

    @classmethod
    def of(cls, top: Path, project: Path, paths: Sequence[Path], packages: Collection[str]) -> "Definitions":
        """Those of the head's side at TOP that the PATHS name, and all that pytest reads on its way to them.

        PACKAGES are the names of the packages that are built from it.
        """
        patterns = [word for word in settings(project, top)["python_files"] if word.strip("*?") not in ("", ".py")]
        folders = sorted({_with_helpers(path, project) for path in paths})
        found, inside = set(), set()
        for file in {*filter(Path.is_file, paths), *(file for folder in folders for file in below(folder))}:
            is_inside = _is_in_package(file, project, packages)
            if file in paths or _is_definition(file, project, is_inside, patterns):
                found.add(file.relative_to(top))
                if is_inside:
                    inside.add(file.relative_to(top))
        found |= {path.relative_to(top) for path in _on_the_way(top, project, folders) if _counts(path)}
        return cls(top, project, tuple(folders), tuple(sorted(found)), frozenset(inside))

    def compiled_key(self) -> str:
        """A name for the contents that matter where the benchmarks themselves keep compiled code; else always one."""
        sources = {file: (self.top / file).read_bytes() for file in self.files if file.suffix == ".py"}
        if not any(_KEEPS_COMPILED.search(content) for content in sources.values()):
            return ""
        digest = hashlib.sha256()
        for file, content in sources.items():
            digest.update(f"{file}\0{len(content)}\0".encode(errors="surrogateescape") + content)
        return digest.hexdigest()

    def put(self, other: Path) -> list[Path]:
        """Make the side at OTHER define the same benchmarks; returns what was not the same there. Raises OSError.

        Its own further files stay: what they define is gone in the head. But no conftest.py and no settings of its own.
        """
        changed = []
        for file in self.files:
            ours, theirs = self.top / file, other / file
            if _is_same(ours, theirs):
                continue
            changed.append(file)
            if theirs.is_dir() and not theirs.is_symlink():
                shutil.rmtree(theirs)
            theirs.parent.mkdir(parents=True, exist_ok=True)
            theirs.unlink(missing_ok=True)
            shutil.copy2(ours, theirs, follow_symlinks=False)
        folders = [other / path.relative_to(self.top) for path in self.folders]
        own = set(_on_the_way(other, other / self.project.relative_to(self.top), folders))
        own |= {file for folder in folders for file in below(folder) if file.name == CONFTEST}
        for path in sorted(filter(_counts, own)):
            file = path.relative_to(other)
            if not (self.top / file).exists():
                path.unlink()
                changed.append(file)
        return changed

    def note(self, head: str, base: str, changed: Sequence[Path]) -> list[str]:
        """What a reader has to know about files of HEAD that have CHANGED those of BASE."""
        if not changed:
            return []
        count = f"{len(changed)} files ({listed(changed)})"
        lines = [f"both sides run the benchmarks of {head}; not the same in {base}: {count}"]
        if inside := [file for file in changed if file in self.in_package]:
            lines.append(f"of these in the package itself, so that no change of them is timed: {listed(inside, 10)}")
        return lines


def below(folder: Path) -> Iterator[Path]:
    """All files in FOLDER, but what Git and Python keep there."""
    for parent, inner, names in os.walk(folder):
        inner[:] = sorted(set(inner) - _NEVER)
        yield from (Path(parent, name) for name in sorted(names) if name not in _NEVER and not name.endswith(".pyc"))


def _on_the_way(top: Path, project: Path, paths: Iterable[Path]) -> Iterator[Path]:
    """conftest.py and the settings of pytest in every folder from TOP to PROJECT and the PATHS."""
    folders = {parent for path in [project, *paths] for parent in [path, *path.parents] if parent.is_relative_to(top)}
    for folder in folders:
        yield from (folder / name for name in (*SETTINGS, CONFTEST))


def _counts(path: Path) -> bool:
    """Whether pytest reads the file: one that other tools use too, only if it has a section for pytest."""
    if not path.is_file():
        return False
    is_shared = path.name in ("pyproject.toml", "tox.ini", "setup.cfg")
    return not is_shared or _section(path, SETTINGS[path.name]) is not None


def _is_same(ours: Path, theirs: Path) -> bool:
    if not (ours.is_file() and theirs.is_file()):
        return False
    if section := SETTINGS.get(ours.name):
        return _section(ours, section) == _section(theirs, section)
    return filecmp.cmp(ours, theirs, shallow=False)


def _with_helpers(path: Path, project: Path) -> Path:
    """The outermost folder of tests around PATH, which may import helpers from it; or the folder that is named."""
    around = [path, *path.parents]
    inside = around[: around.index(project)] if project in around else []
    for folder in reversed(inside):
        if folder.is_dir() and _BENCHMARKS.match(folder.name):
            return folder
    return path.parent if path.is_file() else path


def _is_in_package(file: Path, project: Path, packages: Collection[str]) -> bool:
    outermost = None
    folder = file.parent
    while (folder / "__init__.py").exists() and folder != folder.parent:
        outermost, folder = folder, folder.parent
    parts = file.relative_to(project).parts if file.is_relative_to(project) else ()
    if parts[:1] == ("src",) or (parts and Path(parts[0]).stem in packages):
        return True
    return outermost is not None and not _BENCHMARKS.match(outermost.name)


def _is_definition(file: Path, project: Path, in_package: bool, patterns: Iterable[str]) -> bool:
    folders = file.relative_to(project).parts[:-1] if file.is_relative_to(project) else ()
    if any((_TESTS if in_package else _BENCHMARKS).match(name) for name in folders):
        return True
    allowed = _IN_PACKAGES if in_package else (*_IN_PACKAGES, *_OUTSIDE, *patterns)
    return any(fnmatch.fnmatch(file.name, pattern) for pattern in allowed)
