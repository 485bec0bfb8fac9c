"""Signing in and out, the first owner, and where somebody is signed in."""

from dataclasses import dataclass
from typing import Any

from tavernai.accounts import events as e
from tavernai.accounts import store
from tavernai.accounts.domain import LABEL_MAX, Principal, User, checked_password, checked_username, username_key
from tavernai.accounts.errors import SetupCodeWrong, SetupDone, WrongCredentials, WrongPassword
from tavernai.accounts.gate import Gate
from tavernai.accounts.limits import SignInLimits
from tavernai.accounts.passwords import Passwords
from tavernai.accounts.service import add_user, living, paged, set_password, user_of
from tavernai.accounts.tables import credentials, sessions
from tavernai.accounts.tokens import new_session_token, same, token_hash
from tavernai.kernel.clock import Clock, now_ms
from tavernai.kernel.errors import NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

SETUP = "setup code"  # no user's name: it has a blank


@dataclass(frozen=True, slots=True)
class From:
    """Where a sign-in comes from."""

    address: str
    label: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person and the token their browser gets; it is stored nowhere."""

    user: User
    token: str


@dataclass(frozen=True, slots=True)
class Session:
    """One place where somebody is signed in."""

    id: str
    label: str
    created_at: int
    seen_at: int


class SignInService:
    """The door for people."""

    def __init__(
        self,
        storage: Storage,
        *,
        gate: Gate,
        passwords: Passwords,
        limits: SignInLimits,
        setup_code: str | None = None,
        clock: Clock = now_ms,
    ) -> None:
        """`setup_code`: what the first owner must know, None when only this machine's people reach the server."""
        self._storage = storage
        self._gate = gate
        self._passwords = passwords
        self._limits = limits
        self._clock = clock
        self.setup_code = setup_code

    async def needs_setup(self) -> bool:
        """Whether nobody has an account yet."""
        return not await self._storage.read(store.anybody)

    async def setup(self, username: str, password: str, *, code: str | None, place: From) -> SignedIn:
        """The first owner, signed in.

        Raises:
            SetupDone: there is somebody already.
            SetupCodeWrong, TooManySignIns: the code that was printed is asked for and is another.
            UsernameRefused, PasswordRefused: they break the rules.
        """
        if not await self.needs_setup():
            raise SetupDone
        self._check_code(code, place)
        name = checked_username(username)
        hashed = await self._passwords.hash(checked_password(password))
        token = new_session_token()
        user = await self._storage.commit(lambda tx: self._first(tx, name, hashed, token=token, place=place))
        return SignedIn(user, token)

    async def sign_in(self, username: str, password: str, *, place: From) -> SignedIn:
        """A session for who knows the password. Raises WrongCredentials, TooManySignIns, SignInsBusy."""
        key = username_key(username)
        self._limits.attempt(key, place.address)
        row = await self._storage.read(lambda conn: store.login(conn, key))
        hashed = row["password_hash"] if row is not None else None
        if not await self._passwords.fits(hashed, password) or row is None:
            await self._denied(row["id"] if row is not None else None, place.address)
            raise WrongCredentials
        self._limits.succeeded(key, place.address)
        fresh = await self._passwords.hash(password) if self._passwords.is_dated(row["password_hash"]) else None
        token = new_session_token()
        user = await self._storage.commit(
            lambda tx: self._enter(tx, row["id"], seen=row["password_hash"], fresh=fresh, token=token, place=place)
        )
        return SignedIn(user, token)

    async def sign_out(self, who: Principal) -> None:
        """End the session this request came with."""
        if who.session_id is not None:
            await self.end_session(who.user_id, who.session_id)

    async def change_password(self, who: Principal, *, current: str, new: str, address: str) -> None:
        """Another password; every other session ends. Raises WrongPassword, PasswordRefused, TooManySignIns."""
        checked_password(new)
        row = await self._storage.read(lambda conn: store.login_of(conn, who.user_id))
        if row is None:
            raise NotFound
        self._limits.attempt(row["username_key"], address)
        if not await self._passwords.fits(row["password_hash"], current):
            await self._denied(who.user_id, address)
            raise WrongPassword
        self._limits.succeeded(row["username_key"], address)
        hashed, by = await self._passwords.hash(new), By.user(who.user_id)
        await self._storage.commit(lambda tx: set_password(tx, who.user_id, hashed, by=by, keep=who.session_id))
        self._gate.forget(user_id=who.user_id)

    async def sessions(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Session]:
        """Where this person is signed in, the oldest first."""
        now = self._clock()
        return await self._storage.read(
            lambda conn: paged(cursor, limit, _session, _sessions_after(conn, user_id, now))
        )

    async def end_session(self, user_id: str, session_id: str) -> None:
        """Sign out there. Raises NotFound."""
        await self._storage.commit(lambda tx: _end(tx, user_id, session_id))
        self._gate.forget(thing_id=session_id)

    def _check_code(self, code: str | None, place: From) -> None:
        if self.setup_code is None:
            return
        self._limits.attempt(SETUP, place.address)
        if not same((code or "").strip().upper(), self.setup_code):
            raise SetupCodeWrong
        self._limits.succeeded(SETUP, place.address)

    def _first(self, tx: Transaction, name: str, hashed: str, *, token: str, place: From) -> User:
        if tx.rows(store.LIVING.limit(1)):
            raise SetupDone
        user = add_user(tx, name, role="owner", password_hash=hashed, by=None)
        self._open(tx, user.id, token=token, place=place)
        return user

    def _enter(self, tx: Transaction, user_id: str, *, seen: str, fresh: str | None, token: str, place: From) -> User:
        user, stored = living(tx, user_id), tx.get(credentials, user_id)
        if stored is None or stored["password_hash"] != seen:  # changed while this one was checked
            raise WrongCredentials
        if fresh is not None:
            tx.update(credentials, user_id, password_hash=fresh)
        tx.later(store.DROP_EXPIRED, {"before": tx.now})
        self._open(tx, user_id, token=token, place=place)
        return user_of(user)

    def _open(self, tx: Transaction, user_id: str, *, token: str, place: From) -> None:
        row = {
            "token_hash": token_hash(token), "id": new_id(), "user_id": user_id, "label": place.label[:LABEL_MAX],
            "created_at": tx.now, "seen_at": tx.now, "expires_at": tx.now + self._gate.session_ms,
        }  # fmt: skip
        tx.insert(sessions, row)

    async def _denied(self, user_id: str | None, address: str) -> None:
        attempts = self._limits.failed(address)
        if attempts:
            fact = e.AuthDenied(address=address, user_id=user_id, attempts=attempts)
            await self._storage.commit(lambda tx: tx.append(e.AUTH, [fact], by=By.system()))


def _end(tx: Transaction, user_id: str, session_id: str) -> None:
    row = tx.find(sessions, id=session_id)
    if row is None or row["user_id"] != user_id:
        raise NotFound
    tx.delete(sessions, row["token_hash"])


def _session(row: Row) -> Session:
    return Session(row["id"], row["label"], row["created_at"], row["seen_at"])


def _sessions_after(conn: Any, user_id: str, now: int) -> Any:
    return lambda after, limit: store.sessions_after(conn, user_id, after=after, limit=limit, now=now)
