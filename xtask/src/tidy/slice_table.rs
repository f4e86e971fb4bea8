//! The slices of each crate in the order in which they may use each other.

/// The slices of one crate.
pub(crate) struct Slices {
    /// The crate.
    pub(crate) package: &'static str,
    /// Whether a slice may use only those to its left; where not, every front door is open.
    pub(crate) ordered: bool,
    /// Its slices, from left to right.
    pub(crate) names: &'static [&'static str],
}

/// A new slice is added here, as far left as what it uses allows: everything to its right may then use it.
pub(crate) const TABLE: [Slices; 6] = [
    Slices {
        package: "platform",
        ordered: false,
        names: &[
            "failpoints",
            "config",
            "settings",
            "db",
            "migrate",
            "outbox",
            "events",
            "jobs",
            "leases",
            "idempotency",
            "audit",
            "privacy",
            "cache",
            "files",
            "mail",
            "redis",
            "rate_limits",
            "ip_blocks",
            "outside",
            "http_client",
            "telemetry",
            "testing",
        ],
    },
    Slices {
        package: "accounts",
        ordered: true,
        names: &[
            "permissions",
            "users",
            "passwords",
            "one_time",
            "throttle",
            "groups",
            "anomalies",
            "sessions",
            "tokens",
            "roles",
            "api_keys",
            "oauth",
            "two_factor",
            "addresses",
            "sign_in",
        ],
    },
    Slices {
        package: "catalog",
        ordered: true,
        names: &[
            "redirects",
            "exchange_rates",
            "price_lists",
            "channels",
            "categories",
            "media",
            "products",
            "variants",
            "inventory",
            "collections",
            "listing",
            "assortment",
            "currencies",
            "price_changes",
            "import",
            "stock_imports",
            "export",
        ],
    },
    Slices { package: "notify", ordered: true, names: &["mail_templates", "webhooks", "mails", "push", "inbound", "streams", "sync"] },
    Slices {
        package: "payments",
        ordered: true,
        names: &["ledger", "stored_values", "payments", "refunds", "reconciliation", "providers"],
    },
    Slices {
        package: "sales",
        ordered: true,
        names: &[
            "settings",
            "promotions",
            "tax",
            "shipping",
            "carts",
            "pricing",
            "orders",
            "order_exports",
            "settlement",
            "checkout",
            "fulfilments",
            "gift_cards",
            "refunds",
            "returns",
            "exchanges",
            "customer_groups",
            "customers",
            "reports",
            "product_metrics",
            "invoices",
            "packing_slips",
        ],
    },
];

/// Crates that are not cut into slices of the shop.
pub(crate) const WITHOUT_SLICES: [&str; 6] = ["kernel", "test_macro", "gateway", "api", "web", "tradewind"];
