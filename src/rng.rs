//! The only randomness: seeded streams, the same on every machine.
