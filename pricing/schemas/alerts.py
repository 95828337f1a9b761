"""What the API of watch lists, alerts, messages and channels takes and gives."""

from enum import StrEnum

from marshmallow import fields

from pricing.alert_models import NAME
from pricing.alerting import Direction, Measure
from pricing.notifying.addresses import LONGEST, ChannelKind
from pricing.schemas.prices import FIGURE
from steelyard.api.fields import Choice, Day, Flag, IdField, Int, Text, Timestamp
from steelyard.api.schemas import PageQuery, Schema


class SendingStatus(StrEnum):
    """How a message to a channel stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class MessageKind(StrEnum):
    """What a message in the inbox is."""

    ALERT = "alert"
    DIGEST = "digest"


class WatchOut(Schema):
    """A series on one's watch list."""

    id = IdField(required=True)
    series_id = IdField(required=True)
    created_at = Timestamp(required=True)


class WatchedOut(Schema):
    """Whether one follows the series."""

    series_id = IdField(required=True)
    watched = Flag(required=True)


class AlertIn(Schema):
    """What to be told of; the threshold is `threshold_mantissa` / 10**`threshold_scale`.

    It is in the series' unit, or in percent for the measures that say so. `stale` has a threshold of 0 and the
    direction `above`; only `basis` has an `other_id`.
    """

    series_id = IdField(required=True)
    other_id = IdField(allow_none=True)
    measure = Choice(Measure, required=True)
    direction = Choice(Direction, required=True)
    threshold_mantissa = Int(min=-(10**12), max=10**12, required=True)
    threshold_scale = Int(max=6, required=True)
    shared = Flag()


class AlertOut(Schema):
    """An alert; `armed` tells whether it would fire now."""

    id = IdField(required=True)
    series_id = IdField(required=True)
    other_id = IdField(required=True, allow_none=True)
    measure = Choice(Measure, required=True)
    direction = Choice(Direction, required=True)
    threshold_mantissa = Int(min=-(10**12), max=10**12, required=True)
    threshold_scale = Int(max=6, required=True)
    shared = Flag(required=True)
    armed = Flag(required=True)
    paused = Flag(required=True)
    fired_day = Day(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    version = Int(min=1, required=True)


class AlertQuery(PageQuery):
    """Filters of alerts."""

    series_id = IdField()


class FiringOut(Schema):
    """A firing: the day of the figure, the observation that set it off, and the sentence."""

    id = IdField(required=True)
    day = Day(required=True)
    observation_id = IdField(required=True)
    fired_at = Timestamp(required=True)
    text = fields.String(required=True)


class MessageOut(Schema):
    """A message of one's inbox."""

    id = IdField(required=True)
    kind = Choice(MessageKind, required=True)
    text = fields.String(required=True)
    created_at = Timestamp(required=True)
    read_at = Timestamp(required=True, allow_none=True)


class MessageQuery(PageQuery):
    """Filters of messages."""

    unread = Flag()


class ReadIn(Schema):
    """Up to which message one has read."""

    up_to = IdField(required=True)


class ReadOut(Schema):
    """How many messages are left unread."""

    unread = Int(required=True)


class ChannelIn(Schema):
    """A channel: the robot's own address as its platform shows it, or one mail address; `secret` signs for DingTalk."""

    kind = Choice(ChannelKind, required=True)
    name = Text(max=NAME, required=True)
    address = Text(max=LONGEST, required=True)
    secret = Text(max=128)


class ChannelOut(Schema):
    """A channel without its address, and what one gets through it."""

    id = IdField(required=True)
    kind = Choice(ChannelKind, required=True)
    name = fields.String(required=True)
    created_at = Timestamp(required=True)
    alerts = Flag(required=True)
    digest = Flag(required=True)
    version = Int(min=1, required=True)


class FollowIn(Schema):
    """What one wants to get through a channel."""

    alerts = Flag(required=True)
    digest = Flag(required=True)


class SendingOut(Schema):
    """A message to a channel and what became of it."""

    id = IdField(required=True)
    title = fields.String(required=True)
    status = Choice(SendingStatus, required=True)
    attempts = Int(max=FIGURE, required=True)
    error = fields.String(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    next_at = Timestamp(required=True, allow_none=True)
    finished_at = Timestamp(required=True, allow_none=True)
