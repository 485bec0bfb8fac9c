"""A model that writes its thoughts into the reply: nobody hears them as text, and they are there to be unfolded."""

from tests.acceptance.agent.conftest import ends, heard, shown, text_of
from tests.support.people import Person


async def test_thoughts_at_the_head_of_a_reply_are_kept_apart_from_it(person: Person) -> None:
    reply = "<think> She lies to me. </think> Well met, stranger."
    async with person.say(content=f'Who are you? [[mock reply="{reply}"]]') as frames:
        told = await heard(frames, ends)
    assert text_of(told) == "Well met, stranger."
    [_, answer] = await shown(person, told[0].data["conversation_id"])
    assert (answer["text"], answer["reasoning"]) == ("Well met, stranger.", "She lies to me.")


async def test_marks_further_down_are_part_of_the_story(person: Person) -> None:
    reply = "She writes <think> on the wall </think> and leaves."
    async with person.say(content=f'What now? [[mock reply="{reply}"]]') as frames:
        told = await heard(frames, ends)
    assert text_of(told) == reply
