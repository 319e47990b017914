"""Pages of notices for those who may send them: calendar, composer, delivery board."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import selectors as people
from accounts.roles import RoleSet
from kernel import clock
from kernel.numerals import in_digits
from kernel.wire import plain
from notifications import audiences, pages, selectors
from notifications.domain.delivery import DeliveryState, zone_of
from notifications.domain.notice import Audience, NoticeState
from notifications.errors import AudienceRefused, NoticeForbidden, TextRefused
from notifications.forms import Desk, NoticeForm, audience_from, initial_of, lead_text
from notifications.gateways.base import bound_gateway
from notifications.presets import PRESETS
from notifications.refusals import REFUSALS, text_of
from notifications.selectors import NoticeCard
from notifications.services import notices
from notifications.services.wording import facts_of

ANYWAY: Final = "anyway"  # scheduled although nobody could be reached now
MOST_DIGITS: Final = 7  # of a page's number
OPEN_STATES: Final = (NoticeState.SCHEDULED, NoticeState.EXPANDING, NoticeState.SENDING)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who is at the desk: the person, their roles, their institution and zone."""

    id: int
    roles: RoleSet
    institution_id: int
    zone: ZoneInfo


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show the month, what comes next, and drafts."""
    writer = _writer(request)
    persian = _is_persian()
    today = clock.now().astimezone(writer.zone).date()
    span = pages.month_span(_day(request.GET.get("day"), today), persian=persian)
    start, end = (pages.midnight(day, writer.zone) for day in span)
    cards = selectors.notices_between(writer.institution_id, start, end)
    context = {
        "month": pages.month_of(span, cards, today=today, zone=writer.zone, persian=persian),
        "drafts": selectors.notices_in(writer.institution_id, [NoticeState.DRAFT], 10),
        "open": selectors.notices_in(writer.institution_id, OPEN_STATES, 10),
        "sent": selectors.notices_in(writer.institution_id, [NoticeState.DONE], 10),
    }
    return _page(request, "index", writer, context)


@require_http_methods(["GET", "POST"])
@login_required
def compose(request: HttpRequest, notice_id: int | None = None) -> HttpResponse:
    """Write a new notice, or a draft anew; "schedule" in the form also schedules it."""
    writer = _writer(request)
    card = notices.card_for(notice_id, actor_id=writer.id) if notice_id else None
    if card is not None and card.state is not NoticeState.DRAFT:
        return _to_detail(card.id)
    desk = _desk(writer)
    if request.method == "POST":
        form = NoticeForm(request.POST, desk=desk)
        saved = _save(form, writer, notice_id) if form.is_valid() else None
        if saved is not None and "schedule" not in request.POST:
            messages.success(request, _("The draft is saved."))
            return HttpResponseRedirect(reverse("notifications:edit", args=[saved]))
        if saved is not None and _schedule(form, writer, saved):
            _say_how_many(request, saved)
            return _to_detail(saved)
        notice_id = saved or notice_id
    else:
        form = NoticeForm(initial=_initial(request, card, writer), desk=desk)
    status = 422 if form.errors else 200
    context = {"form": form, "card": card, "notice_id": notice_id, "presets": PRESETS}
    return _page(
        request, "compose", writer, {**context, **_preview_context(form.data or form.initial, writer)},
        status=status,
    )  # fmt: skip


@require_POST
@login_required
def preview(request: HttpRequest) -> HttpResponse:
    """Draw the preview of what is in the form, for the composer's script."""
    writer = _writer(request)
    return render(
        request, "notifications/parts/preview.html", _preview_context(request.POST, writer)
    )


@require_GET
@login_required
def detail(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Show one notice: what it says, to whom, and what became of each message."""
    writer = _writer(request)
    card = notices.card_for(notice_id, actor_id=writer.id)
    texts = {"text_en": card.text_en, "text_fa": card.text_fa, "audience": card.audience}
    context = {
        **_board_context(card, request),
        **_preview_context(texts, writer),
        "author": people.user_card(card.created_by_id),
        "lead_text": lead_text(card.lead),
    }
    return _page(request, "detail", writer, context)


@require_GET
@login_required
def board(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Draw the delivery board anew, for the page's script."""
    writer = _writer(request)
    card = notices.card_for(notice_id, actor_id=writer.id)
    return render(request, "notifications/parts/board.html", _board_context(card, request))


@require_POST
@login_required
def act(request: HttpRequest, notice_id: int, act: str) -> HttpResponse:
    """Schedule, undo, cancel, reopen or test one notice."""
    writer = _writer(request)
    target = notice_id
    try:
        match act:
            case "schedule":
                notices.schedule(notice_id, actor_id=writer.id)
                _say_how_many(request, notice_id)
            case "undo":
                notices.return_to_draft(notice_id, actor_id=writer.id)
                messages.success(request, _("It is a draft again. Nothing was sent."))
            case "cancel":
                reason = plain(request.POST.get("reason", ""))[:300]
                notices.cancel(notice_id, actor_id=writer.id, reason=reason)
                messages.success(request, _("The notice is cancelled."))
            case "reopen":
                notices.reopen(notice_id, actor_id=writer.id)
            case "test":
                target = notices.send_test(notice_id, actor_id=writer.id)
            case _:
                raise Http404
    except REFUSALS as error:
        messages.error(request, text_of(error))
        return HttpResponseRedirect(reverse("notifications:edit", args=[notice_id]))
    return _to_detail(target)


def _save(form: NoticeForm, writer: Writer, notice_id: int | None) -> int | None:
    try:
        return notices.save_draft(actor_id=writer.id, draft=form.draft(), notice_id=notice_id)
    except REFUSALS as error:
        form.blame(error)
        return None


def _schedule(form: NoticeForm, writer: Writer, notice_id: int) -> bool:
    is_confirmed = form.data.get("schedule") == ANYWAY
    try:
        notices.schedule(notice_id, actor_id=writer.id, even_for_nobody=is_confirmed)
    except REFUSALS as error:
        form.blame(error)
        return False
    return True


def _say_how_many(request: HttpRequest, notice_id: int) -> None:
    audience = selectors.notice_card(notice_id).audience
    found = selectors.audience_preview(audience, has_persian=True, has_english=True)
    count = len(found.reachable)
    said = ngettext(
        "Scheduled. As things stand, %(count)s person will get it.",
        "Scheduled. As things stand, %(count)s people will get it.",
        count,
    )
    messages.success(request, said % {"count": in_digits(count)})


def _preview_context(data: Mapping[str, object], writer: Writer) -> dict[str, Any]:
    """Return what the preview needs; an unfinished form gives an unfinished preview."""
    text_en, text_fa = str(data.get("text_en") or ""), str(data.get("text_fa") or "")
    chosen = data.get("audience") or ""
    context: dict[str, Any] = {"is_console": bound_gateway().name == "console"}
    try:
        audience = (
            chosen
            if isinstance(chosen, Audience)
            else audience_from(str(chosen), writer.institution_id)
        )
        notices.check_allowed(writer.id, audience)
    except (AudienceRefused, NoticeForbidden):
        return context
    found = selectors.audience_preview(
        audience, has_persian=bool(text_fa.strip()), has_english=bool(text_en.strip())
    )
    context["audience"] = found
    me = people.contacts_of([writer.id])[writer.id]
    try:
        notices.check_texts(text_en, text_fa, has_sitting=audience.sitting_id is not None)
        samples = pages.samples_of(found, facts_of(audience), me, text_en=text_en, text_fa=text_fa)
    except TextRefused as error:
        context["problem"] = "" if error.data.get("reason") == "empty" else text_of(error)
        return context
    segments = sum(each.size.segments * found.by_language.get(each.language, 0) for each in samples)
    return {**context, "samples": samples, "segments": segments}


def _board_context(card: NoticeCard, request: HttpRequest) -> dict[str, Any]:
    is_console = bound_gateway().name == "console"
    pages_in_all = max(1, math.ceil(card.total / selectors.BOARD_ROWS))
    number = min(_number(request.GET.get("page")), pages_in_all)
    rows = selectors.delivery_rows(card.id, page=number)
    word, tone = pages.NOTICE_WORDS[card.state]
    done = card.count_of(DeliveryState.ACCEPTED, DeliveryState.DELIVERED)
    failed = card.count_of(DeliveryState.REJECTED, DeliveryState.UNDELIVERED)
    skipped = card.count_of(DeliveryState.SKIPPED)
    unknown = card.count_of(DeliveryState.UNKNOWN)
    is_near = card.send_at is not None and (card.send_at - clock.now()).total_seconds() < 3600
    return {
        "card": card,
        "word": word,
        "tone": tone,
        "number": number,
        "pages": pages_in_all,
        "lines": pages.board_lines(rows, is_console=is_console),
        "done": done,
        "failed": failed,
        "skipped": skipped,
        "settled": done + failed + skipped,
        "unknown": unknown,
        "waiting": card.total - done - failed - skipped - unknown,
        "is_live": card.state in OPEN_STATES and is_near,
        "is_console": is_console,
    }


def _initial(request: HttpRequest, card: NoticeCard | None, writer: Writer) -> dict[str, Any]:
    if card is not None:
        return initial_of(card, writer.zone)
    preset = PRESETS.get(request.GET.get("preset", ""), PRESETS["reminder"])
    return {
        "title": preset.title,
        "text_en": preset.text_en,
        "text_fa": preset.text_fa,
        "when": preset.when,
        "lead": preset.lead,
        "audience": request.GET.get("audience", ""),
    }


def _writer(request: HttpRequest) -> Writer:
    """Return who writes; refuses whoever may send to nobody of their institution.

    Raises:
        NoticeForbidden: Their roles include no audience.
    """
    user_id = int(request.user.pk or 0)
    institution_id = getattr(request.user, "institution_id", None)
    roles = people.roles_of(user_id)
    if institution_id is None or not audiences.may_send_within(roles, institution_id):
        raise NoticeForbidden
    zone = zone_of(people.user_card(user_id).time_zone)
    return Writer(user_id, roles, institution_id, zone)


def _desk(writer: Writer) -> Desk:
    choices = audiences.choices_for(writer.roles, writer.institution_id, today=clock.now())
    return Desk(writer.institution_id, choices, writer.zone)


def _page(
    request: HttpRequest, name: str, writer: Writer, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    shared = {
        "institution": people.institution_card(writer.institution_id),
        "variables": pages.VARIABLES,
        "is_console": bound_gateway().name == "console",
        "zone": writer.zone.key,
    }
    return render(request, f"notifications/{name}.html", {**shared, **context}, status=status)


def _to_detail(notice_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("notifications:detail", args=[notice_id]))


def _day(raw: str | None, today: date) -> date:
    try:
        return date.fromisoformat(raw or "")
    except ValueError:
        return today


def _number(raw: str | None) -> int:
    """Return the page that is asked for, from 1."""
    digits = raw or ""
    return max(1, int(digits)) if digits.isdecimal() and len(digits) < MOST_DIGITS else 1


def _is_persian() -> bool:
    return (translation.get_language() or "").startswith("fa")
