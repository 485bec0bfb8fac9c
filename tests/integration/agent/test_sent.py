"""A prompt that was one text is shown as one text."""

import random
from typing import Any

from tavernai.agent.sent import told_of
from tavernai.kernel.facts import Recorded
from tavernai.prompting.domain.plan import recorded
from tavernai.prompting.domain.scene import Character, HistoryMessage, Persona, Scene
from tavernai.prompting.domain.text_completion import assemble_text
from tavernai.prompting.domain.tokenizers import CALIBRATED
from tavernai.prompting.store import put_parts

SCENE = Scene(
    character=Character("Mira", {"data": {"description": "A keeper."}}),
    persona=Persona("Ari"),
    history=[HistoryMessage(f"message-{n}", "user", "Ari", f"line {n}") for n in range(40)],
)


async def test_a_text_prompt_is_shown_as_the_text_that_was_sent(sqlite_storage: Any) -> None:
    prompt = assemble_text(SCENE, clock=lambda: 0, random=random.Random(1), tokenizer=CALIBRATED)
    plan, texts = recorded(prompt)
    await sqlite_storage.commit(lambda tx: put_parts(tx, texts))
    made = Recorded(1, "e", "conv:c", 1, "plan.made", 1, 7, "worker:w", "model", "t", None, {"plan": plan}, "")
    told = await sqlite_storage.read(lambda conn: told_of(conn, made))
    assert (told["messages"], told["prompt"], told["hash_ok"]) == (None, prompt.messages[0]["content"], True)
    assert (told["stop"], told["generated_at"]) == (prompt.stop, 7)
    assert sum(part["tokens"] for part in told["parts"]) >= prompt.prompt_tokens
