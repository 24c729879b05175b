use super::*;
use crate::words::Word;

#[test]
fn only_the_drawn_transitions_exist() {
    use RegistrationState as S;
    use Step as T;
    let steps = [
        T::Confirm(LeadsTo::Confirmed),
        T::Confirm(LeadsTo::AwaitingApproval),
        T::Confirm(LeadsTo::WaitingList),
        T::Approve,
        T::Reject,
        T::Offer,
        T::Accept,
        T::Decline,
        T::LetLapse,
        T::Expire,
        T::Cancel,
    ];
    let mut drawn = vec![
        (S::AwaitingConfirmation, steps[0], S::Confirmed),
        (S::AwaitingConfirmation, steps[1], S::AwaitingApproval),
        (S::AwaitingConfirmation, steps[2], S::WaitingList),
        (S::AwaitingConfirmation, T::Expire, S::Expired),
        (S::AwaitingApproval, T::Approve, S::Confirmed),
        (S::AwaitingApproval, T::Reject, S::Rejected),
        (S::WaitingList, T::Offer, S::Offered),
        (S::WaitingList, T::Expire, S::Expired),
        (S::Offered, T::Accept, S::Confirmed),
        (S::Offered, T::LetLapse, S::OfferExpired),
        (S::Offered, T::Expire, S::Expired),
        (S::Offered, T::Decline, S::Cancelled),
    ];
    drawn.extend(S::LIVE.map(|live| (live, T::Cancel, S::Cancelled)));
    for from in S::ALL {
        for step in steps {
            let expected = drawn
                .iter()
                .find(|(f, s, _)| f == from && *s == step)
                .map(|(_, _, to)| *to);
            assert_eq!(from.after(step).ok(), expected, "{step:?} from {from}");
        }
        assert_eq!(from.is_live(), S::LIVE.contains(from));
    }
}
