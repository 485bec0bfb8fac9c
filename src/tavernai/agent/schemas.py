"""The shapes of messages, tasks, timelines and the account of a reply over HTTP."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

CONTENT_MAX = 1_000_000
NUDGE_MAX = 2_000


class SaidAs(BaseModel):
    """In whose part it is said; without a name, the one whose part that is in the conversation.

    `character_id`: in the part of a member of the conversation's group.
    """

    model_config = ConfigDict(extra="forbid")
    role: Literal["user", "character", "system"]
    name: str | None = Field(default=None, min_length=1, max_length=200)
    character_id: str | None = Field(default=None, max_length=64)


class PostMessage(BaseModel):
    """A message to answer, or (with `action`) an action on a message that stands there.

    `conversation_id`: goes on there. `character_id`: opens a new conversation. Neither: the shipped assistant answers.
    `nudge` is an instruction for this one reply; `as` says the content in another part; with `reply` false it is only
    recorded. In a group `member` says which character speaks; without it the group's rules do. The action `speak` lets
    somebody go on without a message of yours.
    """

    model_config = ConfigDict(extra="forbid")
    content: str | None = Field(default=None, max_length=CONTENT_MAX)
    action: Literal["regenerate", "continue", "swipe", "impersonate", "speak"] | None = None
    conversation_id: str | None = Field(default=None, max_length=64)
    character_id: str | None = Field(default=None, max_length=64)
    message_id: str | None = Field(default=None, max_length=64)
    member: str | None = Field(default=None, max_length=64)
    connection: str | None = Field(default=None, max_length=200)
    nudge: str | None = Field(default=None, max_length=NUDGE_MAX)
    as_: SaidAs | None = Field(default=None, alias="as")
    reply: bool = True
    idempotency_key: str | None = Field(default=None, min_length=1, max_length=200)

    @model_validator(mode="after")
    def _one_thing(self) -> "PostMessage":
        if (self.content is None) == (self.action is None):
            raise ValueError("send either content or action")
        if self.action is not None and (self.as_ is not None or not self.reply):
            raise ValueError("`as` and `reply` go with content")
        if self.member is not None and (not self.reply or self.action not in (None, "speak")):
            raise ValueError("a member is for who speaks next")
        if self.nudge is not None and not self.reply:
            raise ValueError("a nudge is for a reply")
        if self.conversation_id is not None and self.character_id is not None:
            raise ValueError("send either conversation_id or character_id")
        return self


class PostedMessage(BaseModel):
    """The task that was queued, and where to listen to it; no task and no reply where none was wanted."""

    task_id: str | None
    message_id: str | None
    reply_message_id: str | None
    conversation_id: str
    position: int
    stream_url: str


class TaskError(BaseModel):
    code: str
    detail: str
    retryable: bool = True


class TaskItem(BaseModel):
    """A task and where it is."""

    id: str
    kind: str
    status: Literal["queued", "running", "pending_approval", "completed", "failed", "cancelled"]
    conversation_id: str
    message_id: str | None
    reply_message_id: str | None
    variant_id: str | None
    error: TaskError | None
    attempts: int
    created_at: str
    started_at: str | None
    ended_at: str | None


class TimelineItem(BaseModel):
    """A fact as the ledger holds it."""

    position: int
    seq: int
    id: str
    kind: str
    ts: str
    actor: str
    origin: str
    cause: str | None
    task_id: str | None
    payload: dict[str, Any]


class TimelinePage(BaseModel):
    """Facts ordered by position; `next_cursor` is the position to ask after."""

    items: list[TimelineItem]
    next_cursor: str | None


class RouteTaken(BaseModel):
    connection: str
    model: str
    reason: str


class PlanPart(BaseModel):
    """What one source gave to the prompt."""

    id: str
    source: str
    title: str
    role: str
    tokens: int
    text: str
    messages: list[str]


class PlanCut(BaseModel):
    """What was left out of the prompt, and why."""

    source: str
    title: str
    tokens: int
    why: str
    count: int


class LoreHit(BaseModel):
    """An entry that was woken, and the key that woke it."""

    model_config = ConfigDict(extra="allow")
    id: str
    title: str


class GivenUpKey(BaseModel):
    """A key that was not searched to the end: it cannot be run here, it took too long, or no time was left for it."""

    key: str
    why: Literal["untranslatable", "too_slow", "not_tried"]


class LoreAccount(BaseModel):
    """What the lorebooks gave to a prompt, and what they had to leave out.

    `given_up` holds the first of `given_up_count` keys; `cut_short`: the scan's time was used up.
    """

    hits: list[LoreHit]
    dropped: list[LoreHit]
    given_up: list[GivenUpKey]
    given_up_count: int
    cut_short: bool


class ScriptUsed(BaseModel):
    """A find-and-replace script of a prompt: how many texts it changed, or why it did nothing (invalid,
    untranslatable, too_slow)."""

    id: str
    name: str
    texts: int | None = None
    why: str | None = None


class ScriptsAccount(BaseModel):
    """Scripts that changed what was sent, and those that could not run."""

    ran: list[ScriptUsed]
    failed: list[ScriptUsed]


class PlanAccount(BaseModel):
    """The prompt of a reply: its size, its parts, what was cut, and the exact messages that were sent.

    `tokenizer`: what tokens were counted by; they were only estimated where `counted` is false.
    """

    prompt_hash: str
    verified: bool
    context_tokens: int
    budget_tokens: int
    prompt_tokens: int
    reply_tokens: int
    tokenizer: str
    counted: bool
    parts: list[PlanPart]
    cut: list[PlanCut]
    lore: LoreAccount
    scripts: ScriptsAccount
    messages: list[dict[str, Any]]


class TunedValue(BaseModel):
    """A value that took effect and where it came from: a scope (`user:<id>`, `char:<id>`, `conv:<id>`, `global`), the
    `connection`, or the `length` that was asked for."""

    path: str
    value: Any
    source: str


class ConfigAccount(BaseModel):
    """What was tuned for a reply: the newest revision of each scope it was made with, what took effect, and the
    samplers that its kind of server does not know."""

    revisions: dict[str, int]
    used: list[TunedValue]
    ignored: list[str]


class CompletionAccount(BaseModel):
    finish: str | None
    usage: dict[str, Any] | None
    first_token_ms: int | None
    total_ms: int | None
    connection: str | None
    fallbacks: list[dict[str, str]] | None
    cost: dict[str, str] | None


class WhyAnswer(BaseModel):
    """Why a reply says what it says: its task, its prompt, the model asked, and every fact on the way."""

    message_id: str
    task: TaskItem | None
    route: RouteTaken | None
    plan: PlanAccount | None
    config: ConfigAccount | None
    completion: CompletionAccount | None
    events: list[TimelineItem]


class PromptSent(BaseModel):
    """The prompt of a reply as it was sent, put together from the ledger's parts.

    Either `messages` or `prompt` is there: a list for a chat, one text for a server that completes text. `hash_ok`
    says whether what is shown is, to the byte, what was hashed when it was sent.
    """

    message_id: str
    messages: list[dict[str, Any]] | None
    prompt: str | None
    stop: list[str]
    parts: list[PlanPart]
    lore: LoreAccount
    scripts: ScriptsAccount
    cut: list[PlanCut]
    context_tokens: int
    budget_tokens: int
    prompt_tokens: int
    reply_tokens: int
    tokenizer: str
    counted: bool
    hash: str
    hash_ok: bool
    generated_at: str
    connection: str | None
    model: str | None


class Paid(BaseModel):
    """An amount as a decimal text."""

    amount: str
    currency: str


class ConversationUsage(BaseModel):
    """What a conversation's replies took. Replies whose provider did not count are not in it."""

    replies: int
    prompt_tokens: int
    completion_tokens: int
    costs: list[Paid]
