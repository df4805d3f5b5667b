//! What lists and reports of complaints distinguish.

named! {
    /// How a complaint stands by the statutory clock; every one stands at one of these.
    Standing {
        /// Answered in time.
        InTime = "in_time",
        /// Not answered in time, in some round.
        Breached = "breached",
        /// To be answered, and there is time.
        Running = "running",
        /// Over without an answer: taken back, or told in another one.
        Unanswered = "unanswered",
    }
}

named! {
    /// What complaints are sorted by.
    Order {
        /// When they were received.
        Received = "received",
        /// When they must be answered.
        Due = "due",
        /// When anything last happened.
        Changed = "changed",
    }
}
