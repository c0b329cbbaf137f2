# One word for each habit. `make check` is what CI runs.
.PHONY: check fmt clippy test doc bench demo

check: fmt clippy test doc

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --all-targets --locked -- -D warnings

test:
	cargo test --locked

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked --document-private-items

bench:
	bench/run

# From nothing to a verdict, on a synthetic market in which there is something to find.
EDGEWALK = cargo run --release --locked --quiet -- --config examples/planted.yml
demo:
	$(EDGEWALK) ingest
	$(EDGEWALK) data audit
	$(EDGEWALK) features
	$(EDGEWALK) features check
	$(EDGEWALK) labels
	$(EDGEWALK) folds
	$(EDGEWALK) train --set data.train.to=2022-08-01
	$(EDGEWALK) predict
	$(EDGEWALK) explain --top 5
	$(EDGEWALK) walkforward
	$(EDGEWALK) run list
