"""The tables of the database, typed: what is kept, for how long it is tied to what."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.store.columns import Table as Table
from survey_app.store.staff_tables import HalfSignIns as HalfSignIns
from survey_app.store.staff_tables import Identities as Identities
from survey_app.store.staff_tables import Invitations as Invitations
from survey_app.store.staff_tables import RecoveryCodes as RecoveryCodes
from survey_app.store.staff_tables import SignIns as SignIns
from survey_app.store.staff_tables import Staff as Staff
from survey_app.store.staff_tables import StaffSessions as StaffSessions


class Rounds(Table):
    """A campaign of one year; ``demo`` rounds are synthetic and can be removed whole."""

    __tablename__ = "rounds"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    year: Mapped[int]
    demo: Mapped[bool]
    created_at: Mapped[datetime]


class Questionnaires(Table):
    """A published questionnaire: immutable, with its pictures and recordings inside."""

    __tablename__ = "questionnaires"
    __table_args__ = (UniqueConstraint("key", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]


class Gatherings(Table):
    """One class or forum sitting; children come in with its code."""

    __tablename__ = "gatherings"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaires.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    age_band: Mapped[str] = mapped_column(String(8))
    venue_kind: Mapped[str] = mapped_column(String(12))
    venue: Mapped[str] = mapped_column(String(200))
    kelurahan_code: Mapped[str | None] = mapped_column(String(20))
    expected_children: Mapped[int]
    guardian_consent: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12))
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(index=True)  # an account; they are never deleted


class Responses(Table):
    """One child's set of answers: no name, no address of the device, nothing that tells who.

    ``content`` is kept only while unfinished, for going on at another tablet, and without the
    return words. ``screened`` is the ``content_hash`` that was looked through for disclosures.
    Both are keyed (see `ledger.content_mark`), ``content`` is sealed.
    A row with ``withdrawn_at`` is a gravestone: it holds nothing, and makes a late
    copy of the same response stay out.
    """

    __tablename__ = "responses"
    __table_args__ = (
        UniqueConstraint("gathering_id", "return_words_hash"),
        # What nobody looked through yet for disclosures: nearly always nothing.
        Index(
            "ix_responses_unscreened",
            "heard_at",
            sqlite_where=text("screened != content_hash"),
            postgresql_where=text("screened != content_hash"),
        ),
        CheckConstraint(
            "withdrawn_at IS NULL OR (content = '' AND return_words_hash IS NULL)",
            name="withdrawn_is_empty",
        ),
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    gathering_id: Mapped[int] = mapped_column(ForeignKey("gatherings.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    finished: Mapped[bool]
    assent: Mapped[bool]
    complete: Mapped[bool]
    language: Mapped[str] = mapped_column(String(8))
    mode: Mapped[str] = mapped_column(String(8))
    talk_to_adult: Mapped[bool]
    facilitator_may_know: Mapped[bool] = mapped_column(server_default=false())
    needs_help: Mapped[bool]
    return_words_hash: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    first_heard_at: Mapped[datetime]
    heard_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    screened: Mapped[str] = mapped_column(String(64), server_default=text("''"))


class Answers(Table):
    """One answer; ``value`` is JSON text, sealed (see `sealing`)."""

    __tablename__ = "answers"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  one tree to write, not two
    response_id: Mapped[str] = mapped_column(
        ForeignKey("responses.id", ondelete="CASCADE"), primary_key=True
    )
    question_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    skipped: Mapped[bool]


class Quarantine(Table):
    """What did not fit, with the reason: never dropped, never shown as an answer.

    ``content`` is JSON text in ASCII, sealed, so that characters a database refuses survive.
    ``screened`` says whether it was looked through for disclosures.
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("response_id", "content_hash", "reason"),
        # What nobody looked through yet: nearly always nothing.
        Index(
            "ix_quarantine_unscreened",
            "id",
            sqlite_where=text("screened = 0"),
            postgresql_where=text("NOT screened"),
        ),
        Index("ix_quarantine_response_id", "response_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36))
    gathering_id: Mapped[int | None] = mapped_column(ForeignKey("gatherings.id"), index=True)
    gathering_code: Mapped[str] = mapped_column(String(20))
    content_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(24))
    content: Mapped[str] = mapped_column(Text)
    talk_to_adult: Mapped[bool]
    facilitator_may_know: Mapped[bool] = mapped_column(server_default=false())
    received_at: Mapped[datetime]
    screened: Mapped[bool] = mapped_column(server_default=false())


class Comments(Table):
    """One free-text answer as the analysis saw it: masked, and never one with an urgent alert.

    ``id`` is given by whoever saves a run, so that everything hanging on it is written at once.
    """

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("response_id", "question_key"),
        Index("ix_comments_round_id_gathering_id", "round_id", "gathering_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response_id: Mapped[str] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(String(40))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    gathering_id: Mapped[int] = mapped_column(ForeignKey("gatherings.id"))
    masked: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    outcome: Mapped[str] = mapped_column(String(12))


class CommentClusters(Table):
    """A rights cluster a comment speaks about, with probability and the words that decided."""

    __tablename__ = "comment_clusters"
    __table_args__ = (Index("ix_comment_clusters_cluster", "cluster", "comment_id"),)
    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True
    )
    cluster: Mapped[str] = mapped_column(String(40), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(40), primary_key=True)  # "" for none
    probability: Mapped[float]
    words: Mapped[str] = mapped_column(Text)


class Themes(Table):
    """A theme of a round; ``key`` is the analysis' own lasting id."""

    __tablename__ = "themes"
    __table_args__ = (UniqueConstraint("round_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    key: Mapped[str] = mapped_column(String(80))
    cluster: Mapped[str | None] = mapped_column(String(40))
    indicator: Mapped[str | None] = mapped_column(String(40))
    phrase: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)


class ThemeComments(Table):
    """The evidence of a theme; ``quote`` is an exact masked piece of the comment."""

    __tablename__ = "theme_comments"
    __table_args__ = (Index("ix_theme_comments_comment_id", "comment_id"),)
    theme_id: Mapped[int] = mapped_column(
        ForeignKey("themes.id", ondelete="CASCADE"), primary_key=True
    )
    comment_id: Mapped[int] = mapped_column(
        ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True
    )
    quote: Mapped[str | None] = mapped_column(Text)
    quote_order: Mapped[int | None]


class StandingThemes(Table):
    """What outlives a run of one theme: its lasting key, where it lies, and what people said of it.

    Nothing here was written by a child. ``room`` is the indicator or cluster it was found in;
    ``size`` and ``size_before`` are its comments after the last run and after the one before.
    ``shown_in``, ``name`` and ``retired`` are what all `ThemeEvents` together amount to.
    """

    __tablename__ = "standing_themes"
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    room: Mapped[str] = mapped_column(String(40))
    size_before: Mapped[int]
    size: Mapped[int]
    shown_in: Mapped[str] = mapped_column(String(80))
    name: Mapped[str | None] = mapped_column(String(80))
    retired: Mapped[bool]


class ThemeEvents(Table):
    """One change of a theme by an adult; one taken back stays, with who took it back."""

    __tablename__ = "theme_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    change: Mapped[str] = mapped_column(String(12))
    theme: Mapped[str] = mapped_column(String(80))
    into: Mapped[str | None] = mapped_column(String(80))
    name: Mapped[str | None] = mapped_column(String(80))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    taken_back_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    taken_back_at: Mapped[datetime | None]


class Alerts(Table):
    """What a safeguarding officer has to look at: words that may disclose harm, a wish to talk.

    ``question_key`` is empty for a wish to talk, "*" for everything of a response that lies in
    quarantine. ``response_id`` is no foreign key: a response may lie there whole. Round and
    gathering are empty where its code is not known here, as after the restore of an old backup.
    ``reason`` is sealed: it quotes words. ``announced`` says whether an e-mail told of it.
    ``state`` is what all `AlertSteps` together amount to; ``released`` says whether the comment
    may go into themes (None: nobody decided), ``judged`` the level an officer gave it.
    """

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("response_id", "question_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36))
    question_key: Mapped[str] = mapped_column(String(40))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"), index=True)
    gathering_id: Mapped[int | None] = mapped_column(ForeignKey("gatherings.id"), index=True)
    level: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
    detector: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12), server_default="waiting")
    released: Mapped[bool | None]
    judged: Mapped[str | None] = mapped_column(String(12))
    announced: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime]


class AlertSteps(Table):
    """What an officer did about an alert, and when; ``note`` is sealed."""

    __tablename__ = "alert_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), index=True)
    step: Mapped[str] = mapped_column(String(16))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    referred_to: Mapped[str | None] = mapped_column(String(40))
    referred_on: Mapped[str | None] = mapped_column(String(10))  # a day, ISO 8601
    note: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime]


class SampledComments(Table):
    """A comment without alert, drawn by chance to be read: how much does the screening miss?"""

    __tablename__ = "sampled_comments"
    __table_args__ = (UniqueConstraint("response_id", "question_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[str] = mapped_column(ForeignKey("responses.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(String(40))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    drawn_from: Mapped[int]  # unflagged comments of that week
    drawn_at: Mapped[datetime]
    judged: Mapped[str | None] = mapped_column(String(12))
    read_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    read_at: Mapped[datetime | None]


class AnalysisRuns(Table):
    """One reading of a round's words by the analysis, with its progress."""

    __tablename__ = "analysis_runs"
    __table_args__ = (
        # At most one run of a round works at a time, whatever process asks for it.
        Index(
            "uq_analysis_runs_working",
            "round_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    step: Mapped[str] = mapped_column(String(120))
    fraction: Mapped[float]
    comments: Mapped[int]
    sentence: Mapped[str] = mapped_column(Text)
    versions: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    heard_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Audit(Table):
    """Who saw or changed what: each row holds the hash of the one before (see `audit`)."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None]  # no foreign key: an entry outlives the account
    name: Mapped[str] = mapped_column(String(80))
    event: Mapped[str] = mapped_column(String(40))
    facts: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Installation(Table):
    """What the installation knows about itself: the check of its key, the last backup."""

    __tablename__ = "installation"
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
