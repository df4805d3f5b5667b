//! How people are told that a card in use must be registered (Art 22).

named! {
    /// How somebody was told.
    Channel {
        /// By text message.
        Sms = "sms",
        /// By a call.
        Phone = "phone",
    }
}
