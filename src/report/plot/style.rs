//! The one look of all charts.

use super::scene::Ink;

/// Sizes in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    pub margin: f64,
    pub title: f64,
    pub finding: f64,
    pub text: f64,
    pub note: f64,
    pub line: f64,
    /// How many lines the finding may take.
    pub n_finding_lines: usize,
}

/// One chart on its own page.
pub const PAGE: Style = Style {
    margin: 44.0,
    title: 28.0,
    finding: 18.0,
    text: 16.0,
    note: 14.0,
    line: 2.4,
    n_finding_lines: 2,
};

/// One of several on a page.
pub const PANEL: Style = Style {
    margin: 14.0,
    title: 15.5,
    finding: 12.5,
    text: 11.5,
    note: 10.5,
    line: 1.7,
    n_finding_lines: 2,
};

pub const INK: Ink = Ink::new(0x1F_29_33);
pub const MUTED: Ink = Ink::new(0x52_60_6D);
pub const GRID: Ink = Ink::new(0xE7_EA_ED);
pub const AXIS: Ink = Ink::new(0x9A_A5_B1);
pub const ZERO: Ink = Ink::new(0x52_60_6D);
pub const PAPER: Ink = Ink::new(0xFF_FF_FF);
pub const MISSING: Ink = Ink::new(0xB8_BF_C6);
/// What belongs to no series: the sum of the rest, a histogram beneath.
pub const QUIET: Ink = Ink::new(0xA9_B8_C6);

/// Told apart by readers with any kind of colour vision (Okabe & Ito 2008, "Color Universal
/// Design"); their yellow is left out, for it cannot be seen on white, and black is the text's.
pub const SERIES: [Ink; 6] = [
    Ink::new(0x00_72_B2),
    Ink::new(0xD5_5E_00),
    Ink::new(0x00_9E_73),
    Ink::new(0xCC_79_A7),
    Ink::new(0xE6_9F_00),
    Ink::new(0x56_B4_E9),
];

/// Dashes for the second and third turn through the palette.
const DASHES: [Option<[f64; 2]>; 3] = [None, Some([7.0, 4.0]), Some([2.0, 3.0])];

pub const fn series_ink(at: usize) -> Ink {
    SERIES[at % SERIES.len()]
}

pub const fn series_dash(at: usize) -> Option<[f64; 2]> {
    DASHES[at / SERIES.len() % DASHES.len()]
}

/// From low (blue) by grey to high (vermilion): two hues no kind of colour vision confuses.
pub fn low_to_high(share: f64) -> Ink {
    let (low, middle, high) = (SERIES[0], Ink::new(0xC9_C6_C2), SERIES[1]);
    if share < 0.5 {
        low.toward(middle, 2.0 * share)
    } else {
        middle.toward(high, 2.0 * share - 1.0)
    }
}

/// From −1 (blue) by white to 1 (vermilion).
pub fn diverging(share: f64) -> Ink {
    let end = if share < 0.0 { SERIES[0] } else { SERIES[1] };
    Ink::new(0xFA_FA_FA).toward(end, share.abs())
}

/// From 0 (nearly white) to 1 (dark blue).
pub fn sequential(share: f64) -> Ink {
    let (pale, middle, dark) = (Ink::new(0xF3_F8_FC), Ink::new(0x56_B4_E9), Ink::new(0x00_3F_6B));
    if share < 0.5 {
        pale.toward(middle, 2.0 * share)
    } else {
        middle.toward(dark, 2.0 * share - 1.0)
    }
}
