use super::*;

fn page() -> Page {
    let grid = Grid {
        title: "A table".to_owned(),
        header: vec!["what".to_owned(), "n".to_owned()],
        sides: "lr",
        rows: vec![vec!["<b>bold & \"quoted\"</b>".to_owned(), "1".to_owned()]],
        note: "n < 2 && n > 0".to_owned(),
    };
    let drawing = Drawing {
        heading: "Equity".to_owned(),
        how_to_read: "up is good".to_owned(),
        svg: "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>".to_owned(),
    };
    Page {
        title: "</title><script>alert(1)</script>".to_owned(),
        subject: "X & Y\u{0}".to_owned(),
        stamp: Stamp {
            mood: Mood::Bad,
            headline: "fail: 1 < 2".to_owned(),
            paragraphs: vec![("Why", "it's so".to_owned())],
        },
        sections: vec![Section {
            heading: "Tables".to_owned(),
            blocks: vec![
                Block::Words("a <em>word</em>".to_owned()),
                Block::Grid(grid),
                Block::Drawing(drawing),
                Block::Folded { summary: "all".to_owned(), text: "key: '<&>'\n".to_owned() },
            ],
        }],
        foot: "made by us".to_owned(),
    }
}

/// The names of all elements, in the order they open, if each is closed where it should be and all
/// text is escaped.
fn elements(html: &str) -> Vec<String> {
    let (mut open, mut seen) = (Vec::new(), Vec::new());
    let body = html.strip_prefix("<!DOCTYPE html>\n").expect("a doctype");
    for (number, piece) in body.split('<').enumerate() {
        let (tag, text) = if number == 0 { ("", piece) } else { piece.split_once('>').unwrap() };
        let is_style = open.last().is_some_and(|name| name == "style");
        assert!(is_style || !text.contains('>'), "{text}");
        for rest in text.split('&').skip(1).filter(|_| !is_style) {
            let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
            assert!(known.iter().any(|entity| rest.starts_with(entity)), "{rest}");
        }
        let name =
            tag.split([' ', '/']).find(|word| !word.is_empty()).unwrap_or_default().to_owned();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(closed));
        } else if number > 0 {
            assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
            seen.push(name.clone());
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
    seen
}

#[test]
fn a_page_is_well_formed_and_needs_nothing_from_elsewhere() {
    let html = html(&page());
    let seen = elements(&html);
    for wanted in ["h1", "table", "svg", "figure", "details", "nav", "footer"] {
        assert!(seen.iter().any(|name| name == wanted), "{wanted}: {seen:?}");
    }
    for foreign in ["script", "link", "img", "iframe"] {
        assert!(!seen.iter().any(|name| name == foreign), "{foreign}");
    }
    let addresses = html.matches("http").count();
    let names = html.matches("http://www.w3.org/").count();
    assert_eq!(addresses, names, "names of XML alone");
}

#[test]
fn no_word_is_taken_for_a_mark() {
    let html = html(&page());
    assert!(html.contains("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(html.contains("<td class=\"l\">&lt;b&gt;bold &amp; &quot;quoted&quot;&lt;/b&gt;</td>"));
    assert!(html.contains("it&#39;s so") && html.contains("X &amp; Y\u{fffd}"));
    assert!(html.contains("<pre>key: &#39;&lt;&amp;&gt;&#39;\n</pre>"));
}
