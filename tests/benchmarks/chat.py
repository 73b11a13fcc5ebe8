"""How soon a reply stands in the browser, beside Chainlit's echo bot.

    python -m venv /tmp/peer && /tmp/peer/bin/pip install 'chainlit==2.12.*'
    python -m tests.benchmarks.chat /tmp/peer/bin/python [--runs 5] [--write]

Both apps run and both pages are open in one headless Chromium; message by message they take turns.
The clock is the page's own: from the press of Enter to the first frame after the reply is there.
Chainlit gives back what was typed, and the concierge answers it: searches, stores, shows pieces.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import ARGUMENTS, CHROMIUM, sign_in_as
from tools import bench_report as report
from tools.local_app import free_port, running

TITLE = "A reply in the browser"
P50_AT_MOST, P95_AT_MOST, LAST_AT_MOST = 1.0, 1.15, 1.15
MESSAGES = 30
SETTLE_SECONDS = 0.7
"""Nobody types at once: what a reply still leaves to be done is done before the next message."""
ECHO = """\
import chainlit as cl
@cl.on_message
async def answer(message: cl.Message):
    await cl.Message(content=f"You said: {message.content}").send()
"""
WISHES = (
    "do you ship to {place}?",
    "show me rings under ${price}",
    "how do I clean silver from {place}",
    "gold necklaces under ${price}",
    "can I pay {price} in instalments",
    "how long does delivery to {place} take",
)
"""Said over and over with other places and prices: the first and the last are of one kind."""
PLACES = ("Canada", "Norway", "Italy", "Japan", "Brazil", "France")

WATCH = """({user, reply, typed}) => {
    const box = document;
    window.__reply = new Promise(resolve => {
        let pressed = null;
        const look = () => {
            const said = [...box.querySelectorAll(`${user}, ${reply}`)];
            let at = said.findLastIndex(e => e.matches(user) && e.textContent.includes(typed));
            if (at < 0 || pressed === null) return;
            const answer = said.slice(at + 1).find(
                e => e.matches(reply) && e.textContent.trim() && e.checkVisibility());
            if (!answer) return;
            watching.disconnect();
            requestAnimationFrame(() => resolve(performance.now() - pressed));
        };
        const watching = new MutationObserver(look);
        watching.observe(box.body, {subtree: true, childList: true, characterData: true});
        box.addEventListener("keydown", event => {
            if (event.key === "Enter" && pressed === null) pressed = performance.now();
        }, {capture: true});
    });
}"""


@dataclass
class Chat:
    """A page with a chat on it; `user` and `reply` select the bubbles, `box` what is typed into."""

    name: str
    page: Page
    box: str
    user: str
    reply: str
    taken_ms: list[float] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.page.bring_to_front()
        self.page.wait_for_selector(self.box, state="visible")
        marks = {"user": self.user, "reply": self.reply, "typed": text}
        self.page.evaluate(WATCH, marks)
        self.page.fill(self.box, text)
        self.page.press(self.box, "Enter")
        self.taken_ms.append(self.page.evaluate("window.__reply"))
        time.sleep(SETTLE_SECONDS)

    def share(self, share: float) -> float:
        return report.percentile(sorted(self.taken_ms), share)


@dataclass(frozen=True)
class Run:
    """One conversation with each; shares are of Chainlit's time, or of the first message's."""

    ours: Chat
    theirs: Chat

    @property
    def p50(self) -> float:
        return self.ours.share(0.5) / self.theirs.share(0.5)

    @property
    def p95(self) -> float:
        return self.ours.share(0.95) / self.theirs.share(0.95)

    @property
    def last(self) -> float:
        return self.ours.taken_ms[-1] / self.ours.taken_ms[0]


def texts() -> list[str]:
    """Every one different, and the last of the same kind as the first."""
    said = [
        WISHES[number % len(WISHES)].format(
            place=f"{PLACES[number % len(PLACES)]} {number}", price=200 + number
        )
        for number in range(MESSAGES - 1)
    ]
    return [*said, WISHES[0].format(place=f"Canada {MESSAGES}")]


def run(browser: Browser, our_url: str, their_url: str) -> Run:
    with contextlib.ExitStack() as opened:
        ours = opened.enter_context(_ours(browser, our_url))
        theirs = opened.enter_context(_theirs(browser, their_url))
        for number, text in enumerate(texts()):
            both = (ours, theirs) if number % 2 else (theirs, ours)
            for chat in both:
                chat.say(text)
    return Run(ours, theirs)


@contextlib.contextmanager
def _page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900})
    try:
        yield context.new_page()
    finally:
        context.close()


@contextlib.contextmanager
def _ours(browser: Browser, url: str) -> Iterator[Chat]:
    with _page(browser, url) as page:
        page.goto("/session/login?next=/chat")
        sign_in_as(page, "pm")
        answer = '[aria-label="Chat message from assistant"]'
        page.wait_for_selector(answer)
        before = page.url
        page.get_by_role("button", name="New chat").click()
        page.wait_for_url(lambda url: url != before and "session=" in url)
        time.sleep(SETTLE_SECONDS)
        asked = '[aria-label="Chat message from user"]'
        yield Chat("Aurora", page, '[data-testid="stChatInputTextArea"]', asked, answer)


@contextlib.contextmanager
def _theirs(browser: Browser, url: str) -> Iterator[Chat]:
    with _page(browser, url) as page:
        page.goto("/")
        page.wait_for_selector("#chat-input")
        time.sleep(SETTLE_SECONDS)
        step = '[data-step-type="{}"]'
        yield Chat(
            "Chainlit",
            page,
            "#chat-input",
            step.format("user_message"),
            step.format("assistant_message"),
        )


@contextlib.contextmanager
def _echo_bot(python: Path, folder: Path) -> Iterator[str]:
    (folder / "echo.py").write_text(ECHO, "utf-8")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (folder / "echo.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [
                *(python, "-m", "chainlit", "run", "echo.py", "--headless"),
                *("--host", "127.0.0.1", "--port", str(port)),
            ],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "CHAINLIT_APP_ROOT": str(folder)},
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_up(process, url, folder / "echo.log")
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(1_200):
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx2.TransportError):
            if httpx2.get(url, timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise SystemExit(f"The echo bot did not start:\n{log.read_text('utf-8')[-2000:]}")


def _rows(runs: list[Run]) -> list[tuple[str, ...]]:
    def times(chats: list[Chat]) -> tuple[str, ...]:
        medians = [
            statistics.median(values)
            for values in (
                [chat.share(0.5) for chat in chats],
                [chat.share(0.95) for chat in chats],
                [chat.taken_ms[0] for chat in chats],
                [chat.taken_ms[-1] for chat in chats],
            )
        ]
        return tuple(report.milliseconds(value) for value in medians)

    return [
        ("Aurora", *times([one.ours for one in runs])),
        ("Chainlit", *times([one.theirs for one in runs])),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", type=Path, help="of an environment with Chainlit 2.12")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="also into docs/benchmarks.md")
    given = parser.parse_args()
    before = report.machine()
    with contextlib.ExitStack() as made:
        folder = Path(made.enter_context(TemporaryDirectory(prefix="aurora-")))
        (folder / "echo").mkdir()
        their_url = made.enter_context(_echo_bot(given.python.absolute(), folder / "echo"))
        our_url = made.enter_context(running(folder / "ours")).base_url
        playwright = made.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        made.callback(browser.close)
        runs = [run(browser, our_url, their_url) for _ in range(given.runs)]
    p50, p95, last = (
        statistics.median(values)
        for values in (
            [one.p50 for one in runs],
            [one.p95 for one in runs],
            [one.last for one in runs],
        )
    )
    head = ("chat", "p50", "p95", "message 1", f"message {MESSAGES}")
    text = "\n\n".join(
        (
            f"`python -m tests.benchmarks.chat` on {before}. From Enter to the reply in the page, "
            f"{MESSAGES} messages a run in turns with Chainlit's echo bot; medians of "
            f"{given.runs} runs.",
            report.table(head, _rows(runs)),
            f"Aurora's part of Chainlit's time: p50 {p50:.2f} (at most {P50_AT_MOST}), "
            f"p95 {p95:.2f} (at most {P95_AT_MOST}). Message {MESSAGES} against message 1: "
            f"{last:.2f} (at most {LAST_AT_MOST}).",
        )
    )
    sys.stdout.write(text + "\n")
    if given.write:
        report.put(TITLE, text)
    return 0 if p50 <= P50_AT_MOST and p95 <= P95_AT_MOST and last <= LAST_AT_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
