//! The two words sections are written in.
//!
//! A `section!` is a struct and its schema at once: each field has its default, its rule and a doc
//! comment, which is also the comment in `config.yml`. (A field that is a section itself needs no
//! comment: the section's own is shown.) There is no second list of keys that could disagree, and no
//! key that is accepted without landing in a field.

/// `section! { /// what it is; pub struct Name, check Name::rules; { /// help; key: type = default, rule; } }`
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        pub struct $name:ident $(, check $check:path)?;
        $( $(#[doc = $help:literal])* $field:ident : $ty:ty = $default:expr, $rule:expr; )+
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $( $(#[doc = $help])* pub $field: $ty, )+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )+ }
            }
        }

        impl $crate::config::setting::Setting for $name {
            fn read(
                &mut self,
                node: &$crate::config::tree::Node,
                spot: &$crate::config::setting::Spot,
                reading: &mut $crate::config::setting::Reading,
            ) {
                for entry in reading.entries(node, &spot.path) {
                    match entry.key.as_str() {
                        $( stringify!($field) => {
                            let spot = spot.child(stringify!($field), $rule, &[$($help),*]);
                            self.$field.read(&entry.value, &spot, reading);
                        } )+
                        _ => reading.unknown(entry, &spot.path, &[$( stringify!($field) ),+]),
                    }
                }
            }

            fn list(
                &self,
                spot: &$crate::config::setting::Spot,
                items: &mut Vec<$crate::config::setting::Item>,
            ) {
                if !spot.path.is_empty() {
                    items.push($crate::config::setting::Item {
                        path: spot.path.clone(),
                        help: &[$($about),+],
                        allowed: String::new(),
                        shown: None,
                    });
                }
                $( self.$field.list(
                    &spot.child(stringify!($field), $rule, &[$($help),*]),
                    items,
                ); )+
            }

            fn cross(&self, reading: &mut $crate::config::setting::Reading) {
                $( self.$field.cross(reading); )+
                $( $check(self, reading); )?
            }
        }
    };
}

/// `choice! { /// what is chosen; pub enum Name { Variant = "spelling", … } }`, or, for an enum that
/// lives elsewhere, `choice! { for Name { Variant = "spelling", … } }`. Read without regard to case;
/// behind a spelling, `| "alias"` is understood, too.
macro_rules! choice {
    (
        $(#[doc = $about:literal])+
        pub enum $name:ident {
            $( $(#[doc = $help:literal])* $variant:ident = $text:literal $(| $alias:literal)*, )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $( $(#[doc = $help])* $variant, )+ }

        impl $name {
            /// As it is spelt in the file.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }
        }

        choice! { for $name { $( $variant = $text $(| $alias)*, )+ } }
    };
    ( for $name:ty { $( $variant:ident = $text:literal $(| $alias:literal)*, )+ } ) => {
        impl $crate::config::setting::Leaf for $name {
            fn parse(
                node: &$crate::config::tree::Node,
                rule: &$crate::config::rule::Rule,
                wrong: &mut Vec<$crate::config::setting::Wrong>,
            ) -> Option<Self> {
                let all = [$( ($text, Self::$variant), $( ($alias, Self::$variant), )* )+];
                $crate::config::choices::parse(node, rule, wrong, &all)
            }

            fn show(&self) -> String {
                match self { $( Self::$variant => $crate::config::choices::show($text), )+ }
            }

            fn expected(_: &$crate::config::rule::Rule) -> String {
                $crate::config::choices::expected(&[$( $text ),+])
            }

            fn allowed(_: &$crate::config::rule::Rule) -> String {
                [$( $text ),+].join(" | ")
            }
        }
    };
}

pub(super) use {choice, section};
