-- What is sold of each product by day: kept up to date by the events of orders.

-- What each order adds to each of its products, in the day of the shop in which it was counted first: what makes telling the same event
-- twice count once. An order that only waits has none.
CREATE TABLE product_orders (
    order_id UUID NOT NULL REFERENCES orders (id),
    product_id UUID NOT NULL REFERENCES products (id),
    day TEXT NOT NULL,
    currency TEXT NOT NULL,
    is_sold BOOLEAN NOT NULL,
    units BIGINT NOT NULL,
    cancelled_units BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    CONSTRAINT product_orders_pkey PRIMARY KEY (order_id, product_id)
);

-- The sums of it.
CREATE TABLE product_days (
    product_id UUID NOT NULL REFERENCES products (id),
    day TEXT NOT NULL,
    currency TEXT NOT NULL,
    order_count BIGINT NOT NULL,
    units BIGINT NOT NULL,
    cancelled_units BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    CONSTRAINT product_days_pkey PRIMARY KEY (product_id, day, currency)
);
