"""Promises of the second step at sign-in.

X001  A code counts from its own half minute to one off either way, however it is typed.
X002  It is on only after a code was right; secret and recovery codes are stored unreadable.
X003  With it a password alone signs nobody in: the half it gives is no session, ends after five
       minutes, with its use, and with whatever ends the account's sign-ins.
X004  A code is good once, also for two who send it at the same moment.
X005  Guessing: five wrong ones are free, then waits double up to a day, kept in the database. A
      right code or a new password ends it.
X006  A recovery code is good once; new ones make the old ones void.
X007  It is switched off with a code, and only where the role does not need it.
X008  A lost telephone: another administrator resets it, nobody the own, and it is in the log.
X009  Who needs it may work for the days the city allows from the day of the role, also after an
       update; then nothing but setting it up is allowed, whatever function is called.
X010  Whoever signed in, and how far whoever did not came, is in the history.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from survey_app.errors import SignInError
from survey_app.passwords import codes
from survey_app.people import (
    Action,
    Page,
    Role,
    StaffMember,
    demand,
    demand_page,
    is_allowed,
    may,
    pages_of,
)
from survey_app.store import Store, invitations, people, roster, schema, sign_ins, two_step
from survey_app.store.people import HALF_ENDS_AFTER, CodeNeededError
from survey_app.store.sign_ins import Outcome
from survey_app.store.tables import Audit, HalfSignIns, RecoveryCodes, Staff
from survey_app.store.two_step import FREE_CODES, HalfOverError

PASSWORD = "delima-biru-42"
NAME = "Bu Ketua"
NOW = datetime(2027, 3, 1, 5, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "000000"


def code_at(moment: datetime) -> str:
    """What the telephone shows."""
    return pyotp.TOTP(SECRET).at(moment)


def half_of(store: Store, name: str = NAME, *, now: datetime = NOW) -> str:
    """A password was typed, and it was right."""
    with pytest.raises(CodeNeededError) as needed:
        people.sign_in(store, name, PASSWORD, address="10.0.0.9", now=now)
    return needed.value.half


@pytest.fixture
def member(request: pytest.FixtureRequest) -> StaffMember:
    """Bu Ketua of the task force, who may leave it off."""
    return people.add_staff(_store_of(request), NAME, PASSWORD, Role.TASK_FORCE)


@pytest.fixture
def recovery(request: pytest.FixtureRequest, member: StaffMember) -> tuple[str, ...]:
    """Her recovery codes: an hour before NOW she set it up."""
    before, store = NOW - timedelta(hours=1), _store_of(request)
    token = people.sign_in(store, NAME, PASSWORD, now=before)
    return two_step.set_up(store, token, SECRET, code_at(before), now=before)


def _store_of(request: pytest.FixtureRequest) -> Store:
    both = "store" in request.fixturenames
    found: Store = request.getfixturevalue("store" if both else "sqlite_store")
    return found


def found(store: Store, member: StaffMember) -> StaffMember:
    """The account as it stands."""
    return people.known(store, member.name)


@pytest.mark.parametrize(
    ("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_one_step_of_drift(seconds: int, good: bool) -> None:
    """X001: a clock half a minute off is common, more is a wrong clock."""
    code = code_at(NOW + timedelta(seconds=seconds))
    assert (codes.step_of(SECRET, code, NOW) is not None) is good


@pytest.mark.parametrize("shape", ["{0}{1}", "{0} {1}", " {0}-{1} ", "{0}.{1}"])
def test_however_it_is_typed(shape: str) -> None:
    """X001: as the telephone shows it, in two groups."""
    code = code_at(NOW)
    typed = shape.format(code[:3], code[3:])
    assert codes.step_of(SECRET, typed, NOW) == int(NOW.timestamp()) // 30


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00", "٣" * 6]
)
def test_what_is_no_code(typed: str) -> None:
    """X001: nothing is found, and nothing breaks."""
    assert codes.step_of(SECRET, typed, NOW) is None


def test_the_secret() -> None:
    """X002: what the QR says, and that a secret of 160 bits is new each time."""
    assert len({codes.new_secret() for _ in range(20)}) == 20
    assert len(codes.new_secret()) * 5 == 160
    assert codes.address(SECRET, NAME) == (
        f"otpauth://totp/Suara%20Anak:Bu%20Ketua?secret={SECRET}&issuer=Suara%20Anak"
    )
    assert codes.groups_of_four("ABCDEFGHIJ") == "ABCD EFGH IJ"


def test_set_up(sqlite_store: Store, member: StaffMember) -> None:
    """X002: a wrong code changes nothing; a right one ends all other sign-ins."""
    token, other = (people.sign_in(sqlite_store, NAME, PASSWORD, now=NOW) for _ in range(2))
    with pytest.raises(SignInError, match="Kode itu salah"):
        two_step.set_up(sqlite_store, token, SECRET, WRONG, now=NOW)
    assert not found(sqlite_store, member).two_step
    fresh = two_step.set_up(sqlite_store, token, SECRET, code_at(NOW), now=NOW)
    assert found(sqlite_store, member).two_step
    assert people.staff_by_token(sqlite_store, token, now=NOW)
    assert people.staff_by_token(sqlite_store, other, now=NOW) is None
    assert (
        len(set(fresh))
        == codes.RECOVERY_CODES
        == two_step.recovery_codes_left(sqlite_store, member)
    )
    with sqlite_store.reading() as connection:
        stored = connection.scalar(sa.select(Staff.totp_secret))
        hashes = set(connection.scalars(sa.select(RecoveryCodes.code_hash)))
    assert stored is not None
    assert SECRET not in stored
    assert stored.startswith("s1.")
    assert not hashes & set(fresh)
    with pytest.raises(SignInError, match="sudah aktif"):
        two_step.set_up(sqlite_store, token, SECRET, code_at(NOW), now=NOW)


def test_a_password_is_half(store: Store, recovery: tuple[str, ...]) -> None:
    """X003: the half opens no page; with a code it becomes a sign-in, once."""
    half = half_of(store)
    assert people.staff_by_token(store, half, now=NOW) is None
    waiting = two_step.who_waits(store, half, now=NOW)
    assert waiting is not None
    assert waiting.name == NAME
    token = two_step.complete(store, half, code_at(NOW), now=NOW)
    assert people.staff_by_token(store, token, now=NOW) == waiting
    with pytest.raises(HalfOverError):
        two_step.complete(store, half, code_at(NOW + timedelta(seconds=30)), now=NOW)


def test_five_minutes(sqlite_store: Store, recovery: tuple[str, ...]) -> None:
    """X003: then the password is asked for again, and the row goes with the next sign-in."""
    half, late = half_of(sqlite_store), NOW + HALF_ENDS_AFTER
    assert two_step.who_waits(sqlite_store, half, now=late) is None
    with pytest.raises(HalfOverError):
        two_step.complete(sqlite_store, half, code_at(late), now=late)
    half_of(sqlite_store, now=late)
    with sqlite_store.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(HalfSignIns)) == 1


@pytest.mark.parametrize(
    "end",
    [
        lambda store: people.set_password(store, NAME, "genteng-lumut-payung"),
        lambda store: people.set_active(store, NAME, active=False),
        lambda store: people.sign_out_everywhere(store, people.known(store, NAME)),
        lambda store: two_step.reset(store, NAME, by=people.Program.COMMAND_LINE),
    ],
)
def test_what_ends_sign_ins_ends_halves(
    sqlite_store: Store, recovery: tuple[str, ...], end: Callable[[Store], object]
) -> None:
    """X003: who had the password in another place is out, half way too."""
    half = half_of(sqlite_store)
    end(sqlite_store)
    assert two_step.who_waits(sqlite_store, half, now=NOW) is None
    with pytest.raises(HalfOverError):
        two_step.complete(sqlite_store, half, code_at(NOW), now=NOW)


@pytest.mark.parametrize("forged", ["", "x", "\x00", "\ud800", "a" * 5000])
def test_forged_halves(sqlite_store: Store, recovery: tuple[str, ...], forged: str) -> None:
    """X003: no error but the sentence, nobody."""
    with pytest.raises(HalfOverError):
        two_step.complete(sqlite_store, forged, code_at(NOW), now=NOW)
    two_step.give_up(sqlite_store, forged)


def test_a_code_is_good_once(sqlite_store: Store, recovery: tuple[str, ...]) -> None:
    """X004: whoever read it over a shoulder comes too late, also with an older one."""
    two_step.complete(sqlite_store, half_of(sqlite_store), code_at(NOW), now=NOW)
    for seconds in (0, -30):
        typed = code_at(NOW + timedelta(seconds=seconds))
        with pytest.raises(SignInError, match="salah atau sudah dipakai"):
            two_step.complete(sqlite_store, half_of(sqlite_store), typed, now=NOW)
    later = NOW + timedelta(seconds=30)
    assert two_step.complete(sqlite_store, half_of(sqlite_store), code_at(later), now=later)


def test_the_code_of_setting_up_is_used(sqlite_store: Store, member: StaffMember) -> None:
    """X004: it was on a screen beside the secret."""
    token = people.sign_in(sqlite_store, NAME, PASSWORD, now=NOW)
    two_step.set_up(sqlite_store, token, SECRET, code_at(NOW), now=NOW)
    with pytest.raises(SignInError, match="sudah dipakai"):
        two_step.complete(sqlite_store, half_of(sqlite_store), code_at(NOW), now=NOW)


def test_two_send_one_code(store: Store, recovery: tuple[str, ...]) -> None:
    """X004: of four at one moment one comes in; of four with a recovery code as well."""
    for typed in (code_at(NOW), recovery[0]):
        assert _came_in_together(store, [half_of(store) for _ in range(4)], typed) == 1


def _came_in_together(store: Store, halves: list[str], typed: str) -> int:
    together, came_in = threading.Barrier(len(halves)), list[str]()

    def send(half: str) -> None:
        together.wait()
        with suppress(SignInError):
            came_in.append(two_step.complete(store, half, typed, now=NOW))

    threads = [threading.Thread(target=send, args=(half,)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(came_in)


def test_guessing(sqlite_store: Store, member: StaffMember, recovery: tuple[str, ...]) -> None:
    """X005: as fast as one may, for ten days; until then even the right codes wait."""
    moment, waits = NOW, list[timedelta]()
    while moment < NOW + timedelta(days=10):
        with pytest.raises(SignInError, match="salah"):
            two_step.complete(sqlite_store, half_of(sqlite_store, now=moment), WRONG, now=moment)
        with sqlite_store.reading() as connection:
            until = connection.scalar(sa.select(Staff.codes_wait_until))
        waits.append(until - moment if until else timedelta(0))
        moment = until or moment
    assert waits[: FREE_CODES + 2] == [
        *[timedelta(0)] * (FREE_CODES - 1),
        *(timedelta(seconds=seconds) for seconds in (30, 60, 120)),
    ]
    assert waits[-1] == timedelta(days=1)
    assert len(waits) <= FREE_CODES + 21
    before = moment - timedelta(seconds=1)
    for typed in (code_at(before), recovery[0]):
        with pytest.raises(SignInError, match="Tunggu 1 menit"):
            two_step.complete(sqlite_store, half_of(sqlite_store, now=before), typed, now=before)
    assert two_step.complete(
        sqlite_store, half_of(sqlite_store, now=moment), recovery[0], now=moment
    )


def test_the_owner_is_free_again(sqlite_store: Store, recovery: tuple[str, ...]) -> None:
    """X005: who guessed knew the password: with a new one nobody waits any more."""
    half = half_of(sqlite_store)
    for _ in range(FREE_CODES):
        with pytest.raises(SignInError, match="salah"):
            two_step.complete(sqlite_store, half, WRONG, now=NOW)
    with pytest.raises(SignInError, match="Tunggu 1 menit"):
        two_step.complete(sqlite_store, half, code_at(NOW), now=NOW)
    people.set_password(sqlite_store, NAME, PASSWORD)
    assert two_step.complete(sqlite_store, half_of(sqlite_store), code_at(NOW), now=NOW)


def test_a_right_code_starts_anew(sqlite_store: Store, recovery: tuple[str, ...]) -> None:
    """X005: four slips, a right one, and four slips more cost no wait."""
    for moment in (NOW, NOW + timedelta(minutes=1)):
        half = half_of(sqlite_store, now=moment)
        for _ in range(FREE_CODES - 1):
            with pytest.raises(SignInError, match="salah"):
                two_step.complete(sqlite_store, half, WRONG, now=moment)
        assert two_step.complete(sqlite_store, half, code_at(moment), now=moment)


def test_recovery_codes(
    sqlite_store: Store, member: StaffMember, recovery: tuple[str, ...]
) -> None:
    """X006: with or without hyphens, in capitals, and never a second time."""
    typed = recovery[4].upper().replace("-", " ")
    assert two_step.complete(sqlite_store, half_of(sqlite_store), typed, now=NOW)
    with pytest.raises(SignInError, match="sudah dipakai"):
        two_step.complete(sqlite_store, half_of(sqlite_store), recovery[4], now=NOW)
    assert two_step.recovery_codes_left(sqlite_store, member) == codes.RECOVERY_CODES - 1


def test_new_recovery_codes(
    sqlite_store: Store, member: StaffMember, recovery: tuple[str, ...]
) -> None:
    """X006: for a code only, and the old ones are void."""
    token = two_step.complete(sqlite_store, half_of(sqlite_store), recovery[0], now=NOW)
    with pytest.raises(SignInError, match="Kode itu salah"):
        two_step.renew_recovery_codes(sqlite_store, token, WRONG, now=NOW)
    fresh = two_step.renew_recovery_codes(sqlite_store, token, code_at(NOW), now=NOW)
    assert not set(fresh) & set(recovery)
    with pytest.raises(SignInError, match="salah"):
        two_step.complete(sqlite_store, half_of(sqlite_store), recovery[1], now=NOW)
    assert two_step.complete(sqlite_store, half_of(sqlite_store), fresh[1], now=NOW)


def test_switching_off(sqlite_store: Store, member: StaffMember, recovery: tuple[str, ...]) -> None:
    """X007: a wrong code leaves it on; then a password alone signs in again."""
    token = two_step.complete(sqlite_store, half_of(sqlite_store), recovery[0], now=NOW)
    with pytest.raises(SignInError, match="Kode itu salah"):
        two_step.switch_off(sqlite_store, token, WRONG, now=NOW)
    people.set_role(sqlite_store, NAME, Role.ADMINISTRATOR)
    with pytest.raises(SignInError, match="wajib"):
        two_step.switch_off(sqlite_store, token, code_at(NOW), now=NOW)
    assert found(sqlite_store, member).two_step
    people.add_staff(sqlite_store, "Pak Lain", PASSWORD, Role.ADMINISTRATOR)
    people.set_role(sqlite_store, NAME, Role.OFFICE)
    two_step.switch_off(sqlite_store, token, code_at(NOW), now=NOW)
    assert people.sign_in(sqlite_store, NAME, PASSWORD, now=NOW)
    assert two_step.recovery_codes_left(sqlite_store, member) == 0


def test_a_lost_telephone(
    sqlite_store: Store, member: StaffMember, recovery: tuple[str, ...]
) -> None:
    """X008: signed out, and the password alone signs in until it is set up anew."""
    token = two_step.complete(sqlite_store, half_of(sqlite_store), recovery[0], now=NOW)
    other = people.add_staff(sqlite_store, "Pak Lain", PASSWORD, Role.ADMINISTRATOR)
    with pytest.raises(SignInError, match="tidak boleh"):
        two_step.reset(sqlite_store, "Pak Lain", by=found(sqlite_store, member))
    with pytest.raises(SignInError, match="akun sendiri"):
        two_step.reset(sqlite_store, "Pak Lain", by=other)
    assert not two_step.reset(sqlite_store, NAME, by=other).two_step
    assert people.staff_by_token(sqlite_store, token, now=NOW) is None
    assert people.sign_in(sqlite_store, NAME, PASSWORD, now=NOW)
    with sqlite_store.reading() as connection:
        last = connection.execute(
            sa.select(Audit.name, Audit.facts).where(Audit.facts.contains("two_step_reset"))
        ).one()
    assert last.name == "Pak Lain"


@pytest.mark.parametrize("role", list(Role))
def test_the_time_to_set_it_up(sqlite_store: Store, role: Role) -> None:
    """X009: seven days for administrators and officers; nobody else is ever held back."""
    people.add_staff(sqlite_store, "Bu Baru", PASSWORD, role)
    needs = role in (Role.ADMINISTRATOR, Role.SAFEGUARDING_OFFICER)
    due = two_step.due(sqlite_store, people.known(sqlite_store, "Bu Baru"))
    assert (due is not None) is needs
    end = due or datetime.now(UTC) + timedelta(days=7)
    for moment, late in ((end - timedelta(seconds=1), False), (end, True)):
        token = people.sign_in(sqlite_store, "Bu Baru", PASSWORD, now=moment)
        member = people.staff_by_token(sqlite_store, token, now=moment)
        assert member is not None
        assert member.held_back is (late and needs)


def test_at_once(sqlite_store: Store) -> None:
    """X009: where the city allows no day."""
    sqlite_store.two_step_time = timedelta(0)
    people.add_staff(sqlite_store, "Bu Baru", PASSWORD, Role.ADMINISTRATOR)
    member = people.staff_by_token(sqlite_store, people.sign_in(sqlite_store, "Bu Baru", PASSWORD))
    assert member is not None
    assert member.held_back


def test_held_back(sqlite_store: Store) -> None:
    """X009: no action and no page but Akun, and no function that asks; then all again."""
    sqlite_store.two_step_time = timedelta(0)
    people.add_staff(sqlite_store, "Bu Baru", PASSWORD, Role.ADMINISTRATOR)
    token = people.sign_in(sqlite_store, "Bu Baru", PASSWORD)
    held = people.staff_by_token(sqlite_store, token)
    assert held is not None
    for action in Action:
        assert not is_allowed(held, action)
        with pytest.raises(SignInError, match="Pasang dahulu di halaman Akun"):
            demand(held, action)
    assert pages_of(held) == (Page.ACCOUNT,)
    demand_page(held, Page.ACCOUNT)
    for page in set(Page) - {Page.ACCOUNT}:
        with pytest.raises(SignInError, match="Pasang dahulu"):
            demand_page(held, page)
    for change in (
        lambda: people.set_role(sqlite_store, "Bu Baru", Role.OFFICE, by=held),
        lambda: invitations.invite(sqlite_store, "Pak Lain", Role.OFFICE, by=held),
        lambda: roster.accounts(sqlite_store, by=held),
        lambda: people.change_own_password(
            sqlite_store, token, PASSWORD, "sumur lonceng x", again=""
        ),
    ):
        with pytest.raises(SignInError, match="Pasang dahulu"):
            change()
    moment = datetime.now(UTC)
    two_step.set_up(sqlite_store, token, SECRET, code_at(moment), now=moment)
    free = people.staff_by_token(sqlite_store, token)
    assert free is not None
    assert [is_allowed(free, one) for one in Action] == [
        may(Role.ADMINISTRATOR, one) for one in Action
    ]


def test_a_new_role_has_its_time(sqlite_store: Store, member: StaffMember) -> None:
    """X009: an account of years has seven days from the day it became an officer's."""
    with sqlite_store.writing() as connection:
        connection.execute(sa.update(Staff).values(role_since=NOW - timedelta(days=900)))
    people.set_role(sqlite_store, NAME, Role.SAFEGUARDING_OFFICER)
    due = two_step.due(sqlite_store, found(sqlite_store, member))
    assert due is not None
    assert timedelta(days=6, hours=23) < due - datetime.now(UTC) <= timedelta(days=7)
    people.set_role(sqlite_store, NAME, Role.SAFEGUARDING_OFFICER)  # the same again gains no time
    assert two_step.due(sqlite_store, found(sqlite_store, member)) == due


def test_an_update_shuts_nobody_out(store: Store, member: StaffMember) -> None:
    """X009: for accounts of an older version the time begins with the update."""
    with store.writing() as connection:
        connection.execute(sa.update(Staff).values(created_at=NOW - timedelta(days=900)))
    schema.downgrade(store.engine, "0003")
    schema.upgrade(store.engine)
    people.set_role(store, NAME, Role.TASK_FORCE)
    with store.reading() as connection:
        since = connection.scalar(sa.select(Staff.role_since))
    assert since is not None
    assert datetime.now(UTC) - since < timedelta(minutes=5)


def test_history(sqlite_store: Store, member: StaffMember, recovery: tuple[str, ...]) -> None:
    """X010: a line for each try, also for a password that somebody else knew."""
    half_of(sqlite_store)
    two_step.complete(sqlite_store, half_of(sqlite_store), code_at(NOW), now=NOW)
    half = half_of(sqlite_store)
    with pytest.raises(SignInError):
        two_step.complete(sqlite_store, half, WRONG, address="10.0.0.9", now=NOW)
    two_step.complete(sqlite_store, half, recovery[0], now=NOW)
    told = [one.outcome for one in sign_ins.of_account(sqlite_store, member.id)]
    assert told == [
        Outcome.WRONG_CODE,
        Outcome.BY_RECOVERY,
        Outcome.SIGNED_IN,
        Outcome.CODE_AWAITED,
        Outcome.SIGNED_IN,
    ]
    with sqlite_store.reading() as connection:
        log = " ".join(connection.scalars(sa.select(Audit.facts)))
    assert WRONG not in log
    assert recovery[0] not in log
