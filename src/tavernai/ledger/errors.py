"""What the ledger refuses."""

from tavernai.kernel.errors import Conflict, InvalidInput


class StreamMoved(Conflict):
    """Somebody wrote to this stream first; read it again and decide anew."""

    code = "stream_moved"


class KeyReused(InvalidInput):
    """This idempotency key was used for another request; take a fresh one."""

    code = "idempotency_key_reused"


class LedgerBroken(Conflict):
    """The ledger's chain does not hold; the facts say where. Restore the newest backup that verifies."""

    code = "ledger_broken"
