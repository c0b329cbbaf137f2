//! Why rules cannot be tried, for who asked.

use crate::backtest::EngineFault;
use crate::config::nearest;
use crate::failure::Failure;
use crate::optimize::BadSetup;
use crate::strategy::BadChoice;

/// All at once, the first with what was probably meant.
pub fn refuse(faults: &[BadSetup]) -> Failure {
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let failure = Failure::user(told.join("\n"));
    let hint = faults.iter().find_map(|fault| match fault {
        BadSetup::Choice(choice) => hint(choice),
        BadSetup::Name { name, known, .. } => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let own = format!(".{name}");
            let of_a_member = || known.iter().find(|known| known.ends_with(&own)).copied();
            Some(match nearest(name, &known).or_else(of_a_member) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.join(", ")),
            })
        }
        BadSetup::Dimension { .. } => None,
    });
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn hint(choice: &BadChoice) -> Option<String> {
    match (choice.nearest(), choice) {
        (Some(near), _) => Some(format!("did you mean `{near}`?")),
        (None, BadChoice::Strategy { .. }) => Some("`edgewalk strategies` lists them".to_owned()),
        (None, BadChoice::Param { known, .. }) => Some(format!("there are {}", known.join(", "))),
        (None, _) => None,
    }
}

pub fn impossible(fault: EngineFault) -> Failure {
    Failure::user(fault)
}
