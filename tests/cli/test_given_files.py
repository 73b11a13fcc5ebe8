"""A file that cannot be used is named in one line, before anything else is begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.cli.given import text_of
from tests.cli.command import Command, one_line

# A server that is not there: what is told must not need it.
NOWHERE = "mongodb://127.0.0.1:9/?directConnection=true"
COMMANDS = [("import", "products"), ("import", "orders"), ("evaluate",)]


def refused(command: Command, arguments: tuple[str, ...], file: Path) -> str:
    result = command.run(*arguments, str(file), MONGODB_URI=NOWHERE)
    assert (result.exit_code, result.stdout) == (2, "")
    return one_line(result.stderr)


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_file_that_is_not_there_is_named(
    command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "missing.csv"
    assert refused(command, arguments, file) == f"file not found: {file}"


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_folder_is_no_file(command: Command, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert refused(command, arguments, tmp_path) == f"{tmp_path} is a folder, not a file"


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_file_that_cannot_be_opened_says_why(
    command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "itself"
    file.symlink_to(file)
    told = refused(command, arguments, file)
    assert told == f"{file} cannot be read: too many levels of symbolic links"


def test_labelled_messages_are_utf_8(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_bytes('{"text": "café", "intent": "unmatched"}\n'.encode("cp1252"))
    assert refused(command, ("evaluate",), file) == f"{file} is not UTF-8 text (byte 14)"


def test_the_mark_before_utf_8_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_bytes(b"\xef\xbb\xbf{}\n")
    assert text_of(file) == "{}\n"
