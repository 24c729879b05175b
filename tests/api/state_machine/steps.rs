//! What is tried at random.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::model::{Kind, QUOTAS};

/// What is tried. An index points at one of those of whom it can be tried; where there is none, somebody
/// registers instead.
#[derive(Debug, Clone)]
pub enum Step {
    Register(Vec<Kind>, bool),
    /// An address that has registered before.
    RegisterAgain(Index, Vec<Kind>, bool),
    RegisterByStaff(Vec<Kind>),
    Confirm(Index),
    Cancel(Index),
    Accept(Index),
    Decline(Index),
    Switch(Index, Kind, bool),
    /// An attendee who waits for another seat asks for it once more, or takes what is offered this way.
    AskAgain(Index, bool),
    /// An attendee who waits for another seat does not any more.
    GiveUp(Index),
    Add(Index, Kind),
    CancelOne(Index),
    Replace(Index),
    Approve(Index),
    Reject(Index),
    /// Staff do to any registration what only some states allow.
    Anything(Index, &'static str),
    Resize(usize, i64),
    Pass(u32),
}

/// One of them; what conferences see more of comes more often.
pub fn step() -> impl Strategy<Value = Step> {
    let kind =
        || prop_oneof![4 => Just(Kind::Hall), 2 => Just(Kind::Digital), 2 => Just(Kind::Guest)];
    let index = any::<Index>;
    let staff = prop_oneof![Just("approve"), Just("reject"), Just("cancel")];
    prop_oneof![
        14 => (vec(kind(), 1..4), prop::bool::weighted(0.8)).prop_map(|(kinds, waits)| Step::Register(kinds, waits)),
        2 => (index(), vec(kind(), 1..3), any::<bool>()).prop_map(|(who, kinds, waits)| Step::RegisterAgain(who, kinds, waits)),
        2 => vec(kind(), 1..3).prop_map(Step::RegisterByStaff),
        14 => index().prop_map(Step::Confirm),
        5 => index().prop_map(Step::Cancel),
        5 => index().prop_map(Step::Accept),
        2 => index().prop_map(Step::Decline),
        9 => (index(), kind(), prop::bool::weighted(0.7)).prop_map(|(who, to, waits)| Step::Switch(who, to, waits)),
        3 => (index(), any::<bool>()).prop_map(|(who, waits)| Step::AskAgain(who, waits)),
        1 => index().prop_map(Step::GiveUp),
        3 => (index(), kind()).prop_map(|(who, kind)| Step::Add(who, kind)),
        4 => index().prop_map(Step::CancelOne),
        2 => index().prop_map(Step::Replace),
        2 => index().prop_map(Step::Approve),
        2 => index().prop_map(Step::Reject),
        2 => (index(), staff).prop_map(|(who, what)| Step::Anything(who, what)),
        3 => (0..QUOTAS, 0_i64..12).prop_map(|(quota, size)| Step::Resize(quota, size)),
        3 => prop_oneof![Just(1_u32), Just(25), Just(49)].prop_map(Step::Pass),
    ]
}
