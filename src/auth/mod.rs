//! Who is calling the organiser tree: API tokens, roles, scopes.
//!
//! A token belongs to one organisation and has a role there; scopes may narrow it. [`Organiser`]
//! is the extractor every handler of the tree takes; every query is then scoped to its
//! organisation. Tokens are 256 random bits, shown once and stored hashed.

mod extract;
mod model;
pub mod store;
mod token;

pub use extract::{Organiser, bearer};
pub use model::{Access, Area, Role, Scope};
pub use token::{Secret, hash};
