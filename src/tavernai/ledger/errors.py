"""What the ledger refuses."""

from tavernai.kernel.errors import Conflict, InvalidInput


class StreamMoved(Conflict):
    """Somebody wrote to this stream first; read it again and decide anew."""

    code = "stream_moved"


class KeyReused(InvalidInput):
    """This idempotency key was used for another request; take a fresh one."""

    code = "idempotency_key_reused"
