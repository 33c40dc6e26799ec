"""The doors of insights: the vendor's home and the figures."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from insights import charts, figures, tables
from insights.rollup import house_zone
from kit import clock
from kit.dates import on_day
from kit.money import Money
from kit.tables import lines
from kit.web import download
from people.models import Person
from shops.models import Shop
from shops.staff import Act, may
from shops.web import shop_required

DAYS_ON_THE_HOME_PAGE = 12
SOURCES_ON_THE_HOME_PAGE = 5
DAYS_OF_SOURCES = 30


@shop_required(Act.SEE_ORDERS)
@require_safe
def home(request: HttpRequest, shop: Shop) -> HttpResponse:
    person = cast(Person, request.user)
    sees_money = may(person, Act.SEE_MONEY, shop)
    context = {
        "shop": shop,
        "greeting": _greeting(clock.now().astimezone(house_zone()), person.name),
        "now": figures.now_of(shop),
        "set_up": figures.set_up_of(shop) if shop.owner_id == person.pk else None,
        "sees_money": sees_money,
    }
    if sees_money:
        days = figures.days_of(shop, count=DAYS_ON_THE_HOME_PAGE)
        sources = figures.sources_of(shop, count=DAYS_OF_SOURCES)
        people = [source for source in sources if source.person and source.orders]
        context |= {
            "chart": _goods_line(days, shop.currency),
            "totals": figures.totals_of(days),
            "sources": people[:SOURCES_ON_THE_HOME_PAGE],
            "most_minor": max((source.goods_minor for source in people), default=1),
        }
    return render(request, "insights/home.html", context)


@shop_required(Act.SEE_MONEY)
@require_safe
def figures_page(request: HttpRequest, shop: Shop) -> HttpResponse:
    count = _span(request)
    days = figures.days_of(shop, count=count)
    context = {
        "shop": shop,
        "count": count,
        "spans": figures.SPANS,
        "days": days[::-1],
        "totals": figures.totals_of(days),
        "goods": _goods_line(days, shop.currency),
        "clicks": charts.bars([day.clicks for day in days], _labels(days), _numbers(days)),
        "tables": [
            tables.who_brought(figures.sources_of(shop, count=count), currency=shop.currency),
            tables.what_was_sold(figures.selling_of(shop, count=count), currency=shop.currency),
        ],
    }
    return render(request, "insights/figures.html", context)


@shop_required(Act.SEE_MONEY)
@require_safe
def figures_file(request: HttpRequest, shop: Shop) -> HttpResponse:
    count = _span(request)
    goods = _("Goods paid (%s)") % shop.currency
    head = [_("Day"), _("Orders paid"), goods, _("Clicks by people")]
    rows = [
        (day.day.isoformat(), day.orders, Money(day.goods_minor, shop.currency).plain(), day.clicks)
        for day in figures.days_of(shop, count=count)
    ]
    return download(lines(head, rows), name=f"{shop.handle}-{count}-days.csv")


def _span(request: HttpRequest) -> int:
    """Return the asked number of days if it is one we offer, else the shortest."""
    asked = request.GET.get("days", "")
    return next((span for span in figures.SPANS if str(span) == asked), figures.SPANS[0])


def _greeting(here: datetime, name: str) -> str:
    if 5 <= here.hour < 11:
        return _("Good morning, %s") % name
    if 11 <= here.hour < 18:
        return _("Good afternoon, %s") % name
    return _("Good evening, %s") % name


def _goods_line(days: list[figures.Day], currency: str) -> charts.Chart:
    language = get_language() or "en"
    shown = [Money(day.goods_minor, currency).display(language) for day in days]
    return charts.line([day.goods_minor for day in days], _labels(days), shown)


def _labels(days: list[figures.Day]) -> list[str]:
    return [on_day(day.day) for day in days]


def _numbers(days: list[figures.Day]) -> list[str]:
    return [str(day.clicks) for day in days]
