"""How commands end: numbers, one line on standard error, nothing but results on standard output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from concierge.core.mongo import Mongo
from tests.cli.command import ROOT, Command, one_line, start

NOWHERE = "mongodb://127.0.0.1:9/?directConnection=true"
DETECTED = {"text", "intent", "confidence", "layer", "slots", "candidates"}


def test_detect_answers_each_line_and_says_nothing_else() -> None:
    texts = ["show me rings under $300", "wheres my package", "caf\u00e9 \ud800 ☂", ""]
    given = "".join(json.dumps({"text": text}) + "\n\n" for text in texts)
    out, err = start("detect", MONGODB_URI=NOWHERE).communicate(given, timeout=30)
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["text"] for answer in answers] == texts
    assert [set(answer) for answer in answers] == [DETECTED] * len(texts)
    assert answers[0]["slots"]["budgetMaxCents"] == 30_000
    assert answers[1]["candidates"][0]["intent"] == "order_tracking"
    assert err == ""


def test_detect_names_the_lines_it_cannot_use_and_answers_the_others() -> None:
    given = '{"text": "hi"}\nnope\n["hi"]\n{"text": 5}\n{"text": "bye"}\n'
    process = start("detect")
    out, err = process.communicate(given, timeout=30)
    assert process.returncode == 2
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["hi", "bye"]
    assert [line.split(":")[0] for line in err.splitlines()] == ["line 2", "line 3", "line 4"]


def test_detect_waits_for_neither_database_driver_nor_screens() -> None:
    code = (
        "import sys\n"
        "from concierge.cli.app import app\n"
        "app(['detect'], standalone_mode=False)\n"
        "slow = {'pymongo', 'streamlit', 'pandas', 'plotly', 'concierge.bootstrap'}\n"
        "print(sorted(slow & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        input='{"text": "hi"}\n',
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    process = start("detect")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write('{"text": "hi"}\n')
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    with suppress(BrokenPipeError):
        process.stdin.write('{"text": "hi"}\n' * 10_000)
    with suppress(BrokenPipeError):
        process.stdin.close()
    assert process.wait(30) == 128 + signal.SIGPIPE
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.faults
def test_an_interrupted_command_ends_with_130_and_without_a_traceback(command: Command) -> None:
    process = command.process("chat")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write('{"text": "hi"}\n')
    process.stdin.flush()
    assert process.stdout.readline()  # it runs, and waits for the next line
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_no_command_lists_the_commands_as_bad_usage(command: Command) -> None:
    result = command.run()
    assert result.exit_code == 2
    assert "init-db" in result.output


@pytest.mark.parametrize("arguments", [("teleport",), ("seed", "--tickets", "many"), ("import",)])
def test_bad_usage_ends_with_2(command: Command, arguments: tuple[str, ...]) -> None:
    assert command.run(*arguments).exit_code == 2


def test_a_bad_setting_ends_with_2_and_one_line_that_names_it(command: Command) -> None:
    result = command.run("config", PORT="eighty")
    assert result.exit_code == 2
    assert one_line(result.stderr).startswith("PORT: ")
    assert result.stdout == ""


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that does not answer is given up at once."""
    defaults = {**(Mongo.__init__.__kwdefaults__ or {}), "server_selection_timeout_ms": 200}
    monkeypatch.setattr(Mongo.__init__, "__kwdefaults__", defaults)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("arguments", [("init-db",), ("funnel",), ("verify",), ("user", "list")])
def test_a_database_that_does_not_answer_ends_with_1_and_one_line(
    command: Command, arguments: tuple[str, ...]
) -> None:
    result = command.run(*arguments, MONGODB_URI=NOWHERE)
    assert result.exit_code == 1
    assert one_line(result.stderr).startswith("The database does not answer: ")
    assert result.stdout == ""


def test_a_database_that_refuses_us_ends_with_1_and_one_line(command: Command) -> None:
    uri = command.services.mongo.uri
    user, _, rest = uri.removeprefix("mongodb://").partition("@")
    wrong = f"mongodb://{user.split(':')[0]}:wrong@{rest}"
    result = command.run("init-db", MONGODB_URI=wrong)
    assert result.exit_code == 1
    assert one_line(result.stderr).startswith("The database refuses: ")


def test_no_server_to_run_ends_with_1_and_one_line(command: Command, tmp_path: Path) -> None:
    missing = str(tmp_path / "mongod")
    result = command.run("init-db", MONGODB_URI="", CONCIERGE_MONGOD=missing)
    assert result.exit_code == 1
    line = one_line(result.stderr)
    assert line.startswith("No usable MongoDB server was found (CONCIERGE_MONGOD: ")
    assert "MONGODB_URI=" in line


def test_a_command_without_a_named_database_shares_the_server_of_a_running_app(
    command: Command, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "mongo"
    answer = command.json("init-db", MONGODB_URI="", CONCIERGE_DATA_DIR=str(folder))
    assert answer["database"] == command.services.mongo.db.name
    command.services.mongo.ping()
