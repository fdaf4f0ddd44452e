"""The adults who sign in: their roles, what each role may do, and the pages that follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from survey_app.errors import SignInError

StaffId = NewType("StaffId", int)


class Role(StrEnum):
    """What an adult is here for."""

    ADMINISTRATOR = "administrator"
    TASK_FORCE = "task_force"
    OFFICE = "office"
    FACILITATOR = "facilitator"
    SAFEGUARDING_OFFICER = "safeguarding_officer"


class Program(StrEnum):
    """Who acts where no adult is in front of a page; whoever may start it may do everything."""

    SERVER = "server"
    COMMAND_LINE = "command line"


# As staff read it.
ROLE_NAMES = {
    Role.ADMINISTRATOR: "Administrator",
    Role.TASK_FORCE: "Gugus Tugas KLA",
    Role.OFFICE: "Perangkat daerah",
    Role.FACILITATOR: "Fasilitator",
    Role.SAFEGUARDING_OFFICER: "Petugas perlindungan anak",
}


class Action(StrEnum):
    """Something an adult may do here; what no role is given nobody may do."""

    OWN_ACCOUNT = "own_account"  # see Beranda, change the own password, sign out everywhere
    RUN_GATHERINGS = "run_gatherings"  # open, pause and close the own ones
    RUN_EVERY_GATHERING = "run_every_gathering"  # also those that others opened
    READ_QUESTIONNAIRES = "read_questionnaires"
    FILL_IN = "fill_in"  # a preview, or together with a group
    READ_THEMES = "read_themes"
    CHANGE_THEMES = "change_themes"
    START_ANALYSIS = "start_analysis"
    COUNT_ALERTS = "count_alerts"  # how many wait, never which
    HANDLE_ALERTS = "handle_alerts"  # read the words, take, note, refer, release, close
    READ_INVENTORY = "read_inventory"  # what is kept, why, for how long
    MANAGE_STAFF = "manage_staff"  # invite, change a role, switch an account off
    READ_AUDIT = "read_audit"


# The one table of rights (role x action): menus, pages, functions and docs/rights.md come from it.
# An office sees only commitments given to it; there are none yet.
_EVERYBODY = {Action.OWN_ACCOUNT}
_AT_SCHOOL = {Action.RUN_GATHERINGS, Action.READ_QUESTIONNAIRES, Action.FILL_IN}
_TASK_FORCE = {
    *_AT_SCHOOL,
    Action.RUN_EVERY_GATHERING,
    Action.READ_THEMES,
    Action.CHANGE_THEMES,
    Action.START_ANALYSIS,
    Action.COUNT_ALERTS,
    Action.READ_INVENTORY,
}
RIGHTS: Mapping[Role, frozenset[Action]] = {
    Role.ADMINISTRATOR: frozenset(
        _EVERYBODY | _TASK_FORCE | {Action.MANAGE_STAFF, Action.READ_AUDIT}
    ),
    Role.TASK_FORCE: frozenset(_EVERYBODY | _TASK_FORCE),
    Role.OFFICE: frozenset(_EVERYBODY),
    Role.FACILITATOR: frozenset(_EVERYBODY | _AT_SCHOOL),
    Role.SAFEGUARDING_OFFICER: frozenset(
        _EVERYBODY | {Action.COUNT_ALERTS, Action.HANDLE_ALERTS, Action.READ_INVENTORY}
    ),
}


class Page(StrEnum):
    """A staff page, by the last part of its address."""

    HOME = "beranda"
    PROTECTION = "perlindungan"
    GATHERINGS = "pertemuan"
    THEMES = "tema"
    QUESTIONNAIRES = "kuesioner"
    PREVIEW = "pratinjau"
    DATA = "data"
    STAFF = "petugas"
    AUDIT_LOG = "catatan"
    ACCOUNT = "akun"


# What one must be allowed to do to open a page; in the order of the menu.
PAGE_NEEDS: Mapping[Page, Action] = {
    Page.HOME: Action.OWN_ACCOUNT,
    Page.PROTECTION: Action.HANDLE_ALERTS,
    Page.GATHERINGS: Action.RUN_GATHERINGS,
    Page.THEMES: Action.READ_THEMES,
    Page.QUESTIONNAIRES: Action.READ_QUESTIONNAIRES,
    Page.PREVIEW: Action.FILL_IN,
    Page.DATA: Action.READ_INVENTORY,
    Page.STAFF: Action.MANAGE_STAFF,
    Page.AUDIT_LOG: Action.READ_AUDIT,
    Page.ACCOUNT: Action.OWN_ACCOUNT,
}


# Who reads what a child told of harm, or gives others their rights, signs in with two things.
_NEED_TWO_STEPS = frozenset({Role.ADMINISTRATOR, Role.SAFEGUARDING_OFFICER})


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An adult with an account; one that is not ``active`` cannot sign in.

    ``two_step``: signing in asks for a code after the password. ``held_back``: the role needs that,
    and the time to set it up is over, so that nothing else may be done.
    """

    id: StaffId
    name: str
    role: Role
    active: bool = True
    two_step: bool = False
    held_back: bool = False


By = StaffMember | Program  # who does something


def may(role: Role, action: Action) -> bool:
    """Whether this role may do this."""
    return action in RIGHTS[role]


def is_allowed(by: By, action: Action) -> bool:
    """Whether this adult may do this now; a program of ours may."""
    return isinstance(by, Program) or (not by.held_back and may(by.role, action))


def demand(by: By, action: Action) -> None:
    """Raise ``SignInError`` unless this adult may do this now; a program of ours may."""
    if isinstance(by, StaffMember) and by.held_back:
        raise SignInError(
            "Akun ini belum memakai verifikasi dua langkah.",
            remedy="Pasang dahulu di halaman Akun.",
        )
    if not is_allowed(by, action):
        raise SignInError(
            "Peran akun Anda tidak boleh melakukan ini.",
            remedy="Masuk dengan akun yang berhak, atau tanyakan administrator.",
        )


def demand_page(member: StaffMember, page: Page) -> None:
    """Raise ``SignInError`` unless this adult may open this page now."""
    if page not in pages_of(member):
        demand(member, PAGE_NEEDS[page])


def needs_two_steps(role: Role) -> bool:
    """Whether this role has to sign in with a code after the password."""
    return role in _NEED_TWO_STEPS


def pages_for(role: Role) -> tuple[Page, ...]:
    """The pages this role may open, in the order of the menu."""
    return tuple(page for page, action in PAGE_NEEDS.items() if may(role, action))


def pages_of(member: StaffMember) -> tuple[Page, ...]:
    """The pages this adult may open now: who is held back, only the one that helps out."""
    return (Page.ACCOUNT,) if member.held_back else pages_for(member.role)
