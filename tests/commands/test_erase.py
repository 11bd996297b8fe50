"""`erase` shows what it will erase, asks on a terminal, and writes a receipt."""

import asyncio
import os
import pty
import sys
from pathlib import Path

import pytest

from tests.commands.stored_conversation import conversation_in
from tests.program import environment_of, run


async def typed(answer: str, *words: str | Path) -> tuple[int, str, str]:
    """Run a command on a terminal, on which an answer is typed."""
    ours, its = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatserver", *map(str, words)),
        env=environment_of(words),
        stdin=its,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    # The command has its own copy of the terminal's end.
    os.close(its)
    os.write(ours, f"{answer}\n".encode())
    out, err = await process.communicate()
    os.close(ours)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def reference(tmp_path: Path) -> str:
    return (await conversation_in(tmp_path))[1]


async def test_another_answer_than_the_reference_erases_nothing(
    tmp_path: Path, reference: str
) -> None:
    code, out, err = await typed("yes", "erase", reference, "--data", tmp_path)
    assert (code, out) == (1, "")
    assert "erases 1 conversations with 1 messages, 0 files" in err
    assert "nothing was erased" in err
    code, text, _ = await run("transcript", reference, "--data", tmp_path)
    assert (code, "blinks" in text) == (0, True)


async def test_the_reference_erases_and_the_receipt_is_kept(tmp_path: Path, reference: str) -> None:
    code, out, err = await typed(reference.lower(), "erase", reference, "--data", tmp_path)
    assert code == 0
    (receipt,) = (tmp_path / "receipts").iterdir()
    assert receipt.read_text() == out
    assert str(receipt) in err
    assert "blinks" not in (await run("transcript", reference, "--data", tmp_path))[1]


async def test_nothing_is_asked_with_yes_or_without_a_terminal(
    tmp_path: Path, reference: str
) -> None:
    code, out, err = await typed("no", "erase", reference, "--yes", "--data", tmp_path)
    assert (code, "Type the reference" in err) == (0, False)
    assert out.startswith("Receipt of an erasure")
