"""The CSV files we can tell apart, by the columns each must have."""

from __future__ import annotations

PRODUCT_EXPORT = "Shopify product export"
ORDER_EXPORT = "Shopify order export"

KINDS: dict[str, tuple[str, ...]] = {
    PRODUCT_EXPORT: ("Handle", "Title", "Variant Price"),
    # The columns that every generation of the export has, from 2012 on.
    ORDER_EXPORT: (
        "Name",
        "Email",
        "Financial Status",
        "Fulfillment Status",
        "Currency",
        "Total",
        "Created at",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
    ),
    "WooCommerce order export as CSV (import its JSON instead)": ("order_id", "order_status"),
    "Etsy sales export": ("Sale Date", "Order ID", "Listing ID"),
}
