"""Tables of freight: postings, rounds, loads and waybills. Mass in grams, length in millimetres, money in fen."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from steelyard.accounts.models import Organisation
from steelyard.core.models import Base, Id, JsonText, Versioned
from steelyard.logistics.lorries import Equipment, LorryClass, Need, usable_payload_g

NUMBER = 24
ADCODE = 6
PLATE = 16
REFERENCE = 80
REMARK = 400
STATE = 12
_ORG = "organisation.id"
_USER = "user_account.id"
_TAKEN = text("state IN ('offered', 'accepted')")
_ACTIVE = text("state IN ('open', 'offered')")


class FreightDemand(Versioned, Base):
    """Goods that look for a lorry (货源); they travel whole, from one place to another, within two windows."""

    __tablename__ = "freight_demand"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    org_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    posted_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    posted_at: Mapped[datetime] = mapped_column(nullable=False)
    state: Mapped[str] = mapped_column(String(STATE), nullable=False, index=True)
    origin: Mapped[str] = mapped_column(String(ADCODE), nullable=False)
    destination: Mapped[str] = mapped_column(String(ADCODE), nullable=False)
    mass_g: Mapped[int] = mapped_column(nullable=False)
    pieces: Mapped[int] = mapped_column(nullable=False)
    longest_mm: Mapped[int] = mapped_column(nullable=False)
    pickup_from: Mapped[datetime] = mapped_column(nullable=False)
    pickup_until: Mapped[datetime] = mapped_column(nullable=False)
    delivery_from: Mapped[datetime] = mapped_column(nullable=False)
    delivery_until: Mapped[datetime] = mapped_column(nullable=False)
    ceiling_fen: Mapped[int] = mapped_column(nullable=False)
    needs: Mapped[list[str]] = mapped_column(JsonText, nullable=False)
    order_reference: Mapped[str | None] = mapped_column(String(REFERENCE))
    loading_warehouse_org_id: Mapped[int | None] = mapped_column(ForeignKey(_ORG))
    receiver_org_id: Mapped[int | None] = mapped_column(ForeignKey(_ORG))

    org: Mapped[Organisation] = relationship(foreign_keys=[org_id])
    loading_warehouse: Mapped[Organisation | None] = relationship(foreign_keys=[loading_warehouse_org_id])
    receiver: Mapped[Organisation | None] = relationship(foreign_keys=[receiver_org_id])

    __table_args__ = (
        CheckConstraint("mass_g > 0 AND pieces > 0 AND longest_mm > 0 AND ceiling_fen > 0", name="amounts"),
        CheckConstraint("pickup_from < pickup_until AND delivery_from < delivery_until", name="windows"),
    )

    @property
    def need_set(self) -> frozenset[Need]:
        """What it asks of the lorry."""
        return frozenset(Need(need) for need in self.needs)


class FreightSupply(Versioned, Base):
    """A lorry that looks for goods (车源): where it stands, from when it is free, and what it asks."""

    __tablename__ = "freight_supply"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    org_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    posted_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    posted_at: Mapped[datetime] = mapped_column(nullable=False)
    state: Mapped[str] = mapped_column(String(STATE), nullable=False, index=True)
    plate: Mapped[str] = mapped_column(String(PLATE), nullable=False)
    lorry_class: Mapped[str] = mapped_column(String(16), nullable=False)
    bed_length_mm: Mapped[int] = mapped_column(nullable=False)
    payload_g: Mapped[int] = mapped_column(nullable=False)
    tare_g: Mapped[int | None]
    equipment: Mapped[list[str]] = mapped_column(JsonText, nullable=False)
    position: Mapped[str] = mapped_column(String(ADCODE), nullable=False)
    home: Mapped[str | None] = mapped_column(String(ADCODE))
    free_from: Mapped[datetime] = mapped_column(nullable=False)
    free_until: Mapped[datetime | None]
    ask_fen_per_km: Mapped[int] = mapped_column(nullable=False)
    fixed_fen: Mapped[int] = mapped_column(nullable=False)

    org: Mapped[Organisation] = relationship(foreign_keys=[org_id])

    __table_args__ = (
        # A lorry is on the board once: two open postings of one plate could both be matched.
        Index(
            "uq_freight_supply_active_plate",
            "org_id",
            "plate",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        CheckConstraint("payload_g > 0 AND bed_length_mm > 0", name="amounts"),
        CheckConstraint("ask_fen_per_km >= 0 AND fixed_fen >= 0", name="asks"),
        CheckConstraint("free_until IS NULL OR free_from < free_until", name="window"),
    )

    @property
    def equipment_set(self) -> frozenset[Equipment]:
        """What it brings along."""
        return frozenset(Equipment(item) for item in self.equipment)

    @property
    def usable_payload_g(self) -> int:
        """Grams that may be loaded by licence and by the limit of its class."""
        return usable_payload_g(LorryClass(self.lorry_class), self.payload_g, self.tare_g)


class FreightRound(Base):
    """A matching round (撮合): everything open was looked at once, and these are its figures."""

    __tablename__ = "freight_round"
    id: Mapped[Id]
    held_at: Mapped[datetime] = mapped_column(nullable=False)
    held_by: Mapped[int] = mapped_column(ForeignKey(_USER), nullable=False)
    offers_until: Mapped[datetime] = mapped_column(nullable=False)
    demands: Mapped[int] = mapped_column(Integer, nullable=False)
    supplies: Mapped[int] = mapped_column(Integer, nullable=False)
    matched: Mapped[int] = mapped_column(Integer, nullable=False)
    empty_m: Mapped[int] = mapped_column(nullable=False)
    loaded_m: Mapped[int] = mapped_column(nullable=False)
    surplus_fen: Mapped[int] = mapped_column(nullable=False)

    __table_args__ = ({"info": {"append_only": True}},)


class FreightLeftOver(Base):
    """A posting that stayed without a partner in a round, and why (未成交原因)."""

    __tablename__ = "freight_left_over"
    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(ForeignKey("freight_round.id"), nullable=False, index=True)
    demand_id: Mapped[int | None] = mapped_column(ForeignKey("freight_demand.id"), index=True)
    supply_id: Mapped[int | None] = mapped_column(ForeignKey("freight_supply.id"), index=True)
    reason: Mapped[str] = mapped_column(String(16), nullable=False)

    demand: Mapped[FreightDemand | None] = relationship()
    supply: Mapped[FreightSupply | None] = relationship()

    __table_args__ = (
        CheckConstraint("(demand_id IS NULL) <> (supply_id IS NULL)", name="one_posting"),
        {"info": {"append_only": True}},
    )


class FreightLoad(Versioned, Base):
    """A consignment offered to a lorry (配载): a contract once both sides have accepted it."""

    __tablename__ = "freight_load"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("freight_round.id"), nullable=False, index=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("freight_demand.id"), nullable=False)
    supply_id: Mapped[int] = mapped_column(ForeignKey("freight_supply.id"), nullable=False)
    shipper_org_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    carrier_org_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    warehouse_org_id: Mapped[int | None] = mapped_column(ForeignKey(_ORG), index=True)
    state: Mapped[str] = mapped_column(String(STATE), nullable=False, index=True)
    empty_m: Mapped[int] = mapped_column(nullable=False)
    loaded_m: Mapped[int] = mapped_column(nullable=False)
    distance_source: Mapped[str] = mapped_column(String(32), nullable=False)
    pickup_at: Mapped[datetime] = mapped_column(nullable=False)
    delivery_at: Mapped[datetime] = mapped_column(nullable=False)
    cost_fen: Mapped[int] = mapped_column(nullable=False)
    shipper_pays_fen: Mapped[int] = mapped_column(nullable=False)
    carrier_receives_fen: Mapped[int] = mapped_column(nullable=False)
    expires_at: Mapped[datetime] = mapped_column(nullable=False, index=True)
    shipper_accepted_at: Mapped[datetime | None]
    shipper_accepted_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    carrier_accepted_at: Mapped[datetime | None]
    carrier_accepted_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    closed_at: Mapped[datetime | None]
    declined_side: Mapped[str | None] = mapped_column(String(STATE))
    decline_reason: Mapped[str | None] = mapped_column(String(REMARK))

    demand: Mapped[FreightDemand] = relationship(lazy="joined", innerjoin=True)
    supply: Mapped[FreightSupply] = relationship(lazy="joined", innerjoin=True)
    shipper: Mapped[Organisation] = relationship(foreign_keys=[shipper_org_id])
    carrier: Mapped[Organisation] = relationship(foreign_keys=[carrier_org_id])
    warehouse: Mapped[Organisation | None] = relationship(foreign_keys=[warehouse_org_id])
    waybill: Mapped["Waybill | None"] = relationship(back_populates="load", uselist=False)

    __table_args__ = (
        # The database itself refuses a posting that is matched twice, whatever two rounds may do at once.
        Index("uq_freight_load_demand", "demand_id", unique=True, sqlite_where=_TAKEN, postgresql_where=_TAKEN),
        Index("uq_freight_load_supply", "supply_id", unique=True, sqlite_where=_TAKEN, postgresql_where=_TAKEN),
        CheckConstraint("carrier_receives_fen >= cost_fen", name="carrier_covered"),
        CheckConstraint("shipper_pays_fen = carrier_receives_fen", name="balanced"),
    )


class Waybill(Versioned, Base):
    """The paper of one journey (运单): issued by acceptance, loaded by the yard's issue, delivered by confirmation."""

    __tablename__ = "waybill"
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(NUMBER), nullable=False, unique=True)
    load_id: Mapped[int] = mapped_column(ForeignKey("freight_load.id"), nullable=False, unique=True)
    shipper_org_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    carrier_org_id: Mapped[int] = mapped_column(ForeignKey(_ORG), nullable=False, index=True)
    warehouse_org_id: Mapped[int | None] = mapped_column(ForeignKey(_ORG), index=True)
    receiver_org_id: Mapped[int | None] = mapped_column(ForeignKey(_ORG), index=True)
    plate: Mapped[str] = mapped_column(String(PLATE), nullable=False)
    state: Mapped[str] = mapped_column(String(STATE), nullable=False)
    issued_at: Mapped[datetime] = mapped_column(nullable=False)
    loaded_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    delivered_by: Mapped[int | None] = mapped_column(ForeignKey(_USER))
    received_mass_g: Mapped[int | None]
    remark: Mapped[str | None] = mapped_column(String(REMARK))

    load: Mapped[FreightLoad] = relationship(back_populates="waybill", lazy="joined", innerjoin=True)
    loadings: Mapped[list["WaybillLoading"]] = relationship(order_by="WaybillLoading.id")
    shipper: Mapped[Organisation] = relationship(foreign_keys=[shipper_org_id])
    carrier: Mapped[Organisation] = relationship(foreign_keys=[carrier_org_id])
    warehouse: Mapped[Organisation | None] = relationship(foreign_keys=[warehouse_org_id])
    receiver: Mapped[Organisation | None] = relationship(foreign_keys=[receiver_org_id])


class WaybillLoading(Base):
    """What one issue of a yard put on the lorry of a waybill (装车明细); ``bundles`` name their heats."""

    __tablename__ = "waybill_loading"
    id: Mapped[Id]
    waybill_id: Mapped[int] = mapped_column(ForeignKey("waybill.id"), nullable=False)
    issue_number: Mapped[str] = mapped_column(String(NUMBER), nullable=False)
    plate: Mapped[str | None] = mapped_column(String(NUMBER))
    mass_g: Mapped[int] = mapped_column(nullable=False)
    bundles: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, nullable=False)
    loaded_at: Mapped[datetime] = mapped_column(nullable=False)

    __table_args__ = (
        UniqueConstraint("waybill_id", "issue_number"),
        {"info": {"append_only": True}},
    )
