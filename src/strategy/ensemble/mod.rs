//! Strategies that confirm each other.

mod space; // all that can be searched of one
mod random; // candidates from a seed
mod spelt; // as one writes them
mod votes; // events → votes that stand → entries
#[cfg(test)]
mod twin;

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::fault::BadChoice;
use super::layers::Gate;
use super::param::Param;
use super::signals::{Bits, Entries};
use super::spec::{Member, Sides};
use super::template::Frame;

pub use random::{draw, random_point};
pub use votes::vote;

/// How long a member's vote stands: an ensemble's own parameter.
pub const CONFIRM_BARS: Param =
    Param::int("confirm_bars", [0, 48, 2], 6, "bars for which a vote stands after its event");

/// Whose votes it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    All,
    Any,
    /// At least so many.
    KOfN(usize),
    /// The weights of those for a side, less those against it, over all weights: at least the
    /// threshold.
    Weighted {
        weights: Vec<f64>,
        threshold: f64,
    },
}

/// Members that vote, and the gates that what they agree on must pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    members: Vec<Member>,
    rule: Rule,
    confirm_bars: u32,
    gates: Vec<Gate>,
}

impl Ensemble {
    pub fn new(members: Vec<Member>, rule: Rule, confirm_bars: u32) -> Result<Self, BadChoice> {
        rule.check(members.len())?;
        Ok(Self { members, rule, confirm_bars, gates: Vec::new() })
    }

    /// One strategy, which nobody has to confirm.
    pub fn single(member: Member) -> Self {
        Self { members: vec![member], rule: Rule::All, confirm_bars: 0, gates: Vec::new() }
    }

    #[must_use]
    pub fn behind(self, gates: Vec<Gate>) -> Self {
        Self { gates, ..self }
    }

    pub fn members(&self) -> &[Member] {
        &self.members
    }

    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    pub fn confirm_bars(&self) -> u32 {
        self.confirm_bars
    }

    pub fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// The conditions of its members and gates, which [`Bits`] must have been made with.
    pub fn conditions(&self, frame: &Frame) -> Vec<String> {
        let (entries, gates) = (self.entry_conditions(frame), self.gate_conditions(frame));
        entries.into_iter().chain(gates).flat_map(|sides| [sides.long, sides.short]).collect()
    }

    /// On which bars it enters; `None` where `bits` lack a condition of it.
    pub fn entries(&self, bits: &Bits, frame: &Frame) -> Option<Entries> {
        self.entries_within(bits, frame, 0..usize::MAX)
    }

    /// The same of some words of bars, up to the last there is. Votes that still stand from before
    /// them count.
    pub fn entries_within(
        &self,
        bits: &Bits,
        frame: &Frame,
        words: Range<usize>,
    ) -> Option<Entries> {
        let lead = words.start.min(self.confirm_bars.div_ceil(u64::BITS) as usize);
        let near = words.start - lead..words.end;
        let event = |sides: &Sides<String>| cut(bits.sides(sides)?, &near);
        let events: Vec<Sides<&[u64]>> =
            self.entry_conditions(frame).iter().map(event).collect::<Option<_>>()?;
        let mut entries = vote(&events, &self.rule, self.confirm_bars);
        entries.long.drain(..lead);
        entries.short.drain(..lead);
        for gate in self.gate_conditions(frame) {
            let gate = cut(bits.sides(&gate)?, &words)?;
            narrow(&mut entries.long, gate.long);
            narrow(&mut entries.short, gate.short);
        }
        Some(entries)
    }

    fn entry_conditions(&self, frame: &Frame) -> Vec<Sides<String>> {
        self.members.iter().map(|member| member.entry(frame)).collect()
    }

    fn gate_conditions(&self, frame: &Frame) -> Vec<Sides<String>> {
        let strength = self.strength(frame);
        self.gates.iter().map(|gate| gate.conditions(&strength, frame)).collect()
    }

    /// The mean of its members'.
    fn strength(&self, frame: &Frame) -> Sides<String> {
        let of_members: Vec<Sides<String>> =
            self.members.iter().map(|member| member.strength(frame)).collect();
        let mean = |side: fn(&Sides<String>) -> &str| {
            let sum: Vec<&str> = of_members.iter().map(side).collect();
            format!("({}) / {}", sum.join(" + "), sum.len())
        };
        Sides { long: mean(|sides| &sides.long), short: mean(|sides| &sides.short) }
    }
}

fn cut<'a>(sides: Sides<&'a [u64]>, words: &Range<usize>) -> Option<Sides<&'a [u64]>> {
    let of = |side: &'a [u64]| side.get(words.start..words.end.min(side.len()));
    Some(Sides { long: of(sides.long)?, short: of(sides.short)? })
}

/// Leaves the bits that the gate lets pass.
fn narrow(words: &mut [u64], gate: &[u64]) {
    words.iter_mut().zip(gate).for_each(|(word, gate)| *word &= gate);
}

impl Rule {
    fn check(&self, n_members: usize) -> Result<(), BadChoice> {
        let fault = |text: String| Err(BadChoice::Rule(text));
        match self {
            _ if n_members == 0 => fault("an ensemble without members decides nothing".to_owned()),
            Self::All | Self::Any => Ok(()),
            Self::KOfN(k) if (1..=n_members).contains(k) => Ok(()),
            Self::KOfN(k) => fault(format!("`{k}` of {n_members} members can never agree")),
            Self::Weighted { weights, .. } if weights.len() != n_members => {
                fault(format!("there are {} weights for {n_members} members", weights.len()))
            }
            Self::Weighted { weights, threshold } => {
                let is_weight = |w: &f64| w.is_finite() && *w > 0.0;
                if !weights.iter().all(is_weight) {
                    return fault("the weight of a member must be a number above 0".to_owned());
                }
                if !(*threshold > 0.0 && *threshold <= 1.0) {
                    let need = "it must be above 0 and at most 1";
                    return fault(format!("the threshold of the votes is `{threshold}`: {need}"));
                }
                Ok(())
            }
        }
    }
}

/// `2 of`, as it stands before the members.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all of"),
            Self::Any => f.write_str("any of"),
            Self::KOfN(k) => write!(f, "{k} of"),
            Self::Weighted { weights, threshold } => {
                let weights: Vec<String> = weights.iter().map(f64::to_string).collect();
                write!(f, "{threshold} of the weights {} of", weights.join(", "))
            }
        }
    }
}

/// `all of rsi(…) + macd(…), standing 6 bars, behind trend(…)`: names it in ledgers and tables.
impl fmt::Display for Ensemble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |texts: Vec<String>| texts.join(" + ");
        let members = join(self.members.iter().map(Member::to_string).collect());
        if self.members.len() == 1 {
            f.write_str(&members)?;
        } else {
            write!(f, "{} {members}, standing {} bars", self.rule, self.confirm_bars)?;
        }
        if self.gates.is_empty() {
            return Ok(());
        }
        write!(f, ", behind {}", join(self.gates.iter().map(Gate::to_string).collect()))
    }
}
