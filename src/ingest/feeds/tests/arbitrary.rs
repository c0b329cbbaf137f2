//! Whatever a server sends, a feed answers with bars or a failure.

use proptest::prelude::*;

use super::*;
use crate::ingest::feeds::binance::{Market, klines};
use crate::ingest::feeds::binance_bulk::{Archive, months};
use crate::ingest::feeds::kraken::ohlc;
use crate::ingest::feeds::kraken_trades::trades;
use crate::ingest::feeds::{Http, HttpError, Response};

/// Answers everything with one response, except for what the first request needs.
struct Always {
    clock: &'static str,
    then: Response,
}

impl Http for Always {
    fn get(&self, url: &str) -> Result<Response, HttpError> {
        let body = self.clock.as_bytes().to_vec();
        let clock = Response { status: 200, headers: Vec::new(), body };
        Ok(if url.ends_with("ime") { clock } else { self.then.clone() })
    }
}

fn wanted() -> Request {
    Request {
        base_url: None,
        symbol: "BTCUSD".parse().unwrap(),
        timeframe: "5m".parse().unwrap(),
        from: ts("2024-01-03"),
        to: None,
    }
}

/// Runs every feed on the response; what comes out is inside of the range.
fn feed_all(then: &Response) {
    let bench = Bench::new();
    let request = wanted();
    let mut sink = |page: Columns| {
        assert!(page.ts.iter().all(|&t| t >= request.from && t < ts("2024-01-04")));
        Ok(())
    };
    let binance = Always { clock: r#"{"serverTime":1704326400000}"#, then: then.clone() };
    let client = Client { http: &binance, ..bench.client() };
    let _ = klines(&client, Market::Spot, &request, &mut sink);
    let refuse = |_: &str, _: &[u8]| Ok(Columns::default());
    let archive = Archive { market: Market::Spot, parse: &refuse, stored: &|_| false };
    let _ = months(&client, &archive, &request, &mut sink);
    let clock = r#"{"error":[],"result":{"unixtime":1704326400}}"#;
    let kraken = Always { clock, then: then.clone() };
    let client = Client { http: &kraken, ..bench.client() };
    let _ = trades(&client, &request, &mut sink);
    // Its bars say themselves what time it is, so only their lower end is certain.
    let _ = ohlc(&client, &request, &mut |page| {
        assert!(page.ts.iter().all(|&t| t >= ts("2024-01-03")));
        Ok(())
    });
}

/// JSON in the shapes that the exchanges use, with values that they do not.
fn nearly() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just("0".to_owned()),
        Just("\"NaN\"".to_owned()),
        Just("-1".to_owned()),
        Just("1e308".to_owned()),
        Just("null".to_owned()),
        Just("\"1.5\"".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        (1_704_240_000_i64..1_704_330_000).prop_map(|s| s.to_string()),
        (1_704_240_000_i64..1_704_330_000).prop_map(|s| format!("{s}000")),
    ];
    let row =
        prop::collection::vec(number.clone(), 5..14).prop_map(|v| format!("[{}]", v.join(",")));
    let rows = prop::collection::vec(row, 0..6).prop_map(|v| format!("[{}]", v.join(",")));
    (rows, number, any::<bool>()).prop_map(|(rows, last, bare)| {
        let kraken = format!(r#"{{"error":[],"result":{{"X":{rows},"last":{last}}}}}"#);
        if bare { rows } else { kraken }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_bytes_never_panic(
        status in prop::sample::select(vec![200_u16, 204, 304, 400, 404, 418, 429, 451, 500]),
        body in prop::collection::vec(any::<u8>(), 0..200),
        weight in "[ -~]{0,12}",
    ) {
        let named = |name: &str| (name.to_owned(), weight.clone());
        let headers = ["x-mbx-used-weight-1m", "retry-after", "date", "age"].map(named).to_vec();
        feed_all(&Response { status, headers, body });
    }

    #[test]
    fn nearly_right_answers_never_panic(body in nearly()) {
        feed_all(&Response { status: 200, headers: Vec::new(), body: body.into_bytes() });
    }
}
