//! The commands that come in crowds when registration opens, and how a batch of them runs.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::confirm_all::{self, confirm_all};
use super::input::RegistrationInput;
use super::refusal::Refusal;
use super::register::{Accepted, Rules, register_all};
use super::wire_bodies::RegistrationAccepted;
use crate::clock::Instant;
use crate::db::{Conn, DbError, Hot};
use crate::fault;
use crate::http::{Answer as HttpAnswer, Reply};
use crate::idempotency::{self, Once};
use crate::ids::RegistrationId;
use crate::problem::Problem;

/// A command of the write path.
#[derive(Debug)]
pub enum Command {
    /// Registers.
    Register(Box<Register>),
    /// Confirms an address by the token of a link.
    Confirm {
        /// When it was asked for.
        now: Instant,
        /// What the configuration says.
        rules: Rules,
        /// The token.
        secret: String,
    },
}

/// A submission to an event.
#[derive(Debug)]
pub struct Register {
    /// When it came.
    pub now: Instant,
    /// What the configuration says.
    pub rules: Rules,
    /// Id or slug.
    pub event_key: String,
    /// What was sent.
    pub input: RegistrationInput,
    /// Its `Idempotency-Key`.
    pub once: Once,
}

/// How a command ended.
#[derive(Debug)]
pub enum Answer {
    /// Of [`Command::Register`].
    Registered(Box<HttpAnswer>),
    /// Of [`Command::Confirm`].
    Confirmed(Box<confirm_all::Ended>),
}

impl Hot for Command {
    type Answer = Answer;

    fn run_batch(tx: &mut Conn, commands: &[Self]) -> Result<Vec<Answer>, DbError> {
        let mut registers = Vec::new();
        let mut secrets = Vec::new();
        let mut asked = None;
        for command in commands {
            match command {
                Self::Register(register) => registers.push(&**register),
                Self::Confirm { now, rules, secret } => {
                    secrets.push(secret.as_str());
                    let latest =
                        asked.map_or(*now, |(before, _): (Instant, Rules)| before.max(*now));
                    asked = Some((latest, *rules));
                }
            }
        }
        let mut registered = run_registers(tx, &registers)?.into_iter();
        let confirmed = match asked {
            Some((now, rules)) => confirm_all(tx, now, rules, &secrets)?,
            None => Vec::new(),
        };
        let mut confirmed = confirmed.into_iter();
        fault::point("before-registration-commit");
        let answer = |command: &Self| match command {
            Self::Register(_) => registered.next().map(Box::new).map(Answer::Registered),
            Self::Confirm { .. } => confirmed.next().map(Box::new).map(Answer::Confirmed),
        };
        let answers: Option<Vec<Answer>> = commands.iter().map(answer).collect();
        answers.ok_or_else(|| DbError::internal("a command was not answered"))
    }
}

/// Registers each, once per key. Two of one key do not meet in a round: the second finds the answer
/// of the first.
fn run_registers(tx: &mut Conn, registers: &[&Register]) -> Result<Vec<HttpAnswer>, DbError> {
    idempotency::take_all(tx, registers.iter().map(|one| &one.once))?;
    let mut answers: HashMap<usize, HttpAnswer> = HashMap::new();
    let mut waiting: Vec<usize> = (0..registers.len()).collect();
    while !waiting.is_empty() {
        let mut seen = HashSet::new();
        let (round, rest): (Vec<usize>, Vec<usize>) = waiting.into_iter().partition(|place| {
            let key = registers.get(*place).and_then(|one| one.once.key());
            key.is_none_or(|key| seen.insert(key))
        });
        let round: Vec<(usize, &Register)> = round
            .into_iter()
            .filter_map(|place| Some((place, *registers.get(place)?)))
            .collect();
        answers.extend(run_round(tx, &round)?);
        waiting = rest;
    }
    let in_order = (0..registers.len()).map(|place| answers.remove(&place));
    let in_order: Option<Vec<HttpAnswer>> = in_order.collect();
    in_order.ok_or_else(|| DbError::internal("a registration was not answered"))
}

/// Registers these, of which no two have one key.
fn run_round(
    tx: &mut Conn,
    round: &[(usize, &Register)],
) -> Result<Vec<(usize, HttpAnswer)>, DbError> {
    let Some(now) = round.iter().map(|(_, one)| one.now).max() else {
        return Ok(Vec::new());
    };
    let keys: Vec<&Once> = round.iter().map(|(_, one)| &one.once).collect();
    let kept = idempotency::find_all(tx, now, &keys)?;
    let mut answers = Vec::with_capacity(round.len());
    let mut fresh: BTreeMap<&str, Vec<(usize, &Register)>> = BTreeMap::new();
    for ((place, one), kept) in round.iter().zip(kept) {
        match kept {
            Some(kept) => answers.push((*place, kept)),
            None => fresh.entry(&one.event_key).or_default().push((*place, one)),
        }
    }
    let mut made = Vec::new();
    for (event_key, group) in fresh {
        let inputs: Vec<&RegistrationInput> = group.iter().map(|(_, one)| &one.input).collect();
        let Some(rules) = group.first().map(|(_, one)| one.rules) else {
            continue;
        };
        let results = register_all(tx, now, rules, event_key, &inputs)?;
        for ((place, one), result) in group.into_iter().zip(results) {
            let (answer, registration) = answer(result);
            made.push((place, one, answer, registration));
        }
    }
    let kept: Vec<_> = made
        .iter()
        .map(|(_, one, answer, registration)| (&one.once, answer.as_ref(), *registration))
        .collect();
    idempotency::keep_all(tx, now, &kept)?;
    answers.extend(
        made.into_iter()
            .map(|(place, _, answer, _)| (place, answer)),
    );
    Ok(answers)
}

/// What the client is told, and whose data it holds.
fn answer(result: Result<Accepted, Refusal>) -> (HttpAnswer, Option<RegistrationId>) {
    match result {
        Ok(accepted) => (
            Reply::accepted(&RegistrationAccepted::from(&accepted)),
            Some(accepted.registration),
        ),
        Err(refusal) => (Err(Problem::from(refusal)), None),
    }
}
