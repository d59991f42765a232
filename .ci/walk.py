"""Walks through a section of a page: types its commands, in order, into one shell, and compares
what they print with what the page shows. Three dots stand for anything on the page.

    python3 .ci/walk.py PAGE HEADING
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

PATIENCE = 120  # seconds for one command
END = "the end of a command"


def section(page: str, heading: str) -> str:
    """The text below a heading, up to the next one of its level."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^\1 |\Z)", page, re.M | re.S)
    if not found:
        sys.exit(f"there is no heading {heading!r}")
    return found[2]


def steps(text: str) -> list[tuple[str, str]]:
    """Each command with what it prints. A line that ends in a backslash goes on."""
    all_steps = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S):
        for step in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command = re.match(r"(?:.*\\\n)*.*\n", step)[0]
            all_steps.append((command.strip(), step[len(command):].strip()))
    return all_steps


def pattern(shown: str) -> re.Pattern:
    """What a shown output stands for."""
    return re.compile(".*".join(re.escape(part.strip(" ")) for part in shown.split("...")), re.S)


def walk(page: str, heading: str) -> int:
    todo = steps(section(pathlib.Path(page).read_text(), heading))
    if not todo:
        sys.exit(f"{page}, {heading}: there is no command")
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        shell = subprocess.Popen(["bash", "--norc"], cwd=folder, text=True, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        signal.signal(signal.SIGALRM, lambda *_: (shell.kill(), sys.exit(f"{page}: it takes over {PATIENCE} s")))
        for command, shown in todo:
            signal.alarm(PATIENCE)
            shell.stdin.write(f"{command}\necho; echo '{END}'\n")
            shell.stdin.flush()
            lines = []
            while (line := shell.stdout.readline()) and line != END + "\n":
                lines.append(line)
            printed = "".join(lines).strip()
            if not pattern(shown).fullmatch(printed):
                wrong += 1
                print(f"{page}: $ {command}\n--- shown\n{shown}\n--- printed\n{printed}\n", file=sys.stderr)
        signal.alarm(0)
        os.killpg(shell.pid, signal.SIGKILL)  # what a page has started and not stopped
        shell.wait()
    print(f"{page}, {heading}: {len(todo)} commands, {wrong} print something else")
    return wrong


if __name__ == "__main__":
    sys.exit(min(walk(sys.argv[1], sys.argv[2]), 1))
