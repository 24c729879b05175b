//! What mails say of sessions, in words.

use chrono_tz::Tz;
use minijinja::{Value, context};

use super::super::model::{
    AnswerFacts, ChoiceFacts, OptionFacts, ProgrammeFacts, SessionFacts, SlotFacts,
};
use super::super::wording::Tongue;
use super::line;
use crate::text::Localized;

/// In which language, and by which clock.
pub(super) struct Wording<'a> {
    pub(super) tongue: Tongue,
    pub(super) zone: Tz,
    pub(super) default_language: &'a str,
}

impl Wording<'_> {
    /// What is new in the programme.
    pub(super) fn news(&self, facts: &ProgrammeFacts) -> Value {
        let note = Some(self.best(&facts.note)).filter(|note| !note.is_empty());
        context! {
            note,
            removed => self.sessions(&facts.removed),
            moved => self.sessions(&facts.moved),
            added => self.sessions(&facts.added),
            changed => self.sessions(&facts.changed),
            more => facts.more,
        }
    }

    /// Sessions that attendees chose.
    pub(super) fn choices(&self, choices: &[ChoiceFacts]) -> Vec<Value> {
        let one = |choice: &ChoiceFacts| {
            let sessions = self.sessions(&choice.sessions);
            context! { name => line(&choice.name), sessions }
        };
        choices.iter().map(one).collect()
    }

    /// Options that attendees chose.
    pub(super) fn answers(&self, answers: &[AnswerFacts]) -> Vec<Value> {
        let option = |one: &OptionFacts| context! { question => self.best(&one.question), option => self.best(&one.option) };
        let one = |answer: &AnswerFacts| {
            let options: Vec<Value> = answer.options.iter().map(option).collect();
            context! { name => line(&answer.name), options }
        };
        answers.iter().map(one).collect()
    }

    pub(super) fn sessions(&self, sessions: &[SessionFacts]) -> Vec<Value> {
        let one = |session: &SessionFacts| {
            context! {
                title => self.best(&session.title),
                was => session.was.as_ref().map(|slot| self.slot(slot)),
                now => session.now.as_ref().map(|slot| self.slot(slot)),
            }
        };
        sessions.iter().map(one).collect()
    }

    /// `torsdag 11. november 2027 kl. 09.00–09.45, Storsalen`
    fn slot(&self, slot: &SlotFacts) -> String {
        let time = match (slot.starts_at, slot.ends_at) {
            (Some(start), Some(end)) => self.tongue.span(start, end, self.zone),
            (Some(start), None) => self.tongue.moment(start, self.zone),
            (None, _) => match self.tongue {
                Tongue::Bokmal => "tid kommer",
                Tongue::Nynorsk => "tid kjem",
                Tongue::English => "time to be announced",
            }
            .to_owned(),
        };
        let room = self.best(&slot.room);
        if room.is_empty() {
            time
        } else {
            format!("{time}, {room}")
        }
    }

    pub(super) fn best(&self, text: &Localized) -> String {
        line(text.best(self.tongue.tag(), self.default_language))
    }
}
