//! What the future held: forward returns and barrier outcomes, each with its interval.
