"""Long work as its page shows it: how far it is, what came of it, and what to do where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from ledger.close.night import running_night
from ledger.close.progress import progress
from ledger.models import Night, NightException
from ledger.views.lists import without_format
from lending.templatetags.figures import count, day, moment
from servicing.statements.selectors import loans_without_statement, statements_made
from tenants.lists import LISTS
from tenants.long_work import IN_ONE_TRANSACTION, Heard, begin, ended, failed, heard_of
from tenants.models import LongWork, Tenant, User

SHOWN = 50
# Work of which nothing was heard for so long has lost its worker, or never had one.
QUIET = timedelta(minutes=10)
GIVEN_UP = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class About:
    """Of a kind of work. noun: what is counted, one and many.  permission: of the page that url(work) opens.

    mend: what to do where it stopped or nothing is heard of it, a sentence.
    """

    noun: tuple[str, str]
    mend: str
    permission: str = ""
    url: Callable[[LongWork], str] = lambda work: ""


ABOUT = {
    "night": About(
        noun=("day", "days"),
        mend="The workers take it up again by themselves within a minute; where they do not, look whether one runs.",
        permission="ledger.view_night",
        url=lambda work: reverse("night"),
    ),
    "proof": About(
        noun=("loan", "loans"),
        mend="Prove the books again on the page End of day. Where it stops again, the worker's log says why.",
        permission="ledger.view_proof",
        url=lambda work: reverse("proof"),
    ),
    "statements": About(
        noun=("loan", "loans"),
        mend="What is missing is tried again every ten minutes. Where it stops again, the worker's log says why.",
    ),
    "file": About(
        noun=("row", "rows"),
        mend="Order the file again from its list.",
    ),
    "export": About(
        noun=("entry", "entries"),
        mend="No entry of it was taken. Mend what is said here, then take the batch again.",
        permission="reporting.view_books",
        url=lambda work: reverse("export_batch", args=[work.subject]) if work.subject else reverse("exports"),
    ),
    "close": About(
        noun=("loan", "loans"),
        mend="The month is open as it was. Mend what is said here, then close it again.",
        permission="reporting.view_books",
        url=lambda work: reverse("period", args=[work.key.partition("/")[0]]),
    ),
    "boarding": About(
        noun=("loan", "loans"),
        mend="Nothing of the tape was boarded. Mend what is said here, then board it again.",
        permission="ledger.view_boarding",
        url=lambda work: reverse("boarding_run", args=[work.subject]) if work.subject else "",
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One work. state: running, waiting (for a worker), paused, quiet, done or failed.

    time_left: at the speed it has had; None before there is one.  step: what it is at just now.  url: where its result
    is, for who may open it.  fetch: of a file, for who ordered it.  kept: until when that is kept, a sentence.
    """

    work: LongWork
    state: str
    done: int
    total: int
    noun: str
    mend: str
    url: str
    time_left: timedelta | None = None
    took: timedelta | None = None
    step: str = ""
    fetch: str = ""
    kept: str = ""

    @property
    def who(self) -> str:
        return str(self.work.by) if self.work.by else self.work.get_source_display()


def lines(user: User) -> list[Line]:
    """The latest, those that go on first. Three queries, and two more while days are being closed."""
    now = timezone.now()
    every = LongWork.objects.select_related("by", "file")
    works = [*every.filter(finished_at=None), *every.exclude(finished_at=None)[:SHOWN]]
    heard = heard_of([work.pk for work in works if work.finished_at is None])
    return [line_of(work, heard.get(work.pk), now, user) for work in works]


def line_of(work: LongWork, heard: Heard | None, now: datetime, user: User) -> Line:
    about, state, step, done, total = ABOUT[work.kind], "running", "", work.done, work.total
    if work.finished_at:
        state = "failed" if work.failure else "done"
    elif work.kind == LongWork.Kind.NIGHT:
        state, step, done = closing(work)
    elif heard:
        done, total = heard.done, heard.total
    elif work.kind in IN_ONE_TRANSACTION:
        state = "waiting"
    if state in ("running", "waiting") and work.kind != LongWork.Kind.NIGHT:
        state = "quiet" if now - (heard.at if heard else work.started_at) > QUIET else state
    url = about.url(work) if about.permission and user.has_perm(about.permission) else ""
    fetch, kept, its_list = file_of(work, now, user)
    return Line(
        work=work,
        state=state,
        done=done,
        total=total,
        noun=about.noun[total != 1],
        mend=about.mend,
        url=its_list or url,
        time_left=(now - work.started_at) * (total - done) / done if state == "running" and done else None,
        took=work.finished_at - work.started_at if work.finished_at else None,
        step=step,
        fetch=fetch,
        kept=kept,
    )


def file_of(work: LongWork, now: datetime, user: User) -> tuple[str, str, str]:
    """Of the file of a list (where `user` fetches it, until when it is kept, their list); empty of other work."""
    file = getattr(work, "file", None)
    if file is None:
        return "", "", ""
    may = work.by_id == user.pk and user.has_perm(LISTS[file.list].permission)
    its_list = without_format(file.address) if may else ""
    if file.kept_until is None:
        return "", "", its_list
    if file.kept_until <= now:
        return "", f"Removed on {day(file.kept_until)}: order it again from its list.", its_list
    return reverse("list_file", args=[file.pk]) if may else "", f"Kept until {moment(file.kept_until)}.", its_list


def give_up() -> None:
    """Write down as stopped what nothing was heard of for an hour. Nights are taken up again by themselves."""
    works = LongWork.objects.filter(finished_at=None).exclude(kind=LongWork.Kind.NIGHT)
    begun = dict(works.values_list("pk", "started_at"))
    heard, now = heard_of(list(begun)) if begun else {}, timezone.now()
    for pk, started_at in begun.items():
        if now - (heard[pk].at if pk in heard else started_at) > GIVEN_UP:
            failed(pk, "Nothing was heard of it for an hour.")


# --- the closing of days --------------------------------------------------------------------------------------------
def begin_closing(to: date, *, source: str, by: User | None = None) -> None:
    """Write down that every day before `to` is about to be closed."""
    first, last = first_open_day(), to - timedelta(1)
    if first > last:
        return
    title = f"Close {day(last)}" if first == last else f"Close {day(first)} to {day(last)}"
    days = (last - first).days + 1
    begin(LongWork.Kind.NIGHT, key=to.isoformat(), title=title, total=days, by=by, source=source)


def first_open_day() -> date:
    """The business date, or the one before it whose night is not finished."""
    night = running_night()
    today: date = Tenant.objects.get().business_date
    return night.business_date if night else today


def closing(work: LongWork) -> tuple[str, str, int]:
    """(state, the step it is at, days closed) of the closing of days that goes on."""
    night, first = running_night(), first_open_day()
    left = (date.fromisoformat(work.key) - first).days
    done = min(max(work.total - left, 0), work.total)
    if night is None:
        return "running", "", done
    if night.paused_at:
        return "paused", f"{day(night.business_date)}, paused by {night.paused_by}", done
    steps = [step for step in progress(night) if step.state == "running"]
    at = "; ".join(f"{step.label}, {count(step.done)} of {count(step.total)} loans" for step in steps)
    return "running", f"{day(night.business_date)}: {at}" if at else f"{day(night.business_date)}", done


def end_closing() -> None:
    """Write down the end of what was to be closed and is. Again changes nothing."""
    first = first_open_day()
    for work in LongWork.objects.filter(kind=LongWork.Kind.NIGHT, finished_at=None, key__lte=first.isoformat()):
        last = date.fromisoformat(work.key) - timedelta(1)
        nights = Night.objects.filter(business_date__range=(last - timedelta(work.total - 1), last))
        alone = NightException.objects.filter(night__in=nights, resolved_at=None).values("loan").distinct().count()
        result = f"Closed through {day(last)}."
        if alone:
            result += f" {count(alone)} loan{'' if alone == 1 else 's'} stood alone: End of day says why."
        ended(work.pk, result=result, done=work.total, total=work.total)


# --- statements -----------------------------------------------------------------------------------------------------
def begin_statements(period_end: date, total: int) -> LongWork:
    """Write down that the statements of that month are being made."""
    title = f"Statements of {period_end:%B %Y}"
    source = LongWork.Source.NIGHT
    return begin(LongWork.Kind.STATEMENTS, key=period_end.isoformat(), title=title, total=total, source=source)


def end_statements(work: LongWork) -> None:
    """Write down how many were made in all, and how many loans are still without."""
    period_end = date.fromisoformat(work.key)
    made, left = statements_made(period_end), len(loans_without_statement(period_end))
    result = f"{count(made)} loan{' has its' if made == 1 else 's have their'} statement."
    if left:
        result += f" {count(left)} cannot be replayed: the proof says why."
    ended(work.pk, result=result, done=made, total=made + left)


# --- whoever started it ---------------------------------------------------------------------------------------------
def with_untold_work(tenants: QuerySet[Tenant], user: User | AnonymousUser | None) -> QuerySet[Tenant]:
    """With `untold`: whether staff started something here that goes on, or has ended since they last looked."""
    if not isinstance(user, User) or not user.is_staff:
        return tenants
    return tenants.annotate(untold=Exists(LongWork.objects.filter(by=user.pk, told_at=None)))


def mine(user: User) -> list[LongWork]:
    """What this person started, and has not seen the end of. One query."""
    return list(LongWork.objects.filter(by=user, told_at=None))


def seen_by(user: User) -> None:
    """This person sees now what ended of it."""
    LongWork.objects.filter(by=user, told_at=None).exclude(finished_at=None).update(told_at=Now())
