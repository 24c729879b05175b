//! What a new edition takes along. Pure.

crate::words! {
    /// What a new edition takes along from the old one.
    pub enum Part {
        /// Rooms.
        Rooms = "rooms",
        /// Tracks.
        Tracks = "tracks",
        /// Speakers.
        Speakers = "speakers",
        /// Sessions; they keep only rooms, tracks and people that are taken along, too.
        Sessions = "sessions",
        /// The committee, in its order.
        Committee = "committee",
        /// Ticket types, and with them the quotas they draw on.
        TicketTypes = "ticket_types",
        /// Quotas, with nothing held.
        Quotas = "quotas",
        /// The questions of the form; those of ticket types that are not taken along are hidden.
        Questions = "questions",
        /// When ticket types open and close, moved like everything else.
        RegistrationWindows = "registration_windows",
    }
}
