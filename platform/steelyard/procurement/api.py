"""The API of group purchasing."""

from typing import Any

from steelyard.api.blueprint import SliceBlueprint
from steelyard.api.calls import Call
from steelyard.api.services import services
from steelyard.core.errors import NotFound
from steelyard.procurement import queries, rules, schemas
from steelyard.procurement.models import Allocation, Award, Campaign, Delivery, OpenedBid, Pledge, SealedBid
from steelyard.procurement.operations import awards, bids, campaigns, officers, opening, pledges

blp = SliceBlueprint(
    "procurement", __name__, description="Campaigns, pledges, sealed bids, awards, shares and deliveries."
)


@blp.list_("/campaigns", rule=rules.SEE, query=schemas.CampaignQuery, returns=schemas.CampaignOut)
def list_campaigns(call: Call, query: dict[str, Any]) -> Any:
    """List the campaigns that the caller may see."""
    return call.page(queries.campaigns(call.actor, state=query.get("state")), query, Campaign.id)


@blp.create("/campaigns", rule=rules.RUN, body=schemas.CampaignIn, returns=schemas.CampaignOut)
def create_campaign(call: Call, body: dict[str, Any]) -> Campaign:
    """Draft a campaign."""
    return campaigns.create_campaign(call.session, call.actor, **{"opens_at": None, **body})


@blp.get("/campaigns/<id:campaign_id>", rule=rules.SEE, returns=schemas.CampaignOut)
def get_campaign(call: Call, campaign_id: int) -> Campaign:
    """Show a campaign."""
    return queries.campaign(call.session, call.actor, campaign_id)


@blp.change("/campaigns/<id:campaign_id>", rule=rules.RUN, body=schemas.CampaignPatch, returns=schemas.CampaignOut)
def change_campaign(call: Call, body: dict[str, Any], campaign_id: int) -> Campaign:
    """Change a draft, or extend a deadline of a published campaign."""
    campaign = _alone(call, campaign_id)
    call.match(campaign)
    campaigns.change_campaign(call.session, call.actor, campaign, body)
    return campaign


@blp.get("/campaigns/<id:campaign_id>/progress", rule=rules.SEE, returns=schemas.CampaignProgressOut)
def get_progress(call: Call, campaign_id: int) -> dict[str, Any]:
    """Show the pooled totals, and how many officers and approvals there are."""
    campaign = queries.campaign(call.session, call.actor, campaign_id)
    return queries.progress(call.session, call.actor, campaign, call.db_now())


def _choose(call: Call, body: dict[str, Any], campaign_id: int) -> officers.Chosen | None:
    return officers.choose_passphrase(call.session, call.actor, campaign_id, body["passphrase"], _secret())


@blp.act(
    "/campaigns/<id:campaign_id>/officers",
    rule=rules.RUN,
    body=schemas.OpeningPassphrase,
    returns=schemas.CampaignProgressOut,
    prepare=_choose,
)
def appoint_officer(call: Call, body: dict[str, Any], campaign_id: int) -> dict[str, Any]:
    """Become one of the two officers of a draft, with an opening passphrase of one's own."""
    campaign = _alone(call, campaign_id)
    officers.appoint_officer(call.session, call.actor, campaign, call.prepared)
    return queries.progress(call.session, call.actor, campaign, call.db_now())


@blp.act("/campaigns/<id:campaign_id>/open", rule=rules.RUN, returns=schemas.CampaignOut)
def publish_campaign(call: Call, campaign_id: int) -> Campaign:
    """Publish a draft, so that members may pledge."""
    campaign = _alone(call, campaign_id)
    campaigns.publish_campaign(call.session, call.actor, campaign)
    return campaign


@blp.act("/campaigns/<id:campaign_id>/lock", rule=rules.RUN, returns=schemas.CampaignOut)
def lock_campaign(call: Call, campaign_id: int) -> Campaign:
    """End the pledges, once their deadline has passed."""
    campaign = _alone(call, campaign_id)
    campaigns.lock_campaign(call.session, call.actor, campaign)
    return campaign


@blp.act("/campaigns/<id:campaign_id>/cancel", rule=rules.RUN, body=schemas.CampaignReason, returns=schemas.CampaignOut)
def cancel_campaign(call: Call, body: dict[str, Any], campaign_id: int) -> Campaign:
    """Cancel a campaign whose award is not confirmed."""
    campaign = _alone(call, campaign_id)
    campaigns.cancel_campaign(call.session, call.actor, campaign, body["reason"])
    return campaign


@blp.act("/campaigns/<id:campaign_id>/close", rule=rules.RUN, returns=schemas.CampaignOut)
def close_campaign(call: Call, campaign_id: int) -> Campaign:
    """Close a campaign whose deliveries have all been received."""
    campaign = _alone(call, campaign_id)
    campaigns.close_campaign(call.session, call.actor, campaign)
    return campaign


@blp.list_("/campaigns/<id:campaign_id>/pledges", rule=rules.SEE_PLEDGES, returns=schemas.PledgeOut)
def list_pledges(call: Call, query: dict[str, Any], campaign_id: int) -> Any:
    """List the caller's own standing pledges; the operator sees all."""
    campaign = queries.campaign(call.session, call.actor, campaign_id)
    return call.page(queries.pledges(call.actor, campaign.id), query, Pledge.id)


@blp.create("/campaigns/<id:campaign_id>/pledges", rule=rules.PLEDGE, body=schemas.PledgeIn, returns=schemas.PledgeOut)
def make_pledge(call: Call, body: dict[str, Any], campaign_id: int) -> Pledge:
    """Pledge a firm quantity of a line."""
    campaign = queries.campaign(call.session, call.actor, campaign_id, lock="share")
    return pledges.make_pledge(call.session, call.actor, campaign, **body)


@blp.get("/campaigns/<id:campaign_id>/pledges/<id:pledge_id>", rule=rules.SEE_PLEDGES, returns=schemas.PledgeOut)
def get_pledge(call: Call, campaign_id: int, pledge_id: int) -> Pledge:
    """Show a standing pledge."""
    return queries.pledge(call.session, call.actor, campaign_id, pledge_id)


@blp.change(
    "/campaigns/<id:campaign_id>/pledges/<id:pledge_id>",
    rule=rules.PLEDGE,
    body=schemas.PledgePatch,
    returns=schemas.PledgeOut,
)
def replace_pledge(call: Call, body: dict[str, Any], campaign_id: int, pledge_id: int) -> Pledge:
    """Replace a pledge's quantity and ceiling."""
    campaign, pledge = _own_pledge(call, campaign_id, pledge_id)
    pledges.replace_pledge(call.session, call.actor, campaign, pledge, **body)
    return pledge


@blp.delete("/campaigns/<id:campaign_id>/pledges/<id:pledge_id>", rule=rules.PLEDGE)
def withdraw_pledge(call: Call, campaign_id: int, pledge_id: int) -> None:
    """Withdraw a pledge while the campaign is open."""
    campaign, pledge = _own_pledge(call, campaign_id, pledge_id)
    pledges.withdraw_pledge(call.session, call.actor, campaign, pledge)


@blp.create("/campaigns/<id:campaign_id>/bids", rule=rules.BID, body=schemas.BidIn, returns=schemas.BidReceiptOut)
def submit_bid(call: Call, body: dict[str, Any], campaign_id: int) -> SealedBid:
    """Hand in a sealed bid; it replaces the mill's earlier one."""
    campaign = queries.campaign(call.session, call.actor, campaign_id, lock="share")
    return bids.submit_bid(call.session, call.actor, campaign, **body)


@blp.get("/campaigns/<id:campaign_id>/bids/receipt", rule=rules.SEE_OWN_BID, returns=schemas.BidReceiptOut)
def get_receipt(call: Call, campaign_id: int) -> SealedBid:
    """Show the receipt of the mill's own last bid."""
    campaign = queries.campaign(call.session, call.actor, campaign_id)
    sealed = queries.own_sealed_bid(call.session, call.actor, campaign.id)
    if sealed is None:
        raise NotFound
    return sealed


@blp.list_("/campaigns/<id:campaign_id>/bids", rule=rules.SEE_BIDS, returns=schemas.BidOut)
def list_bids(call: Call, query: dict[str, Any], campaign_id: int) -> Any:
    """List the opened bids: none before the opening, afterwards all for the operator, its own for a mill."""
    campaign = queries.campaign(call.session, call.actor, campaign_id)
    return call.page(queries.opened_bids(call.actor, campaign.id), query, OpenedBid.id)


def _try(call: Call, body: dict[str, Any], campaign_id: int) -> officers.Attempt | None:
    phrase = body["passphrase"]
    return officers.try_passphrase(call.session, services().db, call.actor, campaign_id, phrase, _secret())


@blp.act(
    "/campaigns/<id:campaign_id>/opening-approvals",
    rule=rules.RUN,
    body=schemas.OpeningPassphrase,
    returns=schemas.CampaignProgressOut,
    prepare=_try,
)
def approve_opening(call: Call, body: dict[str, Any], campaign_id: int) -> dict[str, Any]:
    """Approve the opening of the bids with the passphrase chosen for it."""
    campaign = _alone(call, campaign_id)
    officers.approve_opening(call.session, call.actor, campaign, call.prepared, _secret())
    return queries.progress(call.session, call.actor, campaign, call.db_now())


@blp.act("/campaigns/<id:campaign_id>/open-bids", rule=rules.RUN, returns=schemas.CampaignOut)
def open_bids(call: Call, campaign_id: int) -> Campaign:
    """Open the bids, once both officers have approved."""
    campaign = _alone(call, campaign_id)
    opening.open_bids(call.session, call.actor, campaign, _secret())
    return campaign


@blp.get("/campaigns/<id:campaign_id>/award", rule=rules.SEE, returns=schemas.AwardOut)
def get_award(call: Call, campaign_id: int) -> dict[str, Any]:
    """Show the award, as far as the caller may see it."""
    campaign = queries.campaign(call.session, call.actor, campaign_id)
    award = queries.award(call.session, call.actor, campaign.id)
    if award is None:
        raise NotFound
    return queries.award_seen(call.actor, award)


def _work_out(call: Call, body: dict[str, Any], campaign_id: int) -> awards.Prepared | None:
    return awards.prepare_award(call.session, call.actor, campaign_id, body.get("reason"))


@blp.create(
    "/campaigns/<id:campaign_id>/award",
    rule=rules.RUN,
    body=schemas.ProposalIn,
    returns=schemas.AwardOut,
    prepare=_work_out,
)
def propose_award(call: Call, body: dict[str, Any], campaign_id: int) -> Award:
    """Work out the award and propose it."""
    campaign = _alone(call, campaign_id)
    return awards.propose_award(call.session, call.actor, campaign, body.get("reason"), call.prepared)


@blp.act("/campaigns/<id:campaign_id>/award/confirm", rule=rules.RUN, returns=schemas.AwardOut)
def confirm_award(call: Call, campaign_id: int) -> Award:
    """Confirm an award that somebody else proposed; deliveries are ordered."""
    return awards.confirm_award(call.session, call.actor, _alone(call, campaign_id))


@blp.act(
    "/campaigns/<id:campaign_id>/award/decline",
    rule=rules.RUN,
    body=schemas.CampaignReason,
    returns=schemas.CampaignOut,
)
def decline_award(call: Call, body: dict[str, Any], campaign_id: int) -> Campaign:
    """Send back an award that somebody else proposed."""
    campaign = _alone(call, campaign_id)
    awards.decline_award(call.session, call.actor, campaign, body["reason"])
    return campaign


@blp.list_("/campaigns/<id:campaign_id>/allocations", rule=rules.SEE_PLEDGES, returns=schemas.AllocationOut)
def list_allocations(call: Call, query: dict[str, Any], campaign_id: int) -> Any:
    """List the caller's own shares; the operator sees all."""
    campaign = queries.campaign(call.session, call.actor, campaign_id)
    award = queries.award(call.session, call.actor, campaign.id)
    return call.page(queries.allocations(call.actor, award.id if award else 0), query, Allocation.id)


@blp.list_("/deliveries", rule=rules.SEE, query=schemas.DeliveryQuery, returns=schemas.DeliveryOut)
def list_deliveries(call: Call, query: dict[str, Any]) -> Any:
    """List the deliveries that name the caller's organisation; the operator sees all."""
    found = queries.deliveries(call.actor)
    for name in ("campaign_id", "state"):
        if name in query:
            found = found.where(getattr(Delivery, name) == query[name])
    return call.page(found, query, Delivery.id)


@blp.get("/deliveries/<id:delivery_id>", rule=rules.SEE, returns=schemas.DeliveryOut)
def get_delivery(call: Call, delivery_id: int) -> Delivery:
    """Show a delivery."""
    return queries.delivery(call.session, call.actor, delivery_id)


def _alone(call: Call, campaign_id: int) -> Campaign:
    """Return the campaign under a lock that nobody shares."""
    return queries.campaign(call.session, call.actor, campaign_id, lock="update")


def _own_pledge(call: Call, campaign_id: int, pledge_id: int) -> tuple[Campaign, Pledge]:
    """Return a pledge of the caller's own under the campaign's shared lock, and check its version."""
    campaign = queries.campaign(call.session, call.actor, campaign_id, lock="share")
    pledge = queries.pledge(call.session, call.actor, campaign.id, pledge_id)
    call.match(pledge)
    return campaign, pledge


def _secret() -> str:
    return services().settings.secret_key
