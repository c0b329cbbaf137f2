//! A report as one HTML file: tables, drawings and words, with everything it needs inside it.
//!
//! No script, no network, no fonts from elsewhere; it is also well-formed XML. Equal pages give equal
//! bytes.

mod words;
#[cfg(test)]
mod tests;

pub use words::{band, percent, told, with_error};

/// The page. All its words are plain text: they are escaped on their way out.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub title: String,
    /// What it is about, in a line.
    pub subject: String,
    pub stamp: Stamp,
    pub sections: Vec<Section>,
    /// What the page was made from, at its foot.
    pub foot: String,
}

/// The answer, above all else.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    pub mood: Mood,
    /// Why, in one sentence.
    pub headline: String,
    /// Each below a heading.
    pub paragraphs: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Good,
    Bad,
    Open,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    pub heading: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Words(String),
    Grid(Grid),
    Drawing(Drawing),
    /// Text as it is, behind a line that opens it.
    Folded {
        summary: String,
        text: String,
    },
}

/// A table as people read it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grid {
    pub title: String,
    pub header: Vec<String>,
    /// A letter a column: `l` for text, `r` for numbers.
    pub sides: &'static str,
    pub rows: Vec<Vec<String>>,
    /// What its words mean; may be empty.
    pub note: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    pub heading: String,
    pub how_to_read: String,
    /// As our charts write it; it goes onto the page as it is.
    pub svg: String,
}

const STYLE: &str = include_str!("style.css");

pub fn html(page: &Page) -> String {
    let title = escaped(&page.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n\
         <meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<header>\n\
         <h1>{title}</h1>\n<p class=\"subject\">{}</p>\n</header>\n",
        escaped(&page.subject)
    );
    out += &stamp(&page.stamp);
    out += &contents(&page.sections);
    for (at, part) in page.sections.iter().enumerate() {
        out += &format!("<section id=\"s{at}\">\n<h2>{}</h2>\n", escaped(&part.heading));
        part.blocks.iter().for_each(|one| out += &block(one));
        out += "</section>\n";
    }
    out + &format!("</main>\n<footer>{}</footer>\n</body>\n</html>\n", escaped(&page.foot))
}

fn stamp(stamp: &Stamp) -> String {
    let mood = match stamp.mood {
        Mood::Good => "good",
        Mood::Bad => "bad",
        Mood::Open => "open",
    };
    let part = |(name, words): &(&str, String)| heading(name) + &paragraph(words);
    let words: String = stamp.paragraphs.iter().map(part).collect();
    let headline = escaped(&stamp.headline);
    format!("<div class=\"stamp {mood}\">\n<p class=\"headline\">{headline}</p>\n{words}</div>\n")
}

fn contents(sections: &[Section]) -> String {
    let link = |(at, section): (usize, &Section)| {
        format!("<a href=\"#s{at}\">{}</a>\n", escaped(&section.heading))
    };
    let links: String = sections.iter().enumerate().map(link).collect();
    format!("<nav>\n{links}</nav>\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Words(words) => paragraph(words),
        Block::Grid(of) => grid(of),
        Block::Drawing(Drawing { heading, how_to_read, svg }) => format!(
            "<figure>\n<h3>{}</h3>\n<p class=\"how\">{}</p>\n<div class=\"wide\">{svg}</div>\n\
             </figure>\n",
            escaped(heading),
            escaped(how_to_read)
        ),
        Block::Folded { summary, text } => format!(
            "<details>\n<summary>{}</summary>\n<pre>{}</pre>\n</details>\n",
            escaped(summary),
            escaped(text)
        ),
    }
}

fn paragraph(words: &str) -> String {
    format!("<p>{}</p>\n", escaped(words))
}

fn grid(grid: &Grid) -> String {
    let side = |at: usize| if grid.sides.as_bytes().get(at) == Some(&b'l') { "l" } else { "r" };
    let row = |tag: &str, cells: &[String]| {
        let cell = |(at, text): (usize, &String)| {
            format!("<{tag} class=\"{}\">{}</{tag}>", side(at), escaped(text))
        };
        let cells: String = cells.iter().enumerate().map(cell).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let body: String = grid.rows.iter().map(|cells| row("td", cells)).collect();
    let title = if grid.title.is_empty() { String::new() } else { heading(&grid.title) };
    let note = if grid.note.is_empty() { String::new() } else { note(&grid.note) };
    format!(
        "{title}<div class=\"wide\"><table>\n<thead>\n{}</thead>\n<tbody>\n{body}</tbody>\n</table></div>\n{note}",
        row("th", &grid.header)
    )
}

fn heading(title: &str) -> String {
    format!("<h3>{}</h3>\n", escaped(title))
}

fn note(words: &str) -> String {
    format!("<p class=\"note\">{}</p>\n", escaped(words))
}

/// Text that is not taken for marks. Characters that XML cannot hold are shown as what they are: lost.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
