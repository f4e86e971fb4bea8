//! The entries of the stock ledger.

use kernel::text_enum;

text_enum! {
    /// Why stock moved.
    pub enum MoveReason {
        /// What was there when counting began.
        Initial = "initial",
        /// A delivery of goods came in.
        Received = "received",
        /// A customer sent it back.
        Returned = "returned",
        /// It broke.
        Damaged = "damaged",
        /// It is gone.
        Lost = "lost",
        /// A mistake is put right.
        Correction = "correction",
        /// Somebody counted.
        Counted = "counted",
        /// A file said so.
        Imported = "imported",
        /// It was shipped to a customer.
        Fulfilled = "fulfilled",
        /// It went from one location to another.
        Transferred = "transferred",
    }
}
