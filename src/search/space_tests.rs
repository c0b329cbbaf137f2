use super::*;
use proptest::prelude::*;

fn space(json: &str) -> Space {
    serde_json::from_str::<SpaceParams>(json).unwrap().check().unwrap()
}

fn faults(json: &str) -> Vec<String> {
    let faults = serde_json::from_str::<SpaceParams>(json).unwrap().check().unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

const AS_WRITTEN: &str = r#"{"learning_rate": {"log": [0.01, 0.3]}, "max_depth": {"int": [3, 8]},
    "row_sampling": {"float": [0.5, 1.0], "step": 0.1}, "growth": {"choice": ["depth", "leaf"]},
    "bins": {"int_log": [8, 256]}, "monotone": {"bool": "any"}, "rounds": 200, "l2": 1.5}"#;

#[test]
fn a_space_is_read_as_a_user_writes_it() {
    let space = space(AS_WRITTEN);
    let names: Vec<&str> = space.axes().map(|(name, _)| name).collect();
    let by_name = ["bins", "growth", "learning_rate", "max_depth", "monotone", "row_sampling"];
    assert_eq!(names, by_name);
    let point = space.decode(&[0.0, 0.9, 1.0, 0.5, 0.0, 1.0]);
    let json = r#"{"bins":8,"growth":"leaf","l2":1.5,"learning_rate":0.3,"max_depth":6,"monotone":false,"rounds":200,"row_sampling":1.0}"#;
    assert_eq!(serde_json::to_string(&point).unwrap(), json);
}

#[test]
fn the_order_of_writing_and_a_round_trip_change_nothing() {
    let one = space(r#"{"a": {"float": [0, 1]}, "b": {"int": [1, 9]}}"#);
    let other = space(r#"{"b": {"int": [1, 9]}, "a": {"float": [0, 1]}}"#);
    assert_eq!(one, other);
    let whole = space(AS_WRITTEN);
    let json = serde_json::to_string(whole.params()).unwrap();
    assert_eq!(space(&json), whole);
}

#[test]
fn all_that_cannot_be_is_named_at_once() {
    let found = faults(
        r#"{"a": {"float": [1, 1]}, "b": {"log": [0, 1]}, "c": {"int": [3, 8], "step": 1.5},
            "d": {"choice": ["x"]}, "e": {"choice": ["x", "y", "x"]}, "f": {"step": 1},
            "g": {"int": [1, 2], "log": [1, 2]}, "h": {"log": [1, 2], "step": 0.5},
            "i": {"float": [0, 1], "step": 2}, "j": {"int_log": [0, 8]}, "k": {"int": [0, 9e15]}}"#
            .replace("9e15", "9000000000000000")
            .as_str(),
    );
    let starts: Vec<&str> = found.iter().map(|fault| &fault[..3]).collect();
    assert_eq!(
        starts,
        ["`a`", "`b`", "`c`", "`d`", "`e`", "`f`", "`g`", "`h`", "`i`", "`j`", "`k`"]
    );
    assert_eq!(found[1], "`b` begins at 0, but a logarithm needs a beginning above 0");
    assert_eq!(found[4], "`e` offers `x` twice");
    assert_eq!(faults(r#"{"a": 1}"#), ["there is nothing to search: every dimension is fixed"]);
}

#[test]
fn a_kind_that_is_not_known_is_refused_by_its_name() {
    let error = serde_json::from_str::<SpaceParams>(r#"{"a": {"flaot": [0, 1]}}"#).unwrap_err();
    assert!(error.to_string().starts_with("unknown field `flaot`"), "{error}");
}

#[test]
fn steps_are_the_numbers_a_person_would_write() {
    let space = space(r#"{"a": {"float": [0, 0.3], "step": 0.1}}"#);
    let value = |at: f64| space.decode(&[at])["a"].as_f64().unwrap();
    assert_eq!([0.0, 0.3, 0.6, 1.0].map(value), [0.0, 0.1, 0.2, 0.3]);
    assert_eq!(space.n_points(), Some(4));
}

#[test]
fn whole_numbers_on_a_logarithm_reach_their_ends_as_often_as_their_neighbours() {
    let space = space(r#"{"a": {"int_log": [1, 4]}}"#);
    let n = 100_000;
    let mut counts = [0; 5];
    for k in 0..n {
        counts[space.decode(&[k as f64 / f64::from(n)])["a"].as_i64().unwrap() as usize] += 1;
    }
    // ln(1.5 / 0.5) / ln 9, ln(2.5 / 1.5) / ln 9, …
    let parts = [0.0, 0.5, 0.232_49, 0.153_14, 0.114_38];
    for (count, part) in counts.iter().zip(parts) {
        assert!((f64::from(*count) / f64::from(n) - part).abs() < 1e-4, "{counts:?}");
    }
}

#[test]
fn a_point_of_another_space_is_refused_by_name() {
    let space = space(r#"{"a": {"int": [1, 9], "step": 2}, "b": "x"}"#);
    let point = |json: &str| serde_json::from_str::<Point>(json).unwrap();
    let told = |json: &str| space.encode(&point(json)).unwrap_err().to_string();
    assert_eq!(told(r#"{"a": 1}"#), "`b` is missing");
    assert_eq!(told(r#"{"a": 1, "b": "x", "c": 1}"#), "`c` is not searched");
    assert_eq!(told(r#"{"a": 2, "b": "x"}"#), "`a` cannot be `2`");
    assert_eq!(told(r#"{"a": 1, "b": "y"}"#), "`b` cannot be `y`");
    assert_eq!(space.encode(&point(r#"{"a": 9, "b": "x"}"#)), Ok(vec![0.9]));
}

#[test]
fn round_and_round_visits_every_point_once() {
    let space = space(r#"{"a": {"int": [1, 3]}, "b": {"bool": "any"}, "c": {"int_log": [1, 4]}}"#);
    let mut cube = vec![0.3; 3];
    space.snap(&mut cube);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..24 {
        assert!(seen.insert(serde_json::to_string(&space.decode(&cube)).unwrap()));
        space.advance(&mut cube);
    }
    assert!(!seen.insert(serde_json::to_string(&space.decode(&cube)).unwrap()));
}

fn any_dimension() -> impl Strategy<Value = DimensionParams> {
    let ends = (-1e6..1e6_f64, 1e-3..1e6_f64).prop_map(|(low, width)| [low, low + width]);
    let above = (1e-6..1e3_f64, 1.001..1e4_f64).prop_map(|(low, times)| [low, low * times]);
    let int = (-1000..1000_i64, 1..2000_i64).prop_map(|(low, width)| [low, low + width]);
    let above_0 = (1..1000_i64, 1..2000_i64).prop_map(|(low, width)| [low, low + width]);
    let one = DimensionParams::default;
    prop_oneof![
        ends.clone().prop_map(move |e| DimensionParams { float: Some(e), ..one() }),
        (ends, 0.001..1.0_f64).prop_map(move |(e, part)| DimensionParams {
            float: Some(e),
            step: Some((e[1] - e[0]) * part),
            ..one()
        }),
        above.prop_map(move |e| DimensionParams { log: Some(e), ..one() }),
        int.clone().prop_map(move |e| DimensionParams { int: Some(e), ..one() }),
        (int, 0.0..1.0_f64).prop_map(move |(e, part)| DimensionParams {
            int: Some(e),
            step: Some((((e[1] - e[0]) as f64 * part).floor()).max(1.0)),
            ..one()
        }),
        above_0.prop_map(move |e| DimensionParams { int_log: Some(e), ..one() }),
        (2..9_i64).prop_map(move |n| DimensionParams {
            choice: Some((0..n).map(Value::Int).collect()),
            ..one()
        }),
    ]
}

proptest! {
    #[test]
    fn cube_and_point_are_one_and_the_same_place(
        dimension in any_dimension(), at in prop_oneof![0.0..=1.0_f64, Just(0.0), Just(1.0)]
    ) {
        let space = SpaceParams([("a".to_owned(), dimension)].into()).check().unwrap();
        let point = space.decode(&[at]);
        let cube = space.encode(&point).unwrap();
        prop_assert!((0.0..=1.0).contains(&cube[0]));
        match space.n_points() {
            None => prop_assert!((cube[0] - at).abs() < 1e-8),
            // One of a number of values: exactly back, whatever the place within its part.
            Some(_) => prop_assert_eq!(&space.decode(&cube), &point),
        }
        let mut snapped = vec![at];
        space.snap(&mut snapped);
        let once = snapped.clone();
        space.snap(&mut snapped);
        prop_assert_eq!(once, snapped);
    }

    #[test]
    fn anything_a_user_may_write_is_refused_in_words_or_can_be_searched(
        low in any::<f64>(), high in any::<f64>(), step in prop::option::of(any::<f64>()),
        whole in any::<[i64; 2]>(), kind in 0..4, at in 0.0..=1.0_f64
    ) {
        let mut params = DimensionParams { step, ..DimensionParams::default() };
        match kind {
            0 => params.float = Some([low, high]),
            1 => params.log = Some([low, high]),
            2 => params.int = Some(whole),
            _ => params.int_log = Some(whole),
        }
        if let Ok(space) = SpaceParams([("a".to_owned(), params)].into()).check() {
            let point = space.decode(&[at]);
            prop_assert!(space.encode(&point).is_ok(), "{:?}", point);
        }
    }
}
