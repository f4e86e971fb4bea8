-- What is there, what is promised, and why it changed.

CREATE TABLE stock_locations (
    id UUID PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT stock_locations_code_key UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT stock_locations_kind_check CHECK (kind IN ('own', 'supplier')),
    priority BIGINT NOT NULL,
    address JSONB,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);

-- Tracked variants have levels; those of a variant that is tracked no more stay and count for nothing. `backorder_limit` and
-- `low_stock_threshold` are the variant's, copied here for the CHECK and the mark. A sale that leaves `is_low` as it was touches no index.
CREATE TABLE stock_levels (
    variant_id UUID NOT NULL REFERENCES variants (id),
    location_id UUID NOT NULL REFERENCES stock_locations (id),
    on_hand BIGINT NOT NULL DEFAULT 0,
    reserved BIGINT NOT NULL DEFAULT 0 CONSTRAINT stock_levels_reserved_check CHECK (reserved >= 0),
    backorder_limit BIGINT CONSTRAINT stock_levels_backorder_limit_check CHECK (backorder_limit >= 0),
    low_stock_threshold BIGINT,
    is_low BOOLEAN NOT NULL GENERATED ALWAYS AS (on_hand - reserved <= COALESCE(low_stock_threshold, 0)) STORED,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT stock_levels_pkey PRIMARY KEY (variant_id, location_id),
    CONSTRAINT stock_levels_oversold_check CHECK (backorder_limit IS NULL OR reserved <= on_hand + backorder_limit)
);
CREATE INDEX stock_levels_location_idx ON stock_levels (location_id, variant_id);
CREATE INDEX stock_levels_low_idx ON stock_levels (variant_id, location_id) WHERE is_low;

-- append-only: stock_moves
-- One move per (cause, reason, level): the same delivery is not booked twice.
CREATE TABLE stock_moves (
    id UUID PRIMARY KEY,
    variant_id UUID NOT NULL REFERENCES variants (id),
    location_id UUID NOT NULL REFERENCES stock_locations (id),
    delta BIGINT NOT NULL CONSTRAINT stock_moves_delta_check CHECK (delta <> 0),
    on_hand_after BIGINT NOT NULL,
    reason TEXT NOT NULL CONSTRAINT stock_moves_reason_check
        CHECK (reason IN ('initial', 'received', 'returned', 'damaged', 'lost', 'correction', 'counted', 'imported', 'fulfilled', 'transferred')),
    cause_type TEXT NOT NULL,
    cause_id UUID NOT NULL,
    note TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT stock_moves_cause_key UNIQUE (cause_type, cause_id, reason, variant_id, location_id)
);
CREATE INDEX stock_moves_level_idx ON stock_moves (variant_id, location_id, created_at, id);
CREATE INDEX stock_moves_created_idx ON stock_moves (created_at, id);

-- Stock put aside for one line of an order (`reference_id`: the order, `line_id`: its line).
-- `quantity` = still held + consumed (shipped) + released (given back).
CREATE TABLE holds (
    id UUID PRIMARY KEY,
    reference_id UUID NOT NULL,
    line_id UUID NOT NULL,
    variant_id UUID NOT NULL REFERENCES variants (id),
    location_id UUID NOT NULL REFERENCES stock_locations (id),
    user_id UUID,
    state TEXT NOT NULL CONSTRAINT holds_state_check CHECK (state IN ('held', 'consumed', 'released')),
    quantity BIGINT NOT NULL CONSTRAINT holds_quantity_check CHECK (quantity > 0),
    consumed BIGINT NOT NULL DEFAULT 0 CONSTRAINT holds_consumed_check CHECK (consumed >= 0),
    released BIGINT NOT NULL DEFAULT 0 CONSTRAINT holds_released_check CHECK (released >= 0),
    expires_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT holds_line_key UNIQUE (line_id, location_id),
    CONSTRAINT holds_rest_check CHECK (consumed + released <= quantity),
    CONSTRAINT holds_ended_check CHECK ((state = 'held') = (consumed + released < quantity)),
    CONSTRAINT holds_expiry_check CHECK (expires_at IS NULL OR state <> 'consumed')
);
CREATE INDEX holds_reference_idx ON holds (reference_id);
CREATE INDEX holds_variant_idx ON holds (variant_id, location_id) WHERE state = 'held';
