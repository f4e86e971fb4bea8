-- Many prices changed at once: planned by a job, looked at, applied and taken back.

-- `selection` and `rule`: which prices, and what becomes of them. `planned_until`: the last variant whose prices are planned;
-- `written_until`: the last row that was applied or, since it is being undone, written back.
-- `applies_when_planned`: nobody asks again. `asked_by`: in
-- whose name prices are written. Of its rows `raised_count + lowered_count + compared_count` are to be written, of which the counts
-- below say how many were. A row is `compared` where only what its price is compared with changes.
CREATE TABLE price_changes (
    id UUID PRIMARY KEY,
    price_list_id UUID NOT NULL REFERENCES price_lists (id) ON DELETE CASCADE,
    currency TEXT NOT NULL,
    selection JSONB NOT NULL,
    rule JSONB NOT NULL,
    applies_when_planned BOOLEAN NOT NULL,
    job_id UUID NOT NULL,
    state TEXT NOT NULL CONSTRAINT price_changes_state_check
        CHECK (state IN ('planning', 'planned', 'applying', 'applied', 'undoing', 'undone', 'cancelled')),
    planned_until UUID,
    written_until UUID,
    raised_count BIGINT NOT NULL DEFAULT 0,
    lowered_count BIGINT NOT NULL DEFAULT 0,
    compared_count BIGINT NOT NULL DEFAULT 0,
    same_count BIGINT NOT NULL DEFAULT 0,
    too_high_count BIGINT NOT NULL DEFAULT 0,
    not_lower_count BIGINT NOT NULL DEFAULT 0,
    greatest_rise_minor BIGINT NOT NULL DEFAULT 0,
    greatest_fall_minor BIGINT NOT NULL DEFAULT 0,
    applied_count BIGINT NOT NULL DEFAULT 0,
    undone_count BIGINT NOT NULL DEFAULT 0,
    changed_since_count BIGINT NOT NULL DEFAULT 0,
    asked_by TEXT NOT NULL,
    finished_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT price_changes_counts_check
        CHECK (applied_count + undone_count + changed_since_count <= raised_count + lowered_count + compared_count),
    CONSTRAINT price_changes_applied_check
        CHECK (state <> 'applied' OR applied_count + changed_since_count = raised_count + lowered_count + compared_count),
    CONSTRAINT price_changes_undone_check CHECK (state <> 'undone' OR applied_count = 0),
    CONSTRAINT price_changes_finished_check CHECK ((state IN ('applied', 'undone', 'cancelled')) = (finished_at IS NOT NULL))
);
CREATE INDEX price_changes_created_idx ON price_changes (created_at);
-- Two at once would take turns at the same prices: one at a time writes prices of a list.
CREATE UNIQUE INDEX price_changes_busy_key ON price_changes (price_list_id) WHERE state IN ('applying', 'undoing');

-- What becomes of each price. A variant may be gone by now. `done_at`: when it was applied last, or taken back.
CREATE TABLE price_change_rows (
    id UUID PRIMARY KEY,
    change_id UUID NOT NULL REFERENCES price_changes (id) ON DELETE CASCADE,
    product_id UUID NOT NULL,
    variant_id UUID NOT NULL,
    min_quantity BIGINT NOT NULL,
    starts_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    before_minor BIGINT NOT NULL,
    before_compare_minor BIGINT,
    after_minor BIGINT,
    after_compare_minor BIGINT,
    outcome TEXT NOT NULL CONSTRAINT price_change_rows_outcome_check
        CHECK (outcome IN ('planned', 'same', 'skipped', 'applied', 'undone', 'changed_since')),
    skipped_because TEXT CONSTRAINT price_change_rows_skipped_because_check CHECK (skipped_because IN ('too_high', 'not_lower')),
    done_at TIMESTAMPTZ,
    CONSTRAINT price_change_rows_skipped_check CHECK ((outcome = 'skipped') = (skipped_because IS NOT NULL)),
    CONSTRAINT price_change_rows_after_check CHECK ((outcome = 'skipped') = (after_minor IS NULL))
);
CREATE INDEX price_change_rows_change_idx ON price_change_rows (change_id, id);
-- What is to be done next, and the rows of one outcome.
CREATE INDEX price_change_rows_outcome_idx ON price_change_rows (change_id, outcome, id);
