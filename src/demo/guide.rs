//! What a start with `--demo` prints: where to look, and a token to try.

use super::Filled;
use crate::auth::Secret;

/// What to print; `dev_mail` says whether mails can be read at `/dev/mail`.
#[must_use]
pub fn guide(filled: Filled, public_url: &str, dev_mail: bool, token: &Secret) -> String {
    let filled = match filled {
        Filled::Now => "The store was empty and holds the demo data now.",
        Filled::Earlier => {
            "The store holds the demo data of an earlier start; it was left as it is."
        }
    };
    let mail = if dev_mail {
        format!("  mails              {public_url}/dev/mail\n")
    } else {
        String::new()
    };
    format!(
        "\n{filled} Where to look:\n\
         \n  API, browsable     {public_url}/api/docs\
         \n  programme          {public_url}/api/v1/events/barnevernskonferansen-2027/programme\
         \n  1:13:00 = 4380 s   {public_url}/api/v1/events/barnevernskonferansen-2024/sessions/oppvekst-i-lorenskog\
         \n  its video          {public_url}/api/v1/events/barnevernskonferansen-2024/sessions/oppvekst-i-lorenskog/watch\
         \n{mail}\
         \nA token of an owner of bufdir, for /api/v1/organiser. Each start makes a fresh one, good for 7 days:\n\
         \n  {}\n",
        token.reveal()
    )
}
