"""What the demo says, in two languages. Data only; `{name}` is the character, `{echo}` a few of the person's own words.

Lists have different lengths on purpose: one step further in each gives new combinations for a long time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """One language's lines."""

    kinds: tuple[tuple[str, str], ...]
    beats: tuple[str, ...]
    replies: dict[str, tuple[str, ...]]
    spoken: tuple[str, ...]
    told: tuple[str, ...]
    bare: tuple[str, ...]
    hooks: tuple[str, ...]
    notes: tuple[str, ...]
    echo: str
    nobody: str


ENGLISH = Lines(
    kinds=(
        ("farewell", r"(?i)\b(bye|goodbye|good night|farewell|see you|gotta go)\b"),
        ("thanks", r"(?i)\b(thanks?|thank you|cheers|much obliged)\b"),
        ("who", r"(?i)\b(who|what) (are|r) (you|u)\b|\byour name\b|\bare you (real|an? (ai|bot|human))\b"),
        ("greeting", r"(?i)^\W*(hi|hiya|hello|hey|howdy|greetings|good (morning|evening|afternoon|day))\b"),
        ("deed", r"^\s*\*"),
        ("question", r"\?\s*[\"”*]?\s*$"),
        ("exclaim", r"!\s*[\"”*]?\s*$"),
    ),
    beats=(
        "*{name} looks up, and something like a smile gets there before the words do.*",
        "*{name} tilts their head, weighing that.*",
        "*{name} takes a moment, as one does with a line worth answering.*",
        "*{name} leans a little closer.*",
        "*A pause. {name} turns the thought over like a coin.*",
        "*{name} raises an eyebrow, amused.*",
        "*{name} glances at the door, then back at you.*",
    ),
    replies={
        "farewell": (
            '"So soon? The chair will remember you, and so will the ledger."',
            '"Go well. I shall be here, mid-sentence, when you come back."',
            '"Until next time, then. I never leave; it is one of my better qualities."',
        ),
        "thanks": (
            '"Keep your thanks, or spend them on a second round. I would not stop you."',
            '"You are welcome. It cost me nothing but a little mystery."',
            '"Think nothing of it. I often think nothing; I am rather good at it."',
        ),
        "who": (
            '"Who am I? Let me read it to you, I know this part by heart."',
            '"A better question than most. The page says this about me:"',
            '"I am what somebody wrote down, and I try to do them credit."',
        ),
        "greeting": (
            '"Well met. You look like someone with a story."',
            '"There you are. I was beginning to talk to the furniture."',
            '"Come in, come in. The evening was missing somebody."',
        ),
        "deed": (
            '"I saw that. I pretend to miss things; it makes people interesting."',
            '"Careful. Around here a gesture like that has been known to start a story."',
            '"Hm. You do, and I watch: we will get along."',
        ),
        "question": (
            '"You ask that as if I had the answer in my pocket. Let me see what is in there."',
            '"A fair question. Here is what I know by heart:"',
            '"Ask me three times and I might tell you. Since it is you, this much for free:"',
        ),
        "exclaim": (
            '"Ha! Say it louder, I think the cellar did not hear you."',
            '"Such fire. Sit, before you singe the curtains."',
            '"Now that is how one enters a scene."',
        ),
        "other": (
            '"Go on. I am all ears, and a little bit of ink."',
            '"I will remember that you said so. Remembering is what this house does best."',
            '"That is how the good ones begin, you know: quietly, with somebody saying just that."',
            '"Hm. There is more behind that, or I am no judge of pauses."',
        ),
    },
    spoken=(
        "{line}",
        "{line}\n\n*It sounds like something {name} has said before, and meant.*",
        "*The voice drops half a tone.* {line}",
    ),
    told=(
        "*{line}*",
        "*As they say: {line}*",
        "*And it shows: {line}*",
        "*{line} One notices such things.*",
    ),
    bare=(
        "*A fresh page, a dry pen. Swipe this message and you will see the other ways to put it.*",
        "*Somewhere a ledger turns a page: what you write here stays written, and every change can be undone.*",
        "*An empty stage is still a stage. Pick a character and it will have a face.*",
    ),
    hooks=(
        '"But tell me: what brings you here, tonight of all nights?"',
        '"And you? What would you have happen next?"',
        '"Your move. I have all the time in the world, quite literally."',
        '"So. Do we talk, or do we do something foolish?"',
        '"What is the part you are not telling me?"',
    ),
    notes=(
        (
            '"One honest word before we go on: this is a demo, there is no model behind my eyes yet, and I can only '
            'borrow lines from my own page. Connect a model under **Connections**, and I will truly answer you."'
        ),
        (
            '*{name} lowers their voice.* "Between us: you are talking to the demo. No model is connected, so I speak '
            'in lines somebody wrote for me. Open **Connections**, give me a model, and I wake up."'
        ),
        (
            '"I had better confess: this is only the demo, with no model at work, and I read from my own card as '
            'charmingly as I can. The real me begins under **Connections**, where a model can be connected."'
        ),
    ),
    echo='*"{echo}"* *The words hang in the air for a moment.*',
    nobody="The demo",
)

CHINESE = Lines(
    kinds=(
        ("farewell", r"再见|拜拜|晚安|告辞|我走了|先走|下次见"),
        ("thanks", r"谢谢|多谢|感谢|谢了"),
        ("who", r"你是谁|你叫什么|你的名字|你是(真人|机器人|人类|AI)"),
        ("greeting", r"^\W*(你好|您好|嗨|哈喽|早上好|早安|晚上好|下午好|喂)"),
        ("deed", r"^\s*[*（(]"),
        ("question", r"[?？吗呢]\s*[”」』*]?\s*$"),
        ("exclaim", r"[!！]\s*[”」』*]?\s*$"),
    ),
    beats=(
        "*{name}抬起头，笑意比话先到了一步。*",
        "*{name}歪了歪头，像是在掂量这句话的分量。*",
        "*{name}沉吟片刻，好话总要等一等。*",
        "*{name}朝你这边靠近了一点。*",
        "*一阵安静。{name}把这个念头像铜钱一样翻了个面。*",
        "*{name}挑了挑眉，似乎觉得有趣。*",
        "*{name}看了一眼门口，又把目光收回到你身上。*",
    ),
    replies={
        "farewell": (
            "“这就走了？椅子会记得你，账本也会。”",
            "“慢走。等你回来，我还停在这半句话上。”",
            "“那就下次见。我从不离开，这算是我的一个优点。”",
        ),
        "thanks": (
            "“谢就免了，或者折成一壶酒，我不拦着。”",
            "“不客气，不过是用掉了我一点点神秘感。”",
            "“小事一桩，别放在心上。”",
        ),
        "who": (
            "“我是谁？这一段我背得最熟，念给你听。”",
            "“问得好。纸上是这么写我的：”",
            "“我是别人写下来的人，尽量不给执笔的人丢脸。”",
        ),
        "greeting": (
            "“幸会。看你的样子，是个有故事的人。”",
            "“你可算来了，我都快要跟桌椅聊起来了。”",
            "“请进请进，这个夜晚正好缺一个人。”",
        ),
        "deed": (
            "“我看见了。有时我装作没看见，那样大家才有趣。”",
            "“当心，在这里，这样的举动往往就是一个故事的开头。”",
            "“嗯，你做，我看，我们会合得来的。”",
        ),
        "question": (
            "“你问得好像答案就在我口袋里似的。让我摸摸看。”",
            "“问得在理。我记得的是这些：”",
            "“换个人问，我是不说的。既然是你，先白送你一句：”",
        ),
        "exclaim": (
            "“哈！再大声些，地窖里恐怕还没听见。”",
            "“好大的火气，先坐下，别把窗帘点着了。”",
            "“这才叫登场。”",
        ),
        "other": (
            "“接着说，我洗耳恭听。”",
            "“你这句话我记下了。记事，正是这间屋子最拿手的。”",
            "“好故事都是这样开头的：有人轻轻说了这么一句。”",
            "“嗯……这话后面还有话，不然就是我不懂停顿。”",
        ),
    },
    spoken=("{line}", "{line}\n\n*这话{name}像是从前也说过，而且是认真的。*", "*声音低了半度。*{line}"),
    told=("*{line}*", "*旁人都这么说：{line}*", "*一眼便看得出来：{line}*", "*{line}这样的事，总会被人留意到。*"),
    bare=(
        "*一页新纸，一支干笔。左右滑动这条消息，还能看到别的说法。*",
        "*不知哪里的账本翻过一页：你在这里写下的都会留住，每一次改动也都能撤回。*",
        "*空着的舞台也是舞台。挑一个角色，它就有了面孔。*",
    ),
    hooks=(
        "“不过，说说看：今夜是什么风把你吹来的？”",
        "“那你呢？接下来，你希望发生什么？”",
        "“该你了。我有的是时间，真的，有的是。”",
        "“那么，我们是聊聊，还是去做点傻事？”",
        "“你没有告诉我的，是哪一段？”",
    ),
    notes=(
        (
            "“先说句实话：这是演示，我的眼睛后面还没有模型，只能借用自己那页纸上的句子。"
            "到**连接**里接上一个模型，我就能真正回答你了。”"
        ),
        (
            "*{name}压低了声音。*“只告诉你一个人：你现在是在跟演示说话。还没有连接任何模型，我说的都是别人替我写好的句子。"
            "打开**连接**，给我一个模型，我就醒了。”"
        ),
        "“还是坦白吧：这只是演示，背后没有模型，我不过是尽量好听地念自己的卡片。真正的我，要从**连接**里接上模型开始。”",
    ),
    echo="*“{echo}”* *这句话在空气里停了一会儿。*",
    nobody="演示",
)
