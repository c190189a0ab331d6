"""What the gate asks of Git: revisions, and their files in folders of the gate's own.

A side is a linked worktree whose administrative folder lies in the gate's cache and not in the user's repository
(gitrepository-layout: a folder with HEAD and `commondir`). Builds that ask Git for a version work in it, and nothing is
ever written into the repository: no index, no stash, no entry of `git worktree list` that an interruption could leave.
"""

import difflib
import errno
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dlc.cli.errors import BadInputError, FailedError

# What Git sets for its hooks, and would send every command of ours to the user's index and folder.
_OF_A_HOOK = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
    "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
)  # fmt: skip
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_NO_CODE_OF_THE_USER = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]

WORKING_TREE = "."
# A folder outside of Git is copied without these.
_NOT_SOURCES = {"__pycache__", "node_modules", "build", "dist", "site-packages"}


def without_hook(environment: Mapping[str, str]) -> dict[str, str]:
    """ENVIRONMENT without what Git tells its hooks."""
    return {name: value for name, value in environment.items() if name not in _OF_A_HOOK}


def listed(names: Sequence[object], most: int = 4) -> str:
    """The first of NAMES, in characters that every terminal takes."""
    text = ", ".join(map(str, names[:most])) + (", ..." if len(names) > most else "")
    return text.encode(errors="surrogateescape").decode(errors="replace")


class GitError(Exception):
    """A command of Git failed; the text is Git's own last line about it."""


def git(folder: Path, *args: str, options: Iterable[str] = (), stdin: str = "") -> str:
    """What Git prints in FOLDER about the text STDIN. Raises GitError; OSError if the disk is full; BadInputError."""
    command = ["git", *_NO_CODE_OF_THE_USER, *options, "-C", str(folder), *args]
    environment = {**without_hook(os.environ), **_QUIET}
    try:
        text = os.fsencode(stdin)
        run = subprocess.run(command, env=environment, input=text, capture_output=True, check=False)
    except FileNotFoundError:
        raise BadInputError("the gate needs Git for revisions, and there is no `git` on the PATH") from None
    if run.returncode:
        raise GitError(reason(run.stderr, folder))
    return run.stdout.decode(errors="surrogateescape")


def reason(stderr: bytes, folder: Path) -> str:
    """The line that tells why a command failed: an error, or else the last one. Raises OSError if the disk is full."""
    text = stderr.decode(errors="replace")
    if os.strerror(errno.ENOSPC) in text:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if line.lower().startswith(("fatal:", "error:"))]
    return (told or lines or ["no reason given"])[-1]


@dataclass(frozen=True)
class Source:
    """Where the files of a side come from: a commit, or the working tree as it is on top of a commit."""

    commit: str  # empty in a folder outside of Git, or before the first commit
    label: str
    is_working_tree: bool = False


@dataclass(frozen=True)
class Repository:
    """A checkout of the user's, which is only read. Outside of Git, COMMON is None and TOP the project's folder."""

    top: Path
    common: Path | None
    project: Path  # the project's folder, relative to top

    @classmethod
    def around(cls, project: Path, *, needed: bool) -> "Repository":
        """The checkout that holds the folder PROJECT. Raises BadInputError if there is none though it is NEEDED."""
        project = project.resolve()
        if not project.is_dir():
            raise BadInputError(f"no folder {project}")
        try:
            common, top = git(project, "rev-parse", "--git-common-dir", "--show-toplevel").splitlines()
        except (GitError, BadInputError) as error:
            if not needed:
                return cls(project, None, Path())
            raise BadInputError(_no_checkout(project, str(error))) from None
        return cls(Path(top).resolve(), (project / common).resolve(), project.relative_to(Path(top).resolve()))

    def source(self, revision: str) -> Source:
        """What REVISION names; "." is the working tree. Raises BadInputError if it names no commit."""
        if revision == WORKING_TREE:
            commit = self._commit("HEAD") if self.common else None
            return Source(commit or "", "working tree", is_working_tree=True)
        commit = self._commit(revision)
        if commit is None:
            raise BadInputError(self._unknown(revision))
        return Source(commit, git(self.top, "rev-parse", "--short", commit).strip())

    def _commit(self, revision: str) -> str | None:
        if revision.startswith("-"):  # an option of Git, not a name
            return None
        try:
            asked = git(self.top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        except GitError:
            return None
        return asked.strip()

    def _unknown(self, revision: str) -> str:
        if not self._commit("HEAD"):
            return f"{self.top} has no commits yet: there is no {revision!r} to compare with"
        what = f"there is no revision {revision!r} in {self.top}"
        if git(self.top, "rev-parse", "--is-shallow-repository").strip() == "true":
            return (
                f"{what}, which is a shallow clone: fetch its history "
                "(actions/checkout: `fetch-depth: 0`; by hand: `git fetch --unshallow`)"
            )
        names = git(self.top, "for-each-ref", "--format=%(refname:short)").split()
        close = [name for name in names if name.endswith("/" + revision)]
        close += [name for name in difflib.get_close_matches(revision, names, cutoff=0.5) if name not in close]
        return f"{what}; did you mean {' or '.join(close[:3])}?" if close else f"{what}; `git fetch` may bring it"

    def changes(self) -> list[str]:
        """Files of the working tree that are not as in HEAD, among them those that Git does not know yet."""
        if self.common is None:
            return []
        status = git(self.top, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
        return [entry[3:] for entry in status.split("\0") if entry]

    def submodules(self) -> list[str]:
        """Folders of the working tree that are repositories of their own."""
        if self.common is None:
            return []
        entries = git(self.top, "ls-files", "--stage", "-z").split("\0")
        return [entry.split("\t", 1)[1] for entry in entries if entry.startswith("160000")]

    def files(self) -> list[str]:
        """The working tree's files but those that Git ignores, relative to TOP; all sources outside of Git."""
        if self.common is not None:
            listed = git(self.top, "ls-files", "-co", "--exclude-standard", "-z").split("\0")
            return sorted({name for name in listed if name and not name.endswith("/")})
        found = []
        for folder, inner, names in os.walk(self.top):
            inner[:] = [name for name in inner if _may_hold_sources(Path(folder, name))]
            found += [os.path.relpath(os.path.join(folder, name), self.top) for name in names]
        return sorted(found)

    def put(self, source: Source, folder: Path, admin: Path, *, without: Path) -> tuple[str, list[str]]:
        """Make FOLDER the worktree of SOURCE, kept by Git in ADMIN. Returns a key of its content, and notes.

        Nothing under the folder WITHOUT (the cache, which may lie in the working tree) is copied. Raises OSError.
        """
        folder.mkdir(parents=True)
        if source.commit:
            self._link(source.commit, folder, admin)
        tree = git(self.top, "rev-parse", f"{source.commit}^{{tree}}").strip() if source.commit else ""
        if not source.is_working_tree:
            return tree, self._check_out(source, folder)
        if source.commit:
            git(folder, "read-tree", source.commit)
            if sparse := self._left_out():
                git(folder, "checkout-index", "--quiet", "-z", "--stdin", stdin="\0".join(sparse))
        outside = [name for name in self.files() if not (self.top / name).is_relative_to(without)]
        content = _copy(outside, self.top, folder)
        is_clean = tree and not [name for name in self.changes() if not (self.top / name).is_relative_to(without)]
        return tree if is_clean else content, []

    def _left_out(self) -> list[str]:
        """Files that a sparse checkout has not in its working tree, though they are unchanged."""
        entries = git(self.top, "ls-files", "-t", "-z").split("\0")
        return [entry[2:] for entry in entries if entry.startswith("S ")]

    def _link(self, commit: str, folder: Path, admin: Path) -> None:
        admin.mkdir()
        (admin / "HEAD").write_text(f"{commit}\n")
        (admin / "commondir").write_text(f"{self.common}\n")
        (admin / "gitdir").write_text(f"{folder / '.git'}\n")
        (folder / ".git").write_text(f"gitdir: {admin}\n")

    def _check_out(self, source: Source, folder: Path) -> list[str]:
        try:
            git(folder, "read-tree", "--reset", "-u", source.commit)
        except GitError as error:
            without_filters = self._filters_off()
            if not without_filters:
                raise FailedError(f"Git cannot check out {source.label}: {error}") from None
            try:
                git(folder, "read-tree", "--reset", "-u", source.commit, options=without_filters)
            except GitError as again:
                raise FailedError(f"Git cannot check out {source.label}: {again}") from None
            return [f"{source.label}: files are as stored, without Git's filters ({error})"]
        return []

    def _filters_off(self) -> list[str]:
        try:
            names = git(self.top, "config", "--name-only", "--get-regexp", r"^filter\..*\.(smudge|process)$").split()
        except GitError:  # none is configured
            return []
        filters = {name.rpartition(".")[0] for name in names}
        off = (f"{name}.{key}" for name in sorted(filters) for key in ("smudge=", "process=", "required=false"))
        return [part for setting in off for part in ("-c", setting)]


def _no_checkout(project: Path, error: str) -> str:
    if "not a git repository" in error:
        return f"{project} is not in a Git repository, so it has no revisions; --base-python compares two environments"
    if "must be run in a work tree" in error:
        return f"{project} is a repository without a working tree: run the gate in a checkout (`git worktree add`)"
    return f"{project}: {error}"


def _may_hold_sources(folder: Path) -> bool:
    is_environment = (folder / "pyvenv.cfg").exists()
    return not (folder.name.startswith(".") or folder.name in _NOT_SOURCES or is_environment or folder.is_symlink())


def _copy(names: Iterable[str], origin: Path, target: Path) -> str:
    """Copy files that are still there, links as links; returns a key of all names, modes and contents."""
    digest = hashlib.sha256()
    for name in names:
        path, copy = origin / name, target / name
        if path.is_dir() and not path.is_symlink():
            continue  # a repository within this one
        with suppress(FileNotFoundError):  # deleted from the working tree, though Git still lists it
            is_program = os.access(path, os.X_OK)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy, follow_symlinks=False)
            content = os.readlink(copy).encode() if copy.is_symlink() else copy.read_bytes()
            digest.update(f"{name}\0{is_program}\0{len(content)}\0".encode(errors="surrogateescape") + content)
    return digest.hexdigest()[:40]
