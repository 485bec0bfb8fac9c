"""How the process starts: one frozen table, read once. Rooms receive values; nobody else reads the environment.

Each field is a row: its environment variable, default, unit and one sentence. What people tune while it runs is config,
not settings.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

from tavernai.kernel.errors import TavernError


class SettingRefused(TavernError):
    """A setting has a value that cannot be used."""

    code = "setting_refused"
    status = 500


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table, for docs/reference/settings.md and `--help`."""

    name: str
    env: str
    default: Any
    unit: str
    sentence: str


def _about(env: str, sentence: str, unit: str = "") -> dict[str, str]:
    return {"env": env, "sentence": sentence, "unit": unit}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What this process was started with."""

    data_dir: Path = field(
        default=Path("data"),
        metadata=_about("TAVERNAI_DATA_DIR", "Folder of the database, blobs, key file and the running server's notes."),
    )
    host: str = field(
        default="127.0.0.1",
        metadata=_about(
            "TAVERNAI_HOST", "Address to listen on; beyond loopback the first sign-up needs a printed code."
        ),
    )
    port: int = field(default=8000, metadata=_about("TAVERNAI_PORT", "Port to listen on; 0 takes a free one."))
    role: str = field(
        default="all",
        metadata=_about(
            "TAVERNAI_ROLE",
            "What this process does: all. The roles edge and worker, of several processes, are refused as yet.",
        ),
    )
    allowed_hosts: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "TAVERNAI_ALLOWED_HOSTS",
            "Host names people reach this server by, comma-separated; `*.example.org` covers its subdomains.",
        ),
    )
    allowed_origins: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "TAVERNAI_ALLOWED_ORIGINS",
            "Other web origins whose pages may call this server, comma-separated, like https://app.example.org.",
        ),
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "TAVERNAI_TRUSTED_PROXIES",
            "Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, comma-separated.",
        ),
    )
    tls_cert: Path | None = field(
        default=None,
        metadata=_about("TAVERNAI_TLS_CERT", "Certificate chain in PEM; with a key the server speaks HTTPS."),
    )
    tls_key: Path | None = field(
        default=None, metadata=_about("TAVERNAI_TLS_KEY", "Private key of the certificate in PEM.")
    )
    database_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about(
            "DATABASE_URL", "PostgreSQL instead of the SQLite file, like postgresql://user:pass@host/name."
        ),
    )
    redis_url: str | None = field(
        default=None,
        repr=False,
        metadata=_about("REDIS_URL", "Taken, and used by nothing yet: one process serves a database."),
    )
    core_base_url: str | None = field(
        default=None,
        metadata=_about("CORE_BASE_URL", "A model gateway elsewhere; without it Core runs in this process."),
    )
    core_api_key_file: Path | None = field(
        default=None,
        metadata=_about("CORE_API_KEY_FILE", "File that holds the key the gateway at CORE_BASE_URL asks for."),
    )
    secret_key_file: Path | None = field(
        default=None,
        metadata=_about(
            "TAVERNAI_SECRET_KEY_FILE", "Key that seals stored secrets; by default secret.key in the data folder."
        ),
    )
    log_format: str = field(
        default="text", metadata=_about("TAVERNAI_LOG_FORMAT", "Log lines as text for people or json for machines.")
    )
    log_level: str = field(
        default="info", metadata=_about("TAVERNAI_LOG_LEVEL", "Least important line that is logged: debug to error.")
    )
    session_days: int = field(
        default=30,
        metadata=_about("TAVERNAI_SESSION_DAYS", "A browser stays signed in this long after its last visit.", "days"),
    )
    sign_in_attempts_max: int = field(
        default=10,
        metadata=_about(
            "TAVERNAI_SIGN_IN_ATTEMPTS_MAX", "Failed sign-ins per name and address in 15 minutes.", "attempts"
        ),
    )
    address_attempts_max: int = field(
        default=50,
        metadata=_about("TAVERNAI_ADDRESS_ATTEMPTS_MAX", "Failed sign-ins per address in 15 minutes.", "attempts"),
    )
    connect_seconds: float = field(
        default=5.0,
        metadata=_about("TAVERNAI_CONNECT_SECONDS", "Wait for a connection to a model's server.", "seconds"),
    )
    first_token_seconds: float = field(
        default=60.0, metadata=_about("TAVERNAI_FIRST_TOKEN_SECONDS", "Wait for the first token of a reply.", "seconds")
    )
    between_tokens_seconds: float = field(
        default=30.0,
        metadata=_about("TAVERNAI_BETWEEN_TOKENS_SECONDS", "Wait between two tokens of a reply.", "seconds"),
    )
    heartbeat_seconds: float = field(
        default=15.0,
        metadata=_about("TAVERNAI_HEARTBEAT_SECONDS", "A quiet stream sends a heartbeat this often.", "seconds"),
    )
    stop_seconds: float = field(
        default=10.0,
        metadata=_about("TAVERNAI_STOP_SECONDS", "Longest wait for open requests when stopping.", "seconds"),
    )
    body_bytes_max: int = field(
        default=4 * 2**20, metadata=_about("TAVERNAI_BODY_BYTES_MAX", "Largest body of an ordinary request.", "bytes")
    )
    upload_bytes_max: int = field(
        default=512 * 2**20,
        metadata=_about("TAVERNAI_UPLOAD_BYTES_MAX", "Largest body of an upload, all files together.", "bytes"),
    )

    backup_dir: Path | None = field(
        default=None,
        metadata=_about("TAVERNAI_BACKUP_DIR", "Folder of the backups; by default backups in the data folder."),
    )
    backup_hour: int = field(
        default=4,
        metadata=_about(
            "TAVERNAI_BACKUP_HOUR",
            "Hour of the server's day at which the daily backup is made until an owner says otherwise; -1: none.",
            "hour",
        ),
    )
    backup_keep_daily: int = field(
        default=7,
        metadata=_about(
            "TAVERNAI_BACKUP_KEEP_DAILY", "Daily backups that are kept until an owner says otherwise.", "backups"
        ),
    )
    backup_keep_weekly: int = field(
        default=4,
        metadata=_about(
            "TAVERNAI_BACKUP_KEEP_WEEKLY",
            "Weeks whose newest daily backup is kept until an owner says otherwise.",
            "weeks",
        ),
    )

    ROLES: ClassVar[tuple[str, ...]] = ("all", "edge", "worker")
    FORMATS: ClassVar[tuple[str, ...]] = ("text", "json")
    LEVELS: ClassVar[tuple[str, ...]] = ("debug", "info", "warning", "error")

    @property
    def is_embedded(self) -> bool:
        """One process with a SQLite file, as opposed to PostgreSQL and many processes."""
        return self.database_url is None

    @property
    def is_reachable(self) -> bool:
        """Whether others than this machine's people can be expected to reach the server."""
        return not is_loopback(self.host) or bool(self.trusted_proxies or self.allowed_hosts)

    @property
    def key_file(self) -> Path:
        """Where the key that seals secrets lies."""
        return self.secret_key_file or self.data_dir / "secret.key"

    @property
    def backups_dir(self) -> Path:
        """Where backups lie."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def logs_dir(self) -> Path:
        """The newest log lines, without what people wrote."""
        return self.data_dir / "logs"

    @property
    def run_dir(self) -> Path:
        """Lock and control notes of the running server."""
        return self.data_dir / "run"


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(
        name=one.name,
        env=one.metadata["env"],
        default=one.default,
        unit=one.metadata["unit"],
        sentence=one.metadata["sentence"],
    )
    for one in fields(Settings)
    if one.default is not MISSING
)


def is_loopback(host: str) -> bool:
    """Whether an address or host name means this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in text.split(",")) if part)


# How the text of an environment variable becomes a value of the field's type.
_PARSERS: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    Path: lambda text: Path(text).expanduser(),
    tuple[str, ...]: _split,
    str | None: str,
    Path | None: lambda text: Path(text).expanduser(),
}


def _origin_fits(origin: str) -> bool:
    scheme, mark, rest = origin.partition("://")
    return bool(mark and rest) and scheme in ("http", "https") and "/" not in rest and "*" not in rest


# What a value must be, and what to say when it is not.
_RULES: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("port", lambda value: 0 <= value <= 65535, "must be a port from 0 to 65535"),
    ("role", lambda value: value in Settings.ROLES, "must be all, edge or worker"),
    ("log_format", lambda value: value in Settings.FORMATS, "must be text or json"),
    ("log_level", lambda value: value in Settings.LEVELS, "must be debug, info, warning or error"),
    ("allowed_origins", lambda value: all(map(_origin_fits, value)), "must list origins like https://app.example.org"),
    ("allowed_hosts", lambda value: "*" not in value, "must name hosts; * alone would switch the check off"),
    ("session_days", lambda value: 1 <= value <= 400, "must be from 1 to 400 days"),
    ("sign_in_attempts_max", lambda value: value >= 1, "must be at least 1"),
    ("address_attempts_max", lambda value: value >= 1, "must be at least 1"),
    ("connect_seconds", lambda value: 0 < value <= 3600, "must be above 0 and at most 3600"),
    ("first_token_seconds", lambda value: 0 < value <= 3600, "must be above 0 and at most 3600"),
    ("between_tokens_seconds", lambda value: 0 < value <= 3600, "must be above 0 and at most 3600"),
    ("heartbeat_seconds", lambda value: 0 < value <= 15, "must be above 0 and at most 15"),
    ("stop_seconds", lambda value: 0 <= value <= 600, "must be from 0 to 600"),
    ("body_bytes_max", lambda value: value >= 65536, "must be at least 65536"),
    ("backup_hour", lambda value: -1 <= value <= 23, "must be from 0 to 23, or -1 for none"),
    ("backup_keep_daily", lambda value: 1 <= value <= 365, "must be from 1 to 365"),
    ("backup_keep_weekly", lambda value: 0 <= value <= 520, "must be from 0 to 520"),
    ("upload_bytes_max", lambda value: value >= 65536, "must be at least 65536"),
)


def read(environ: Mapping[str, str], **given: Any) -> Settings:
    """The settings of this environment; `given` (from the command line, None = not said) beats it.

    Raises:
        SettingRefused: a value cannot be used; the sentence names the variable.
    """
    values = {name: value for name, value in given.items() if value is not None}
    kinds = get_type_hints(Settings)
    for row in SETTINGS:
        text = environ.get(row.env, "").strip()
        if row.name not in values and text:
            values[row.name] = _parse(row, kinds[row.name], text)
    settings = Settings(**values)
    _check(settings)
    return settings


def _parse(row: Setting, kind: Any, text: str) -> Any:
    try:
        return _PARSERS[kind](text)
    except ValueError:
        raise SettingRefused(f"{row.env} must be a number.", setting=row.env) from None


def _check(settings: Settings) -> None:
    env = {row.name: row.env for row in SETTINGS}
    for name, fits, sentence in _RULES:
        if not fits(getattr(settings, name)):
            raise SettingRefused(f"{env[name]} {sentence}.", setting=env[name])
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise SettingRefused("TAVERNAI_TLS_CERT and TAVERNAI_TLS_KEY go together.", setting=env["tls_cert"])
    if settings.role != "all":
        raise SettingRefused(
            "TAVERNAI_ROLE must be all: several processes of one database would not hear each other's replies yet.",
            setting=env["role"],
        )
