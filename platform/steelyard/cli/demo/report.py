"""The report: Chinese, with the English in brackets where it helps."""

from datetime import date
from typing import Any

import click

from steelyard.core import units
from steelyard.core.clock import SHANGHAI, business_date, utc_now

WATCHED = ("无缝钢管", "螺纹钢", "热轧普通板卷", "线材")


def heading(text: str) -> None:
    """Print a chapter's title."""
    click.secho(f"\n{text}", bold=True)


def line(label: str, value: str) -> None:
    """Print one figure."""
    click.echo(f"  {label}：{value}")


def prices(told: dict[str, Any]) -> None:
    """Tell what was loaded, from where, of which date, and how long ago that was."""
    heading("一、行情 (market prices)")
    today = business_date(utc_now())
    for document in told["documents"]:
        dropped = len(document["dropped"])
        age = (today - date.fromisoformat(document["last_day"])).days
        line(
            document["publisher"],
            f"{document['first_day']} 至 {document['last_day']}（距今 {age} 天 days ago），读取 {document['rows']} 项、"
            f"采用 {document['kept']}、剔除 {dropped} (figures read, kept, dropped)",
        )
        click.echo(f"    来源 (source): {document['url']}")
    click.echo("  以上均为公开发布数据的留存记录，非即时行情 (recorded publications, not today's market)")
    for entry in told["board"]["entries"]:
        if any(entry["series"]["name"].startswith(name) for name in WATCHED):
            line(entry["series"]["name"], f"{entry['value']} 元/吨 ({entry['day']})")


def buying(told: dict[str, Any]) -> None:
    """Tell what was pooled, bid, awarded and saved."""
    award, campaign = told["award"], told["campaign"]
    heading(f"二、集采 (group purchase) {campaign['number']}")
    names = {one["id"]: f"{one['grade']} {one['size']}" for one in campaign["lines"]}
    members = {one["org_id"] for one in told["allocations"]}
    pooled = sum(total["pledged_g"] for total in award["totals"])
    line("集中需求 (pooled)", f"{units.format_mass(pooled)}，{len(members)} 家钢管企业")
    line("密封投标 (sealed bids)", f"{len(told['bids'])} 家钢厂：" + "、".join(one["number"] for one in told["bids"]))
    for total in award["totals"]:
        price = total["price_fen_per_t"]
        won = f"定标 {units.format_mass(total['won_g'])} / 需求 {units.format_mass(total['pledged_g'])}"
        line(names[total["line_id"]], f"{won}，均价 {units.format_price(price)}" if price else f"{won}，流标")
    below = _below_ceilings(told)
    line("低于成员限价 (below the members' ceilings)", f"{units.format_money(below)}，按分配量加权")
    for one in award["lines"]:
        mass, price = units.format_mass(one["mass_g"]), units.format_price(one["price_fen_per_t"])
        click.echo(f"    {one['org_name']} {names[one['line_id']]} {mass} × {price}")
    line("到货单 (deliveries)", f"{len(told['deliveries'])} 张")


def _below_ceilings(told: dict[str, Any]) -> int:
    """Return by how many fen the members pay less than their ceilings for what they got."""
    ceilings = told["ceilings"]
    return sum(
        units.amount_fen(ceilings[one["pledge_id"]], one["mass_g"]) - one["amount_fen"]
        for one in told["allocations"]
        if one["mass_g"]
    )


def yard(told: dict[str, Any]) -> None:
    """Tell what was received and counted."""
    heading("三、仓储 (warehouse)")
    for name, receipt in (("管坯入库 (billet received)", told["billets"]), ("钢管入库 (pipe received)", told["pipes"])):
        lines = receipt["lines"]
        mass = units.format_mass(sum(one["weighed_mass_g"] for one in lines))
        line(name, f"{receipt['number']}，{len(lines)} 捆，{mass}，对应 {receipt['advice_number']}")
    count = told["count"]
    findings = count["differing"]
    said = "；".join(f"{one['tag']} {FINDINGS.get(one['finding'], one['finding'])}" for one in findings)
    line("盘点 (stocktake)", f"{count['number']} 点到 {count['counted_tags']} 捆，差异 {len(findings)}：{said or '无'}")
    works = told["works"]
    made = "、".join(f"{one['tag']} {one['pieces']} 支" for one in works["cut"]["lines"][0]["outputs"])
    line("拆捆与切割 (split and cut)", f"{works['split']['number']}、{works['cut']['number']}：{made}，锯口损耗已列明")
    line("过户 (title)", f"{works['title']['number']}，{works['title']['to_owner_name']}")


FINDINGS = {"missing": "盘亏 (missing)", "found": "盘盈 (found)", "misplaced": "错位 (misplaced)"}


def freight(told: dict[str, Any]) -> None:
    """Tell what was matched, how empty it runs, and where the heat went."""
    heading("四、车货匹配 (freight)")
    held = told["round"]
    line("撮合 (matched)", f"货源 {held['demands']}、车源 {held['supplies']}，成交 {held['matched']}")
    line("空驶/载重里程 (empty / loaded)", f"{held['empty_m'] / 1000:.1f} / {held['loaded_m'] / 1000:.1f} 公里")
    for load in told["loads"]:
        fill = f"装载 {load['load_permille'] / 10:.1f}%"
        click.echo(f"    {load['number']} {load['plate']} {units.format_mass(load['mass_g'])} {fill}")
    issue, waybill = told["issue"], told["waybill"]
    line("出库 (issued)", f"{issue['number']}，{len(issue['lines'])} 捆，{units.format_mass(issue['mass_g'])}")
    line("运单 (waybill)", f"{waybill['number']} {waybill['plate']}，状态 {waybill['state']}")


def trace(told: dict[str, Any]) -> None:
    """Show one heat from the mill to the waybill."""
    found = told["trace"]
    heading(f"五、追溯 (trace) 炉号 {found['heat_number']} · {found['mill_name']}")
    balance = found["balance"]
    line(
        "平衡 (mass balance)",
        f"入 {units.format_mass(balance['received_g'])} = 出 {units.format_mass(balance['issued_g'])} "
        f"+ 其他 {units.format_mass(balance['other_g'])} + 在库 {units.format_mass(balance['in_stock_g'])}",
    )
    last = next(one for one in found["bundles"] if one.get("waybill_number"))
    click.echo(
        f"    炉号 {found['heat_number']} → 到货 {told['delivery']} → 捆 {last['tag']} "
        f"({last['size']}, {last['pieces']} 支) → 运单 {last['waybill_number']}"
    )


def ended(seconds: float, calls: int) -> None:
    """Print when and how long."""
    now = utc_now().astimezone(SHANGHAI)
    click.echo(f"\n  {now:%Y-%m-%d %H:%M} 完成，{calls} 次接口调用，{seconds:.1f} 秒 (API calls, seconds)")
