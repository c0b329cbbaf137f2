use proptest::prelude::*;

use super::super::Config;

/// Lines that look like a configuration, with something wrong here and there.
fn nearly_yaml() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "data:",
        "  ",
        "\n",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "*a",
        "&a ",
        "!!int ",
        "|\n",
        "\"",
        "'",
        "#",
        ": ",
        "labels:\n  horizons: ",
        "1",
        "-1",
        "1e999",
        "nan",
        "0x10",
        "2024-01-01",
        "null",
        "~",
        "? ",
        "---\n",
        "\t",
        "%",
        "é",
        "features:\n  expressions:\n    a: ",
        "<<: ",
        ",",
        "seed: ",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Either a report that is not empty, or a configuration that reads back as itself.
fn check(bytes: &[u8], flags: &[String]) {
    match Config::from_bytes("c.yml", bytes, flags) {
        Ok(config) => {
            assert_eq!(Config::from_text("shown", &config.to_yaml(), &[]).as_ref(), Ok(&config));
        }
        Err(faults) => assert!(!faults.list().is_empty() && !faults.to_string().is_empty()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes, &[]);
    }

    #[test]
    fn nothing_that_looks_like_yaml_makes_it_panic(text in nearly_yaml()) {
        check(text.as_bytes(), &[]);
    }

    #[test]
    fn no_flag_makes_it_panic(flag in ".{0,40}", value in nearly_yaml(), name in "[a-z]{1,3}") {
        let flags = [flag, format!("labels.horizons={value}"),
            format!("features.expressions.{name}={value}")];
        for flag in flags {
            check(b"", &[flag]);
        }
    }

    #[test]
    fn any_expression_survives_being_shown(text in "\\PC{1,40}", odd in any::<String>()) {
        for text in [text, odd] {
            check(b"", &[format!("features.expressions.x={text}")]);
            check(b"", &[format!("data.csv.columns.open={text}")]);
        }
    }

    #[test]
    fn a_file_with_a_piece_missing_never_panics(from in 0usize..20_000, len in 0usize..200) {
        let text = Config::commented();
        let bytes = text.as_bytes();
        let from = from % bytes.len();
        let until = (from + len).min(bytes.len());
        check(&[&bytes[..from], &bytes[until..]].concat(), &[]);
    }
}

#[test]
fn deep_nesting_is_a_fault() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let text = format!("data: {}{}", open.repeat(5000), close.repeat(5000));
        assert!(Config::from_text("c.yml", &text, &[]).is_err());
    }
    let text: String = (0..2000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    assert!(Config::from_text("c.yml", &text, &[]).is_err());
}
