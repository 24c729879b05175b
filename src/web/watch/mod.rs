//! The page of a session's video: the permanent link, which survives moving the video elsewhere.
//!
//! It shows the provider's own player at the second, and the sessions of the recording as links that
//! jump there without a script. The policy lets in the player's host and nothing else; where a provider
//! has no player to embed, there is a link. [`scene`] picks what is shown, [`page`] prints it, [`words`]
//! are what it says, and [`structured`] tells search engines where each session starts.

pub mod page;
pub mod routes;
pub mod scene;
pub mod structured;
pub mod words;
