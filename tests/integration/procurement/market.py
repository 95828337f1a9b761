"""The actors of a group purchase and what they say to the API."""

import secrets
from datetime import timedelta
from time import sleep

from sqlalchemy import func, select

from steelyard.core import outbox
from steelyard.core.clock import utc_now
from steelyard.core.sequence import Cursor

TONNE = 1_000_000
PASSPHRASES = ("first officer's phrase", "second officer's phrase")
LINE = {
    "kind": "round_billet",
    "grade": "20#",
    "size": "φ110",
    "standard": "GB/T 8162",
    "lot_g": 10 * TONNE,
    "delivery_from": "2026-12-01",
    "delivery_to": "2026-12-31",
}


def at(**delta):
    """A moment from now, as the API takes it."""
    return (utc_now() + timedelta(**delta)).isoformat()


def ok(response, status=200):
    """The body of an answer that must have succeeded."""
    assert response.status_code == status, response.text
    return response.get_json() if response.data else None


def refused(response, status, code):
    """Check a typed refusal."""
    assert (response.status_code, (response.get_json() or {}).get("code")) == (status, code), response.text
    return response.get_json()


class Market:
    """One operator with two buyers, some pipe makers and mills; ``time`` lets deadlines pass."""

    def __init__(self, world, api_as, app, db, time):
        self.world, self.app, self.db, self.time, self._api_as = world, app, db, time, api_as
        self._clients = {}
        self.first = world.actor("operator", "buyer", name="Wang", locale="en")
        self.second = world.actor("operator", "buyer", org=self.first, name="Li", locale="en")
        self.members = [world.actor("pipe_maker", "buyer", locale="en") for _ in range(3)]
        self.mills = [world.actor("mill", "seller", locale="en") for _ in range(3)]

    def as_(self, actor):
        """A client of the API on behalf of somebody."""
        if actor.user_id not in self._clients:
            self._clients[actor.user_id] = self._api_as(actor)
        return self._clients[actor.user_id]

    def draft(self, lines=1, **changes):
        """A draft that takes pledges for ten minutes and bids for ten more."""
        body = {
            "title": "Billet for December",
            "pledge_deadline": at(minutes=10),
            "bid_deadline": at(minutes=20),
            "lines": [LINE | {"size": f"φ{110 + 10 * n}"} for n in range(lines)],
        }
        return ok(self.as_(self.first).post("/campaigns", body | changes), 201)

    def open(self, lines=1, **changes):
        """A published campaign."""
        campaign = self.draft(lines, **changes)
        self.appoint(campaign)
        return ok(self.as_(self.first).post(f"/campaigns/{campaign['id']}/open"))

    def appoint(self, campaign):
        """Both officers choose their passphrases."""
        for officer, phrase in zip((self.first, self.second), PASSPHRASES, strict=True):
            ok(self.as_(officer).post(f"/campaigns/{campaign['id']}/officers", {"passphrase": phrase}))

    def pledge(self, campaign, member, tonnes, yuan, line=0):
        """A member's pledge, as the API answers it."""
        body = {
            "line_id": campaign["lines"][line]["id"],
            "mass_g": tonnes * TONNE,
            "ceiling_fen_per_t": yuan * 100,
        }
        return self.as_(self.members[member]).post(f"/campaigns/{campaign['id']}/pledges", body)

    def bid(self, campaign, mill, *offers, capacity=100_000, nonce=None):
        """A mill's bid of (yuan per tonne, tonnes) for each line, as the API answers it."""
        body = {
            "capacity_g": capacity * TONNE,
            "nonce": nonce or secrets.token_hex(32),
            "lines": [
                {"line_id": line["id"], "price_fen_per_t": offer[0] * 100, "capacity_g": offer[1] * TONNE}
                for line, offer in zip(campaign["lines"], offers, strict=False)
                if offer
            ],
        }
        return self.as_(self.mills[mill]).post(f"/campaigns/{campaign['id']}/bids", body)

    def pledged(self, lines=1):
        """A campaign for which three members pledged 350, 200 and 50 t, whose pledges have just ended."""
        campaign = self.open(lines)
        for line in range(lines):
            for member, (tonnes, yuan) in enumerate([(350, 3650), (200, 3700), (50, 3620)]):
                ok(self.pledge(campaign, member, tonnes, yuan, line), 201)
        self.time.pass_(minutes=10)
        return campaign

    def bid_for(self, lines=1):
        """A campaign on which three mills bid, with the bids' deadline just passed."""
        campaign = self.pledged(lines)
        for mill, (yuan, tonnes) in enumerate([(3600, 400), (3590, 100), (3610, 400)]):
            ok(self.bid(campaign, mill, *[(yuan, tonnes)] * lines), 201)
        self.time.pass_(minutes=10)
        return campaign

    def approve(self, campaign):
        """Both officers approve the opening."""
        for officer, phrase in zip((self.first, self.second), PASSPHRASES, strict=True):
            ok(self.as_(officer).post(f"/campaigns/{campaign['id']}/opening-approvals", {"passphrase": phrase}))

    def opened(self, lines=1):
        """A campaign whose bids are open."""
        campaign = self.bid_for(lines)
        self.approve(campaign)
        return ok(self.as_(self.first).post(f"/campaigns/{campaign['id']}/open-bids"))

    def proposed(self, lines=1):
        """A campaign with a proposed award."""
        campaign = self.opened(lines)
        ok(self.as_(self.first).post(f"/campaigns/{campaign['id']}/award", {}), 201)
        return campaign

    def awarded(self, lines=1):
        """A campaign with a confirmed award."""
        campaign = self.proposed(lines)
        ok(self.as_(self.second).post(f"/campaigns/{campaign['id']}/award/confirm"))
        return campaign

    def settled(self):
        """Wait until the feed of events shows all there are: other transactions of the same server delay it."""
        for _ in range(600):
            with self.db.read() as session:
                written = session.scalar(select(func.count()).select_from(outbox.Event))
                if len(outbox.read_events(session, after=Cursor(), limit=1000)) == written:
                    return
            sleep(0.05)
        raise AssertionError("the feed of events does not catch up")

    def state(self, campaign):
        """Where the campaign stands, as the operator sees it."""
        return ok(self.as_(self.first).get(f"/campaigns/{campaign['id']}"))["state"]
