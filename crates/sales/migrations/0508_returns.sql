-- Returns: what customers send back, from the question to the money.

CREATE TABLE returns (
    id UUID PRIMARY KEY,
    order_id UUID NOT NULL REFERENCES orders (id),
    status TEXT NOT NULL CONSTRAINT returns_status_check
        CHECK (status IN ('requested', 'approved', 'part_received', 'received', 'refunded', 'closed', 'rejected', 'cancelled')),
    asked_by TEXT NOT NULL CONSTRAINT returns_asked_by_check CHECK (asked_by IN ('customer', 'staff')),
    -- In the words of whoever asked.
    note TEXT,
    staff_note TEXT,
    -- Why it was rejected, as the customer reads it.
    rejection TEXT,
    -- How the parcel comes back.
    instructions TEXT,
    tracking_number TEXT,
    label_url TEXT,
    refund_id UUID REFERENCES refunds (id),
    approved_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT returns_ended_check CHECK ((ended_at IS NOT NULL) = (status IN ('refunded', 'closed', 'rejected', 'cancelled'))),
    CONSTRAINT returns_refund_check CHECK (refund_id IS NULL OR status = 'refunded')
);
CREATE INDEX returns_order_idx ON returns (order_id, id);
CREATE INDEX returns_status_idx ON returns (status, id);
CREATE UNIQUE INDEX returns_refund_key ON returns (refund_id) WHERE refund_id IS NOT NULL;

CREATE TABLE return_lines (
    return_id UUID NOT NULL REFERENCES returns (id),
    position BIGINT NOT NULL,
    line_id UUID NOT NULL REFERENCES order_lines (id),
    reason TEXT NOT NULL CONSTRAINT return_lines_reason_check CHECK (reason IN ('damaged', 'defective', 'not_as_described', 'wrong_item',
        'too_small', 'too_large', 'changed_mind', 'arrived_late', 'other')),
    note TEXT,
    asked BIGINT NOT NULL CONSTRAINT return_lines_asked_check CHECK (asked > 0),
    approved BIGINT NOT NULL DEFAULT 0 CONSTRAINT return_lines_approved_check CHECK (approved BETWEEN 0 AND asked),
    received BIGINT NOT NULL DEFAULT 0 CONSTRAINT return_lines_received_check CHECK (received BETWEEN 0 AND approved),
    damaged BIGINT NOT NULL DEFAULT 0 CONSTRAINT return_lines_damaged_check CHECK (damaged >= 0),
    restocked BIGINT NOT NULL DEFAULT 0 CONSTRAINT return_lines_restocked_check CHECK (restocked >= 0),
    CONSTRAINT return_lines_pkey PRIMARY KEY (return_id, position),
    CONSTRAINT return_lines_line_key UNIQUE (return_id, line_id),
    CONSTRAINT return_lines_condition_check CHECK (damaged + restocked <= received)
);
CREATE INDEX return_lines_line_idx ON return_lines (line_id);

-- What came, parcel by parcel. `restocked`: how many of them lie in stock again; the adjustment that laid them there is the cause of its moves.
-- append-only: return_receipts
CREATE TABLE return_receipts (
    return_id UUID NOT NULL REFERENCES returns (id),
    position BIGINT NOT NULL,
    line_id UUID NOT NULL REFERENCES order_lines (id),
    quantity BIGINT NOT NULL CONSTRAINT return_receipts_quantity_check CHECK (quantity > 0),
    condition TEXT NOT NULL CONSTRAINT return_receipts_condition_check CHECK (condition IN ('good', 'damaged')),
    restocked BIGINT NOT NULL CONSTRAINT return_receipts_restocked_check CHECK (restocked = 0 OR restocked = quantity),
    adjustment_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT return_receipts_pkey PRIMARY KEY (return_id, position),
    CONSTRAINT return_receipts_adjustment_check CHECK ((restocked > 0) = (adjustment_id IS NOT NULL)),
    CONSTRAINT return_receipts_damaged_check CHECK (condition = 'good' OR restocked = 0)
);
CREATE INDEX return_receipts_line_idx ON return_receipts (line_id);
CREATE INDEX return_receipts_adjustment_idx ON return_receipts (adjustment_id) WHERE adjustment_id IS NOT NULL;
