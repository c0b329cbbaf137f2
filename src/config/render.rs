//! The schema as text: the commented `config.yml`, and the effective configuration.

use super::Config;
use super::setting::{Item, Setting, Shown, Spot};

/// Lines of `config.yml` are no longer than this.
const WIDTH: usize = 100;

const PREAMBLE: &str = "\
# The configuration of edgewalk. Every key is here with its default; delete what you do not change.
#
#   edgewalk config check                checks this file
#   edgewalk config show                 prints what is in effect
#   --set walkforward.mode=anchored      sets any key for one run
#
# Times are UTC. Ranges hold their beginning and end before their end. 1 bps (basis point) is a
# hundredth of a percent; null is none. In brackets: the unit, and what is allowed.
";

impl Config {
    /// The effective configuration: every key, in the order of the schema, without comments. Equal
    /// configurations give equal text.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        for item in self.items() {
            push_value(&mut out, &item);
        }
        out
    }

    /// The complete file that `edgewalk config init` writes.
    pub fn commented() -> String {
        let mut out = PREAMBLE.to_owned();
        for item in Self::default().items() {
            push_comment(&mut out, &item);
            push_value(&mut out, &item);
        }
        out
    }

    /// The paths of all keys and sections.
    pub fn keys(&self) -> Vec<String> {
        self.items().into_iter().map(|item| item.path).collect()
    }

    /// Keys that are a choice of some words, and each of these.
    pub fn words(&self) -> Vec<(String, String)> {
        let of = |item: Item| -> Vec<(String, String)> {
            let words = item.allowed.split(" | ").filter(|_| item.allowed.contains(" | "));
            words.map(|word| (item.path.clone(), word.to_owned())).collect()
        };
        self.items().into_iter().flat_map(of).collect()
    }

    /// Every key with its value as `to_yaml` writes it, free keys one by one.
    pub fn values(&self) -> Vec<(String, String)> {
        let of = |item: Item| match item.shown {
            None => Vec::new(),
            Some(Shown::Inline(value)) => vec![(item.path, value)],
            Some(Shown::Pairs(pairs)) => {
                let free = |(name, value)| (format!("{}.{name}", item.path), value);
                pairs.into_iter().map(free).collect()
            }
        };
        self.items().into_iter().flat_map(of).collect()
    }

    fn items(&self) -> Vec<Item> {
        let mut items = Vec::new();
        self.list(&Spot::root(), &mut items);
        items
    }
}

fn push_value(out: &mut String, item: &Item) {
    let indent = indent_of(item);
    let name = item.path.rsplit('.').next().unwrap_or_default();
    out.push_str(&format!("{indent}{name}:"));
    match &item.shown {
        None => {}
        Some(Shown::Inline(value)) => out.push_str(&format!(" {value}")),
        Some(Shown::Pairs(pairs)) if pairs.is_empty() => out.push_str(" {}"),
        Some(Shown::Pairs(pairs)) => {
            for (name, value) in pairs {
                out.push_str(&format!("\n{indent}  {name}: {value}"));
            }
        }
    }
    out.push('\n');
}

fn push_comment(out: &mut String, item: &Item) {
    let indent = indent_of(item);
    let is_stage = item.shown.is_none() && indent.is_empty();
    let is_first = out.ends_with(":\n");
    if is_stage {
        out.push_str(&format!("\n\n# {}\n", "-".repeat(WIDTH - 2)));
    } else if !is_first {
        out.push('\n');
    }
    let mut lines: Vec<String> = item.help.iter().map(|line| format!("{indent}#{line}")).collect();
    if !item.allowed.is_empty() {
        let allowed = format!("[{}]", item.allowed);
        match lines.last_mut() {
            Some(last) if last.chars().count() + allowed.chars().count() < WIDTH => {
                last.push_str(&format!(" {allowed}"));
            }
            _ => lines.extend(wrapped(&indent, &allowed)),
        }
    }
    for line in lines {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// In as many lines as it takes, broken between two choices.
fn wrapped(indent: &str, allowed: &str) -> Vec<String> {
    let mut lines = vec![format!("{indent}# ")];
    for choice in allowed.split_inclusive(" | ") {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last + choice.trim_end().chars().count() > WIDTH {
            lines.push(format!("{indent}#   "));
        }
        lines.last_mut().into_iter().for_each(|line| line.push_str(choice));
    }
    lines
}

fn indent_of(item: &Item) -> String {
    "  ".repeat(item.path.matches('.').count())
}
