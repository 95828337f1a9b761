"""The pages of group purchasing."""

import secrets
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from steelyard.api.calls import Call
from steelyard.api.pages import NavItem, PageBlueprint, render
from steelyard.api.services import services
from steelyard.core.errors import StaleVersion
from steelyard.core.i18n import N_
from steelyard.procurement import board, forms, names, queries, rules
from steelyard.procurement.models import Campaign, Delivery, Pledge
from steelyard.procurement.operations import awards, bids, campaigns, officers, opening, pledges

pages = PageBlueprint("procurement", __name__)
NAVIGATION = (
    NavItem("procurement_pages.campaign_list", N_("Group purchases"), rules.SEE, "cart", 20),
    NavItem("procurement_pages.deliveries", N_("Deliveries"), rules.SEE, "bell", 25),
)


@pages.view("/campaigns", rule=rules.SEE)
def campaign_list(call: Call) -> str:
    """Show all campaigns that the person may see, the newest first."""
    rows = board.cards(call.session, call.actor, call.db_now())
    return render("procurement/campaigns.html", rows=rows, names=names, may_run=rules.RUN.allows(call.actor))


@pages.view("/campaigns/new", rule=rules.RUN)
def new_campaign(call: Call) -> str:
    """Ask for a new campaign."""
    return render("procurement/new.html", names=names, rows=range(forms.ROWS))


@pages.form("/campaigns/new", rule=rules.RUN, form=forms.CampaignForm)
def create_campaign(call: Call, form: dict[str, Any]) -> Any:
    """Draft the campaign."""
    campaign = campaigns.create_campaign(
        call.session,
        call.actor,
        title=form["title"],
        opens_at=form["opens_at"],
        pledge_deadline=form["pledge_deadline"],
        bid_deadline=form["bid_deadline"],
        lines=board.lines_of(form),
        tolerance_permille=form.get("tolerance"),
    )
    call.session.flush()
    flash(_("Campaign %(number)s was drafted.", number=campaign.number), "success")
    return _back(campaign)


@pages.view("/campaigns/<id:campaign_id>", rule=rules.SEE)
def campaign_page(call: Call, campaign_id: int) -> str:
    """Show one campaign with what the person may do there."""
    campaign = queries.campaign(call.session, call.actor, campaign_id)
    seen = board.campaign_page(call.session, call.actor, campaign, call.db_now())
    return render(
        "procurement/campaign.html",
        **seen,
        names=names,
        nonce=secrets.token_hex(32),
        may_run=rules.RUN.allows(call.actor),
        may_pledge=rules.PLEDGE.allows(call.actor),
        may_bid=rules.BID.allows(call.actor),
    )


@pages.view("/deliveries", rule=rules.SEE)
def deliveries(call: Call) -> str:
    """Show the newest deliveries that name the person's organisation."""
    newest = queries.deliveries(call.actor).order_by(Delivery.id.desc()).limit(board.DELIVERIES + 1)
    found = call.session.scalars(newest).all()
    more = board.DELIVERIES if len(found) > board.DELIVERIES else None
    return render("procurement/deliveries.html", deliveries=found[: board.DELIVERIES], more=more, names=names)


def _choose(call: Call, form: dict[str, Any], campaign_id: int) -> officers.Chosen | None:
    return officers.choose_passphrase(call.session, call.actor, campaign_id, form["passphrase"], _secret())


@pages.form("/campaigns/<id:campaign_id>/officers", rule=rules.RUN, form=forms.PassphraseForm, prepare=_choose)
def appoint_officer(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Become one of the two officers."""
    campaign = _alone(call, campaign_id)
    officers.appoint_officer(call.session, call.actor, campaign, call.prepared)
    flash(_("You are an officer of this campaign now. Keep your passphrase: nobody can recover it."), "success")
    return _back(campaign)


@pages.form("/campaigns/<id:campaign_id>/open", rule=rules.RUN)
def publish_campaign(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Publish the draft."""
    campaign = _alone(call, campaign_id)
    campaigns.publish_campaign(call.session, call.actor, campaign)
    flash(_("The campaign is published."), "success")
    return _back(campaign)


@pages.form("/campaigns/<id:campaign_id>/cancel", rule=rules.RUN, form=forms.ReasonForm)
def cancel_campaign(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Cancel the campaign."""
    campaign = _alone(call, campaign_id)
    campaigns.cancel_campaign(call.session, call.actor, campaign, form["reason"])
    flash(_("The campaign is cancelled."), "success")
    return _back(campaign)


@pages.form("/campaigns/<id:campaign_id>/pledge", rule=rules.PLEDGE, form=forms.PledgeForm)
def pledge(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Pledge for a line, or replace the pledge that stands, unless somebody else changed it meanwhile."""
    campaign = queries.campaign(call.session, call.actor, campaign_id, lock="share")
    standing = board.own_pledges(call.session, call.actor, campaign.id).get(form["line_id"])
    _match(standing, form["version"])
    what = {"mass_g": form["mass"], "ceiling_fen_per_t": form["ceiling"]}
    if standing is None:
        pledges.make_pledge(call.session, call.actor, campaign, line_id=form["line_id"], **what)
    else:
        pledges.replace_pledge(call.session, call.actor, campaign, standing, **what)
    flash(_("Your pledge stands."), "success")
    return _back(campaign)


@pages.form("/campaigns/<id:campaign_id>/pledges/<id:pledge_id>/withdraw", rule=rules.PLEDGE, form=forms.WithdrawalForm)
def withdraw_pledge(call: Call, form: dict[str, Any], campaign_id: int, pledge_id: int) -> Any:
    """Withdraw a pledge, unless somebody else changed it meanwhile."""
    campaign = queries.campaign(call.session, call.actor, campaign_id, lock="share")
    standing = queries.pledge(call.session, call.actor, campaign.id, pledge_id)
    _match(standing, form["version"])
    pledges.withdraw_pledge(call.session, call.actor, campaign, standing)
    flash(_("Your pledge is withdrawn."), "success")
    return _back(campaign)


@pages.form("/campaigns/<id:campaign_id>/bid", rule=rules.BID, form=forms.BidForm)
def submit_bid(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Seal the mill's bid."""
    campaign = queries.campaign(call.session, call.actor, campaign_id, lock="share")
    bids.submit_bid(
        call.session,
        call.actor,
        campaign,
        capacity_g=form["total"],
        lines=board.offers_of(form),
        nonce=form["nonce"],
    )
    flash(_("Your bid is sealed. Its receipt stands below; until the opening nobody can read it."), "success")
    return _back(campaign)


def _try(call: Call, form: dict[str, Any], campaign_id: int) -> officers.Attempt | None:
    phrase = form["passphrase"]
    return officers.try_passphrase(call.session, services().db, call.actor, campaign_id, phrase, _secret())


@pages.form("/campaigns/<id:campaign_id>/opening-approval", rule=rules.RUN, form=forms.PassphraseForm, prepare=_try)
def approve_opening(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Approve the opening; the second approval opens the bids at once."""
    campaign = _alone(call, campaign_id)
    officers.approve_opening(call.session, call.actor, campaign, call.prepared, _secret())
    if all(officer.approved_at for officer in campaign.officers):
        opening.open_bids(call.session, call.actor, campaign, _secret())
        flash(_("The bids are opened."), "success")
    else:
        flash(_("You approved the opening. The other officer must approve it too."), "success")
    return _back(campaign)


@pages.form("/campaigns/<id:campaign_id>/open-bids", rule=rules.RUN)
def open_bids(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Open the bids, where both approvals came by another way than the form."""
    campaign = _alone(call, campaign_id)
    opening.open_bids(call.session, call.actor, campaign, _secret())
    flash(_("The bids are opened."), "success")
    return _back(campaign)


def _work_out(call: Call, form: dict[str, Any], campaign_id: int) -> awards.Prepared | None:
    return awards.prepare_award(call.session, call.actor, campaign_id, form["reason"])


@pages.form("/campaigns/<id:campaign_id>/award", rule=rules.RUN, form=forms.ProposalForm, prepare=_work_out)
def propose_award(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Propose the award."""
    campaign = _alone(call, campaign_id)
    awards.propose_award(call.session, call.actor, campaign, form["reason"], call.prepared)
    flash(_("The award is proposed. Somebody else must confirm it."), "success")
    return _back(campaign)


@pages.form("/campaigns/<id:campaign_id>/award/confirm", rule=rules.RUN)
def confirm_award(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Confirm the award."""
    campaign = _alone(call, campaign_id)
    awards.confirm_award(call.session, call.actor, campaign)
    flash(_("The award is confirmed and the deliveries are ordered."), "success")
    return _back(campaign)


@pages.form("/campaigns/<id:campaign_id>/award/decline", rule=rules.RUN, form=forms.ReasonForm)
def decline_award(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Decline the award."""
    campaign = _alone(call, campaign_id)
    awards.decline_award(call.session, call.actor, campaign, form["reason"])
    flash(_("The award is declined; another one can be proposed."), "success")
    return _back(campaign)


@pages.form("/campaigns/<id:campaign_id>/close", rule=rules.RUN)
def close_campaign(call: Call, form: dict[str, Any], campaign_id: int) -> Any:
    """Close the campaign."""
    campaign = _alone(call, campaign_id)
    campaigns.close_campaign(call.session, call.actor, campaign)
    flash(_("The campaign is closed."), "success")
    return _back(campaign)


def _match(standing: Pledge | None, version: int) -> None:
    """Check the version that the form showed, 0 where there was no pledge. Raises ``StaleVersion``."""
    if version != (standing.version if standing else 0):
        raise StaleVersion


def _alone(call: Call, campaign_id: int) -> Campaign:
    return queries.campaign(call.session, call.actor, campaign_id, lock="update")


def _back(campaign: Campaign) -> Any:
    return redirect(url_for("procurement_pages.campaign_page", campaign_id=campaign.id), 303)


def _secret() -> str:
    return services().settings.secret_key
