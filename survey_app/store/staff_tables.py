"""The tables of the adults: accounts, how they sign in, and who was invited."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.store.columns import Table


class Staff(Table):
    """An adult with an account; the password is kept only as a scrypt hash.

    ``totp_secret`` is sealed; ``totp_step`` is the last 30 s step whose code was used, so that no
    code works twice. ``wrong_codes`` counts those since the last right one. ``role_since`` is empty
    nowhere: SQLite adds no column that must be filled.
    """

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(24))
    active: Mapped[bool] = mapped_column(server_default=true())
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_step: Mapped[int | None]
    created_at: Mapped[datetime]
    wrong_codes: Mapped[int] = mapped_column(server_default=text("0"))
    codes_wait_until: Mapped[datetime | None]
    role_since: Mapped[datetime | None]


class RecoveryCodes(Table):
    """A code for a lost telephone, good once; only its SHA-256 is kept."""

    __tablename__ = "recovery_codes"
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None]


class Identities(Table):
    """Who the city's own sign-in calls by this subject has this account here."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("staff_id", "issuer"),)
    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    joined_at: Mapped[datetime]


class StaffSessions(Table):
    """A signed-in adult; only the SHA-256 of the token is kept."""

    __tablename__ = "staff_sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Invitations(Table):
    """A link that makes one account, once; only the SHA-256 of its token is kept."""

    __tablename__ = "invitations"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(24))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignIns(Table):
    """A try to sign in to an account, for its owner and the administrator to see."""

    __tablename__ = "sign_ins"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(45))
    tried_at: Mapped[datetime]


class HalfSignIns(Table):
    """A password was right and the code is awaited; only the SHA-256 of the token is kept."""

    __tablename__ = "half_sign_ins"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_ins.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
