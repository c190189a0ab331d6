"""A side's package, built from the side's own files, so that no side imports what is installed in the environment.

A build is kept, by what went into it, and copied into the side: two gates never share a folder that one of them prunes.
"""

import configparser
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlc.cli.errors import BadInputError
from dlc.cli.gate_git import reason

AUTO, NONE = "auto", "none"
_LEAVINGS = re.compile(r"(build|dist|__pycache__|\.git)$")  # of a build, which no import needs

# A line of a build that tells what went wrong, and those of pip and setuptools that only say that something did.
_TELLS = re.compile(r"(\S+: )?(fatal error|error):|(\w+\.)*\w+(Error|Exception|NotFound|Exit):", re.IGNORECASE)
_REPEATS = re.compile(r"error: ([a-z]+(-[a-z]+)+$|Failed building|Failed to build|command )", re.IGNORECASE)
_LONGEST = 300  # characters of a reason
_NOT_FETCHED = re.compile(
    r"build dependencies|No matching distribution|Could not find a version|connection", re.IGNORECASE
)

_IDENTITY = """
import hashlib, importlib.metadata, importlib.util, json, platform, sys
found = {}
for each in importlib.metadata.distributions():
    found.setdefault((each.metadata["Name"] or "").lower().replace("_", "-"), each)
state = hashlib.sha256(repr(sorted((name, each.version) for name, each in found.items())).encode()).hexdigest()
mine = found.get(sys.argv[1])
editable = mine is not None and "\\"editable\\": true" in (mine.read_text("direct_url.json") or "")
print(json.dumps({
    "version": platform.python_version(),
    "identity": "|".join([sys.version, sys.executable, platform.platform(), state]),
    "has_pip": importlib.util.find_spec("pip") is not None,
    "installed": None if mine is None or editable else mine.version,
    "modules": [] if mine is None else sorted({str(path).split("/")[0] for path in mine.files or []}),
}))
"""

_CHECK = """
import importlib.util, json, sys
where = {}
missing = [name for name in ("pytest", "pytest_benchmark") if importlib.util.find_spec(name) is None]
if missing:
    sys.exit("there is no " + " and no ".join(missing))
for name in json.loads(sys.argv[1]):
    try:
        spec = importlib.util.find_spec(name)
    except Exception:
        continue
    if spec is not None:
        where[name] = spec.origin or (list(spec.submodule_search_locations or []) + [None])[0]
print(json.dumps(where))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python, and what the gate must know about its environment."""

    path: str
    version: str
    identity: str  # of everything that a build or compiled code may depend on
    has_pip: bool
    installed: str | None  # the version of the project's package, unless that is an editable install
    modules: tuple[str, ...]  # top-level names of that package

    @classmethod
    def ask(cls, path: str, environment: Mapping[str, str], project: str) -> "Interpreter":
        """Start the interpreter at PATH to learn about it. Raises BadInputError if that fails."""
        told = _told(path, [_IDENTITY, project], environment, None, f"{path} is no Python that can be used")
        return cls(path, **{**told, "modules": tuple(told["modules"])})


def find_python(text: str, option: str) -> str:
    """The interpreter that TEXT names: a file, a command or the folder of an environment. Raises BadInputError."""
    path = Path(text).expanduser()
    if path.is_dir():
        path = path / "bin" / "python"
    found = shutil.which(path) or shutil.which(text)
    if not found:
        raise BadInputError(f"{option} {text}: there is no interpreter; name an executable or an environment's folder")
    return os.path.abspath(found)


def has_metadata(project: Path) -> bool:
    """Whether pip can build the folder PROJECT."""
    if (project / "setup.py").exists():
        return True
    return bool({"build-system", "project"} & set(_pyproject(project)))


def project_name(project: Path) -> str:
    """What the package in the folder PROJECT is called, normalised; empty if nothing says so."""
    name = _pyproject(project).get("project", {}).get("name", "")
    if not name and (project / "setup.cfg").exists():
        parser = configparser.RawConfigParser()
        try:
            parser.read(project / "setup.cfg", encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            return ""
        name = parser.get("metadata", "name", fallback="")
    return re.sub(r"[-_.]+", "-", name).lower()


def dependencies(project: Path) -> object:
    """What the package in the folder PROJECT says it needs."""
    return _pyproject(project).get("project", {}).get("dependencies")


def _pyproject(project: Path) -> dict[str, Any]:
    path = project / "pyproject.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path.name} cannot be read: {error}") from None


@dataclass(frozen=True)
class Builder:
    """How a side's package is built: by pip, by the user's COMMAND, or not at all."""

    how: str  # AUTO, NONE or a command of the shell
    kept: Path  # builds that are used again
    scratch: Path  # on the same disk
    progress: Callable[[str], None]

    def build(self, label: str, key: str, project: Path, site: Path, python: Interpreter, env: dict[str, str]) -> None:
        """Fill the folder SITE with the package of the folder PROJECT, and PROJECT with what its build makes there.

        Raises BadInputError if the build fails, OSError if the disk is full.
        """
        site.mkdir()
        if self.how == NONE or (self.how == AUTO and not has_metadata(project)):
            return
        kept = self.kept / hashlib.sha256(f"{key}\0{self.how}".encode()).hexdigest()[:16]
        if not kept.is_dir():
            self.progress(f"building {label} ...")
            self.kept.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=self.scratch, prefix="build-"))
            self._make(label, project, draft, python, env)
            try:
                os.rename(draft, kept)
            except OSError:
                if not kept.is_dir():  # else another gate was faster
                    raise
        os.utime(kept)
        shutil.copytree(kept / "site", site, dirs_exist_ok=True, symlinks=True)
        shutil.copytree(kept / "made", project, dirs_exist_ok=True, symlinks=True)

    def _make(self, label: str, project: Path, draft: Path, python: Interpreter, env: dict[str, str]) -> None:
        site, made = draft / "site", draft / "made"
        site.mkdir()
        made.mkdir()
        before, leavings = _files(project), set(_leavings(project))
        if self.how == AUTO:
            _pip_install(label, project, site, python, env)
        else:
            env = {**env, "PYTHON": python.path, "SITE": str(site)}
            run = subprocess.run(
                self.how, shell=True, cwd=project, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
            if run.returncode:
                why = reason(run.stderr or run.stdout, site)
                raise BadInputError(f"the install command failed for {label}: {why}")
        for path, stamp in _files(project).items():
            if before.get(path) == stamp:
                continue
            copy = made / path.relative_to(project)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy, follow_symlinks=False)
        for path in set(_leavings(project)) - leavings:  # pytest could find copies of tests there
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _pip_install(label: str, project: Path, site: Path, python: Interpreter, env: Mapping[str, str]) -> None:
    """Build without the network where the environment has what the build needs, and else as pip would."""
    if python.has_pip:
        pip = [python.path, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--retries=1"]
        pip += ["--no-compile"]  # compiled files would not fit the times that the gate gives to files
        ways = [["--no-build-isolation", "--check-build-dependencies"], [], ["--no-build-isolation"]]
    elif uv := shutil.which("uv"):
        pip = [uv, "pip", "install", "--python", python.path]
        ways = [[], ["--no-build-isolation"]]
    else:
        raise BadInputError(f"{python.path} has no pip: run its `-m ensurepip`, or build nothing (--install none)")
    why = ""
    for way in ways:
        command = [*pip, *way, "--no-deps", "--quiet", "--target", str(site), str(project)]
        run = subprocess.run(command, cwd=project, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if not run.returncode:
            return
        why = _why(run.stderr, site)
        for left in site.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        if not way and not _NOT_FETCHED.search(run.stderr.decode(errors="replace")):
            break  # with all that it needs, the build itself fails
    raise BadInputError(f"pip cannot build {label}: {why}; --install COMMAND builds it in another way")


def _why(stderr: bytes, folder: Path) -> str:
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines()]
    told = [line for line in lines if _TELLS.match(line) and not _REPEATS.match(line)]
    last = reason(stderr, folder)  # a full disk counts more than what it led to
    return (told or [last])[-1][:_LONGEST]


def _leavings(project: Path) -> Iterator[Path]:
    yield from (path for path in project.iterdir() if _LEAVINGS.match(path.name))


def _files(folder: Path) -> dict[Path, tuple[int, int]]:
    """When each file was written, and how long it is."""
    found = {}
    for parent, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not _LEAVINGS.match(name)]
        for path in (Path(parent, name) for name in names if name != ".git"):
            state = path.lstat()
            found[path] = state.st_mtime_ns, state.st_size
    return found


def packages(folder: Path, depth: int = 3) -> Iterator[str]:
    """Dotted names of the outermost regular packages and of the modules in FOLDER, which is on Python's path."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name.isidentifier():
            if any(path.glob("__init__.*")):
                yield path.name
            elif depth:
                yield from (f"{path.name}.{inner}" for inner in packages(path, depth - 1))
        elif path.suffix in (".py", ".so") and path.name.partition(".")[0].isidentifier():
            yield path.name.partition(".")[0]


def check(label: str, python: str, env: Mapping[str, str], root: Path, side: Iterable[Path], names: list[str]) -> None:
    """Raise BadInputError unless PYTHON has pytest-benchmark, and finds the modules NAMES in the folders SIDE only."""
    failure = f"{python} cannot run benchmarks (`{python} -m pip install pytest pytest-benchmark`)"
    found = _told(python, [_CHECK, json.dumps(names)], env, root, failure)
    for name, place in found.items():
        if place not in (None, "built-in", "frozen") and not any(Path(place).is_relative_to(folder) for folder in side):
            raise BadInputError(
                f"{label}: {name} would be imported from {place}, not from this side; "
                "an editable install that comes first? `pip uninstall` it, or use an environment without it"
            )


def _told(python: str, code: list[str], env: Mapping[str, str], folder: Path | None, failure: str) -> dict[str, Any]:
    command = [python, "-c", *code]
    try:
        run = subprocess.run(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise BadInputError(f"{failure}: {error.strerror}") from None
    try:
        if run.returncode:
            raise ValueError(reason(run.stderr, Path(python)))
        return json.loads(run.stdout.splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise BadInputError(f"{failure}: {error}") from None
