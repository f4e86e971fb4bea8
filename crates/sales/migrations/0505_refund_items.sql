-- What a refund of an order is for: pieces of a line, or, without a line, its shipping. What is given back beyond these has no row.
-- append-only: refund_items
CREATE TABLE refund_items (
    refund_id UUID NOT NULL REFERENCES refunds (id),
    position BIGINT NOT NULL,
    line_id UUID REFERENCES order_lines (id),
    quantity BIGINT CONSTRAINT refund_items_quantity_check CHECK (quantity > 0),
    amount_minor BIGINT NOT NULL CONSTRAINT refund_items_amount_check CHECK (amount_minor >= 0),
    restock BOOLEAN NOT NULL,
    CONSTRAINT refund_items_pkey PRIMARY KEY (refund_id, position),
    CONSTRAINT refund_items_line_check CHECK ((line_id IS NULL) = (quantity IS NULL)),
    CONSTRAINT refund_items_restock_check CHECK (NOT restock OR line_id IS NOT NULL)
);
CREATE INDEX refund_items_line_idx ON refund_items (line_id) WHERE line_id IS NOT NULL;
