"""The API of yards: warehouses, their places, and the catalogue of products."""

from typing import Any

from inventory import documents, rules, schemas
from inventory.api.slice import Body, blp
from inventory.models import Place, Product, Warehouse
from inventory.operations import setting_up
from inventory.weighbridge_schemas import WarehouseChange
from steelyard.api.calls import Call


@blp.list_("/warehouses", rule=rules.SEE, returns=schemas.WarehouseOut)
def list_warehouses(call: Call, query: Body) -> Any:
    """Yards: one's own, and those that hold one's goods."""
    return call.page(documents.warehouses(call.actor), query, Warehouse.id)


@blp.create("/warehouses", rule=rules.SET_UP, body=schemas.WarehouseIn, returns=schemas.WarehouseOut)
def open_warehouse(call: Call, body: Body) -> Warehouse:
    """Open a yard with its virtual places."""
    return setting_up.open_warehouse(call.session, call.actor, **body)


@blp.get("/warehouses/<id:warehouse_id>", rule=rules.SEE, returns=schemas.WarehouseOut)
def get_warehouse(call: Call, warehouse_id: int) -> Warehouse:
    """One yard."""
    return documents.warehouse(call.session, call.actor, warehouse_id)


@blp.change("/warehouses/<id:warehouse_id>", rule=rules.HEAD, body=WarehouseChange, returns=schemas.WarehouseOut)
def change_warehouse(call: Call, body: Body, warehouse_id: int) -> Warehouse:
    """Change the name of a yard, or how far its weighbridge may be off where no contract says it."""
    yard = setting_up.own_yard(call.session, call.actor, warehouse_id)
    call.match(yard)
    return setting_up.change_yard(call.session, call.actor, yard, body)


@blp.list_("/warehouses/<id:warehouse_id>/places", rule=rules.SEE_YARD, returns=schemas.PlaceOut)
def list_places(call: Call, query: Body, warehouse_id: int) -> Any:
    """The places of a yard, virtual ones too."""
    documents.warehouse(call.session, call.actor, warehouse_id)
    return call.page(documents.places(call.actor, warehouse_id), query, Place.id)


@blp.create("/warehouses/<id:warehouse_id>/places", rule=rules.KEEP, body=schemas.PlaceIn, returns=schemas.PlaceOut)
def add_place(call: Call, body: Body, warehouse_id: int) -> Place:
    """Add a place."""
    return setting_up.add_place(call.session, call.actor, warehouse_id, **body)


@blp.get("/warehouses/<id:warehouse_id>/places/<id:place_id>", rule=rules.SEE_YARD, returns=schemas.PlaceOut)
def get_place(call: Call, warehouse_id: int, place_id: int) -> Place:
    """One place."""
    return documents.place(call.session, call.actor, warehouse_id, place_id)


@blp.change(
    "/warehouses/<id:warehouse_id>/places/<id:place_id>",
    rule=rules.KEEP,
    body=schemas.PlaceChange,
    returns=schemas.PlaceOut,
)
def change_place(call: Call, body: Body, warehouse_id: int, place_id: int) -> Place:
    """Change what a place takes, or block it."""
    place = setting_up.own_place(call.session, call.actor, warehouse_id, place_id)
    call.match(place)
    return setting_up.change_place(call.session, call.actor, place, body)


@blp.list_("/products", rule=rules.SEE, query=schemas.ProductQuery, returns=schemas.ProductOut)
def list_products(call: Call, query: Body) -> Any:
    """The catalogue."""
    return call.page(documents.products(query), query, Product.id)


@blp.create("/products", rule=rules.SET_UP, body=schemas.ProductIn, returns=schemas.ProductOut)
def add_product(call: Call, body: Body) -> Product:
    """Add a product."""
    return setting_up.add_product(call.session, call.actor, setting_up.spec_of(**body))
