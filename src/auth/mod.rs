//! Who is calling the organiser tree: API tokens, roles, scopes.
//!
//! A token belongs to one organisation and has a role there; scopes may narrow it. The API's gate
//! lets in whoever can [`sign_in`]; [`Organiser`] is what every handler of the tree takes, and every
//! query is then scoped to its organisation. Tokens are 256 random bits, shown once and stored hashed.

mod extract;
mod model;
pub mod store;
mod token;

pub use extract::{Organiser, bearer, sign_in};
pub use model::{Access, Area, Role, Scope};
pub use token::{Secret, hash};
