-- Money that staff give back. What became of a refund is said by its operations, one for each payment that it is taken from.

CREATE TABLE refunds (
    id UUID PRIMARY KEY,
    reference_id UUID NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CONSTRAINT refunds_amount_check CHECK (amount_minor > 0),
    reason TEXT NOT NULL CONSTRAINT refunds_reason_check CHECK (reason IN ('requested', 'returned', 'defective', 'not_delivered',
        'duplicate', 'fraud', 'goodwill', 'other')),
    note TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX refunds_reference_idx ON refunds (reference_id, id);

-- append-only: refund_operations
CREATE TABLE refund_operations (
    operation_id UUID PRIMARY KEY REFERENCES payment_operations (id),
    refund_id UUID NOT NULL REFERENCES refunds (id)
);
CREATE INDEX refund_operations_refund_idx ON refund_operations (refund_id);
