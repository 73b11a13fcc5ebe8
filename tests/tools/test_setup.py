"""`tools/setup.sh` installs what is missing, once, and says in one line what it cannot install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    "sh",
    "cat",
    "dirname",
    "env",
    "flock",
    "grep",
    "ldd",
    "mktemp",
    "rm",
    "sed",
    "tail",
    "tr",
]

# Stands in for the interpreter of .venv: notes each `pip install`, and otherwise is the real one.
PYTHON = f"""#!/bin/sh
case "$*" in
"-c import pip") exit 0 ;;
"-m pip install "*) echo "$@" >>"$LOG"; exit "${{PIP_EXIT:-0}}" ;;
*) exec {sys.executable} "$@" ;;
esac
"""


class Checkout:
    """A small copy of the repository with a bare system around it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bin = root / "bin"
        self.log = root / "pip.log"
        self.apt_log = root / "apt.log"
        shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("*.py"))
        for name in ("requirements.txt", "constraints.txt", "requirements-dev.txt"):
            (root / name).write_text(f"{name}==1\n", encoding="utf-8")
        self.bin.mkdir()
        for name in COMMANDS:
            (self.bin / name).symlink_to(shutil.which(name) or name)
        self.script(".venv/bin/python", PYTHON)
        self.user(1000)

    def script(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def user(self, number: int) -> None:
        self.script("bin/id", f"#!/bin/sh\necho {number}\n")

    def apt(self, *, provides: str = "", exit_code: int = 0) -> None:
        made = f"ln -sf /bin/true {self.bin}/{provides}" if provides else "true"
        self.script(
            "bin/apt-get",
            f'#!/bin/sh\necho "$@" >>{self.apt_log}\n'
            f'[ "$1" = update ] || {{ {made}; exit {exit_code}; }}\n',
        )
        (self.bin / "ln").symlink_to(shutil.which("ln") or "ln")

    def setup(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", self.root / "tools" / "setup.sh", *arguments],
            env={"PATH": str(self.bin), "LOG": str(self.log), "HOME": str(self.root)} | environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=30,
            check=False,
        )

    @property
    def installed(self) -> list[str]:
        """The requirements files given to pip, in order."""
        if not self.log.exists():
            return []
        return [line.split()[-1] for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_first_start_installs_and_the_second_installs_nothing(checkout: Checkout) -> None:
    assert checkout.setup("run").returncode == 0
    second = checkout.setup("run")
    assert (second.returncode, second.stderr) == (0, "")
    assert checkout.installed == ["requirements.txt"]


@pytest.mark.parametrize("changed", ["requirements.txt", "constraints.txt"])
def test_changed_requirements_are_installed_again(checkout: Checkout, changed: str) -> None:
    checkout.setup("run")
    (checkout.root / changed).write_text("other==2\n", encoding="utf-8")
    checkout.setup("run")
    assert checkout.installed == ["requirements.txt", "requirements.txt"]


def test_what_development_needs_includes_what_running_needs(checkout: Checkout) -> None:
    checkout.setup("check")
    checkout.setup("run")
    assert checkout.installed == ["requirements-dev.txt"]


def test_a_change_of_the_runtime_reaches_development_too(checkout: Checkout) -> None:
    checkout.setup("check")
    (checkout.root / "requirements.txt").write_text("other==2\n", encoding="utf-8")
    checkout.setup("run")
    checkout.setup("check")
    assert checkout.installed == [
        "requirements-dev.txt",
        "requirements.txt",
        "requirements-dev.txt",
    ]


def test_an_installation_that_failed_is_tried_again(checkout: Checkout) -> None:
    failed = checkout.setup("run", PIP_EXIT="1")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == (
        "aurora: pip could not install requirements.txt; see above"
    )
    checkout.setup("run")
    assert checkout.installed == ["requirements.txt", "requirements.txt"]


def test_without_root_a_missing_chromium_is_one_line_that_says_what_to_install(
    checkout: Checkout,
) -> None:
    checkout.setup("check")
    ended = checkout.setup("test")
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "aurora: the tests drive a real browser and found no Chromium: install chromium "
        "(Debian: sudo apt-get install -y chromium), then repeat"
    ]


def test_root_on_debian_gets_a_chromium_installed(checkout: Checkout) -> None:
    checkout.user(0)
    checkout.apt(provides="chromium")
    assert checkout.setup("test").returncode == 0
    assert checkout.apt_log.read_text(encoding="utf-8").splitlines() == [
        "update",
        "install -y chromium",
    ]
    assert checkout.setup("test").stderr == ""


def test_a_package_that_debian_cannot_install_ends_it(checkout: Checkout) -> None:
    checkout.user(0)
    checkout.apt(exit_code=100)
    ended = checkout.setup("test")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("aurora: apt-get could not install chromium")


def test_a_chromium_named_by_the_environment_is_enough(checkout: Checkout) -> None:
    checkout.script("browser", "#!/bin/sh\n")
    ended = checkout.setup("test", CHROMIUM=str(checkout.root / "browser"))
    assert ended.returncode == 0, ended.stderr


def test_running_needs_no_chromium(checkout: Checkout) -> None:
    assert checkout.setup("run").returncode == 0


def test_without_root_and_without_a_python_it_is_one_line(checkout: Checkout) -> None:
    shutil.rmtree(checkout.root / ".venv")
    ended = checkout.setup("run")
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "aurora: no Python 3.11 or newer was found: install python3 python3-venv "
        "(Debian: sudo apt-get install -y python3 python3-venv), then repeat"
    ]


def test_a_python_without_its_venv_module_is_one_line(checkout: Checkout) -> None:
    shutil.rmtree(checkout.root / ".venv")
    checkout.script(
        "bin/python3",
        f'#!/bin/sh\n[ "$2" != "import ensurepip, venv" ] && exec {sys.executable} "$@"\n',
    )
    ended = checkout.setup("run")
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "aurora: Python's venv module is missing: install python3-venv "
        "(Debian: sudo apt-get install -y python3-venv), then repeat"
    ]


@pytest.mark.parametrize(
    ("program", "needs"),
    [
        (
            "fiftyone/db/bin/mongod",
            "the MongoDB server needs libcurl 4 and OpenSSL 3: install libcurl4 libssl3",
        ),
        (
            "playwright/driver/node",
            "what drives the browser needs libatomic: install libatomic1",
        ),
    ],
)
def test_a_library_that_the_system_lacks_is_one_line(
    checkout: Checkout, program: str, needs: str
) -> None:
    checkout.setup("check")
    checkout.script("bin/chromium", "#!/bin/sh\n")
    checkout.script(f".venv/lib/python3.11/site-packages/{program}", "")
    (checkout.bin / "ldd").unlink()
    checkout.script("bin/ldd", "#!/bin/sh\necho 'libsome.so.4 => not found'\n")
    ended = checkout.setup("test")
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"aurora: {needs} (Debian: sudo apt-get install -y ")


def test_an_unknown_wish_is_answered_with_the_usage(checkout: Checkout) -> None:
    ended = checkout.setup("everything")
    assert ended.returncode == 2
    assert ended.stderr == "usage: tools/setup.sh run|check|test\n"


@pytest.mark.parametrize("script", sorted((ROOT / "tools").glob("*.sh")), ids=lambda p: p.name)
def test_every_script_is_plain_shell_and_may_be_run(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["/bin/sh", "-n", script], check=True)


def test_a_port_that_is_none_is_one_line_before_anything_starts(checkout: Checkout) -> None:
    ended = subprocess.run(
        ["/bin/sh", checkout.root / "tools" / "run.sh"],
        env={"PATH": str(checkout.bin), "LOG": str(checkout.log), "PORT": "eighty"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1] == (
        "PORT: 'eighty' is not a port number (example: PORT=8501)"
    )
