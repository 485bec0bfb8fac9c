"""Print the diagrams in docs/ from the tables in the code; --check only says what is stale."""

import sys

from sections import bring_up_to_date

from tavernai.agent.domain.tasks import FINAL, TRANSITIONS, State


def task_states() -> str:
    """The life of a task as a Mermaid state diagram."""
    lines = [f"    [*] --> {State.QUEUED}: message or command"]
    for state, verbs in TRANSITIONS.items():
        lines += [f"    {state} --> {target}: {verb}" for verb, target in verbs.items()]
    lines += [f"    {state} --> [*]" for state in TRANSITIONS if state in FINAL]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


PAGES = {"explanation/server.md": {"tasks": task_states}}

if __name__ == "__main__":
    drawn = {page: {name: draw() for name, draw in sections.items()} for page, sections in PAGES.items()}
    bring_up_to_date(drawn, check="--check" in sys.argv)
