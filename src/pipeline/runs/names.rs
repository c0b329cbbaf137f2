//! Ids of runs, and what stands for them.

use crate::config::nearest;
use crate::failure::Failure;
use crate::store;

const LATEST: &str = "latest";

/// The id that is meant: an id, its beginning, the beginning of its hash, or `latest`.
pub fn resolve(asked: &str) -> Result<String, Failure> {
    if asked == LATEST {
        let none = || Failure::user("there is no run yet").hint(MAKERS);
        return store::latest_run().ok_or_else(none);
    }
    pick(asked, &store::run_names()?)
}

const MAKERS: &str =
    "`edgewalk walkforward` makes one, or `edgewalk train` and then `edgewalk predict`";
/// As many are named.
const MANY: usize = 5;

fn pick(asked: &str, known: &[String]) -> Result<String, Failure> {
    if known.iter().any(|id| id == asked) {
        return Ok(asked.to_owned());
    }
    let hash = |id: &str| id.rsplit('-').next().unwrap_or_default().to_owned();
    let begins =
        |id: &&String| !asked.is_empty() && (id.starts_with(asked) || hash(id).starts_with(asked));
    match known.iter().filter(begins).collect::<Vec<_>>().as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(unknown(asked, known)),
        many => {
            let message = format!("`{asked}` may be any of {} runs", many.len());
            Err(Failure::user(message).hint(format!("say more of it: {}", named(many))))
        }
    }
}

fn unknown(asked: &str, known: &[String]) -> Failure {
    let failure = Failure::user(format!("there is no run `{asked}`"));
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    let all: Vec<&String> = known.iter().collect();
    match nearest(asked, &names) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure.hint(MAKERS),
        None => failure.hint(format!("there are {}", named(&all))),
    }
}

fn named(ids: &[&String]) -> String {
    let shown: Vec<String> = ids.iter().take(MANY).map(|id| format!("`{id}`")).collect();
    let more = ids.len().saturating_sub(MANY);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<String> {
        ["train-x-5m-0a1b", "walkforward-x-5m-0a2c", "walkforward-x-5m-9f00"]
            .map(str::to_owned)
            .into()
    }

    #[test]
    fn a_beginning_is_enough_where_only_one_begins_so() {
        let pick = |asked: &str| pick(asked, &known());
        assert_eq!(pick("train").unwrap(), "train-x-5m-0a1b");
        assert_eq!(pick("9f").unwrap(), "walkforward-x-5m-9f00");
        assert_eq!(pick("walkforward-x-5m-0").unwrap(), "walkforward-x-5m-0a2c");
        let told = pick("0a").unwrap_err();
        assert_eq!(told.message, "`0a` may be any of 2 runs");
        assert!(told.hint.unwrap().contains("`train-x-5m-0a1b`, `walkforward-x-5m-0a2c`"));
    }

    #[test]
    fn a_slip_is_mended_and_a_stranger_is_told_what_there_is() {
        let hint = |asked: &str| pick(asked, &known()).unwrap_err().hint.unwrap();
        assert_eq!(hint("walkforwrad-x-5m-9f00"), "did you mean `walkforward-x-5m-9f00`?");
        assert!(hint("zzz").starts_with("there are `train-x-5m-0a1b`, "), "{}", hint("zzz"));
        assert!(hint("").starts_with("there are "));
        assert!(pick("a", &[]).unwrap_err().hint.unwrap().contains("edgewalk walkforward"));
    }
}
