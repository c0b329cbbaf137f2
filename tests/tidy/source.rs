//! A source file as the rules see it: its code without comments, texts and unit tests, and the
//! paths that code names, whatever braces and `super`s they are written with.

use std::fs;
use std::path::{Path, PathBuf};

pub struct Source {
    pub path: PathBuf,
    pub text: String,
}

/// A path that code names, in full: `crate::labels::Interval`, `std::fs::write`.
pub struct Named {
    pub line: usize,
    pub segments: Vec<String>,
}

impl Named {
    pub fn text(&self) -> String {
        self.segments.join("::")
    }

    /// The room it leads into; `*` and `self` are all of them.
    pub fn room(&self) -> Option<&str> {
        let is_own = self.segments.first().is_some_and(|first| first == "crate");
        self.segments.get(1).map(String::as_str).filter(|_| is_own)
    }
}

impl Source {
    /// `src/features/expr/lower.rs` belongs to `features`.
    pub fn room(&self) -> String {
        let inner = self.path.strip_prefix(root().join("src")).unwrap();
        let first = inner.components().next().unwrap().as_os_str().to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    pub fn name(&self) -> String {
        self.path.strip_prefix(root()).unwrap().display().to_string()
    }

    /// The code that is shipped, line by line as in the file: comments, texts and what is
    /// `#[cfg(test)]` are blank.
    pub fn product(&self) -> String {
        if self.is_test_file() { String::new() } else { without_tests(&without_words(&self.text)) }
    }

    /// Every path the product names.
    pub fn names(&self) -> Vec<Named> {
        names(&self.product(), &self.module())
    }

    /// `["features", "expr", "lower"]`; a `mod.rs` is its folder.
    fn module(&self) -> Vec<String> {
        let inner = self.path.strip_prefix(root().join("src")).unwrap().with_extension("");
        let mut module: Vec<String> =
            inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if ["mod", "lib", "main"].contains(&module[module.len() - 1].as_str()) {
            module.pop();
        }
        module
    }

    /// Whether it, or a folder it is in, is declared `#[cfg(test)] mod …;` next door.
    fn is_test_file(&self) -> bool {
        let declared = |path: &Path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let folder = path.parent().unwrap();
            let owners = [folder.join("mod.rs"), folder.with_extension("rs")];
            let siblings = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let by_path = format!("#[cfg(test)]\n#[path = \"{name}.rs\"]\n");
            let reads = |owner: PathBuf| fs::read_to_string(owner).unwrap_or_default();
            owners.map(reads).concat().contains(&format!("#[cfg(test)]\nmod {name};"))
                || siblings.filter(|s| s.is_file()).any(|s| reads(s).contains(&by_path))
        };
        self.path.ancestors().take_while(|path| *path != root()).any(declared)
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "no sources under {folder}");
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(Source { text: fs::read_to_string(&path).unwrap(), path });
        }
    }
}

/// The code with comments and what stands in quotes blanked out, each line in its place.
pub fn without_words(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        let (len, is_code) = match word_len(rest, out.chars().next_back()) {
            Some(len) => (len, false),
            None => (first.len_utf8(), true),
        };
        let (piece, behind) = rest.split_at(len);
        out.extend(piece.chars().map(|c| if is_code || c == '\n' { c } else { ' ' }));
        rest = behind;
    }
    out
}

/// How long the comment or quotation is that `rest` begins with.
fn word_len(rest: &str, before: Option<char>) -> Option<usize> {
    let until = |start: usize, end: &str| {
        rest[start..].find(end).map_or(rest.len(), |at| start + at + end.len())
    };
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(until(2, "*/"));
    }
    let raw = rest.strip_prefix('r').filter(|_| !in_word || before == Some('b'));
    let fence = raw.map(|r| &r[..r.len() - r.trim_start_matches('#').len()]);
    if let Some(fence) = fence.filter(|fence| rest[1 + fence.len()..].starts_with('"')) {
        return Some(until(2 + fence.len(), &format!("\"{fence}")));
    }
    if rest.starts_with('"') {
        return Some(closing(rest, '"'));
    }
    // A lifetime has no second quote where a character has one.
    let is_char = rest.starts_with("'\\")
        || (rest.starts_with('\'') && rest.chars().nth(2).is_some_and(|c| c == '\''));
    is_char.then(|| closing(rest, '\''))
}

/// Behind the next `quote` that no backslash takes the meaning from.
fn closing(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

/// The code with every `#[cfg(test)]` item blanked out: up to its `;` or closing brace.
pub fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        let end = at + MARK.len() + item_len(&rest[at + MARK.len()..]);
        out.push_str(&rest[..at]);
        out.extend(rest[at..end].chars().filter(|&c| c == '\n'));
        rest = &rest[end..];
    }
    out + rest
}

/// To the first `;` outside of all brackets, or the end of the first block in braces.
fn item_len(item: &str) -> usize {
    let mut open = 0_i32;
    for (at, c) in item.char_indices() {
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            _ => {}
        }
        if open == 0 && (c == ';' || c == '}') {
            return at + 1;
        }
    }
    item.len()
}

/// Every path in `code` of this module, groups in braces taken apart, `super` and `self` resolved.
pub fn names(code: &str, module: &[String]) -> Vec<Named> {
    let mut found = Vec::new();
    let (mut before, mut line) = (' ', 1);
    for (at, c) in code.char_indices() {
        let begins = (c.is_alphabetic() || c == '_') && !is_word(before) && before != '.';
        if begins && !code[..at].trim_end().ends_with("::") {
            let mut paths = Vec::new();
            tree(&code[at..], &mut Vec::new(), &mut paths);
            let resolved = paths.into_iter().map(|path| resolve(path, module));
            found.extend(resolved.map(|segments| Named { line, segments }));
        }
        before = c;
        line += usize::from(c == '\n');
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Reads `a::b`, `a::{b, c::d}` or `a::*` behind `prefix`; gives what follows it.
fn tree<'c>(code: &'c str, prefix: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> &'c str {
    let code = code.trim_start();
    if let Some(mut rest) = code.strip_prefix('{') {
        loop {
            rest = rest.trim_start().trim_start_matches(',').trim_start();
            if rest.is_empty() || rest.starts_with('}') {
                return rest.get(1..).unwrap_or_default();
            }
            let behind = tree(rest, prefix, paths);
            // A block of code and no group of names.
            let skips = behind.find([',', '}']).unwrap_or(behind.len());
            rest = &behind[skips..];
        }
    }
    let end =
        if code.starts_with('*') { 1 } else { code.find(|c| !is_word(c)).unwrap_or(code.len()) };
    let (name, rest) = code.split_at(end);
    prefix.push(name.to_owned());
    let rest = match rest.trim_start().strip_prefix("::") {
        Some(inner) if inner.trim_start().starts_with(|c| is_word(c) || c == '{' || c == '*') => {
            tree(inner, prefix, paths)
        }
        _ => {
            paths.push(prefix.clone());
            rest
        }
    };
    prefix.pop();
    rest
}

/// `super::super::x` in `features::expr` is `crate::x`.
fn resolve(path: Vec<String>, module: &[String]) -> Vec<String> {
    let is_relative = matches!(path[0].as_str(), "super" | "self") && path.len() > 1;
    if !is_relative {
        return path;
    }
    let n_up = path.iter().take_while(|s| matches!(s.as_str(), "super" | "self")).count();
    let up = path[..n_up].iter().filter(|s| *s == "super").count();
    let above = &module[..module.len().saturating_sub(up)];
    let crate_ = std::iter::once("crate".to_owned());
    crate_.chain(above.iter().cloned()).chain(path[n_up..].iter().cloned()).collect()
}
